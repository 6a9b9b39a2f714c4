// Reads the header of an ASDU (IEC 60870-5-101:2003, clause 7.1) and says how many of its objects are there.
import { u16le } from '../../bytes/endian.ts';
import { ASDU_HEADER, OBJECT_ADDRESS } from './apci.ts';
import { ELEMENT_OF, Element, MAY_BE_SEQUENCE, OBJECT_SIZE_OF, TIME_OF, Type } from './types.ts';

/** One record, refilled for each ASDU; offsets are those of the bytes it was parsed from. */
export class Asdu {
  type = 0;
  /** One address, elements follow each other (SQ = 1). */
  isSequence = false;
  /** What the structure qualifier says. */
  number = 0;
  cause = 0;
  /** P/N: a negative confirmation. */
  isNegative = false;
  isTest = false;
  originator = 0;
  commonAddress = 0;
  /** Objects that are there as a whole. */
  count = 0;
  /** Where the first address stands, and where the ASDU ends. */
  start = 0;
  end = 0;
  /** Bytes of an element with its time tag, -1 where the type is not decoded. */
  objectSize = 0;
  timeSize = 0;
  element = 0;
  /** The bytes are too few for the header. */
  isShort = false;
  /** Bytes too many (above 0) or too few for the number of objects. */
  excess = 0;

  parse(bytes: Uint8Array, start: number, end: number): void {
    this.isShort = end - start < ASDU_HEADER;
    this.end = end;
    this.start = Math.min(end, start + ASDU_HEADER);
    this.count = 0;
    this.excess = 0;
    if (this.isShort) return;
    const type = bytes[start]!;
    const qualifier = bytes[start + 1]!;
    const cause = bytes[start + 2]!;
    this.type = type;
    this.isSequence = (qualifier & 0x80) !== 0;
    this.number = qualifier & 0x7f;
    this.cause = cause & 0x3f;
    this.isNegative = (cause & 0x40) !== 0;
    this.isTest = (cause & 0x80) !== 0;
    this.originator = bytes[start + 3]!;
    this.commonAddress = u16le(bytes, start + 4);
    this.element = ELEMENT_OF[type]!;
    this.objectSize = OBJECT_SIZE_OF[type]!;
    this.timeSize = TIME_OF[type]!;
    if (this.element !== Element.unknown) this.#countObjects(bytes);
  }

  /** Address of an object. */
  address(bytes: Uint8Array, index: number): number {
    if (this.isSequence) return u24le(bytes, this.start) + index;
    return u24le(bytes, this.start + index * (OBJECT_ADDRESS + this.objectSize));
  }

  /** Where the element of an object stands. */
  elementAt(index: number): number {
    return this.isSequence
      ? this.start + OBJECT_ADDRESS + index * this.objectSize
      : this.start + index * (OBJECT_ADDRESS + this.objectSize) + OBJECT_ADDRESS;
  }

  #countObjects(bytes: Uint8Array): void {
    const size = this.end - this.start;
    // Where a type cannot be a sequence, the bit is wrong and the objects have their addresses.
    if (this.isSequence && MAY_BE_SEQUENCE[this.type] === 0) this.isSequence = false;
    if (this.type === Type.segment) {
      this.#countSegment(bytes, size);
      return;
    }
    const each = this.objectSize + (this.isSequence ? 0 : OBJECT_ADDRESS);
    const room = this.isSequence ? size - OBJECT_ADDRESS : size;
    const fitting = each === 0 ? 0 : Math.max(0, Math.floor(room / each));
    this.count = Math.min(this.number, fitting);
    this.excess = room - this.number * each;
  }

  /** A segment says how long it is: address, name of file, name of section, length (clause 7.3.6.6). */
  #countSegment(bytes: Uint8Array, size: number): void {
    const fixed = OBJECT_ADDRESS + this.objectSize;
    if (size < fixed) {
      this.excess = size - fixed;
      return;
    }
    this.count = Math.min(1, this.number);
    this.excess = size - fixed - bytes[this.start + fixed - 1]!;
  }
}

/** Unsigned 24 bits, least significant octet first: an information object address, a length of a file. */
export function u24le(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}
