// Bytes that have to be seen together before they can be understood, within a budget that all conversations share.

/** So many bytes are held in all; who comes when it is used up is not held. */
const BUDGET_BYTES = 64 * 1024 * 1024;
const FIRST_BYTES = 1024;

export class Budget {
  #used = 0;

  take(bytes: number): boolean {
    if (this.#used + bytes > BUDGET_BYTES) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}

export class Collector {
  readonly #budget: Budget;
  readonly #most: number;
  #bytes = NO_BYTES;
  #length = 0;

  /** `expected`: how many bytes will come, -1 where nobody knows. */
  constructor(budget: Budget, most: number, expected: number) {
    this.#budget = budget;
    this.#most = most;
    if (expected > 0) this.#grow(Math.min(expected, most, 65_536));
  }

  /** False: there is no room for all of them, and none was taken. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const needed = this.#length + end - start;
    if (needed > this.#most) return false;
    if (needed > this.#bytes.length && !this.#grow(Math.max(needed, 2 * this.#bytes.length))) return false;
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
    return true;
  }

  /** As many of them as there is room for. */
  addSome(bytes: Uint8Array, start: number, end: number): void {
    if (this.#length < this.#most) this.add(bytes, start, Math.min(end, start + this.#most - this.#length));
  }

  get length(): number {
    return this.#length;
  }

  /** What was collected; valid until `free`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was collected is overwritten and given back. */
  free(): void {
    this.#bytes.fill(0);
    this.#budget.giveBack(this.#bytes.length);
    this.#bytes = NO_BYTES;
    this.#length = 0;
  }

  #grow(size: number): boolean {
    const capacity = Math.min(this.#most, Math.max(size, FIRST_BYTES));
    if (!this.#budget.take(capacity - this.#bytes.length)) return false;
    const larger = new Uint8Array(new ArrayBuffer(capacity));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes.fill(0);
    this.#bytes = larger;
    return true;
  }
}

const NO_BYTES = new Uint8Array(0);
