// The cyclic redundancy check of the data link layer (IEEE 1815-2012, clause 9.2.4): polynomial 0x3D65, bits reflected,
// inverted at the end, low octet first on the wire.

const REFLECTED_POLYNOMIAL = 0xa6bc;

const TABLE = new Uint16Array(256);
for (let value = 0; value < 256; value++) {
  let remainder = value;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder & 1) === 0 ? remainder >>> 1 : (remainder >>> 1) ^ REFLECTED_POLYNOMIAL;
  }
  TABLE[value] = remainder;
}

/** The same for an octet that another one follows: two at a time take the whole remainder. */
const TABLE_BEFORE = new Uint16Array(256);
for (let value = 0; value < 256; value++) {
  const remainder = TABLE[value]!;
  TABLE_BEFORE[value] = (remainder >>> 8) ^ TABLE[remainder & 0xff]!;
}

export function crcDnp3(bytes: Uint8Array, start: number, end: number): number {
  let remainder = 0;
  let at = start;
  for (; at + 1 < end; at += 2) {
    remainder = TABLE_BEFORE[(remainder ^ bytes[at]!) & 0xff]! ^ TABLE[(remainder >>> 8) ^ bytes[at + 1]!]!;
  }
  if (at < end) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ bytes[at]!) & 0xff]!;
  return ~remainder & 0xffff;
}

/** Are the two octets at `end` the check of bytes[start..end)? */
export function isCrcRight(bytes: Uint8Array, start: number, end: number): boolean {
  const crc = crcDnp3(bytes, start, end);
  return bytes[end] === (crc & 0xff) && bytes[end + 1] === crc >>> 8;
}
