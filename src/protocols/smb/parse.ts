// Finds SMB messages in a stream: the frames of NetBIOS sessions (RFC 1002 4.3) and of direct TCP (MS-SMB2 2.1), and the
// four headers that begin a message; keeps no state.
import { u16le, u24be, u32be, u32le } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';

/** A message up to this size is waited for; of a longer one the beginning is read, and the rest in pieces. */
export const WHOLE_BYTES_MAX = 69_632;
export const FRAME_BYTES_MAX = WHOLE_BYTES_MAX;
/** The beginning of a long message: its headers and the fixed part of a read or write. */
export const HEAD_BYTES = 512;
/** Length and type before each message. */
export const FRAME_HEADER_BYTES = 4;

/** Types of session packets (RFC 1002 4.3.1). */
export const SessionPacket = { message: 0, request: 0x81, positive: 0x82, negative: 0x83, retarget: 0x84, alive: 0x85 };

/** What a message begins with: \xffSMB, \xfeSMB, \xfdSMB (encrypted), \xfcSMB (compressed). */
export const Magic = { smb1: 0xff53_4d42, smb2: 0xfe53_4d42, encrypted: 0xfd53_4d42, compressed: 0xfc53_4d42 } as const;

const NAME_BYTES = 34;
const SMB2_HEADER_BYTES = 64;
const SMB2_COMMAND_MAX = 18;

/** NEED_MORE, NOT_THIS_PROTOCOL or the size of the frame at `start`; of a long message, of its beginning. */
export function sizeOfFrame(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < FRAME_HEADER_BYTES) return NEED_MORE;
  const type = bytes[start]!;
  const length = u24be(bytes, start + 1);
  if (type !== SessionPacket.message) return sessionPacketSize(type, length);
  // A session message without content is what older clients send to keep a connection alive.
  if (length === 0) return FRAME_HEADER_BYTES;
  if (length < 32) return NOT_THIS_PROTOCOL;
  if (end - start < 8) return NEED_MORE;
  if (!isMagic(u32be(bytes, start + 4))) return NOT_THIS_PROTOCOL;
  const whole = FRAME_HEADER_BYTES + length;
  return whole <= WHOLE_BYTES_MAX ? whole : HEAD_BYTES;
}

/** Bytes of the message and its frame header, as the header says. */
export function declaredSize(bytes: Uint8Array, start: number): number {
  return FRAME_HEADER_BYTES + u24be(bytes, start + 1);
}

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < FRAME_HEADER_BYTES) return Match.no;
  const type = bytes[start]!;
  if (type === SessionPacket.request) return isSessionRequest(bytes, start, end) ? Match.yes : Match.no;
  if (type === SessionPacket.positive) return u24be(bytes, start + 1) === 0 ? Match.maybe : Match.no;
  if (type !== SessionPacket.message || end - start < 24 || u24be(bytes, start + 1) < 32) return Match.no;
  const message = start + FRAME_HEADER_BYTES;
  switch (u32be(bytes, message)) {
    case Magic.smb1:
      return Match.yes;
    case Magic.smb2:
      return u16le(bytes, message + 4) === SMB2_HEADER_BYTES && u16le(bytes, message + 12) <= SMB2_COMMAND_MAX
        ? Match.yes
        : Match.no;
    case Magic.encrypted:
    case Magic.compressed:
      return Match.yes;
    default:
      return Match.no;
  }
}

export function speaker(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < FRAME_HEADER_BYTES) return Speaker.unknown;
  const type = bytes[start]!;
  if (type === SessionPacket.request) return Speaker.client;
  if (type === SessionPacket.positive || type === SessionPacket.negative) return Speaker.server;
  if (type !== SessionPacket.message || end - start < 24) return Speaker.unknown;
  const message = start + FRAME_HEADER_BYTES;
  const magic = u32be(bytes, message);
  if (magic === Magic.smb1) return (bytes[message + 9]! & 0x80) === 0 ? Speaker.client : Speaker.server;
  if (magic === Magic.smb2) return (u32le(bytes, message + 16) & 1) === 0 ? Speaker.client : Speaker.server;
  return Speaker.unknown;
}

function sessionPacketSize(type: number, length: number): number {
  switch (type) {
    case SessionPacket.request:
      return length === 2 * NAME_BYTES ? FRAME_HEADER_BYTES + length : NOT_THIS_PROTOCOL;
    case SessionPacket.positive:
    case SessionPacket.alive:
      return length === 0 ? FRAME_HEADER_BYTES : NOT_THIS_PROTOCOL;
    case SessionPacket.negative:
      return length === 1 ? FRAME_HEADER_BYTES + 1 : NOT_THIS_PROTOCOL;
    case SessionPacket.retarget:
      return length === 6 ? FRAME_HEADER_BYTES + 6 : NOT_THIS_PROTOCOL;
    default:
      return NOT_THIS_PROTOCOL;
  }
}

/** Two names of the first level of encoding (RFC 1001 14.1), without a scope. */
function isSessionRequest(bytes: Uint8Array, start: number, end: number): boolean {
  if (u24be(bytes, start + 1) !== 2 * NAME_BYTES || end - start < FRAME_HEADER_BYTES + NAME_BYTES) return false;
  const name = start + FRAME_HEADER_BYTES;
  if (bytes[name] !== 0x20 || bytes[name + NAME_BYTES - 1] !== 0) return false;
  for (let at = name + 1; at < name + NAME_BYTES - 1; at++) if (bytes[at]! < 0x41 || bytes[at]! > 0x50) return false;
  return true;
}

/** The name in bytes[at..at + 34): 15 characters, then its purpose. `name` starts with its length. */
export function netbiosName(bytes: Uint8Array, name: number): Uint8Array {
  const text = new Uint8Array(15);
  for (let index = 0; index < text.length; index++) {
    const high = bytes[name + 1 + index * 2]! - 0x41;
    text[index] = ((high & 0x0f) << 4) | ((bytes[name + 2 + index * 2]! - 0x41) & 0x0f);
  }
  return text;
}

function isMagic(magic: number): boolean {
  return magic === Magic.smb1 || magic === Magic.smb2 || magic === Magic.encrypted || magic === Magic.compressed;
}
