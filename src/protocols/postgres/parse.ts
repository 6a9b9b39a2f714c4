// Finds the fields of PostgreSQL's messages (PostgreSQL documentation 55.7); keeps no state.
import { u16be, u32be } from '../../bytes/endian.ts';
import { Match, Speaker } from '../../facts/protocol.ts';
import { CLIENT_LETTERS, LETTERS, SERVER_LETTERS, Start } from './messages.ts';

/** More of a message is passed over. */
export const FRAME_BYTES_MAX = 65_536;
/** The server takes no longer one (MAX_STARTUP_PACKET_LENGTH). */
export const STARTUP_BYTES_MAX = 10_000;
/** PostgreSQL's own limit for a message (MaxAllocSize). */
export const MESSAGE_BYTES_MAX = 0x3fff_ffff;
/** Letter and length. */
export const HEADER_BYTES = 5;
const QUERY_LETTER = 0x51;
const CHAIN_MAX = 8;

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (isStart(bytes, start, end)) return Match.yes;
  return isChain(bytes, start, end) ? Match.maybe : Match.no;
}

/** The first message of a connection, that has no letter. */
export function isStart(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 8) return false;
  const length = u32be(bytes, start);
  const number = u32be(bytes, start + 4);
  if (number === Start.ssl || number === Start.gss) return length === 8;
  if (number === Start.cancel) return length >= 16 && length <= 272;
  // A name of a parameter follows, at least `user`.
  if (u16be(bytes, start + 4) !== Start.major || length < 14 || length > STARTUP_BYTES_MAX) return false;
  return bytes[start + 6] === 0 && bytes[start + 7]! <= 2 && isLetter(bytes[start + 8]!) && isLetter(bytes[start + 9]!);
}

/** Messages one after the other; the last may end later than the segment, where others were before it. */
function isChain(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let count = 0; at < end && count < CHAIN_MAX; count++) {
    if (end - at < HEADER_BYTES || !LETTERS.has(bytes[at]!)) return false;
    const length = u32be(bytes, at + 1);
    if (length < 4 || length > MESSAGE_BYTES_MAX || (bytes[at] === QUERY_LETTER && length === 4)) return false;
    at += 1 + length;
    if (at > end) return count > 0;
  }
  return at > start;
}

export function speakerOf(bytes: Uint8Array, start: number, end: number): number {
  if (isStart(bytes, start, end)) return Speaker.client;
  const letter = String.fromCharCode(bytes[start]!);
  if (SERVER_LETTERS.includes(letter)) return Speaker.server;
  return CLIENT_LETTERS.includes(letter) ? Speaker.client : Speaker.unknown;
}

/** Where the text that begins at `start` ends: at its zero byte, or at `end`. */
export function zeroAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 0) at++;
  return Math.min(at, end);
}

/** Where the value of a parameter of a StartupMessage begins; -1: it is not among them. */
export function parameterAt(bytes: Uint8Array, start: number, end: number, name: string): number {
  let at = start + 8;
  while (at < end && bytes[at] !== 0) {
    const nameEnd = zeroAt(bytes, at, end);
    if (isText(bytes, at, nameEnd, name)) return nameEnd + 1;
    at = zeroAt(bytes, nameEnd + 1, end) + 1;
  }
  return -1;
}

/** Where the field of an ErrorResponse begins; -1: it has none. */
export function errorFieldAt(bytes: Uint8Array, start: number, end: number, letter: number): number {
  let at = start + HEADER_BYTES;
  while (at < end && bytes[at] !== 0) {
    if (bytes[at] === letter) return at + 1;
    at = zeroAt(bytes, at + 1, end) + 1;
  }
  return -1;
}

export function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;
}
