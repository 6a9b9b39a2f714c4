// Reads the pcapng that dumpcap wrote and writes it again: the same frames, with a header that tells how it was
// recorded and nothing about the machine.
import { readFileSync, writeFileSync } from 'node:fs';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const END_OF_OPTIONS = 0;

export interface Frame {
  /** Units of the capture's own clock since 1970; see `unitsPerSecond`. */
  time: bigint;
  bytes: Buffer;
}

export interface Capture {
  unitsPerSecond: bigint;
  frames: Frame[];
}

/** Reads one section with one Ethernet interface, in this machine's byte order, as dumpcap writes it. */
export function readCapture(path: string): Capture {
  const file = readFileSync(path);
  const capture: Capture = { unitsPerSecond: 1_000_000n, frames: [] };
  for (let at = 0; at + 12 <= file.length;) {
    const type = file.readUInt32LE(at);
    const length = file.readUInt32LE(at + 4);
    if (length < 12 || at + length > file.length) throw new Error(`${path}: a block at ${at} is cut`);
    if (type === INTERFACE) {
      if (file.readUInt16LE(at + 8) !== 1) throw new Error(`${path}: not Ethernet`);
      for (let option = at + 16; option + 4 <= at + length - 4;) {
        const code = file.readUInt16LE(option);
        const size = file.readUInt16LE(option + 2);
        if (code === 9) capture.unitsPerSecond = 10n ** BigInt(file[option + 4]!);
        if (code === END_OF_OPTIONS) break;
        option += 4 + Math.ceil(size / 4) * 4;
      }
    } else if (type === ENHANCED_PACKET) {
      const captured = file.readUInt32LE(at + 20);
      if (captured !== file.readUInt32LE(at + 24)) throw new Error(`${path}: a frame at ${at} is cut`);
      capture.frames.push({
        time: (BigInt(file.readUInt32LE(at + 12)) << 32n) | BigInt(file.readUInt32LE(at + 16)),
        bytes: file.subarray(at + 28, at + 28 + captured),
      });
    }
    at += length;
  }
  return capture;
}

function option(code: number, value: Buffer): Buffer {
  const whole = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  whole.writeUInt16LE(code, 0);
  whole.writeUInt16LE(value.length, 2);
  value.copy(whole, 4);
  return whole;
}

function block(type: number, body: Buffer): Buffer {
  const padded = Math.ceil(body.length / 4) * 4;
  const whole = Buffer.alloc(12 + padded);
  whole.writeUInt32LE(type, 0);
  whole.writeUInt32LE(whole.length, 4);
  body.copy(whole, 8);
  whole.writeUInt32LE(whole.length, 8 + padded);
  return whole;
}

/** Writes the frames with microsecond times, the resolution every reader knows. */
export function writeCapture(path: string, capture: Capture, comment: string, program: string): void {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(0x1a2b3c4d, 0);
  section.writeUInt16LE(1, 4);
  section.writeBigInt64LE(-1n, 8);
  const link = Buffer.alloc(8);
  link.writeUInt16LE(1, 0);
  link.writeUInt32LE(262144, 4);
  const blocks = [
    block(
      SECTION_HEADER,
      Buffer.concat([
        section,
        option(1, Buffer.from(comment)),
        option(4, Buffer.from(program)),
        option(END_OF_OPTIONS, Buffer.alloc(0)),
      ]),
    ),
    block(
      INTERFACE,
      Buffer.concat([
        link,
        option(2, Buffer.from('mirror0')),
        option(3, Buffer.from('mirror of the plant switch')),
        option(9, Buffer.of(6)),
        option(END_OF_OPTIONS, Buffer.alloc(0)),
      ]),
    ),
  ];
  for (const frame of capture.frames) {
    const body = Buffer.alloc(20 + frame.bytes.length);
    const microseconds = microsecondsOf(capture, frame);
    body.writeUInt32LE(Number(microseconds >> 32n), 4);
    body.writeUInt32LE(Number(microseconds & 0xffffffffn), 8);
    body.writeUInt32LE(frame.bytes.length, 12);
    body.writeUInt32LE(frame.bytes.length, 16);
    frame.bytes.copy(body, 20);
    blocks.push(block(ENHANCED_PACKET, body));
  }
  writeFileSync(path, Buffer.concat(blocks));
}

export function microsecondsOf(capture: Capture, frame: Frame): bigint {
  return (frame.time * 1_000_000n) / capture.unitsPerSecond;
}
