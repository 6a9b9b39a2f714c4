// Lists of small numbers, one for each host, as chains in typed arrays: what a table says by pairs of hosts is gone through
// host by host without an object for any.

const NONE = -1;

export class PartsOfHosts {
  /** In the order in which they came. */
  readonly hosts: number[] = [];
  readonly #next: Int32Array;
  #first = new Int32Array(1024).fill(NONE);
  #last = new Int32Array(1024);

  /** `entries`: parts are below twice as many. */
  constructor(entries: number) {
    this.#next = new Int32Array(entries * 2).fill(NONE);
  }

  add(host: number, part: number): void {
    if (host >= this.#first.length) this.#grow(host);
    if (this.#first[host] === NONE) {
      this.#first[host] = part;
      this.hosts.push(host);
    } else this.#next[this.#last[host]!] = part;
    this.#last[host] = part;
  }

  /** -1: there is none. */
  first(host: number): number {
    return this.#first[host] ?? NONE;
  }

  after(part: number): number {
    return this.#next[part]!;
  }

  #grow(host: number): void {
    const length = 2 ** (32 - Math.clz32(host));
    const first = new Int32Array(length).fill(NONE);
    first.set(this.#first);
    this.#first = first;
    const last = new Int32Array(length);
    last.set(this.#last);
    this.#last = last;
  }
}
