// Names as they stand in messages: labels and pointers (RFC 1035 3.1, 4.1.4), and those of NetBIOS inside (RFC 1001 14.1).
import { printable } from '../../bytes/text.ts';
import { HEADER_BYTES } from './messages.ts';

const NAME_BYTES_MAX = 255;
const POINTERS_MAX = 32;
const NETBIOS_LABEL_BYTES = 32;

/** Where the name at `at` ends in its place; -1: it is too long, cut, or a pointer does not lead backwards. */
export function nameEnd(bytes: Uint8Array, start: number, end: number, at: number): number {
  let after = -1;
  let piece = at;
  let size = 0;
  let pointers = 0;
  for (;;) {
    if (at >= end) return -1;
    const length = bytes[at]!;
    if (length === 0) return after < 0 ? at + 1 : after;
    if (length < 64) {
      at += length + 1;
      size += length + 1;
      if (size >= NAME_BYTES_MAX) return -1;
      continue;
    }
    if (length < 0xc0 || at + 2 > end || ++pointers > POINTERS_MAX) return -1;
    if (after < 0) after = at + 2;
    const target = start + (((length & 0x3f) << 8) | bytes[at + 1]!);
    // Each piece begins before the one that points to it: no circles.
    if (target >= piece || target < start + HEADER_BYTES) return -1;
    piece = at = target;
  }
}

/** The labels of the name at `at`; empty where it cannot be parsed. */
export function labels(bytes: Uint8Array, start: number, end: number, at: number): string[] {
  const found: string[] = [];
  if (nameEnd(bytes, start, end, at) < 0) return found;
  while (bytes[at] !== 0) {
    const length = bytes[at]!;
    if (length >= 0xc0) {
      at = start + (((length & 0x3f) << 8) | bytes[at + 1]!);
      continue;
    }
    found.push(printable(bytes, at + 1, at + 1 + length));
    at += length + 1;
  }
  return found;
}

/** Lower-case, with points; `.` for the root. */
export function nameText(bytes: Uint8Array, start: number, end: number, at: number): string {
  return labels(bytes, start, end, at).join('.').toLowerCase() || '.';
}

/** RFC 1001 14.1: 16 bytes in 32 letters from A to P. */
export function isNetbiosName(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 1 + NETBIOS_LABEL_BYTES >= end || bytes[at] !== NETBIOS_LABEL_BYTES) return false;
  for (let index = at + 1; index <= at + NETBIOS_LABEL_BYTES; index++)
    if (bytes[index]! < 0x41 || bytes[index]! > 0x50) return false;
  return true;
}

/** The 16 bytes of a NetBIOS name: 15 of text, and the suffix. */
export function netbiosName(bytes: Uint8Array, at: number): Uint8Array {
  const name = new Uint8Array(16);
  for (let index = 0; index < 16; index++)
    name[index] = ((bytes[at + 1 + 2 * index]! - 0x41) << 4) | (bytes[at + 2 + 2 * index]! - 0x41);
  return name;
}

/** The text of 15 bytes at `at`, without what fills it up. */
export function netbiosText(bytes: Uint8Array, at: number): string {
  let end = at + 15;
  while (end > at && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0)) end--;
  return printable(bytes, at, end);
}
