// Pairs requests with their answers: each request waits as an operation under its type and packet identifier; what is answered
// without having been seen is told for itself.
import { u16be } from '../../bytes/endian.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import type { FlowState } from './flows.ts';
import { PacketType, Problem, REASON_REFUSED, Space } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import { FILTERS_MAX } from './parse-answers.ts';
import { NAME_BYTES_MAX, pendingKey } from './publications.ts';

const NONE = -1;

export class Requests {
  readonly #protocol: number;
  readonly #pending: PendingOperations;

  constructor(protocol: number, pending: PendingOperations) {
    this.#protocol = protocol;
    this.#pending = pending;
  }

  filters(context: MessageContext, state: FlowState, packet: MqttPacket, bytes: Uint8Array): void {
    const isSubscribed = packet.type === PacketType.subscribe;
    let at = packet.listStart;
    for (let index = 0; index < packet.listCount; index++) {
      const end = at + 2 + u16be(bytes, at);
      this.#pending.makeRoom(context);
      const operation = startOperation(context, this.#protocol, state.isReversed);
      operation.function = packet.type;
      operation.verb = isSubscribed ? Verb.subscribe : Verb.cancel;
      operation.space = Space.filter;
      operation.count = 1;
      operation.nameBytes = bytes;
      operation.nameStart = at + 2;
      operation.nameEnd = Math.min(end, at + 2 + NAME_BYTES_MAX);
      this.#pending.add(operation, pendingKey(packet.type, packet.packetId), index);
      at = isSubscribed ? end + 1 : end;
    }
  }

  /** Each code answers the filter in its place. */
  codes(context: MessageContext, state: FlowState, packet: MqttPacket, bytes: Uint8Array, type: number): void {
    const key = pendingKey(type, packet.packetId);
    const hasCodes = packet.listCount > 0;
    let answered = 0;
    for (;;) {
      const slot = this.#pending.find(context.flow, key);
      // A second request of the same identifier begins with its first filter again.
      if (slot === NONE || (answered > 0 && this.#pending.noteOf(slot) !== answered)) break;
      answered++;
      const index = this.#pending.noteOf(slot);
      const code = index < packet.listCount ? bytes[packet.listStart + index]! : 0;
      this.#answer(context, slot, refusal(code));
    }
    if (answered === 0) this.#loneCodes(context, state, packet, bytes, type);
    else if (answered !== packet.listCount && (hasCodes || type === PacketType.subscribe)) {
      packet.addProblem(Problem['answer-count-mismatch'], packet.listStart, packet.listCount, answered);
    }
  }

  /** Each code tells of a filter that was not seen; an UNSUBACK before 5.0 has none. */
  #loneCodes(context: MessageContext, state: FlowState, packet: MqttPacket, bytes: Uint8Array, type: number): void {
    if (packet.listCount === 0) this.#lone(context, state, type, 0);
    for (let index = 0; index < Math.min(packet.listCount, FILTERS_MAX); index++) {
      this.#lone(context, state, type, refusal(bytes[packet.listStart + index]!));
    }
  }

  request(context: MessageContext, state: FlowState, type: number, verb: number, packetId: number): void {
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, state.isReversed);
    operation.function = type;
    operation.verb = verb;
    this.#pending.add(operation, pendingKey(type, packetId));
  }

  /** Everything that waits under the key has its answer; nothing waits: the answer alone is told. */
  settle(context: MessageContext, state: FlowState, type: number, packetId: number, code: number): void {
    const key = pendingKey(type, packetId);
    const first = this.#pending.find(context.flow, key);
    if (first === NONE) {
      this.#lone(context, state, type, code);
      return;
    }
    this.#answer(context, first, code);
    // One PINGRESP answers one PINGREQ; the members of a PUBLISH and the will of a CONNECT share their answer.
    if (type !== PacketType.publish && type !== PacketType.connect) return;
    for (
      let slot = this.#pending.find(context.flow, key);
      slot !== NONE;
      slot = this.#pending.find(context.flow, key)
    ) {
      this.#answer(context, slot, code);
    }
  }

  #answer(context: MessageContext, slot: number, code: number): void {
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, code);
    context.sink.operation(operation);
    this.#pending.release(slot);
  }

  #lone(context: MessageContext, state: FlowState, type: number, code: number): void {
    const operation = startOperation(context, this.#protocol, state.isReversed);
    // What was published, and so which kind of PUBLISH it was, a PUBACK does not say.
    operation.function = type === PacketType.publish ? -1 : type;
    operation.verb = VERBS[type] ?? Verb.other;
    setUnasked(operation, context, code);
    context.sink.operation(operation);
  }
}

/** Codes of agreement (granted QoS, no subscribers) are no refusal. */
export function refusal(code: number): number {
  return code >= REASON_REFUSED ? code : 0;
}

const VERBS: Readonly<Record<number, number>> = {
  [PacketType.connect]: Verb.connect,
  [PacketType.publish]: Verb.publish,
  [PacketType.subscribe]: Verb.subscribe,
  [PacketType.unsubscribe]: Verb.cancel,
  [PacketType.pingreq]: Verb['keep-alive'],
  [PacketType.auth]: Verb.authenticate,
};
