// What was told of hosts already: each trait and claim is handed over once, not with every connection.

const TOLD_MAX = 65_536;
/** More of one host is not told: it invents. */
const TOLD_PER_HOST_MAX = 256;

export class Told {
  readonly #told = new Set<string>();
  readonly #ofHost = new Map<number, number>();

  /** True once for each text of a host. Of too many all is told anew. */
  isNew(host: number, text: string): boolean {
    const key = `${host} ${text}`;
    if (this.#told.has(key)) return false;
    const count = this.#ofHost.get(host) ?? 0;
    if (count >= TOLD_PER_HOST_MAX) return false;
    if (this.#told.size >= TOLD_MAX) {
      this.#told.clear();
      this.#ofHost.clear();
    }
    this.#told.add(key);
    this.#ofHost.set(host, count + 1);
    return true;
  }
}
