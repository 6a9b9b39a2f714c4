// Reads the head of a message: start line and header fields (RFC 9112 clauses 2 to 5). A record is refilled for each head.
import { printable } from '../../bytes/text.ts';
import { FIELDS, Field, METHOD_BYTES, Method, ascii, type FieldName, type Rule } from './messages.ts';
import { decimal, isBlank, isTokenByte, isWord, wordAt } from './text-in-bytes.ts';

export const HEAD_BYTES_MAX = 65_536;
/** Where no line end was seen in so many bytes, what was seen has to do. */
const LINE_BYTES_SHOWN = 4096;
const METHOD_BYTES_MAX = 24;

export const Kind = { none: 0, request: 1, response: 2 } as const;

/** `startOf`: what the first bytes say. */
export const Start = { no: 0, cut: 1, request: 2, response: 3 } as const;

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

const VERSION = ascii('HTTP/1.');
const PREFACE = ascii('PRI * HTTP/2.0');
const CHUNKED = ascii('chunked');
const IDENTITY = ascii('identity');

/** Numbers of FIELDS by the length of the name. */
const BY_LENGTH: number[][] = [];
FIELDS.forEach((name, index) => (BY_LENGTH[name.length] ??= []).push(index));
const FIELD_BYTES = FIELDS.map(ascii);

/** Does a message begin here? `cut`: so far it may; more bytes will tell. */
export function startOf(bytes: Uint8Array, start: number, end: number): number {
  if (isPrefix(bytes, start, end, VERSION)) return responseStart(bytes, start, end);
  let at = start;
  while (at < end && at - start <= METHOD_BYTES_MAX && isMethodByte(bytes[at]!)) at++;
  if (at - start < 3 && at < end) return Start.no;
  if (at - start > METHOD_BYTES_MAX) return Start.no;
  if (at === end) return end > start ? Start.cut : Start.no;
  if (bytes[at] !== SPACE) return Start.no;
  return targetStart(bytes, start, at + 1, end);
}

/** Behind the method: a target and the version, to the end of the line. */
function targetStart(bytes: Uint8Array, start: number, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== LF && bytes[at] !== CR) {
    if (bytes[at]! < SPACE || bytes[at] === 0x7f) return Start.no;
    at++;
  }
  if (at === end) {
    if (end - start < LINE_BYTES_SHOWN) return Start.cut;
    return methodOf(bytes, start, from - 1) === Method.other ? Start.no : Start.request;
  }
  if (at - from < VERSION.length + 3) return Start.no;
  let to = at;
  while (to > from && isBlank(bytes[to - 1]!)) to--;
  const version = to - VERSION.length - 1;
  if (version > from && bytes[version - 1] === SPACE && isPrefix(bytes, version, to, VERSION)) return Start.request;
  return isPrefix(bytes, start, at, PREFACE) && at - start >= PREFACE.length ? Start.request : Start.no;
}

/** `HTTP/1.1 200 OK`; the reason and the space before it may be missing (RFC 9112 4). */
function responseStart(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < VERSION.length + 6) {
    for (let at = start + VERSION.length; at < end; at++) {
      const isSpace = at === start + VERSION.length + 1;
      if (isSpace ? bytes[at] !== SPACE : !isDigit(bytes[at]!)) {
        return Start.no;
      }
    }
    return Start.cut;
  }
  const at = start + VERSION.length;
  const behind = bytes[at + 5]!;
  return isDigit(bytes[at]!) &&
    bytes[at + 1] === SPACE &&
    decimal(bytes, at + 2, at + 5) >= 100 &&
    (behind === SPACE || behind === CR || behind === LF)
    ? Start.response
    : Start.no;
}

/** Behind the empty line that ends the head at `start`, -1 where it is not there yet. `from`: looked at so far. */
export function headEnd(bytes: Uint8Array, start: number, from: number, end: number): number {
  for (let at = Math.max(start + 1, from - 2); at < end; at++) {
    if (bytes[at] !== LF) continue;
    if (bytes[at - 1] === LF || (at - 2 >= start && bytes[at - 1] === CR && bytes[at - 2] === LF)) return at + 1;
  }
  return -1;
}

/** One record, refilled for each head. Fields that are not there have equal start and end; of repeated ones the first. */
export class Head {
  kind: number = Kind.none;
  method: number = Method.other;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  status = 0;
  /** Minor version: 0 or 1. */
  version = 1;
  readonly starts = new Int32Array(FIELDS.length);
  readonly ends = new Int32Array(FIELDS.length);
  /** Content-Length, -1 where there is none or no valid one. */
  contentLength = -1;
  hasCoding = false;
  /** The last transfer coding is chunked. */
  isChunked = false;
  problem: Rule | 'none' = 'none';
  problemAt = 0;

  read(bytes: Uint8Array, start: number, end: number): void {
    this.starts.fill(start);
    this.ends.fill(start);
    this.problem = 'none';
    this.contentLength = -1;
    this.hasCoding = false;
    this.isChunked = false;
    const stop = lineEnd(bytes, start, end);
    this.#startLine(bytes, start, withoutLineEnd(bytes, start, stop));
    let at = stop;
    while (at < end) {
      let next = lineEnd(bytes, at, end);
      const last = withoutLineEnd(bytes, at, next);
      if (last === at) break;
      // RFC 9112 5.2: a line that begins with white space goes on with the field before it.
      let valueEnd = last;
      while (next < end && isBlank(bytes[next]!)) {
        const further = lineEnd(bytes, next, end);
        valueEnd = withoutLineEnd(bytes, next, further);
        next = further;
      }
      this.#field(bytes, at, last, valueEnd);
      at = next;
    }
    this.#checkCoding();
  }

  /** RFC 9112 6.1 and 6.3. */
  #checkCoding(): void {
    if (!this.hasCoding) return;
    if (this.contentLength >= 0) this.#breaks('length-and-coding', this.start('content-length'));
    if (!this.isChunked) this.#breaks('coding-unknown', this.start('transfer-encoding'));
  }

  has(field: FieldName): boolean {
    const index = Field[field];
    return this.ends[index]! > this.starts[index]!;
  }

  start(field: FieldName): number {
    return this.starts[Field[field]]!;
  }

  end(field: FieldName): number {
    return this.ends[Field[field]]!;
  }

  /** Value for showing; folded lines are one. */
  text(bytes: Uint8Array, field: FieldName, maximum?: number): string {
    return printable(bytes, this.start(field), this.end(field), maximum).replace(/(?:\\x0d)?\\x0a(?:\\x09| )*/g, ' ');
  }

  #startLine(bytes: Uint8Array, start: number, end: number): void {
    this.method = Method.other;
    this.status = 0;
    this.methodEnd = start;
    this.targetStart = this.targetEnd = start;
    if (isPrefix(bytes, start, end, VERSION) && end - start >= VERSION.length + 5) {
      this.kind = Kind.response;
      this.version = bytes[start + VERSION.length]! - 0x30;
      this.status = Math.max(0, decimal(bytes, start + VERSION.length + 2, start + VERSION.length + 5));
      return;
    }
    let at = start;
    while (at < end && bytes[at] !== SPACE) at++;
    let last = end;
    while (last > at && bytes[last - 1] !== SPACE) last--;
    this.kind = last > at ? Kind.request : Kind.none;
    this.methodEnd = at;
    this.method = methodOf(bytes, start, at);
    this.version = bytes[end - 1] === 0x30 ? 0 : 1;
    this.targetStart = Math.min(at + 1, end);
    this.targetEnd = Math.max(this.targetStart, last - 1);
  }

  /** bytes[start..end) is the line, `valueEnd` where lines that continue it end. */
  #field(bytes: Uint8Array, start: number, end: number, valueEnd: number): void {
    let colon = start;
    while (colon < end && bytes[colon] !== COLON) colon++;
    if (colon === end) {
      this.#breaks('header-without-colon', start);
      return;
    }
    // No space is allowed before the colon (RFC 9112 5.1); servers and captures have it all the same.
    let nameEnd = colon;
    while (nameEnd > start && isBlank(bytes[nameEnd - 1]!)) nameEnd--;
    const candidates = BY_LENGTH[nameEnd - start];
    if (candidates === undefined) return;
    for (const index of candidates) {
      if (!isWord(bytes, start, nameEnd, FIELD_BYTES[index]!)) continue;
      let from = colon + 1;
      let to = valueEnd;
      while (from < to && isWhite(bytes[from]!)) from++;
      while (to > from && isWhite(bytes[to - 1]!)) to--;
      this.#value(bytes, index, from, to);
      return;
    }
  }

  #value(bytes: Uint8Array, index: number, start: number, end: number): void {
    if (index === Field['content-length']) this.#length(bytes, start, end);
    if (index === Field['transfer-encoding'] && !isWord(bytes, start, end, IDENTITY)) {
      this.hasCoding = true;
      const at = wordAt(bytes, start, end, CHUNKED);
      this.isChunked = at >= 0 && onlySpace(bytes, at + CHUNKED.length, end);
    }
    const size = this.ends[index]! - this.starts[index]!;
    // Of several challenges the longest says most: a realm, or the message of NTLM.
    if (size > 0 && !(index === Field['www-authenticate'] && end - start > size)) return;
    this.starts[index] = start;
    this.ends[index] = end;
  }

  /** RFC 9112 6.3: a list of equal numbers is one number, anything else is wrong. */
  #length(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      let stop = at;
      while (stop < end && bytes[stop] !== 0x2c && !isBlank(bytes[stop]!)) stop++;
      const value = decimal(bytes, at, stop);
      const isOther = this.contentLength >= 0 && value !== this.contentLength;
      if (value < 0 || isOther) this.#breaks('content-length-invalid', at);
      if (value >= 0 && this.contentLength < 0) this.contentLength = value;
      at = stop;
      while (at < end && (bytes[at] === 0x2c || isBlank(bytes[at]!))) at++;
    }
  }

  #breaks(rule: Rule, at: number): void {
    if (this.problem !== 'none') return;
    this.problem = rule;
    this.problemAt = at;
  }
}

/** The number of the method bytes[start..end), 0 where it is none of the list. */
export function methodOf(bytes: Uint8Array, start: number, end: number): number {
  for (let index = 0; index < METHOD_BYTES.length; index++) {
    const word = METHOD_BYTES[index]!;
    if (word.length === end - start && isPrefix(bytes, start, end, word)) return index + 1;
  }
  return Method.other;
}

/** Do the bytes agree with `text` as far as both go? */
export function isPrefix(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  const size = Math.min(text.length, end - start);
  if (size <= 0) return false;
  for (let at = 0; at < size; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}

/** Behind the line feed that ends the line at `start`. */
export function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== LF) at++;
  return Math.min(at + 1, end);
}

function withoutLineEnd(bytes: Uint8Array, start: number, end: number): number {
  let stop = end;
  if (stop > start && bytes[stop - 1] === LF) stop--;
  if (stop > start && bytes[stop - 1] === CR) stop--;
  return stop;
}

function onlySpace(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isWhite(bytes[at]!)) return false;
  return true;
}

function isWhite(byte: number): boolean {
  return isBlank(byte) || byte === CR || byte === LF;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Methods are case-sensitive tokens; all that are used are capitals, some with `-` or `_`. */
function isMethodByte(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || byte === 0x2d || byte === 0x5f || (isDigit(byte) && isTokenByte(byte));
}
