// What one number of a device's behaviour usually is, taken over stretches of it: the least and the most that any stretch
// had. A stretch that is far outside differs; otherwise the range takes it in.

/** Before so many stretches nothing is usual. */
const STRETCHES_LEAST = 6;

export class Range {
  least = Infinity;
  most = -Infinity;
  stretches = 0;

  /** By how much `value` is outside, beyond half the width of the range or `floor`, whichever is more; 0 where it is not. */
  outside(value: number, floor: number): number {
    if (this.stretches < STRETCHES_LEAST) return 0;
    const margin = Math.max(floor, (this.most - this.least) / 2);
    if (value > this.most + margin) return value - this.most;
    return value < this.least - margin ? value - this.least : 0;
  }

  take(value: number): void {
    this.stretches++;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }
}

/** Operations of a stretch. */
export const STRETCH = 16;
/** Room for so many stretches at first; doubled as needed. */
const ROWS_AT_START = 64;

/**
 * The stretches of all devices, each a row of numbers, each number of one way (facts/operation.ts) in which a device asked
 * or was asked: one array each, as a small one of its own costs more than what is in it.
 */
export class Stretches {
  #values = new Float32Array(ROWS_AT_START * STRETCH);
  #ways = new Int32Array(ROWS_AT_START * STRETCH);
  #counts = new Uint8Array(ROWS_AT_START);
  #rows = 0;
  readonly #sorted = new Float32Array(STRETCH);

  /** The number of a new row. */
  begin(): number {
    if (this.#rows === this.#counts.length) this.#grow();
    return this.#rows++;
  }

  isFull(row: number): boolean {
    return this.#counts[row] === STRETCH;
  }

  add(row: number, value: number, way: number): void {
    const at = row * STRETCH + this.#counts[row]!++;
    this.#values[at] = value;
    this.#ways[at] = way;
  }

  /** The middle, how far apart the quarters are, and a way that is nearest to the middle. The row begins anew. */
  end(row: number): { readonly middle: number; readonly spread: number; readonly way: number } {
    const start = row * STRETCH;
    const values = this.#values.subarray(start, start + STRETCH);
    this.#sorted.set(values);
    this.#sorted.sort();
    const quarter = STRETCH >> 2;
    const middle = this.#sorted[STRETCH >> 1]!;
    const spread = this.#sorted[STRETCH - 1 - quarter]! - this.#sorted[quarter]!;
    this.#counts[row] = 0;
    return { middle, spread, way: this.#ways[start + values.indexOf(middle)]! };
  }

  #grow(): void {
    const values = new Float32Array(this.#values.length * 2);
    const ways = new Int32Array(this.#ways.length * 2);
    const counts = new Uint8Array(this.#counts.length * 2);
    values.set(this.#values);
    ways.set(this.#ways);
    counts.set(this.#counts);
    this.#values = values;
    this.#ways = ways;
    this.#counts = counts;
  }
}
