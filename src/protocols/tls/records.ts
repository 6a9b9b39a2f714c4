// Finds the records of TLS in a stream (RFC 8446 5.1) and the hello of SSL 2.0 (RFC 5246 E.2); keeps no state.
import { u16be, u24be } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { ContentType, HandshakeType, Version, isAlert, isHandshakeType } from './messages.ts';

export const RECORD_HEADER_BYTES = 5;
export const HANDSHAKE_HEADER_BYTES = 4;
/** RFC 5246 6.2.3: compression and encryption may add so much to 2^14. */
const FRAGMENT_BYTES_MAX = 16_384 + 2048;
export const FRAME_BYTES_MAX = RECORD_HEADER_BYTES + FRAGMENT_BYTES_MAX;
/** Less than this no cipher makes of a piece of application data: recognition in the middle asks for it. */
const SEALED_BYTES_MIN = 17;

const SSL2_HEADER_BYTES = 2;
const SSL2_HELLO_BYTES = 11;
const SSL2_CHALLENGE_BYTES_MIN = 16;
const SSL2_CHALLENGE_BYTES_MAX = 32;

/** The record at `start`, NEED_MORE or NOT_THIS_PROTOCOL. */
export function recordSize(bytes: Uint8Array, start: number, end: number): number {
  const available = end - start;
  const type = bytes[start]!;
  if (type < ContentType.changeCipherSpec || type > ContentType.applicationData) return NOT_THIS_PROTOCOL;
  if (available >= 2 && bytes[start + 1] !== 3) return NOT_THIS_PROTOCOL;
  if (available < RECORD_HEADER_BYTES) return NEED_MORE;
  if (bytes[start + 2]! > 4) return NOT_THIS_PROTOCOL;
  const length = u16be(bytes, start + 3);
  return length > FRAGMENT_BYTES_MAX ? NOT_THIS_PROTOCOL : RECORD_HEADER_BYTES + length;
}

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (ssl2HelloSize(bytes, start, end) > 0) return Match.yes;
  const size = recordSize(bytes, start, end);
  if (size <= RECORD_HEADER_BYTES) return Match.no;
  const next = start + size;
  switch (bytes[start]) {
    case ContentType.handshake:
      return looksLikeHandshake(bytes, start, end, next);
    case ContentType.changeCipherSpec:
      if (size !== RECORD_HEADER_BYTES + 1 || (end > start + 5 && bytes[start + 5] !== 1)) return Match.no;
      return isFollowed(bytes, next, end) ? Match.yes : Match.maybe;
    case ContentType.alert:
      if (size === RECORD_HEADER_BYTES + 2) {
        return end >= next && isAlert(bytes[start + 5]!, bytes[start + 6]!) ? Match.maybe : Match.no;
      }
      return size < RECORD_HEADER_BYTES + SEALED_BYTES_MIN ? Match.no : Match.maybe;
    default:
      if (size < RECORD_HEADER_BYTES + SEALED_BYTES_MIN) return Match.no;
      return next === end || isFollowed(bytes, next, end) ? Match.yes : Match.maybe;
  }
}

/** Another record's header stands at `next`. */
function isFollowed(bytes: Uint8Array, next: number, end: number): boolean {
  return end - next >= RECORD_HEADER_BYTES && recordSize(bytes, next, end) > RECORD_HEADER_BYTES;
}

/** A hello with its version is enough on any port; other messages where a length agrees. */
function looksLikeHandshake(bytes: Uint8Array, start: number, end: number, next: number): number {
  const at = start + RECORD_HEADER_BYTES;
  if (end - at < HANDSHAKE_HEADER_BYTES) return Match.no;
  const type = bytes[at]!;
  const length = u24be(bytes, at + 1);
  if (type === HandshakeType.clientHello || type === HandshakeType.serverHello) {
    if (end - at < HANDSHAKE_HEADER_BYTES + 2 || length < 38 || length > 0xffff) return Match.no;
    return bytes[at + 4] === 3 && bytes[at + 5]! <= 4 ? Match.yes : Match.no;
  }
  const isWhole = isHandshakeType(type) && at + HANDSHAKE_HEADER_BYTES + length === next;
  return isWhole && (next === end || isFollowed(bytes, next, end)) ? Match.yes : Match.maybe;
}

export function speaker(bytes: Uint8Array, start: number, end: number): number {
  if (ssl2HelloSize(bytes, start, end) > 0) return Speaker.client;
  if (bytes[start] !== ContentType.handshake || end - start <= RECORD_HEADER_BYTES) return Speaker.unknown;
  const type = bytes[start + RECORD_HEADER_BYTES];
  if (type === HandshakeType.clientHello) return Speaker.client;
  return type === HandshakeType.serverHello ? Speaker.server : Speaker.unknown;
}

/** Size of a hello of SSL 2.0 whose lengths agree, else 0. */
export function ssl2HelloSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < SSL2_HELLO_BYTES || (bytes[start]! & 0x80) === 0 || bytes[start + 2] !== 1) return 0;
  const version = u16be(bytes, start + 3);
  if (version !== Version.ssl2 && (version < Version.ssl3 || version > Version.tls12)) return 0;
  const size = SSL2_HEADER_BYTES + (u16be(bytes, start) & 0x7fff);
  const ciphers = u16be(bytes, start + 5);
  const session = u16be(bytes, start + 7);
  const challenge = u16be(bytes, start + 9);
  if (ciphers === 0 || ciphers % 3 !== 0 || (session !== 0 && session !== 16)) return 0;
  if (challenge < SSL2_CHALLENGE_BYTES_MIN || challenge > SSL2_CHALLENGE_BYTES_MAX) return 0;
  return size === SSL2_HELLO_BYTES + ciphers + session + challenge && size <= FRAME_BYTES_MAX ? size : 0;
}
