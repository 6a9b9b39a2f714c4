// The Internet checksum (RFC 1071), as IPv4, TCP, UDP and ICMP use it.

/**
 * The checksum of bytes[start..end), with `carried` (the sum of a pseudo header, see addWords) counted in. Over bytes
 * that hold their own right checksum it is 0.
 */
export function internetChecksum(bytes: Uint8Array, start: number, end: number, carried = 0): number {
  let sum = addWords(bytes, start, end, carried);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** `sum` plus the 16-bit words of bytes[start..end); an odd last byte is followed by a zero. Fits 64 KiB and more. */
export function addWords(bytes: Uint8Array, start: number, end: number, sum: number): number {
  let total = sum;
  let at = start;
  for (; at + 1 < end; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!;
  if (at < end) total += bytes[at]! << 8;
  // Folded once, so that sums can be added up without end and stay small integers.
  return (total & 0xffff) + Math.floor(total / 0x10000);
}
