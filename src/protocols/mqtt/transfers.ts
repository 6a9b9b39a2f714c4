// Images that are published: each becomes a transfer with a beginning, pieces and an end. Several publishes of one topic,
// and the pieces of one long packet, are one transfer; base64 is decoded. Rare messages: plain code with objects, bounded.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { type CarriedTransfer, transferFact } from '../facts-of-messages.ts';
import { Base64Reader } from '../../bytes/base64.ts';
import { Parts } from './parts.ts';
import { PayloadClass } from './messages.ts';
import type { Payload } from './payload.ts';
import type { StreamPlace } from './stream-place.ts';

/** More open transfers than this: the oldest ends, incomplete. */
const OPEN_TRANSFERS_MAX = 256;
/** A transfer nothing was added to for this long has ended. */
const IDLE_US = 30_000_000;
/** Smaller archives are compressed telegrams, not files. */
const ARCHIVE_BYTES_MIN = 1024;
/** Pieces of a decoded text. */
const DECODED_BYTES = 16_384;
const OPENING_BRACE = 0x7b;

export class OpenTransfer implements CarriedTransfer {
  readonly id: string;
  readonly key: string;
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly unit = -1;
  readonly carrier = 'MQTT PUBLISH';
  readonly direction: 'to-server' | 'to-client';
  readonly name: string;
  readonly payloadClass: number;
  /** Null where the bytes are sent as they are. */
  base64: Base64Reader | null = null;
  lastUs: number;
  frame: number;
  size = 0;
  isComplete = true;
  /** It was told to have ended. */
  isEnded = false;
  /** The end of a packet in pieces has not been seen. */
  isInPacket = false;
  /** Encoded in a member of an object. */
  isMember = false;
  readonly parts = new Parts();

  constructor(
    id: string,
    key: string,
    context: MessageContext,
    parties: Pick<MessageContext, 'client' | 'server'>,
    direction: 'to-server' | 'to-client',
    name: string,
    payloadClass: number,
  ) {
    this.id = id;
    this.key = key;
    this.flow = context.flow;
    this.client = parties.client;
    this.server = parties.server;
    this.direction = direction;
    this.name = name;
    this.payloadClass = payloadClass;
    this.lastUs = context.timeUs;
    this.frame = context.frame;
  }
}

/** Where the name of the topic stands. */
export interface NameAt {
  bytes: Uint8Array;
  start: number;
  end: number;
}

export class Transfers {
  readonly #open = new Map<string, OpenTransfer>();
  readonly #openByFlow = new Map<number, number>();
  readonly #decoded = new Uint8Array(DECODED_BYTES);
  #begun = 0;

  /** Is a transfer of this conversation open? */
  isOpen(flow: number): boolean {
    return this.#openByFlow.has(flow);
  }

  /**
   * A payload was published whose beginning is bytes[start..end). Gives the transfer it belongs to, null where it is none.
   * `isWhole`: there are no further pieces of this packet.
   */
  published(
    context: MessageContext,
    parties: Pick<MessageContext, 'client' | 'server'>,
    isFromClient: boolean,
    topic: NameAt,
    payload: Payload,
    bytes: Uint8Array,
    start: number,
    end: number,
    size: number,
    place: StreamPlace | null,
  ): OpenTransfer | null {
    const isImage = isTransferred(payload.payloadClass, size);
    if (!isImage && !this.isOpen(context.flow)) return null;
    const key = `${context.flow} ${isFromClient ? 1 : 0} ${printable(topic.bytes, topic.start, topic.end)}`;
    let transfer = this.#open.get(key);
    const isEncoded = payload.encodedStart >= 0;
    if (transfer !== undefined && !(continues(transfer, payload, isImage) && isPlaced(transfer, place))) {
      this.#end(context, transfer);
      transfer = undefined;
    }
    if (transfer === undefined) {
      if (!isImage) return null;
      transfer = this.#begin(context, key, parties, isFromClient, topic, payload.payloadClass);
    }
    transfer.parts.begins(transfer.size, place, isEncoded ? -1 : size);
    if (isEncoded) transfer.base64 = new Base64Reader();
    transfer.isInPacket = end - start < size;
    transfer.isMember = isEncoded && bytes[start] === OPENING_BRACE;
    if (isEncoded) {
      this.piece(context, transfer, bytes, payload.encodedStart, payload.encodedEnd);
      // The text has ended: what further pieces of the packet hold is something else.
      if (transfer.base64 !== null && payload.encodedEnd < end) transfer.base64.isOver = true;
    } else this.piece(context, transfer, bytes, start, end);
    return transfer;
  }

  /** Further bytes of the transfer. */
  piece(context: MessageContext, transfer: OpenTransfer, bytes: Uint8Array, start: number, end: number): void {
    if (transfer.isEnded) return;
    transfer.lastUs = context.timeUs;
    transfer.frame = context.frame;
    if (transfer.base64 === null) {
      this.#tell(context, transfer, bytes.slice(start, end));
      return;
    }
    for (let at = start; at < end; at += DECODED_BYTES) {
      const size = transfer.base64.read(bytes, at, Math.min(end, at + DECODED_BYTES), this.#decoded);
      if (size > 0) this.#tell(context, transfer, this.#decoded.slice(0, size));
    }
  }

  /** So many bytes of the packet in pieces that carries it are lost. */
  lost(transfer: OpenTransfer, lostBytes: number): void {
    if (transfer.base64 === null) transfer.size += lostBytes;
    // A member may have ended in them.
    else if (transfer.isMember) transfer.base64.isOver = true;
    else transfer.size += transfer.base64.skip(lostBytes);
  }

  /** The last byte of a packet in pieces has come. */
  packetEnded(transfer: OpenTransfer): void {
    transfer.isInPacket = false;
  }

  /** Bytes of one direction of a conversation were lost. */
  gap(flow: number, isFromClient: boolean): void {
    const direction = isFromClient ? 'to-server' : 'to-client';
    for (const transfer of this.#open.values()) {
      if (transfer.flow !== flow || transfer.direction !== direction) continue;
      transfer.isComplete = false;
      transfer.parts.isInterrupted = true;
    }
  }

  closed(flow: number, context: MessageContext): void {
    if (!this.isOpen(flow)) return;
    for (const transfer of this.#open.values()) if (transfer.flow === flow) this.#end(context, transfer);
  }

  tick(timeUs: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const transfer of this.#open.values()) {
      if (timeUs - transfer.lastUs > IDLE_US) this.#end(context, transfer);
    }
  }

  #begin(
    context: MessageContext,
    key: string,
    parties: Pick<MessageContext, 'client' | 'server'>,
    isFromClient: boolean,
    topic: NameAt,
    payloadClass: number,
  ): OpenTransfer {
    if (this.#open.size >= OPEN_TRANSFERS_MAX) {
      const oldest = this.#open.values().next();
      if (oldest.done !== true) {
        oldest.value.isComplete = false;
        this.#end(context, oldest.value);
      }
    }
    const direction = isFromClient ? 'to-server' : 'to-client';
    const name = printable(topic.bytes, topic.start, topic.end);
    const id = `mqtt-${++this.#begun}`;
    const transfer = new OpenTransfer(id, key, context, parties, direction, name, payloadClass);
    this.#open.set(key, transfer);
    this.#openByFlow.set(context.flow, (this.#openByFlow.get(context.flow) ?? 0) + 1);
    context.sink.transfer(transferFact(transfer, 'mqtt', 'begun', context.timeUs, context.frame));
    return transfer;
  }

  #tell(context: MessageContext, transfer: OpenTransfer, copy: Uint8Array): void {
    const offset = transfer.size;
    transfer.size += copy.length;
    context.sink.transfer(transferFact(transfer, 'mqtt', 'piece', context.timeUs, context.frame, offset, copy));
  }

  #end(context: MessageContext, transfer: OpenTransfer): void {
    this.#open.delete(transfer.key);
    transfer.isEnded = true;
    const others = (this.#openByFlow.get(transfer.flow) ?? 1) - 1;
    if (others > 0) this.#openByFlow.set(transfer.flow, others);
    else this.#openByFlow.delete(transfer.flow);
    if (transfer.isInPacket) transfer.isComplete = false;
    context.sink.transfer(transferFact(transfer, 'mqtt', 'ended', transfer.lastUs, transfer.frame));
  }
}

function isTransferred(payloadClass: number, size: number): boolean {
  if (payloadClass === PayloadClass.archive) return size >= ARCHIVE_BYTES_MIN;
  return (
    payloadClass === PayloadClass.firmware ||
    payloadClass === PayloadClass.executable ||
    payloadClass === PayloadClass.script
  );
}

/** Behind a loss: goes on where this part belongs; false where that cannot be known. */
function isPlaced(transfer: OpenTransfer, place: StreamPlace | null): boolean {
  if (!transfer.parts.isInterrupted) return true;
  const offset = transfer.parts.offsetAt(place);
  if (offset < transfer.size) return false;
  transfer.size = offset;
  return true;
}

/** Is this payload the next part of an image that goes on? */
function continues(transfer: OpenTransfer, payload: Payload, isImage: boolean): boolean {
  if (transfer.isInPacket) return false;
  const isEncoded = payload.encodedStart >= 0;
  if (isEncoded !== (transfer.base64 !== null)) return false;
  if (isEncoded) return payload.encodedClass < 0;
  const { payloadClass } = payload;
  // A text image (Intel HEX, Motorola) begins anew in each part; a script goes on as text.
  if (isImage) return payloadClass === transfer.payloadClass && payload.isTextImage;
  if (transfer.payloadClass === PayloadClass.script) return payloadClass === PayloadClass.text;
  return payloadClass === PayloadClass.binary || payloadClass === PayloadClass.protobuf;
}
