// Turns a PUBLISH into facts: what its payload is, the numbers in it as values of points, images as transfers.
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import type { PendingOperations } from '../pending-operations.ts';
import type { FlowState, Side } from './flows.ts';
import { claimOfBroker, claimsOfAnnouncement } from './identity.ts';
import { PacketType, PayloadClass, RETAINED, Space, SparkplugType, WILL_FUNCTION } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import { Payload, isImageOf } from './payload.ts';
import { Publications, pendingKey } from './publications.ts';
import { Sparkplug } from './sparkplug.ts';
import { Transfers, type NameAt } from './transfers.ts';

const HASH = 0x23;
/** So much of a topic leaves room for a member's name. */
const TOPIC_BYTES_MAX = 512;

export class PublishFacts {
  readonly #pending: PendingOperations;
  readonly #publications: Publications;
  readonly #sparkplug: Sparkplug;
  readonly #payload = new Payload();
  readonly #transfers = new Transfers();
  readonly #parties = { client: 0, server: 0 };
  /** Bytes of the transfer that the payload belongs to, 0 where it is none. */
  #carriedBytes = 0;

  constructor(protocol: number, pending: PendingOperations) {
    this.#pending = pending;
    this.#publications = new Publications(protocol, pending);
    this.#sparkplug = new Sparkplug(this.#publications, this.#payload, this.#transfers);
  }

  /** `topic`: its name, also where the packet has an alias only. `isFromClient`: the client publishes. */
  publish(
    context: MessageContext,
    state: FlowState,
    side: Side,
    packet: MqttPacket,
    topic: NameAt,
    bytes: Uint8Array,
    isFromClient: boolean,
  ): void {
    const { payloadStart, payloadEnd, payloadSize } = packet;
    this.#publications.open(context, packet, isFromClient, state.isReversed);
    if (this.#publications.isDropped) return;
    if (this.#sparkplug.published(context, state, packet, topic, bytes, isFromClient)) return;
    const payload = this.#payload;
    payload.look(bytes, payloadStart, payloadEnd, payloadSize);
    const host = this.#setParties(context, state);
    const payloadClass = this.#carry(context, side, topic, bytes, packet, isFromClient);
    if (!isFromClient) {
      this.#tellDelivery(context, topic, payloadClass);
      if (topic.bytes[topic.start] === 0x24) {
        claimOfBroker(context, this.#parties.server, topic, bytes, payloadStart, payloadEnd);
      }
      return;
    }
    const subfunction = payloadClass | (packet.isRetained ? RETAINED : 0);
    const isImage = isImageOf(payloadClass, Math.max(payloadSize, this.#carriedBytes));
    this.#tellPublish(context, topic, subfunction, isImage ? Verb['firmware-download'] : Verb.publish);
    if (payloadClass === PayloadClass.json) {
      claimsOfAnnouncement(context, state, host, topic, bytes, payloadStart, payloadEnd);
    }
  }

  /** The will of a CONNECT, registered when the connection is accepted: it waits for the same answer. */
  will(context: MessageContext, state: FlowState, packet: MqttPacket, bytes: Uint8Array): void {
    const topic = { bytes, start: packet.willTopicStart, end: packet.willTopicEnd };
    const { willPayloadStart, willPayloadEnd } = packet;
    const type = this.#sparkplug.will(state, context, topic, bytes, willPayloadStart, willPayloadEnd);
    this.#payload.look(bytes, willPayloadStart, willPayloadEnd, willPayloadEnd - willPayloadStart);
    packet.packetId = 0;
    packet.isDup = false;
    this.#pending.makeRoom(context);
    this.#publications.open(context, packet, true, state.isReversed);
    const isSparkplug = type >= SparkplugType.nodeBirth;
    const subfunction = this.#payload.payloadClass | (packet.isRetained ? RETAINED : 0);
    const operation = this.#publications.start(
      context,
      isSparkplug ? type : WILL_FUNCTION,
      isSparkplug ? -1 : subfunction,
      Verb.publish,
      Space.topic,
    );
    this.#publications.setTopic(operation, topic);
    this.#pending.add(operation, pendingKey(PacketType.connect, 0));
  }

  /** Further bytes of a payload that is read in pieces. */
  more(context: MessageContext, side: Side, bytes: Uint8Array, start: number, end: number): void {
    if (side.transfer === null) return;
    this.#transfers.piece(context, side.transfer, bytes, start, end);
    if (side.left > 0) return;
    this.#transfers.packetEnded(side.transfer);
    side.transfer = null;
  }

  /** So many bytes of the packet that is read in pieces are lost. */
  lost(side: Side, lostBytes: number): void {
    side.left = Math.max(0, side.left - lostBytes);
    if (side.transfer === null) return;
    this.#transfers.lost(side.transfer, lostBytes);
    if (side.left > 0) return;
    this.#transfers.packetEnded(side.transfer);
    side.transfer = null;
  }

  gap(flow: number, state: FlowState | undefined, isFromClient: boolean): void {
    this.#transfers.gap(flow, isFromClient);
    if (isFromClient && state !== undefined) this.#sparkplug.gap(state);
  }

  closed(flow: number, context: MessageContext): void {
    this.#transfers.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#transfers.tick(timeUs, context);
  }

  #setParties(context: MessageContext, state: FlowState): number {
    this.#parties.client = state.isReversed ? context.server : context.client;
    this.#parties.server = state.isReversed ? context.client : context.server;
    return this.#parties.client;
  }

  /** Hands an image on as a transfer; gives the class of the payload, which is the image's where it continues one. */
  #carry(
    context: MessageContext,
    side: Side,
    topic: NameAt,
    bytes: Uint8Array,
    packet: MqttPacket,
    isFromClient: boolean,
  ): number {
    const { payloadStart, payloadEnd, payloadSize } = packet;
    const { payloadClass } = this.#payload;
    side.transfer = null;
    this.#carriedBytes = 0;
    if (payloadClass < PayloadClass.archive && !this.#transfers.isOpen(context.flow)) return payloadClass;
    const transfer = this.#transfers.published(
      context,
      this.#parties,
      isFromClient,
      topic,
      this.#payload,
      bytes,
      payloadStart,
      payloadEnd,
      payloadSize,
      side.place,
    );
    if (transfer === null) return payloadClass;
    this.#carriedBytes = transfer.size;
    if (payloadEnd - payloadStart < payloadSize) side.transfer = transfer;
    return transfer.payloadClass;
  }

  #tellDelivery(context: MessageContext, topic: NameAt, payloadClass: number): void {
    const publications = this.#publications;
    const operation = publications.start(context, PacketType.publish, payloadClass, Verb.report, Space.delivery);
    publications.setTopic(operation, topic);
    publications.tell(context, operation);
  }

  #tellPublish(context: MessageContext, topic: NameAt, subfunction: number, verb: number): void {
    const publications = this.#publications;
    const payload = this.#payload;
    const { members } = payload;
    if (members.count === 0) {
      const operation = publications.start(context, PacketType.publish, subfunction, verb, Space.topic);
      publications.setTopic(operation, topic);
      if (payload.payloadClass === PayloadClass.number) publications.setValue(operation, payload.value);
      publications.tell(context, operation);
      return;
    }
    publications.clearName();
    publications.addName(topic.bytes, topic.start, Math.min(topic.end, topic.start + TOPIC_BYTES_MAX));
    const prefix = publications.addNameByte(HASH);
    for (let index = 0; index < members.count; index++) {
      const operation = publications.start(context, PacketType.publish, subfunction, verb, Space.topic);
      publications.clearName(prefix);
      publications.addName(members.names, members.nameStart(index), members.nameEnds[index]!);
      publications.setName(operation);
      publications.setValue(operation, members.values[index]!);
      publications.tell(context, operation);
    }
  }
}
