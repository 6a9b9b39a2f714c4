// What is usual for every point of every device: how often it was read and written, by whom, and the values it took.
// Points lie in pages of 64 neighbours, so that a run of registers is found once and walked in typed arrays; a value
// that equals the last one only counts. What belongs together lies together: nearly every look at it is a miss of the
// processor's cache.
import { grown } from '../bytes/grown.ts';
import type { PointLearning, PointView, SwingView, UnconfirmedWrites } from '../facts/learning.ts';
import { Encoding, type Operation } from '../facts/operation.ts';
import { spaceWord } from './contexts.ts';
import { Courses, type Course } from './courses.ts';
import { Direction, PointValues, ValueNumber, ValueWord } from './point-values.ts';
import { RUN_PAGES_MAX, RUN_STRIDE, Run, RunTable } from './runs.ts';
import { Swings } from './swings.ts';
import { WordIndex } from './word-index.ts';

export const PAGE_POINTS = 64;
/** Pages kept: four million points; further ones are counted in `overflowed` and never judged. */
export const PAGES_MAX = 65_536;
/** Objects with higher numbers are not learned: pages have numbers of 32 bits. */
const ADDRESS_MAX = 0x7fff_0000;
/** Points of one operation that are learned; no protocol's frame holds more values. */
export const OPERATION_POINTS_MAX = 4096;
/** Clients remembered for a page, apart for reading and writing. */
const CLIENTS_PER_PAGE = 4;
/** Pages the arrays begin with. */
const CAPACITY_MIN = 64;

/**
 * What nearly every access needs of a page lies apart, so that little memory holds it for all of them: times (first and
 * last access, longest time between two), then two words. `isApproved` is 1 where a baseline spoke of the page. `version`
 * is another one whenever a last value of the page, or who reads it, is another one.
 */
const PageTime = { firstUs: 0, lastUs: 1, gapUs: 2 } as const;
const HeadWord = { isApproved: 6, version: 7 } as const;
const HEAD_DOUBLES = 4;
const HEAD_WORDS = HEAD_DOUBLES * 2;
/**
 * The rest of a page is one stretch of memory with two views: clients, the last values, the reads, the rows. Here is where
 * they begin, in the units of the view: 32-bit words, 16-bit words.
 */
const PAGE_BYTES = 32 + PAGE_POINTS * (2 + 4 + 4);
const PAGE_WORDS = PAGE_BYTES / 4;
const PAGE_HALVES = PAGE_BYTES / 2;
/** Host numbers of clients, 0 for none. */
const PageWord = { readers: 0, writers: 4 } as const;
/** Of each point: the last value where it is a whole number of 16 bits, else ASK_ROW: what most reads are compared with. */
const LAST_HALVES = 16;
/**
 * Of each point: how many more reads than its left neighbour it has. A read of a run of points changes two numbers, and the
 * reads of one point are the sum from the start of its page.
 */
const READ_STEPS = 40;
/** Of each point: its row in `values`; 0: it had no value and was not written. */
const ROWS = READ_STEPS + PAGE_POINTS;

/** In place of a last value that is no whole number of 16 bits, or is not known. */
const ASK_ROW = 0xffff;

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
  private readonly courses = new Courses();
  private readonly values = new PointValues();
  private readonly runs = new RunTable();
  private capacity = CAPACITY_MIN;
  private heads = new Float64Array(CAPACITY_MIN * HEAD_DOUBLES);
  /** The same memory. */
  private headWords = new Int32Array(this.heads.buffer);
  private words!: Int32Array<ArrayBuffer>;
  private halves!: Uint16Array;
  /** As in NoveltyTable. */
  private resumedUs = -Infinity;
  /** When what is noted next happened: as an argument each would be an object on the heap. */
  private accessUs = 0.5;
  /** The write whose access was noted last. */
  private notedPage = 0;
  private notedClient = 0;
  private notedUs = 0.5;
  /** While a baseline is learned; points that an earlier one said are written are not in it. */
  private readonly writeTimes = new Map<number, WriteTimes>();
  private readonly unconfirmed = new Map<number, UnconfirmedWrites>();
  private readonly isTeaching: boolean;

  /** `isTeaching`: when points are written is kept, so that what was seen once can be told from what is usual. */
  constructor(isTeaching = false) {
    this.isTeaching = isTeaching;
    this.show(new ArrayBuffer(CAPACITY_MIN * PAGE_BYTES));
  }

  get pageCount(): number {
    return this.pages.count;
  }

  /** Points that were read or written at least once. */
  pointCount(): number {
    let count = 0;
    for (let point = PAGE_POINTS; point < (this.pages.count + 1) * PAGE_POINTS; point++) {
      if (this.readsOf(point) + this.writesOf(point) > 0) count++;
    }
    return count;
  }

  find(server: number, unit: number, protocol: number, space: number, address: number): number {
    if (address < 0 || address > ADDRESS_MAX) return 0;
    const page = this.pages.find(server, unit, spaceWord(protocol, space), address >> 6);
    return page === 0 ? 0 : page * PAGE_POINTS + (address & 63);
  }

  findOrInsert(server: number, unit: number, protocol: number, space: number, address: number, timeUs: number): number {
    if (address < 0 || address > ADDRESS_MAX) return 0;
    const page = this.page(server, unit, spaceWord(protocol, space), address >> 6, timeUs);
    return page === 0 ? 0 : page * PAGE_POINTS + (address & 63);
  }

  view(point: number): PointView {
    if (point === 0) return NOTHING_LEARNED;
    const { numbers, words } = this.values;
    const row = this.words[rowAt(point)]!;
    const at = row * PointValues.stride;
    const wordAt = row * PointValues.wordStride;
    const timesAt = (point >> 6) * HEAD_DOUBLES;
    const moves = words[wordAt + ValueWord.moves]!;
    return {
      reads: this.readsOf(point),
      writes: this.writesOf(point),
      last: numbers[at + ValueNumber.last]!,
      minimum: numbers[at + ValueNumber.minimum]!,
      maximum: numbers[at + ValueNumber.maximum]!,
      step: numbers[at + ValueNumber.step]!,
      travel: numbers[at + ValueNumber.travel]!,
      moves,
      movesInRange: moves - words[wordAt + ValueWord.rangeGrownAt]!,
      movesInStep: moves - words[wordAt + ValueWord.stepGrownAt]!,
      firstUs: this.heads[timesAt + PageTime.firstUs]!,
      lastUs: this.heads[timesAt + PageTime.lastUs]!,
      gapUs: this.heads[timesAt + PageTime.gapUs]!,
      isApproved: this.headWords[(point >> 6) * HEAD_WORDS + HeadWord.isApproved] === 1,
    };
  }

  clientsOf(point: number, isWrite: boolean): number[] {
    const at = (point >> 6) * PAGE_WORDS + (isWrite ? PageWord.writers : PageWord.readers);
    return [...this.words.subarray(at, at + CLIENTS_PER_PAGE)].filter((client) => client !== 0);
  }

  learnRead(operation: Operation): void {
    const { encoding, first, count, way } = operation;
    if (first < 0 || first > ADDRESS_MAX || count < 1) return;
    const key = spaceWord(operation.protocol, operation.space);
    const isWhole = hasValues(encoding) && operation.valueCount >= count && !operation.isQuestionable;
    const run = way === 0 ? 0 : this.runs.find(way, key, first, count);
    if (run !== 0) {
      this.runs.rows[run * RUN_STRIDE + Run.reads]!++;
      if (!this.isRepeated(run, operation, isWhole)) this.learnAgain(run, operation, isWhole);
      return;
    }
    const end = first + Math.min(count, OPERATION_POINTS_MAX);
    for (let address = first; address < end;) {
      const page = this.page(operation.server, operation.unit, key, address >> 6, operation.timeUs);
      const pageEnd = Math.min(end, ((address >> 6) + 1) << 6);
      if (page !== 0) {
        const point = page * PAGE_POINTS + (address & 63);
        this.addReads(point, pageEnd - address, 1);
        this.learnPart(point, pageEnd - address, address - first, operation, isWhole);
      }
      address = pageEnd;
    }
    if (way !== 0 && this.runs.cameBefore(way, key, first, count)) this.addRun(operation, key);
  }

  /** The run was read before, and nothing has changed since: its pages are only accessed once more. */
  private isRepeated(run: number, operation: Operation, isWhole: boolean): boolean {
    const { rows } = this.runs;
    const at = run * RUN_STRIDE;
    if (this.versionOf(at) !== rows[at + Run.version]) return false;
    const shape = isWhole ? shapeOf(operation, Deed.read) : Deed.read;
    if (rows[at + Run.shape] !== shape) return false;
    if (isWhole && !this.hasSameValues(run, shape, operation)) return false;
    this.accessUs = operation.timeUs;
    this.noteTimes(at);
    return true;
  }

  /** A run whose pages are known, with other values, or after others of its pages changed. */
  private learnAgain(run: number, operation: Operation, isWhole: boolean): void {
    const { first, count } = operation;
    const { rows } = this.runs;
    const at = run * RUN_STRIDE;
    const end = first + count;
    for (let address = first, place = 0; address < end; place++) {
      const pageEnd = Math.min(end, ((address >> 6) + 1) << 6);
      const point = rows[at + Run.pages + place]! * PAGE_POINTS + (address & 63);
      this.learnPart(point, pageEnd - address, address - first, operation, isWhole);
      address = pageEnd;
    }
    this.keepRun(run, operation, Deed.read, isWhole);
  }

  /** What it did now need not be looked at when it comes again. */
  private keepRun(run: number, operation: Operation, deed: number, isWhole: boolean): void {
    const { rows } = this.runs;
    const at = run * RUN_STRIDE;
    rows[at + Run.version] = this.versionOf(at);
    if (!isWhole) {
      rows[at + Run.shape] = deed;
      return;
    }
    const length = lengthOf(operation);
    if (operation.valuesStart + length > operation.bytes.length) rows[at + Run.shape] = 0;
    else this.runs.keep(run, shapeOf(operation, deed), operation.bytes, operation.valuesStart, length);
  }

  runOf({ way, protocol, space, first, count }: Operation): number {
    return way === 0 ? 0 : this.runs.find(way, spaceWord(protocol, space), first, count);
  }

  learnRepeatedWrite(run: number, operation: Operation): boolean {
    // When each point was written is kept while teaching.
    if (run === 0 || this.isTeaching) return false;
    const { rows } = this.runs;
    const at = run * RUN_STRIDE;
    const deed = Deed.write + operation.outcome;
    const isWhole = hasWrittenValues(operation);
    const shape = isWhole ? shapeOf(operation, deed) : deed;
    if (rows[at + Run.shape] !== shape) return false;
    if (isWhole) {
      if (this.versionOf(at) !== rows[at + Run.version] || !this.hasSameValues(run, shape, operation)) return false;
    }
    rows[at + Run.writes]!++;
    this.accessUs = operation.timeUs;
    this.noteTimes(at);
    return true;
  }

  noteOrdinaryWrite(run: number, operation: Operation): void {
    if (this.isTeaching || operation.way === 0) return;
    const known = run === 0 ? this.addRun(operation, spaceWord(operation.protocol, operation.space)) : run;
    if (known !== 0) this.keepRun(known, operation, Deed.write + operation.outcome, hasWrittenValues(operation));
  }

  private hasSameValues(run: number, shape: number, operation: Operation): boolean {
    return this.runs.isKept(run, shape, operation.bytes, operation.valuesStart, lengthOf(operation));
  }

  /** All pages of the run, whose row is there, were accessed at `accessUs`. */
  private noteTimes(at: number): void {
    const { rows } = this.runs;
    const from = at + Run.pages;
    for (let place = from; place < from + RUN_PAGES_MAX && rows[place] !== 0; place++) {
      this.noteTime(rows[place]!);
    }
  }

  /** A row for what the operation asks for; 0 where there is no room, or it has too many pages. */
  private addRun(operation: Operation, key: number): number {
    const { server, unit, way, first, count } = operation;
    const { runs } = this;
    const firstPage = first >> 6;
    const lastPage = (first + count - 1) >> 6;
    if (count < 1 || lastPage - firstPage >= RUN_PAGES_MAX) return 0;
    for (let number = firstPage; number <= lastPage; number++) {
      const page = this.pages.find(server, unit, key, number);
      if (page === 0 || !runs.hasRoomOn(page)) return 0;
    }
    const run = runs.add(way, key, first, count);
    if (run === 0) return 0;
    for (let number = firstPage; number <= lastPage; number++) {
      runs.addPage(run, number - firstPage, this.pages.find(server, unit, key, number));
    }
    return run;
  }

  private versionOf(at: number): number {
    const { rows } = this.runs;
    const { headWords } = this;
    const from = at + Run.pages;
    let version = 0;
    for (let place = from; place < from + RUN_PAGES_MAX && rows[place] !== 0; place++) {
      version = (version + headWords[rows[place]! * HEAD_WORDS + HeadWord.version]!) | 0;
    }
    return version;
  }

  private learnPart(point: number, count: number, at: number, operation: Operation, isWhole: boolean): void {
    this.accessUs = operation.timeUs;
    this.noteAccess(PageWord.readers, point >> 6, operation.client);
    if (isWhole) this.learnRun(point, count, at, operation);
  }

  learnWrite(point: number, value: number, client: number, timeUs: number): void {
    if (point === 0) return;
    const page = point >> 6;
    // The points of one write come one after the other.
    if (page !== this.notedPage || client !== this.notedClient || timeUs !== this.notedUs) {
      this.accessUs = timeUs;
      this.noteAccess(PageWord.writers, page, client);
      this.notedPage = page;
      this.notedClient = client;
      this.notedUs = timeUs;
    }
    const row = this.rowOf(point);
    const { values } = this;
    const wordAt = row * PointValues.wordStride;
    if (this.isTeaching) this.noteWriteTime(point, values.words[wordAt + ValueWord.writes]!, timeUs);
    values.words[wordAt + ValueWord.writes]!++;
    if (!Number.isFinite(value)) return;
    values.words[wordAt + ValueWord.direction]! &= Direction.mask;
    const { courses } = this;
    courses.before = values.numbers[row * PointValues.stride + ValueNumber.last]!;
    if (courses.before === value) return;
    courses.value = value;
    courses.nowUs = timeUs;
    values.move(row, value);
    this.changed(point, value);
    this.noteCourse(point, row);
  }

  noteDeviation(point: number, value: number, timeUs: number): void {
    if (point === 0 || !Number.isFinite(value)) return;
    const row = this.rowOf(point);
    const lastAt = row * PointValues.stride + ValueNumber.last;
    const { courses } = this;
    courses.before = this.values.numbers[lastAt]!;
    courses.value = value;
    courses.nowUs = timeUs;
    this.values.words[row * PointValues.wordStride + ValueWord.direction]! |= Direction.isDeviating;
    this.values.numbers[lastAt] = value;
    this.changed(point, value);
    if (courses.before !== value) this.noteCourse(point, row);
  }

  isOrdinary(point: number, value: number): boolean {
    const row = this.words[rowAt(point)]!;
    const { numbers, words } = this.values;
    const at = row * PointValues.stride;
    if (words[row * PointValues.wordStride + ValueWord.writes] === 0) return false;
    return (
      Number.isNaN(value) ||
      (value >= numbers[at + ValueNumber.minimum]! &&
        value <= numbers[at + ValueNumber.maximum]! &&
        Math.abs(value - numbers[at + ValueNumber.last]!) <= numbers[at + ValueNumber.step]!)
    );
  }

  turned(point: number, value: number, timeUs: number): SwingView | null {
    const row = this.words[rowAt(point)]!;
    const last = this.values.numbers[row * PointValues.stride + ValueNumber.last]!;
    // Without a row `last` is no number, and the value neither above nor below it.
    const direction = value > last ? Direction.up : value < last ? Direction.down : Direction.unknown;
    if (direction === Direction.unknown) return null;
    const wordAt = row * PointValues.wordStride + ValueWord.direction;
    const word = this.values.words[wordAt]!;
    const before = word & Direction.mask;
    this.values.words[wordAt] = (word & Direction.isDeviating) | direction;
    if (before === Direction.unknown || before === direction) return null;
    return this.swings.turned(point, timeUs, this.heads[(point >> 6) * HEAD_DOUBLES + PageTime.firstUs]!);
  }

  /** Where a point lies: server, unit, protocol and space in one word, number of the object. */
  placeOf(point: number): [server: number, unit: number, space: number, address: number] {
    const page = point >> 6;
    const word = (index: number): number => this.pages.word(page, index);
    return [word(0), word(1), word(2), word(3) * PAGE_POINTS + (point & 63)];
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

  /** `writes`: those before this one. */
  private noteWriteTime(point: number, writes: number, timeUs: number): void {
    const times = this.writeTimes.get(point);
    if (times !== undefined) times.lastUs = timeUs;
    // Written before, but not timed: a person has seen it.
    else if (writes === 0 && this.writeTimes.size < TIMED_MAX) {
      this.writeTimes.set(point, { firstUs: timeUs, lastUs: timeUs });
    }
  }

  restore(point: number, facts: PointFacts): void {
    if (point === 0) return;
    this.addReads(point, 1, facts.reads - this.readsOf(point));
    const row = this.rowOf(point);
    const { numbers, words } = this.values;
    const at = row * PointValues.stride;
    const wordAt = row * PointValues.wordStride;
    const { writes, onceFirstUs: firstUs, onceLastUs: lastUs } = facts;
    const isOnce = firstUs > 0;
    if (isOnce && this.isTeaching) this.writeTimes.set(point, { firstUs, lastUs });
    if (isOnce && !this.isTeaching) this.unconfirmed.set(point, { count: writes, firstUs, lastUs });
    words[wordAt + ValueWord.writes] = isOnce && !this.isTeaching ? 0 : writes;
    numbers[at + ValueNumber.last] = facts.last;
    numbers[at + ValueNumber.minimum] = facts.minimum;
    numbers[at + ValueNumber.maximum] = facts.maximum;
    numbers[at + ValueNumber.step] = facts.step;
    numbers[at + ValueNumber.travel] = facts.travel;
    words[wordAt + ValueWord.moves] = facts.moves;
    words[wordAt + ValueWord.rangeGrownAt] = facts.moves - facts.movesInRange;
    words[wordAt + ValueWord.stepGrownAt] = facts.moves - facts.movesInStep;
    this.changed(point, facts.last);
  }

  /** Times and clients of the page in which a point lies. */
  restoreArea(
    point: number,
    times: { readonly firstUs: number; readonly lastUs: number; readonly gapUs: number },
    readers: readonly number[],
    writers: readonly number[],
  ): void {
    if (point === 0) return;
    const timesAt = (point >> 6) * HEAD_DOUBLES;
    const headAt = (point >> 6) * HEAD_WORDS;
    const wordsAt = (point >> 6) * PAGE_WORDS;
    this.headWords[headAt + HeadWord.isApproved] = 1;
    this.headWords[headAt + HeadWord.version]!++;
    this.heads[timesAt + PageTime.firstUs] = times.firstUs;
    this.heads[timesAt + PageTime.lastUs] = times.lastUs;
    this.heads[timesAt + PageTime.gapUs] = times.gapUs;
    this.words.set(readers.slice(0, CLIENTS_PER_PAGE), wordsAt + PageWord.readers);
    this.words.set(writers.slice(0, CLIENTS_PER_PAGE), wordsAt + PageWord.writers);
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
    let reads = this.runs.sumOf(Run.reads, point >> 6, point & 63);
    const end = stepAt(point);
    for (let at = stepAt(point & ~63); at <= end; at++) reads += this.words[at]!;
    return reads;
  }

  private writesOf(point: number): number {
    const row = this.words[rowAt(point)]!;
    const alone = this.values.words[row * PointValues.wordStride + ValueWord.writes]!;
    return alone === 0 ? 0 : alone + this.runs.sumOf(Run.writes, point >> 6, point & 63);
  }

  /** To `count` points of one page. */
  private addReads(point: number, count: number, reads: number): void {
    const at = stepAt(point);
    this.words[at]! += reads;
    if ((point & 63) + count < PAGE_POINTS) this.words[at + count]! -= reads;
  }

  /** Values `at` to `at + count` of the operation, for points that follow each other from `point` on. */
  private learnRun(point: number, count: number, at: number, operation: Operation): void {
    const { bytes, valuesStart, encoding, valueSize } = operation;
    if (encoding === Encoding.unsigned && valueSize === 2) this.learnWords(point, count, bytes, valuesStart + at * 2);
    else if (encoding === Encoding.bits) this.learnBits(point, count, bytes, valuesStart, at);
    else this.learnValues(point, at, count, operation);
  }

  private learnWords(point: number, count: number, bytes: Uint8Array, start: number): void {
    const { halves } = this;
    const lastAt = halfAt(point);
    for (let index = 0, at = start; index < count; index++, at += 2) {
      const value = (bytes[at]! << 8) | bytes[at + 1]!;
      if (halves[lastAt + index] !== value || value === ASK_ROW) this.read(point + index, value);
    }
  }

  private learnBits(point: number, count: number, bytes: Uint8Array, start: number, first: number): void {
    const { halves } = this;
    const lastAt = halfAt(point);
    for (let index = 0; index < count; index++) {
      const bit = first + index;
      const value = (bytes[start + (bit >> 3)]! >> (bit & 7)) & 1;
      if (halves[lastAt + index] !== value) this.read(point + index, value);
    }
  }

  private learnValues(point: number, first: number, count: number, operation: Operation): void {
    const { bytes, valuesStart, encoding, valueSize } = operation;
    for (let index = 0; index < count; index++) {
      this.read(point + index, valueAt(bytes, valuesStart, first + index, encoding, valueSize));
    }
  }

  /** A value that may be another one than before. */
  private read(point: number, value: number): void {
    if (!Number.isFinite(value)) return;
    const row = this.rowOf(point);
    const { courses } = this;
    courses.before = this.values.numbers[row * PointValues.stride + ValueNumber.last]!;
    if (courses.before === value) return;
    courses.value = value;
    courses.nowUs = this.accessUs;
    this.values.readMoved(row, value);
    this.changed(point, value);
    this.noteCourse(point, row);
  }

  /** `courses` knows the values and the time. */
  private noteCourse(point: number, row: number): void {
    const { courses } = this;
    const { words } = this.values;
    const courseAt = row * PointValues.wordStride + ValueWord.course;
    if (words[courseAt] !== 0) {
      courses.note(words[courseAt]!);
      return;
    }
    if (courses.isFull) return;
    // What a baseline says of a page began before anything that was seen here.
    const isRestored = this.headWords[(point >> 6) * HEAD_WORDS + HeadWord.isApproved] === 1;
    courses.sinceUs = isRestored ? courses.nowUs : this.heads[(point >> 6) * HEAD_DOUBLES + PageTime.firstUs]!;
    words[courseAt] = courses.begin(point);
  }

  /** How the values of points went, as far as they changed. */
  coursesOfPoints(): Generator<[point: number, course: Course]> {
    return this.courses.all((point) => this.heads[(point >> 6) * HEAD_DOUBLES + PageTime.lastUs]!);
  }

  /** The last value of the point is another one. */
  private changed(point: number, value: number): void {
    this.halves[halfAt(point)] = wordOf(value);
    this.headWords[(point >> 6) * HEAD_WORDS + HeadWord.version]!++;
  }

  private rowOf(point: number): number {
    const at = rowAt(point);
    const known = this.words[at]!;
    return known === 0 ? (this.words[at] = this.values.add()) : known;
  }

  private page(server: number, unit: number, key: number, number: number, timeUs: number): number {
    const known = this.pages.count;
    const page = this.pages.findOrInsert(server, unit, key, number);
    if (page === 0) {
      this.overflowed++;
      return 0;
    }
    if (page > known) {
      if (page >= this.capacity) this.growTo(Math.min(this.capacity * 4, PAGES_MAX + 1));
      this.heads[page * HEAD_DOUBLES + PageTime.firstUs] = timeUs;
      this.heads[page * HEAD_DOUBLES + PageTime.lastUs] = timeUs;
      const lastAt = page * PAGE_HALVES + LAST_HALVES;
      this.halves.fill(ASK_ROW, lastAt, lastAt + PAGE_POINTS);
    }
    return page;
  }

  /** `clients`: where in a page's words those lie who access it. */
  private noteAccess(clients: number, page: number, client: number): void {
    const { words } = this;
    this.noteTime(page);
    const start = page * PAGE_WORDS + clients;
    for (let at = start; at < start + CLIENTS_PER_PAGE; at++) {
      if (words[at] === client) return;
      if (words[at] === 0) {
        words[at] = client;
        return;
      }
    }
  }

  private noteTime(page: number): void {
    const { heads, accessUs: timeUs } = this;
    const timesAt = page * HEAD_DOUBLES;
    const lastUs = heads[timesAt + PageTime.lastUs]!;
    if (timeUs > lastUs) {
      heads[timesAt + PageTime.lastUs] = timeUs;
      const gapUs = timeUs - lastUs;
      if (gapUs > heads[timesAt + PageTime.gapUs]! && !this.isBreak(lastUs, timeUs)) {
        heads[timesAt + PageTime.gapUs] = gapUs;
      }
    }
  }

  private isBreak(lastUs: number, timeUs: number): boolean {
    if (this.resumedUs === Infinity) this.resumedUs = timeUs;
    return lastUs < this.resumedUs;
  }

  private growTo(capacity: number): void {
    this.capacity = capacity;
    this.heads = grown(this.heads, capacity * HEAD_DOUBLES);
    this.headWords = new Int32Array(this.heads.buffer);
    this.show(grown(this.words, (capacity * PAGE_BYTES) / 4).buffer);
  }

  private show(pages: ArrayBuffer): void {
    this.words = new Int32Array(pages);
    this.halves = new Uint16Array(pages);
  }
}

/** Where a point's row, its reads and its last value stand. */
function rowAt(point: number): number {
  return (point >> 6) * PAGE_WORDS + ROWS + (point & 63);
}

function stepAt(point: number): number {
  return (point >> 6) * PAGE_WORDS + READ_STEPS + (point & 63);
}

function halfAt(point: number): number {
  return (point >> 6) * PAGE_HALVES + LAST_HALVES + (point & 63);
}

/** What was done with a run, from 1 on: read, or written with one of the three outcomes. */
const Deed = { read: 1, write: 2 } as const;

/** What was done, and how the values lie, in one word. */
function shapeOf({ encoding, valueSize }: Operation, deed: number): number {
  return ((encoding + 1) << 24) | ((valueSize & 0xffff) << 8) | deed;
}

/** Bytes in which the values of its points lie. */
function lengthOf({ encoding, valueSize, count }: Operation): number {
  return encoding === Encoding.bits ? (count + 7) >> 3 : count * valueSize;
}

function hasValues(encoding: number): boolean {
  return encoding !== Encoding.none && encoding !== Encoding.bytes;
}

/** False where the protocol does not tell one value for each point, as with a mask. */
export function hasWrittenValues({ encoding, valueCount, count }: Operation): boolean {
  return valueCount === count && hasValues(encoding);
}

/** What `halves` has for a value. */
function wordOf(value: number): number {
  return value >= 0 && value < ASK_ROW && Number.isInteger(value) ? value : ASK_ROW;
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
  const isLittle = encoding >= Encoding.unsignedLittle;
  if (encoding === Encoding.float || encoding === Encoding.floatLittle) return floatAt(bytes, at, size, isLittle);
  const isSigned = encoding === Encoding.signed || encoding === Encoding.signedLittle;
  return wholeAt(bytes, at, size, isLittle, isSigned);
}

// A view for each value would cost more than all the rest of learning it.
const FLOAT_BYTES = new Uint8Array(8);
const FLOAT_32 = new Float32Array(FLOAT_BYTES.buffer);
const FLOAT_64 = new Float64Array(FLOAT_BYTES.buffer);
const IS_LITTLE_MACHINE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function floatAt(bytes: Uint8Array, at: number, size: number, isLittle: boolean): number {
  if (size !== 4 && size !== 8) return NaN;
  for (let index = 0; index < size; index++) {
    FLOAT_BYTES[isLittle === IS_LITTLE_MACHINE ? index : size - 1 - index] = bytes[at + index]!;
  }
  return size === 4 ? FLOAT_32[0]! : FLOAT_64[0]!;
}

/** Exact up to 2^53. */
function wholeAt(bytes: Uint8Array, at: number, size: number, isLittle: boolean, isSigned: boolean): number {
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return NaN;
  let value = 0;
  for (let index = 0; index < size; index++) {
    value = value * 256 + bytes[at + (isLittle ? size - 1 - index : index)]!;
  }
  const range = 256 ** size;
  return isSigned && value >= range / 2 ? value - range : value;
}
