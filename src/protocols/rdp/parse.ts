// Reads the beginning of an RDP connection (MS-RDPBCGR 2.2.1.1 to 2.2.1.4): the X.224 request and confirmation with the
// negotiation behind them, and the MCS connect messages with the blocks of settings inside. Keeps no state.
import { u16be, u16le, u32le } from '../../bytes/endian.ts';
import { showable } from '../../bytes/text.ts';
import { Match, Speaker } from '../../facts/protocol.ts';
import { BerReader, BerTag } from '../ber.ts';
import { CotpHeader, Tpdu, firstTpdu, readCotp, tpktSize } from '../iso-packets.ts';
import { NEGOTIATION_BYTES, Negotiation } from './messages.ts';

export const FRAME_BYTES_MAX = 16_384;
const TPKT_HEADER_BYTES = 4;
/** References and class, behind the code of a connection request or confirmation (X.224 13.3, 13.4). */
const CONNECTION_FIELDS_BYTES = 5;
const COOKIE = Uint8Array.from(Buffer.from('Cookie: msts'));
const USER_COOKIE = Uint8Array.from(Buffer.from('Cookie: mstshash='));
/** How the server's and the client's blocks begin (T.124 8.7): the key of the H.221 non-standard identifier. */
const CLIENT_KEY = Uint8Array.from(Buffer.from('Duca'));
const SERVER_KEY = Uint8Array.from(Buffer.from('McDn'));
/** Application tags 101 and 102 (T.125 7, 11.1, 11.2). */
const CONNECT_INITIAL = 0x7f65;
const CONNECT_RESPONSE = 0x7f66;

/** What stands behind a connection request or confirmation. */
export class Connection {
  /** One of Negotiation, 0 for none. */
  kind = 0;
  flags = 0;
  /** Protocols that are offered, the one that is selected, or the code of the failure. */
  value = 0;
  userStart = 0;
  userEnd = 0;
  hasCookie = false;
  readonly header = new CotpHeader();

  /** `start`: behind the fixed fields. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.kind = this.flags = this.value = 0;
    this.userStart = this.userEnd = start;
    let at = start;
    this.hasCookie = hasAt(bytes, at, end, COOKIE);
    if (this.hasCookie) {
      const feed = bytes.indexOf(0x0a, at);
      const stop = feed < 0 || feed >= end ? end : feed + 1;
      if (hasAt(bytes, at, stop, USER_COOKIE)) {
        this.userStart = at + USER_COOKIE.length;
        this.userEnd = bytes[stop - 2] === 0x0d ? stop - 2 : stop;
      }
      at = stop;
    }
    if (end - at < NEGOTIATION_BYTES || u16le(bytes, at + 2) !== NEGOTIATION_BYTES) return;
    const kind = bytes[at]!;
    if (kind < Negotiation.request || kind > Negotiation.failure) return;
    this.kind = kind;
    this.flags = bytes[at + 1]!;
    this.value = u32le(bytes, at + 4);
  }
}

/** A cookie or a negotiation are RDP on any port; what other users of T.120 say as well is so on the usual port. */
export function looksLike(bytes: Uint8Array, start: number, end: number, connection: Connection): number {
  const size = tpktSize(bytes, start, end, FRAME_BYTES_MAX);
  if (size <= 0 || bytes[start + 1] !== 0 || end - start < TPKT_HEADER_BYTES + 3) return Match.no;
  const last = Math.min(end, start + size);
  const type = firstTpdu(bytes, start, last);
  if (type === Tpdu.data) {
    const tag = u16be(bytes, start + TPKT_HEADER_BYTES + 3);
    const isConnect = end - start > 9 && (tag === CONNECT_INITIAL || tag === CONNECT_RESPONSE);
    return isConnect && bytes[start + TPKT_HEADER_BYTES] === 2 ? Match.maybe : Match.no;
  }
  if (type !== Tpdu.connectionRequest && type !== Tpdu.connectionConfirm) return Match.no;
  const indicator = bytes[start + TPKT_HEADER_BYTES]!;
  if (TPKT_HEADER_BYTES + 1 + indicator !== size) return Match.no;
  const at = start + TPKT_HEADER_BYTES + 2 + CONNECTION_FIELDS_BYTES;
  if (at === start + size) return Match.maybe;
  connection.read(bytes, at, last);
  const isRequest = type === Tpdu.connectionRequest;
  if (isRequest ? connection.hasCookie || connection.kind === Negotiation.request : connection.kind >= 2) {
    return Match.yes;
  }
  return Match.no;
}

export function speaker(bytes: Uint8Array, start: number, end: number): number {
  const type = firstTpdu(bytes, start, end);
  if (type === Tpdu.connectionRequest) return Speaker.client;
  if (type === Tpdu.connectionConfirm) return Speaker.server;
  if (type !== Tpdu.data || end - start < 9) return Speaker.unknown;
  return u16be(bytes, start + 7) === CONNECT_INITIAL ? Speaker.client : Speaker.server;
}

/** Code of the packet's TPDU; `connection` is filled for a request or a confirmation. 0: it is none. */
export function readPacket(bytes: Uint8Array, start: number, end: number, connection: Connection): number {
  if (!readCotp(bytes, start, end, connection.header)) return 0;
  const { type, fieldsStart, dataStart } = connection.header;
  if (type === Tpdu.connectionRequest || type === Tpdu.connectionConfirm) {
    connection.read(bytes, Math.min(dataStart, fieldsStart + CONNECTION_FIELDS_BYTES), dataStart);
  }
  return type;
}

/** Settings of both sides, as far as they are there; -1 and '' where not. */
export class Settings {
  version = -1;
  width = -1;
  height = -1;
  keyboard = -1;
  build = -1;
  name = '';
  /** Bounds of the channels' definitions, twelve bytes each. */
  channelsStart = 0;
  channelsEnd = 0;
  encryptionMethod = -1;

  clear(): void {
    this.version = this.width = this.height = this.keyboard = this.build = this.encryptionMethod = -1;
    this.name = '';
    this.channelsStart = this.channelsEnd = 0;
  }
}

export const Connect = { none: 0, cut: 1, initial: 2, response: 3 } as const;

/** The connect message behind the data header of a packet; `block` is called for each block: type, bounds of its contents. */
export function readConnect(
  bytes: Uint8Array,
  start: number,
  end: number,
  block: (type: number, start: number, end: number) => void,
): number {
  const at = start + TPKT_HEADER_BYTES + 3;
  if (end - at < 4) return Connect.none;
  const tag = u16be(bytes, at);
  if (tag !== CONNECT_INITIAL && tag !== CONNECT_RESPONSE) return Connect.none;
  const isInitial = tag === CONNECT_INITIAL;
  const userData = lastOctetString(bytes, at + 1, end);
  if (userData < 0) return Connect.cut;
  const key = indexOf(bytes, userData, end, isInitial ? CLIENT_KEY : SERVER_KEY);
  if (key < 0) return Connect.cut;
  // The length that follows is of one byte, or of two with the first bit set (X.691 10.9).
  let from = key + 4;
  from += (bytes[from]! & 0x80) === 0 ? 1 : 2;
  while (end - from >= 4) {
    const length = u16le(bytes, from + 2);
    if (length < 4 || from + length > end) return Connect.cut;
    block(u16le(bytes, from), from + 4, from + length);
    from += length;
  }
  return isInitial ? Connect.initial : Connect.response;
}

/** Where the contents of the message's last member begin: its user data; -1: a length does not fit. */
function lastOctetString(bytes: Uint8Array, start: number, end: number): number {
  const reader = new BerReader();
  if (!reader.read(bytes, start, end)) return -1;
  const stop = reader.end;
  let found = -1;
  for (let at = reader.start; at < stop; at = reader.end) {
    if (!reader.read(bytes, at, stop)) return -1;
    found = reader.tag === BerTag.octetString ? reader.start : -1;
  }
  return found;
}

/** 2.2.1.3.2: the fields up to the client's name. */
export function readClientCore(bytes: Uint8Array, start: number, end: number, settings: Settings): void {
  if (end - start < 52) return;
  settings.version = u32le(bytes, start);
  settings.width = u16le(bytes, start + 4);
  settings.height = u16le(bytes, start + 6);
  settings.keyboard = u32le(bytes, start + 12);
  settings.build = u32le(bytes, start + 16);
  let name = '';
  for (let at = start + 20; at < start + 52; at += 2) {
    const unit = u16le(bytes, at);
    if (unit === 0) break;
    name += String.fromCharCode(unit);
  }
  settings.name = showable(name.toWellFormed());
}

function indexOf(bytes: Uint8Array, start: number, end: number, word: Uint8Array): number {
  for (let at = start; at + word.length <= end; at++) if (hasAt(bytes, at, end, word)) return at;
  return -1;
}

function hasAt(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start < word.length) return false;
  for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return false;
  return true;
}
