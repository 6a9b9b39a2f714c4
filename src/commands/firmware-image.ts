// Reads an image file piece by piece, as it would pass on the network, and tells what it is; and lays two beside each other.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import { BlockHashes, LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES, type BlockList } from '../transfers/block-hashes.ts';
import { contentKind, KIND_BYTES } from '../transfers/content-kinds.ts';
import { headerParts, ImageLook, type ImageFindings } from '../transfers/image-look.ts';
import { UsageError } from './command-line.ts';

const PIECE_BYTES = 1 << 20;
/** Beyond that the small blocks of a comparison would be too many to list. */
const SMALL_SIZE_MAX = 4 << 20;
const RANGES_MAX = 1000;

export interface InspectedImage {
  readonly size: number;
  readonly sha256: string;
  readonly kind: string;
  readonly findings: ImageFindings;
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly blocks: BlockList;
}

/** A file that is open, or a usage error. */
class ImageFile {
  readonly size: number;
  readonly #descriptor: number;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (error) {
      throw this.#problem(error);
    }
    const status = fstatSync(this.#descriptor);
    this.size = status.size;
    if (status.isFile()) return;
    this.close();
    throw new UsageError(`${showable(path, 400)} is no file`);
  }

  /** As many bytes as there are, at most those that the buffer holds. */
  read(buffer: Buffer, offset: number): number {
    let filled = 0;
    try {
      while (filled < buffer.length) {
        const count = readSync(this.#descriptor, buffer, filled, buffer.length - filled, offset + filled);
        if (count === 0) break;
        filled += count;
      }
    } catch (error) {
      throw this.#problem(error);
    }
    return filled;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #problem(error: unknown): UsageError {
    const { code, message } = error as NodeJS.ErrnoException;
    const shown = showable(this.#path, 400);
    return new UsageError(
      code === 'ENOENT' ? `no such file: ${shown}` : `${shown} cannot be read: ${showable(message)}`,
    );
  }
}

export function inspectImage(path: string): InspectedImage {
  const file = new ImageFile(path);
  try {
    const hash = createHash('sha256');
    const blocks = new BlockHashes();
    const look = new ImageLook();
    const buffer = Buffer.alloc(PIECE_BYTES);
    let head = Buffer.alloc(0);
    let size = 0;
    for (;;) {
      const count = file.read(buffer, size);
      if (count === 0) break;
      const piece = buffer.subarray(0, count);
      if (size === 0) head = Buffer.from(piece.subarray(0, KIND_BYTES));
      hash.update(piece);
      blocks.piece(size, piece);
      look.piece(size, piece);
      size += count;
    }
    if (size === 0) throw new UsageError(`${showable(path, 400)} is empty`);
    const kind = contentKind(head, 0, head.length);
    const sha256 = hash.digest('hex');
    return { size, sha256, kind, findings: look.end(), header: headerParts(head), blocks: blocks.end() };
  } finally {
    file.close();
  }
}

export interface ImageDifference {
  readonly sizes: readonly [number, number];
  readonly blockBytes: number;
  readonly blocks: number;
  readonly differingBlocks: number;
  /** Bytes at the same place that are not the same; what only one of the images has counts. */
  readonly differingBytes: number;
  /** Neighbouring blocks that differ as one; the first and the last byte in them that does. */
  readonly ranges: readonly DifferingRange[];
  /** More ranges than are listed. */
  readonly rangesOmitted: number;
}

interface DifferingRange {
  readonly offset: number;
  size: number;
  readonly firstByte: number;
  lastByte: number;
}

export function diffImages(pathA: string, pathB: string): ImageDifference {
  const a = new ImageFile(pathA);
  try {
    const b = new ImageFile(pathB);
    try {
      return differenceOf(a, b);
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

function differenceOf(a: ImageFile, b: ImageFile): ImageDifference {
  const size = Math.max(a.size, b.size);
  const blockBytes = size <= SMALL_SIZE_MAX ? SMALL_BLOCK_BYTES : LARGE_BLOCK_BYTES;
  const left = Buffer.alloc(blockBytes);
  const right = Buffer.alloc(blockBytes);
  const ranges: DifferingRange[] = [];
  let differingBlocks = 0;
  let differingBytes = 0;
  let last: DifferingRange | null = null;
  let rangesOmitted = 0;
  for (let offset = 0; offset < size; offset += blockBytes) {
    const inA = a.read(left, offset);
    const inB = b.read(right, offset);
    if (inA === inB && left.compare(right, 0, inB, 0, inA) === 0) continue;
    const { first, final, count } = bytesThatDiffer(left, inA, right, inB);
    differingBlocks++;
    differingBytes += count;
    const length = Math.max(inA, inB);
    if (last !== null && last.offset + last.size === offset) {
      last.size += length;
      last.lastByte = offset + final;
      continue;
    }
    last = { offset, size: length, firstByte: offset + first, lastByte: offset + final };
    if (ranges.length < RANGES_MAX) ranges.push(last);
    else rangesOmitted++;
  }
  const blocks = Math.ceil(size / blockBytes);
  return { sizes: [a.size, b.size], blockBytes, blocks, differingBlocks, differingBytes, ranges, rangesOmitted };
}

function bytesThatDiffer(
  left: Buffer,
  inLeft: number,
  right: Buffer,
  inRight: number,
): { first: number; final: number; count: number } {
  const shared = Math.min(inLeft, inRight);
  const end = Math.max(inLeft, inRight);
  let first = -1;
  let final = end - 1;
  let count = end - shared;
  for (let at = 0; at < shared; at++) {
    if (left[at] === right[at]) continue;
    if (first < 0) first = at;
    if (end === shared) final = at;
    count++;
  }
  return { first: first < 0 ? shared : first, final, count };
}
