// Lines of text protocols (POP3, SMTP, IMAP, FTP, Redis …): where they end, the words and numbers in them, and bodies that
// end with a dot on a line of its own. Works on the bytes: no string is made for a line that needs none.
import { NEED_MORE } from '../facts/protocol.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DOT = 0x2e;
const DELETE = 0x7f;

/**
 * Size of the line at `start` with its line feed (CR before it or not), as `frameSize` gives it: NEED_MORE where the feed
 * is not there yet. A line of more than `maximum` bytes comes in pieces of that size; see LongLines.
 */
export function lineSize(bytes: Uint8Array, start: number, end: number, maximum: number): number {
  const stop = Math.min(end, start + maximum);
  for (let at = start; at < stop; at++) if (bytes[at] === LF) return at + 1 - start;
  return end - start >= maximum ? maximum : NEED_MORE;
}

/** Where the line at `start` ends, its line feed included; 0 where that is not there. */
export function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === LF) return at + 1;
  return 0;
}

/** The same of a line of text (see `isText`): 0 as soon as something else stands in it. */
export function textLineEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= SPACE && byte !== DELETE) continue;
    if (byte === LF) return at + 1;
    if (byte !== CR && byte !== TAB) return 0;
  }
  return 0;
}

/** Where the text of the line bytes[start..end) ends: before the line feed and the CRs in front of it. */
export function lineTextEnd(bytes: Uint8Array, start: number, end: number): number {
  let stop = end;
  if (stop > start && bytes[stop - 1] === LF) stop--;
  while (stop > start && bytes[stop - 1] === CR) stop--;
  return stop;
}

/** Remembers, for one direction, that a line is longer than what is read of one: its pieces are passed over. */
export class LongLines {
  #isInside = false;

  /** What comes next is the rest of a line whose beginning was passed over. */
  get isInside(): boolean {
    return this.#isInside;
  }

  /** True: these bytes are a line with its end, to be read. False: a piece of one that is too long. */
  isWhole(bytes: Uint8Array, start: number, end: number): boolean {
    const hasEnd = end > start && bytes[end - 1] === LF;
    const isWhole = hasEnd && !this.#isInside;
    this.#isInside = !hasEnd;
    return isWhole;
  }

  /** Bytes were lost: what comes next is the rest of some line. */
  lost(): void {
    this.#isInside = true;
  }

  /** A line begins at the next byte. */
  reset(): void {
    this.#isInside = false;
  }
}

/** Where the word at `start` ends: at a blank or at the end. */
export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SPACE && bytes[at] !== TAB && bytes[at] !== CR && bytes[at] !== LF) at++;
  return at;
}

/** Behind the blanks at `start`. */
export function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** Is bytes[start..end) this word, in any case? `word` is in upper case; its letters are A to Z. */
export function isWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  return end - start === word.length && startsWithWord(bytes, start, end, word);
}

/** Does bytes[start..end) begin with `word` (in upper case), in any case? */
export function startsWithWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start < word.length) return false;
  for (let index = 0; index < word.length; index++)
    if (upper(bytes[start + index]!) !== word.charCodeAt(index)) return false;
  return true;
}

/** Does bytes[start..end) hold `word` (in upper case) anywhere, in any case? */
export function holdsWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  for (let at = start; at + word.length <= end; at++) if (startsWithWord(bytes, at, end, word)) return true;
  return false;
}

/** Index in `words` (in upper case) of the one that bytes[start..end) is; -1 where it is none. */
export function indexOfWord(bytes: Uint8Array, start: number, end: number, words: readonly string[]): number {
  for (let index = 0; index < words.length; index++) if (isWord(bytes, start, end, words[index]!)) return index;
  return -1;
}

/** A number in decimal digits that fills bytes[start..end); -1 where there is none, or one above `maximum`. */
export function decimalOf(bytes: Uint8Array, start: number, end: number, maximum: number): number {
  if (end <= start) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > maximum) return -1;
  }
  return value;
}

/** A reply code of three digits, 100 to 699, with a blank, a hyphen or the end of the line behind it; 0 where none is. */
export function replyCodeOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 3) return 0;
  const code = decimalOf(bytes, start, start + 3, 699);
  if (code < 100) return 0;
  const next = end - start === 3 ? SPACE : bytes[start + 3]!;
  return next === SPACE || next === 0x2d || next === CR || next === LF ? code : 0;
}

/** Are all bytes printable ASCII or a tab, as far as bytes[start..end) goes? Bytes above 127 are text of some language. */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if ((byte < SPACE && byte !== TAB && byte !== CR && byte !== LF) || byte === DELETE) return false;
  }
  return true;
}

/** Where a body stands between its pieces: in a line, at its beginning, behind a dot there, behind dot and CR. */
const BodyAt = { line: 0, lineStart: 1, dot: 2, dotReturn: 3 } as const;

/** A body of unknown length that ends with a dot alone on a line (RFC 5321 4.1.1.4, RFC 1939 clause 3). Keeps no byte. */
export class DotBody {
  /** Bytes of this direction belong to a body. */
  isOpen = false;
  /** Bytes of it were lost, perhaps its end. */
  isUncertain = false;
  #at: number = BodyAt.lineStart;

  begin(): void {
    this.isOpen = true;
    this.isUncertain = false;
    this.#at = BodyAt.lineStart;
  }

  stop(): void {
    this.isOpen = false;
  }

  /** Bytes were lost within the body: its end is looked for in the next line. */
  lost(): void {
    this.isUncertain = true;
    this.#at = BodyAt.line;
  }

  /** Bytes from `start` that belong to the body, its end included; changes nothing. */
  size(bytes: Uint8Array, start: number, end: number): number {
    let state = this.#at;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === LF && state >= BodyAt.dot) return at + 1 - start;
      state = nextBodyAt(state, byte);
    }
    return end - start;
  }

  /** So many bytes are behind us, as `size` gave them. */
  pass(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === LF && this.#at >= BodyAt.dot) {
        this.isOpen = false;
        return;
      }
      this.#at = nextBodyAt(this.#at, byte);
    }
  }
}

function nextBodyAt(state: number, byte: number): number {
  if (byte === LF) return BodyAt.lineStart;
  if (byte === DOT && state === BodyAt.lineStart) return BodyAt.dot;
  return byte === CR && state === BodyAt.dot ? BodyAt.dotReturn : BodyAt.line;
}

function upper(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}
