// Numbers in payloads without building strings: a payload that is one number, and the numeric members of a JSON object.

/** So many members of one object are told. */
export const MEMBERS_MAX = 16;
const DEPTH_MAX = 6;
/** Longer names are cut. */
const NAME_BYTES_MAX = 96;
const NUMBER_BYTES_MAX = 48;
/** A text in JSON or alone that is at least so long may be an image in base64. */
export const ENCODED_BYTES_MIN = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Reads one number; `end` says where it stopped. One record, so that two results need no object. */
export class NumberReader {
  value = 0;
  /** Behind the number; the start where there was none. */
  end = 0;

  /** A number as JSON writes it (RFC 8259, clause 6), a leading plus or zeros allowed. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const stop = Math.min(end, start + NUMBER_BYTES_MAX);
    let at = start;
    const isNegative = bytes[at] === 0x2d;
    if (at < stop && (isNegative || bytes[at] === 0x2b)) at++;
    let mantissa = 0;
    let digits = 0;
    let scale = 0;
    for (; at < stop && isDigit(bytes[at]!); at++, digits++) mantissa = mantissa * 10 + bytes[at]! - DIGIT_0;
    if (at < stop && bytes[at] === 0x2e && digits > 0) {
      const point = at++;
      for (; at < stop && isDigit(bytes[at]!); at++, scale--) mantissa = mantissa * 10 + bytes[at]! - DIGIT_0;
      if (scale === 0) at = point;
    }
    this.end = start;
    if (digits === 0) return false;
    if (at + 1 < stop && (bytes[at]! | 0x20) === 0x65) {
      let next = at + 1;
      const isSmall = bytes[next] === 0x2d;
      if (isSmall || bytes[next] === 0x2b) next++;
      if (next < stop && isDigit(bytes[next]!)) {
        let exponent = 0;
        for (; next < stop && isDigit(bytes[next]!); next++) exponent = exponent * 10 + bytes[next]! - DIGIT_0;
        scale += isSmall ? -exponent : exponent;
        at = next;
      }
    }
    this.end = at;
    const size = scaled(mantissa, scale, bytes, start, at);
    this.value = isNegative ? -size : size;
    return Number.isFinite(this.value);
  }
}

/** Exact where both parts are (fewer than 2^53, powers up to 10^22); else as the language reads the text. */
function scaled(mantissa: number, scale: number, bytes: Uint8Array, start: number, end: number): number {
  if (scale === 0 && mantissa <= Number.MAX_SAFE_INTEGER) return mantissa;
  if (mantissa <= Number.MAX_SAFE_INTEGER && scale >= -22 && scale <= 22) {
    return scale < 0 ? mantissa / 10 ** -scale : mantissa * 10 ** scale;
  }
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return Math.abs(Number(text));
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 9 && byte <= 13);
}

/** The numeric members of an object, those of objects inside as `outer.inner`; `true` and `false` are 1 and 0. */
export class JsonNumbers {
  count = 0;
  readonly values = new Float64Array(MEMBERS_MAX);
  /** Names one after the other. */
  readonly names = new Uint8Array(MEMBERS_MAX * NAME_BYTES_MAX);
  readonly nameEnds = new Int32Array(MEMBERS_MAX);
  /** The first text of some length, between its quotes; -1: none. */
  encodedStart = -1;
  encodedEnd = -1;
  readonly #number = new NumberReader();
  readonly #path = new Uint8Array(NAME_BYTES_MAX);
  readonly #pathEnds = new Int32Array(DEPTH_MAX + 1);
  #bytes: Uint8Array = NO_BYTES;
  #at = 0;
  #end = 0;

  nameStart(index: number): number {
    return index === 0 ? 0 : this.nameEnds[index - 1]!;
  }

  /** Scans the object at `start`. False where it is no JSON; one that stops early is JSON as far as it goes. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.count = 0;
    this.encodedStart = this.encodedEnd = -1;
    this.#bytes = bytes;
    this.#at = start + 1;
    this.#end = end;
    const isJson = this.#object();
    this.#bytes = NO_BYTES;
    return isJson;
  }

  #object(): boolean {
    let depth = 0;
    this.#pathEnds[0] = 0;
    let mayClose = true;
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#end) return true;
      const byte = this.#bytes[this.#at]!;
      if (byte === 0x7d && mayClose) {
        this.#at++;
        depth--;
      } else if (byte === QUOTE) {
        const keyStart = this.#at + 1;
        if (!this.#text()) return true;
        const keyEnd = this.#at - 1;
        this.#skipSpace();
        if (this.#at >= this.#end) return true;
        if (this.#bytes[this.#at++] !== 0x3a) return false;
        this.#skipSpace();
        if (this.#at >= this.#end) return true;
        if (this.#bytes[this.#at] === 0x7b && depth < DEPTH_MAX) {
          this.#at++;
          this.#enter(++depth, keyStart, keyEnd);
          mayClose = true;
          continue;
        }
        if (!this.#value(depth, keyStart, keyEnd)) return false;
      } else return false;
      if (depth < 0) return this.#isOver();
      for (;;) {
        this.#skipSpace();
        if (this.#at >= this.#end) return true;
        const next = this.#bytes[this.#at++]!;
        if (next === 0x2c) break;
        if (next !== 0x7d) return false;
        if (--depth < 0) return this.#isOver();
      }
      mayClose = false;
    }
  }

  #isOver(): boolean {
    this.#skipSpace();
    return this.#at >= this.#end || this.#bytes[this.#at] === 0;
  }

  #value(depth: number, keyStart: number, keyEnd: number): boolean {
    const byte = this.#bytes[this.#at]!;
    if (byte === QUOTE) {
      const start = this.#at + 1;
      const isWhole = this.#text();
      const stop = isWhole ? this.#at - 1 : this.#end;
      if (this.encodedStart < 0 && stop - start >= ENCODED_BYTES_MIN) {
        this.encodedStart = start;
        this.encodedEnd = stop;
      }
      return true;
    }
    if (byte === 0x5b || byte === 0x7b) return this.#skipNested();
    if (byte === 0x74) return this.#literal(TRUE) && this.#add(depth, keyStart, keyEnd, 1);
    if (byte === 0x66) return this.#literal(FALSE) && this.#add(depth, keyStart, keyEnd, 0);
    if (byte === 0x6e) return this.#literal(NULL);
    const isNumber = this.#number.read(this.#bytes, this.#at, this.#end);
    if (this.#number.end === this.#at) return false;
    this.#at = this.#number.end;
    return isNumber ? this.#add(depth, keyStart, keyEnd, this.#number.value) : true;
  }

  #literal(text: Uint8Array): boolean {
    for (const byte of text) {
      if (this.#at >= this.#end) return true;
      if (this.#bytes[this.#at++] !== byte) return false;
    }
    return true;
  }

  /** Steps over a text, its opening quote at hand; false where it does not end. */
  #text(): boolean {
    let at = this.#at + 1;
    while (at < this.#end && this.#bytes[at] !== QUOTE) at += this.#bytes[at] === BACKSLASH ? 2 : 1;
    this.#at = Math.min(this.#end, at + 1);
    return at < this.#end;
  }

  /** Steps over an array, or an object too deep. */
  #skipNested(): boolean {
    let depth = 0;
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at]!;
      if (byte === QUOTE) {
        if (!this.#text()) return true;
        continue;
      }
      this.#at++;
      if (byte === 0x5b || byte === 0x7b) depth++;
      else if (byte === 0x5d || byte === 0x7d) depth--;
      if (depth === 0) return true;
    }
    return true;
  }

  #skipSpace(): void {
    while (this.#at < this.#end && isSpace(this.#bytes[this.#at]!)) this.#at++;
  }

  #enter(depth: number, keyStart: number, keyEnd: number): void {
    let to = this.#pathEnds[depth - 1]!;
    for (let at = keyStart; at < keyEnd && to < NAME_BYTES_MAX; at++) this.#path[to++] = this.#bytes[at]!;
    if (to < NAME_BYTES_MAX) this.#path[to++] = 0x2e;
    this.#pathEnds[depth] = to;
  }

  #add(depth: number, keyStart: number, keyEnd: number, value: number): boolean {
    const index = this.count;
    if (index >= MEMBERS_MAX) return true;
    const start = this.nameStart(index);
    let to = start;
    for (let at = 0; at < this.#pathEnds[depth]!; at++) this.names[to++] = this.#path[at]!;
    for (let at = keyStart; at < keyEnd && to - start < NAME_BYTES_MAX; at++) this.names[to++] = this.#bytes[at]!;
    this.nameEnds[index] = to;
    this.values[index] = value;
    this.count = index + 1;
    return true;
  }
}

const NO_BYTES = new Uint8Array(0);
const TRUE = new TextEncoder().encode('true');
const FALSE = new TextEncoder().encode('false');
const NULL = new TextEncoder().encode('null');
