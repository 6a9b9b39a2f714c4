// Addresses as people write them, from bytes or from the record's numbers.

import { u16be } from '../bytes/endian.ts';

/** Dotted decimal of the 4 bytes at `at`. */
export function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]!}.${bytes[at + 1]!}.${bytes[at + 2]!}.${bytes[at + 3]!}`;
}

/** The 16 bytes at `at` as RFC 5952 wants them: lower case, the longest run of zeros shortened. */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  // RFC 5952, 5: the last 32 bits of an IPv4-mapped address are written as IPv4.
  if (isIpv4Mapped(bytes, at)) return `::ffff:${ipv4Text(bytes, at + 12)}`;
  let longestAt = -1;
  let longestCount = 1;
  let count = 0;
  for (let group = 0; group < 8; group++) {
    count = u16be(bytes, at + 2 * group) === 0 ? count + 1 : 0;
    if (count > longestCount) {
      longestCount = count;
      longestAt = group - count + 1;
    }
  }
  let text = '';
  for (let group = 0; group < 8; group++) {
    if (group === longestAt) {
      text += '::';
      group += longestCount - 1;
      continue;
    }
    if (text !== '' && !text.endsWith(':')) text += ':';
    text += u16be(bytes, at + 2 * group).toString(16);
  }
  return text;
}

/** The address at `at` of IP version 4 or 6. */
export function ipText(version: number, bytes: Uint8Array, at: number): string {
  return version === 6 ? ipv6Text(bytes, at) : ipv4Text(bytes, at);
}

/** `00:1b:1b:00:00:01` from 16 + 32 bits (the 32 may be signed). */
export function macText(high: number, low: number): string {
  const digits = high.toString(16).padStart(4, '0') + (low >>> 0).toString(16).padStart(8, '0');
  let text = digits.slice(0, 2);
  for (let at = 2; at < 12; at += 2) text += `:${digits.slice(at, at + 2)}`;
  return text;
}

/** `00:1b:1b:00:00:01` from the 6 bytes at `at`. */
export function macTextAt(bytes: Uint8Array, at: number): string {
  return macText(u16be(bytes, at), (u16be(bytes, at + 2) << 16) | u16be(bytes, at + 4));
}

function isIpv4Mapped(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < 10; index++) if (bytes[at + index] !== 0) return false;
  return u16be(bytes, at + 10) === 0xffff;
}
