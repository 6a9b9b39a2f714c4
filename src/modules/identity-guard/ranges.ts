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

/** The numbers of one stretch, each of one way (facts/operation.ts) in which a device asked or was asked. */
export class Stretch {
  readonly size: number;
  readonly #values: Float32Array;
  readonly #ways: Int32Array;
  readonly #sorted: Float32Array;
  count = 0;

  constructor(size: number) {
    this.size = size;
    this.#values = new Float32Array(size);
    this.#ways = new Int32Array(size);
    this.#sorted = new Float32Array(size);
  }

  get isFull(): boolean {
    return this.count === this.size;
  }

  add(value: number, way: number): void {
    this.#values[this.count] = value;
    this.#ways[this.count++] = way;
  }

  /** The middle, how far apart the quarters are, and a way that is nearest to the middle. Begins anew. */
  end(): { readonly middle: number; readonly spread: number; readonly way: number } {
    this.#sorted.set(this.#values);
    this.#sorted.sort();
    const quarter = this.size >> 2;
    const middle = this.#sorted[this.size >> 1]!;
    const spread = this.#sorted[this.size - 1 - quarter]! - this.#sorted[quarter]!;
    this.count = 0;
    return { middle, spread, way: this.#ways[this.#values.indexOf(middle)]! };
  }
}
