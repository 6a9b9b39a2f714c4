// Decodes base64 (RFC 4648, clause 4) from bytes to bytes: what is decoded may be a secret, and never becomes a string.

const CODES = new Int8Array(256).fill(-1);
for (let index = 0; index < 26; index++) {
  CODES[0x41 + index] = index;
  CODES[0x61 + index] = 26 + index;
}
for (let index = 0; index < 10; index++) CODES[0x30 + index] = 52 + index;
CODES[0x2b] = 62;
CODES[0x2f] = 63;
const PADDING = 0x3d;

/** The bytes that bytes[start..end) stands for, in an array of their own; null where it is no base64. */
export function base64Bytes(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  let stop = end;
  while (stop > start && stop > end - 2 && bytes[stop - 1] === PADDING) stop--;
  const size = stop - start;
  if (size % 4 === 1) return null;
  // A buffer of its own (see secretCopy): it can be overwritten.
  const decoded = new Uint8Array(new ArrayBuffer((size * 3) >> 2));
  let bits = 0;
  let count = 0;
  let to = 0;
  for (let at = start; at < stop; at++) {
    const code = CODES[bytes[at]!]!;
    if (code < 0) {
      decoded.fill(0);
      return null;
    }
    bits = ((bits << 6) | code) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded[to++] = (bits >> count) & 0xff;
  }
  return decoded;
}
