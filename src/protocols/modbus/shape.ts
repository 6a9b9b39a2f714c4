// Says how long a request or an answer is by its own fields, and whether bytes could be one at all. Recognition,
// framing without a length field and telling directions apart rest on it; what exactly is wrong, parse.ts tells.
import { u16be } from '../../bytes/endian.ts';
import { Code, EXCEPTION_BIT, Mei, isKnownException } from './messages.ts';
import { UMAS_ERROR, UMAS_OK, isKnownUmas } from './umas-functions.ts';

/** The bytes so far do not say. */
export const SIZE_NEEDS_MORE = 0;
/** No field says: only the transport knows. */
export const SIZE_UNKNOWN = -1;

/** Limits of clause 6, in objects. */
export const READ_BITS_MAX = 2000;
export const READ_REGISTERS_MAX = 125;
export const WRITE_BITS_MAX = 1968;
export const WRITE_REGISTERS_MAX = 123;
export const READ_WRITE_REGISTERS_MAX = 121;
export const FIFO_REGISTERS_MAX = 31;

/** Most objects a request of the function may name; 0 where it names no quantity. */
export function quantityMax(code: number): number {
  switch (code) {
    case Code.readCoils:
    case Code.readDiscreteInputs:
      return READ_BITS_MAX;
    case Code.readHoldingRegisters:
    case Code.readInputRegisters:
    case Code.readWriteMultipleRegisters:
      return READ_REGISTERS_MAX;
    case Code.writeMultipleCoils:
      return WRITE_BITS_MAX;
    case Code.writeMultipleRegisters:
      return WRITE_REGISTERS_MAX;
    default:
      return 0;
  }
}

/** Bytes from the function code on, for a request whose function code is at `start`. */
export function requestSize(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return SIZE_NEEDS_MORE;
  switch (bytes[start]!) {
    case Code.readCoils:
    case Code.readDiscreteInputs:
    case Code.readHoldingRegisters:
    case Code.readInputRegisters:
    case Code.writeSingleCoil:
    case Code.writeSingleRegister:
    case Code.diagnostics:
      return 5;
    case Code.readExceptionStatus:
    case Code.getCommEventCounter:
    case Code.getCommEventLog:
    case Code.reportServerId:
      return 1;
    case Code.writeMultipleCoils:
    case Code.writeMultipleRegisters:
      return sizeByCount(bytes, start, 5, end);
    case Code.readFileRecord:
    case Code.writeFileRecord:
      return sizeByCount(bytes, start, 1, end);
    case Code.maskWriteRegister:
      return 7;
    case Code.readWriteMultipleRegisters:
      return sizeByCount(bytes, start, 9, end);
    case Code.readFifoQueue:
      return 3;
    case Code.encapsulatedInterface:
      if (start + 1 >= end) return SIZE_NEEDS_MORE;
      return bytes[start + 1] === Mei.deviceIdentification ? 4 : SIZE_UNKNOWN;
    default:
      return SIZE_UNKNOWN;
  }
}

/** Bytes from the function code on, for an answer whose function code is at `start`. */
export function answerSize(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return SIZE_NEEDS_MORE;
  const code = bytes[start]!;
  if (code >= EXCEPTION_BIT) return 2;
  switch (code) {
    case Code.readCoils:
    case Code.readDiscreteInputs:
    case Code.readHoldingRegisters:
    case Code.readInputRegisters:
    case Code.getCommEventLog:
    case Code.reportServerId:
    case Code.readFileRecord:
    case Code.writeFileRecord:
    case Code.readWriteMultipleRegisters:
      return sizeByCount(bytes, start, 1, end);
    case Code.writeSingleCoil:
    case Code.writeSingleRegister:
    case Code.diagnostics:
    case Code.getCommEventCounter:
    case Code.writeMultipleCoils:
    case Code.writeMultipleRegisters:
      return 5;
    case Code.readExceptionStatus:
      return 2;
    case Code.maskWriteRegister:
      return 7;
    case Code.readFifoQueue:
      return start + 2 < end ? 3 + u16be(bytes, start + 1) : SIZE_NEEDS_MORE;
    case Code.encapsulatedInterface:
      if (start + 1 >= end) return SIZE_NEEDS_MORE;
      return bytes[start + 1] === Mei.deviceIdentification ? identificationSize(bytes, start, end) : SIZE_UNKNOWN;
    default:
      return SIZE_UNKNOWN;
  }
}

/** The byte at `start + countAt` says how many bytes follow it. */
function sizeByCount(bytes: Uint8Array, start: number, countAt: number, end: number): number {
  return start + countAt < end ? countAt + 1 + bytes[start + countAt]! : SIZE_NEEDS_MORE;
}

/** An answer to 43/14 is a list of objects, each with its length (clause 6.21). */
function identificationSize(bytes: Uint8Array, start: number, end: number): number {
  if (start + 6 >= end) return SIZE_NEEDS_MORE;
  let at = start + 7;
  for (let left = bytes[start + 6]!; left > 0; left--) {
    if (at + 1 >= end) return SIZE_NEEDS_MORE;
    at += 2 + bytes[at + 1]!;
  }
  return at - start;
}

/** Could bytes start..end (from the function code on) be a well-formed request, nothing missing and nothing left? */
export function fitsRequest(bytes: Uint8Array, start: number, end: number): boolean {
  const size = end - start;
  if (size < 1) return false;
  const code = bytes[start]!;
  if (code === Code.umas) return size >= 3 && isKnownUmas(bytes[start + 2]!);
  if (code === Code.diagnostics)
    return size >= 5 && size % 2 === 1 && bytes[start + 1] === 0 && bytes[start + 2]! <= 20;
  if (code === Code.encapsulatedInterface && size >= 2 && bytes[start + 1] === Mei.canopen) return size >= 3;
  if (requestSize(bytes, start, end) !== size) return false;
  const max = quantityMax(code);
  if (max > 0) {
    const quantity = u16be(bytes, start + 3);
    if (quantity === 0 || quantity > max || u16be(bytes, start + 1) + quantity > 0x10000) return false;
    if (code === Code.writeMultipleCoils) return bytes[start + 5] === (quantity + 7) >> 3;
    if (code === Code.writeMultipleRegisters) return bytes[start + 5] === quantity * 2;
    if (code === Code.readWriteMultipleRegisters) return bytes[start + 9] === u16be(bytes, start + 7) * 2;
    return true;
  }
  if (code === Code.writeSingleCoil) return isCoilValue(u16be(bytes, start + 3));
  if (code === Code.readFileRecord) return size >= 9 && (size - 2) % 7 === 0 && bytes[start + 2] === 6;
  if (code === Code.writeFileRecord) return size >= 11 && bytes[start + 2] === 6;
  if (code === Code.encapsulatedInterface) return bytes[start + 2]! >= 1 && bytes[start + 2]! <= 4;
  return true;
}

/** Could bytes start..end (from the function code on) be a well-formed answer, nothing missing and nothing left? */
export function fitsAnswer(bytes: Uint8Array, start: number, end: number): boolean {
  const size = end - start;
  if (size < 1) return false;
  const code = bytes[start]!;
  if (code === Code.umas) return size >= 3 && (bytes[start + 2] === UMAS_OK || bytes[start + 2] === UMAS_ERROR);
  if (code === Code.diagnostics)
    return size >= 5 && size % 2 === 1 && bytes[start + 1] === 0 && bytes[start + 2]! <= 20;
  if (code === Code.encapsulatedInterface && size >= 2 && bytes[start + 1] === Mei.canopen) return size >= 3;
  if (answerSize(bytes, start, end) !== size) return false;
  if (code >= EXCEPTION_BIT) return isKnownException(bytes[start + 1]!) && isAssigned(code - EXCEPTION_BIT);
  switch (code) {
    case Code.readCoils:
    case Code.readDiscreteInputs:
      return size > 2;
    case Code.readHoldingRegisters:
    case Code.readInputRegisters:
    case Code.readWriteMultipleRegisters:
      return size > 2 && size % 2 === 0;
    case Code.writeSingleCoil:
      return isCoilValue(u16be(bytes, start + 3));
    case Code.readFileRecord:
      return size >= 4 && bytes[start + 3] === 6;
    case Code.writeMultipleCoils:
    case Code.writeMultipleRegisters: {
      const quantity = u16be(bytes, start + 3);
      return quantity > 0 && quantity <= quantityMax(code);
    }
    default:
      return true;
  }
}

function isCoilValue(value: number): boolean {
  return value === 0 || value === 0xff00;
}

/** Is the function one of those this protocol decodes? */
export function isAssigned(code: number): boolean {
  return (
    code === Code.umas || code === Code.encapsulatedInterface || ((ASSIGNED_BELOW_32 & (1 << code)) !== 0 && code < 32)
  );
}

const ASSIGNED_BELOW_32 = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24].reduce(
  (bits, code) => bits | (1 << code),
  0,
);
