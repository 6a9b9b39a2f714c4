// Modbus/TCP and Modbus over UDP: the header of seven bytes (MODBUS Messaging on TCP/IP Implementation Guide V1.0b,
// clause 3.1.3): recognises it, frames a stream by its length field, and hands each message to the session.
import { u16be } from '../../bytes/endian.ts';
import {
  Match,
  NEED_MORE,
  NOT_THIS_PROTOCOL,
  Speaker,
  type MessageContext,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { Code, EXCEPTION_BIT, ModbusMessage, Problem } from './messages.ts';
import { ModbusSession } from './session.ts';
import { SIZE_NEEDS_MORE, answerSize, fitsAnswer, fitsRequest, isAssigned, requestSize } from './shape.ts';

/** Transaction id, protocol id, length; the length counts from the unit id on. */
const HEADER = 6;
/** With the unit id. */
const PDU = 7;
/** Unit id and 253 bytes. */
const LENGTH_MAX = 254;
/** Modicon controllers agree on larger messages for function 90. */
export const FRAME_BYTES_MAX = 2048;

export class ModbusTcpDecoder implements ProtocolDecoder {
  readonly #session: ModbusSession;
  readonly #header = new ModbusMessage();

  constructor(index: number, name: string, ports: readonly number[]) {
    this.#session = new ModbusSession({ index, name, ports, isSerial: false });
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLikeModbusTcp(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (end - start <= PDU) return Speaker.unknown;
    const stop = Math.min(end, start + HEADER + u16be(bytes, start + 4));
    return speakerOf(bytes, start + PDU, stop);
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < HEADER) return NEED_MORE;
    const size = HEADER + u16be(bytes, start + 4);
    if (size <= HEADER || size > FRAME_BYTES_MAX) return NOT_THIS_PROTOCOL;
    // Another protocol id is believed only of a frame that ends where the bytes do.
    if (u16be(bytes, start + 2) !== 0 && start + size !== end) return NOT_THIS_PROTOCOL;
    return size;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const header = this.#header;
    header.problemCount = 0;
    if (end - start < PDU) {
      header.addProblem(Problem['length-too-short'], start, end - start, PDU + 1);
      const transaction = end - start >= 2 ? u16be(bytes, start) : 0;
      this.#session.message(bytes, start, end, end, end, transaction, 0, context, header);
      return;
    }
    const protocolId = u16be(bytes, start + 2);
    const length = u16be(bytes, start + 4);
    let stop = end;
    if (protocolId !== 0) header.addProblem(Problem['protocol-id-not-zero'], start + 2, protocolId, 0);
    // A stream is cut by the length field; a datagram may contradict it.
    if (length > end - start - HEADER) {
      header.addProblem(Problem['length-mismatch'], start + 4, length, end - start - HEADER);
    } else if (length < end - start - HEADER) {
      header.addProblem(Problem['trailing-bytes'], start + HEADER + length, end - start - HEADER - length, 0);
      stop = Math.max(start + PDU, start + HEADER + length);
    }
    if (length > LENGTH_MAX && end - start > PDU && (bytes[start + PDU]! & ~EXCEPTION_BIT) !== Code.umas) {
      header.addProblem(Problem['length-too-long'], start + 4, length, LENGTH_MAX);
    }
    const unit = bytes[start + HEADER]!;
    this.#session.message(bytes, start, end, start + PDU, stop, u16be(bytes, start), unit, context, header);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#session.gap(flow, fromClient);
  }

  closed(flow: number, context: MessageContext): void {
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.tick(timeUs, context);
  }
}

/**
 * `yes`: every frame up to `end` is one whose length field, function and own lengths agree. `maybe`: headers that could
 * be ours, with contents that are not, or not yet.
 */
function looksLikeModbusTcp(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let result: number = Match.no;
  while (at < end) {
    // A header that is cut is no evidence; behind a good frame it is no counter-evidence.
    if (end - at <= PDU) return u16be(bytes, at + 2) === 0 || end - at < 4 ? result : Match.no;
    const length = u16be(bytes, at + 4);
    if (u16be(bytes, at + 2) !== 0 || length < 2 || HEADER + length > FRAME_BYTES_MAX) return Match.no;
    const next = at + HEADER + length;
    const matched = next > end ? matchesCut(bytes, at + PDU, end, length - 1) : matches(bytes, at + PDU, next);
    if (matched === Match.no) return Match.no;
    if (at === start || matched < result) result = matched;
    at = next;
  }
  return result;
}

/** With a header that fits exactly even a function that is not allowed may be a malformed message. */
function matches(bytes: Uint8Array, start: number, end: number): number {
  return fitsRequest(bytes, start, end) || fitsAnswer(bytes, start, end) ? Match.yes : Match.maybe;
}

/** A frame whose end is not there: its length field may already agree with a count inside. */
function matchesCut(bytes: Uint8Array, start: number, end: number, size: number): number {
  if (!isPlausibleFunction(bytes[start]!)) return Match.no;
  const code = bytes[start]!;
  if (isCounted(code) && (requestSize(bytes, start, end) === size || answerSize(bytes, start, end) === size)) {
    return size > COUNTED_SIZE_MIN ? Match.yes : Match.maybe;
  }
  const isOpen =
    requestSize(bytes, start, end) === SIZE_NEEDS_MORE || answerSize(bytes, start, end) === SIZE_NEEDS_MORE;
  return isOpen || size <= LENGTH_MAX || code === Code.umas ? Match.maybe : Match.no;
}

/** Shorter ones are whole in the bytes that are kept of an unrecognised stream. */
const COUNTED_SIZE_MIN = 8;

/** Functions with a byte count of their own in at least one direction. */
function isCounted(code: number): boolean {
  return (
    (code <= 4 && code >= 1) || code === 12 || (code >= 15 && code <= 17) || code === 20 || code === 21 || code === 23
  );
}

/** Valid function codes are 1 to 127 (clause 4.1), refusals have the upper bit set. */
function isPlausibleFunction(code: number): boolean {
  return code > 0 && code < EXCEPTION_BIT ? true : isAssigned(code & ~EXCEPTION_BIT);
}

/** Who says a message from the function code on; unknown where both could. */
export function speakerOf(bytes: Uint8Array, start: number, end: number): number {
  const isRequest = fitsRequest(bytes, start, end);
  const isAnswer = fitsAnswer(bytes, start, end);
  if (isRequest === isAnswer) return Speaker.unknown;
  return isRequest ? Speaker.client : Speaker.server;
}
