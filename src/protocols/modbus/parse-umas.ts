// UMAS, the Modicon controllers' own protocol inside function 90: session key, sub-function, body. Everything in it is
// little-endian. There is no public specification; README.md says what is known from where.
import { u16le } from '../../bytes/endian.ts';
import { Encoding } from '../../facts/operation.ts';
import { Code, type ModbusMessage, Problem, Space, UMAS_REFUSED } from './messages.ts';
import { UMAS_ERROR, UMAS_OK, Umas, isKnownUmas, umasVerb } from './umas-functions.ts';

/** Function code, session key, sub-function (or status): then the body. */
export const UMAS_BODY = 3;

/** Layout of the block numbers that name a place in a program: two bytes of unknown meaning stand before it. */
const BLOCK_NUMBER = UMAS_BODY + 2;
const BLOCK_DATA = BLOCK_NUMBER + 4;

export function parseUmasRequest(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  if (!hasHeader(message, start, end)) return;
  const subfunction = bytes[start + 2]!;
  message.subfunction = subfunction;
  message.verb = umasVerb(subfunction);
  if (!isKnownUmas(subfunction)) {
    message.addProblem(Problem['subfunction-unassigned'], start + 2, Code.umas, subfunction);
  }
  const body = start + UMAS_BODY;
  message.setValues(body, 1, Encoding.bytes, end - body);
  switch (subfunction) {
    case Umas.takeReservation:
      // Four bytes of unknown meaning, then the owner's name with its length.
      if (end - body > 5) setName(message, body + 5, bytes[body + 4]!, end);
      return;
    case Umas.readMemoryBlock:
    case Umas.writeMemoryBlock:
      // Range, block, offset of four bytes (two are used), byte count.
      if (!hasBody(message, start, end, UMAS_BODY + 9)) return;
      message.space = Space.umasMemory;
      message.first = u16le(bytes, body + 1) * 0x10000 + u16le(bytes, body + 3);
      message.count = u16le(bytes, body + 7);
      message.setValues(body + 9, 1, Encoding.bytes, end - body - 9);
      return;
    case Umas.readPhysicalAddress:
    case Umas.writePhysicalAddress:
      // Address, kind of address, byte count: as the M221 has them.
      if (!hasBody(message, start, end, UMAS_BODY + 6)) return;
      message.space = Space.umasMemory;
      message.first = u16le(bytes, body + 2) * 0x10000 + u16le(bytes, body);
      message.count = u16le(bytes, body + 4);
      message.setValues(body + 6, 1, Encoding.bytes, end - body - 6);
      return;
    case Umas.readVariables:
    case Umas.writeVariables:
      if (!hasBody(message, start, end, UMAS_BODY + 5)) return;
      message.space = Space.umasVariable;
      message.count = bytes[body + 4]!;
      // Size, block, then in a read one more byte before the base offset.
      parseFirstVariable(message, bytes, body + 5, end, subfunction === Umas.readVariables ? 4 : 3);
      message.setValues(body + 5, 1, Encoding.bytes, end - body - 5);
      return;
    case Umas.downloadBlock:
    case Umas.uploadBlock:
      if (!hasBody(message, start, end, BLOCK_NUMBER + 2)) return;
      message.space = Space.umasProgramBlock;
      message.first = u16le(bytes, start + BLOCK_NUMBER);
      message.count = 1;
      if (subfunction === Umas.downloadBlock) parseBlockData(message, bytes, start + BLOCK_DATA, end);
      else message.setValues(body, 1, Encoding.bytes, 0);
      return;
    default:
  }
}

/** The answer does not say which sub-function it answers: `subfunction` is the request's, -1 where none was seen. */
export function parseUmasAnswer(
  message: ModbusMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
  subfunction: number,
): void {
  if (!hasHeader(message, start, end)) return;
  const status = bytes[start + 2]!;
  const body = start + UMAS_BODY;
  message.subfunction = subfunction;
  message.verb = subfunction < 0 ? 0 : umasVerb(subfunction);
  message.setValues(body, 1, Encoding.bytes, end - body);
  if (status === UMAS_ERROR) {
    message.exception = UMAS_REFUSED;
    return;
  }
  if (status !== UMAS_OK) {
    message.addProblem(Problem['field-value-invalid'], start + 2, status, 0);
    return;
  }
  if (subfunction === Umas.readMemoryBlock) parseBlockData(message, bytes, body + 3, end);
  // One byte of unknown meaning or the mark of the last block, one more, then the length.
  else if (subfunction === Umas.uploadBlock) parseBlockData(message, bytes, body + 4, end);
}

/** Data at `at`, its length in the two bytes before. */
function parseBlockData(message: ModbusMessage, bytes: Uint8Array, at: number, end: number): void {
  if (at > end) {
    message.setValues(end, 1, Encoding.bytes, 0);
    message.addProblem(Problem['values-cut-short'], end, at - end, 0);
    return;
  }
  const length = u16le(bytes, at - 2);
  if (length > end - at) message.addProblem(Problem['values-cut-short'], at - 2, length, end - at);
  message.setValues(at, 1, Encoding.bytes, Math.min(length, end - at));
}

function parseFirstVariable(
  message: ModbusMessage,
  bytes: Uint8Array,
  at: number,
  end: number,
  baseOffsetAt: number,
): void {
  if (message.count === 0 || at + baseOffsetAt + 2 > end) return;
  message.first = u16le(bytes, at + 1) * 0x10000 + u16le(bytes, at + baseOffsetAt);
}

function setName(message: ModbusMessage, at: number, length: number, end: number): void {
  if (at + length > end) message.addProblem(Problem['object-cut-short'], at - 1, length, end - at);
  message.nameStart = at;
  message.nameEnd = Math.min(at + length, end);
}

function hasHeader(message: ModbusMessage, start: number, end: number): boolean {
  return hasBody(message, start, end, UMAS_BODY);
}

function hasBody(message: ModbusMessage, start: number, end: number, size: number): boolean {
  if (end - start >= size) return true;
  message.addProblem(Problem['length-too-short'], start, end - start, size);
  return false;
}
