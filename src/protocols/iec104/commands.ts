// Requests and their confirmations: commands, set points, interrogations, clocks, resets, parameters.
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { Cause, isUnknown } from './causes.ts';
import { BROADCAST_ADDRESS } from './check-asdu.ts';
import { checkOrdered, checkTime } from './check-element.ts';
import { ClockOffsets } from './clock-offsets.ts';
import type { Values } from './elements.ts';
import { codeOf, fillObject, isSelect, selectAt } from './facts.ts';
import type { FlowStates } from './flows.ts';
import { ANSWER_TIMEOUT_US, Wait, keyOf, orderOf, waitOf } from './keys.ts';
import type { Asdu } from './parse.ts';
import type { Problems } from './problems.ts';
import { Selects, Verdict } from './selects.ts';
import { Type, isCommandType, withoutTime } from './types.ts';

export class Commands {
  readonly #index: number;
  readonly #pending: PendingOperations;
  readonly #flows: FlowStates;
  readonly #problems: Problems;
  readonly #values: Values;
  readonly #selects = new Selects();
  readonly #clocks = new ClockOffsets();

  constructor(index: number, pending: PendingOperations, flows: FlowStates, problems: Problems, values: Values) {
    this.#index = index;
    this.#pending = pending;
    this.#flows = flows;
    this.#problems = problems;
    this.#values = values;
  }

  /** A request: kept until its confirmation. */
  ordered(row: number, asdu: Asdu, bytes: Uint8Array, context: MessageContext): void {
    const wait = waitOf(asdu);
    const direction = context.fromClient ? 0 : 1;
    // A request whose object is cut off is a request all the same.
    for (let index = asdu.count === 0 ? -1 : 0; index < asdu.count; index++) {
      checkObject(asdu, bytes, index, this.#problems);
      this.#pending.makeRoom(context);
      const operation = startOperation(context, this.#index, !context.fromClient);
      fillObject(operation, this.#values, asdu, bytes, index);
      const address = index < 0 ? 0 : asdu.address(bytes, index);
      if (asdu.type === Type.clock && index >= 0 && !asdu.isTest) {
        operation.verb = this.#clocks.verb(operation.server, bytes, asdu.elementAt(index), context.timeUs);
      }
      if (isCommandType(asdu.type) && index >= 0) this.#checkSelect(row, asdu, bytes, index, operation, context);
      if (asdu.commonAddress === BROADCAST_ADDRESS)
        this.#flows.setBroadcast(row, asdu.type, context.timeUs, context.frame);
      const key = keyOf(asdu.type, asdu.commonAddress, address, wait, direction);
      this.#pending.add(operation, key, orderOf(asdu, bytes, index));
    }
  }

  #checkSelect(
    row: number,
    asdu: Asdu,
    bytes: Uint8Array,
    index: number,
    operation: Operation,
    context: MessageContext,
  ): void {
    const { element, commonAddress, type } = asdu;
    const at = asdu.elementAt(index);
    const qualifierAt = selectAt(element);
    if (qualifierAt < 0 || asdu.isTest) return;
    const key = selectKey(operation.server, commonAddress, withoutTime(type), operation.first);
    const gaps = this.#flows.gaps(row);
    if (asdu.cause === Cause.deactivation) {
      this.#selects.deselect(key, context.flow);
      return;
    }
    const order = orderText(bytes, at, qualifierAt);
    if (isSelect(element, bytes, at)) {
      this.#selects.select(key, context.flow, gaps, order);
      return;
    }
    const selected = this.#selects.orderOf(key);
    const verdict = this.#selects.execute(key, context.flow, gaps, order);
    if (verdict === Verdict.notSelected) {
      this.#problems.add('execute-without-select', `point ${operation.first} is used with a select before`, at);
    } else if (verdict === Verdict.differs) {
      this.#problems.add('execute-differs-from-select', `selected ${selected}, executed ${order}`, at);
    }
  }

  /** A confirmation, or the word that something is not known: the answer to a request. */
  confirmed(row: number, asdu: Asdu, bytes: Uint8Array, context: MessageContext): void {
    // The command was confirmed before; that it has ended is no second operation.
    if (asdu.cause === Cause.activationTerminated) return;
    for (let index = asdu.count === 0 ? -1 : 0; index < asdu.count; index++) {
      const slot = this.#requestOf(row, asdu, bytes, index, context);
      if (slot >= 0) this.#answered(slot, asdu, context);
      else this.#answeredAlone(row, asdu, bytes, index, context);
    }
  }

  /** Of requests for one object the oldest with this value and qualifier; the oldest, where none can have been lost. */
  #requestOf(row: number, asdu: Asdu, bytes: Uint8Array, index: number, context: MessageContext): number {
    const { type, commonAddress, cause } = asdu;
    const address = index < 0 ? 0 : asdu.address(bytes, index);
    const order = orderOf(asdu, bytes, index);
    const asker = context.fromClient ? 1 : 0;
    for (let wait: number = Wait.activation; wait <= Wait.request; wait++) {
      if (!isUnknown(cause) && wait !== waitOf(asdu)) continue;
      const slot = this.#find(context.flow, keyOf(type, commonAddress, address, wait, asker), type, order);
      if (slot >= 0) {
        const isMirror = index < 0 || this.#pending.noteOf(slot) === order;
        // It is the answer to a request that was lost: the one that waits is another.
        if (!isMirror && this.#flows.gaps(row) > 0) continue;
        if (!isMirror) this.#tellMirror(asdu, index);
        return slot;
      }
      const broadcast = this.#find(context.flow, keyOf(type, BROADCAST_ADDRESS, address, wait, asker), type, order);
      if (broadcast >= 0) return broadcast;
    }
    return -1;
  }

  #find(flow: number, key: number, type: number, order: number): number {
    const pending = this.#pending;
    const oldest = pending.find(flow, key);
    // Keys are hashes: a request of another type is another request.
    if (oldest >= 0 && pending.functionOf(oldest) !== type) return -1;
    if (oldest < 0 || pending.noteOf(oldest) === order) return oldest;
    for (let slot = pending.nextOf(oldest); slot >= 0; slot = pending.nextOf(slot)) {
      if (pending.keyOf(slot) === key && pending.noteOf(slot) === order) return slot;
    }
    return oldest;
  }

  /** A confirmation says the command again (clause 7.3.2). */
  #tellMirror(asdu: Asdu, index: number): void {
    const at = asdu.elementAt(index);
    this.#problems.add('confirmation-differs', 'the confirmation has another value or qualifier than the request', at);
  }

  #answered(slot: number, asdu: Asdu, context: MessageContext): void {
    const { operation, sink } = context;
    this.#pending.recall(slot, operation);
    operation.unit = asdu.commonAddress;
    const code = codeOf(asdu);
    setAnswered(operation, context, code);
    if (code !== 0 && operation.verb === Verb.select) {
      this.#selects.deselect(selectKeyOf(operation), context.flow);
    }
    sink.operation(operation);
    this.#pending.release(slot);
  }

  /** The request was not seen, or it went to every station and another one has answered already. */
  #answeredAlone(row: number, asdu: Asdu, bytes: Uint8Array, index: number, context: MessageContext): void {
    const operation = startOperation(context, this.#index, context.fromClient);
    fillObject(operation, this.#values, asdu, bytes, index);
    const flows = this.#flows;
    const sinceUs = context.timeUs - flows.broadcastTimeUs(row);
    if (flows.broadcastType(row) === asdu.type && sinceUs < ANSWER_TIMEOUT_US) {
      operation.timeUs = flows.broadcastTimeUs(row);
      operation.requestFrame = flows.broadcastFrame(row);
      setAnswered(operation, context, codeOf(asdu));
    } else setUnasked(operation, context, codeOf(asdu));
    context.sink.operation(operation);
  }
}

/** The element of one object of anything but process information, and its time. `index` -1: no object is there. */
export function checkObject(asdu: Asdu, bytes: Uint8Array, index: number, problems: Problems): void {
  if (index < 0) return;
  const at = asdu.elementAt(index);
  checkOrdered(asdu.element, bytes, at, problems);
  const { timeSize, objectSize } = asdu;
  if (timeSize > 0) checkTime(timeSize, bytes, at + objectSize - timeSize, problems);
}

function selectKey(server: number, commonAddress: number, type: number, address: number): string {
  return `${server} ${commonAddress} ${type} ${address}`;
}

function selectKeyOf(operation: Operation): string {
  return selectKey(operation.server, operation.unit, withoutTime(operation.function), operation.first);
}

/** Value and qualifier without the select bit, in hexadecimal. */
function orderText(bytes: Uint8Array, at: number, qualifierAt: number): string {
  let text = '';
  for (let octet = 0; octet <= qualifierAt; octet++) {
    const value = octet === qualifierAt ? bytes[at + octet]! & 0x7f : bytes[at + octet]!;
    text += value.toString(16).padStart(2, '0');
  }
  return text;
}
