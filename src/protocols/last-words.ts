// What was told last, so that who says the same every few seconds is told once. Numbers for numbers, bounded.

export class LastWords {
  readonly #said = new Map<number, number>();
  readonly #limit: number;

  /** Beyond so many speakers all are forgotten, and told anew. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Does `speaker` say something else than last time? */
  isNew(speaker: number, said: number): boolean {
    if (this.#said.get(speaker) === said) return false;
    if (this.#said.size >= this.#limit) this.#said.clear();
    this.#said.set(speaker, said);
    return true;
  }

  forget(speaker: number): void {
    this.#said.delete(speaker);
  }
}

/** FNV-1a of bytes[start..end), signed. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}
