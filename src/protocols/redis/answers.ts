// Reads answers element by element: a line, or the header of a string or of an aggregate. Strings are passed over by their size.
import { NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import {
  ARRAY,
  answerLineSize,
  FRAME_BYTES_MAX,
  headerSize,
  MINUS,
  numberOf,
  STRING,
  STRING_BYTES_MAX,
} from './parse.ts';

/** What the server says of itself stands in the first bytes of a string. */
const READ_BYTES_MAX = 2048;
/** Elements of one aggregate. */
const ELEMENTS_MAX = 0x7fff_ffff;
const BLOB_ERROR = 0x21;
const VERBATIM = 0x3d;
const MAP = 0x25;
const SET = 0x7e;
const PUSH = 0x3e;
const ATTRIBUTE = 0x7c;
/** `+ - : _ # , (`: a line and nothing behind it. */
const LINES: ReadonlySet<number> = new Set([0x2b, MINUS, 0x3a, 0x5f, 0x23, 0x2c, 0x28]);
const AGGREGATES: ReadonlySet<number> = new Set([ARRAY, MAP, SET, PUSH, ATTRIBUTE]);
const STRINGS: ReadonlySet<number> = new Set([STRING, BLOB_ERROR, VERBATIM]);

export class AnswerReader {
  /** The answer ended with what was read last. */
  isComplete = false;
  /** It is an error, and was read as a line. */
  isError = false;
  /** It is no answer: said unasked (RESP3). */
  isPush = false;
  /** The string, or its first bytes, where it was asked for. */
  textStart = 0;
  textEnd = 0;
  /** Elements of the answer still to come. */
  #elements = 0;
  /** Bytes of a string still to come, its line end included. */
  #rest = 0;
  #isTextWanted = false;

  /** An answer begins with what comes next. */
  get isBeginning(): boolean {
    return this.#rest === 0 && this.#elements === 0;
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    if (this.#rest > 0) {
      if (this.#isTextWanted) return Math.min(this.#rest, READ_BYTES_MAX);
      return Math.min(this.#rest, end - start, FRAME_BYTES_MAX);
    }
    const type = bytes[start]!;
    if (LINES.has(type)) return answerLineSize(bytes, start, end);
    if (!AGGREGATES.has(type) && !STRINGS.has(type)) return NOT_THIS_PROTOCOL;
    const size = headerSize(bytes, start, end);
    if (size <= 0) return size === 0 ? NEED_MORE : NOT_THIS_PROTOCOL;
    return numberOf(bytes, start + 1, start + size, STRING_BYTES_MAX * 2) < -1 ? NOT_THIS_PROTOCOL : size;
  }

  /** A frame of the size that `frameSize` gave. `isTextWanted`: strings are to be shown. */
  read(bytes: Uint8Array, start: number, end: number, isTextWanted: boolean): void {
    this.isComplete = false;
    this.textStart = 0;
    this.textEnd = 0;
    if (this.#rest > 0) {
      this.#string(start, end);
      return;
    }
    const type = bytes[start]!;
    if (this.#elements === 0) {
      this.#elements = 1;
      this.isPush = type === PUSH;
      this.isError = type === MINUS || type === BLOB_ERROR;
    }
    this.#elements--;
    const count = LINES.has(type) ? 0 : Math.max(0, numberOf(bytes, start + 1, end, ELEMENTS_MAX));
    if (type === ARRAY || type === SET || type === PUSH) this.#elements += count;
    else if (type === MAP) this.#elements += 2 * count;
    // Attributes stand before the element that they are about.
    else if (type === ATTRIBUTE) this.#elements += 2 * count + 1;
    else if (STRINGS.has(type) && numberOf(bytes, start + 1, end, ELEMENTS_MAX) >= 0) {
      this.#rest = count + 2;
      this.#isTextWanted = isTextWanted;
      return;
    }
    this.isComplete = this.#elements === 0;
  }

  /** Bytes were lost: an answer begins with what comes next. */
  forget(): void {
    this.#elements = 0;
    this.#rest = 0;
    this.#isTextWanted = false;
  }

  #string(start: number, end: number): void {
    this.#rest = Math.max(0, this.#rest - (end - start));
    if (this.#isTextWanted) {
      this.textStart = start;
      this.textEnd = Math.max(start, this.#rest === 0 ? end - 2 : end);
    }
    this.#isTextWanted = false;
    this.isComplete = this.#rest === 0 && this.#elements === 0;
  }
}
