// Turns the bytes of one request or answer, from the function code on, into the message record. Total: whatever the
// bytes, it returns, notes what is wrong, and fills what can be told. Keeps no state.
import { u16be } from '../../bytes/endian.ts';
import { Encoding } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import {
  Code,
  EXCEPTION_BIT,
  Mei,
  type ModbusMessage,
  Problem,
  Space,
  diagnosticVerb,
  functionSpace,
  functionVerb,
  isKnownDiagnostic,
  isKnownException,
} from './messages.ts';
import { parseFileRequest, parseFileAnswer } from './parse-file.ts';
import { parseUmasAnswer, parseUmasRequest } from './parse-umas.ts';
import { FIFO_REGISTERS_MAX, READ_WRITE_REGISTERS_MAX, quantityMax } from './shape.ts';

const ADDRESSES = 0x10000;
const COIL_ON = 0xff00;

/** A request: bytes[start] is the function code, `end` where the message ends. */
export function parseRequest(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  message.reset();
  if (!parseFunction(message, bytes, start, end)) return;
  switch (message.function) {
    case Code.readCoils:
    case Code.readDiscreteInputs:
    case Code.readHoldingRegisters:
    case Code.readInputRegisters:
      parseRange(message, bytes, start, end);
      endsAt(message, start, end, 5);
      return;
    case Code.writeSingleCoil:
    case Code.writeSingleRegister:
      parseSingle(message, bytes, start, end);
      return;
    case Code.writeMultipleCoils:
    case Code.writeMultipleRegisters:
      parseRange(message, bytes, start, end);
      parseWritten(message, bytes, start, end, 5);
      return;
    case Code.maskWriteRegister:
      parseMask(message, bytes, start, end);
      return;
    case Code.readWriteMultipleRegisters:
      parseReadWrite(message, bytes, start, end);
      return;
    case Code.readFifoQueue:
      if (!hasBytes(message, start, end, 3)) return;
      message.first = u16be(bytes, start + 1);
      endsAt(message, start, end, 3);
      return;
    case Code.readExceptionStatus:
    case Code.getCommEventCounter:
    case Code.getCommEventLog:
    case Code.reportServerId:
      endsAt(message, start, end, 1);
      return;
    case Code.diagnostics:
      parseDiagnostic(message, bytes, start, end);
      return;
    case Code.readFileRecord:
    case Code.writeFileRecord:
      parseFileRequest(message, bytes, start, end);
      return;
    case Code.encapsulatedInterface:
      parseInterfaceRequest(message, bytes, start, end);
      return;
    case Code.umas:
      parseUmasRequest(message, bytes, start, end);
      return;
    default:
      parseUnknown(message, start, end);
  }
}

/**
 * An answer: `subfunction` is the request's (-1 where none was seen), `asked` how many bits were asked for (0 where not
 * known): neither stands in the answer.
 */
export function parseAnswer(
  message: ModbusMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
  subfunction: number,
  asked: number,
): void {
  message.reset();
  if (!parseFunction(message, bytes, start, end)) return;
  if (message.exception !== 0) {
    endsAt(message, start, end, 2);
    return;
  }
  switch (message.function) {
    case Code.readCoils:
    case Code.readDiscreteInputs:
      parseReadBits(message, bytes, start, end, asked);
      return;
    case Code.readHoldingRegisters:
    case Code.readInputRegisters:
    case Code.readWriteMultipleRegisters:
      parseReadRegisters(message, bytes, start, end);
      return;
    case Code.writeSingleCoil:
    case Code.writeSingleRegister:
      parseSingle(message, bytes, start, end);
      return;
    case Code.writeMultipleCoils:
    case Code.writeMultipleRegisters:
      if (!hasBytes(message, start, end, 5)) return;
      message.first = u16be(bytes, start + 1);
      message.count = u16be(bytes, start + 3);
      endsAt(message, start, end, 5);
      return;
    case Code.maskWriteRegister:
      parseMask(message, bytes, start, end);
      return;
    case Code.readFifoQueue:
      parseFifo(message, bytes, start, end);
      return;
    case Code.readExceptionStatus:
      if (!hasBytes(message, start, end, 2)) return;
      message.setValues(start + 1, 1, Encoding.unsigned, 1);
      endsAt(message, start, end, 2);
      return;
    case Code.getCommEventCounter:
      if (!hasBytes(message, start, end, 5)) return;
      message.setValues(start + 1, 2, Encoding.unsigned, 2);
      endsAt(message, start, end, 5);
      return;
    case Code.getCommEventLog:
    case Code.reportServerId:
      parseCounted(message, bytes, start, end);
      return;
    case Code.diagnostics:
      parseDiagnostic(message, bytes, start, end);
      return;
    case Code.readFileRecord:
    case Code.writeFileRecord:
      parseFileAnswer(message, bytes, start, end);
      return;
    case Code.encapsulatedInterface:
      parseInterfaceAnswer(message, bytes, start, end);
      return;
    case Code.umas:
      parseUmasAnswer(message, bytes, start, end, subfunction);
      return;
    default:
      parseUnknown(message, start, end);
  }
}

/** Function code, exception code, and what follows from the code alone. False where there is nothing more to read. */
function parseFunction(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end) {
    message.function = -1;
    message.addProblem(Problem['length-too-short'], start, 0, 1);
    return false;
  }
  let code = bytes[start]!;
  if (code >= EXCEPTION_BIT) {
    code -= EXCEPTION_BIT;
    if (start + 1 < end) {
      message.exception = bytes[start + 1]!;
      if (!isKnownException(message.exception)) {
        message.addProblem(Problem['exception-code-unknown'], start + 1, message.exception, 0);
      }
    } else message.addProblem(Problem['length-too-short'], start, 1, 2);
    // Refused without a code (or with 0) is still refused.
    if (message.exception === 0) message.exception = EXCEPTION_WITHOUT_CODE;
  }
  message.function = code;
  message.verb = functionVerb(code);
  message.space = functionSpace(code);
  return true;
}

/** Stands for the code of an exception that carries none. */
export const EXCEPTION_WITHOUT_CODE = 256;

/** True where at least `size` bytes are there. */
function hasBytes(message: ModbusMessage, start: number, end: number, size: number): boolean {
  if (end - start >= size) return true;
  message.addProblem(Problem['length-too-short'], start, end - start, size);
  return false;
}

function endsAt(message: ModbusMessage, start: number, end: number, size: number): void {
  const left = end - start - size;
  if (left > 0) message.addProblem(Problem['trailing-bytes'], start + size, left, 0);
}

/** Address and quantity, at the place where functions 1 to 4, 15, 16 and 23 have them. */
function parseRange(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  if (end - start >= 3) message.first = u16be(bytes, start + 1);
  if (!hasBytes(message, start, end, 5)) return;
  const quantity = u16be(bytes, start + 3);
  message.count = quantity;
  checkRange(message, start + 1, message.first, quantity, quantityMax(message.function));
}

function checkRange(message: ModbusMessage, at: number, first: number, quantity: number, max: number): void {
  if (quantity === 0) message.addProblem(Problem['quantity-zero'], at + 2, 0, 0);
  else if (quantity > max) message.addProblem(Problem['quantity-above-limit'], at + 2, quantity, max);
  if (first + quantity > ADDRESSES) message.addProblem(Problem['address-beyond-space'], at, first, quantity);
}

/** Address and value of functions 5 and 6, same both ways. */
function parseSingle(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  message.count = 1;
  if (end - start >= 3) message.first = u16be(bytes, start + 1);
  if (!hasBytes(message, start, end, 5)) return;
  if (message.function === Code.writeSingleCoil) {
    const value = u16be(bytes, start + 3);
    if (value !== 0 && value !== COIL_ON) message.addProblem(Problem['coil-value-invalid'], start + 3, value, 0);
    // FF or 00: its lowest bit is the coil.
    message.setValues(start + 3, 1, Encoding.bits, 1);
  } else message.setValues(start + 3, 2, Encoding.unsigned, 1);
  endsAt(message, start, end, 5);
}

/** Byte count at `start + countAt`, values behind it; the quantity is in `message.count`. */
function parseWritten(message: ModbusMessage, bytes: Uint8Array, start: number, end: number, countAt: number): void {
  if (!hasBytes(message, start, end, countAt + 1)) return;
  const isBits = message.function === Code.writeMultipleCoils;
  const byteCount = bytes[start + countAt]!;
  const expected = isBits ? (message.count + 7) >> 3 : message.count * 2;
  if (byteCount !== expected) {
    message.addProblem(Problem['byte-count-mismatch'], start + countAt, byteCount, expected);
  }
  const valuesStart = start + countAt + 1;
  const present = Math.min(presentBytes(message, valuesStart, end, byteCount), expected);
  if (isBits) message.setValues(valuesStart, 1, Encoding.bits, Math.min(message.count, present * 8));
  else message.setValues(valuesStart, 2, Encoding.unsigned, present >> 1);
  endsAt(message, start, end, countAt + 1 + byteCount);
}

/** How many of the `byteCount` bytes at `at` are there. */
function presentBytes(message: ModbusMessage, at: number, end: number, byteCount: number): number {
  if (end - at >= byteCount) return byteCount;
  message.addProblem(Problem['values-cut-short'], at - 1, byteCount, end - at);
  return end - at;
}

/** Address, and-mask and or-mask of function 22, same both ways: the values are the two masks. */
function parseMask(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  message.count = 1;
  if (end - start >= 3) message.first = u16be(bytes, start + 1);
  if (end - start >= 5) message.setValues(start + 3, 2, Encoding.unsigned, end - start >= 7 ? 2 : 1);
  if (!hasBytes(message, start, end, 7)) return;
  endsAt(message, start, end, 7);
}

function parseReadWrite(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  parseRange(message, bytes, start, end);
  message.readFirst = message.first;
  message.readCount = message.count;
  message.first = -1;
  message.count = 0;
  if (!hasBytes(message, start, end, 9)) return;
  message.first = u16be(bytes, start + 5);
  message.count = u16be(bytes, start + 7);
  checkRange(message, start + 5, message.first, message.count, READ_WRITE_REGISTERS_MAX);
  parseWritten(message, bytes, start, end, 9);
}

function parseReadBits(message: ModbusMessage, bytes: Uint8Array, start: number, end: number, asked: number): void {
  if (!hasBytes(message, start, end, 2)) return;
  const byteCount = bytes[start + 1]!;
  const present = presentBytes(message, start + 2, end, byteCount);
  message.setValues(start + 2, 1, Encoding.bits, asked > 0 ? Math.min(asked, present * 8) : present * 8);
  endsAt(message, start, end, 2 + byteCount);
}

function parseReadRegisters(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  if (!hasBytes(message, start, end, 2)) return;
  const byteCount = bytes[start + 1]!;
  const present = presentBytes(message, start + 2, end, byteCount);
  if ((byteCount & 1) !== 0) {
    message.addProblem(Problem['byte-count-mismatch'], start + 1, byteCount, byteCount + 1);
  }
  message.setValues(start + 2, 2, Encoding.unsigned, present >> 1);
  message.count = byteCount >> 1;
  endsAt(message, start, end, 2 + byteCount);
}

/** Byte count of 16 bits, fifo count, that many registers (clause 6.18). */
function parseFifo(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  if (!hasBytes(message, start, end, 5)) return;
  const byteCount = u16be(bytes, start + 1);
  const fifoCount = u16be(bytes, start + 3);
  message.count = fifoCount;
  if (fifoCount > FIFO_REGISTERS_MAX) {
    message.addProblem(Problem['quantity-above-limit'], start + 3, fifoCount, FIFO_REGISTERS_MAX);
  }
  if (byteCount !== fifoCount * 2 + 2) {
    message.addProblem(Problem['byte-count-mismatch'], start + 1, byteCount, fifoCount * 2 + 2);
  }
  const present = presentBytes(message, start + 5, end, fifoCount * 2);
  message.setValues(start + 5, 2, Encoding.unsigned, present >> 1);
  endsAt(message, start, end, 5 + fifoCount * 2);
}

/** Byte count and that many bytes with a meaning of their own (functions 12 and 17). */
function parseCounted(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  if (!hasBytes(message, start, end, 2)) return;
  const byteCount = bytes[start + 1]!;
  const present = presentBytes(message, start + 2, end, byteCount);
  message.setValues(start + 2, 1, Encoding.bytes, present);
  endsAt(message, start, end, 2 + byteCount);
}

/** Sub-function and its data field, same both ways (clause 6.8). */
function parseDiagnostic(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  if (!hasBytes(message, start, end, 3)) return;
  const subfunction = u16be(bytes, start + 1);
  message.subfunction = subfunction;
  message.verb = diagnosticVerb(subfunction);
  if (!isKnownDiagnostic(subfunction)) {
    message.addProblem(Problem['subfunction-unassigned'], start + 1, Code.diagnostics, subfunction);
  }
  const size = end - start - 3;
  message.setValues(start + 3, 2, Encoding.unsigned, size >> 1);
  // Sub-function 0 echoes data of any length; all others have one word.
  if (subfunction === 0) {
    if (size < 2 || (size & 1) !== 0) message.addProblem(Problem['field-value-invalid'], start + 3, size, 0);
  } else if (size < 2) message.addProblem(Problem['length-too-short'], start, end - start, 5);
  else endsAt(message, start, end, 5);
}

function parseInterfaceRequest(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  if (!parseInterfaceType(message, bytes, start, end)) return;
  if (message.subfunction !== Mei.deviceIdentification) {
    message.setValues(start + 2, 1, Encoding.bytes, end - start - 2);
    return;
  }
  if (!hasBytes(message, start, end, 4)) return;
  const access = bytes[start + 2]!;
  if (access < 1 || access > 4) message.addProblem(Problem['field-value-invalid'], start + 2, access, 0);
  message.first = bytes[start + 3]!;
  // Only access 4 asks for one object; the others for a list whose length the answer tells.
  message.count = access === 4 ? 1 : 0;
  endsAt(message, start, end, 4);
}

function parseInterfaceAnswer(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
  if (!parseInterfaceType(message, bytes, start, end)) return;
  if (message.subfunction !== Mei.deviceIdentification) {
    message.setValues(start + 2, 1, Encoding.bytes, end - start - 2);
    return;
  }
  if (!hasBytes(message, start, end, 7)) return;
  message.count = bytes[start + 6]!;
  let at = start + 7;
  for (let index = 0; index < message.count; index++) {
    if (at + 2 > end || at + 2 + bytes[at + 1]! > end) {
      message.addProblem(Problem['object-cut-short'], at, at + 2 > end ? 2 : bytes[at + 1]!, Math.max(0, end - at - 2));
      at = end;
      break;
    }
    if (index === 0) message.first = bytes[at]!;
    at += 2 + bytes[at + 1]!;
  }
  message.setValues(start + 7, 1, Encoding.bytes, at - start - 7);
  endsAt(message, start, end, at - start);
}

function parseInterfaceType(message: ModbusMessage, bytes: Uint8Array, start: number, end: number): boolean {
  if (!hasBytes(message, start, end, 2)) return false;
  const type = bytes[start + 1]!;
  message.subfunction = type;
  if (type === Mei.deviceIdentification) {
    message.verb = Verb.identify;
    message.space = Space.deviceIdentification;
  } else if (type !== Mei.canopen) {
    message.addProblem(Problem['subfunction-unassigned'], start + 1, Code.encapsulatedInterface, type);
  }
  return true;
}

/** Functions nobody defined, or that a maker defined for itself (65 to 72 and 100 to 110, clause 5.1). */
function parseUnknown(message: ModbusMessage, start: number, end: number): void {
  const code = message.function;
  const isUserDefined = (code >= 65 && code <= 72) || (code >= 100 && code <= 110);
  if (code === 0) message.addProblem(Problem['function-invalid'], start, code, 0);
  else if (!isUserDefined) message.addProblem(Problem['function-unassigned'], start, code, 0);
  message.verb = Verb.other;
  message.setValues(start + 1, 1, Encoding.bytes, end - start - 1);
}
