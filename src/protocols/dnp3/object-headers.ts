// One object header of an application fragment (IEEE 1815-2012, clause 4.2.2.7): group, variation, qualifier and range,
// and where its objects stand. A record that is refilled; `next` is where the following header starts.
import { i32le, u16le, u32le } from '../../bytes/endian.ts';
import { Layout, layoutOf, objectSize } from './objects.ts';

/** Range specifier codes (clause 4.2.2.7). */
const Range = {
  startStop8: 0,
  startStop16: 1,
  startStop32: 2,
  virtual8: 3,
  virtual16: 4,
  virtual32: 5,
  all: 6,
  count8: 7,
  count16: 8,
  count32: 9,
  variableFormat: 11,
} as const;

/** Octets of a range field, -1 where the code is reserved. */
const RANGE_SIZES: readonly number[] = [2, 4, 8, 2, 4, 8, 0, 1, 2, 4, -1, 1, -1, -1, -1, -1];
/** Octets of the prefix before each object. */
const PREFIX_SIZES: readonly number[] = [0, 1, 2, 4, 1, 2, 4, -1];
const PREFIX_SIZE_FIRST = 4;

/** Names of what can be wrong with a header, in the order of `HeaderProblem`. */
export const HEADER_RULES = [
  '',
  'object-header-cut-short',
  'qualifier-reserved',
  'range-reversed',
  'object-unknown',
  'objects-cut-short',
  'qualifier-unfit',
] as const;
export const HeaderProblem = {
  none: 0,
  cutShort: 1,
  qualifierReserved: 2,
  rangeReversed: 3,
  objectUnknown: 4,
  objectsCutShort: 5,
  qualifierUnfit: 6,
} as const;

/** Whether objects follow the headers of a message. */
export const Data = { none: 0, all: 1, freezeTime: 2 } as const;

const COUNT_MAX = 0x7fff_ffff;
/** Indexes above are not points of any device; they are told as having none. */
const INDEX_MAX = 0x3fff_ffff;
const CLASS_GROUP = 60;
const TIME_GROUP = 50;
const AUTHENTICATION_GROUP = 120;
const SIZE_PREFIXED_QUALIFIER = 0x5b;
const ALL_QUALIFIER = 0x06;

export class ObjectHeader {
  group = 0;
  variation = 0;
  qualifier = 0;
  layout = -1;
  /** Index of the first point of a range, -1 where the indexes stand before the objects or there are none. */
  first = -1;
  /** Objects as the header has it. */
  count = 0;
  /** Objects that are wholly there. */
  present = 0;
  /** The objects, with their prefixes, are bytes[dataStart..next). */
  dataStart = 0;
  next = 0;
  hasData = false;
  /** Octets before each object; whether they are its index or its size. */
  prefixSize = 0;
  isSizePrefixed = false;
  isCounted = false;
  /** See `HeaderProblem`; with `stops` nothing behind it can be read. */
  problem = 0;
  problemAt = 0;
  stops = false;

  /** Reads the header at `at`; `data`: see `Data`. */
  read(bytes: Uint8Array, at: number, end: number, data: number): void {
    this.#clear(at, end);
    if (at + 3 > end) {
      this.#stop(HeaderProblem.cutShort, at);
      return;
    }
    this.group = bytes[at]!;
    this.variation = bytes[at + 1]!;
    this.qualifier = bytes[at + 2]!;
    this.layout = layoutOf(this.group, this.variation);
    const rangeSize = RANGE_SIZES[this.qualifier & 0x0f]!;
    const prefixSize = PREFIX_SIZES[(this.qualifier >> 4) & 7]!;
    // Bit 7 is reserved and shall be 0.
    if (rangeSize < 0 || prefixSize < 0 || this.qualifier >= 0x80) {
      this.#stop(HeaderProblem.qualifierReserved, at + 2);
      return;
    }
    if (at + 3 + rangeSize > end) {
      this.#stop(HeaderProblem.cutShort, at + 3);
      return;
    }
    this.prefixSize = prefixSize;
    this.isSizePrefixed = ((this.qualifier >> 4) & 7) >= PREFIX_SIZE_FIRST;
    this.#readRange(bytes, at + 3);
    this.dataStart = at + 3 + rangeSize;
    this.next = this.dataStart;
    this.hasData = this.#isWithData(data);
    if (this.problem === 0) this.#measure(bytes, end);
  }

  /** Variation 0: whatever variation the outstation has. */
  get isAnyVariation(): boolean {
    return this.variation === 0;
  }

  /** Octets of one object without prefix; 0 where it has none or they differ. */
  get size(): number {
    return objectSize(this.group, this.variation);
  }

  get isPacked(): boolean {
    return this.layout === Layout.packedBit || this.layout === Layout.packedPair;
  }

  /** Index or size before the object at `at`. */
  prefix(bytes: Uint8Array, at: number): number {
    if (this.prefixSize === 1) return bytes[at]!;
    return this.prefixSize === 2 ? u16le(bytes, at) : u32le(bytes, at);
  }

  /** Index of the point whose prefix stands at `at`, -1 where it has none that could be one. */
  indexAt(bytes: Uint8Array, at: number): number {
    const index = this.prefix(bytes, at);
    return index > INDEX_MAX ? -1 : index;
  }

  #clear(at: number, end: number): void {
    this.group = 0;
    this.variation = 0;
    this.qualifier = 0;
    this.layout = -1;
    this.first = -1;
    this.count = 0;
    this.present = 0;
    this.dataStart = end;
    this.next = end;
    this.hasData = false;
    this.prefixSize = 0;
    this.isSizePrefixed = false;
    this.isCounted = false;
    this.problem = HeaderProblem.none;
    this.problemAt = at;
    this.stops = false;
  }

  #stop(problem: number, at: number): void {
    this.problem = problem;
    this.problemAt = at;
    this.stops = true;
  }

  #readRange(bytes: Uint8Array, at: number): void {
    switch (this.qualifier & 0x0f) {
      case Range.startStop8:
      case Range.virtual8:
        this.#setRange(bytes[at]!, bytes[at + 1]!, at);
        return;
      case Range.startStop16:
      case Range.virtual16:
        this.#setRange(u16le(bytes, at), u16le(bytes, at + 2), at);
        return;
      case Range.startStop32:
      case Range.virtual32:
        this.#setRange(u32le(bytes, at), u32le(bytes, at + 4), at);
        return;
      case Range.all:
        return;
      case Range.count16:
        this.#setCount(u16le(bytes, at));
        return;
      case Range.count32:
        this.#setCount(u32le(bytes, at));
        return;
      default:
        this.#setCount(bytes[at]!);
    }
  }

  #setRange(start: number, stop: number, at: number): void {
    if (stop < start) {
      this.#stop(HeaderProblem.rangeReversed, at);
      return;
    }
    this.first = start > INDEX_MAX ? -1 : start;
    this.count = Math.min(COUNT_MAX, stop - start + 1);
  }

  #setCount(count: number): void {
    this.isCounted = true;
    this.count = Math.min(COUNT_MAX, count);
  }

  #isWithData(data: number): boolean {
    // Objects whose size stands before them, and those of authentication, are there in every message (clauses 7, A.45).
    if (this.qualifier === SIZE_PREFIXED_QUALIFIER) return true;
    if (this.group === AUTHENTICATION_GROUP) return this.qualifier !== ALL_QUALIFIER;
    if (data === Data.freezeTime) return this.group === TIME_GROUP;
    return data === Data.all && this.group !== CLASS_GROUP;
  }

  /** How far the objects reach, and how many of them are there. */
  #measure(bytes: Uint8Array, end: number): void {
    if (!this.hasData) {
      // A list of indexes without objects.
      this.#take(this.prefixSize, end);
      return;
    }
    if (this.layout < 0 && !this.isSizePrefixed) {
      if (this.count > 0) this.#stop(HeaderProblem.objectUnknown, this.dataStart);
      return;
    }
    if (this.isSizePrefixed || this.layout === Layout.attribute) this.#walk(bytes, end);
    else if (this.isPacked) this.#measurePacked(end);
    else if (this.layout === Layout.free) this.#takeRest(end);
    else this.#take(this.prefixSize + this.size, end);
  }

  /** Objects of one size each. */
  #take(size: number, end: number): void {
    const room = end - this.dataStart;
    // Objects of no size are named, not there.
    if (size === 0) this.present = this.hasData ? 0 : this.count;
    else this.present = Math.min(this.count, Math.floor(room / size));
    this.next = this.dataStart + this.present * size;
    if (this.present < this.count && size > 0) this.#cut(end);
  }

  #measurePacked(end: number): void {
    if (this.prefixSize > 0) {
      // Single bits stand side by side: there is no place for prefixes (clause 4.2.2.7).
      this.#stop(HeaderProblem.qualifierUnfit, this.dataStart);
      return;
    }
    const perByte = this.layout === Layout.packedBit ? 8 : 4;
    const size = Math.ceil(this.count / perByte);
    const room = end - this.dataStart;
    this.present = Math.min(this.count, room * perByte);
    this.next = this.dataStart + Math.min(size, room);
    if (this.present < this.count) this.#cut(end);
  }

  /** An object of no fixed size whose qualifier does not tell it: it takes what is left. */
  #takeRest(end: number): void {
    this.present = Math.min(this.count, 1);
    this.next = this.present === 0 ? this.dataStart : end;
  }

  /** Each object tells its own size. */
  #walk(bytes: Uint8Array, end: number): void {
    let at = this.dataStart;
    let present = 0;
    while (present < this.count) {
      const next = this.objectEnd(bytes, at, end);
      // An object without prefix and content would never end.
      if (next < 0 || next === at) break;
      at = next;
      present++;
    }
    this.present = present;
    this.next = at;
    if (present < this.count) this.#cut(end);
  }

  /** Where the object that starts, with its prefix, at `at` ends; -1 where it is cut. */
  objectEnd(bytes: Uint8Array, at: number, end: number): number {
    const from = at + this.prefixSize;
    if (from > end) return -1;
    let next: number;
    if (this.isSizePrefixed) next = from + this.prefix(bytes, at);
    else if (this.layout === Layout.attribute) {
      if (from + 2 > end) return -1;
      next = from + 2 + attributeLength(bytes, from);
    } else next = from + this.size;
    return next > end ? -1 : next;
  }

  #cut(end: number): void {
    this.problem = HeaderProblem.objectsCutShort;
    this.problemAt = this.next;
    this.next = end;
    this.stops = true;
  }
}

/** Lists of attribute variations (type 254) and extended ones (255) count 256 octets more (clause A.1). */
const EXTENDED_ATTRIBUTE = 255;

function attributeLength(bytes: Uint8Array, at: number): number {
  return bytes[at + 1]! + (bytes[at] === EXTENDED_ATTRIBUTE ? 256 : 0);
}

/** A signed value of 2 or 4 octets. */
export function signedAt(bytes: Uint8Array, at: number, size: number): number {
  return size === 2 ? (u16le(bytes, at) << 16) >> 16 : i32le(bytes, at);
}
