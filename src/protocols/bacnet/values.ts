// Property values into the values of an operation: numbers as numbers, everything else as the bytes it is encoded in.
import { Encoding, type Operation } from '../../facts/operation.ts';
import { setValues } from '../facts-of-messages.ts';
import { Tag, TagReader } from './tags.ts';

/** Lists of numbers up to this many are copied out of their tags; longer ones stay bytes. */
const LIST_MAX = 512;
const WIDE = 8;
/** Closing context tag of a number below 15, without the number. */
const CLOSING_TAG = 0x0f;

/** One value or list of values. One record, refilled for each; what it shows is valid until the next one. */
export class ValueReader {
  /** Number of the one application tag, -1 for lists, constructed and empty values. */
  tag = -1;
  /** The one value as a number, NaN where it is none. */
  number = Number.NaN;
  /** Content of the one value. */
  contentStart = 0;
  contentEnd = 0;
  readonly #reader = new TagReader();
  readonly #scratch = new Uint8Array(LIST_MAX * WIDE);
  readonly #view = new DataView(this.#scratch.buffer);

  /**
   * The value that begins at `start`, behind the opening context tag `number` (below 15). Returns where what follows its
   * closing tag begins, -1 where there is none before `end`. Fills the values of the record.
   */
  fillEnclosed(operation: Operation, bytes: Uint8Array, start: number, end: number, number: number): number {
    const reader = this.#reader;
    // One value and the closing tag behind it: nearly always.
    if (reader.read(bytes, start, end) && !reader.isContext) {
      const { next } = reader;
      if (next < end && bytes[next] === ((number << 4) | CLOSING_TAG)) {
        this.tag = -1;
        this.number = Number.NaN;
        this.#one(operation, bytes);
        return next + 1;
      }
    }
    const close = reader.closingAt(bytes, start, end);
    if (close < 0) return -1;
    const { next } = reader;
    this.fill(operation, bytes, start, close);
    return next;
  }

  /** bytes[start..end) is what stands between the opening and the closing tag. Fills the values of the record. */
  fill(operation: Operation, bytes: Uint8Array, start: number, end: number): void {
    const reader = this.#reader;
    this.tag = -1;
    this.number = Number.NaN;
    this.contentStart = this.contentEnd = end;
    if (start >= end) {
      setValues(operation, bytes, start, 0, Encoding.none, 0);
      return;
    }
    if (reader.read(bytes, start, end) && !reader.isContext) {
      if (reader.next === end) {
        this.#one(operation, bytes);
        return;
      }
      if (isNumeric(reader.number) && this.#list(operation, bytes, start, end, reader.number)) return;
    }
    setValues(operation, bytes, start, end - start, Encoding.bytes, 1);
  }

  #one(operation: Operation, bytes: Uint8Array): void {
    const { number, start, length, next } = this.#reader;
    this.tag = number;
    this.contentStart = start;
    this.contentEnd = next;
    switch (number) {
      case Tag.null:
        setValues(operation, bytes, start, 0, Encoding.none, 0);
        return;
      case Tag.boolean:
        this.number = this.#reader.value;
        this.#scratch[0] = this.#reader.value;
        setValues(operation, this.#scratch, 0, 1, Encoding.unsigned, 1);
        return;
      case Tag.unsigned:
      case Tag.enumerated:
        this.number = this.#reader.unsigned(bytes);
        this.#whole(operation, bytes, Encoding.unsigned);
        return;
      case Tag.signed:
        this.#whole(operation, bytes, Encoding.signed);
        return;
      case Tag.real:
      case Tag.double:
        if (length === (number === Tag.real ? 4 : 8)) setValues(operation, bytes, start, length, Encoding.float, 1);
        else setValues(operation, bytes, start, length, Encoding.bytes, length === 0 ? 0 : 1);
        return;
      default:
        setValues(operation, bytes, start, length, Encoding.bytes, length === 0 ? 0 : 1);
    }
  }

  /** One whole number, in place where it has a usual size. */
  #whole(operation: Operation, bytes: Uint8Array, encoding: number): void {
    const { start, length } = this.#reader;
    if (length === 1 || length === 2 || length === 4 || length === 8) {
      setValues(operation, bytes, start, length, encoding, 1);
    } else if (length === 0 || length > WIDE) {
      setValues(operation, bytes, start, length, Encoding.bytes, length === 0 ? 0 : 1);
    } else {
      this.#copyWhole(bytes, 0, encoding === Encoding.signed);
      setValues(operation, this.#scratch, 0, WIDE, encoding, 1);
    }
  }

  /** Eight octets from the content, with its sign. */
  #copyWhole(bytes: Uint8Array, to: number, isSigned: boolean): void {
    const { start, length } = this.#reader;
    const fill = isSigned && bytes[start]! >= 0x80 ? 0xff : 0;
    const pad = WIDE - length;
    for (let index = 0; index < WIDE; index++) {
      this.#scratch[to + index] = index < pad ? fill : bytes[start + index - pad]!;
    }
  }

  /** Numbers of one kind without their tags; false where there are others among them. */
  #list(operation: Operation, bytes: Uint8Array, start: number, end: number, kind: number): boolean {
    const reader = this.#reader;
    let count = 0;
    for (let at = start; at < end; at = reader.next) {
      if (count === LIST_MAX || !reader.isApplication(bytes, at, end, kind)) return false;
      if (!this.#element(bytes, count * WIDE, kind)) return false;
      count++;
    }
    const isFloat = kind === Tag.real || kind === Tag.double;
    const whole = kind === Tag.signed ? Encoding.signed : Encoding.unsigned;
    setValues(operation, this.#scratch, 0, WIDE, isFloat ? Encoding.float : whole, count);
    return true;
  }

  #element(bytes: Uint8Array, to: number, kind: number): boolean {
    const { start, length, value } = this.#reader;
    switch (kind) {
      case Tag.boolean:
        this.#view.setFloat64(to, 0);
        this.#scratch[to + WIDE - 1] = value;
        return true;
      case Tag.real:
        if (length !== 4) return false;
        this.#scratch.set(bytes.subarray(start, start + 4), to);
        this.#view.setFloat64(to, this.#view.getFloat32(to));
        return true;
      case Tag.double:
        if (length !== WIDE) return false;
        this.#scratch.set(bytes.subarray(start, start + WIDE), to);
        return true;
      default:
        if (length === 0 || length > WIDE) return false;
        this.#copyWhole(bytes, to, kind === Tag.signed);
        return true;
    }
  }
}

function isNumeric(tag: number): boolean {
  return (tag >= Tag.boolean && tag <= Tag.double) || tag === Tag.enumerated;
}
