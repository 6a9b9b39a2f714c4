// Recognises Telnet by its negotiation or by a prompt for a user, and tells text from commands byte by byte (RFC 854, 855).
import { Match, Speaker } from '../../facts/protocol.ts';
import { Code, isOfClient, isOfServer, isOption } from './messages.ts';
import { isUserPrompt } from './prompts.ts';

export const FRAME_BYTES_MAX = 65_536;
/** So much of a beginning without negotiation is looked at for a prompt. */
const PROMPT_BYTES_MAX = 512;
/** A longer subnegotiation is passed over. */
export const OPTION_BYTES_MAX = 512;

const CR = 0x0d;
const LF = 0x0a;
const ESC = 0x1b;
const BEL = 0x07;
const TAB = 0x09;
const SPACE = 0x20;
const COLON = 0x3a;
const GREATER = 0x3e;

/**
 * Two commands of negotiation, or a subnegotiation with its end: Telnet. One command, or a text that ends with a
 * question for the password or a shell's prompt: on the usual port. `login:` and the like at the end of text: Telnet.
 */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  const commands = negotiations(bytes, start, end);
  if (commands >= 2) return Match.yes;
  if (commands === 1) return Match.maybe;
  if (end - start > PROMPT_BYTES_MAX || end <= start || !endsAsPrompt(bytes, start, end)) return Match.no;
  for (let at = start; at < end; at++) if (!isTextByte(bytes[at]!)) return Match.no;
  const line = lastLine(bytes, start, end);
  if (isUserPrompt(line)) return /(?:login|user ?name): ?$/i.test(line) ? Match.yes : Match.maybe;
  return /password: ?$/i.test(line) ? Match.maybe : Match.no;
}

/** What a prompt for a user or a password ends with, before its sign (see prompts.ts); in lower case. */
const LAST_WORDS = ['login', 'log in', 'name', 'user', 'userid', ' id', 'account', 'password'].map((word) =>
  Uint8Array.from(Buffer.from(word, 'latin1')),
);

/** Asked of every beginning that nobody knows, which may hold another protocol's secret: no string is made for it. */
function endsAsPrompt(bytes: Uint8Array, start: number, end: number): boolean {
  let stop = end;
  if (bytes[stop - 1] === SPACE) stop--;
  if (stop <= start || (bytes[stop - 1] !== COLON && bytes[stop - 1] !== GREATER)) return false;
  stop--;
  if (stop > start && (bytes[stop - 1] === SPACE || bytes[stop - 1] === TAB)) stop--;
  for (const word of LAST_WORDS) if (endsWith(bytes, start, stop, word)) return true;
  return false;
}

function endsWith(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  const from = end - word.length;
  if (from < start) return false;
  for (let at = 0; at < word.length; at++) if ((bytes[from + at]! | 0x20) !== word[at]) return false;
  return true;
}

/** How many commands of negotiation stand at the beginning, one after the other; a subnegotiation counts twice. */
function negotiations(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  let at = start;
  while (at + 2 < end && bytes[at] === Code.IAC && count < 2) {
    const command = bytes[at + 1]!;
    if (!isOption(bytes[at + 2]!)) return 0;
    if (command === Code.SB) return hasSubnegotiationEnd(bytes, at + 3, end) ? 2 : count;
    if (command < Code.WILL || command > Code.DONT) return 0;
    count++;
    at += 3;
  }
  return count;
}

function hasSubnegotiationEnd(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + OPTION_BYTES_MAX);
  for (let at = start; at + 1 < stop; at++) {
    if (bytes[at] !== Code.IAC) continue;
    if (bytes[at + 1] === Code.SE) return true;
    if (bytes[at + 1] !== Code.IAC) return false;
    at++;
  }
  return false;
}

function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === CR || byte === LF || byte === ESC || byte === BEL || byte === TAB;
}

function lastLine(bytes: Uint8Array, start: number, end: number): string {
  let from = end;
  while (from > start && bytes[from - 1] !== LF && bytes[from - 1] !== CR) from--;
  return Buffer.from(bytes.subarray(from, end)).toString('latin1');
}

export function speakerOf(bytes: Uint8Array, start: number, end: number): number {
  if (end > start && bytes[start] !== Code.IAC) return Speaker.server;
  for (let at = start; at + 2 < end && bytes[at] === Code.IAC; at += 3) {
    if (isOfClient(bytes[at + 1]!, bytes[at + 2]!)) return Speaker.client;
    if (isOfServer(bytes[at + 1]!, bytes[at + 2]!)) return Speaker.server;
  }
  return Speaker.unknown;
}

/** What a byte is, said by `Scanner.take`. */
export const Token = { nothing: 0, character: 1, lineEnd: 2, subnegotiation: 3, restart: 4 } as const;

const State = { text: 0, command: 1, option: 2, sub: 3, subCommand: 4, escape: 5, sequence: 6, title: 7 } as const;

/** One direction, byte by byte: strips commands, options and the sequences that move a cursor. */
export class Scanner {
  /** Of the subnegotiation that has just ended: its option. */
  option = 0;
  /** Its bytes; valid until the next byte is taken. */
  readonly sub = new Uint8Array(OPTION_BYTES_MAX);
  subLength = 0;
  #state: number = State.text;
  #hasReturn = false;

  /** Bytes were lost: what follows is taken for text. */
  reset(): void {
    this.#state = State.text;
    this.#hasReturn = false;
  }

  /** A line ends with CR LF, LF or, where `isInput`, with CR alone (RFC 854: CR NUL); else CR starts the line anew. */
  take(byte: number, isInput: boolean): number {
    switch (this.#state) {
      case State.text:
        return this.#text(byte, isInput);
      case State.command:
        this.#state = byte === Code.SB || (byte >= Code.WILL && byte <= Code.DONT) ? State.option : State.text;
        this.option = byte === Code.SB ? -1 : 0;
        return Token.nothing;
      case State.option:
        this.#state = this.option === -1 ? State.sub : State.text;
        this.option = byte;
        this.subLength = 0;
        return Token.nothing;
      case State.sub:
        if (byte === Code.IAC) this.#state = State.subCommand;
        else this.#addSub(byte);
        return Token.nothing;
      case State.subCommand:
        return this.#subCommand(byte);
      default:
        return this.#escape(byte);
    }
  }

  #text(byte: number, isInput: boolean): number {
    if (byte === Code.IAC) {
      this.#state = State.command;
      return Token.nothing;
    }
    const hadReturn = this.#hasReturn;
    this.#hasReturn = byte === CR;
    if (byte === LF) return isInput && hadReturn ? Token.nothing : Token.lineEnd;
    if (byte === CR) return isInput ? Token.lineEnd : Token.nothing;
    if (byte === 0) return Token.nothing;
    if (byte === ESC) {
      this.#state = State.escape;
      return Token.nothing;
    }
    return hadReturn && !isInput ? Token.restart : Token.character;
  }

  #addSub(byte: number): void {
    if (this.subLength < OPTION_BYTES_MAX) this.sub[this.subLength++] = byte;
  }

  #subCommand(byte: number): number {
    this.#state = State.sub;
    if (byte === Code.IAC) {
      this.#addSub(byte);
      return Token.nothing;
    }
    // RFC 855: SE is all that may stand here; anything else ends it as well.
    this.#state = State.text;
    return byte === Code.SE ? Token.subnegotiation : Token.nothing;
  }

  /** ECMA-48: `ESC [ … letter`, and `ESC ] … BEL` for a window's title. */
  #escape(byte: number): number {
    if (this.#state === State.escape) {
      this.#state = byte === 0x5b ? State.sequence : byte === 0x5d ? State.title : State.text;
    } else if (this.#state === State.sequence) {
      if (byte >= 0x40 && byte <= 0x7e) this.#state = State.text;
    } else if (byte === BEL || byte === 0x5c || byte === LF) this.#state = State.text;
    return Token.nothing;
  }
}
