// An open-addressing index from keys of a few 32-bit words to dense row numbers, on typed arrays. Rows are numbered
// from 1 in the order of insertion, so 0 can mean "none" and a walk over the rows is the same in every run.
import { randomInt } from 'node:crypto';

// Rows are visited in the order of their numbers, never of the index: the seed changes no result.
const SEED = randomInt(0x7fffffff);

export class WordIndex {
  /** Rows in use: 1..count. */
  count = 0;
  private readonly stride: number;
  private readonly maximum: number;
  private words: Int32Array;
  private index = new Int32Array(1024);

  /** `stride` is 1 to 4 words a key; unused words are given as 0. */
  constructor(stride: number, maximum: number) {
    this.stride = stride;
    this.maximum = maximum;
    this.words = new Int32Array(256 * stride);
  }

  find(a: number, b: number, c: number, d: number): number {
    const { index, words, stride } = this;
    const mask = index.length - 1;
    let at = hash(a, b, c, d) & mask;
    for (;;) {
      const row = index[at]!;
      if (row === 0) return 0;
      const base = row * stride;
      if (
        words[base] === a &&
        (stride < 2 || words[base + 1] === b) &&
        (stride < 3 || words[base + 2] === c) &&
        (stride < 4 || words[base + 3] === d)
      ) {
        return row;
      }
      at = (at + 1) & mask;
    }
  }

  /** The row of the key; a new one where it is not there; 0 when there is no room. */
  findOrInsert(a: number, b: number, c: number, d: number): number {
    const known = this.find(a, b, c, d);
    if (known !== 0 || this.count >= this.maximum) return known;
    const row = ++this.count;
    if ((row + 1) * this.stride > this.words.length) {
      const words = new Int32Array(this.words.length * 2);
      words.set(this.words);
      this.words = words;
    }
    const base = row * this.stride;
    this.words[base] = a;
    if (this.stride > 1) this.words[base + 1] = b;
    if (this.stride > 2) this.words[base + 2] = c;
    if (this.stride > 3) this.words[base + 3] = d;
    if (row * 2 > this.index.length) this.rebuild(this.index.length * 2);
    else this.place(row);
    return row;
  }

  word(row: number, index: number): number {
    return this.words[row * this.stride + index]!;
  }

  private rebuild(size: number): void {
    this.index = new Int32Array(size);
    for (let row = 1; row <= this.count; row++) this.place(row);
  }

  private place(row: number): void {
    const { stride, words, index } = this;
    const base = row * stride;
    const mask = index.length - 1;
    let at =
      hash(
        words[base]!,
        stride > 1 ? words[base + 1]! : 0,
        stride > 2 ? words[base + 2]! : 0,
        stride > 3 ? words[base + 3]! : 0,
      ) & mask;
    while (index[at] !== 0) at = (at + 1) & mask;
    index[at] = row;
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
