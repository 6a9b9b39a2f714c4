// Frames of one stream that are too long to be handed over whole: the beginning is decoded, the rest is passed over, also
// where bytes of it are lost.

export class LongFrames {
  /** Bytes still to come, of the client and of the server. */
  readonly #rest: [number, number] = [0, 0];

  /** How many of the `available` bytes belong to the frame that is being passed over; 0: a frame begins here. */
  inside(fromClient: boolean, available: number): number {
    return Math.min(this.#rest[fromClient ? 0 : 1], available);
  }

  /** `size` bytes are handed over. True: they are the middle of a frame. */
  isInside(fromClient: boolean, size: number): boolean {
    const side = fromClient ? 0 : 1;
    if (this.#rest[side] === 0) return false;
    this.#rest[side] = Math.max(0, this.#rest[side] - size);
    return true;
  }

  /** Of a frame of `size` bytes the first `handed` are handed over. */
  begins(fromClient: boolean, size: number, handed: number): void {
    this.#rest[fromClient ? 0 : 1] = Math.max(0, size - handed);
  }

  /** See ProtocolDecoder.resumes: true where all that was lost is of the frame that is being passed over. */
  resumes(fromClient: boolean, lostBytes: number): boolean {
    const side = fromClient ? 0 : 1;
    const isInside = lostBytes >= 0 && this.#rest[side] > 0 && lostBytes <= this.#rest[side];
    this.#rest[side] = isInside ? this.#rest[side] - lostBytes : 0;
    return isInside;
  }

  isAmid(fromClient: boolean): boolean {
    return this.#rest[fromClient ? 0 : 1] > 0;
  }
}
