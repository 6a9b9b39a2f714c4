// Reads base64 (RFC 4648, clauses 4 and 5), piece by piece.

const CODES = new Int8Array(256).fill(-1);
for (let index = 0; index < 26; index++) {
  CODES[0x41 + index] = index;
  CODES[0x61 + index] = 26 + index;
}
for (let index = 0; index < 10; index++) CODES[0x30 + index] = 52 + index;
CODES[0x2b] = CODES[0x2d] = 62;
CODES[0x2f] = CODES[0x5f] = 63;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export function isBase64(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (CODES[byte]! < 0 && byte !== LINE_FEED && byte !== CARRIAGE_RETURN && byte !== 0x3d) return false;
  }
  return true;
}

/** Keeps the bits between pieces. */
export class Base64Reader {
  /** A character that is none of base64 was met: the rest is something else. */
  isOver = false;
  #bits = 0;
  #count = 0;

  /** Decodes bytes[start..end) to `target`; returns how many bytes were written. `target` holds three quarters of them. */
  read(bytes: Uint8Array, start: number, end: number, target: Uint8Array): number {
    let to = 0;
    for (let at = start; at < end && !this.isOver; at++) {
      const code = CODES[bytes[at]!]!;
      if (code < 0) {
        // A line break, or the backslash of one in JSON, is no end.
        this.isOver = bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN;
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
}
