// Keeps the frames of an input that can be had only once in a bounded ring of files, so that those which turn out to be
// proof can be asked for again. A batch is written as it is: a header, its columns, and the stretch of bytes with its
// frames. Frames are sensitive: the folder and the files are the owner's alone, and are removed by `close`.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import type { FrameReference } from '../facts/frame-reference.ts';
import type { FrameBatch } from './frames.ts';

const BYTES_MAX = 1024 * 1024 * 1024;
const SEGMENTS = 16;
/** Every so many bytes of a segment, where a batch starts is kept in memory. */
const INDEX_STEP_BYTES = 256 * 1024;
/** Count of frames, bytes of frames, and the first and last reference. */
const HEADER_BYTES = 24;
/** Bytes of one frame in the columns: reference and time as doubles, four whole numbers. */
const COLUMN_BYTES = 32;

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

interface Segment {
  readonly path: string;
  readonly descriptor: number;
  size: number;
  /** First reference and offset of some of the batches in it, ascending; the first batch is always there. */
  readonly indexReferences: number[];
  readonly indexOffsets: number[];
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
  readonly #folder: string;
  readonly #segmentBytesMax: number;
  readonly #segments: Segment[] = [];
  #segmentsMade = 0;
  #columns = new Uint8Array(0);
  #first: FrameReference = 0;
  #last: FrameReference = 0;

  constructor(options: SpoolOptions = {}) {
    this.#segmentBytesMax = Math.max(1, Math.floor((options.bytesMax ?? BYTES_MAX) / SEGMENTS));
    this.#folder = mkdtempSync(`${options.parent ?? temporaryFolder()}/1sec-spool-`);
  }

  /** The oldest frame that can still be had, 0 where there is none. */
  get oldest(): FrameReference {
    return this.#first;
  }

  get newest(): FrameReference {
    return this.#last;
  }

  /** Keeps a batch; batches must come with ascending references. */
  append(batch: FrameBatch): void {
    if (this.problem !== null || batch.count === 0) return;
    try {
      this.#write(batch);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Calls `visit` for every kept frame from first to last, in order. */
  visit(first: FrameReference, last: FrameReference, visit: FrameVisitor): void {
    for (const [number, segment] of this.#segments.entries()) {
      const following = this.#segments[number + 1];
      if (following !== undefined && following.indexReferences[0]! <= first) continue;
      if (segment.indexReferences[0]! > last) return;
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
    const segment = this.#segmentFor(columnsBytes + end - start);
    const lastOffset = segment.indexOffsets.at(-1);
    if (lastOffset === undefined || segment.size - lastOffset >= INDEX_STEP_BYTES) {
      segment.indexReferences.push(frame[0]!);
      segment.indexOffsets.push(segment.size);
    }
    writeFully(segment.descriptor, this.#columns, 0, columnsBytes);
    writeFully(segment.descriptor, batch.bytes, start, end);
    segment.size += columnsBytes + end - start;
    this.#last = frame[count - 1]!;
    this.#first = this.#segments[0]!.indexReferences[0]!;
  }

  /** The segment that is being written, or a new one where it is full; then the oldest goes. */
  #segmentFor(bytes: number): Segment {
    const current = this.#segments.at(-1);
    if (current !== undefined && current.size + bytes <= this.#segmentBytesMax) return current;
    while (this.#segments.length >= SEGMENTS) {
      const oldest = this.#segments.shift()!;
      closeSync(oldest.descriptor);
      unlinkSync(oldest.path);
    }
    const path = `${this.#folder}/segment-${this.#segmentsMade++}`;
    const descriptor = openSync(path, 'wx+', 0o600);
    const segment = { path, descriptor, size: 0, indexReferences: [], indexOffsets: [] };
    this.#segments.push(segment);
    return segment;
  }

  #visitSegment(segment: Segment, first: FrameReference, last: FrameReference, visit: FrameVisitor): void {
    let entry = 0;
    while (entry + 1 < segment.indexReferences.length && segment.indexReferences[entry + 1]! <= first) entry++;
    let at = segment.indexOffsets[entry] ?? segment.size;
    const header = new DataView(new ArrayBuffer(HEADER_BYTES));
    while (at < segment.size) {
      readFully(segment.descriptor, new Uint8Array(header.buffer), at);
      const count = header.getUint32(0, true);
      const size = HEADER_BYTES + count * COLUMN_BYTES + header.getUint32(4, true);
      if (header.getFloat64(8, true) > last) return;
      if (header.getFloat64(16, true) >= first) {
        visitBatch(readBatch(segment.descriptor, at, count, size), first, last, visit);
      }
      at += size;
    }
  }
}

/** As the system has it for this person. */
function temporaryFolder(): string {
  return process.env['TMPDIR'] ?? process.env['TEMP'] ?? '/tmp';
}

function fillColumns(view: DataView, batch: FrameBatch, start: number, end: number): void {
  const { count } = batch;
  view.setUint32(0, count, true);
  view.setUint32(4, end - start, true);
  view.setFloat64(8, batch.frame[0]!, true);
  view.setFloat64(16, batch.frame[count - 1]!, true);
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
