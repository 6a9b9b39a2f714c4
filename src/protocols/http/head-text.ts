// Writes the fields of an HTTP/2 head as a head of HTTP/1.1, so that one reader reads both. What HTTP/2 forbids, or what
// would look like another line, is left out.
import { HEAD_BYTES_MAX } from './head.ts';
import { ascii } from './messages.ts';

const METHOD = ascii(':method');
const PATH = ascii(':path');
const AUTHORITY = ascii(':authority');
const STATUS = ascii(':status');
const CONTENT_LENGTH = ascii('content-length');
/** RFC 9113, clause 8.2.2: fields of a connection have no place here. */
const OF_CONNECTIONS = ['connection', 'transfer-encoding', 'upgrade', 'keep-alive', 'proxy-connection'].map(ascii);
const CONNECT = ascii('CONNECT');
const VERSION = ascii(' HTTP/1.1\r\n');
const ANSWER = ascii('HTTP/1.1 ');
const HOST = ascii('host: ');
const LINE_END = ascii('\r\n');
/** A body of unknown length follows: in HTTP/1.1 that is what this says. */
const BODY_FOLLOWS = ascii('transfer-encoding: chunked\r\n');
const COLON = ascii(': ');
const SPACE = 0x20;
const LINE_BYTES = 64;

export class HeadText {
  /** The head; its start line takes up the beginning. */
  readonly bytes = new Uint8Array(5 * HEAD_BYTES_MAX + LINE_BYTES);
  end = 0;
  isRequest = false;
  readonly #lines = new Uint8Array(2 * HEAD_BYTES_MAX);
  /** What the four below are parts of. */
  readonly #pseudoBytes = new Uint8Array(HEAD_BYTES_MAX);
  #pseudoEnd = 0;
  #linesEnd = 0;
  #method: Uint8Array = NONE;
  #path: Uint8Array = NONE;
  #authority: Uint8Array = NONE;
  #status: Uint8Array = NONE;
  #isLast = false;
  #hasLength = false;

  /** `isLast`: no content follows the head. */
  begin(isLast: boolean): void {
    this.forget();
    this.#isLast = isLast;
  }

  field(from: Uint8Array, name: number, nameEnd: number, value: number, valueEnd: number): void {
    if (from[name] === 0x3a) this.#pseudo(from, name, nameEnd, value, valueEnd);
    else if (isNameOfLine(from, name, nameEnd)) this.#line(from, name, nameEnd, value, valueEnd);
  }

  /** False where it is neither a request nor an answer: what follows the content. */
  write(): boolean {
    this.isRequest = this.#method.length > 0;
    if (this.isRequest) {
      const isConnect = isText(this.#method, 0, this.#method.length, CONNECT);
      this.#put(this.#method)
        .#put(BLANK)
        .#put(isConnect ? this.#authority : this.#path)
        .#put(VERSION);
    } else if (this.#status.length > 0) this.#put(ANSWER).#put(this.#status).#put(BLANK).#put(LINE_END);
    else return false;
    if (this.#authority.length > 0) this.#put(HOST).#put(this.#authority).#put(LINE_END);
    if (!this.#isLast && !this.#hasLength) this.#put(BODY_FOLLOWS);
    this.#put(this.#lines.subarray(0, this.#linesEnd)).#put(LINE_END);
    return true;
  }

  /** Nothing stays of what was written: it may hold a secret. */
  forget(): void {
    this.bytes.fill(0, 0, this.end);
    this.#lines.fill(0, 0, this.#linesEnd);
    this.end = this.#linesEnd = 0;
    this.#pseudoBytes.fill(0, 0, this.#pseudoEnd);
    this.#pseudoEnd = 0;
    this.#method = this.#path = this.#authority = this.#status = NONE;
    this.#hasLength = false;
  }

  #pseudo(from: Uint8Array, name: number, nameEnd: number, value: number, valueEnd: number): void {
    const end = this.#pseudoEnd + valueEnd - value;
    if (valueEnd === value || end > this.#pseudoBytes.length) return;
    this.#pseudoBytes.set(from.subarray(value, valueEnd), this.#pseudoEnd);
    const text = withoutLineEnds(this.#pseudoBytes.subarray(this.#pseudoEnd, end));
    this.#pseudoEnd = end;
    if (isText(from, name, nameEnd, METHOD)) this.#method = text;
    else if (isText(from, name, nameEnd, PATH)) this.#path = text;
    else if (isText(from, name, nameEnd, AUTHORITY)) this.#authority = text;
    else if (isText(from, name, nameEnd, STATUS)) this.#status = text;
  }

  #line(from: Uint8Array, name: number, nameEnd: number, value: number, valueEnd: number): void {
    if (OF_CONNECTIONS.some((word) => isText(from, name, nameEnd, word))) return;
    if (isText(from, name, nameEnd, CONTENT_LENGTH)) {
      // Of an answer to HEAD: the length of what is not sent.
      if (this.#isLast) return;
      this.#hasLength = true;
    }
    const size = nameEnd - name + valueEnd - value + COLON.length + LINE_END.length;
    if (this.#linesEnd + size > this.#lines.length) return;
    const lines = this.#lines;
    const at = this.#linesEnd;
    lines.set(from.subarray(name, nameEnd), at);
    lines.set(COLON, at + nameEnd - name);
    const valueAt = at + nameEnd - name + COLON.length;
    lines.set(from.subarray(value, valueEnd), valueAt);
    withoutLineEnds(lines.subarray(valueAt, valueAt + valueEnd - value));
    this.#linesEnd = at + size;
    lines.set(LINE_END, this.#linesEnd - LINE_END.length);
  }

  #put(text: Uint8Array): this {
    this.bytes.set(text, this.end);
    this.end += text.length;
    return this;
  }
}

const NONE = new Uint8Array(0);
const BLANK = Uint8Array.of(SPACE);

function isText(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}

/** What stands before a colon on a line, and begins none. */
function isNameOfLine(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! <= SPACE || bytes[at] === 0x3a) return false;
  return end > start;
}

/** In place: a value of HTTP/2 can hold no line end, and none is to be made of it. */
function withoutLineEnds(text: Uint8Array): Uint8Array {
  for (let at = 0; at < text.length; at++)
    if (text[at] === 0x0a || text[at] === 0x0d || text[at] === 0) text[at] = SPACE;
  return text;
}
