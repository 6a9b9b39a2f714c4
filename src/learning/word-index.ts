// An open-addressing index from keys of a few 32-bit words to dense row numbers, on typed arrays. Rows are numbered
// from 1 in the order of insertion, so 0 can mean "none" and a walk over the rows is the same in every run.
import { randomInt } from 'node:crypto';

// Rows are visited in the order of their numbers, never of the index: the seed changes no result.
const SEED = randomInt(0x7fffffff);

const SLOTS_FIRST = 512;

export class WordIndex {
  /** Rows in use: 1..count. */
  count = 0;
  private readonly stride: number;
  private readonly maximum: number;
  /** Row (0: free) and key of a slot lie side by side: a look-up is one miss of the processor's cache, not two. */
  private readonly width: number;
  private slots: Int32Array;
  private mask = SLOTS_FIRST - 1;
  /** By row: where its slot begins. */
  private slotOf: Int32Array;

  /** `stride` is 1 to 4 words a key; unused words are given as 0. */
  constructor(stride: number, maximum: number) {
    this.stride = stride;
    this.maximum = maximum;
    this.width = stride + 1;
    this.slots = new Int32Array(SLOTS_FIRST * this.width);
    this.slotOf = new Int32Array(SLOTS_FIRST / 2 + 1);
  }

  find(a: number, b: number, c: number, d: number): number {
    const { slots, stride, width } = this;
    let at = (hash(a, b, c, d) & this.mask) * width;
    for (;;) {
      const row = slots[at]!;
      if (row === 0) return 0;
      if (
        slots[at + 1] === a &&
        (stride < 2 || slots[at + 2] === b) &&
        (stride < 3 || slots[at + 3] === c) &&
        (stride < 4 || slots[at + 4] === d)
      ) {
        return row;
      }
      at += width;
      if (at === slots.length) at = 0;
    }
  }

  /** The row of the key; a new one where it is not there; 0 when there is no room. */
  findOrInsert(a: number, b: number, c: number, d: number): number {
    const known = this.find(a, b, c, d);
    return known === 0 ? this.insert(a, b, c, d) : known;
  }

  word(row: number, index: number): number {
    return this.slots[this.slotOf[row]! + 1 + index]!;
  }

  private insert(a: number, b: number, c: number, d: number): number {
    if (this.count >= this.maximum) return 0;
    if (this.count + 1 === this.slotOf.length) this.grow();
    const row = ++this.count;
    const at = this.freeSlot(hash(a, b, c, d));
    const { slots, stride } = this;
    slots[at] = row;
    slots[at + 1] = a;
    if (stride > 1) slots[at + 2] = b;
    if (stride > 2) slots[at + 3] = c;
    if (stride > 3) slots[at + 4] = d;
    this.slotOf[row] = at;
    return row;
  }

  private freeSlot(hashed: number): number {
    const { slots, width } = this;
    let at = (hashed & this.mask) * width;
    while (slots[at] !== 0) {
      at += width;
      if (at === slots.length) at = 0;
    }
    return at;
  }

  /** Twice the slots; half of them are used at most. */
  private grow(): void {
    const { slots: before, slotOf: slotBefore, width, stride } = this;
    this.slots = new Int32Array(before.length * 2);
    this.slotOf = new Int32Array((slotBefore.length - 1) * 2 + 1);
    this.mask = this.mask * 2 + 1;
    for (let row = 1; row <= this.count; row++) {
      const from = slotBefore[row]!;
      const at = this.freeSlot(
        hash(
          before[from + 1]!,
          stride > 1 ? before[from + 2]! : 0,
          stride > 2 ? before[from + 3]! : 0,
          stride > 3 ? before[from + 4]! : 0,
        ),
      );
      for (let index = 0; index < width; index++) this.slots[at + index] = before[from + index]!;
      this.slotOf[row] = at;
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
