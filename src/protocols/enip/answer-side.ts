// Answers: each finds its request, and the pair is handed on.
import { u16le } from '../../bytes/endian.ts';
import { Outcome } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import { fillAnswer } from './answers.ts';
import { NONE, Note, type Exchange } from './exchange.ts';
import {
  SIGNATURE_SIZE,
  Signed,
  isTooDeep,
  packetCount,
  packetFrom,
  packetTo,
  signedEnd,
  signedStart,
} from './packets.ts';
import { PCCC_FUNCTIONS } from './pccc-functions.ts';
import type { PcccSession } from './pccc-session.ts';
import { ANSWER_BIT, Service, verbOf } from './services.ts';
import { General, cipCode } from './status.ts';
import { setBytes } from './tag-values.ts';

/** Service, reserved, general status, size of the extended status. */
const ANSWER_SIZE = 4;

export class AnswerSide {
  readonly #exchange: Exchange;
  readonly #pccc: PcccSession;

  constructor(exchange: Exchange, pccc: PcccSession) {
    this.#exchange = exchange;
    this.#pccc = pccc;
  }

  /** An answer in bytes[start..end). `isInPacket`: it answers one of several requests. */
  read(
    bytes: Uint8Array,
    start: number,
    end: number,
    isInPacket: boolean,
    depth: number,
    context: MessageContext,
  ): void {
    const exchange = this.#exchange;
    if (end - start < ANSWER_SIZE) {
      const detail = `${end - start} bytes, an answer has at least ${ANSWER_SIZE}`;
      exchange.broken(context, 'message-too-short', detail, bytes, start);
      return;
    }
    if (!exchange.takeMessage()) return;
    const service = bytes[start]! & ~ANSWER_BIT;
    const general = bytes[start + 2]!;
    const extendedSize = bytes[start + 3]! * 2;
    let dataStart = start + ANSWER_SIZE + extendedSize;
    if (dataStart > end) {
      const detail = `extended status of ${extendedSize} bytes, ${end - start - ANSWER_SIZE} follow`;
      exchange.broken(context, 'status-cut-short', detail, bytes, start + 3);
      dataStart = end;
    }
    const extended = extendedSize >= 2 && start + 6 <= end ? u16le(bytes, start + ANSWER_SIZE) : 0;
    const slot = exchange.slotOf(context.flow, service, isInPacket);
    if (general === General.success || general === General.embeddedServiceError) {
      if (this.#isUnwrapped(slot, service, bytes, dataStart, end, depth, context)) return;
    }
    const code = cipCode(general, extended);
    if (slot === NONE) this.#lone(bytes, service, dataStart, end, code, context);
    else if (code !== 0 && this.#answeredBy(slot) !== service) exchange.refuseAll(slot, code, context);
    else this.#pair(slot, bytes, service, dataStart, end, code, context);
  }

  #answeredBy(slot: number): number {
    return this.#exchange.pending.noteOf(slot) & Note.service;
  }

  /** Answers that only carry others; false where this is none. */
  #isUnwrapped(
    slot: number,
    service: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    depth: number,
    context: MessageContext,
  ): boolean {
    // The request was one of its own, whatever its service is called elsewhere.
    if (slot !== NONE && this.#answeredBy(slot) === service) return false;
    if (service === Service.multipleServicePacket) return this.#readPacket(bytes, start, end, depth, context);
    if (service !== Signed.send && service !== Signed.audited) return false;
    if (isTooDeep(this.#exchange, bytes, start, depth, context)) return false;
    const stop = end - SIGNATURE_SIZE;
    const from = signedStart(service, start, stop);
    const to = signedEnd(service, bytes, start, stop);
    if (to - from < ANSWER_SIZE || (bytes[from]! & ANSWER_BIT) === 0) return false;
    this.read(bytes, from, to, false, depth + 1, context);
    return true;
  }

  #readPacket(bytes: Uint8Array, start: number, end: number, depth: number, context: MessageContext): boolean {
    const exchange = this.#exchange;
    const count = packetCount(exchange, bytes, start, end, depth, context);
    for (let index = 0; index < count; index++) {
      const to = packetTo(exchange, bytes, start, end, count, index, context);
      if (to < 0) return true;
      this.read(bytes, packetFrom(bytes, start, index), to, true, depth + 1, context);
    }
    return count > 0;
  }

  #pair(
    slot: number,
    bytes: Uint8Array,
    service: number,
    dataStart: number,
    end: number,
    code: number,
    context: MessageContext,
  ): void {
    const { operation } = context;
    const { pending, shown } = this.#exchange;
    pending.recall(slot, operation);
    if (operation.function >= PCCC_FUNCTIONS && code === 0) {
      this.#pccc.executedAnswer(slot, bytes, dataStart, end, context);
      return;
    }
    setAnswered(operation, context, code);
    if (code === General.partialTransfer) operation.outcome = Outcome.ok;
    if (operation.outcome === Outcome.ok) {
      const stop = service === Signed.upload ? Math.max(dataStart, end - SIGNATURE_SIZE) : end;
      fillAnswer(operation, service, bytes, dataStart, stop);
      context.sink.operation(operation);
      shown.answer(operation, service, bytes, dataStart, stop, context);
    } else {
      context.sink.operation(operation);
      shown.refusal(operation, context);
    }
    pending.release(slot);
  }

  /** The request was not seen: only the service says what was asked. */
  #lone(
    bytes: Uint8Array,
    service: number,
    dataStart: number,
    end: number,
    code: number,
    context: MessageContext,
  ): void {
    const exchange = this.#exchange;
    const operation = startOperation(context, exchange.index, context.fromClient);
    operation.function = service;
    operation.verb = loneVerb(service);
    operation.count = 1;
    setUnasked(operation, context, code);
    if (code === General.partialTransfer) operation.outcome = Outcome.ok;
    if (operation.outcome === Outcome.ok) setBytes(operation, bytes, dataStart, end);
    context.sink.operation(operation);
  }
}

/** Without its class a service from 0x4B on can be anything. */
function loneVerb(service: number): number {
  switch (service) {
    case Service.start:
    case Service.stop:
    case Service.reset:
    case Service.delete:
      // Which object was told to is not known: no reason to alarm anybody.
      return Verb.other;
    default:
      return verbOf(service, -1);
  }
}
