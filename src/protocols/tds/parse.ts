// Finds the fields of TDS packets, of PRELOGIN and of LOGIN7 (MS-TDS 2.2.3, 2.2.6); keeps no state.
import { u16be, u16le, u32le } from '../../bytes/endian.ts';
import { printableUtf16 } from '../../bytes/utf16.ts';
import { Match, Speaker } from '../../facts/protocol.ts';
import { LOGIN_FIXED_BYTES, Option, PACKET_TYPES, Packet } from './messages.ts';

export const HEADER_BYTES = 8;
export const FRAME_BYTES_MAX = 65_536;
const PACKET_BYTES_MAX = 32_767;
/** The last packet of a message; the only other status of a first packet is 0, or with a reset of the connection. */
export const STATUS_LAST = 1;
const STATUS_MASK = 0x1b;
/** ALL_HEADERS with the descriptor of the transaction alone, as in every batch from TDS 7.2 on. */
const HEADERS_BYTES = 22;
const TLS_TYPE_FIRST = 0x14;
const TLS_TYPE_LAST = 0x17;
const TLS_HEADER_BYTES = 5;

export function packetLength(bytes: Uint8Array, start: number): number {
  return u16be(bytes, start + 2);
}

export function isHeader(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < HEADER_BYTES || !PACKET_TYPES.has(bytes[start]!)) return false;
  const length = packetLength(bytes, start);
  return (bytes[start + 1]! & ~STATUS_MASK) === 0 && length >= HEADER_BYTES && length <= PACKET_BYTES_MAX;
}

/** Size of a TLS record, 0: it is none. In TDS no packet has such a type. */
export function tlsRecordSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < TLS_HEADER_BYTES || bytes[start]! < TLS_TYPE_FIRST || bytes[start]! > TLS_TYPE_LAST) return 0;
  return bytes[start + 1] === 3 && bytes[start + 2]! <= 4 ? TLS_HEADER_BYTES + u16be(bytes, start + 3) : 0;
}

/** What is unmistakable is recognised on any port: PRELOGIN, LOGIN7, and a batch with its headers. */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  // The window is 0, except in attention signals of some clients; receivers ignore it.
  if (!isHeader(bytes, start, end) || bytes[start + 7] !== 0) return Match.no;
  const body = start + HEADER_BYTES;
  const type = bytes[start]!;
  if (type === Packet.login) return isLogin(bytes, body, end) ? Match.yes : Match.no;
  if (type === Packet.prelogin || type === Packet.result) {
    if (isPrelogin(bytes, body, end)) return Match.yes;
    return type === Packet.result && end > body ? Match.maybe : Match.no;
  }
  if (type === Packet.batch || type === Packet.procedure) {
    return isHeaders(bytes, body, end) ? Match.yes : Match.maybe;
  }
  return Match.maybe;
}

export function speakerOf(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return Speaker.unknown;
  return bytes[start] === Packet.result ? Speaker.server : Speaker.client;
}

function isLogin(bytes: Uint8Array, body: number, end: number): boolean {
  // Version 7.0 to 7.4, its most significant byte last.
  return end - body >= 8 && u32le(bytes, body) >= LOGIN_FIXED_BYTES && bytes[body + 7]! >> 4 === 7;
}

/** The first option is always the version, the options end behind it, and what they tell begins there. */
export function isPrelogin(bytes: Uint8Array, body: number, end: number): boolean {
  if (end - body < 6 || bytes[body] !== Option.version || u16be(bytes, body + 3) !== 6) return false;
  const first = u16be(bytes, body + 1);
  return first >= 6 && first <= 64 && first % 5 === 1 && (body + first > end || bytes[body + first - 1] === Option.end);
}

function isHeaders(bytes: Uint8Array, body: number, end: number): boolean {
  return (
    end - body >= 10 &&
    u32le(bytes, body) === HEADERS_BYTES &&
    u32le(bytes, body + 4) === HEADERS_BYTES - 4 &&
    u16le(bytes, body + 8) === 2
  );
}

/** Where the option of a PRELOGIN has its data; -1: there is none, or it has less than `least` bytes. */
export function optionAt(bytes: Uint8Array, body: number, end: number, option: number, least: number): number {
  for (let at = body; at + 5 <= end && bytes[at] !== Option.end; at += 5) {
    if (bytes[at] !== option) continue;
    const data = body + u16be(bytes, at + 1);
    return u16be(bytes, at + 3) >= least && data + least <= end ? data : -1;
  }
  return -1;
}

/** Bytes of a field of LOGIN7, whose offset and number of characters stand at `field`; empty where it is not all there. */
export function loginField(bytes: Uint8Array, body: number, end: number, field: number): Uint8Array {
  const start = body + u16le(bytes, body + field);
  const stop = start + 2 * u16le(bytes, body + field + 2);
  return body + field + 4 > end || stop > end || start < body ? NO_BYTES : bytes.subarray(start, stop);
}

export function wideText(bytes: Uint8Array, charactersMax: number): string {
  return printableUtf16(bytes, 0, bytes.length, charactersMax);
}

/** Text behind its number of characters, which has `width` bytes; empty where it is not all there. */
export function countedText(bytes: Uint8Array, at: number, end: number, width: 1 | 2, charactersMax: number): string {
  if (at + width > end) return '';
  const stop = at + width + 2 * (width === 1 ? bytes[at]! : u16le(bytes, at));
  return stop > end ? '' : wideText(bytes.subarray(at + width, stop), charactersMax);
}

const NO_BYTES = new Uint8Array(0);
