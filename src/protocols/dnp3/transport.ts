// Puts segments together into application fragments (IEEE 1815-2012, clause 8): a first segment begins, the next ones
// follow in sequence, a final one ends. Bounded in the size of a fragment and in how many are being put together.
import type { Reassembly } from './associations.ts';

const FINAL = 0x80;
const FIRST = 0x40;
const SEQUENCE = 0x3f;
/** Devices keep to 2048 octets and may agree on more (clause 4.3): from here on it is told … */
export const FRAGMENT_BYTES_USUAL = 4096;
/** … and what is longer than this is dropped. */
const FRAGMENT_BYTES_MAX = 16_384;
const BUFFER_BYTES_MIN = 512;
/** Fragments being put together at one time, of all conversations; the oldest is dropped. */
const OPEN_MAX = 256;
/** Buffers that wait for the next fragment. */
const SPARE_MAX = 16;

/** What became of a segment; rules have the name of the constant. */
export const Segment = {
  /** The fragment goes on, or the segment is ignored. */
  none: 0,
  /** A fragment is whole: see `bytes`, `start` and `end`. */
  whole: 1,
  outOfSequence: 2,
  firstMissing: 3,
} as const;

export class Transport {
  /** The whole fragment is bytes[start..end), borrowed until the next segment. */
  bytes = new Uint8Array(0);
  start = 0;
  end = 0;
  /** The segment began a fragment while another was not ended. */
  hasUnfinished = false;
  /** The fragment has just become longer than usual. */
  isLong = false;
  readonly #open = new Set<Reassembly>();
  readonly #spare: Uint8Array[] = [];

  /** Takes the segment bytes[start..end), transport header first, at least one octet; see `Segment`. */
  take(reassembly: Reassembly, bytes: Uint8Array, start: number, end: number): number {
    const header = bytes[start]!;
    const sequence = header & SEQUENCE;
    this.hasUnfinished = false;
    this.isLong = false;
    if ((header & FIRST) !== 0) {
      this.hasUnfinished = reassembly.buffer !== null;
      this.drop(reassembly);
      reassembly.isInStep = true;
      if ((header & FINAL) !== 0) {
        this.bytes = bytes as Uint8Array<ArrayBuffer>;
        this.start = start + 1;
        this.end = end;
        return Segment.whole;
      }
      this.#begin(reassembly);
    } else if (reassembly.buffer === null) return reassembly.isInStep ? Segment.firstMissing : Segment.none;
    else if (sequence !== reassembly.nextSequence) {
      // The same segment again is ignored (clause 8).
      if (sequence === ((reassembly.nextSequence - 1) & SEQUENCE)) return Segment.none;
      this.lost(reassembly);
      return Segment.outOfSequence;
    }
    reassembly.nextSequence = (sequence + 1) & SEQUENCE;
    if (!this.#append(reassembly, bytes, start + 1, end)) {
      // It was told when it became long.
      this.lost(reassembly);
      return Segment.none;
    }
    return (header & FINAL) === 0 ? Segment.none : this.#finish(reassembly);
  }

  /** What was gathered is forgotten. */
  drop(reassembly: Reassembly): void {
    const { buffer } = reassembly;
    if (buffer === null) return;
    this.#open.delete(reassembly);
    if (this.#spare.length < SPARE_MAX) this.#spare.push(buffer);
    reassembly.buffer = null;
    reassembly.length = 0;
  }

  /** The same, and what follows up to the next first segment is no surprise. */
  lost(reassembly: Reassembly): void {
    this.drop(reassembly);
    reassembly.isInStep = false;
  }

  #begin(reassembly: Reassembly): void {
    if (this.#open.size >= OPEN_MAX) {
      for (const oldest of this.#open) {
        this.lost(oldest);
        break;
      }
    }
    reassembly.buffer = this.#spare.pop() ?? new Uint8Array(BUFFER_BYTES_MIN);
    reassembly.length = 0;
    this.#open.add(reassembly);
  }

  #append(reassembly: Reassembly, bytes: Uint8Array, start: number, end: number): boolean {
    let buffer = reassembly.buffer!;
    const length = reassembly.length + end - start;
    this.isLong = length > FRAGMENT_BYTES_USUAL && reassembly.length <= FRAGMENT_BYTES_USUAL;
    if (length > FRAGMENT_BYTES_MAX) return false;
    if (length > buffer.length) {
      const larger = new Uint8Array(Math.max(length, buffer.length * 2));
      larger.set(buffer.subarray(0, reassembly.length));
      reassembly.buffer = buffer = larger;
    }
    for (let at = start, to = reassembly.length; at < end; at++, to++) buffer[to] = bytes[at]!;
    reassembly.length = length;
    return true;
  }

  #finish(reassembly: Reassembly): number {
    this.bytes = reassembly.buffer as Uint8Array<ArrayBuffer>;
    this.start = 0;
    this.end = reassembly.length;
    // The buffer may be taken by the next fragment only, which comes after this one was read.
    this.drop(reassembly);
    return Segment.whole;
  }
}
