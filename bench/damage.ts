// Makes a worse copy of a pcap file: one packet in a hundred is lost, another one in a hundred changes places with its
// neighbour, as on a busy mirror port. The times stay where they are, so that they still rise. Same copy every time.
// usage: node bench/damage.ts IN.pcap OUT.pcap
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const SEED = 0x1ec5ec;
const SHARE = 0.01;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const TIME_BYTES = 8;
const BUFFER_BYTES = 8 * 1024 * 1024;
const LITTLE_ENDIAN_MAGICS = [0xa1b2c3d4, 0xa1b23c4d];

export interface Damage {
  packets: number;
  dropped: number;
  swapped: number;
}

/** Throws where `from` is no pcap file with the byte order of this machine. */
export function damage(from: string, to: string): Damage {
  const input = openSync(from, 'r');
  const output = openSync(to, 'w');
  try {
    return rewrite(input, output);
  } finally {
    closeSync(input);
    closeSync(output);
  }
}

function rewrite(input: number, output: number): Damage {
  const done: Damage = { packets: 0, dropped: 0, swapped: 0 };
  const buffer = Buffer.alloc(BUFFER_BYTES);
  const write = writer(output);
  let filled = readSync(input, buffer, 0, BUFFER_BYTES, null);
  if (filled < FILE_HEADER_BYTES || !LITTLE_ENDIAN_MAGICS.includes(buffer.readUInt32LE(0))) {
    throw new Error('not a little-endian pcap file');
  }
  write(buffer, 0, FILE_HEADER_BYTES);
  let at = FILE_HEADER_BYTES;
  let state = SEED;
  /** A packet that waits for its successor to go first. */
  let held: Buffer | null = null;
  for (;;) {
    const isHeaderThere = at + RECORD_HEADER_BYTES <= filled;
    const size = isHeaderThere ? RECORD_HEADER_BYTES + buffer.readUInt32LE(at + 8) : RECORD_HEADER_BYTES;
    if (at + size > filled) {
      buffer.copy(buffer, 0, at, filled);
      filled -= at;
      at = 0;
      const got = readSync(input, buffer, filled, BUFFER_BYTES - filled, null);
      if (got === 0) break;
      filled += got;
      continue;
    }
    done.packets++;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const chance = state / 0x1_0000_0000;
    if (held !== null) {
      exchangeTimes(held, buffer, at);
      write(buffer, at, at + size);
      write(held, 0, held.length);
      held = null;
      done.swapped++;
    } else if (chance < SHARE) done.dropped++;
    else if (chance < 2 * SHARE) held = Buffer.from(buffer.subarray(at, at + size));
    else write(buffer, at, at + size);
    at += size;
  }
  if (held !== null) write(held, 0, held.length);
  write(buffer, 0, -1);
  return done;
}

function exchangeTimes(first: Buffer, second: Buffer, at: number): void {
  const time = Buffer.from(first.subarray(0, TIME_BYTES));
  second.copy(first, 0, at, at + TIME_BYTES);
  time.copy(second, at);
}

/** Gathers pieces into large writes; an end below 0 writes what is left. */
function writer(output: number): (bytes: Buffer, start: number, end: number) => void {
  const gathered = Buffer.alloc(BUFFER_BYTES);
  let size = 0;
  return (bytes, start, end) => {
    if (end < 0 || size + end - start > BUFFER_BYTES) {
      writeSync(output, gathered, 0, size);
      size = 0;
    }
    if (end > start) size += bytes.copy(gathered, size, start, end);
  };
}

if (import.meta.main) {
  const [from, to] = process.argv.slice(2);
  if (from === undefined || to === undefined) {
    console.error('usage: node bench/damage.ts IN.pcap OUT.pcap');
    process.exitCode = 2;
  } else console.log(damage(from, to));
}
