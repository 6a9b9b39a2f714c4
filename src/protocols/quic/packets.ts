// Finds the packets with a long header in a datagram (RFC 8999 5.1, RFC 9000 17.2); keeps no state.
import { u32be } from '../../bytes/endian.ts';
import { Match, Speaker } from '../../facts/protocol.ts';

export const Version = { negotiation: 0, v1: 1, v2: 0x6b3343cf } as const;
/** Types of long headers; version 2 numbers them anew (RFC 9369 3.2). */
export const PacketType = { initial: 0, zeroRtt: 1, handshake: 2, retry: 3, unknown: -1 } as const;
const CONNECTION_ID_BYTES_MAX = 20;
const DRAFT_FIRST = 0xff00_001b;
const DRAFT_LAST = 0xff00_0022;

/** One packet: where its parts stand. One record, refilled. */
export class LongHeader {
  version = 0;
  type: number = PacketType.unknown;
  targetStart = 0;
  targetEnd = 0;
  /** Of an Initial, Handshake or 0-RTT packet: its protected packet number, and where it ends. */
  numberStart = 0;
  end = 0;

  /** False: no long header stands at `start`, or a field reaches past `limit`. */
  read(bytes: Uint8Array, start: number, limit: number): boolean {
    if (limit - start < 7 || (bytes[start]! & 0x80) === 0) return false;
    this.version = u32be(bytes, start + 1);
    this.targetStart = start + 6;
    this.targetEnd = this.targetStart + bytes[start + 5]!;
    this.numberStart = this.end = limit;
    if (this.targetEnd >= limit || bytes[start + 5]! > CONNECTION_ID_BYTES_MAX) return false;
    const sourceEnd = this.targetEnd + 1 + bytes[this.targetEnd]!;
    if (sourceEnd > limit || bytes[this.targetEnd]! > CONNECTION_ID_BYTES_MAX) return false;
    this.type = typeOf(this.version, bytes[start]!);
    // The fixed bit is set in every known version (RFC 9000 17.2).
    if (this.type === PacketType.unknown || (bytes[start]! & 0x40) === 0) return this.version === Version.negotiation;
    if (this.type === PacketType.retry) return true;
    return this.#body(bytes, sourceEnd, limit);
  }

  /** Token of an Initial, and length (RFC 9000 17.2.2). */
  #body(bytes: Uint8Array, start: number, limit: number): boolean {
    let at = start;
    if (this.type === PacketType.initial) {
      const token = varint(bytes, at, limit);
      if (token < 0) return false;
      at += varintSize(bytes[at]!) + token;
    }
    const length = varint(bytes, at, limit);
    if (length < 0) return false;
    this.numberStart = at + varintSize(bytes[at]!);
    this.end = this.numberStart + length;
    return length >= 20;
  }
}

/** Version 1, version 2, and the drafts that were widely spoken. */
export function isKnown(version: number): boolean {
  return version === Version.v1 || version === Version.v2 || (version >= DRAFT_FIRST && version <= DRAFT_LAST);
}

function typeOf(version: number, first: number): number {
  if (!isKnown(version)) return PacketType.unknown;
  const type = (first >> 4) & 3;
  return version === Version.v2 ? (type + 3) & 3 : type;
}

/** A variable-length integer (RFC 9000 16), -1 where it is cut. Above 2^53 it is not exact, which no length is. */
export function varint(bytes: Uint8Array, at: number, limit: number): number {
  if (at >= limit) return -1;
  const size = varintSize(bytes[at]!);
  if (at + size > limit) return -1;
  let value = bytes[at]! & 0x3f;
  for (let next = at + 1; next < at + size; next++) value = value * 256 + bytes[next]!;
  return value;
}

export function varintSize(first: number): number {
  return 1 << (first >> 6);
}

/** A packet of a known version whose length fits is QUIC on any port; a negotiation of versions on the usual one. */
export function looksLike(bytes: Uint8Array, start: number, end: number, header: LongHeader): number {
  if (!header.read(bytes, start, end)) return Match.no;
  if (header.version === Version.negotiation) return isVersionList(bytes, header, end) ? Match.maybe : Match.no;
  if (header.type === PacketType.retry) return Match.maybe;
  // A capture may hold less of a datagram than was sent.
  return header.end <= end ? Match.yes : Match.maybe;
}

/** RFC 8999 6: whole versions, at least one. */
function isVersionList(bytes: Uint8Array, header: LongHeader, end: number): boolean {
  const at = header.targetEnd + 1 + bytes[header.targetEnd]!;
  return end - at >= 4 && (end - at) % 4 === 0;
}

export function speaker(bytes: Uint8Array, start: number, end: number, header: LongHeader): number {
  if (!header.read(bytes, start, end)) return Speaker.unknown;
  const isOfServer = header.version === Version.negotiation || header.type === PacketType.retry;
  return isOfServer ? Speaker.server : Speaker.unknown;
}

export function versionName(version: number): string {
  if (version === Version.v1) return 'QUIC 1';
  return version === Version.v2 ? 'QUIC 2' : `QUIC draft ${version & 0xff}`;
}
