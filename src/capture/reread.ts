// Goes a second time through the inputs, or through the spool of those that can be had only once, for the frames that
// prove something and some around them.
import { fileOf, type FrameReference, frameReference } from '../facts/frame-reference.ts';
import type { FrameBatch } from './frames.ts';
import { isRereadable, openAgain } from './open.ts';
import type { FrameSpool, FrameVisitor } from './spool.ts';

export interface RereadOptions {
  /** Frames before and behind each wanted one, of the same file; default 0. */
  readonly neighbours?: number;
  /** Holds what was read from standard input or a pipe; without it those frames are not found. */
  readonly spool?: FrameSpool;
}

/**
 * Calls `visit` once for each wanted frame and each neighbour, in ascending order of reference. `wanted` is sorted.
 * Frames that are gone (dropped from the spool, or behind damage) are left out. Each file is read only as far as its
 * last wanted frame. Throws CaptureOpenError where a file cannot be opened any more.
 */
export async function rereadFrames(
  paths: readonly string[],
  wanted: Float64Array,
  visit: FrameVisitor,
  options: RereadOptions = {},
): Promise<void> {
  const ranges = frameRanges(wanted, options.neighbours ?? 0);
  for (let from = 0; from < ranges.length;) {
    const file = fileOf(ranges[from]!.first);
    let end = from;
    while (end < ranges.length && fileOf(ranges[end]!.first) === file) end++;
    const path = paths[file];
    if (path !== undefined) {
      if (isRereadable(path)) await rereadFile(path, file, ranges.slice(from, end), visit);
      else for (const range of ranges.slice(from, end)) options.spool?.visit(range.first, range.last, visit);
    }
    from = end;
  }
}

export interface FrameRange {
  readonly first: FrameReference;
  last: FrameReference;
}

/** The stretches of frames that are asked for: sorted, apart, each within one file. `wanted` is sorted. */
export function frameRanges(wanted: Float64Array, neighbours: number): FrameRange[] {
  const ranges: FrameRange[] = [];
  for (const frame of wanted) {
    const file = fileOf(frame);
    const first = Math.max(frameReference(file, 1), frame - neighbours);
    const last = Math.min(frameReference(file + 1, 0) - 1, frame + neighbours);
    const previous = ranges.at(-1);
    if (previous !== undefined && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
    else ranges.push({ first, last });
  }
  return ranges;
}

async function rereadFile(path: string, file: number, ranges: FrameRange[], visit: FrameVisitor): Promise<void> {
  const reader = await openAgain(path, file);
  try {
    for (let next = 0; next < ranges.length && (await reader.read());)
      next = visitBatch(reader.batch, ranges, next, visit);
  } finally {
    reader.close();
  }
}

/** Visits what the ranges from number `next` on ask of this batch; gives the number of the first that goes on behind it. */
function visitBatch(batch: FrameBatch, ranges: readonly FrameRange[], next: number, visit: FrameVisitor): number {
  const firstFrame = batch.frame[0]!;
  for (let number = next; number < ranges.length; number++) {
    const range = ranges[number]!;
    const end = Math.min(batch.count, range.last - firstFrame + 1);
    for (let index = Math.max(0, range.first - firstFrame); index < end; index++) {
      const start = batch.offset[index]!;
      visit(
        batch.frame[index]!,
        batch.timeUs[index]!,
        batch.linkType[index]!,
        batch.bytes,
        start,
        start + batch.capturedLength[index]!,
        batch.originalLength[index]!,
      );
    }
    if (range.last >= firstFrame + batch.count) return number;
  }
  return ranges.length;
}
