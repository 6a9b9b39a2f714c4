// What the reader of a file asks of a format: find the frames in a stretch of bytes and note where they are.
import type { FrameBatch } from './frames.ts';

/** No frame and no pcapng block is longer; a length beyond it is damage. */
export const RECORD_BYTES_MAX = 16 * 1024 * 1024;
/** What tcpdump takes for the longest frame, whatever the snapshot length in the file header says. */
export const FRAME_BYTES_USUAL_MAX = 262_144;

/** Original lengths are kept as signed 32 bits; a larger one is nonsense and becomes this. */
export const LENGTH_MAX = 0x7fff_ffff;

export interface RecordWalker {
  /**
   * Walks the records in bytes[start..end), fills the batch from entry 0, and gives where the first record begins
   * that is not in it. `reference` is the FrameReference of the file's last frame so far.
   */
  walk(bytes: Uint8Array, view: DataView, start: number, end: number, batch: FrameBatch, reference: number): number;
  /** After `walk`: bytes the next record needs from the place it gave; 0 where only the batch was full. */
  readonly bytesNeeded: number;
  /** After `walk`: the sum of the captured lengths in the batch. */
  readonly frameBytes: number;
  /** After `walk`: what is wrong at the place it gave; null while all is well. */
  readonly damage: string | null;
  /** What is cut where the file ends inside a record: `a frame`, `a block`. */
  readonly recordName: string;
}

/** A batch with room for `capacity` frames. */
export function emptyBatch(capacity: number, bytes: Uint8Array): FrameBatch {
  return {
    bytes,
    count: 0,
    offset: new Int32Array(capacity),
    capturedLength: new Int32Array(capacity),
    originalLength: new Int32Array(capacity),
    timeUs: new Float64Array(capacity),
    linkType: new Int32Array(capacity),
    frame: new Float64Array(capacity),
  };
}
