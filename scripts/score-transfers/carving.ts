// Takes frames out of a capture as a tap loses them, analyses what is left, and lays what was carved beside the file.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { analyze } from '../../src/engine/analysis.ts';
import type { Transfer } from '../../src/facts/facts.ts';
import { deafSink } from '../real-captures.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** Of a capture without the frames that were lost. */
export interface Carved {
  readonly lostFrames: number;
  /** `exact`: whole, with the sender's hash. `open`: the same, but the protocol does not say that it is the end. `marked`: not whole, said so, and every byte that is there is right. */
  readonly verdict: 'exact' | 'open' | 'marked' | 'wrong' | 'not found';
  /** Bytes of the file that are there. */
  readonly carvedBytes: number;
  /** Bytes of the file in the frames that were lost, each counted once. */
  readonly lostBytes: number;
  /** What is wrong, in words. */
  readonly problem: string;
}

interface Carrying {
  readonly pieces: { readonly offset: number; readonly bytes: Uint8Array }[];
  ended: Transfer | null;
}

/** `rate`: how many of all frames are lost; the same seed loses the same ones. Of pcap in this machine's byte order or the other. */
export async function carve(
  capture: Buffer,
  file: Uint8Array,
  rate: number,
  seed: number,
  path: string,
): Promise<Carved> {
  const { kept, lost } = withLoss(capture, rate, seed);
  writeFileSync(path, Buffer.concat(kept));
  const carried = await carriedIn(path);
  const verdict = judge(carried, file);
  return { ...verdict, lostFrames: lost.length, lostBytes: bytesIn(lost, file) };
}

/** A capture as a tap would have it that loses frames; the same seed loses the same ones. */
export function withLoss(capture: Buffer, rate: number, seed: number): { kept: Buffer[]; lost: Buffer[] } {
  const isLittle = capture.readUInt32LE(0) === 0xa1b2c3d4 || capture.readUInt32LE(0) === 0xa1b23c4d;
  const kept = [capture.subarray(0, FILE_HEADER)];
  const lost: Buffer[] = [];
  let state = (seed * 2_654_435_761) >>> 0;
  for (let at = FILE_HEADER; at + RECORD_HEADER <= capture.length;) {
    const length = isLittle ? capture.readUInt32LE(at + 8) : capture.readUInt32BE(at + 8);
    const next = at + RECORD_HEADER + length;
    // xorshift32: its low bits are as good as its high ones.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    if ((state >>> 0) / 2 ** 32 < rate) lost.push(capture.subarray(at + RECORD_HEADER, next));
    else kept.push(capture.subarray(at, next));
    at = next;
  }
  return { kept, lost };
}

async function carriedIn(path: string): Promise<Carrying[]> {
  const open = new Map<string, Carrying>();
  const facts = deafSink({
    transfer: (transfer) => {
      let carrying = open.get(transfer.transfer);
      if (carrying === undefined) open.set(transfer.transfer, (carrying = { pieces: [], ended: null }));
      if (transfer.phase === 'piece') carrying.pieces.push({ offset: transfer.offset, bytes: transfer.bytes.slice() });
      else if (transfer.phase === 'ended') carrying.ended = transfer;
    },
  });
  await analyze({ paths: [path], modules: false, facts: () => facts });
  return [...open.values()];
}

/** Of all that was carried what holds most of the file; wrong bytes anywhere in it count. */
function judge(all: readonly Carrying[], file: Uint8Array): Omit<Carved, 'lostFrames' | 'lostBytes'> {
  const sha256 = createHash('sha256').update(file).digest('hex');
  let best: Omit<Carved, 'lostFrames' | 'lostBytes'> = { verdict: 'not found', carvedBytes: 0, problem: '' };
  for (const { pieces, ended } of all) {
    const isThere = new Uint8Array(file.length);
    let wrong = 0;
    let firstWrong = -1;
    for (const { offset, bytes } of pieces) {
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] === file[offset + at] && offset + at < file.length) isThere[offset + at] = 1;
        else if (wrong++ === 0) firstWrong = offset + at;
      }
    }
    const carvedBytes = isThere.reduce((sum, one) => sum + one, 0);
    if (carvedBytes <= best.carvedBytes) continue;
    const isWhole = ended?.isComplete === true;
    const isExact = isWhole && ended.sha256 === sha256;
    const isOpen = ended?.isComplete === false && ended.ending !== undefined && ended.sha256 === sha256;
    const unmarked = unmarkedBytes(isThere, ended, carvedBytes);
    let problem = '';
    if (wrong > 0) problem = `${wrong} wrong bytes, the first at ${firstWrong}`;
    else if (ended === null) problem = 'no end';
    else if (isWhole && !isExact) problem = 'said to be whole with another hash';
    else if (unmarked !== 0) problem = `${unmarked} bytes more or less are marked as missing than are`;
    best = { verdict: problem !== '' ? 'wrong' : isExact ? 'exact' : isOpen ? 'open' : 'marked', carvedBytes, problem };
  }
  return best;
}

/** Missing bytes before the last one that is there, less those that are told as missing. */
function unmarkedBytes(isThere: Uint8Array, ended: Transfer | null, carvedBytes: number): number {
  return isThere.lastIndexOf(1) + 1 - carvedBytes - (ended?.missingBytes ?? 0);
}

const WINDOW = 8;

/** Bytes of the file in these frames: runs of eight and more, each counted once. */
function bytesIn(frames: readonly Buffer[], file: Uint8Array): number {
  if (frames.length === 0) return 0;
  const places = new Map<string, number>();
  const whole = Buffer.from(file.buffer, file.byteOffset, file.length);
  for (let at = 0; at + WINDOW <= whole.length; at++) places.set(whole.toString('latin1', at, at + WINDOW), at);
  const isLost = new Uint8Array(file.length);
  for (const frame of frames) {
    for (let at = 0; at + WINDOW <= frame.length;) {
      const place = places.get(frame.toString('latin1', at, at + WINDOW)) ?? -1;
      let size = 0;
      while (place >= 0 && at + size < frame.length && frame[at + size] === file[place + size]) size++;
      if (size > 0) isLost.fill(1, place, place + size);
      at += Math.max(1, size);
    }
  }
  return isLost.reduce((sum, one) => sum + one, 0);
}
