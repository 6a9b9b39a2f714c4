// Requests that wait for their response, under what pairs the two: conversation, both addresses, and sequence. The
// operations of one request have its number in common.
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { PendingOperations } from '../pending-operations.ts';
import type { Association } from './associations.ts';
import type { Fragment } from './fragment.ts';

const PENDING_MAX = 16_384;
/** Masters wait for seconds; after this a request got no answer. */
const ANSWER_TIMEOUT_US = 30_000_000;
/** A request of the same sequence that is older than this is not answered any more. */
const SAME_SEQUENCE_US = 5_000_000;
/** `note` of a pending operation: the number of its request, and of the objects before it. */
const ORDINAL_BITS = 15;
const ORDINAL_MAX = (1 << ORDINAL_BITS) - 1;
const SERIAL_MASK = 0xffff;

export class OpenRequests {
  readonly #pending = new PendingOperations(PENDING_MAX, ANSWER_TIMEOUT_US);
  /** Number of the last request. */
  #serial = 0;

  /**
   * A request begins. A master has one request open (clause 4.2.2.4), and where it has several of one sequence they are
   * answered in their order. An older one is given up where a later one was answered, or after some seconds.
   */
  begin(fragment: Fragment): void {
    const { context, association } = fragment;
    const pending = this.#pending;
    for (let slot = this.find(fragment); slot >= 0; slot = this.find(fragment)) {
      pending.recall(slot, context.operation);
      const isPassed = ((association.serialAtAnswer - this.#serialOf(slot)) & SERIAL_MASK) <= SERIAL_MASK >> 1;
      if (!isPassed && context.timeUs - context.operation.timeUs < SAME_SEQUENCE_US) break;
      context.sink.operation(context.operation);
      pending.release(slot);
    }
    this.#serial = (this.#serial + 1) & SERIAL_MASK;
  }

  /** Call it before the record is filled for `add`. */
  makeRoom(context: MessageContext): void {
    this.#pending.makeRoom(context);
  }

  /** Keeps an operation of the request that began last; `ordinal`: objects before it. */
  add(operation: Operation, fragment: Fragment, ordinal: number): void {
    const note = (this.#serial << ORDINAL_BITS) | Math.min(ordinal, ORDINAL_MAX);
    this.#pending.add(operation, keyOf(fragment), note);
  }

  /** The first operation of the request that a response answers, -1 where none waits. */
  find(fragment: Fragment): number {
    return this.#pending.find(fragment.context.flow, keyOf(fragment));
  }

  /** Gives an operation back; returns the next one of the same request, -1 where there is none. */
  releaseAndNext(slot: number, fragment: Fragment): number {
    const serial = this.#serialOf(slot);
    this.#pending.release(slot);
    const next = this.find(fragment);
    return next >= 0 && this.#serialOf(next) === serial ? next : -1;
  }

  release(slot: number): void {
    this.#pending.release(slot);
  }

  recall(slot: number, operation: Operation): void {
    this.#pending.recall(slot, operation);
  }

  functionOf(slot: number): number {
    return this.#pending.functionOf(slot);
  }

  /** Objects before this operation in its request. */
  ordinalOf(slot: number): number {
    return this.#pending.noteOf(slot) & ORDINAL_MAX;
  }

  /** The request of this operation is answered: those before it will not be. */
  answered(slot: number, association: Association): void {
    association.serialAtAnswer = this.#serialOf(slot);
  }

  /** Disables of unsolicited responses that wait turned out to be part of a start-up. */
  setStartUp(association: Association, context: MessageContext): void {
    const pending = this.#pending;
    const { operation } = context;
    for (let slot = pending.oldestOf(association.flow); slot >= 0;) {
      const next = pending.nextOf(slot);
      pending.recall(slot, operation);
      // What is put back comes round again, as `configure`.
      if (operation.verb === Verb['suppress-alarm'] && operation.unit === association.outstation) {
        const key = pending.keyOf(slot);
        const note = pending.noteOf(slot);
        operation.verb = Verb.configure;
        pending.release(slot);
        pending.add(operation, key, note);
      }
      slot = next;
    }
  }

  gap(flow: number): void {
    this.#pending.markGap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#pending.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
  }

  #serialOf(slot: number): number {
    return (this.#pending.noteOf(slot) >> ORDINAL_BITS) & SERIAL_MASK;
  }
}

function keyOf(fragment: Fragment): number {
  const { master, outstation } = fragment.association;
  return (master << 20) | (fragment.sequence << 16) | outstation;
}
