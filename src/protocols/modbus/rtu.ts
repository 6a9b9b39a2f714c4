// The serial framing carried over TCP or UDP: unit id, message, CRC. Nothing says how long a frame is, so the length
// follows from function and direction, and the CRC proves it.
import { u16le } from '../../bytes/endian.ts';
import {
  Match,
  NEED_MORE,
  NOT_THIS_PROTOCOL,
  Speaker,
  type MessageContext,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { CRC_START, crc16, crcStep } from './crc.ts';
import { EXCEPTION_BIT, ModbusMessage, Problem } from './messages.ts';
import { ModbusSession } from './session.ts';
import {
  SIZE_NEEDS_MORE,
  SIZE_UNKNOWN,
  answerSize,
  fitsAnswer,
  fitsRequest,
  isAssigned,
  requestSize,
} from './shape.ts';
import { speakerOf } from './tcp.ts';

/** Unit id, function code, CRC. */
const FRAME_BYTES_MIN = 4;
export const RTU_FRAME_BYTES_MAX = 256;
const CRC_BYTES = 2;
/** Every frame has this much around the message: unit id and CRC. */
const AROUND = 3;

export class ModbusRtuDecoder implements ProtocolDecoder {
  readonly #session: ModbusSession;
  readonly #framing = new ModbusMessage();

  constructor(index: number, name: string, ports: readonly number[]) {
    this.#session = new ModbusSession({ index, name, ports, isSerial: true });
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const size = provenSize(bytes, at, end);
      if (size <= 0) return at > start && size === NEED_MORE ? Match.yes : Match.no;
      const stop = at + size - CRC_BYTES;
      if (!fitsRequest(bytes, at + 1, stop) && !fitsAnswer(bytes, at + 1, stop)) return Match.no;
      at += size;
    }
    return at > start ? Match.yes : Match.no;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    const size = provenSize(bytes, start, end);
    return size > 0 ? speakerOf(bytes, start + 1, start + size - CRC_BYTES) : Speaker.unknown;
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    const size = provenSize(bytes, start, end);
    // A frame whose CRC is wrong but that ends where the bytes do is a damaged frame, not a lost one.
    return size === NOT_THIS_PROTOCOL && isWholeByLength(bytes, start, end) ? end - start : size;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const framing = this.#framing;
    framing.problemCount = 0;
    const unit = start < end ? bytes[start]! : 0;
    if (end - start < FRAME_BYTES_MIN) {
      framing.addProblem(Problem['length-too-short'], start, end - start, FRAME_BYTES_MIN);
      this.#session.message(bytes, start, end, end, end, 0, unit, context, framing);
      return;
    }
    const stop = end - CRC_BYTES;
    const said = u16le(bytes, stop);
    const computed = crc16(bytes, start, stop);
    if (said !== computed) framing.addProblem(Problem['crc-wrong'], stop, said, computed);
    this.#session.message(bytes, start, end, start + 1, stop, 0, unit, context, framing);
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
 * Size of the frame at `start` that its CRC proves, NEED_MORE while bytes are missing that could prove one,
 * NOT_THIS_PROTOCOL where none can.
 */
function provenSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2) return NEED_MORE;
  if (!isAssigned(bytes[start + 1]! & ~EXCEPTION_BIT)) return sizeByCrc(bytes, start, end);
  const asRequest = proven(bytes, start, end, requestSize(bytes, start + 1, end));
  if (asRequest > 0) return asRequest;
  const asAnswer = proven(bytes, start, end, answerSize(bytes, start + 1, end));
  if (asAnswer > 0) return asAnswer;
  return asRequest === NEED_MORE || asAnswer === NEED_MORE ? NEED_MORE : NOT_THIS_PROTOCOL;
}

function proven(bytes: Uint8Array, start: number, end: number, pduSize: number): number {
  if (pduSize === SIZE_UNKNOWN) return sizeByCrc(bytes, start, end);
  if (pduSize === SIZE_NEEDS_MORE) return NEED_MORE;
  const size = pduSize + AROUND;
  if (size > RTU_FRAME_BYTES_MAX) return NOT_THIS_PROTOCOL;
  if (start + size > end) return NEED_MORE;
  const stop = start + size - CRC_BYTES;
  return crc16(bytes, start, stop) === u16le(bytes, stop) ? size : NOT_THIS_PROTOCOL;
}

/** Of a message whose length nothing tells: the first place where the CRC comes out. */
function sizeByCrc(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(end, start + RTU_FRAME_BYTES_MAX);
  let crc = CRC_START;
  for (let at = start; at < last; at++) {
    crc = crcStep(crc, bytes[at]!);
    // The CRC over a frame with its CRC is 0.
    if (crc === 0 && at + 1 - start >= FRAME_BYTES_MIN) return at + 1 - start;
  }
  return end - start < RTU_FRAME_BYTES_MAX ? NEED_MORE : NOT_THIS_PROTOCOL;
}

function isWholeByLength(bytes: Uint8Array, start: number, end: number): boolean {
  const size = end - start;
  return (
    size >= FRAME_BYTES_MIN &&
    size <= RTU_FRAME_BYTES_MAX &&
    (requestSize(bytes, start + 1, end) === size - AROUND || answerSize(bytes, start + 1, end) === size - AROUND)
  );
}
