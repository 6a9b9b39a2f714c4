// PCCC commands and their answers, whatever carried them: Execute PCCC, Data Highway Plus over a connection, or an item of
// the encapsulation.
import { u16le } from '../../bytes/endian.ts';
import { Outcome } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import { NONE, type Exchange } from './exchange.ts';
import { PcccReader } from './pccc.ts';
import { PCCC_ANSWER_BIT, PCCC_FUNCTIONS } from './pccc-functions.ts';
import { setBytes } from './tag-values.ts';

/** No service has this number: a command that no service carried waits under it. */
const NO_SERVICE = 0;
/** Link and node of destination and source before a command on Data Highway Plus. */
const DH_PLUS_HEADER = 8;
/** Where the transaction stands in a command. */
const TRANSACTION = 2;
/** Keys of transactions, which no sender context and no sequence count has. */
const TRANSACTION_KEY = 0x2000_0000;

export class PcccSession {
  readonly #exchange: Exchange;
  readonly #pccc = new PcccReader();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** The command in an Execute PCCC request: bytes[start..end) begins with the requester. */
  executed(
    bytes: Uint8Array,
    start: number,
    end: number,
    unit: number,
    wrapping: number,
    service: number,
    context: MessageContext,
  ): void {
    this.#command(bytes, behindRequester(bytes, start, end), end, unit, wrapping, service, context);
  }

  /** The answer in one to Execute PCCC. */
  executedAnswer(slot: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#answer(slot, bytes, behindRequester(bytes, start, end), end, context);
  }

  /** On Data Highway Plus the sequence counts of a connection are each side's own: the transaction pairs. */
  onHighway(bytes: Uint8Array, start: number, end: number, unit: number, context: MessageContext): void {
    const at = Math.min(end, start + DH_PLUS_HEADER);
    const exchange = this.#exchange;
    exchange.key = TRANSACTION_KEY | (at + TRANSACTION + 2 <= end ? u16le(bytes, at + TRANSACTION) : 0);
    this.bare(bytes, at, end, unit, context);
  }

  /** A command or an answer that no service carried: bytes[start..end) begins with CMD. */
  bare(bytes: Uint8Array, start: number, end: number, unit: number, context: MessageContext): void {
    if (start < end && (bytes[start]! & PCCC_ANSWER_BIT) !== 0) {
      this.#answer(this.#exchange.slotOf(context.flow, NO_SERVICE, false), bytes, start, end, context);
    } else this.#command(bytes, start, end, unit, 0, NO_SERVICE, context);
  }

  #command(
    bytes: Uint8Array,
    start: number,
    end: number,
    unit: number,
    wrapping: number,
    service: number,
    context: MessageContext,
  ): void {
    const exchange = this.#exchange;
    const pccc = this.#pccc;
    pccc.readCommand(bytes, start, end);
    const operation = exchange.startRequest(unit, context);
    if (pccc.isShort) {
      exchange.broken(context, 'pccc-too-short', `${end - start} bytes, a command has at least 4`, bytes, start);
      operation.function = PCCC_FUNCTIONS + pccc.command;
      setBytes(operation, bytes, start, end);
    } else pccc.fill(operation, bytes);
    exchange.keep(operation, wrapping, service);
  }

  #answer(slot: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const exchange = this.#exchange;
    const pccc = this.#pccc;
    pccc.readAnswer(bytes, start, end);
    if (pccc.isShort) {
      exchange.broken(context, 'pccc-too-short', `${end - start} bytes, an answer has at least 4`, bytes, start);
    }
    const { operation } = context;
    if (slot === NONE) {
      startOperation(context, exchange.index, context.fromClient);
      operation.function = PCCC_FUNCTIONS + pccc.command;
      operation.count = 1;
      setUnasked(operation, context, pccc.code());
    } else {
      exchange.pending.recall(slot, operation);
      setAnswered(operation, context, pccc.code());
    }
    if (operation.outcome === Outcome.ok) pccc.fillAnswer(operation, bytes);
    context.sink.operation(operation);
    if (slot === NONE) return;
    if (operation.outcome === Outcome.ok) exchange.shown.pcccAnswer(operation, bytes, pccc.dataStart, end, context);
    exchange.pending.release(slot);
  }
}

/** The requester's id stands before the command, its own length first. */
function behindRequester(bytes: Uint8Array, start: number, end: number): number {
  return start < end ? Math.min(end, start + bytes[start]!) : end;
}
