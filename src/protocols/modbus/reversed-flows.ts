// The conversations whose server was taken for the client: a small bounded set of flow numbers.
const SLOTS = 4096;
const FREE = -1;

export class ReversedFlows {
  readonly #flows = new Int32Array(SLOTS).fill(FREE);
  #count = 0;

  has(flow: number): boolean {
    return this.#count > 0 && this.#flows[flow & (SLOTS - 1)] === flow;
  }

  /** A conversation that shares its place with another pushes that one out: it will be found reversed again. */
  add(flow: number): void {
    const at = flow & (SLOTS - 1);
    if (this.#flows[at] === FREE) this.#count++;
    this.#flows[at] = flow;
  }

  delete(flow: number): void {
    if (!this.has(flow)) return;
    this.#flows[flow & (SLOTS - 1)] = FREE;
    this.#count--;
  }
}
