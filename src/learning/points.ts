// What is usual for every point of every device: how often it was read and written, by whom, and the values it took.
// Points lie in pages of 64 neighbours, so that a run of registers is found once and walked in typed arrays; a value
// that equals the last one only counts.
import type { PointLearning, PointView, SwingView, UnconfirmedWrites } from '../facts/learning.ts';
import { Encoding, type Operation } from '../facts/operation.ts';
import { spaceWord } from './contexts.ts';
import { Swings } from './swings.ts';
import { WordIndex } from './word-index.ts';

export const PAGE_POINTS = 64;
/** Pages kept: four million points; further ones are counted in `overflowed` and never judged. */
export const PAGES_MAX = 65_536;
/** Points of one operation that are learned; no protocol's frame holds more values. */
export const OPERATION_POINTS_MAX = 4096;
/** Clients remembered for a page, apart for reading and writing. */
const CLIENTS_PER_PAGE = 4;
/** Pages the arrays begin with. */
const CAPACITY_MIN = 64;

const NOTHING_LEARNED: PointView = {
  reads: 0,
  writes: 0,
  last: NaN,
  minimum: Infinity,
  maximum: -Infinity,
  step: 0,
  travel: 0,
  moves: 0,
  movesInRange: 0,
  movesInStep: 0,
  firstUs: 0,
  lastUs: 0,
  gapUs: 0,
  isApproved: false,
};

/** What is known of one point, as a baseline keeps it. */
export interface PointFacts extends Omit<PointView, 'firstUs' | 'lastUs' | 'gapUs' | 'isApproved'> {
  /** Of writes seen in one stretch of time only, the first and the last; 0: not so. */
  readonly onceFirstUs: number;
  readonly onceLastUs: number;
}

/** First and last write of a point. */
interface WriteTimes {
  readonly firstUs: number;
  lastUs: number;
}

/** Points whose writes are timed, or are unconfirmed; of further ones every write counts as usual. */
const TIMED_MAX = 262_144;

export class PointTable implements PointLearning {
  overflowed = 0;
  private readonly pages = new WordIndex(4, PAGES_MAX);
  readonly swings = new Swings();
  private capacity = CAPACITY_MIN;
  /**
   * How many more reads than its left neighbour a point has: a read of a run of points changes two numbers, and the
   * reads of one point are the sum from the start of its page.
   */
  private readSteps = new Int32Array(CAPACITY_MIN * PAGE_POINTS);
  private writes = new Uint32Array(CAPACITY_MIN * PAGE_POINTS);
  private last = new Float64Array(CAPACITY_MIN * PAGE_POINTS).fill(NaN);
  private minimum = new Float64Array(CAPACITY_MIN * PAGE_POINTS).fill(Infinity);
  private maximum = new Float64Array(CAPACITY_MIN * PAGE_POINTS).fill(-Infinity);
  private step = new Float64Array(CAPACITY_MIN * PAGE_POINTS);
  /** Sum of all steps. */
  private travel = new Float64Array(CAPACITY_MIN * PAGE_POINTS);
  private moves = new Uint32Array(CAPACITY_MIN * PAGE_POINTS);
  /** Moves at which the range, and the largest step, grew last. */
  private rangeGrownAt = new Uint32Array(CAPACITY_MIN * PAGE_POINTS);
  private stepGrownAt = new Uint32Array(CAPACITY_MIN * PAGE_POINTS);
  /** Which way the last write went that changed the value: 1 up, -1 down, 0 not known. */
  private direction = new Int8Array(CAPACITY_MIN * PAGE_POINTS);
  /** 1: the value that stands there was judged, so what is read of it is not learned. */
  private isDeviating = new Uint8Array(CAPACITY_MIN * PAGE_POINTS);
  /** First and last access, longest time between two. */
  private pageFirstUs = new Float64Array(CAPACITY_MIN);
  private pageLastUs = new Float64Array(CAPACITY_MIN);
  private pageGapUs = new Float64Array(CAPACITY_MIN);
  /** 1: a baseline spoke of the page. */
  private pageIsApproved = new Uint8Array(CAPACITY_MIN);
  /** Host numbers, 0 for none. */
  private readers = new Int32Array(CAPACITY_MIN * CLIENTS_PER_PAGE);
  private writers = new Int32Array(CAPACITY_MIN * CLIENTS_PER_PAGE);
  /** As in NoveltyTable. */
  private resumedUs = -Infinity;
  /** While a baseline is learned; points that an earlier one said are written are not in it. */
  private readonly writeTimes = new Map<number, WriteTimes>();
  private readonly unconfirmed = new Map<number, UnconfirmedWrites>();
  private readonly isTeaching: boolean;

  /** `isTeaching`: when points are written is kept, so that what was seen once can be told from what is usual. */
  constructor(isTeaching = false) {
    this.isTeaching = isTeaching;
  }

  get pageCount(): number {
    return this.pages.count;
  }

  /** Points that were read or written at least once. */
  pointCount(): number {
    let count = 0;
    for (let point = PAGE_POINTS; point < (this.pages.count + 1) * PAGE_POINTS; point++) {
      if (this.readsOf(point) + this.writes[point]! > 0) count++;
    }
    return count;
  }

  find(server: number, unit: number, protocol: number, space: number, address: number): number {
    if (address < 0) return 0;
    const page = this.pages.find(server, unit, spaceWord(protocol, space), address >> 6);
    return page === 0 ? 0 : page * PAGE_POINTS + (address & 63);
  }

  findOrInsert(server: number, unit: number, protocol: number, space: number, address: number, timeUs: number): number {
    if (address < 0) return 0;
    const page = this.page(server, unit, spaceWord(protocol, space), address >> 6, timeUs);
    return page === 0 ? 0 : page * PAGE_POINTS + (address & 63);
  }

  view(point: number): PointView {
    if (point === 0) return NOTHING_LEARNED;
    const page = point >> 6;
    const moves = this.moves[point]!;
    return {
      reads: this.readsOf(point),
      writes: this.writes[point]!,
      last: this.last[point]!,
      minimum: this.minimum[point]!,
      maximum: this.maximum[point]!,
      step: this.step[point]!,
      travel: this.travel[point]!,
      moves,
      movesInRange: moves - this.rangeGrownAt[point]!,
      movesInStep: moves - this.stepGrownAt[point]!,
      firstUs: this.pageFirstUs[page]!,
      lastUs: this.pageLastUs[page]!,
      gapUs: this.pageGapUs[page]!,
      isApproved: this.pageIsApproved[page] === 1,
    };
  }

  clientsOf(point: number, isWrite: boolean): number[] {
    const clients = isWrite ? this.writers : this.readers;
    const at = (point >> 6) * CLIENTS_PER_PAGE;
    return [...clients.subarray(at, at + CLIENTS_PER_PAGE)].filter((client) => client !== 0);
  }

  learnRead(operation: Operation): void {
    const { encoding, first } = operation;
    if (first < 0) return;
    const key = spaceWord(operation.protocol, operation.space);
    const isWhole =
      encoding !== Encoding.none &&
      encoding !== Encoding.bytes &&
      operation.valueCount >= operation.count &&
      !operation.isQuestionable;
    const end = first + Math.min(operation.count, OPERATION_POINTS_MAX);
    for (let address = first; address < end;) {
      const page = this.page(operation.server, operation.unit, key, address >> 6, operation.timeUs);
      const pageEnd = Math.min(end, ((address >> 6) + 1) << 6);
      if (page !== 0) {
        this.noteAccess(this.readers, page, operation.client, operation.timeUs);
        const point = page * PAGE_POINTS + (address & 63);
        const count = pageEnd - address;
        const at = address - first;
        this.addReads(point, count, 1);
        if (isWhole) this.learnRun(point, count, at, operation);
      }
      address = pageEnd;
    }
  }

  learnWrite(point: number, value: number, client: number, timeUs: number): void {
    if (point === 0) return;
    this.noteAccess(this.writers, point >> 6, client, timeUs);
    if (this.isTeaching) this.noteWriteTime(point, timeUs);
    this.writes[point]!++;
    if (!Number.isFinite(value)) return;
    this.isDeviating[point] = 0;
    if (this.last[point] !== value) this.move(point, value);
  }

  noteDeviation(point: number, value: number): void {
    if (point === 0 || !Number.isFinite(value)) return;
    this.isDeviating[point] = 1;
    this.last[point] = value;
  }

  isOrdinary(point: number, value: number): boolean {
    return (
      this.writes[point]! > 0 &&
      value >= this.minimum[point]! &&
      value <= this.maximum[point]! &&
      Math.abs(value - this.last[point]!) <= this.step[point]!
    );
  }

  turned(point: number, value: number, timeUs: number): SwingView | null {
    const last = this.last[point]!;
    const direction = value > last ? 1 : value < last ? -1 : 0;
    if (direction === 0) return null;
    const before = this.direction[point]!;
    this.direction[point] = direction;
    return direction === -before ? this.swings.turned(point, timeUs, this.pageFirstUs[point >> 6]!) : null;
  }

  /** Words of a page's key: server, unit, protocol and space, page number. */
  pageWord(page: number, index: number): number {
    return this.pages.word(page, index);
  }

  unconfirmedWrites(point: number): UnconfirmedWrites | null {
    return this.unconfirmed.get(point) ?? null;
  }

  /** `isOnce` says whether writes between two moments are one stretch of what was learned. */
  facts(point: number, isOnce: (firstUs: number, lastUs: number) => boolean): PointFacts {
    const { reads, writes, last, minimum, maximum, step, travel, moves, movesInRange, movesInStep } = this.view(point);
    const times = this.writeTimes.get(point);
    const [onceFirstUs, onceLastUs] =
      times !== undefined && isOnce(times.firstUs, times.lastUs) ? [times.firstUs, times.lastUs] : [0, 0];
    const values = { last, minimum, maximum, step, travel, moves, movesInRange, movesInStep };
    return { reads, writes, ...values, onceFirstUs, onceLastUs };
  }

  private noteWriteTime(point: number, timeUs: number): void {
    const times = this.writeTimes.get(point);
    if (times !== undefined) times.lastUs = timeUs;
    // Written before, but not timed: a person has seen it.
    else if (this.writes[point] === 0 && this.writeTimes.size < TIMED_MAX) {
      this.writeTimes.set(point, { firstUs: timeUs, lastUs: timeUs });
    }
  }

  restore(point: number, facts: PointFacts): void {
    if (point === 0) return;
    this.addReads(point, 1, facts.reads - this.readsOf(point));
    const { writes, onceFirstUs: firstUs, onceLastUs: lastUs } = facts;
    const isOnce = firstUs > 0;
    if (isOnce && this.isTeaching) this.writeTimes.set(point, { firstUs, lastUs });
    if (isOnce && !this.isTeaching) this.unconfirmed.set(point, { count: writes, firstUs, lastUs });
    this.writes[point] = isOnce && !this.isTeaching ? 0 : writes;
    this.last[point] = facts.last;
    this.minimum[point] = facts.minimum;
    this.maximum[point] = facts.maximum;
    this.step[point] = facts.step;
    this.travel[point] = facts.travel;
    this.moves[point] = facts.moves;
    this.rangeGrownAt[point] = facts.moves - facts.movesInRange;
    this.stepGrownAt[point] = facts.moves - facts.movesInStep;
  }

  /** Times and clients of the page in which a point lies. */
  restoreArea(
    point: number,
    times: { readonly firstUs: number; readonly lastUs: number; readonly gapUs: number },
    readers: readonly number[],
    writers: readonly number[],
  ): void {
    if (point === 0) return;
    const page = point >> 6;
    this.pageIsApproved[page] = 1;
    this.pageFirstUs[page] = times.firstUs;
    this.pageLastUs[page] = times.lastUs;
    this.pageGapUs[page] = times.gapUs;
    for (const [clients, hosts] of [
      [this.readers, readers],
      [this.writers, writers],
    ] as const) {
      hosts.slice(0, CLIENTS_PER_PAGE).forEach((host, index) => (clients[page * CLIENTS_PER_PAGE + index] = host));
    }
  }

  /** Makes room for so many pages at once, rather than bit by bit. */
  reserve(pages: number): void {
    const wanted = Math.min(pages, PAGES_MAX) + 1;
    let capacity = this.capacity;
    while (capacity < wanted) capacity *= 2;
    if (capacity > this.capacity) this.growTo(capacity);
  }

  /** What follows comes after a pause of unknown length. */
  resume(): void {
    this.resumedUs = Infinity;
  }

  private readsOf(point: number): number {
    let reads = 0;
    for (let at = point & ~63; at <= point; at++) reads += this.readSteps[at]!;
    return reads;
  }

  /** To `count` points of one page. */
  private addReads(point: number, count: number, reads: number): void {
    this.readSteps[point]! += reads;
    const behind = point + count;
    if ((behind & 63) !== 0) this.readSteps[behind]! -= reads;
  }

  /** Values `at` to `at + count` of the operation, for points that follow each other from `point` on. */
  private learnRun(point: number, count: number, at: number, operation: Operation): void {
    const { bytes, valuesStart, encoding, valueSize } = operation;
    if (encoding === Encoding.unsigned && valueSize === 2) this.learnWords(point, count, bytes, valuesStart + at * 2);
    else if (encoding === Encoding.bits) this.learnBits(point, count, bytes, valuesStart, at);
    else this.learnValues(point, at, count, operation);
  }

  private learnWords(point: number, count: number, bytes: Uint8Array, start: number): void {
    const { last } = this;
    for (let index = point, at = start; index < point + count; index++, at += 2) {
      const value = (bytes[at]! << 8) | bytes[at + 1]!;
      if (last[index] !== value) this.readMoved(index, value);
    }
  }

  private learnBits(point: number, count: number, bytes: Uint8Array, start: number, first: number): void {
    const { last } = this;
    for (let index = 0; index < count; index++) {
      const bit = first + index;
      const value = (bytes[start + (bit >> 3)]! >> (bit & 7)) & 1;
      if (last[point + index] !== value) this.readMoved(point + index, value);
    }
  }

  private learnValues(point: number, first: number, count: number, operation: Operation): void {
    const { bytes, valuesStart, encoding, valueSize } = operation;
    for (let index = 0; index < count; index++) {
      const value = valueAt(bytes, valuesStart, first + index, encoding, valueSize);
      if (this.last[point + index] !== value) this.readMoved(point + index, value);
    }
  }

  private readMoved(point: number, value: number): void {
    if (!Number.isFinite(value)) return;
    if (this.isDeviating[point] === 1) {
      // Back within what is known, or somewhere else that only the judged write explains.
      if (value >= this.minimum[point]! && value <= this.maximum[point]!) this.isDeviating[point] = 0;
      this.last[point] = value;
      return;
    }
    this.move(point, value);
  }

  private move(point: number, value: number): void {
    const moves = ++this.moves[point]!;
    const step = Math.abs(value - this.last[point]!);
    this.last[point] = value;
    // The first value is no step.
    if (moves > 1) this.travel[point]! += step;
    if (value < this.minimum[point]!) {
      this.minimum[point] = value;
      this.rangeGrownAt[point] = moves;
    }
    if (value > this.maximum[point]!) {
      this.maximum[point] = value;
      this.rangeGrownAt[point] = moves;
    }
    if (step > this.step[point]!) {
      this.step[point] = step;
      this.stepGrownAt[point] = moves;
    }
  }

  private page(server: number, unit: number, key: number, number: number, timeUs: number): number {
    const known = this.pages.count;
    const page = this.pages.findOrInsert(server, unit, key, number);
    if (page === 0) {
      this.overflowed++;
      return 0;
    }
    if (page > known) {
      if (page >= this.capacity) this.growTo(this.capacity * 2);
      this.pageFirstUs[page] = timeUs;
      this.pageLastUs[page] = timeUs;
    }
    return page;
  }

  private noteAccess(clients: Int32Array, page: number, client: number, timeUs: number): void {
    const lastUs = this.pageLastUs[page]!;
    if (timeUs > lastUs) {
      this.pageLastUs[page] = timeUs;
      if (timeUs - lastUs > this.pageGapUs[page]! && !this.isBreak(lastUs, timeUs))
        this.pageGapUs[page] = timeUs - lastUs;
    }
    const start = page * CLIENTS_PER_PAGE;
    for (let at = start; at < start + CLIENTS_PER_PAGE; at++) {
      if (clients[at] === client) return;
      if (clients[at] === 0) {
        clients[at] = client;
        return;
      }
    }
  }

  private isBreak(lastUs: number, timeUs: number): boolean {
    if (this.resumedUs === Infinity) this.resumedUs = timeUs;
    return lastUs < this.resumedUs;
  }

  private growTo(capacity: number): void {
    this.capacity = capacity;
    const points = this.capacity * PAGE_POINTS;
    this.readSteps = largerIntegers(this.readSteps, points);
    this.writes = largerWords(this.writes, points);
    this.moves = largerWords(this.moves, points);
    this.rangeGrownAt = largerWords(this.rangeGrownAt, points);
    this.stepGrownAt = largerWords(this.stepGrownAt, points);
    this.last = larger(this.last, points, NaN);
    this.minimum = larger(this.minimum, points, Infinity);
    this.maximum = larger(this.maximum, points, -Infinity);
    this.step = larger(this.step, points, 0);
    this.travel = larger(this.travel, points, 0);
    const direction = new Int8Array(points);
    direction.set(this.direction);
    this.direction = direction;
    this.isDeviating = largerFlags(this.isDeviating, points);
    this.pageIsApproved = largerFlags(this.pageIsApproved, this.capacity);
    this.pageFirstUs = larger(this.pageFirstUs, this.capacity, 0);
    this.pageLastUs = larger(this.pageLastUs, this.capacity, 0);
    this.pageGapUs = larger(this.pageGapUs, this.capacity, 0);
    this.readers = largerIntegers(this.readers, this.capacity * CLIENTS_PER_PAGE);
    this.writers = largerIntegers(this.writers, this.capacity * CLIENTS_PER_PAGE);
  }
}

function larger(old: Float64Array, size: number, empty: number): Float64Array<ArrayBuffer> {
  const array = new Float64Array(size);
  if (empty !== 0) array.fill(empty, old.length);
  array.set(old);
  return array;
}

function largerWords(old: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const array = new Uint32Array(size);
  array.set(old);
  return array;
}

function largerFlags(old: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const array = new Uint8Array(size);
  array.set(old);
  return array;
}

function largerIntegers(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const array = new Int32Array(size);
  array.set(old);
  return array;
}

/** The value number `index` of an operation, as a number; NaN where it is none. */
export function valueAt(bytes: Uint8Array, start: number, index: number, encoding: number, size: number): number {
  if (encoding === Encoding.none || encoding === Encoding.bytes) return NaN;
  if (encoding === Encoding.bits) {
    const octet = start + (index >> 3);
    return octet < bytes.length ? (bytes[octet]! >> (index & 7)) & 1 : NaN;
  }
  const at = start + index * size;
  if (at + size > bytes.length) return NaN;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
  const isLittle = encoding >= Encoding.unsignedLittle;
  if (encoding === Encoding.float || encoding === Encoding.floatLittle) {
    return size === 4 ? view.getFloat32(0, isLittle) : size === 8 ? view.getFloat64(0, isLittle) : NaN;
  }
  const isSigned = encoding === Encoding.signed || encoding === Encoding.signedLittle;
  switch (size) {
    case 1:
      return isSigned ? view.getInt8(0) : view.getUint8(0);
    case 2:
      return isSigned ? view.getInt16(0, isLittle) : view.getUint16(0, isLittle);
    case 4:
      return isSigned ? view.getInt32(0, isLittle) : view.getUint32(0, isLittle);
    case 8:
      return Number(isSigned ? view.getBigInt64(0, isLittle) : view.getBigUint64(0, isLittle));
    default:
      return NaN;
  }
}
