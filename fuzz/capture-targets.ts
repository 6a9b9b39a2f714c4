// Capture files read from memory: whole, in one piece and in small pieces, which must give the same frames.
import { readerForBytes } from '../src/capture/open.ts';
import { LinkType, type CaptureSource } from '../src/capture/frames.ts';
import { captureFiles, frameSeeds, pcapngOf, pcapOf } from './corpus.ts';
import { readFileSync } from 'node:fs';
import { mixed, type Target } from './target.ts';

const FILE_BYTES_MAX = 6 * 1024;
const FILES_MAX = 400;
/** Larger than any input, so that it is read at once. */
const BUFFER_BYTES = 2 * FILE_BYTES_MAX;
const LINK_TYPES: readonly number[] = Object.values(LinkType);
const PCAPNG_MAGIC = 0x0a;

export const pcap: Target = {
  name: 'pcap',
  summary: 'the reader of pcap files',
  bytesMax: FILE_BYTES_MAX,
  seeds: () => [pcapOf(frameSeeds(0)), ...files().filter((bytes) => bytes[0] !== PCAPNG_MAGIC)],
  open: () => readTwice,
};

export const pcapng: Target = {
  name: 'pcapng',
  summary: 'the reader of pcapng files',
  bytesMax: FILE_BYTES_MAX,
  seeds: () => [pcapngOf(frameSeeds(0)), ...files().filter((bytes) => bytes[0] === PCAPNG_MAGIC)],
  open: () => readTwice,
};

function files(): Uint8Array[] {
  return captureFiles(FILE_BYTES_MAX, FILES_MAX).map((path) => new Uint8Array(readFileSync(path)));
}

async function readTwice(input: Uint8Array): Promise<number[]> {
  const whole = await readAll(readerForBytes(input, { bufferBytes: BUFFER_BYTES }), input.length);
  const pieces = await readAll(readerForBytes(input, { pieceBytes: 61, bufferBytes: 256 }), input.length);
  if (whole.frames !== pieces.frames || whole.signature !== pieces.signature) {
    throw new Error(`read in pieces it has ${pieces.frames} frames, as a whole ${whole.frames}, or others`);
  }
  return [whole.shape];
}

interface Read {
  frames: number;
  /** Of all frames. */
  signature: number;
  /** Of the first link types, and of the kind of damage. */
  shape: number;
}

async function readAll(source: CaptureSource, inputBytes: number): Promise<Read> {
  const read: Read = { frames: 0, signature: 0, shape: 0 };
  for (;;) {
    const batch = await source.next();
    if (batch === null) break;
    if (batch.count <= 0) throw new Error('an empty batch');
    for (let index = 0; index < batch.count; index++) {
      const start = batch.offset[index]!;
      const size = batch.capturedLength[index]!;
      const timeUs = batch.timeUs[index]!;
      if (start < 0 || size < 0 || start + size > batch.bytes.length) throw new Error('a frame leaves the buffer');
      if (!Number.isInteger(timeUs)) throw new Error(`time is ${timeUs}`);
      if (!Number.isInteger(batch.frame[index]) || batch.frame[index]! <= 0)
        throw new Error('a frame without a number');
      read.frames++;
      read.signature = mixed(mixed(mixed(read.signature, size), timeUs), batch.originalLength[index]!);
      for (let at = start; at < start + size; at++) read.signature = mixed(read.signature, batch.bytes[at]!);
      if (read.frames <= 3) read.shape = mixed(read.shape, LINK_TYPES.indexOf(batch.linkType[index]!));
    }
    if (read.frames > inputBytes) throw new Error(`${read.frames} frames from ${inputBytes} bytes`);
  }
  for (const { damage } of source.files) {
    if (damage === null) continue;
    if (damage.message === '') throw new Error('damage without a word');
    // The first words tell the kind; the rest quotes the input.
    for (const word of damage.message.split(' ', 3)) read.shape = mixed(read.shape, word.length);
    // The offset is the same however the file is read.
    read.signature = mixed(read.signature, damage.offset);
  }
  source.close();
  return read;
}
