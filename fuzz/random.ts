// A seeded source of numbers, so that a run can be repeated input by input.

export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** 32 bits, unsigned (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** From 0 to 1, 1 left out. */
  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** A whole number from 0 to `limit` - 1; 0 where the limit is 0. */
  below(limit: number): number {
    return limit <= 0 ? 0 : Math.floor(this.fraction() * limit);
  }

  /** One of the list, which is not empty. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** The same as a function. */
export function fractions(seed: number): () => number {
  const random = new Random(seed);
  return () => random.fraction();
}
