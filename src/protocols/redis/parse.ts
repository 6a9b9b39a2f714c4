// The serialization protocol of Redis (RESP2, RESP3): requests as arrays of strings or as a line of words, answers element by
// element. Keeps no state.
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { decimalOf, lineSize, lineTextEnd, skipBlanks, startsWithWord, textLineEnd, wordEnd } from '../text-lines.ts';

/** Longer strings come in pieces. */
export const FRAME_BYTES_MAX = 65_536;
/** A server refuses longer lines of words (PROTO_INLINE_MAX_SIZE), and an answer has no longer lines. */
const LINE_BYTES_MAX = 65_536;
/** A type and a number: `*1048576`. */
const HEADER_BYTES_MAX = 24;
/** Limits of the server: 1,048,576 strings of at most 512 MB. */
const STRINGS_MAX = 1_048_576;
export const STRING_BYTES_MAX = 512 * 1024 * 1024;
/** The arguments that are looked at. */
export const ARGUMENTS_MAX = 6;

export const ARRAY = 0x2a;
export const STRING = 0x24;
const PLUS = 0x2b;
const COLON = 0x3a;
export const MINUS = 0x2d;

/** The first arguments of a request, as places in its bytes, and how far it reaches. */
export class Request {
  /** All of its arguments. */
  count = 0;
  /** Of them are known where they stand. */
  known = 0;
  readonly starts = new Int32Array(ARGUMENTS_MAX);
  readonly ends = new Int32Array(ARGUMENTS_MAX);
  /** Bytes to hand over now. */
  size = 0;
  /** Beyond `size`: bytes of the string that is too long to be handed over, and strings behind it. */
  restBytes = 0;
  restStrings = 0;

  /** NEED_MORE, NOT_THIS_PROTOCOL, or `size`. */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.count = 0;
    this.known = 0;
    this.restBytes = 0;
    this.restStrings = 0;
    return bytes[start] === ARRAY ? this.#array(bytes, start, end) : this.#words(bytes, start, end);
  }

  #array(bytes: Uint8Array, start: number, end: number): number {
    const header = headerSize(bytes, start, end);
    if (header <= 0) return header;
    const count = numberOf(bytes, start + 1, start + header, STRINGS_MAX);
    if (count < 0) return NOT_THIS_PROTOCOL;
    this.count = count;
    let at = start + header;
    for (let index = 0; index < count; index++) {
      const size = at < end ? headerSize(bytes, at, end) : NEED_MORE;
      if (size < 0 || (size > 0 && bytes[at] !== STRING)) return NOT_THIS_PROTOCOL;
      if (size === NEED_MORE)
        return at - start > FRAME_BYTES_MAX - HEADER_BYTES_MAX ? this.#cut(at - start, count - index) : size;
      const length = numberOf(bytes, at + 1, at + size, STRING_BYTES_MAX);
      if (length < 0) return NOT_THIS_PROTOCOL;
      const stringStart = at + size;
      // The rest is too much to wait for.
      if (stringStart + length + 2 - start > FRAME_BYTES_MAX) {
        if (stringStart - start > FRAME_BYTES_MAX) return this.#cut(at - start, count - index);
        this.restBytes = length + 2;
        return this.#cut(stringStart - start, count - index - 1);
      }
      if (index < ARGUMENTS_MAX) this.#know(stringStart, stringStart + length);
      at = stringStart + length + 2;
      if (at > end) return NEED_MORE;
    }
    this.size = at - start;
    return this.size;
  }

  #cut(size: number, restStrings: number): number {
    this.restStrings = restStrings;
    this.size = size;
    return size;
  }

  #words(bytes: Uint8Array, start: number, end: number): number {
    const size = lineSize(bytes, start, end, LINE_BYTES_MAX);
    if (size === NEED_MORE) return NEED_MORE;
    const stop = lineTextEnd(bytes, start, start + size);
    for (let at = skipBlanks(bytes, start, stop); at < stop; at = skipBlanks(bytes, at, stop)) {
      const wordStop = wordEnd(bytes, at, stop);
      if (wordStop === at) break;
      if (this.known < ARGUMENTS_MAX) this.#know(at, wordStop);
      this.count++;
      at = wordStop;
    }
    this.size = size;
    return size;
  }

  #know(start: number, end: number): void {
    this.starts[this.known] = start;
    this.ends[this.known] = end;
    this.known++;
  }
}

/** Bytes of `type`, number and line end; NEED_MORE, NOT_THIS_PROTOCOL. */
export function headerSize(bytes: Uint8Array, start: number, end: number): number {
  const size = lineSize(bytes, start, end, HEADER_BYTES_MAX);
  return size > 0 && bytes[start + size - 1] !== 0x0a ? NOT_THIS_PROTOCOL : size;
}

/** The number between type and line end; -1 for a null, -2 where it is none or above `maximum`. */
export function numberOf(bytes: Uint8Array, start: number, end: number, maximum: number): number {
  const stop = lineTextEnd(bytes, start, end);
  if (stop - start === 2 && bytes[start] === MINUS && bytes[start + 1] === 0x31) return -1;
  const value = decimalOf(bytes, start, stop, maximum);
  return value < 0 ? -2 : value;
}

/** Size of a line of an answer. */
export function answerLineSize(bytes: Uint8Array, start: number, end: number): number {
  return lineSize(bytes, start, end, LINE_BYTES_MAX);
}

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start];
  if (first === ARRAY || first === STRING) {
    const header = headerSize(bytes, start, end);
    if (header <= 0 || numberOf(bytes, start + 1, start + header, STRING_BYTES_MAX) < -1) return Match.no;
    if (first === STRING) return Match.maybe;
    const next = start + header;
    if (numberOf(bytes, start + 1, next, STRINGS_MAX) < 1 || next >= end || bytes[next] !== STRING) return Match.maybe;
    const inner = headerSize(bytes, next, end);
    return inner > 0 && numberOf(bytes, next + 1, next + inner, STRING_BYTES_MAX) >= 0 ? Match.yes : Match.no;
  }
  if (first !== PLUS && first !== MINUS && first !== COLON && !isLetter(first ?? 0)) return Match.no;
  const stop = textLineEnd(bytes, start, end);
  if (stop === 0) return Match.no;
  const textEnd = lineTextEnd(bytes, start, stop);
  if (first === PLUS || first === MINUS) return isOwnAnswer(bytes, start, textEnd) ? Match.yes : Match.maybe;
  // A word of a request, or a number of an answer: enough on the usual port.
  return Match.maybe;
}

/** Answers that nobody else gives. */
function isOwnAnswer(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 5 && startsWithWord(bytes, start, end, '+PONG')) return true;
  return startsWithWord(bytes, start, end, '-NOAUTH ') || startsWithWord(bytes, start, end, '-WRONGPASS ');
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}
