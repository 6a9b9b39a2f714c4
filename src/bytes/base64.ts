// Decodes base64 (RFC 4648, clauses 4 and 5) from bytes to bytes: what is decoded may be a secret, and never becomes a
// string. What is given stands in a buffer of its own (see secretCopy), so that it can be overwritten.

const CODES = new Int8Array(256).fill(-1);
for (let index = 0; index < 26; index++) {
  CODES[0x41 + index] = index;
  CODES[0x61 + index] = 26 + index;
}
for (let index = 0; index < 10; index++) CODES[0x30 + index] = 52 + index;
CODES[0x2b] = CODES[0x2d] = 62;
CODES[0x2f] = CODES[0x5f] = 63;
const PADDING = 0x3d;
const SPACE = 0x20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Lines of base64, padding anywhere. */
export function isBase64(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (CODES[byte]! < 0 && byte !== LINE_FEED && byte !== CARRIAGE_RETURN && byte !== PADDING) return false;
  }
  return true;
}

/** The bytes that bytes[start..end) stands for; null where that is no base64, all of it. */
export function base64Bytes(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  let stop = end;
  while (stop > start && stop > end - 2 && bytes[stop - 1] === PADDING) stop--;
  if ((stop - start) % 4 === 1) return null;
  for (let at = start; at < stop; at++) if (CODES[bytes[at]!]! < 0) return null;
  return base64Beginning(bytes, start, stop);
}

/** Up to the first character that is none of base64; white space is passed over. */
export function base64Beginning(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const target = new Uint8Array(new ArrayBuffer((Math.max(0, end - start) * 3) >> 2));
  return target.subarray(0, new Base64Reader(SPACE).read(bytes, start, end, target));
}

/** Reads it piece by piece: keeps the bits between them. */
export class Base64Reader {
  /** A character that is none of base64 was met: the rest is something else. */
  isOver = false;
  #bits = 0;
  /** Bits that were read and not written; below zero: so many are to be left out first. */
  #count = 0;
  #hasBlanks = false;
  readonly #blankMax: number;

  /** Characters up to `blankMax` are passed over; else line breaks only. */
  constructor(blankMax = -1) {
    this.#blankMax = blankMax;
  }

  /** Decodes bytes[start..end) to `target`; returns how many bytes were written. `target` holds three quarters of them. */
  read(bytes: Uint8Array, start: number, end: number, target: Uint8Array): number {
    let to = 0;
    for (let at = start; at < end && !this.isOver; at++) {
      const byte = bytes[at]!;
      const code = CODES[byte]!;
      if (code < 0) {
        this.isOver = byte > this.#blankMax && byte !== LINE_FEED && byte !== CARRIAGE_RETURN;
        this.#hasBlanks = true;
        continue;
      }
      this.#bits = ((this.#bits << 6) | code) & 0xfff;
      this.#count += 6;
      if (this.#count < 8) continue;
      this.#count -= 8;
      if (to < target.length) target[to++] = (this.#bits >> this.#count) & 0xff;
    }
    return to;
  }

  /** So many characters are not there: how many bytes that is. Over where lines make it uncertain. */
  skip(characters: number): number {
    if (this.isOver) return 0;
    if (this.#hasBlanks) {
      this.isOver = true;
      return 0;
    }
    const bits = this.#count + 6 * characters;
    const size = Math.ceil(bits / 8);
    this.#count = bits - 8 * size;
    return size;
  }
}
