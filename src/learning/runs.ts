// The same question again: a client that asks for the same objects in the same way is counted in one row, and where the
// answer is the same too, that is all there is to do. What the rows count is added when a point is looked at.
import { grown } from '../bytes/grown.ts';
import { WordIndex } from './word-index.ts';

/** Runs kept; what is asked beyond them is learned point by point, as are runs of more pages than a row has room for. */
export const RUNS_MAX = 131_072;
/** Bytes of values kept in all; a run beyond them is compared point by point. */
export const RUN_BYTES_MAX = 16 * 1024 * 1024;
export const RUN_PAGES_MAX = 6;
/** Runs of one page: to know how often a point was read, all of them are looked at. */
export const RUNS_PER_PAGE_MAX = 128;

/** Words of a row: one line of the cache. */
export const Run = {
  writes: 0,
  space: 1,
  first: 2,
  count: 3,
  /** The run of the same way that came next the last time; 0: none yet. */
  next: 4,
  reads: 5,
  /** The sum of the pages' versions when the values were learned last: any change since makes it another one. */
  version: 6,
  bytesAt: 7,
  /** Bytes for which there is room there. */
  length: 8,
  /** What was done last and how its values lay, see `shapeOf` in points.ts; 0: it has to be looked at in full. */
  shape: 9,
  pages: 10,
} as const;
const STRIDE = 16;
export const RUN_STRIDE = STRIDE;
/** Runs are made when they come for the second time; this many bits remember the first, roughly. */
const SEEN_BITS = 1 << 18;
const SEEN_MAX = SEEN_BITS >> 2;

export class RunTable {
  /** `rows[run * RUN_STRIDE + Run.x]`. Replaced when the table grows. */
  rows = new Int32Array(256 * STRIDE);
  bytes = new Uint8Array(16_384);
  private bytesUsed = 0;
  private readonly index = new WordIndex(4, RUNS_MAX);
  /** By way: the run that came last. */
  private lastOf = new Int32Array(1024);
  /** By way: the run that came after that one the last time; 0: not known. */
  private expected = new Int32Array(1024);
  /** By page: its first link; a link is run * RUN_PAGES_MAX + the place of the page in the run. By link: the next. */
  private linkOfPage = new Int32Array(256);
  private links = new Int32Array(256 * RUN_PAGES_MAX);
  private runsOfPage = new Uint8Array(256);
  private readonly seen = new Int32Array(SEEN_BITS >> 5);
  private seenCount = 0;

  get count(): number {
    return this.index.count;
  }

  /** The run of these words; 0 where there is none. */
  find(way: number, space: number, first: number, count: number): number {
    if (way >= this.expected.length) this.makeRoomForWay(way);
    const { rows, expected } = this;
    const guess = expected[way]!;
    const at = guess * STRIDE;
    if (
      rows[at + Run.first] === first &&
      rows[at + Run.count] === count &&
      rows[at + Run.space] === space &&
      guess !== 0
    ) {
      this.lastOf[way] = guess;
      expected[way] = rows[at + Run.next]!;
      return guess;
    }
    return this.lookUp(way, space, first, count);
  }

  private lookUp(way: number, space: number, first: number, count: number): number {
    const run = this.index.find(way, space, first, count);
    if (run === 0) return 0;
    const last = this.lastOf[way]!;
    if (last !== 0) this.rows[last * STRIDE + Run.next] = run;
    this.lastOf[way] = run;
    this.expected[way] = this.rows[run * STRIDE + Run.next]!;
    return run;
  }

  /** Whether the words came before, so that a run is worth its row; now and then true for those that did not. */
  cameBefore(way: number, space: number, first: number, count: number): boolean {
    let mixed = Math.imul(way, 0x9e37_79b1) ^ Math.imul(first, 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (space + (count << 20)), 0xc2b2_ae35);
    const bit = (mixed ^ (mixed >>> 14)) & (SEEN_BITS - 1);
    const word = this.seen[bit >> 5]!;
    if ((word & (1 << (bit & 31))) !== 0) return true;
    if (++this.seenCount > SEEN_MAX) {
      this.seen.fill(0);
      this.seenCount = 1;
    }
    this.seen[bit >> 5] = this.seen[bit >> 5]! | (1 << (bit & 31));
    return false;
  }

  /** Makes the run of these words; 0 where there is no room. Its pages are to be told by `addPage`, all of them. */
  add(way: number, space: number, first: number, count: number): number {
    const run = this.index.findOrInsert(way, space, first, count);
    if (run === 0) return 0;
    if ((run + 1) * STRIDE > this.rows.length) {
      this.rows = grown(this.rows, this.rows.length * 2);
      this.links = grown(this.links, this.links.length * 2);
    }
    const at = run * STRIDE;
    this.rows[at + Run.space] = space;
    this.rows[at + Run.first] = first;
    this.rows[at + Run.count] = count;
    return run;
  }

  hasRoomOn(page: number): boolean {
    return page >= this.runsOfPage.length || this.runsOfPage[page]! < RUNS_PER_PAGE_MAX;
  }

  addPage(run: number, place: number, page: number): void {
    if (page >= this.linkOfPage.length) {
      let room = this.linkOfPage.length;
      while (room <= page) room *= 2;
      this.linkOfPage = grown(this.linkOfPage, room);
      this.runsOfPage = grown(this.runsOfPage, room);
    }
    this.rows[run * STRIDE + Run.pages + place] = page;
    const link = run * RUN_PAGES_MAX + place;
    this.links[link] = this.linkOfPage[page]!;
    this.linkOfPage[page] = link;
    this.runsOfPage[page]!++;
  }

  /** How often the address on that page was read, or written, by runs; `low` counts from the start of the page. */
  sumOf(counted: number, page: number, low: number): number {
    if (page >= this.linkOfPage.length) return 0;
    const { rows, links } = this;
    let sum = 0;
    for (let link = this.linkOfPage[page]!; link !== 0; link = links[link]!) {
      const at = Math.floor(link / RUN_PAGES_MAX) * STRIDE;
      const first = rows[at + Run.first]!;
      // Where the page begins, seen from the start of the page in which the run begins.
      const address = (first & ~63) + (link % RUN_PAGES_MAX) * 64 + low;
      if (address >= first && address < first + rows[at + Run.count]!) sum += rows[at + counted]!;
    }
    return sum;
  }

  /** Keeps a copy of the values; where there is no room, the run has to be looked at in full each time. */
  keep(run: number, shape: number, bytes: Uint8Array, start: number, length: number): void {
    const at = run * STRIDE;
    const { rows } = this;
    rows[at + Run.shape] = this.makeRoomFor(at, length) ? shape : 0;
    if (rows[at + Run.shape] === 0) return;
    const keptAt = rows[at + Run.bytesAt]!;
    const { bytes: kept } = this;
    for (let index = 0; index < length; index++) kept[keptAt + index] = bytes[start + index]!;
  }

  isKept(run: number, shape: number, bytes: Uint8Array, start: number, length: number): boolean {
    const { rows, bytes: kept } = this;
    const at = run * STRIDE;
    if (rows[at + Run.length]! < length || rows[at + Run.shape] !== shape) return false;
    const keptAt = rows[at + Run.bytesAt]!;
    for (let index = 0; index < length; index++) if (kept[keptAt + index] !== bytes[start + index]) return false;
    return true;
  }

  private makeRoomFor(at: number, length: number): boolean {
    const { rows } = this;
    if (length <= rows[at + Run.length]!) return true;
    if (this.bytesUsed + length > RUN_BYTES_MAX) return false;
    if (this.bytesUsed + length > this.bytes.length) this.growBytes(length);
    rows[at + Run.bytesAt] = this.bytesUsed;
    rows[at + Run.length] = length;
    this.bytesUsed += length;
    return true;
  }

  private growBytes(length: number): void {
    let room = this.bytes.length;
    while (room < this.bytesUsed + length) room *= 2;
    this.bytes = grown(this.bytes, room);
  }

  private makeRoomForWay(way: number): void {
    let room = this.expected.length;
    while (room <= way) room *= 2;
    this.lastOf = grown(this.lastOf, room);
    this.expected = grown(this.expected, room);
  }
}
