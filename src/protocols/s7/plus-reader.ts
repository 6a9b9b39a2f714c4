// Reads the numbers and values of S7comm-plus out of borrowed bytes: numbers of variable length, and values that carry
// their own type. A cursor: past its end it yields 0 and is `short`, which is asked once at the end.
import { u16be, u32be } from '../../bytes/endian.ts';
import { Encoding } from '../../facts/operation.ts';

export const ValueType = {
  null: 0x00,
  bool: 0x01,
  usint: 0x02,
  uint: 0x03,
  udint: 0x04,
  ulint: 0x05,
  sint: 0x06,
  int: 0x07,
  dint: 0x08,
  lint: 0x09,
  byte: 0x0a,
  word: 0x0b,
  dword: 0x0c,
  lword: 0x0d,
  real: 0x0e,
  lreal: 0x0f,
  timestamp: 0x10,
  timespan: 0x11,
  rid: 0x12,
  aid: 0x13,
  blob: 0x14,
  text: 0x15,
  struct: 0x17,
} as const;

/** How many elements: one, several side by side, several as an address, or those that are there with their places. */
const ValueFlag = { array: 0x10, addressArray: 0x20, sparseArray: 0x40 } as const;
/** The uppermost bit is set by S7-1500 controllers; what it means is not known. */
const FLAGS = ValueFlag.array | ValueFlag.addressArray | ValueFlag.sparseArray | 0x80;

/** Bytes of types of fixed size, 0 for the others; and how they are to be read. */
const FIXED_SIZE = new Uint8Array(256);
const ENCODING = new Uint8Array(256);
for (const [type, size, encoding] of [
  [ValueType.bool, 1, Encoding.unsigned],
  [ValueType.usint, 1, Encoding.unsigned],
  [ValueType.uint, 2, Encoding.unsigned],
  [ValueType.sint, 1, Encoding.signed],
  [ValueType.int, 2, Encoding.signed],
  [ValueType.byte, 1, Encoding.unsigned],
  [ValueType.word, 2, Encoding.unsigned],
  [ValueType.dword, 4, Encoding.unsigned],
  [ValueType.lword, 8, Encoding.unsigned],
  [ValueType.real, 4, Encoding.float],
  [ValueType.lreal, 8, Encoding.float],
  [ValueType.timestamp, 8, Encoding.bytes],
  [ValueType.rid, 4, Encoding.bytes],
] as const) {
  FIXED_SIZE[type] = size;
  ENCODING[type] = encoding;
}

const DEPTH_MAX = 8;
/** Numbers of variable length of one value that are kept. */
const NUMBERS_MAX = 64;
/** Structures of these ids hold their members packed. */
const PACKED_FROM = 0x90000000;
const PACKED_TO = 0x9fffffff;
const SYSTEM_PACKED_FROM = 0x02000000;
const SYSTEM_PACKED_TO = 0x02ffffff;

/** Hears the members of a value that is read, structures and what is in them. */
export type MemberHeard = (id: number, reader: PlusReader) => void;

export class PlusReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  short = false;

  /** The last value: its type, its elements, and where they stand; of variable length: decoded into `scratch`. */
  type = 0;
  count = 0;
  valueStart = 0;
  valueEnd = 0;
  valueSize = 0;
  valueCount = 0;
  encoding = 0;
  /** Bytes the values stand in: those read, or the scratch. */
  valueBytes: Uint8Array = this.bytes;
  /** The last number of 64 bits: is its uppermost bit set, and its lower 16 bits. */
  isNegative64 = false;
  low16 = 0;
  /** Where the last value's numbers of variable length stand as they were written. */
  encodedStart = 0;
  /** The first of the last value's numbers, where it has a type of variable length. */
  firstNumber = 0;
  readonly #numbers = new Float64Array(NUMBERS_MAX);
  readonly #scratch = new Uint8Array(this.#numbers.buffer);

  open(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.short = false;
    return this;
  }

  /** Has the cursor run past its end? The same as `short`, asked after calls that may set it. */
  isShort(): boolean {
    return this.short;
  }

  get left(): number {
    return this.end - this.at;
  }

  skip(size: number): void {
    if (size > this.left) this.#runOut();
    else this.at += size;
  }

  u8(): number {
    if (this.at >= this.end) return this.#runOut();
    return this.bytes[this.at++]!;
  }

  u16(): number {
    if (this.left < 2) return this.#runOut();
    this.at += 2;
    return u16be(this.bytes, this.at - 2);
  }

  u32(): number {
    if (this.left < 4) return this.#runOut();
    this.at += 4;
    return u32be(this.bytes, this.at - 4);
  }

  /** Seven bits a byte, the highest first; the uppermost bit says that more follow. At most five bytes. */
  number32(): number {
    let value = 0;
    for (let count = 0; count < 5; count++) {
      const byte = this.u8();
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) return value;
    }
    this.short = true;
    return 0;
  }

  /** The same with a sign, which is the second bit of the first byte. */
  signed32(): number {
    const first = this.u8();
    let value = (first & 0x40) === 0 ? first & 0x3f : (first & 0x3f) - 64;
    let byte = first;
    for (let count = 1; (byte & 0x80) !== 0; count++) {
      if (count === 5) {
        this.short = true;
        return 0;
      }
      byte = this.u8();
      value = value * 128 + (byte & 0x7f);
    }
    return value;
  }

  /** At most nine bytes, of which the ninth is a whole one. Not exact above 2^53: `low16` is. */
  number64(isSigned = false): number {
    let value = 0;
    let low = 0;
    for (let count = 0; count < 9; count++) {
      const byte = this.u8();
      const isLast = count === 8 || (byte & 0x80) === 0;
      if (count === 0) {
        const isNegative = isSigned && (byte & 0x40) !== 0;
        value = isNegative ? (byte & 0x3f) - 64 : byte & 0x7f;
        this.isNegative64 = (byte & 0x40) !== 0;
        low = byte & 0x7f;
      } else if (count === 8) {
        value = value * 256 + byte;
        low = (low << 8) | byte;
      } else {
        value = value * 128 + (byte & 0x7f);
        low = (low << 7) | (byte & 0x7f);
      }
      if (isLast) {
        if (!isSigned && count < 8) this.isNegative64 = false;
        this.low16 = low & 0xffff;
        return value;
      }
    }
    return value;
  }

  /** Flags, type, elements. `heard` is told of the members of structures, each when it was read. */
  value(heard: MemberHeard | null = null, depth = 0): void {
    const flags = this.u8();
    const type = this.u8();
    if ((flags & ~FLAGS) !== 0 || !isKnownType(type) || depth > DEPTH_MAX) {
      this.#runOut();
      return;
    }
    if ((flags & ValueFlag.sparseArray) !== 0) this.#sparse(type, heard, depth);
    else if ((flags & (ValueFlag.array | ValueFlag.addressArray)) !== 0) {
      this.#elements(type, Math.min(this.number32(), this.left), true, heard, depth);
    } else this.#elements(type, 1, false, heard, depth);
  }

  #sparse(type: number, heard: MemberHeard | null, depth: number): void {
    const start = this.at;
    let count = 0;
    while (!this.short && this.number32() !== 0) {
      this.#elements(type, 1, false, heard, depth);
      count++;
    }
    // What stands there are places and values: told as bytes.
    this.#set(type, count, start, this.at, 1, Encoding.bytes, this.at - start);
  }

  #elements(type: number, count: number, isArray: boolean, heard: MemberHeard | null, depth: number): void {
    const start = this.at;
    const size = FIXED_SIZE[type]!;
    if (size > 0) {
      this.skip(size * count);
      const isBit = type === ValueType.bool && !isArray;
      this.#set(type, count, start, this.at, size, isBit ? Encoding.bits : ENCODING[type]!, this.short ? 0 : count);
      return;
    }
    if (type === ValueType.struct) {
      for (let index = 0; index < count && !this.short; index++) this.#struct(heard, depth);
    } else if (type === ValueType.text || type === ValueType.blob) {
      this.#texts(type, count, start);
      return;
    } else if (type !== ValueType.null) {
      this.#numbersOf(type, count);
      return;
    }
    this.#set(type, count, start, this.at, 1, Encoding.bytes, this.at - start);
  }

  /** Length and bytes; a blob begins with the id of its root. The value is the last one without its length. */
  #texts(type: number, count: number, start: number): void {
    let textStart = start;
    for (let index = 0; index < count && !this.short; index++) {
      if (type === ValueType.blob) this.number32();
      const size = this.number32();
      textStart = this.at;
      this.skip(size);
    }
    if (count !== 1) textStart = start;
    this.#set(type, count, textStart, this.at, 1, Encoding.bytes, this.at - textStart);
  }

  #numbersOf(type: number, count: number): void {
    let kept = 0;
    this.encodedStart = this.at;
    this.firstNumber = 0;
    for (let index = 0; index < count && !this.short; index++) {
      const value = this.#numberOf(type);
      if (index === 0) this.firstNumber = value;
      if (kept < NUMBERS_MAX) this.#numbers[kept++] = value;
    }
    const isUsual = IS_LITTLE_ENDIAN && count <= NUMBERS_MAX;
    this.#set(type, count, 0, kept * 8, 8, Encoding.floatLittle, isUsual && !this.short ? kept : 0);
    this.valueBytes = this.#scratch;
  }

  #numberOf(type: number): number {
    if (type === ValueType.dint) return this.signed32();
    if (type === ValueType.lint || type === ValueType.timespan) return this.number64(true);
    return type === ValueType.ulint ? this.number64() : this.number32();
  }

  /** An id, then packed bytes, or members with an id each up to the id 0. */
  #struct(heard: MemberHeard | null, depth: number): void {
    const id = this.u32();
    const isPacked = (id >= PACKED_FROM && id <= PACKED_TO) || (id >= SYSTEM_PACKED_FROM && id <= SYSTEM_PACKED_TO);
    if (isPacked) {
      // When the interface changed, flags, length.
      this.skip(8);
      this.number32();
      this.skip(this.number32());
      return;
    }
    for (let member = this.number32(); member !== 0 && !this.isShort(); member = this.number32()) {
      this.value(heard, depth + 1);
      if (heard !== null && !this.isShort()) heard(member, this);
    }
  }

  #set(
    type: number,
    count: number,
    start: number,
    end: number,
    size: number,
    encoding: number,
    valueCount: number,
  ): void {
    this.type = type;
    this.count = count;
    this.valueStart = start;
    this.valueEnd = end;
    this.valueSize = size;
    this.encoding = encoding;
    this.valueCount = this.short ? 0 : valueCount;
    this.valueBytes = this.bytes;
  }

  #runOut(): number {
    this.short = true;
    this.at = this.end;
    return 0;
  }
}

function isKnownType(type: number): boolean {
  return type <= ValueType.text || type === ValueType.struct;
}

/** The scratch is read as little-endian; every machine this runs on is. */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
