// Finds the fields of MySQL's handshake (MySQL Internals Manual 14.2, 14.3); keeps no state.
import { u16le, u32le } from '../../bytes/endian.ts';
import { Match } from '../../facts/protocol.ts';
import { Capability, Command } from './messages.ts';

export const HEADER_BYTES = 4;
/** More of a packet is passed over; while the login lasts nothing is that long. */
export const FRAME_BYTES_MAX = 65_536;
const VERSION_BYTES_MAX = 50;
const PROTOCOL_VERSION = 10;
const SALT_FIRST_BYTES = 8;
const SALT_BYTES = 20;
/** Capabilities, largest packet, character set, 19 reserved bytes and 4 that MariaDB uses. */
const RESPONSE_FIXED_BYTES = 32;

/** Length of the packet's payload: 3 bytes, least significant first. */
export function payloadLength(bytes: Uint8Array, start: number): number {
  return u16le(bytes, start) | (bytes[start + 2]! << 16);
}

/** Number of the packet within its exchange. */
export function sequence(bytes: Uint8Array, start: number): number {
  return bytes[start + 3]!;
}

/** A greeting on any port; what is said later only where it is expected, as a length that fits is all there is to see. */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER_BYTES + 1) return Match.no;
  if (isGreeting(bytes, start, end)) return Match.yes;
  return isCommand(bytes, start, end) || isResponse(bytes, start, end) || isAnswer(bytes, start, end)
    ? Match.maybe
    : Match.no;
}

/** Protocol 10, a version that begins with a digit and ends, a salt without zeros. */
export function isGreeting(bytes: Uint8Array, start: number, end: number): boolean {
  const length = payloadLength(bytes, start);
  if (sequence(bytes, start) !== 0 || bytes[start + 4] !== PROTOCOL_VERSION || length < 40 || length > 300)
    return false;
  const version = start + HEADER_BYTES + 1;
  if (!isDigit(bytes[version]!)) return false;
  for (let at = version; at < end && at < version + VERSION_BYTES_MAX; at++) {
    if (bytes[at] === 0) return at > version + 2;
    if (bytes[at]! < 0x20 || bytes[at]! > 0x7e) return false;
  }
  return false;
}

/** A whole command that fills the segment. */
export function isCommand(bytes: Uint8Array, start: number, end: number): boolean {
  const command = bytes[start + 4]!;
  if (sequence(bytes, start) !== 0 || payloadLength(bytes, start) !== end - start - HEADER_BYTES) return false;
  return command > 0 && command <= Command.max;
}

/** The client's answer to a greeting. */
export function isResponse(bytes: Uint8Array, start: number, end: number): boolean {
  const length = payloadLength(bytes, start);
  if (sequence(bytes, start) !== 1 || length < RESPONSE_FIXED_BYTES || length !== end - start - HEADER_BYTES)
    return false;
  if ((u16le(bytes, start + 4) & Capability.protocol41) === 0) return false;
  for (let at = start + 13; at < start + 32; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** Packets of one answer, numbered one after the other, that end where the segment ends. */
function isAnswer(bytes: Uint8Array, start: number, end: number): boolean {
  const first = sequence(bytes, start);
  if (first === 0) return false;
  let at = start;
  for (let count = 0; at < end; count++) {
    if (end - at < HEADER_BYTES || sequence(bytes, at) !== ((first + count) & 0xff)) return false;
    const length = payloadLength(bytes, at);
    if (length === 0) return false;
    at += HEADER_BYTES + length;
  }
  return at === end;
}

export interface Greeting {
  readonly versionStart: number;
  readonly versionEnd: number;
  /** 20 bytes; null: an older server gives 8. */
  readonly salt: Uint8Array | null;
}

/** Null: it is none that can be read. */
export function readGreeting(bytes: Uint8Array, start: number, end: number): Greeting | null {
  const versionStart = start + HEADER_BYTES + 1;
  const versionEnd = zeroAt(bytes, versionStart, end);
  const saltFirst = versionEnd + 5;
  if (bytes[start + HEADER_BYTES] !== PROTOCOL_VERSION || versionEnd === end || saltFirst + SALT_FIRST_BYTES > end) {
    return null;
  }
  // Zero, capabilities, character set, status, capabilities, length of the salt, 10 reserved bytes.
  const saltSecond = saltFirst + SALT_FIRST_BYTES + 19;
  const rest = SALT_BYTES - SALT_FIRST_BYTES;
  if (saltSecond + rest > end) return { versionStart, versionEnd, salt: null };
  const salt = new Uint8Array(SALT_BYTES);
  salt.set(bytes.subarray(saltFirst, saltFirst + SALT_FIRST_BYTES));
  salt.set(bytes.subarray(saltSecond, saltSecond + rest), SALT_FIRST_BYTES);
  return { versionStart, versionEnd, salt };
}

/** Where user, response and plugin of a client's login stand; 0 in `pluginEnd`: no plugin is named. */
export interface LoginFields {
  readonly capabilities: number;
  readonly userStart: number;
  readonly userEnd: number;
  readonly secretStart: number;
  readonly secretEnd: number;
  readonly pluginStart: number;
  readonly pluginEnd: number;
}

/** HandshakeResponse41; null: it cannot be read. */
export function readResponse(bytes: Uint8Array, start: number, end: number): LoginFields | null {
  const body = start + HEADER_BYTES;
  if (end - body < RESPONSE_FIXED_BYTES + 2) return null;
  const capabilities = u32le(bytes, body);
  if ((capabilities & Capability.protocol41) === 0) return null;
  const userStart = body + RESPONSE_FIXED_BYTES;
  const userEnd = zeroAt(bytes, userStart, end);
  let secretStart = userEnd + 1;
  let secretEnd = zeroAt(bytes, secretStart, end);
  let next = secretEnd + 1;
  if ((capabilities & (Capability.authLengthEncoded | Capability.secureConnection)) !== 0) {
    if (secretStart >= end) return null;
    // Lengths from 251 on have more bytes (14.1.1.1); no response is that long.
    const length = bytes[secretStart]!;
    if ((capabilities & Capability.authLengthEncoded) !== 0 && length > 250) return null;
    secretStart++;
    next = secretEnd = secretStart + length;
  }
  if (secretEnd > end) return null;
  if ((capabilities & Capability.connectWithDatabase) !== 0) next = zeroAt(bytes, next, end) + 1;
  const hasPlugin = (capabilities & Capability.pluginAuth) !== 0 && next < end;
  const pluginEnd = hasPlugin ? zeroAt(bytes, next, end) : 0;
  return { capabilities, userStart, userEnd, secretStart, secretEnd, pluginStart: next, pluginEnd };
}

/** COM_CHANGE_USER: user, response, database, character set, plugin. */
export function readChangeUser(bytes: Uint8Array, start: number, end: number): LoginFields | null {
  const userStart = start + HEADER_BYTES + 1;
  const userEnd = zeroAt(bytes, userStart, end);
  if (userEnd + 1 >= end) return null;
  const secretStart = userEnd + 2;
  const secretEnd = secretStart + bytes[userEnd + 1]!;
  if (secretEnd > end) return null;
  const pluginStart = zeroAt(bytes, secretEnd, end) + 3;
  const pluginEnd = pluginStart < end ? zeroAt(bytes, pluginStart, end) : 0;
  return { capabilities: 0, userStart, userEnd, secretStart, secretEnd, pluginStart, pluginEnd };
}

/** Where the text that begins at `start` ends: at its zero byte, or at `end`. */
export function zeroAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 0) at++;
  return Math.min(at, end);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
