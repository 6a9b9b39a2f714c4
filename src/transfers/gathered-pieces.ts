// Puts the small pieces of one transfer together before they are hashed and searched: what a call costs is then paid for
// each 16 KiB and not for each packet. What comes out is what came in, in the same order, cut elsewhere.

export const GATHERED_BYTES = 16_384;
const FIRST_BYTES = 1024;

export class GatheredPieces {
  #bytes = new Uint8Array(0);
  /** Offset of the first byte that waits. */
  #start = 0;
  #length = 0;
  readonly #give: (offset: number, bytes: Uint8Array) => void;

  /** `give` borrows the bytes until it returns. */
  constructor(give: (offset: number, bytes: Uint8Array) => void) {
    this.#give = give;
  }

  piece(offset: number, bytes: Uint8Array): void {
    if (offset !== this.#start + this.#length) this.flush();
    if (this.#length === 0) this.#start = offset;
    if (this.#length + bytes.length > GATHERED_BYTES) this.flush();
    if (bytes.length >= GATHERED_BYTES) {
      this.#give(offset, bytes);
      return;
    }
    if (this.#length === 0) this.#start = offset;
    this.#makeRoom(this.#length + bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Gives what waits, and keeps none of it. */
  flush(): void {
    if (this.#length === 0) return;
    const waiting = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#give(this.#start, waiting);
    waiting.fill(0);
  }

  /** A transfer of a hundred bytes does not cost 16 KiB. */
  #makeRoom(length: number): void {
    if (this.#bytes.length >= length) return;
    const larger = new Uint8Array(Math.min(GATHERED_BYTES, Math.max(FIRST_BYTES, 4 * length)));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes.fill(0);
    this.#bytes = larger;
  }
}
