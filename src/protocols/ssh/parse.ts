// Finds the lines and packets of SSH in the clear part of a stream, and the fields in them (RFC 4253 4.2, 6, 7.1); keeps no state.
import { createHash } from 'node:crypto';
import { u32be } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { MessageNumber } from './messages.ts';

/** Opaque bytes are handed over in pieces of at most so many. */
export const FRAME_BYTES_MAX = 65_536;
/** RFC 4253 6.1: every implementation takes packets up to here. */
const PACKET_BYTES_MAX = 35_000;
/** Lines before the identification are a server's free text; a longer one is something else. */
const LINE_BYTES_MAX = 1024;
/** RFC 4253 4.2, with carriage return and line feed. */
export const IDENTIFICATION_BYTES_MAX = 255;
const PADDING_BYTES_MIN = 4;
const COOKIE_BYTES = 16;
const LENGTH_BYTES = 4;
const NAME_LISTS = 10;
const LINE_FEED = 0x0a;

/** Numbers of the name-lists of SSH_MSG_KEXINIT, in their order. */
const KEX = 0;
const TO_SERVER = { cipher: 2, mac: 4, compression: 6 } as const;
const TO_CLIENT = { cipher: 3, mac: 5, compression: 7 } as const;

/** An identification, a KEXINIT where it was lost, or (on the usual port) free text before an identification. */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (isIdentification(bytes, start, end)) return Match.yes;
  if (isKexInit(bytes, start, end)) return Match.yes;
  const stop = Math.min(end, start + LINE_BYTES_MAX);
  for (let at = start; at < stop; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x20) continue;
    if (byte === LINE_FEED && isIdentification(bytes, at + 1, end)) return Match.maybe;
    if (byte !== LINE_FEED && byte !== 0x0d && byte !== 0x09) return Match.no;
  }
  return Match.no;
}

/** `SSH-` and a version `1.x` or `2.x`. */
export function isIdentification(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= 7 &&
    u32be(bytes, start) === 0x5353482d &&
    (bytes[start + 4] === 0x31 || bytes[start + 4] === 0x32) &&
    bytes[start + 5] === 0x2e &&
    isDigit(bytes[start + 6]!)
  );
}

/** The head of an SSH_MSG_KEXINIT in clear whose first names are seen. */
function isKexInit(bytes: Uint8Array, start: number, end: number): boolean {
  const names = start + LENGTH_BYTES + 2 + COOKIE_BYTES;
  if (end - names < LENGTH_BYTES + 16 || bytes[start + 5] !== MessageNumber.kexInit) return false;
  if (packetSize(bytes, start, end) === NOT_THIS_PROTOCOL) return false;
  const length = u32be(bytes, names);
  const stop = Math.min(end, names + LENGTH_BYTES + length);
  if (length < 16 || length > PACKET_BYTES_MAX) return false;
  for (let at = names + LENGTH_BYTES; at < stop; at++) if (bytes[at]! <= 0x20 || bytes[at]! >= 0x7f) return false;
  return true;
}

/** The line at `start`, with its line feed. */
export function lineSize(bytes: Uint8Array, start: number, end: number): number {
  const stop = Math.min(end, start + LINE_BYTES_MAX);
  for (let at = start; at < stop; at++) if (bytes[at] === LINE_FEED) return at + 1 - start;
  return end - start >= LINE_BYTES_MAX ? NOT_THIS_PROTOCOL : NEED_MORE;
}

/** The packet in clear at `start`; without a cipher its size is a multiple of 8. */
export function packetSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < LENGTH_BYTES) return NEED_MORE;
  const size = LENGTH_BYTES + u32be(bytes, start);
  return size < 16 || size > PACKET_BYTES_MAX || (size & 7) !== 0 ? NOT_THIS_PROTOCOL : size;
}

/** Where the payload of the packet ends, or -1 where the padding leaves the packet. */
export function payloadEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < LENGTH_BYTES + 2) return -1;
  const padding = bytes[start + LENGTH_BYTES]!;
  const stop = end - padding;
  return padding < PADDING_BYTES_MIN || stop <= start + LENGTH_BYTES + 1 ? -1 : stop;
}

/** The message number of a packet in clear. */
export function messageNumber(bytes: Uint8Array, start: number): number {
  return bytes[start + LENGTH_BYTES + 1]!;
}

/** What a KEXINIT is known by, as the sender is the client or the server. */
export interface Fingerprints {
  readonly asClient: string;
  readonly asServer: string;
}

/** HASSH of the KEXINIT whose packet begins at `start` and whose payload ends at `stop`; null where it is cut. */
export function fingerprints(bytes: Uint8Array, start: number, stop: number): Fingerprints | null {
  const bounds: number[] = [];
  let at = start + LENGTH_BYTES + 2 + COOKIE_BYTES;
  for (let list = 0; list < NAME_LISTS; list++) {
    if (stop - at < LENGTH_BYTES) return null;
    const length = u32be(bytes, at);
    at += LENGTH_BYTES;
    if (length > stop - at) return null;
    bounds.push(at, at + length);
    at += length;
  }
  if (stop - at < 5) return null;
  return { asClient: digest(bytes, bounds, TO_SERVER), asServer: digest(bytes, bounds, TO_CLIENT) };
}

/** MD5 of the lists with `;` between them. */
function digest(bytes: Uint8Array, bounds: readonly number[], way: typeof TO_SERVER | typeof TO_CLIENT): string {
  const hash = createHash('md5');
  for (const [index, list] of [KEX, way.cipher, way.mac, way.compression].entries()) {
    if (index > 0) hash.update(';');
    hash.update(bytes.subarray(bounds[list * 2], bounds[list * 2 + 1]));
  }
  return hash.digest('hex');
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
