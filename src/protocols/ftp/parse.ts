// Lines, commands, reply codes and data addresses of FTP (RFC 959, RFC 2428); keeps no state.
import { Match } from '../../facts/protocol.ts';
import { holdsWord, lineEnd } from '../text-lines.ts';
import { Command, commandOfLetters } from './messages.ts';

/** A piece of a data connection is a frame; lines are far shorter. */
export const FRAME_BYTES_MAX = 65_536;
/** A longer line is read up to here, the rest of it is passed over. */
export const LINE_BYTES_MAX = 4096;
/** So many lines of a beginning are looked at. */
const LINES_LOOKED_AT = 16;

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const DASH = 0x2d;
const IAC = 0xff;

/** Where the text of the line bytes[start..end) ends: without CR and LF. */
export function textEnd(bytes: Uint8Array, start: number, end: number): number {
  let stop = end;
  while (stop > start && (bytes[stop - 1] === LF || bytes[stop - 1] === CR)) stop--;
  return stop;
}

/** Three digits of which the first is 1 to 6 (RFC 959 4.2, RFC 2228 6xx); 0 where no reply code stands here. */
export function replyCode(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 3) return 0;
  const hundreds = bytes[start]! - 0x30;
  const tens = bytes[start + 1]! - 0x30;
  const ones = bytes[start + 2]! - 0x30;
  if (hundreds < 1 || hundreds > 6 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return 0;
  return hundreds * 100 + tens * 10 + ones;
}

/** Does the reply go on in further lines? `start`: of the line. */
export function isFirstOfMany(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start > 3 && bytes[start + 3] === DASH;
}

/** Telnet's interrupt and synch may precede ABOR (RFC 959 4.1.3). */
export function commandStart(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at + 1 < end && bytes[at] === IAC) at += 2;
  return at;
}

/** Number of the command at `start`, 0 where none stands there. It ends with a space or with the line. */
export function commandAt(bytes: Uint8Array, start: number, end: number): number {
  let letters = 0;
  let at = start;
  for (; at < end && at - start < 4; at++) {
    const upper = bytes[at]! & 0xdf;
    if (upper < 0x41 || upper > 0x5a) break;
    letters = (letters << 8) | upper;
  }
  if (at - start < 3 || (at < end && bytes[at] !== SPACE && bytes[at] !== CR && bytes[at] !== LF)) return 0;
  return commandOfLetters(letters);
}

/** Where the argument of the command at `start` begins. */
export function argumentStart(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === SPACE) return at + 1;
  return end;
}

/** The decimal number at `start`, up to the first other character; -1 where no digit stands there. */
export function decimalAt(bytes: Uint8Array, start: number, end: number): number {
  let value = -1;
  for (let at = start; at < end && at - start < 16; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = Math.max(0, value) * 10 + digit;
  }
  return value;
}

/** Where something on this host or that listens for a data connection. */
export interface DataAddress {
  /** 4 or 16 bytes; null where the message names the port alone. */
  readonly address: Uint8Array | null;
  readonly port: number;
}

/** `h1,h2,h3,h4,p1,p2` somewhere in the text (RFC 959 4.1.2; RFC 1123 4.1.2.6: parentheses may be missing). */
export function hostPort(bytes: Uint8Array, start: number, end: number): DataAddress | null {
  for (let at = start; at < end; at++) {
    if (decimalAt(bytes, at, end) < 0) continue;
    const found = sixNumbers(bytes, at, end);
    if (found !== null) return found;
    while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  }
  return null;
}

function sixNumbers(bytes: Uint8Array, start: number, end: number): DataAddress | null {
  const numbers: number[] = [];
  let at = start;
  while (numbers.length < 6) {
    const number = decimalAt(bytes, at, end);
    if (number < 0 || number > 255) return null;
    numbers.push(number);
    while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
    if (numbers.length === 6) break;
    if (bytes[at] !== 0x2c || at >= end) return null;
    at++;
  }
  return { address: Uint8Array.from(numbers.slice(0, 4)), port: numbers[4]! * 256 + numbers[5]! };
}

/** `|1|192.0.2.1|6275|`, `|2|2001:db8::1|6275|` or `(|||6275|)` (RFC 2428 2 and 3), any delimiter. */
export function extendedHostPort(bytes: Uint8Array, start: number, end: number): DataAddress | null {
  const text = Buffer.from(bytes.subarray(start, Math.min(end, start + 256))).toString('latin1');
  const found = /([!-/:-~])([12]?)\1([0-9a-fA-F:.]*)\1(\d{1,5})\1/.exec(text);
  if (found === null) return null;
  const port = Number(found[4]);
  if (port === 0 || port > 65_535) return null;
  const named = found[3]!;
  if (named === '') return { address: null, port };
  const address = named.includes(':') ? ipv6(named) : ipv4(named);
  return address === null ? null : { address, port };
}

function ipv4(text: string): Uint8Array | null {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return null;
  return Uint8Array.from(parts);
}

function ipv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2 || text.includes('.')) return null;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const head = groups[0]!;
  const tail = groups[1] ?? [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const words = [...head, ...Array<string>(missing).fill('0'), ...tail].map((group) => Number.parseInt(group, 16));
  if (words.some((word) => !(word >= 0 && word <= 0xffff))) return null;
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

/**
 * `yes` for what no other protocol of lines says: a greeting that names FTP, passive replies, transfer commands. `maybe`
 * for what SMTP, POP3 and NNTP say as well.
 */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  let best: number = Match.no;
  let at = start;
  // Nothing else begins a line; a long text without one is not searched for its end.
  if (replyCode(bytes, start, end) === 0 && commandAt(bytes, commandStart(bytes, start, end), end) === 0)
    return Match.no;
  for (let line = 0; line < LINES_LOOKED_AT && at < end; line++) {
    const next = lineEnd(bytes, at, end);
    if (next === 0) break;
    const match = lineMatch(bytes, at, textEnd(bytes, at, next));
    if (match === Match.no) break;
    if (match === Match.yes) return match;
    best = match;
    at = next;
  }
  return best;
}

function lineMatch(bytes: Uint8Array, start: number, end: number): number {
  const code = replyCode(bytes, start, end);
  if (code !== 0) return replyMatch(bytes, start, end, code);
  const from = commandStart(bytes, start, end);
  const command = commandAt(bytes, from, end);
  return command === 0 ? Match.no : commandMatch(bytes, from, end, command);
}

function replyMatch(bytes: Uint8Array, start: number, end: number, code: number): number {
  const separator = bytes[start + 3];
  if (end - start > 3 && separator !== SPACE && separator !== DASH) return Match.no;
  const has = (word: string): boolean => holdsWord(bytes, start + 4, end, word);
  // RFC 5321 4.2: the greeting of mail, and its words for what it can do.
  if (has('SMTP') || has('NNTP')) return Match.no;
  switch (code) {
    case 220:
      return has('FTP') ? Match.yes : Match.maybe;
    case 227:
      return hostPort(bytes, start + 4, end) === null ? Match.maybe : Match.yes;
    case 229:
      return extendedHostPort(bytes, start + 4, end) === null ? Match.maybe : Match.yes;
    case 331:
      return has('PASS') || has('USER') ? Match.yes : Match.maybe;
    case 234:
      return has('AUTH') || has('TLS') ? Match.yes : Match.maybe;
    case 230:
      return has('LOGGED IN') || has('LOGIN') ? Match.yes : Match.maybe;
    case 530:
      return has('LOGIN INCORRECT') || has('NOT LOGGED IN') ? Match.yes : Match.maybe;
    default:
      return Match.maybe;
  }
}

function commandMatch(bytes: Uint8Array, start: number, end: number, command: number): number {
  const argument = argumentStart(bytes, start, end);
  const isBare = argument === end;
  switch (command) {
    case Command.PASV:
    case Command.SYST:
      return isBare ? Match.yes : Match.maybe;
    case Command.PORT:
      return hostPort(bytes, argument, end) === null ? Match.maybe : Match.yes;
    case Command.EPRT:
      return extendedHostPort(bytes, argument, end) === null ? Match.maybe : Match.yes;
    case Command.USER:
      return end - argument === 9 && holdsWord(bytes, argument, end, 'ANONYMOUS') ? Match.yes : Match.maybe;
    case Command.TYPE:
      return end - argument === 1 && (bytes[argument] === 0x49 || bytes[argument] === 0x41) ? Match.yes : Match.maybe;
    case Command.RETR:
      // POP3 retrieves by number.
      return isBare || decimalAt(bytes, argument, end) >= 0 ? Match.maybe : Match.yes;
    case Command.STOR:
    case Command.MLSD:
    case Command.CWD:
    case Command.SIZE:
      return isBare ? Match.maybe : Match.yes;
    case Command.AUTH:
      return end - argument === 3 && (holdsWord(bytes, argument, end, 'TLS') || holdsWord(bytes, argument, end, 'SSL'))
        ? Match.yes
        : Match.maybe;
    default:
      return Match.maybe;
  }
}
