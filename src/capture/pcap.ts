// Turns the bytes of a pcap file into frames: libpcap's savefile format, as draft-ietf-opsawg-pcap describes it.
import { grouped } from '../bytes/text.ts';
import type { FrameBatch } from './frames.ts';
import { FRAME_BYTES_USUAL_MAX, LENGTH_MAX, RECORD_BYTES_MAX, type RecordWalker } from './record-walker.ts';

export const PCAP_HEADER_BYTES = 24;

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** Alexey Kuznetsov's modification: records with eight more bytes in their header. */
const MAGIC_MODIFIED = 0xa1b2cd34;

/** Do these (at least four) bytes open a pcap file? */
export function isPcap(view: DataView): boolean {
  return isPcapMagic(view.getUint32(0, true)) || isPcapMagic(view.getUint32(0, false));
}

function isPcapMagic(magic: number): boolean {
  return magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS || magic === MAGIC_MODIFIED;
}

/** Reads records behind a file header that `fromHeader` has read. */
export class PcapWalker implements RecordWalker {
  readonly recordName = 'frame';
  bytesNeeded = 0;
  frameBytes = 0;
  damage: string | null = null;
  readonly linkType: number;
  readonly isLittleEndian: boolean;
  readonly isNanoseconds: boolean;
  readonly recordHeaderBytes: number;
  readonly frameBytesMax: number;
  /** Before version 2.3 the two lengths of a record were the other way round; 2.3 itself has both kinds. */
  readonly areLengthsSwapped: boolean;
  readonly mayLengthsBeSwapped: boolean;

  /** `view` holds the 24 bytes of a file header whose magic is known to be right. Gives a message where it cannot be read. */
  static fromHeader(view: DataView): PcapWalker | string {
    const isLittleEndian = isPcapMagic(view.getUint32(0, true));
    const major = view.getUint16(4, isLittleEndian);
    const minor = view.getUint16(6, isLittleEndian);
    // 543.0 was written by DG/UX, with swapped lengths.
    if (major !== 2 && major !== 543) return `pcap version ${major}.${minor} is not known`;
    return new PcapWalker(view, isLittleEndian, major, minor);
  }

  private constructor(view: DataView, isLittleEndian: boolean, major: number, minor: number) {
    const magic = view.getUint32(0, isLittleEndian);
    const snapshotLength = view.getUint32(16, isLittleEndian);
    this.isLittleEndian = isLittleEndian;
    this.isNanoseconds = magic === MAGIC_NANOSECONDS;
    this.recordHeaderBytes = magic === MAGIC_MODIFIED ? 24 : 16;
    // The upper half tells of a frame check sequence.
    this.linkType = view.getUint32(20, isLittleEndian) & 0xffff;
    this.frameBytesMax = Math.min(RECORD_BYTES_MAX, Math.max(snapshotLength, FRAME_BYTES_USUAL_MAX));
    this.areLengthsSwapped = major === 543 || minor < 3;
    this.mayLengthsBeSwapped = major === 2 && minor === 3;
  }

  walk(_bytes: Uint8Array, view: DataView, start: number, end: number, batch: FrameBatch, reference: number): number {
    const next = walkPcapRecords(this, view, start, end, batch, reference);
    this.frameBytes = next - start - batch.count * this.recordHeaderBytes;
    return next;
  }
}

/** The loop over all packets of a capture: a function of its own, so that it is compiled as a whole. */
function walkPcapRecords(
  walker: PcapWalker,
  view: DataView,
  start: number,
  end: number,
  batch: FrameBatch,
  reference: number,
): number {
  const { offset, capturedLength, originalLength, timeUs, linkType, frame } = batch;
  const { isLittleEndian, isNanoseconds, recordHeaderBytes, frameBytesMax, mayLengthsBeSwapped } = walker;
  const capturedAt = walker.areLengthsSwapped ? 12 : 8;
  const originalAt = walker.areLengthsSwapped ? 8 : 12;
  const link = walker.linkType;
  const capacity = offset.length;
  let at = start;
  let count = 0;
  walker.bytesNeeded = 0;
  while (count < capacity) {
    const frameAt = at + recordHeaderBytes;
    if (frameAt > end) {
      walker.bytesNeeded = recordHeaderBytes;
      break;
    }
    let captured = view.getUint32(at + capturedAt, isLittleEndian);
    let original = view.getUint32(at + originalAt, isLittleEndian);
    if (mayLengthsBeSwapped && captured > original) {
      const swapped = captured;
      captured = original;
      original = swapped;
    }
    if (captured > frameBytesMax) {
      walker.damage = tooLong(captured, frameBytesMax);
      break;
    }
    const next = frameAt + captured;
    if (next > end) {
      walker.bytesNeeded = recordHeaderBytes + captured;
      break;
    }
    const fraction = view.getUint32(at + 4, isLittleEndian);
    offset[count] = frameAt;
    capturedLength[count] = captured;
    originalLength[count] = original > LENGTH_MAX ? LENGTH_MAX : original;
    const microseconds = isNanoseconds ? Math.floor(fraction / 1000) : fraction;
    // A fraction of a second or more is nonsense; carried over, it could set the clock an hour ahead.
    timeUs[count] =
      view.getUint32(at, isLittleEndian) * 1_000_000 + (microseconds < 1_000_000 ? microseconds : 999_999);
    linkType[count] = link;
    count++;
    frame[count - 1] = reference + count;
    at = next;
  }
  batch.count = count;
  return at;
}

function tooLong(captured: number, limit: number): string {
  return `record header says ${grouped(captured)} bytes, more than the limit of ${grouped(limit)}`;
}
