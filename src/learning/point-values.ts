// What values points took: one row for each point that had one, all of a row in one line of the cache. A row is made
// when a point's first value is known, so that points that are only counted cost next to nothing.
import { grown } from '../bytes/grown.ts';

/** Doubles of a row, in `numbers`. */
export const ValueNumber = {
  last: 0,
  minimum: 1,
  maximum: 2,
  step: 3,
  /** Sum of all steps. */
  travel: 4,
} as const;
/** Whole numbers of a row, in `words`: they lie behind the doubles. */
export const ValueWord = {
  writes: 10,
  moves: 11,
  /** Moves at which the range, and the largest step, grew last. */
  rangeGrownAt: 12,
  stepGrownAt: 13,
  /** Which way the last write went that changed the value, and whether what stands there was judged: see Direction. */
  direction: 14,
  /** Which course is its own; 0: none. */
  course: 15,
} as const;

/** `isDeviating` is a bit beside the others: the value was judged, so what is read of it is not learned. */
export const Direction = { unknown: 0, up: 1, down: 2, mask: 3, isDeviating: 4 } as const;

const STRIDE = 8;
const WORD_STRIDE = STRIDE * 2;
const ROWS_FIRST = 256;

export class PointValues {
  /** `numbers[row * PointValues.stride + ValueNumber.x]`. Replaced when the table grows. */
  numbers: Float64Array<ArrayBuffer>;
  words: Uint32Array;
  static readonly stride = STRIDE;
  static readonly wordStride = WORD_STRIDE;
  /** Row 0 is "nothing known", and stays so. */
  #count = 1;

  constructor() {
    const buffer = new ArrayBuffer(ROWS_FIRST * STRIDE * 8);
    this.numbers = new Float64Array(buffer);
    this.words = new Uint32Array(buffer);
    this.#clear(0);
  }

  /** A row of which nothing is known yet. */
  add(): number {
    const row = this.#count++;
    if ((row + 1) * STRIDE > this.numbers.length) this.#grow();
    this.#clear(row);
    return row;
  }

  /** The value is another one than before, or it was written. */
  move(row: number, value: number): void {
    const { numbers, words } = this;
    const at = row * STRIDE;
    const wordAt = row * WORD_STRIDE;
    const moves = ++words[wordAt + ValueWord.moves]!;
    const step = Math.abs(value - numbers[at + ValueNumber.last]!);
    numbers[at + ValueNumber.last] = value;
    // The first value is no step.
    if (moves > 1) numbers[at + ValueNumber.travel]! += step;
    if (value < numbers[at + ValueNumber.minimum]!) {
      numbers[at + ValueNumber.minimum] = value;
      words[wordAt + ValueWord.rangeGrownAt] = moves;
    }
    if (value > numbers[at + ValueNumber.maximum]!) {
      numbers[at + ValueNumber.maximum] = value;
      words[wordAt + ValueWord.rangeGrownAt] = moves;
    }
    if (step > numbers[at + ValueNumber.step]!) {
      numbers[at + ValueNumber.step] = step;
      words[wordAt + ValueWord.stepGrownAt] = moves;
    }
  }

  /** The point was read, and its value is another one than before. */
  readMoved(row: number, value: number): void {
    const { numbers, words } = this;
    const at = row * STRIDE;
    const directionAt = row * WORD_STRIDE + ValueWord.direction;
    if ((words[directionAt]! & Direction.isDeviating) === 0) {
      this.move(row, value);
      return;
    }
    // Back within what is known, or somewhere else that only the judged write explains.
    if (value >= numbers[at + ValueNumber.minimum]! && value <= numbers[at + ValueNumber.maximum]!) {
      words[directionAt]! &= Direction.mask;
    }
    numbers[at + ValueNumber.last] = value;
  }

  #clear(row: number): void {
    const at = row * STRIDE;
    this.numbers[at + ValueNumber.last] = NaN;
    this.numbers[at + ValueNumber.minimum] = Infinity;
    this.numbers[at + ValueNumber.maximum] = -Infinity;
  }

  #grow(): void {
    this.numbers = grown(this.numbers, this.numbers.length * 2);
    this.words = new Uint32Array(this.numbers.buffer);
  }
}
