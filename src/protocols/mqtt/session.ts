// Follows the packets of a conversation: pairs requests with answers, resolves topic aliases, keeps what the CONNECT said, and
// hands over operations.
import { printable } from '../../bytes/text.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Speaker, type MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setUnasked, startOperation, violation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { ConnectedClients } from './clients.ts';
import { type FlowState, FlowStates, Mode, type Side } from './flows.ts';
import { speakerOf } from './framing.ts';
import { claimsOfClientId, claimsOfUserProperties } from './identity.ts';
import { Logins } from './logins.ts';
import { PROBLEMS, PacketType, Problem, REASON_SESSION_TAKEN_OVER, Space, Version } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import { PublishFacts } from './publish.ts';
import { pendingKey } from './publications.ts';
import { Requests, refusal } from './requests.ts';
import type { NameAt } from './transfers.ts';

const PENDING_MAX = 32_768;
const TIMEOUT_US = 30_000_000;
const CLIENT_ID_CHARACTERS_MAX = 128;
const NONE = -1;

/** Hears every packet once the session has told of it: for tests and for the comparison with other decoders. */
export interface PacketListener {
  /** `topic`: of a PUBLISH, also where the packet has an alias for it. */
  packet(packet: MqttPacket, bytes: Uint8Array, context: MessageContext, topic: Readonly<NameAt>): void;
  /** A further piece of a packet in pieces was read. */
  piece(bytes: Uint8Array, start: number, end: number, isLast: boolean, context: MessageContext): void;
}

export class MqttSession {
  readonly states = new FlowStates();
  readonly #protocol: number;
  readonly #ports: readonly number[];
  readonly #pending = new PendingOperations(PENDING_MAX, TIMEOUT_US);
  readonly #publish: PublishFacts;
  readonly #requests: Requests;
  readonly #clients = new ConnectedClients();
  readonly #logins = new Logins();
  /** Topic of the PUBLISH read last. */
  readonly topic: NameAt = { bytes: NO_BYTES, start: 0, end: 0 };

  constructor(protocol: number, ports: readonly number[]) {
    this.#protocol = protocol;
    this.#ports = ports;
    this.#publish = new PublishFacts(protocol, this.#pending);
    this.#requests = new Requests(protocol, this.#pending);
  }

  /** `bytes[start..end)` is the packet, or its first piece. */
  packet(
    context: MessageContext,
    state: FlowState,
    side: Side,
    packet: MqttPacket,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (packet.version !== Version.unknown) state.version = packet.version;
    const isAllowed = this.#checkSpeaker(context, state, packet, start);
    const isFromClient = context.fromClient !== state.isReversed;
    if (isFromClient) this.#checkOrder(state, packet, start);
    if (isAllowed) this.#dispatch(context, state, side, packet, bytes, isFromClient);
    this.#violations(context, packet, bytes, start, end);
  }

  more(context: MessageContext, side: Side, bytes: Uint8Array, start: number, end: number): void {
    this.#publish.more(context, side, bytes, start, end);
  }

  gap(flow: number, fromClient: boolean): void {
    const state = this.states.known(flow);
    const isFromClient = fromClient !== (state?.isReversed ?? false);
    if (state !== undefined) this.states.lose(state.sides[fromClient ? 0 : 1], state.mode === Mode.packets);
    if (!isFromClient) this.#pending.markGap(flow);
    this.#publish.gap(flow, state, isFromClient);
  }

  /** Behind a gap: the decoder passes over what is left of the packet, or looks for the next one. */
  resumes(flow: number, fromClient: boolean, lostBytes: number): boolean {
    const state = this.states.known(flow);
    if (state?.mode !== Mode.packets) return false;
    const side = state.sides[fromClient ? 0 : 1];
    const lost = side.place.lost(lostBytes, side.left);
    if (lost >= 0) this.#publish.lost(side, lost);
    return true;
  }

  closed(flow: number, context: MessageContext): void {
    this.#pending.closed(flow, context);
    this.#publish.closed(flow, context);
    const state = this.states.known(flow);
    if (state === undefined) return;
    this.#logins.closed(context, flow, state);
    if (state.connected !== null) this.#clients.gone(state.connected);
    this.states.delete(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
    this.#logins.tick(timeUs, context);
    this.#publish.tick(timeUs, context);
  }

  /** Who speaks like a client is one, unless the port says otherwise. */
  #checkSpeaker(context: MessageContext, state: FlowState, packet: MqttPacket, start: number): boolean {
    const speaker = speakerOf(packet.type);
    const isFromClient = context.fromClient !== state.isReversed;
    // Before 5.0 a server has no way to say good-bye.
    if (packet.type === PacketType.disconnect && !isFromClient && isBefore5(state.version)) {
      packet.addProblem(Problem['sender-not-allowed'], start, packet.type, 0);
    }
    if (speaker === Speaker.unknown || (speaker === Speaker.client) === isFromClient) return true;
    const isServerUsual = this.#ports.includes(context.serverPort) && !this.#ports.includes(context.clientPort);
    if (!isServerUsual && !state.isConnected && !state.isReversed) {
      state.isReversed = true;
      return true;
    }
    packet.addProblem(Problem['sender-not-allowed'], start, packet.type, 0);
    return false;
  }

  #checkOrder(state: FlowState, packet: MqttPacket, start: number): void {
    if (packet.type === PacketType.connect) {
      if (state.isConnected) packet.addProblem(Problem['connect-repeated'], start, 0, 0);
      else if (state.packetsBefore > 0) packet.addProblem(Problem['connect-not-first'], start, state.packetsBefore, 0);
    } else {
      if (state.isRefused && packet.type !== PacketType.disconnect)
        packet.addProblem(Problem['packet-after-refusal'], start, packet.type, 0);
      if (!state.isConnected) state.packetsBefore++;
    }
  }

  #dispatch(
    context: MessageContext,
    state: FlowState,
    side: Side,
    packet: MqttPacket,
    bytes: Uint8Array,
    isFromClient: boolean,
  ): void {
    if (isFromClient && state.connected !== null) state.connected.lastUs = context.timeUs;
    switch (packet.type) {
      case PacketType.connect:
        this.#connect(context, state, packet, bytes);
        break;
      case PacketType.connack:
        this.#connack(context, state, packet, bytes);
        break;
      case PacketType.publish:
        if (packet.payloadStart > 0) this.#published(context, state, side, packet, bytes, isFromClient);
        break;
      case PacketType.puback:
      case PacketType.pubrec:
        if (!isFromClient)
          this.#requests.settle(context, state, PacketType.publish, packet.packetId, refusal(packet.reason));
        break;
      case PacketType.subscribe:
      case PacketType.unsubscribe:
        this.#requests.filters(context, state, packet, bytes);
        break;
      case PacketType.suback:
        this.#requests.codes(context, state, packet, bytes, PacketType.subscribe);
        break;
      case PacketType.unsuback:
        this.#requests.codes(context, state, packet, bytes, PacketType.unsubscribe);
        break;
      case PacketType.pingreq:
        this.#requests.request(context, state, packet.type, Verb['keep-alive'], 0);
        break;
      case PacketType.pingresp:
        this.#requests.settle(context, state, PacketType.pingreq, 0, 0);
        break;
      case PacketType.disconnect:
        this.#disconnect(context, state, packet, isFromClient);
        break;
      case PacketType.auth:
        if (isFromClient) this.#requests.request(context, state, packet.type, Verb.authenticate, 0);
        else if (this.#pending.find(context.flow, pendingKey(PacketType.auth, 0)) !== NONE) {
          this.#requests.settle(context, state, PacketType.auth, 0, refusal(packet.reason));
        }
        break;
      default:
    }
  }

  /** Clause 3.1. */
  #connect(context: MessageContext, state: FlowState, packet: MqttPacket, bytes: Uint8Array): void {
    state.isConnected = true;
    state.isRefused = false;
    state.keepAlive = packet.keepAlive;
    state.clientId = printable(bytes, packet.clientIdStart, packet.clientIdEnd, CLIENT_ID_CHARACTERS_MAX);
    for (const side of state.sides) this.states.clearAliases(side);
    const host = state.isReversed ? context.server : context.client;
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, state.isReversed);
    operation.function = PacketType.connect;
    operation.verb = Verb.connect;
    if (packet.clientIdEnd > packet.clientIdStart) {
      operation.space = Space.clientId;
      // A number besides the name: identifiers made up anew for each connection are not to be learned one by one.
      operation.first = 0;
      operation.count = 1;
      operation.nameBytes = bytes;
      operation.nameStart = packet.clientIdStart;
      operation.nameEnd = Math.min(packet.clientIdEnd, packet.clientIdStart + CLIENT_ID_CHARACTERS_MAX);
    }
    this.#pending.add(operation, pendingKey(PacketType.connect, 0));
    this.#logins.begun(context, state, packet, bytes);
    claimsOfClientId(context, host, state.clientId);
    if (packet.hasUserProperties) claimsOfUserProperties(context, host, packet, bytes);
    if (packet.hasWill) this.#publish.will(context, state, packet, bytes);
  }

  /** Clause 3.2: whatever is not 0 refuses. */
  #connack(context: MessageContext, state: FlowState, packet: MqttPacket, bytes: Uint8Array): void {
    const isAccepted = packet.reason === 0;
    if (this.#pending.find(context.flow, pendingKey(PacketType.auth, 0)) !== NONE) {
      this.#requests.settle(context, state, PacketType.auth, 0, packet.reason);
    }
    this.#requests.settle(context, state, PacketType.connect, 0, packet.reason);
    this.#logins.answered(context, state, isAccepted);
    state.isRefused = !isAccepted;
    if (!isAccepted || !state.isConnected) return;
    if (packet.assignedIdEnd > packet.assignedIdStart) {
      state.clientId = printable(bytes, packet.assignedIdStart, packet.assignedIdEnd, CLIENT_ID_CHARACTERS_MAX);
    }
    if (state.clientId !== '') this.#register(context, state, bytes);
  }

  #register(context: MessageContext, state: FlowState, bytes: Uint8Array): void {
    const host = state.isReversed ? context.server : context.client;
    const broker = state.isReversed ? context.client : context.server;
    if (state.connected !== null) this.#clients.gone(state.connected);
    const client = this.#clients.connected(broker, state.clientId, host, state.keepAlive, context.timeUs);
    state.connected = client;
    if (client.takenFrom < 0) return;
    const seconds = (client.silenceUs / 1e6).toFixed(1);
    const detail = `client identifier "${state.clientId.slice(0, 64)}" belonged to another host, last heard ${seconds} s before`;
    violation(context, 'mqtt', 'mqtt-client-takeover', detail, bytes, 0, 0);
    const { timeUs, frame, sink } = context;
    sink.trait({
      fact: 'trait',
      timeUs,
      frame,
      host: client.takenFrom,
      trait: 'mqtt-client-taken-over',
      value: state.clientId,
    });
  }

  #published(
    context: MessageContext,
    state: FlowState,
    side: Side,
    packet: MqttPacket,
    bytes: Uint8Array,
    isFromClient: boolean,
  ): void {
    const topic = this.topic;
    topic.bytes = bytes;
    topic.start = packet.topicStart;
    topic.end = packet.topicEnd;
    if (packet.topicAlias > 0) this.#resolve(state, side, packet, topic);
    this.#publish.publish(context, state, side, packet, topic, bytes, isFromClient);
  }

  /** Clause 3.3.2.3.4: a topic with an alias sets it, an alias without topic stands for one that was set. */
  #resolve(state: FlowState, side: Side, packet: MqttPacket, topic: NameAt): void {
    if (topic.end > topic.start) {
      this.states.setAlias(side, packet.topicAlias, topic.bytes, topic.start, topic.end);
      return;
    }
    const known = side.aliases?.get(packet.topicAlias);
    if (known !== undefined) {
      topic.bytes = known;
      topic.start = 0;
      topic.end = known.length;
    } else if (state.isConnected && !side.hasGap) {
      packet.addProblem(Problem['topic-alias-unknown'], packet.topicStart, packet.topicAlias, 0);
    }
  }

  /** Clause 3.14; nobody answers it. */
  #disconnect(context: MessageContext, state: FlowState, packet: MqttPacket, isFromClient: boolean): void {
    const operation = startOperation(context, this.#protocol, state.isReversed);
    operation.function = PacketType.disconnect;
    operation.verb = Verb.disconnect;
    if (isFromClient) {
      operation.outcome = Outcome.ok;
      operation.code = refusal(packet.reason);
    } else setUnasked(operation, context, refusal(packet.reason));
    this.#tellDisconnect(context, state, packet, operation, isFromClient);
  }

  #tellDisconnect(
    context: MessageContext,
    state: FlowState,
    packet: MqttPacket,
    operation: Operation,
    isFromClient: boolean,
  ): void {
    context.sink.operation(operation);
    // Who was thrown out by a second client keeps its place in the table until that one is accepted.
    const isThrownOut = !isFromClient && packet.reason === REASON_SESSION_TAKEN_OVER;
    if (state.connected === null || isThrownOut) return;
    this.#clients.gone(state.connected);
    state.connected = null;
  }

  #violations(context: MessageContext, packet: MqttPacket, bytes: Uint8Array, start: number, end: number): void {
    for (let index = 0; index < packet.problemCount; index++) {
      const problem = PROBLEMS[packet.problem[index]!]!;
      const detail = problem.detail(packet.problemA[index]!, packet.problemB[index]!);
      violation(context, 'mqtt', problem.rule, detail, bytes, start, end, packet.problemAt[index]);
    }
  }
}

function isBefore5(version: number): boolean {
  return version !== Version.unknown && version < Version.v5;
}

const NO_BYTES = new Uint8Array(0);
