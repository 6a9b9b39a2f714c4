// An EPATH (CIP Networks Library volume 1, appendix C): the segments that say where a message goes and which object is
// meant. Padded form, as it stands in requests. One record, refilled for each path.
import { u16le, u32le } from '../../bytes/endian.ts';

/** Names are built here: `Program:Main.Pump[3].Speed`. */
const NAME_BYTES = 512;
/** Paths up to here are known again; those without a name are hardly ever longer. */
const LAST_BYTES = 16;
const HASH_BIT = 0x8_0000;
const HASH_MASK = 0x7_ffff;
const DOT = 0x2e;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;

export class Path {
  classId = -1;
  instance = -1;
  attribute = -1;
  member = -1;
  connectionPoint = -1;
  /** Class that stands before the last one, and the program that the object belongs to. */
  outerClass = -1;
  outerInstance = -1;
  /** What the electronic key asks the module to be; 0 where there is none or any will do. */
  keyVendor = 0;
  keyDeviceType = 0;
  keyProductCode = 0;
  /** Where the port segments lead, see `unitName`; -1 where there are none. */
  unit = -1;
  /** Port segments. */
  hops = 0;
  /** Segments read. */
  segments = 0;
  /** Offset of what could not be read, -1 where all could. */
  problemAt = -1;
  readonly name = new Uint8Array(NAME_BYTES);
  nameSize = 0;
  #hash = 0;
  #isInBrackets = false;
  /** The path that was read last; size -1 where it cannot be known again. */
  readonly #last = new Uint8Array(LAST_BYTES);
  #lastSize = -1;

  /** Reads bytes[start..end). */
  read(bytes: Uint8Array, start: number, end: number): void {
    // Who polls sends the same path over and over.
    if (end - start === this.#lastSize && this.nameSize === 0 && this.#isLast(bytes, start)) return;
    this.#reset();
    let at = start;
    while (at < end) {
      const size = this.#segment(bytes, at, end);
      if (size <= 0 || at + size > end) {
        this.problemAt = at;
        break;
      }
      this.segments++;
      at += size;
    }
    this.#closeBrackets();
    this.#keepLast(bytes, start, end - start);
  }

  /** Starts a name that is not in the path; what is added next belongs to it. */
  startName(text: string): void {
    this.nameSize = 0;
    this.addText(text);
  }

  addText(text: string): void {
    for (let index = 0; index < text.length; index++) this.#put(text.charCodeAt(index));
  }

  addNumber(value: number): void {
    let divisor = 1;
    while (value / divisor >= 10) divisor *= 10;
    for (; divisor >= 1; divisor /= 10) this.#put(0x30 + (Math.floor(value / divisor) % 10));
  }

  #isLast(bytes: Uint8Array, start: number): boolean {
    const last = this.#last;
    for (let index = 0; index < this.#lastSize; index++) if (bytes[start + index] !== last[index]) return false;
    return true;
  }

  /** Names are changed after they were read, and where a path is broken depends on where it stands. */
  #keepLast(bytes: Uint8Array, start: number, size: number): void {
    this.#lastSize = -1;
    if (size > LAST_BYTES || this.nameSize > 0 || this.problemAt >= 0) return;
    for (let index = 0; index < size; index++) this.#last[index] = bytes[start + index]!;
    this.#lastSize = size;
  }

  #reset(): void {
    this.classId = -1;
    this.instance = -1;
    this.attribute = -1;
    this.member = -1;
    this.connectionPoint = -1;
    this.outerClass = -1;
    this.outerInstance = -1;
    this.keyVendor = 0;
    this.keyDeviceType = 0;
    this.keyProductCode = 0;
    this.unit = -1;
    this.hops = 0;
    this.segments = 0;
    this.problemAt = -1;
    this.nameSize = 0;
    this.#hash = 0;
    this.#isInBrackets = false;
  }

  /** Size of the segment at `at`, 0 where it is of no known kind or does not fit. */
  #segment(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at]!;
    switch (first >> 5) {
      case 0:
        return this.#port(bytes, at, end);
      case 1:
        return this.#logical(bytes, at, end);
      case 2:
        // Network segments: one byte of data, or their length in words (C-1.4.4).
        if ((first & 0x10) === 0) return 2;
        return at + 2 <= end ? 2 + bytes[at + 1]! * 2 : 0;
      case 3:
        return this.#symbolic(bytes, at, end);
      case 4:
        if (at + 2 > end) return 0;
        if (first === 0x91) return this.#symbol(bytes, at + 2, at + 2 + bytes[at + 1]!, end, at);
        return first === 0x80 ? 2 + bytes[at + 1]! * 2 : 0;
      default:
        // Data types stand in no request path.
        return 0;
    }
  }

  /** Port, then the link address: a byte, or as many as are told (C-1.4.1). */
  #port(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at]!;
    const isExtended = (first & 0x10) !== 0;
    let next = at + 1;
    let linkSize = 1;
    if (isExtended) {
      if (next >= end) return 0;
      linkSize = bytes[next++]!;
    }
    let port = first & 0x0f;
    if (port === 0x0f) {
      if (next + 2 > end) return 0;
      port = u16le(bytes, next);
      next += 2;
    }
    const stop = next + linkSize;
    if (stop > end || linkSize === 0) return 0;
    this.#hop(bytes, port, next, linkSize);
    return stop - at + ((stop - at) & 1);
  }

  /** Backplane and slot as they are, one hop through another port with the port, all longer routes as a hash. */
  #hop(bytes: Uint8Array, port: number, linkAt: number, linkSize: number): void {
    let hash = Math.imul(this.#hash ^ port, 0x01000193);
    for (let index = 0; index < linkSize; index++) hash = Math.imul(hash ^ bytes[linkAt + index]!, 0x01000193);
    hash = Math.imul(hash ^ (0x100 + linkSize), 0x01000193);
    this.#hash = hash;
    this.hops++;
    if (this.hops === 1 && linkSize === 1 && port >= 1 && port <= 15) {
      this.unit = port === 1 ? bytes[linkAt]! : (port << 8) | bytes[linkAt]!;
    } else this.unit = HASH_BIT | ((hash ^ (hash >>> 13)) & HASH_MASK);
  }

  #logical(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at]!;
    const kind = (first >> 2) & 7;
    const format = first & 3;
    if (kind === 5) return this.#key(bytes, at, end);
    const size = format === 0 ? 2 : format === 1 ? 4 : format === 2 ? 6 : 0;
    if (size === 0 || at + size > end) return 0;
    const value = format === 0 ? bytes[at + 1]! : format === 1 ? u16le(bytes, at + 2) : u32le(bytes, at + 2);
    this.#setLogical(kind, value);
    return size;
  }

  #setLogical(kind: number, value: number): void {
    switch (kind) {
      case 0:
        if (this.classId >= 0) {
          this.outerClass = this.classId;
          // Of programs there are many, of controllers one.
          this.outerInstance = this.classId === PROGRAM_CLASS ? this.instance : -1;
          this.instance = -1;
          this.attribute = -1;
        }
        this.classId = value;
        return;
      case 1:
        this.instance = value;
        return;
      case 2:
        this.member = value;
        this.#element(value);
        return;
      case 3:
        this.connectionPoint = value;
        return;
      case 4:
        this.attribute = value;
        return;
      default:
    }
  }

  /** Electronic key, format 4: vendor, device type, product code, revision (C-1.4.2.5). */
  #key(bytes: Uint8Array, at: number, end: number): number {
    if (at + 10 > end || bytes[at] !== 0x34 || bytes[at + 1] !== 4) return 0;
    this.keyVendor = u16le(bytes, at + 2);
    this.keyDeviceType = u16le(bytes, at + 4);
    this.keyProductCode = u16le(bytes, at + 6);
    return 10;
  }

  /** The older symbolic segment: the size in the low five bits, 0 for other alphabets. */
  #symbolic(bytes: Uint8Array, at: number, end: number): number {
    const size = bytes[at]! & 0x1f;
    return size === 0 ? 0 : this.#symbol(bytes, at + 1, at + 1 + size, end, at);
  }

  #symbol(bytes: Uint8Array, start: number, stop: number, end: number, at: number): number {
    if (stop > end || stop === start) return 0;
    this.#closeBrackets();
    if (this.nameSize > 0) this.#put(DOT);
    for (let index = start; index < stop; index++) this.#put(bytes[index]!);
    return stop - at + ((stop - at) & 1);
  }

  #element(value: number): void {
    // Without a name before it the number belongs to a numbered object.
    if (this.nameSize === 0) {
      if (this.classId !== SYMBOL_CLASS || this.instance < 0) return;
      this.startName('symbol ');
      this.addNumber(this.instance);
    }
    this.#put(this.#isInBrackets ? COMMA : OPEN);
    this.#isInBrackets = true;
    this.addNumber(value);
  }

  #closeBrackets(): void {
    if (this.#isInBrackets) this.#put(CLOSE);
    this.#isInBrackets = false;
  }

  #put(byte: number): void {
    if (this.nameSize < NAME_BYTES) this.name[this.nameSize++] = byte;
  }
}

const SYMBOL_CLASS = 0x6b;
const PROGRAM_CLASS = 0x68;

/** `slot 3`, `port 2 link 5`, `route #1a2b3`: longer routes than one hop are known by their hash alone. */
export function unitName(unit: number): string {
  if (unit < 0x100) return `slot ${unit}`;
  if (unit < HASH_BIT) return `port ${unit >> 8} link ${unit & 0xff}`;
  return `route #${(unit & HASH_MASK).toString(16).padStart(5, '0')}`;
}
