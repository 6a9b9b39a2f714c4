// An open-addressing index from keys of a few 32-bit words to dense row numbers, on typed arrays. Rows are numbered
// from 1 in the order of insertion, so 0 can mean "none" and a walk over the rows is the same in every run.
import { randomInt } from 'node:crypto';
import { giveBack, grown } from '../bytes/grown.ts';

// Rows are visited in the order of their numbers, never of the index: the seed changes no result.
const SEED = randomInt(0x7fffffff);

const SLOTS_FIRST = 512;
/** A slot holds a row, and of the hash those bits that do not say where it is: few other keys are ever looked at. */
const ROW_BITS = 21;
const ROW_MASK = (1 << ROW_BITS) - 1;
const TAG_MASK = 0x7fffffff & ~ROW_MASK;
/** Twice as many slots have to be told apart by what the tag leaves of the hash. */
export const ROWS_MAX = 1 << (ROW_BITS - 1);

export class WordIndex {
  /** Rows in use: 1..count. */
  count = 0;
  private readonly stride: number;
  private readonly maximum: number;
  /** Row and tag; 0: free. */
  private slots = new Int32Array(SLOTS_FIRST);
  private mask = SLOTS_FIRST - 1;
  /** By row: its words. Neighbours came one after the other, and most often come so again. */
  private keys: Int32Array<ArrayBuffer>;
  /** Rows for which there is room, row 0 counted. */
  private capacity = SLOTS_FIRST / 2 + 1;

  /** `stride` is 1 to 4 words a key; unused words are given as 0. `maximum` is ROWS_MAX at most. */
  constructor(stride: number, maximum: number) {
    this.stride = stride;
    this.maximum = Math.min(maximum, ROWS_MAX);
    this.keys = new Int32Array(this.capacity * stride);
  }

  find(a: number, b: number, c: number, d: number): number {
    const hashed = hash(a, b, c, d);
    const { slots, mask, keys, stride } = this;
    for (let at = hashed & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) return 0;
      if (((slot ^ hashed) & TAG_MASK) !== 0) continue;
      const row = slot & ROW_MASK;
      const key = row * stride;
      if (
        keys[key] === a &&
        (stride < 2 || keys[key + 1] === b) &&
        (stride < 3 || keys[key + 2] === c) &&
        (stride < 4 || keys[key + 3] === d)
      ) {
        return row;
      }
    }
  }

  /** The row of the key; a new one where it is not there; 0 when there is no room. */
  findOrInsert(a: number, b: number, c: number, d: number): number {
    const known = this.find(a, b, c, d);
    return known === 0 ? this.insert(a, b, c, d) : known;
  }

  word(row: number, index: number): number {
    return this.keys[row * this.stride + index]!;
  }

  private insert(a: number, b: number, c: number, d: number): number {
    if (this.count >= this.maximum) return 0;
    if (this.count + 1 === this.capacity) this.grow();
    const row = ++this.count;
    const { keys, stride } = this;
    const key = row * stride;
    keys[key] = a;
    if (stride > 1) keys[key + 1] = b;
    if (stride > 2) keys[key + 2] = c;
    if (stride > 3) keys[key + 3] = d;
    this.place(row, hash(a, b, c, d));
    return row;
  }

  private place(row: number, hashed: number): void {
    const { slots, mask } = this;
    let at = hashed & mask;
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = row | (hashed & TAG_MASK);
  }

  /** Twice the slots; half of them are used at most. */
  private grow(): void {
    const { stride } = this;
    giveBack(this.slots);
    this.slots = new Int32Array((this.mask + 1) * 2);
    this.mask = this.slots.length - 1;
    this.capacity = this.slots.length / 2 + 1;
    const keys = grown(this.keys, this.capacity * stride);
    this.keys = keys;
    for (let row = 1; row <= this.count; row++) {
      const key = row * stride;
      const b = stride > 1 ? keys[key + 1]! : 0;
      const c = stride > 2 ? keys[key + 2]! : 0;
      const d = stride > 3 ? keys[key + 3]! : 0;
      this.place(row, hash(keys[key]!, b, c, d));
    }
  }
}

/** Sequential mixing, seeded, so that nobody can prepare keys that all fall on one place. */
function hash(a: number, b: number, c: number, d: number): number {
  let value = Math.imul(SEED ^ a, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 15) ^ b, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13) ^ c, 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 16) ^ d, 0x27d4eb2f);
  return (value ^ (value >>> 15)) & 0x7fffffff;
}
