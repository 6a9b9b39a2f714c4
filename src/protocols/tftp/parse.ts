// Fields of TFTP's messages (RFC 1350 5, options of RFC 2347 to 2349 and 7440); keeps no state.
import { u16be } from '../../bytes/endian.ts';
import { Match } from '../../facts/protocol.ts';
import { Opcode } from './messages.ts';

export const FRAME_BYTES_MAX = 65_535;
/** Opcode and block number. */
export const DATA_HEADER_BYTES = 4;
export const BLOCK_BYTES_DEFAULT = 512;
const PATH_BYTES_MAX = 512;
const OPTIONS_MAX = 16;

/** Fields of a request; positions in the message. */
export interface Request {
  readonly isWrite: boolean;
  readonly pathStart: number;
  readonly pathEnd: number;
  readonly isNetascii: boolean;
  readonly optionsStart: number;
}

/** What options say; -1 where one is not there. */
export interface Options {
  blockBytes: number;
  transferBytes: number;
  windowBlocks: number;
}

/** Where the zero byte is that ends the string at `start`; -1 where there is none. */
function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === 0) return at;
  return -1;
}

function isWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) if ((bytes[start + at]! | 0x20) !== word.charCodeAt(at)) return false;
  return true;
}

/** The request in bytes[start..end), null where it is none: a path of characters that can be shown, and a known mode. */
export function requestOf(bytes: Uint8Array, start: number, end: number): Request | null {
  if (end - start < 6 || bytes[start] !== 0) return null;
  const opcode = bytes[start + 1]!;
  if (opcode !== Opcode.readRequest && opcode !== Opcode.writeRequest) return null;
  const pathStart = start + 2;
  const pathEnd = stringEnd(bytes, pathStart, Math.min(end, pathStart + PATH_BYTES_MAX + 1));
  if (pathEnd <= pathStart) return null;
  for (let at = pathStart; at < pathEnd; at++) if (bytes[at]! < 0x20 || bytes[at] === 0x7f) return null;
  const modeEnd = stringEnd(bytes, pathEnd + 1, Math.min(end, pathEnd + 12));
  if (modeEnd < 0) return null;
  const isNetascii = isWord(bytes, pathEnd + 1, modeEnd, 'netascii');
  const isKnown =
    isNetascii || isWord(bytes, pathEnd + 1, modeEnd, 'octet') || isWord(bytes, pathEnd + 1, modeEnd, 'mail');
  if (!isKnown) return null;
  return { isWrite: opcode === Opcode.writeRequest, pathStart, pathEnd, isNetascii, optionsStart: modeEnd + 1 };
}

/** Options as pairs of strings (RFC 2347). */
export function optionsOf(bytes: Uint8Array, start: number, end: number): Options {
  const options: Options = { blockBytes: -1, transferBytes: -1, windowBlocks: -1 };
  let at = start;
  for (let count = 0; count < OPTIONS_MAX && at < end; count++) {
    const nameEnd = stringEnd(bytes, at, end);
    const valueEnd = nameEnd < 0 ? -1 : stringEnd(bytes, nameEnd + 1, end);
    if (valueEnd < 0) break;
    const value = decimal(bytes, nameEnd + 1, valueEnd);
    if (isWord(bytes, at, nameEnd, 'blksize') && value >= 8 && value <= 65_464) options.blockBytes = value;
    else if (isWord(bytes, at, nameEnd, 'tsize')) options.transferBytes = value;
    else if (isWord(bytes, at, nameEnd, 'windowsize') && value >= 1 && value <= 65_535) options.windowBlocks = value;
    at = valueEnd + 1;
  }
  return options;
}

function decimal(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Only a request says what it is; data is known by its announcement. */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  return requestOf(bytes, start, end) === null ? Match.no : Match.yes;
}

/** The opcode, 0 where there is none or the message is too short for it. */
export function opcodeOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2) return 0;
  const opcode = u16be(bytes, start);
  const needed = opcode === Opcode.optionAck ? 2 : DATA_HEADER_BYTES;
  return opcode > Opcode.optionAck || end - start < needed ? 0 : opcode;
}
