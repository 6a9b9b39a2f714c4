// Finds the fields of RFB's handshake (RFC 6143 7.1, 7.3.2); keeps no state.
import { u32be } from '../../bytes/endian.ts';
import { Match, NEED_MORE } from '../../facts/protocol.ts';

/** Bytes that are not looked into are handed over in pieces of at most so many. */
export const FRAME_BYTES_MAX = 65_536;
export const VERSION_BYTES = 12;
/** Width, height, pixel format, length of the name. */
export const SERVER_INIT_BYTES = 24;
/** Names of desktops and reasons for a refusal are shorter. */
const TEXT_BYTES_MAX = 4096;
const NEWLINE = 0x0a;

/** `RFB 003.008` and a newline. */
export function isVersion(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < VERSION_BYTES || u32be(bytes, start) !== 0x52464220) return false;
  for (let at = start + 4; at < start + 11; at++) {
    if (at === start + 7 ? bytes[at] !== 0x2e : bytes[at]! < 0x30 || bytes[at]! > 0x39) return false;
  }
  return bytes[start + 11] === NEWLINE;
}

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  return isVersion(bytes, start, end) ? Match.yes : Match.no;
}

/** The minor version whose rules hold: 3, 7 or 8 (RFC 6143 7.1.1: others are to be taken for 3); -1: no RFB 3. */
export function minorVersion(bytes: Uint8Array, start: number): number {
  if (digits(bytes, start + 4) !== 3) return -1;
  const minor = digits(bytes, start + 8);
  // Apple's 3.889 keeps to the rules of 3.8.
  if (minor >= 8) return 8;
  return minor === 7 ? 7 : 3;
}

/** A number of types and the types; 0 types: a reason follows. */
export function typesSize(bytes: Uint8Array, start: number, end: number): number {
  return end > start ? 1 + bytes[start]! : NEED_MORE;
}

/** `before` bytes, a length, and so many bytes; 0: more is needed; -1: too long for what it is. */
export function textSize(bytes: Uint8Array, start: number, end: number, before: number): number {
  if (end - start < before + 4) return NEED_MORE;
  const length = u32be(bytes, start + before);
  return length > TEXT_BYTES_MAX ? -1 : before + 4 + length;
}

function digits(bytes: Uint8Array, at: number): number {
  return (bytes[at]! - 0x30) * 100 + (bytes[at + 1]! - 0x30) * 10 + bytes[at + 2]! - 0x30;
}
