// The table of conversations: an open-addressing index over dense rows in typed arrays. It knows where things lie and
// how rows are found, made and given back; what they mean is the tracker's matter.

import { randomInt } from 'node:crypto';
import { giveBack, grown } from '../bytes/grown.ts';

// Rows are visited in the order of their numbers, never of the index: the seed changes no result.
const SEED = randomInt(0x7fffffff);

/**
 * Columns of a row in `words` (32-bit each). A row is three lines of the cache: what every packet needs (with the doubles
 * below), what every message needs and the rest, and the last frames.
 */
export const Column = {
  /** The key: addresses (IPv4 as it is, others as host numbers), ports, and protocol, address kind and segment. */
  addressA: 0,
  addressB: 1,
  ports: 2,
  meta: 3,
  flags: 4,
  /** Index of the reassembly object, 0 while none is needed. */
  stream: 5,
  clientPackets: 6,
  serverPackets: 7,
  /** Next TCP sequence number expected from the client, from the server. */
  nextFromClient: 8,
  nextFromServer: 9,
  /** Index of the recognised protocol; see NO_PROTOCOL and GIVEN_UP. */
  protocol: 16,
  client: 17,
  server: 18,
  clientPort: 19,
  serverPort: 20,
  /** Times in a row that bytes of the server (positive) or of the client (negative) were missing for good. */
  causalMisses: 21,
  gaps: 22,
  /** How often identification was tried on a payload of the client (lower half) and of the server (upper half). */
  tries: 23,
  violations: 24,
  /** Segments in which the next frame of the protocol was looked for in vain, since it was lost. */
  searchesClient: 25,
  searchesServer: 26,
  initialSequence: 27,
} as const;

/** Columns of a row in `doubles`: between the 32-bit ones of the same row. */
export const DoubleColumn = {
  lastUs: 5,
  clientBytes: 6,
  serverBytes: 7,
  firstUs: 14,
  reportedUs: 15,
  /** The last eight frames: the number of the packet, from 0 on, says where. */
  frames: 16,
} as const;

export const FlowFlag = {
  /** The client is end A of the key. */
  clientIsA: 1,
  /** TCP: the SYN was seen, so nothing of the stream is missing at its start. */
  seenFromStart: 2,
  answered: 4,
  refused: 8,
  /** Sequence number known. */
  syncClient: 16,
  syncServer: 32,
  finClient: 64,
  finServer: 128,
  /** Reset, or both sides finished: waits a moment for stragglers. */
  closing: 256,
  opened: 512,
  /** Who is the client is certain (SYN) or was told by port or content. */
  oriented: 1024,
  /** The next frame of the protocol was lost and is looked for. */
  searchClient: 2048,
  searchServer: 4096,
  /** The capture holds one direction only: do not wait for the other. */
  oneSided: 8192,
  answerReported: 16384,
  /** The last sequence number of the direction was that of a FIN: no byte follows it. */
  endClient: 32768,
  endServer: 65536,
} as const;

/** What stands for the IP protocol in `meta` of conversations on the link. */
export const LINK_PROTOCOL = 0xff;

export const NO_PROTOCOL = -1;
export const GIVEN_UP = -2;

/** 32-bit words, and doubles, of a row: both views lie on one buffer, so that a row's parts are neighbours. */
const STRIDE = 48;
const DOUBLE_STRIDE = STRIDE / 2;
const ROW_BYTES = STRIDE * 4;
/** Rows at the start; doubled as needed. */
const CAPACITY_AT_START = 4096;

export class FlowTable {
  /** `words[row * FlowTable.stride + Column.x]`. Replaced when the table grows: do not keep. */
  words: Int32Array<ArrayBuffer>;
  doubles: Float64Array;
  /** Rows in use. */
  used = 0;
  /** Rows 0..top-1 were used at least once. Row 0 is never used, so that 0 can mean none. */
  top = 1;
  static readonly stride = STRIDE;
  static readonly doubleStride = DOUBLE_STRIDE;
  private index: Int32Array<ArrayBuffer>;
  private mask: number;
  private capacity: number;
  private free: Int32Array<ArrayBuffer>;
  private freeCount = 0;
  private readonly maximum: number;

  constructor(maximum: number) {
    this.maximum = maximum;
    this.capacity = Math.min(CAPACITY_AT_START, maximum + 1);
    const buffer = new ArrayBuffer(this.capacity * ROW_BYTES);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.free = new Int32Array(this.capacity);
    this.index = new Int32Array(CAPACITY_AT_START * 2);
    this.mask = this.index.length - 1;
  }

  isFull(): boolean {
    return this.used >= this.maximum;
  }

  isUsed(row: number): boolean {
    return this.words[row * STRIDE + Column.meta] !== 0;
  }

  /** The row with this key, or 0. `meta` is never 0. */
  find(addressA: number, addressB: number, ports: number, meta: number): number {
    const { words, index, mask } = this;
    let at = hashKey(addressA, addressB, ports, meta) & mask;
    for (;;) {
      const row = index[at]!;
      if (row === 0) return 0;
      const base = row * STRIDE;
      if (
        words[base] === addressA &&
        words[base + 1] === addressB &&
        words[base + 2] === ports &&
        words[base + 3] === meta
      ) {
        return row;
      }
      at = (at + 1) & mask;
    }
  }

  /** A fresh row with this key, everything else zero. The caller sees to it that the table is not full. */
  insert(addressA: number, addressB: number, ports: number, meta: number): number {
    let row: number;
    if (this.freeCount > 0) row = this.free[--this.freeCount]!;
    else {
      if (this.top >= this.capacity) this.grow();
      row = this.top++;
    }
    this.used++;
    if (this.used * 2 > this.index.length) this.growIndex();
    const base = row * STRIDE;
    const { words } = this;
    words[base] = addressA;
    words[base + 1] = addressB;
    words[base + 2] = ports;
    words[base + 3] = meta;
    for (let at = base + 4; at < base + STRIDE; at++) words[at] = 0;
    this.place(row);
    return row;
  }

  /** Takes the row out and gives it back. */
  remove(row: number): void {
    const { words, index, mask } = this;
    const base = row * STRIDE;
    let at = hashKey(words[base]!, words[base + 1]!, words[base + 2]!, words[base + 3]!) & mask;
    while (index[at] !== row) at = (at + 1) & mask;
    // Backward-shift deletion: no tombstones, so that long runs do not make look-ups slow.
    let hole = at;
    for (;;) {
      at = (at + 1) & mask;
      const next = index[at]!;
      if (next === 0) break;
      const home = this.homeOf(next);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        index[hole] = next;
        hole = at;
      }
    }
    index[hole] = 0;
    words[base + Column.meta] = 0;
    this.free[this.freeCount++] = row;
    this.used--;
  }

  private homeOf(row: number): number {
    const base = row * STRIDE;
    const words = this.words;
    return hashKey(words[base]!, words[base + 1]!, words[base + 2]!, words[base + 3]!) & this.mask;
  }

  private place(row: number): void {
    let at = this.homeOf(row);
    while (this.index[at] !== 0) at = (at + 1) & this.mask;
    this.index[at] = row;
  }

  private grow(): void {
    this.capacity = Math.min(this.capacity * 2, this.maximum + 1);
    const buffer = new ArrayBuffer(this.capacity * ROW_BYTES);
    const words = new Int32Array(buffer);
    words.set(this.words);
    // Given back at once, not when garbage is collected next; transferred whole, the new rows would all be written to.
    this.words.buffer.transfer(0);
    this.words = words;
    this.doubles = new Float64Array(buffer);
    this.free = grown(this.free, this.capacity);
  }

  /** The rows are no longer needed: their memory is given back at once. */
  giveBack(): void {
    this.words.buffer.transfer(0);
    this.top = 1;
    this.used = 0;
  }

  private growIndex(): void {
    const { length } = this.index;
    giveBack(this.index);
    this.index = new Int32Array(length * 2);
    this.mask = this.index.length - 1;
    for (let row = 1; row < this.top; row++) if (this.isUsed(row)) this.place(row);
  }
}

/** Sequential mixing with a seed of this process, so that nobody can prepare addresses that all fall on one place. */
function hashKey(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(SEED ^ a, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ c, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ d, 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
