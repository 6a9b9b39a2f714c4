// What one CIP request asks: class, service, path and data become the verb, the object and the values of an operation.
import { u16le, u32le } from '../../bytes/endian.ts';
import { Encoding, type Operation } from '../../facts/operation.ts';
import { setValues } from '../facts-of-messages.ts';
import { Verb } from '../../facts/verbs.ts';
import { Class, MODBUS_SPACE, TAG_SPACE, objectNumber, spaceOf } from './classes.ts';
import type { Path } from './path.ts';
import { Service, verbOf } from './services.ts';
import { setBytes, setTyped, typeSize } from './tag-values.ts';

/** Largest sub-function that a fact can carry. */
const SUBFUNCTION_MAX = 32_766;
/** Type of reset: 0 as if power was cycled, 1 to the state out of the box, 2 the same without the addresses (5A-2.3). */
const RESET_TO_FACTORY = 1;
const RESET_BUT_ADDRESSES = 2;
/** Identity: status and state are asked for again and again, the others say what the device is. */
const STATUS_ATTRIBUTE = 5;
const STATE_ATTRIBUTE = 8;

/** Data of the request: bytes[start..end). The operation is set to "nothing" but its parties. */
export function fillRequest(
  operation: Operation,
  service: number,
  path: Path,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const { classId } = path;
  const isNamed = path.nameSize > 0;
  const meaning = classId < 0 && isNamed ? Class.symbol : classId;
  operation.function = service;
  operation.subfunction = Math.min(meaning, SUBFUNCTION_MAX);
  operation.verb = verbOf(service, meaning);
  operation.count = 1;
  if (isNamed) setName(operation, path);
  else {
    operation.space = spaceOf(classId, path.outerClass);
    if (classId >= 0 && (path.instance >= 0 || path.attribute >= 0))
      operation.first = objectNumber(path.instance, path.attribute, path.outerInstance);
  }
  if (meaning === Class.symbol && isTagService(service)) fillTag(operation, service, path, bytes, start, end);
  else if (service < COMMON_END) fillCommon(operation, service, path, bytes, start, end);
  else if (classId === Class.memory) fillMemory(operation, service, bytes, start, end);
  else if (classId === Class.modbus) fillModbus(operation, service, bytes, start, end);
  else setBytes(operation, bytes, start, end);
}

const COMMON_END = 0x32;

function setName(operation: Operation, path: Path): void {
  operation.space = TAG_SPACE;
  operation.first = -1;
  operation.nameBytes = path.name;
  operation.nameStart = 0;
  operation.nameEnd = path.nameSize;
}

function isTagService(service: number): boolean {
  return (
    service === Service.readTag ||
    service === Service.writeTag ||
    service === Service.readModifyWriteTag ||
    service === Service.readTagFragmented ||
    service === Service.writeTagFragmented
  );
}

/** 1756-PM020: read: elements; write: type, elements, values; fragmented: with the offset in bytes. */
function fillTag(
  operation: Operation,
  service: number,
  path: Path,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (path.nameSize === 0 && path.instance >= 0) {
    path.startName('symbol ');
    path.addNumber(path.instance);
  }
  if (path.nameSize > 0) setName(operation, path);
  if (service === Service.readTag) return;
  if (service === Service.readTagFragmented) {
    if (start + 6 <= end) addOffset(operation, path, u32le(bytes, start + 2));
    return;
  }
  if (service === Service.readModifyWriteTag) {
    // Size of the masks, the bits to set, the bits to keep.
    if (start + 2 <= end) setBytes(operation, bytes, start + 2, Math.min(end, start + 2 + 2 * u16le(bytes, start)));
    return;
  }
  const size = typeSize(bytes, start, end);
  if (size === 0) return;
  let values = start + size + 2;
  if (service === Service.writeTagFragmented) {
    if (values + 4 > end) return;
    addOffset(operation, path, u32le(bytes, values));
    values += 4;
  }
  if (values < end) setTyped(operation, bytes, start, values, end);
}

/** What lies further inside a tag is an object of its own: `Recipe@480`. */
function addOffset(operation: Operation, path: Path, offset: number): void {
  if (offset === 0 || path.nameSize === 0) return;
  path.addText('@');
  path.addNumber(offset);
  operation.nameEnd = path.nameSize;
}

function fillCommon(
  operation: Operation,
  service: number,
  path: Path,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const { classId } = path;
  switch (service) {
    case Service.getAttributeList:
    case Service.setAttributeList:
      fillList(operation, service, path, bytes, start, end);
      break;
    case Service.reset:
      setBytes(operation, bytes, start, end);
      if (start < end && (bytes[start] === RESET_TO_FACTORY || bytes[start] === RESET_BUT_ADDRESSES)) {
        if (operation.verb === Verb.restart) operation.verb = Verb['factory-reset'];
      }
      break;
    case Service.getAttributeSingle:
      if (classId === Class.identity) setIdentityVerb(operation, path.attribute);
      break;
    default:
      setBytes(operation, bytes, start, end);
  }
}

/** Count, then attributes; a write has the value behind each. The first one is the object, the others count. */
function fillList(
  operation: Operation,
  service: number,
  path: Path,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (start + 4 > end) return;
  const attribute = u16le(bytes, start + 2);
  operation.count = Math.max(1, Math.min(u16le(bytes, start), (end - start - 2) >> 1));
  if (operation.first >= 0) operation.first = objectNumber(path.instance, attribute, path.outerInstance);
  if (service === Service.setAttributeList) setBytes(operation, bytes, start + 4, end);
  else if (path.classId === Class.identity) setIdentityVerb(operation, attribute);
}

function setIdentityVerb(operation: Operation, attribute: number): void {
  if (attribute === STATUS_ATTRIBUTE || attribute === STATE_ATTRIBUTE) operation.verb = Verb.diagnose;
}

/** The words of a controller's memory as data servers read them: address and number of words of four bytes. */
function fillMemory(operation: Operation, service: number, bytes: Uint8Array, start: number, end: number): void {
  if (service !== Service.readTag || start + 6 > end) {
    setBytes(operation, bytes, start, end);
    return;
  }
  operation.first = u32le(bytes, start) >>> 2;
  operation.count = Math.max(1, u16le(bytes, start + 4));
}

const MODBUS_FIRST = 0x4b;
const MODBUS_LAST = 0x50;
/** Of the spaces, discrete inputs to holding registers, the one that each service from 0x4B to 0x50 means. */
const MODBUS_KINDS = [0, 1, 2, 3, 1, 3];
const HOLDING_WRITE = 0x50;

/** Starting address, quantity, values (5A-43.4). */
function fillModbus(operation: Operation, service: number, bytes: Uint8Array, start: number, end: number): void {
  if (service < MODBUS_FIRST || service > MODBUS_LAST || start + 4 > end) {
    setBytes(operation, bytes, start, end);
    return;
  }
  operation.space = MODBUS_SPACE + MODBUS_KINDS[service - MODBUS_FIRST]!;
  operation.first = u16le(bytes, start);
  operation.count = Math.max(1, u16le(bytes, start + 2));
  setModbusValues(operation, bytes, start + 4, end);
}

/** Words, or bits packed into bytes; no more than were asked for. */
export function setModbusValues(operation: Operation, bytes: Uint8Array, start: number, end: number): void {
  const isWords = operation.space === MODBUS_SPACE + 2 || operation.space === MODBUS_SPACE + 3;
  const count = Math.min(operation.count, isWords ? (end - start) >> 1 : (end - start) * 8);
  if (count <= 0) return;
  if (isWords) setValues(operation, bytes, start, 2, Encoding.unsignedLittle, count);
  else setValues(operation, bytes, start, 1, Encoding.bits, count);
}

export function isModbusWrite(service: number): boolean {
  return service === HOLDING_WRITE || service === HOLDING_WRITE - 1;
}
