// Reads messages of a start line, header fields and a body (RFC 2326 4, RFC 7826 5, RFC 3261 7), and cuts a stream into them.
import { NEED_MORE, NOT_THIS_PROTOCOL } from '../facts/protocol.ts';

/** Start line and fields of one message; longer is no message. */
export const HEAD_BYTES_MAX = 8192;
/** A body up to here is handed over with its head; of a longer one the head alone, the rest is passed over. */
export const BODY_BYTES_MAX = 32_768;
const METHOD_BYTES_MAX = 32;
const LINES_MAX = 256;
/** Directions in the middle of a body; more are searched for their next message. */
const BODIES_MAX = 16_384;

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;

/** What a protocol has of its own. */
export interface HeaderDialect {
  /** How its version begins: `RTSP/`. */
  readonly version: string;
  readonly methods: readonly string[];
  /** How an absolute address begins: `rtsp:`. */
  readonly schemes: readonly string[];
  /** Fields that are read, in lower case; the first is `content-length`. Behind a bar its one-letter form (RFC 3261 7.3.3). */
  readonly fields: readonly string[];
}

/** One record, refilled for each message: where its parts stand. Of a field its first value; start and end are equal where there is none. */
export class HeaderMessage {
  isAnswer = false;
  status = 0;
  /** Index in the dialect's methods, or -1. */
  method = -1;
  methodStart = 0;
  methodEnd = 0;
  uriStart = 0;
  uriEnd = 0;
  bodyStart = 0;
  bodyEnd = 0;
  /** -1: not said, or no number. */
  contentLength = -1;
  /** Where a line stands that is no field, -1 for none. */
  problemAt = -1;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** How often a field stands there. */
  readonly counts: Int32Array;
  readonly #version: Uint8Array;
  readonly #methods: readonly Uint8Array[];
  readonly #schemes: readonly Uint8Array[];
  readonly #names: readonly Uint8Array[];
  readonly #letters: readonly number[];

  constructor(dialect: HeaderDialect) {
    this.#version = latin1(dialect.version);
    this.#methods = dialect.methods.map(latin1);
    this.#schemes = dialect.schemes.map(latin1);
    this.#names = dialect.fields.map((field) => latin1(field.split('|')[0]!));
    this.#letters = dialect.fields.map((field) => field.split('|')[1]?.charCodeAt(0) ?? -1);
    this.starts = new Int32Array(dialect.fields.length);
    this.ends = new Int32Array(dialect.fields.length);
    this.counts = new Int32Array(dialect.fields.length);
  }

  /** Plainly this dialect: its version and a status, or a method of it and an address of it. */
  isCertain(bytes: Uint8Array, start: number, end: number): boolean {
    if (hasAt(bytes, start, end, this.#version)) return this.statusAt(bytes, start, end) > 0;
    const space = start + tokenLength(bytes, start, end);
    if (this.methodOf(bytes, start, space) < 0 || bytes[space] !== SPACE) return false;
    if (this.#schemes.some((scheme) => hasAt(bytes, space + 1, end, scheme))) return true;
    let at = space + 1;
    while (at < end && bytes[at]! > SPACE) at++;
    return at > space + 1 && hasAt(bytes, at + 1, end, this.#version);
  }

  /** The whole of bytes[start..end), which begins with a start line. False: it does not. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.starts.fill(start);
    this.ends.fill(start);
    this.counts.fill(0);
    this.contentLength = -1;
    this.problemAt = -1;
    let at = lineEnd(bytes, start, end);
    if (!this.#startLine(bytes, start, trimmed(bytes, start, at))) return false;
    at = Math.min(end, at + 1);
    let field = -1;
    for (let line = 0; line < LINES_MAX && at < end; line++) {
      const stop = lineEnd(bytes, at, end);
      const last = trimmed(bytes, at, stop);
      const next = Math.min(end, stop + 1);
      if (last === at) {
        at = next;
        break;
      }
      if (bytes[at] === SPACE || bytes[at] === TAB) {
        if (field >= 0 && this.counts[field] === 1) this.ends[field] = last;
      } else field = this.#field(bytes, at, last);
      at = next;
    }
    this.bodyStart = at;
    this.contentLength = numberAt(bytes, this.starts[0]!, this.ends[0]!);
    this.bodyEnd = this.contentLength < 0 ? end : Math.min(end, at + this.contentLength);
    return true;
  }

  has(field: number): boolean {
    return this.counts[field]! > 0;
  }

  /** The number at the beginning of a field (`314 INVITE`), -1 where there is none. */
  numberOf(bytes: Uint8Array, field: number): number {
    let stop = this.starts[field]!;
    while (stop < this.ends[field]! && bytes[stop]! > SPACE) stop++;
    return numberAt(bytes, this.starts[field]!, stop);
  }

  methodOf(bytes: Uint8Array, start: number, end: number): number {
    for (let index = 0; index < this.#methods.length; index++) {
      const method = this.#methods[index]!;
      if (method.length === end - start && hasAt(bytes, start, end, method)) return index;
    }
    return -1;
  }

  /** Status of `RTSP/1.0 200 OK`, 0 where none stands. */
  statusAt(bytes: Uint8Array, start: number, end: number): number {
    const at = start + this.#version.length;
    if (end - at < 7 || !isDigit(bytes[at]!) || bytes[at + 1] !== 0x2e || !isDigit(bytes[at + 2]!)) return 0;
    if (bytes[at + 3] !== SPACE) return 0;
    const status = numberAt(bytes, at + 4, at + 7);
    return status >= 100 && status < 1000 ? status : 0;
  }

  #startLine(bytes: Uint8Array, start: number, end: number): boolean {
    this.method = -1;
    this.status = 0;
    this.methodStart = this.methodEnd = this.uriStart = this.uriEnd = start;
    this.isAnswer = hasAt(bytes, start, end, this.#version);
    if (this.isAnswer) {
      this.status = this.statusAt(bytes, start, end);
      return this.status > 0;
    }
    this.methodEnd = start + tokenLength(bytes, start, end);
    if (this.methodEnd === start || bytes[this.methodEnd] !== SPACE) return false;
    this.method = this.methodOf(bytes, start, this.methodEnd);
    this.uriStart = this.methodEnd + 1;
    // An address with a space in it is seen: the version is what stands behind the last one.
    let last = end;
    while (last > this.uriStart && bytes[last - 1] !== SPACE) last--;
    this.uriEnd = Math.max(this.uriStart, last - 1);
    return this.uriEnd > this.uriStart && hasAt(bytes, last, end, this.#version);
  }

  /** Index of the field whose line this is, -1 for others. */
  #field(bytes: Uint8Array, start: number, end: number): number {
    let colon = start;
    while (colon < end && bytes[colon] !== COLON) colon++;
    if (colon === end) {
      if (this.problemAt < 0) this.problemAt = start;
      return -1;
    }
    let nameEnd = colon;
    while (nameEnd > start && isBlank(bytes[nameEnd - 1]!)) nameEnd--;
    const field = this.#fieldNamed(bytes, start, nameEnd);
    if (field < 0 || ++this.counts[field]! > 1) return field;
    let from = colon + 1;
    while (from < end && isBlank(bytes[from]!)) from++;
    this.starts[field] = from;
    this.ends[field] = end;
    return field;
  }

  #fieldNamed(bytes: Uint8Array, start: number, end: number): number {
    if (end - start === 1) return this.#letters.indexOf(bytes[start]! | 0x20);
    for (let index = 0; index < this.#names.length; index++) {
      if (isWord(bytes, start, end, this.#names[index]!)) return index;
    }
    return -1;
  }
}

/** Which directions of a stream stand in the middle of a body that is passed over. */
export class HeaderFrames {
  readonly #left = new Map<number, number>();

  /** Bytes of a body that are still to come, 0 for none. */
  left(flow: number, fromClient: boolean): number {
    return this.#left.get(keyOf(flow, fromClient)) ?? 0;
  }

  /** So many bytes belong to what was just read. */
  pass(flow: number, fromClient: boolean, bytes: number): void {
    if (bytes <= 0) this.#left.delete(keyOf(flow, fromClient));
    else if (this.#left.size < BODIES_MAX || this.#left.has(keyOf(flow, fromClient))) {
      this.#left.set(keyOf(flow, fromClient), bytes);
    }
  }

  /** True: these bytes are of a body. */
  took(flow: number, fromClient: boolean, bytes: number): boolean {
    const left = this.left(flow, fromClient);
    if (left === 0) return false;
    this.pass(flow, fromClient, left - bytes);
    return true;
  }

  /** After a loss: does the body go on behind it? */
  resumes(flow: number, fromClient: boolean, lostBytes: number): boolean {
    const left = this.left(flow, fromClient);
    const goesOn = left > 0 && lostBytes >= 0 && lostBytes <= left;
    this.pass(flow, fromClient, goesOn ? left - lostBytes : 0);
    return goesOn;
  }

  forget(flow: number): void {
    this.#left.delete(keyOf(flow, true));
    this.#left.delete(keyOf(flow, false));
  }
}

/** Size of the message at `start` with its body, or of its head alone where the body is long. */
export function headerFrameSize(message: HeaderMessage, bytes: Uint8Array, start: number, end: number): number {
  const blank = blankLength(bytes, start, end);
  if (blank > 0) return blank;
  if (!canBegin(bytes, start, end)) return NOT_THIS_PROTOCOL;
  const head = headSize(bytes, start, end);
  if (head === 0) return end - start < HEAD_BYTES_MAX ? NEED_MORE : NOT_THIS_PROTOCOL;
  if (head > HEAD_BYTES_MAX || !message.read(bytes, start, start + head)) return NOT_THIS_PROTOCOL;
  const body = Math.max(0, message.contentLength);
  return body > BODY_BYTES_MAX ? head : head + body;
}

/** Empty lines and zeros between messages: keep-alives (RFC 3261 7.5, RFC 5626 4.4.1). */
export function blankLength(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF || bytes[at] === 0)) at++;
  return Math.min(at - start, HEAD_BYTES_MAX);
}

/** Up to the end of the empty line; 0: it was not seen yet. */
export function headSize(bytes: Uint8Array, start: number, end: number): number {
  const stop = Math.min(end, start + HEAD_BYTES_MAX);
  for (let at = bytes.indexOf(LF, start); at >= 0 && at < stop; at = bytes.indexOf(LF, at + 1)) {
    if (at + 1 < stop && bytes[at + 1] === LF) return at + 2 - start;
    if (at + 2 < stop && bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3 - start;
  }
  return 0;
}

/** Capital letters of a method or a version, as far as they are there. */
function canBegin(bytes: Uint8Array, start: number, end: number): boolean {
  const at = start + tokenLength(bytes, start, end);
  if (at === end) return at - start <= METHOD_BYTES_MAX;
  return at > start && at - start <= METHOD_BYTES_MAX && (bytes[at] === SPACE || bytes[at] === 0x2f);
}

function tokenLength(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && at - start <= METHOD_BYTES_MAX && isCapital(bytes[at]!)) at++;
  return at - start;
}

function isCapital(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte === 0x2d;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** Digits only, at most nine; else -1. */
function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let at = start;
  for (; at < end && at - start < 10 && isDigit(bytes[at]!); at++) value = value * 10 + bytes[at]! - 0x30;
  while (at < end && isBlank(bytes[at]!)) at++;
  return at === end && end > start ? value : -1;
}

function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  const at = bytes.indexOf(LF, start);
  return at < 0 || at > end ? end : at;
}

function trimmed(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === CR ? end - 1 : end;
}

export function hasAt(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start < word.length) return false;
  for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return false;
  return true;
}

/** Without regard to case; `word` is in lower case. */
export function isWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) {
    const byte = bytes[start + at]!;
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== word[at]) return false;
  }
  return true;
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function keyOf(flow: number, fromClient: boolean): number {
  return flow * 2 + (fromClient ? 0 : 1);
}
