// Where the pieces of a block belong that came behind a hole. Pieces carry no offset: it follows from how many bytes were
// announced and did not come, and from the references of the jobs, which grow by the same step from piece to piece.

/** Pieces behind a hole wait for the end; blocks are smaller. */
const HELD_BYTES_MAX = 65_536;
const REFERENCES = 0xffff;

export interface HeldPiece {
  readonly bytes: Uint8Array;
  readonly timeUs: number;
  readonly frame: number;
  /** How much larger its job's reference is than that of the piece before; -1 where none came before. */
  readonly distance: number;
  /** What was heard before it may not be all. */
  readonly isBehindHole: boolean;
}

export class PiecePlaces {
  readonly held: HeldPiece[] = [];
  /** Bytes of the pieces that were handed on at once. */
  #handed = 0;
  #heldBytes = 0;
  #largest = 0;
  #step = 0;
  #reference = -1;
  #isBehindHole: boolean;
  #hasTooMany = false;

  constructor(isFromStart: boolean) {
    this.#isBehindHole = !isFromStart;
  }

  /** Bytes of the conversation were lost. */
  hole(): void {
    this.#isBehindHole = true;
  }

  /** Where the piece belongs; -1: it is held, or there is no room for it. */
  piece(bytes: Uint8Array, timeUs: number, frame: number, reference: number): number {
    const step = (reference - this.#reference) & REFERENCES;
    const isNext = this.#reference >= 0 && !this.#isBehindHole && step > 0;
    if (isNext && (this.#step === 0 || step < this.#step)) this.#step = step;
    this.#largest = Math.max(this.#largest, bytes.length);
    const isBehindHole = this.#isBehindHole;
    this.#isBehindHole = false;
    const before = this.#reference;
    this.#reference = reference;
    if (!isBehindHole && this.held.length === 0 && !this.#hasTooMany) {
      this.#handed += bytes.length;
      return this.#handed - bytes.length;
    }
    if (this.#heldBytes + bytes.length > HELD_BYTES_MAX) this.#hasTooMany = true;
    else {
      const distance = before < 0 ? -1 : (reference - before) & REFERENCES;
      this.held.push({ bytes, timeUs, frame, distance, isBehindHole });
      this.#heldBytes += bytes.length;
    }
    return -1;
  }

  /** Where each of the held pieces begins; null where that cannot be told. `announced`: bytes of all, -1 unknown. */
  offsets(announced: number): number[] | null {
    if (this.#hasTooMany) return null;
    const missing = announced < 0 ? -1 : announced - this.#handed - this.#heldBytes;
    if (announced >= 0 && missing < 0) return null;
    const lost = this.#lostBefore(missing);
    if (lost === null) return null;
    const offsets: number[] = [];
    let at = this.#handed;
    for (const [index, { bytes }] of this.held.entries()) {
      at += lost[index]!;
      offsets.push(at);
      at += bytes.length;
    }
    return offsets;
  }

  /** Bytes lost before each held piece. Of one hole the size may be unknown: it has the rest. */
  #lostBefore(missing: number): number[] | null {
    if (missing === 0) return this.held.map(() => 0);
    const lost: number[] = [];
    let known = 0;
    let unknownAt = this.#isBehindHole ? this.held.length : -1;
    let unknowns = this.#isBehindHole ? 1 : 0;
    for (const [index, { distance, isBehindHole }] of this.held.entries()) {
      const pieces = !isBehindHole ? 0 : this.#piecesIn(distance);
      lost.push(Math.max(0, pieces) * this.#largest);
      if (pieces < 0) {
        unknowns++;
        unknownAt = index;
      } else known += pieces * this.#largest;
    }
    if (missing < 0) return unknowns === 0 ? lost : null;
    const holes = this.held.filter(({ isBehindHole }) => isBehindHole);
    if (known > missing || (unknowns === 0 && known !== missing)) {
      // Other jobs came between the pieces: a single hole still has all of it.
      if (holes.length + (this.#isBehindHole ? 1 : 0) !== 1) return null;
      return this.held.map(({ isBehindHole }) => (isBehindHole ? missing : 0));
    }
    if (known === missing) return lost;
    if (unknowns !== 1) return null;
    if (unknownAt < lost.length) lost[unknownAt] = missing - known;
    return lost;
  }

  /** Pieces between two whose references are so far apart; -1 where that does not follow. */
  #piecesIn(distance: number): number {
    if (distance <= 0 || this.#step === 0 || distance % this.#step !== 0) return -1;
    return distance / this.#step - 1;
  }
}
