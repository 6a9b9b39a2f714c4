// Reads tagged data (20.2.1): one tag at a time, with its content's place; skips constructed values. Total: whatever the
// bytes, reading ends and nothing outside start..end is looked at.
import { u16be, u32be } from '../../bytes/endian.ts';

/** Numbers of the application tags (20.2.1.4). */
export const Tag = {
  null: 0,
  boolean: 1,
  unsigned: 2,
  signed: 3,
  real: 4,
  double: 5,
  octetString: 6,
  characterString: 7,
  bitString: 8,
  enumerated: 9,
  date: 10,
  time: 11,
  objectIdentifier: 12,
} as const;

/** Values nested deeper are taken for malformed. */
const NESTING_MAX = 32;
const EXTENDED_NUMBER = 15;
const EXTENDED_LENGTH = 5;
const OPENING = 6;
const CLOSING = 7;
const INSTANCE_BITS = 22;
export const INSTANCE_MASK = 0x3f_ffff;

/** One record, refilled for each tag. */
export class TagReader {
  number = 0;
  isContext = false;
  isOpening = false;
  isClosing = false;
  /** Application boolean: 0 or 1. */
  value = 0;
  /** Where the tag itself begins, and its content. */
  tagAt = 0;
  start = 0;
  length = 0;
  /** Where the next tag begins. */
  next = 0;

  /** Reads the tag at `at`. False where none begins there or it reaches past `end`. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    if (at >= end) return false;
    const first = bytes[at]!;
    let next = at + 1;
    let number = first >> 4;
    if (number === EXTENDED_NUMBER) {
      if (next >= end) return false;
      number = bytes[next++]!;
    }
    const isContext = (first & 0x08) !== 0;
    const kind = first & 0x07;
    this.number = number;
    this.isContext = isContext;
    this.isOpening = isContext && kind === OPENING;
    this.isClosing = isContext && kind === CLOSING;
    this.value = 0;
    this.tagAt = at;
    let length = kind;
    if (kind >= EXTENDED_LENGTH) {
      if (this.isOpening || this.isClosing) length = 0;
      else if (kind > EXTENDED_LENGTH) return false;
      else {
        if (next >= end) return false;
        length = bytes[next++]!;
        if (length === 254) {
          if (next + 2 > end) return false;
          length = u16be(bytes, next);
          next += 2;
        } else if (length === 255) {
          if (next + 4 > end) return false;
          length = u32be(bytes, next);
          next += 4;
        }
      }
    }
    if (!isContext && number === Tag.boolean) {
      this.value = length;
      length = 0;
    }
    if (length > end - next) return false;
    this.start = next;
    this.length = length;
    this.next = next + length;
    return true;
  }

  /** Reads the tag at `at` if it is the primitive context tag `number`. */
  isContextValue(bytes: Uint8Array, at: number, end: number, number: number): boolean {
    return this.read(bytes, at, end) && this.isContext && this.number === number && !this.isOpening && !this.isClosing;
  }

  isOpeningTag(bytes: Uint8Array, at: number, end: number, number: number): boolean {
    return this.read(bytes, at, end) && this.isOpening && this.number === number;
  }

  isClosingTag(bytes: Uint8Array, at: number, end: number, number: number): boolean {
    return this.read(bytes, at, end) && this.isClosing && this.number === number;
  }

  /** Reads the tag at `at` if it is the application tag `number`. */
  isApplication(bytes: Uint8Array, at: number, end: number, number: number): boolean {
    return this.read(bytes, at, end) && !this.isContext && this.number === number;
  }

  /** The content as an unsigned number; -1 where it is empty or beyond 2^53. */
  unsigned(bytes: Uint8Array): number {
    return unsignedAt(bytes, this.start, this.length);
  }

  /** The content as a signed number of at most four octets, 0 where it is longer. */
  signed(bytes: Uint8Array): number {
    if (this.length === 0 || this.length > 4) return 0;
    let value = bytes[this.start]! >= 0x80 ? -1 : 0;
    for (let at = this.start; at < this.next; at++) value = (value << 8) | bytes[at]!;
    return value;
  }

  /** Object identifier: its type; -1 where the content is none. */
  objectType(bytes: Uint8Array): number {
    return this.length === 4 ? u32be(bytes, this.start) >>> INSTANCE_BITS : -1;
  }

  instance(bytes: Uint8Array): number {
    return this.length === 4 ? u32be(bytes, this.start) & INSTANCE_MASK : -1;
  }

  /**
   * Where the closing tag begins that belongs to an opening tag whose inside begins at `at`; -1 where it is not there,
   * or values are nested too deeply. Leaves this record at that closing tag.
   */
  closingAt(bytes: Uint8Array, at: number, end: number): number {
    let depth = 1;
    let from = at;
    while (this.read(bytes, from, end)) {
      if (this.isOpening && ++depth > NESTING_MAX) return -1;
      if (this.isClosing && --depth === 0) return from;
      from = this.next;
    }
    return -1;
  }
}

/** -1 where there is no octet or the number is beyond 2^53. */
export function unsignedAt(bytes: Uint8Array, start: number, length: number): number {
  if (length === 0 || length > 8) return -1;
  let value = 0;
  for (let at = start; at < start + length; at++) value = value * 256 + bytes[at]!;
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}
