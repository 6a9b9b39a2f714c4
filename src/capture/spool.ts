// Keeps the frames of an input that can be had only once in a bounded ring of files, so that those which turn out to be
// proof can be asked for again. A batch is written as it is: a header, its columns, and the stretch of bytes with its
// frames. Frames are sensitive: the folder and the files are the owner's alone. Where the system allows it they have no
// name from the start, so that they are gone when the program ends, however it ends.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { fileOf, type FrameReference } from '../facts/frame-reference.ts';
import type { FrameBatch } from './frames.ts';

const BYTES_MAX = 1024 * 1024 * 1024;
const SEGMENTS = 16;
/** Every so many bytes of a segment, where a batch starts is kept in memory. */
const INDEX_STEP_BYTES = 256 * 1024;
/** Count of frames and bytes of frames. */
const HEADER_BYTES = 8;
/** Bytes of one frame in the columns: reference and time as doubles, four whole numbers. */
const COLUMN_BYTES = 32;
/** Windows removes no file that is open. */
const NEEDS_NAME = process.platform === 'win32';

export interface SpoolOptions {
  /** Oldest frames are dropped when more than this is kept; default 1 GiB. */
  readonly bytesMax?: number;
  /** Where the folder for it is made; the system's temporary folder by default. */
  readonly parent?: string;
}

/** Is called with a frame; everything in it is borrowed until it returns. */
export type FrameVisitor = (
  frame: FrameReference,
  timeUs: number,
  linkType: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  originalLength: number,
) => void;

/** A place in a segment: where a batch starts, and what was written before it. */
interface Place {
  readonly offset: number;
  /** By file: its newest frame before this place; frames of several files may come mixed. */
  readonly newest: readonly FrameReference[];
}

interface Segment {
  readonly path: string;
  readonly descriptor: number;
  size: number;
  /** Some of the batches in it, in order; the first batch is always there. */
  readonly places: Place[];
}

/** A batch read back. */
interface StoredBatch {
  readonly columns: DataView;
  readonly count: number;
  readonly bytes: Uint8Array;
}

export class FrameSpool {
  /** Why nothing more is kept, say a full disk; null while all is well. */
  problem: string | null = null;
  /** Bytes written since the start; the oldest of them are gone. */
  bytesWritten = 0;
  readonly bytesMax: number;
  readonly #folder: string;
  readonly #segmentBytesMax: number;
  readonly #segments: Segment[] = [];
  #segmentsMade = 0;
  #columns = new Uint8Array(0);
  /** By file. */
  #newest: FrameReference[] = [];
  #first: FrameReference = 0;
  #last: FrameReference = 0;

  constructor(options: SpoolOptions = {}) {
    this.bytesMax = options.bytesMax ?? BYTES_MAX;
    this.#segmentBytesMax = Math.max(1, Math.floor(this.bytesMax / SEGMENTS));
    this.#folder = mkdtempSync(`${options.parent ?? temporaryFolder()}/1sec-spool-`);
  }

  /** The oldest frame that can still be had, 0 where there is none. */
  get oldest(): FrameReference {
    return this.#first;
  }

  get newest(): FrameReference {
    return this.#last;
  }

  /** Bytes on the disk. */
  get size(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  /** Keeps a batch; the frames of each file must come with ascending references. */
  append(batch: FrameBatch): void {
    if (this.problem !== null || batch.count === 0) return;
    try {
      this.#write(batch);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Calls `visit` for every kept frame of one file from first to last, in order. */
  visit(first: FrameReference, last: FrameReference, visit: FrameVisitor): void {
    const file = fileOf(first);
    for (const [number, segment] of this.#segments.entries()) {
      const following = this.#segments[number + 1];
      if (following !== undefined && newestAt(following.places[0]!, file) < first) continue;
      if (newestAt(segment.places[0]!, file) >= last) return;
      this.#visitSegment(segment, first, last, visit);
    }
  }

  /** Removes everything. */
  close(): void {
    for (const segment of this.#segments) closeSync(segment.descriptor);
    this.#segments.length = 0;
    this.problem ??= 'closed';
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(batch: FrameBatch): void {
    const { count, frame } = batch;
    const start = batch.offset[0]!;
    const end = batch.offset[count - 1]! + batch.capturedLength[count - 1]!;
    const columnsBytes = HEADER_BYTES + count * COLUMN_BYTES;
    if (this.#columns.length < columnsBytes) this.#columns = new Uint8Array(columnsBytes * 2);
    fillColumns(new DataView(this.#columns.buffer), batch, start, end);
    const bytes = columnsBytes + end - start;
    const segment = this.#segmentFor(bytes);
    const last = segment.places.at(-1);
    if (last === undefined || segment.size - last.offset >= INDEX_STEP_BYTES) {
      segment.places.push({ offset: segment.size, newest: [...this.#newest] });
    }
    writeFully(segment.descriptor, this.#columns, 0, columnsBytes);
    writeFully(segment.descriptor, batch.bytes, start, end);
    segment.size += bytes;
    this.bytesWritten += bytes;
    for (let index = 0; index < count; index++) {
      const file = fileOf(frame[index]!);
      while (this.#newest.length <= file) this.#newest.push(0);
      this.#newest[file] = frame[index]!;
    }
    this.#last = frame[count - 1]!;
    if (this.#first === 0) this.#first = frame[0]!;
  }

  /** The segment that is being written, or a new one where it is full; then the oldest goes. */
  #segmentFor(bytes: number): Segment {
    const current = this.#segments.at(-1);
    if (current !== undefined && current.size + bytes <= this.#segmentBytesMax) return current;
    while (this.#segments.length >= SEGMENTS) this.#dropOldest();
    const path = `${this.#folder}/segment-${this.#segmentsMade++}`;
    const descriptor = openSync(path, 'wx+', 0o600);
    if (!NEEDS_NAME) unlinkSync(path);
    const segment: Segment = { path, descriptor, size: 0, places: [] };
    this.#segments.push(segment);
    return segment;
  }

  #dropOldest(): void {
    const oldest = this.#segments.shift()!;
    closeSync(oldest.descriptor);
    if (NEEDS_NAME) unlinkSync(oldest.path);
    const next = this.#segments[0];
    this.#first = next === undefined ? 0 : firstFrame(next.descriptor);
  }

  #visitSegment(segment: Segment, first: FrameReference, last: FrameReference, visit: FrameVisitor): void {
    const { places } = segment;
    const file = fileOf(first);
    let number = 0;
    while (number + 1 < places.length && newestAt(places[number + 1]!, file) < first) number++;
    let at = places[number]?.offset ?? segment.size;
    const header = new DataView(new ArrayBuffer(HEADER_BYTES));
    while (at < segment.size) {
      while (places[number + 1]?.offset === at) number++;
      if (places[number]!.offset === at && newestAt(places[number]!, file) >= last) return;
      readFully(segment.descriptor, new Uint8Array(header.buffer), at);
      const count = header.getUint32(0, true);
      const size = HEADER_BYTES + count * COLUMN_BYTES + header.getUint32(4, true);
      visitBatch(readBatch(segment.descriptor, at, count, size), first, last, visit);
      at += size;
    }
  }
}

function newestAt(place: Place, file: number): FrameReference {
  return place.newest[file] ?? 0;
}

function firstFrame(descriptor: number): FrameReference {
  const column = new DataView(new ArrayBuffer(8));
  readFully(descriptor, new Uint8Array(column.buffer), HEADER_BYTES);
  return column.getFloat64(0, true);
}

/** As the system has it for this person. */
function temporaryFolder(): string {
  return process.env['TMPDIR'] ?? process.env['TEMP'] ?? '/tmp';
}

function fillColumns(view: DataView, batch: FrameBatch, start: number, end: number): void {
  const { count } = batch;
  view.setUint32(0, count, true);
  view.setUint32(4, end - start, true);
  for (let index = 0, at = HEADER_BYTES; index < count; index++, at += COLUMN_BYTES) {
    view.setFloat64(at, batch.frame[index]!, true);
    view.setFloat64(at + 8, batch.timeUs[index]!, true);
    view.setInt32(at + 16, batch.offset[index]! - start, true);
    view.setInt32(at + 20, batch.capturedLength[index]!, true);
    view.setInt32(at + 24, batch.originalLength[index]!, true);
    view.setInt32(at + 28, batch.linkType[index]!, true);
  }
}

function readBatch(descriptor: number, at: number, count: number, size: number): StoredBatch {
  const bytes = new Uint8Array(size - HEADER_BYTES);
  readFully(descriptor, bytes, at + HEADER_BYTES);
  return { columns: new DataView(bytes.buffer), count, bytes: bytes.subarray(count * COLUMN_BYTES) };
}

function visitBatch(batch: StoredBatch, first: FrameReference, last: FrameReference, visit: FrameVisitor): void {
  const { columns, bytes } = batch;
  for (let index = 0, at = 0; index < batch.count; index++, at += COLUMN_BYTES) {
    const frame = columns.getFloat64(at, true);
    if (frame < first || frame > last) continue;
    const start = columns.getInt32(at + 16, true);
    const end = start + columns.getInt32(at + 20, true);
    const linkType = columns.getInt32(at + 28, true);
    visit(frame, columns.getFloat64(at + 8, true), linkType, bytes, start, end, columns.getInt32(at + 24, true));
  }
}

function writeFully(descriptor: number, bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end;) at += writeSync(descriptor, bytes, at, end - at);
}

function readFully(descriptor: number, bytes: Uint8Array, position: number): void {
  let got = 0;
  while (got < bytes.length) {
    const count = readSync(descriptor, bytes, got, bytes.length - got, position + got);
    if (count === 0) throw new Error('a spool file is shorter than it was');
    got += count;
  }
}
