// Turns the blocks of a pcapng file into frames: sections of either byte order, interfaces with a link type and a clock
// each, packets in any of their three kinds of block (draft-ietf-opsawg-pcapng; clause numbers below are its own).
import { grouped } from '../bytes/text.ts';
import type { FrameBatch } from './frames.ts';
import { LENGTH_MAX, RECORD_BYTES_MAX, type RecordWalker } from './record-walker.ts';
import { TimestampUnit } from './timestamp.ts';

export const PCAPNG_MAGIC = 0x0a0d0d0a;

const BlockType = { interface: 1, obsoletePacket: 2, simplePacket: 3, enhancedPacket: 6 } as const;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_BYTES_MIN = 12;
const SECTION_BYTES_MIN = 28;
const INTERFACE_BYTES_MIN = 20;
const PACKET_BYTES_MIN = 32;
const SIMPLE_PACKET_BYTES_MIN = 16;
/** From the start of a block to the frame in it. */
const PACKET_HEADER_BYTES = 28;
const SIMPLE_PACKET_HEADER_BYTES = 12;
const OPTION_TIME_RESOLUTION = 9;
const OPTION_TIME_OFFSET = 14;
const TWO_32 = 0x1_0000_0000;
/** Upper halves below this make microseconds that a double holds exactly. */
const PLAIN_HIGH_END = 2 ** 21;
/** A file with more interfaces in a section is taken for damaged. */
const INTERFACES_MAX = 65_536;

interface CaptureInterface {
  readonly linkType: number;
  readonly snapshotLength: number;
  readonly unit: TimestampUnit;
}

/** Keeps what the current section has said; the file is expected to start with a section header. */
export class PcapngWalker implements RecordWalker {
  readonly recordName = 'block';
  bytesNeeded = 0;
  frameBytes = 0;
  damage: string | null = null;
  isLittleEndian = true;
  readonly interfaces: CaptureInterface[] = [];
  /** A simple packet block has no time of its own: it gets the one before it. */
  lastUs = 0;

  walk(bytes: Uint8Array, view: DataView, start: number, end: number, batch: FrameBatch, reference: number): number {
    return walkBlocks(this, bytes, view, start, end, batch, reference);
  }

  /** §4.1: forgets the interfaces of the section before. False where the header cannot be read. */
  beginSection(view: DataView, at: number, totalLength: number): boolean {
    const major = view.getUint16(at + 12, this.isLittleEndian);
    if (totalLength < SECTION_BYTES_MIN) return this.fail(`section header of ${totalLength} bytes is too short`);
    if (major !== 1) {
      return this.fail(`pcapng version ${major}.${view.getUint16(at + 14, this.isLittleEndian)} is not known`);
    }
    this.interfaces.length = 0;
    return true;
  }

  /** §4.2. */
  addInterface(view: DataView, at: number, totalLength: number): boolean {
    if (totalLength < INTERFACE_BYTES_MIN) return this.fail(`interface block of ${totalLength} bytes is too short`);
    if (this.interfaces.length >= INTERFACES_MAX) {
      return this.fail(`more than ${grouped(INTERFACES_MAX)} interfaces in one section`);
    }
    this.interfaces.push({
      linkType: view.getUint16(at + 8, this.isLittleEndian),
      snapshotLength: view.getUint32(at + 12, this.isLittleEndian),
      unit: this.#timestampUnit(view, at + 16, at + totalLength - 4),
    });
    return true;
  }

  /** §4.4: its captured length is not written; it follows from the snapshot length. Fills all but time and number. */
  addSimplePacket(view: DataView, at: number, totalLength: number, batch: FrameBatch, entry: number): boolean {
    const device = this.interfaces[0];
    if (device === undefined) return this.fail(interfaceUnknown(0, 0));
    if (totalLength < SIMPLE_PACKET_BYTES_MIN) return this.fail(packetTooShort(totalLength));
    const original = view.getUint32(at + 8, this.isLittleEndian);
    const { snapshotLength } = device;
    const captured = snapshotLength === 0 || original < snapshotLength ? original : snapshotLength;
    if (captured > totalLength - SIMPLE_PACKET_BYTES_MIN) return this.fail(frameTooLong(captured, totalLength));
    batch.offset[entry] = at + SIMPLE_PACKET_HEADER_BYTES;
    batch.capturedLength[entry] = captured;
    batch.originalLength[entry] = original > LENGTH_MAX ? LENGTH_MAX : original;
    batch.linkType[entry] = device.linkType;
    return true;
  }

  fail(message: string): false {
    this.damage = message;
    return false;
  }

  /** Options that reach past their block are left unread, as are all after them. */
  #timestampUnit(view: DataView, start: number, end: number): TimestampUnit {
    const isLittleEndian = this.isLittleEndian;
    let resolution = 6;
    let offsetSeconds = 0;
    let at = start;
    while (at + 4 <= end) {
      const code = view.getUint16(at, isLittleEndian);
      const length = view.getUint16(at + 2, isLittleEndian);
      const valueAt = at + 4;
      if (code === 0 || valueAt + length > end) break;
      if (code === OPTION_TIME_RESOLUTION && length === 1) resolution = view.getUint8(valueAt);
      if (code === OPTION_TIME_OFFSET && length === 8)
        offsetSeconds = Number(view.getBigInt64(valueAt, isLittleEndian));
      at = valueAt + padded(length);
    }
    return new TimestampUnit(resolution, offsetSeconds);
  }
}

/** The loop over all blocks of a capture: a function of its own, so that it is compiled as a whole. */
function walkBlocks(
  walker: PcapngWalker,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  batch: FrameBatch,
  reference: number,
): number {
  const { offset, capturedLength, originalLength, timeUs, linkType, frame } = batch;
  const capacity = offset.length;
  let at = start;
  let count = 0;
  let frameBytes = 0;
  let { lastUs } = walker;
  walker.bytesNeeded = 0;
  while (count < capacity) {
    if (at + BLOCK_BYTES_MIN > end) {
      walker.bytesNeeded = BLOCK_BYTES_MIN;
      break;
    }
    const type = view.getUint32(at, walker.isLittleEndian);
    if (type === PCAPNG_MAGIC && !readByteOrder(walker, view, at)) break;
    const isLittleEndian = walker.isLittleEndian;
    const totalLength = view.getUint32(at + 4, isLittleEndian);
    if (totalLength < BLOCK_BYTES_MIN || (totalLength & 3) !== 0 || totalLength > RECORD_BYTES_MAX) {
      walker.damage = badLength(totalLength);
      break;
    }
    const next = at + totalLength;
    if (next > end) {
      walker.bytesNeeded = totalLength;
      break;
    }
    if (view.getUint32(next - 4, isLittleEndian) !== totalLength) {
      walker.damage = lengthsDiffer(totalLength, view.getUint32(next - 4, isLittleEndian));
      break;
    }

    if (type === BlockType.enhancedPacket || type === BlockType.obsoletePacket) {
      if (totalLength < PACKET_BYTES_MIN) {
        walker.damage = packetTooShort(totalLength);
        break;
      }
      // §4.3, and for the obsolete block appendix A: there the upper half of the first word counts drops.
      const index =
        type === BlockType.enhancedPacket
          ? view.getUint32(at + 8, isLittleEndian)
          : view.getUint16(at + 8, isLittleEndian);
      const device = walker.interfaces[index];
      if (device === undefined) {
        walker.damage = interfaceUnknown(index, walker.interfaces.length);
        break;
      }
      const captured = view.getUint32(at + 20, isLittleEndian);
      if (captured > totalLength - PACKET_BYTES_MIN) {
        walker.damage = frameTooLong(captured, totalLength);
        break;
      }
      const high = view.getUint32(at + 12, isLittleEndian);
      const low = view.getUint32(at + 16, isLittleEndian);
      const isPlain = device.unit.isMicroseconds && high < PLAIN_HIGH_END;
      const time = isPlain ? high * TWO_32 + low : device.unit.microseconds(high, low);
      lastUs = time;
      offset[count] = at + PACKET_HEADER_BYTES;
      capturedLength[count] = captured;
      const original = view.getUint32(at + 24, isLittleEndian);
      originalLength[count] = original > LENGTH_MAX ? LENGTH_MAX : original;
      timeUs[count] = time;
      linkType[count] = device.linkType;
      count++;
      frame[count - 1] = reference + count;
      frameBytes += captured;
    } else if (type === BlockType.simplePacket) {
      if (!walker.addSimplePacket(view, at, totalLength, batch, count)) break;
      timeUs[count] = lastUs;
      frameBytes += capturedLength[count]!;
      count++;
      frame[count - 1] = reference + count;
    } else if (type === BlockType.interface) {
      if (!walker.addInterface(view, at, totalLength)) break;
    } else if (type === PCAPNG_MAGIC) {
      if (!walker.beginSection(view, at, totalLength)) break;
    }
    at = next;
  }
  batch.count = count;
  batch.bytes = bytes;
  walker.frameBytes = frameBytes;
  walker.lastUs = lastUs;
  return at;
}

/** §4.1: the byte-order magic says how everything up to the next section header is written, its own length included. */
function readByteOrder(walker: PcapngWalker, view: DataView, at: number): boolean {
  if (view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC) walker.isLittleEndian = true;
  else if (view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC) walker.isLittleEndian = false;
  else return walker.fail('section header without a byte-order magic');
  return true;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function badLength(length: number): string {
  if (length > RECORD_BYTES_MAX) {
    return `block header says ${grouped(length)} bytes, more than the limit of ${grouped(RECORD_BYTES_MAX)}`;
  }
  return `block header says ${grouped(length)} bytes, which no block can have`;
}

function lengthsDiffer(first: number, last: number): string {
  return `block is ${grouped(first)} bytes long by its start and ${grouped(last)} by its end`;
}

function packetTooShort(length: number): string {
  return `packet block of ${length} bytes is too short`;
}

function interfaceUnknown(index: number, count: number): string {
  return `packet names interface ${grouped(index)}, the section has described ${grouped(count)}`;
}

function frameTooLong(captured: number, length: number): string {
  return `packet block of ${grouped(length)} bytes cannot hold a frame of ${grouped(captured)}`;
}
