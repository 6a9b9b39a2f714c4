// Counts, for each client and server, how many different units, functions or objects failed within a window: a sweep
// shows.
import type { Operation } from '../../facts/operation.ts';
import { Outcome } from '../../facts/operation.ts';
import { ExchangeTable } from '../../assets/exchange-table.ts';

/** Failing units within a window that make a sweep: a serial line rarely has as many dead devices at once. */
export const SWEPT_UNITS_MIN = 16;
/** Failing functions within a window that make a sweep: clients in operation use a handful, and those work. */
export const SWEPT_FUNCTIONS_MIN = 8;
/** Refused objects within a window that make a sweep: more than a faulty configuration usually has. */
export const SWEPT_OBJECTS_MIN = 100;
/** Slower than that is not seen as a sweep here. */
export const SWEEP_WINDOW_US = 600_000_000;
/** Pairs of client and server with failures; when there are more, all windows start anew. */
const PAIRS_MAX = 32_768;

const WINDOW_START_US = 0;
const WINDOW_END_US = 1;
const REFUSED = 2;
const UNANSWERED = 3;
const COUNT = 4;
const SET = 5;
const SET_WORDS = 8;
const FRAMES = SET + SET_WORDS;
/** Frames kept until the threshold is reached. */
const FRAMES_MAX = 16;
const WIDTH = FRAMES + FRAMES_MAX;

/** What one table of failures tells when a number failed that had not failed before in the window. */
export interface Sweep {
  readonly count: number;
  /** Times of the first and the last failing request of the window. */
  readonly firstUs: number;
  readonly lastUs: number;
  /** The count has just reached the threshold. */
  readonly isNew: boolean;
  readonly refused: number;
  readonly unanswered: number;
  /** At the threshold the first ones and the newest, later only the newest. */
  readonly frames: readonly number[];
  /** The numbers that failed, ascending; to be asked at once. */
  numbers(): number[];
}

/** Different failing numbers (0 to 255) for each client and server. */
export class SweepTable {
  readonly #table = new ExchangeTable(WIDTH, PAIRS_MAX);
  readonly #threshold: number;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** A number failed: null unless it is a new one and there are at least as many as the threshold. */
  failed(operation: Operation, number: number): Sweep | null {
    const table = this.#table;
    let entry = table.entry(operation.client, operation.server, 0);
    if (entry < 0) {
      table.clear();
      entry = table.entry(operation.client, operation.server, 0);
    }
    const { values } = table;
    const at = entry * WIDTH;
    const { timeUs } = operation;
    if (values[at + COUNT] === 0 || timeUs - values[at + WINDOW_START_US]! > SWEEP_WINDOW_US) {
      values.fill(0, at, at + WIDTH);
      values[at + WINDOW_START_US] = timeUs;
    }
    // What stays unanswered is told late: its time may be before the last.
    values[at + WINDOW_END_US] = Math.max(values[at + WINDOW_END_US]!, timeUs);
    values[at + (operation.outcome === Outcome.refused ? REFUSED : UNANSWERED)]!++;
    const word = at + SET + ((number >> 5) & 7);
    const bit = 1 << (number & 31);
    if ((values[word]! & bit) !== 0) return null;
    values[word] = values[word]! | bit;
    const count = ++values[at + COUNT]!;
    const frame = operation.requestFrame > 0 ? operation.requestFrame : operation.answerFrame;
    if (count <= FRAMES_MAX) values[at + FRAMES + count - 1] = frame;
    if (count < this.#threshold) return null;
    return {
      count,
      firstUs: values[at + WINDOW_START_US]!,
      lastUs: values[at + WINDOW_END_US]!,
      isNew: count === this.#threshold,
      refused: values[at + REFUSED]!,
      unanswered: values[at + UNANSWERED]!,
      frames:
        count === this.#threshold
          ? [...values.subarray(at + FRAMES, at + FRAMES + Math.min(count - 1, FRAMES_MAX)), frame]
          : [frame],
      numbers: () => this.#numbers(at),
    };
  }

  #numbers(at: number): number[] {
    const numbers: number[] = [];
    for (let number = 0; number < SET_WORDS * 32; number++) {
      if ((this.#table.values[at + SET + (number >> 5)]! & (1 << (number & 31))) !== 0) numbers.push(number);
    }
    return numbers;
  }
}
