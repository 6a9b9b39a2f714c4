// What is usual for every point of every device: how often it was read and written, by whom, and the values it took.
// Points lie in pages of 64 neighbours, so that a run of registers is found once and walked in typed arrays; a value
// that equals the last one only counts.
import { Encoding, type Operation } from '../facts/operation.ts';
import { WordIndex } from './word-index.ts';

export const PAGE_POINTS = 64;
/** Pages kept: four million points; further ones are counted in `overflowed` and never judged. */
export const PAGES_MAX = 65_536;
/** Points of one operation that are learned; no protocol's frame holds more values. */
const OPERATION_POINTS_MAX = 4096;
/** Clients remembered for a page, apart for reading and writing. */
const CLIENTS_PER_PAGE = 4;

/** The values a point took, and how they moved. Units are those of the wire. */
export interface PointView {
  readonly reads: number;
  readonly writes: number;
  readonly hasValue: boolean;
  readonly last: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Largest difference between two values in a row. */
  readonly step: number;
  /** Accesses since the range last grew. */
  readonly sinceGrown: number;
  readonly firstUs: number;
}

export class PointTable {
  overflowed = 0;
  private readonly pages = new WordIndex(4, PAGES_MAX);
  private capacity = 64;
  reads = new Float64Array(this.capacity * PAGE_POINTS);
  writes = new Float64Array(this.capacity * PAGE_POINTS);
  last = new Float64Array(this.capacity * PAGE_POINTS).fill(NaN);
  minimum = new Float64Array(this.capacity * PAGE_POINTS).fill(Infinity);
  maximum = new Float64Array(this.capacity * PAGE_POINTS).fill(-Infinity);
  step = new Float64Array(this.capacity * PAGE_POINTS);
  /** Accesses (reads and writes) at which the range grew last. */
  grownAt = new Float64Array(this.capacity * PAGE_POINTS);
  private pageFirstUs = new Float64Array(this.capacity);
  private pageLastUs = new Float64Array(this.capacity);
  /** Host numbers, 0 for none. */
  private readers = new Int32Array(this.capacity * CLIENTS_PER_PAGE);
  private writers = new Int32Array(this.capacity * CLIENTS_PER_PAGE);

  get pageCount(): number {
    return this.pages.count;
  }

  /** Points that were read or written at least once. */
  pointCount(): number {
    let count = 0;
    for (let page = 1; page <= this.pages.count; page++) {
      for (let at = page * PAGE_POINTS; at < (page + 1) * PAGE_POINTS; at++) {
        if (this.reads[at]! + this.writes[at]! > 0) count++;
      }
    }
    return count;
  }

  /** Index of a point, for the arrays above; 0 where it is not known. */
  find(server: number, unit: number, protocol: number, space: number, address: number): number {
    const page = this.pages.find(server, unit, (protocol << 16) | space, address >> 6);
    return page === 0 ? 0 : page * PAGE_POINTS + (address & 63);
  }

  /** Index of a point, made where it is new; 0 where there is no room. */
  findOrInsert(server: number, unit: number, protocol: number, space: number, address: number, timeUs: number): number {
    const page = this.page(server, unit, (protocol << 16) | space, address >> 6, timeUs);
    return page === 0 ? 0 : page * PAGE_POINTS + (address & 63);
  }

  view(point: number): PointView {
    const page = point >> 6;
    return {
      reads: this.reads[point]!,
      writes: this.writes[point]!,
      hasValue: !Number.isNaN(this.last[point]!),
      last: this.last[point]!,
      minimum: this.minimum[point]!,
      maximum: this.maximum[point]!,
      step: this.step[point]!,
      sinceGrown: this.reads[point]! + this.writes[point]! - this.grownAt[point]!,
      firstUs: this.pageFirstUs[page]!,
    };
  }

  /** Hosts that read, or wrote, the page of the point; at most four are remembered. */
  clientsOf(point: number, isWrite: boolean): number[] {
    const clients = isWrite ? this.writers : this.readers;
    const at = (point >> 6) * CLIENTS_PER_PAGE;
    return [...clients.subarray(at, at + CLIENTS_PER_PAGE)].filter((client) => client !== 0);
  }

  /** Learns a read or write that the device carried out. Borrowed: nothing of the operation is kept. */
  learn(operation: Operation, isWrite: boolean): void {
    const { server, unit, timeUs, client, encoding, valueSize, bytes, valuesStart } = operation;
    const key = (operation.protocol << 16) | operation.space;
    const withValues =
      encoding !== Encoding.none && encoding !== Encoding.bytes && operation.valueCount >= operation.count;
    const end = operation.first + Math.min(operation.count, OPERATION_POINTS_MAX);
    for (let address = operation.first; address < end;) {
      const page = this.page(server, unit, key, address >> 6, timeUs);
      const pageEnd = Math.min(end, ((address >> 6) + 1) << 6);
      if (page === 0) {
        address = pageEnd;
        continue;
      }
      this.noteClient(isWrite ? this.writers : this.readers, page, client);
      this.pageLastUs[page] = timeUs;
      const shift = page * PAGE_POINTS - (address & ~63);
      const counts = isWrite ? this.writes : this.reads;
      if (!withValues) {
        for (; address < pageEnd; address++) counts[address + shift]!++;
        continue;
      }
      const { last } = this;
      for (; address < pageEnd; address++) {
        const at = address - operation.first;
        const value = valueAt(bytes, valuesStart, at, encoding, valueSize);
        const point = address + shift;
        counts[point]!++;
        if (last[point] !== value) this.move(point, value);
      }
    }
  }

  /** Words of a page's key: server, unit, protocol and space, page number. */
  pageWord(page: number, index: number): number {
    return this.pages.word(page, index);
  }

  pageTimes(page: number): { readonly firstUs: number; readonly lastUs: number } {
    return { firstUs: this.pageFirstUs[page]!, lastUs: this.pageLastUs[page]! };
  }

  private move(point: number, value: number): void {
    const before = this.last[point]!;
    this.last[point] = value;
    if (!Number.isFinite(value)) return;
    const isGrowing = value < this.minimum[point]! || value > this.maximum[point]!;
    if (isGrowing) {
      if (value < this.minimum[point]!) this.minimum[point] = value;
      if (value > this.maximum[point]!) this.maximum[point] = value;
      this.grownAt[point] = this.reads[point]! + this.writes[point]!;
    }
    const step = Math.abs(value - before);
    if (step > this.step[point]!) this.step[point] = step;
  }

  private page(server: number, unit: number, key: number, number: number, timeUs: number): number {
    const known = this.pages.count;
    const page = this.pages.findOrInsert(server, unit, key, number);
    if (page === 0) {
      this.overflowed++;
      return 0;
    }
    if (page > known) {
      if (page >= this.capacity) this.grow();
      this.pageFirstUs[page] = timeUs;
    }
    return page;
  }

  private noteClient(clients: Int32Array, page: number, client: number): void {
    const start = page * CLIENTS_PER_PAGE;
    for (let at = start; at < start + CLIENTS_PER_PAGE; at++) {
      if (clients[at] === client) return;
      if (clients[at] === 0) {
        clients[at] = client;
        return;
      }
    }
  }

  private grow(): void {
    this.capacity *= 2;
    const larger = (old: Float64Array, size: number, empty: number): Float64Array<ArrayBuffer> => {
      const array = new Float64Array(this.capacity * size);
      if (empty !== 0) array.fill(empty, old.length);
      array.set(old);
      return array;
    };
    this.reads = larger(this.reads, PAGE_POINTS, 0);
    this.writes = larger(this.writes, PAGE_POINTS, 0);
    this.last = larger(this.last, PAGE_POINTS, NaN);
    this.minimum = larger(this.minimum, PAGE_POINTS, Infinity);
    this.maximum = larger(this.maximum, PAGE_POINTS, -Infinity);
    this.step = larger(this.step, PAGE_POINTS, 0);
    this.grownAt = larger(this.grownAt, PAGE_POINTS, 0);
    this.pageFirstUs = larger(this.pageFirstUs, 1, 0);
    this.pageLastUs = larger(this.pageLastUs, 1, 0);
    const clients = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(this.capacity * CLIENTS_PER_PAGE);
      array.set(old);
      return array;
    };
    this.readers = clients(this.readers);
    this.writers = clients(this.writers);
  }
}

/** The value number `index` of an operation, as a number; NaN where it is none. */
export function valueAt(bytes: Uint8Array, start: number, index: number, encoding: number, size: number): number {
  if (encoding === Encoding.bits) return (bytes[start + (index >> 3)]! >> (index & 7)) & 1;
  const at = start + index * size;
  if (encoding === Encoding.unsigned && size === 2) return (bytes[at]! << 8) | bytes[at + 1]!;
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
