// Builds pcap and pcapng files byte by byte for tests, and lists what a source gives. No part of the program.
import type { CaptureSource } from './frames.ts';
import { fileOf, frameOf } from '../facts/frame-reference.ts';

export interface BuiltRecord {
  readonly seconds: number;
  readonly fraction: number;
  readonly bytes: Uint8Array;
  readonly originalLength?: number;
}

export interface PcapShape {
  readonly isLittleEndian?: boolean;
  readonly magic?: number;
  readonly major?: number;
  readonly minor?: number;
  readonly snapshotLength?: number;
  /** The whole 32-bit field. */
  readonly linkType?: number;
}

/** The file header alone, 24 bytes. */
export function pcapHeader(shape: PcapShape = {}): Uint8Array {
  const little = shape.isLittleEndian ?? true;
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, shape.magic ?? 0xa1b2c3d4, little);
  header.setUint16(4, shape.major ?? 2, little);
  header.setUint16(6, shape.minor ?? 4, little);
  header.setUint32(16, shape.snapshotLength ?? 65_535, little);
  header.setUint32(20, shape.linkType ?? 1, little);
  return new Uint8Array(header.buffer);
}

/** One record: header (of 24 bytes for the modified format) and frame. */
export function pcapRecord(record: BuiltRecord, shape: PcapShape = {}): Uint8Array {
  const little = shape.isLittleEndian ?? true;
  const headerBytes = shape.magic === 0xa1b2cd34 ? 24 : 16;
  const bytes = new Uint8Array(headerBytes + record.bytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, record.seconds, little);
  view.setUint32(4, record.fraction, little);
  view.setUint32(8, record.bytes.length, little);
  view.setUint32(12, record.originalLength ?? record.bytes.length, little);
  bytes.set(record.bytes, headerBytes);
  return bytes;
}

export function pcap(records: readonly BuiltRecord[], shape: PcapShape = {}): Uint8Array {
  return joined([pcapHeader(shape), ...records.map((record) => pcapRecord(record, shape))]);
}

/** Writes the blocks of pcapng in one byte order. */
export class PcapngBlocks {
  readonly #little: boolean;

  constructor(isLittleEndian = true) {
    this.#little = isLittleEndian;
  }

  block(type: number, body: Uint8Array, trailingLength?: number): Uint8Array {
    const length = 12 + padded(body.length);
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, type, this.#little);
    view.setUint32(4, length, this.#little);
    bytes.set(body, 8);
    view.setUint32(length - 4, trailingLength ?? length, this.#little);
    return bytes;
  }

  section(major = 1): Uint8Array {
    return this.block(0x0a0d0d0a, joined([this.u32(0x1a2b3c4d), this.u16(major, 0), this.u32(0xffffffff, 0xffffffff)]));
  }

  interface(linkType: number, snapshotLength = 0, options: Uint8Array = new Uint8Array(0)): Uint8Array {
    return this.block(1, joined([this.u16(linkType, 0), this.u32(snapshotLength), options]));
  }

  /** An option with its padding. */
  option(code: number, value: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(4 + padded(value.length));
    bytes.set(this.u16(code, value.length));
    bytes.set(value, 4);
    return bytes;
  }

  resolution(value: number): Uint8Array {
    return this.option(9, Uint8Array.of(value));
  }

  timeOffset(seconds: bigint): Uint8Array {
    const value = new DataView(new ArrayBuffer(8));
    value.setBigInt64(0, seconds, this.#little);
    return this.option(14, new Uint8Array(value.buffer));
  }

  packet(
    index: number,
    time: bigint,
    frame: Uint8Array,
    originalLength = frame.length,
    options?: Uint8Array,
  ): Uint8Array {
    const head = this.u32(index, Number(time >> 32n), Number(time & 0xffffffffn), frame.length, originalLength);
    return this.block(6, joined([head, paddedBytes(frame), options ?? new Uint8Array(0)]));
  }

  obsoletePacket(index: number, drops: number, time: bigint, frame: Uint8Array): Uint8Array {
    const times = this.u32(Number(time >> 32n), Number(time & 0xffffffffn), frame.length, frame.length);
    return this.block(2, joined([this.u16(index, drops), times, paddedBytes(frame)]));
  }

  simplePacket(frame: Uint8Array, originalLength = frame.length): Uint8Array {
    return this.block(3, joined([this.u32(originalLength), frame]));
  }

  u16(...values: number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(values.length * 2));
    for (const [index, value] of values.entries()) view.setUint16(index * 2, value, this.#little);
    return new Uint8Array(view.buffer);
  }

  u32(...values: number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    for (const [index, value] of values.entries()) view.setUint32(index * 4, value, this.#little);
    return new Uint8Array(view.buffer);
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function paddedBytes(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(padded(bytes.length));
  whole.set(bytes);
  return whole;
}

/** A frame as a test compares it. */
export interface ListedFrame {
  readonly file: number;
  readonly number: number;
  readonly timeUs: number;
  readonly linkType: number;
  readonly originalLength: number;
  readonly hex: string;
}

/** Everything a source gives, copied. */
export async function listFrames(source: CaptureSource): Promise<ListedFrame[]> {
  const frames: ListedFrame[] = [];
  for (let batch = await source.next(); batch !== null; batch = await source.next()) {
    for (let index = 0; index < batch.count; index++) {
      const start = batch.offset[index]!;
      frames.push({
        file: fileOf(batch.frame[index]!),
        number: frameOf(batch.frame[index]!),
        timeUs: batch.timeUs[index]!,
        linkType: batch.linkType[index]!,
        originalLength: batch.originalLength[index]!,
        hex: Buffer.from(batch.bytes.subarray(start, start + batch.capturedLength[index]!)).toString('hex'),
      });
    }
  }
  source.close();
  return frames;
}
