// Decodes base64 (RFC 4648 clauses 4 and 5) from bytes to bytes, so that no secret becomes a string.

const CODES = new Int8Array(128).fill(-1);
for (let index = 0; index < 26; index++) {
  CODES[0x41 + index] = index;
  CODES[0x61 + index] = 26 + index;
}
for (let index = 0; index < 10; index++) CODES[0x30 + index] = 52 + index;
CODES[0x2b] = CODES[0x2d] = 62;
CODES[0x2f] = CODES[0x5f] = 63;

/** Up to the first character that is none of base64; white space is passed over. */
export function base64Bytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  // A buffer of its own (see secretCopy): what it holds may be a secret, to be overwritten.
  const target = new Uint8Array(new ArrayBuffer(Math.ceil((Math.max(0, end - start) * 3) / 4)));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte <= 0x20) continue;
    const code = byte < 128 ? CODES[byte]! : -1;
    if (code < 0) break;
    bits = ((bits << 6) | code) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    target[length++] = (bits >> count) & 0xff;
  }
  return target.subarray(0, length);
}
