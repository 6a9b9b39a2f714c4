// The checksum of the serial framing (MODBUS over serial line V1.02, clause 6.2.2): CRC-16, polynomial A001 reflected,
// initial value FFFF, least significant byte first on the wire.
const TABLE = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  TABLE[byte] = crc;
}

export const CRC_START = 0xffff;

export function crcStep(crc: number, byte: number): number {
  return (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
}

export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = CRC_START;
  for (let at = start; at < end; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!;
  return crc;
}
