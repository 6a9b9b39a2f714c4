// Reads captures into frames that the scores can choose from, says which hosts a frame is between, and writes frames
// back as a capture.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { openCapture } from '../src/capture/open.ts';

export interface Frame {
  /** 1-based, in the capture it came from. */
  readonly number: number;
  readonly timeUs: number;
  readonly bytes: Uint8Array;
}

/** What a frame says about who talks to whom; hosts and ports are as in the frame, sender first. */
export interface Ends {
  readonly source: string;
  readonly target: string;
  readonly transport: 'arp' | 'tcp' | 'udp' | 'other';
  /** -1 where there are none. */
  readonly sourcePort: number;
  readonly targetPort: number;
  /** Where the TCP payload starts and ends in the frame; equal where there is none. */
  readonly payloadStart: number;
  readonly payloadEnd: number;
  readonly ipStart: number;
  readonly transportStart: number;
}

export async function readFrames(path: string): Promise<Frame[]> {
  const source = await openCapture([path]);
  const frames: Frame[] = [];
  try {
    for (;;) {
      const batch = await source.next();
      if (batch === null) break;
      for (let index = 0; index < batch.count; index++) {
        const start = batch.offset[index]!;
        const bytes = batch.bytes.slice(start, start + batch.capturedLength[index]!);
        frames.push({ number: frames.length + 1, timeUs: batch.timeUs[index]!, bytes });
      }
    }
  } finally {
    source.close();
  }
  return frames;
}

/** A classic pcap of Ethernet frames, in microseconds. */
export function writeFrames(path: string, frames: readonly Frame[]): void {
  const size = frames.reduce((sum, frame) => sum + 16 + frame.bytes.length, 24);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 1, true);
  let at = 24;
  for (const frame of frames) {
    view.setUint32(at, Math.floor(frame.timeUs / 1_000_000), true);
    view.setUint32(at + 4, Math.floor(frame.timeUs % 1_000_000), true);
    view.setUint32(at + 8, frame.bytes.length, true);
    view.setUint32(at + 12, frame.bytes.length, true);
    bytes.set(frame.bytes, at + 16);
    at += 16 + frame.bytes.length;
  }
  writeFileSync(path, bytes);
}

/** Rows of `frame;label` with 0 for benign and 1 for malicious: for each frame number, whether it is malicious. */
export function readLabels(path: string): Map<number, boolean> {
  const labels = new Map<number, boolean>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const match = /^(\d+)\s*;\s*([01])\s*$/.exec(line);
    if (match !== null) labels.set(Number(match[1]), match[2] === '1');
  }
  return labels;
}

/** Ethernet, ARP, IPv4, TCP and UDP are told apart; of anything else only the MAC addresses are. */
export function endsOf(bytes: Uint8Array): Ends {
  const macs = { source: macText(bytes, 6), target: macText(bytes, 0) };
  const nothing = {
    transport: 'other' as const,
    sourcePort: -1,
    targetPort: -1,
    payloadStart: 0,
    payloadEnd: 0,
    ipStart: -1,
    transportStart: -1,
  };
  if (bytes.length < 34) return { ...macs, ...nothing };
  const type = (bytes[12]! << 8) | bytes[13]!;
  if (type === 0x0806 && bytes.length >= 42) {
    return { ...nothing, source: addressText(bytes, 28), target: addressText(bytes, 38), transport: 'arp' };
  }
  if (type !== 0x0800) return { ...macs, ...nothing };
  const hosts = { source: addressText(bytes, 26), target: addressText(bytes, 30) };
  const transportStart = 14 + (bytes[14]! & 15) * 4;
  const end = Math.min(bytes.length, 14 + ((bytes[16]! << 8) | bytes[17]!));
  const base = { ...nothing, ...hosts, ipStart: 14, transportStart };
  const number = bytes[23];
  if ((number !== 6 && number !== 17) || bytes.length < transportStart + 8) return base;
  const ports = {
    sourcePort: (bytes[transportStart]! << 8) | bytes[transportStart + 1]!,
    targetPort: (bytes[transportStart + 2]! << 8) | bytes[transportStart + 3]!,
  };
  if (number === 17) return { ...base, ...ports, transport: 'udp' };
  if (bytes.length < transportStart + 20) return base;
  const payloadStart = transportStart + (bytes[transportStart + 12]! >> 4) * 4;
  return { ...base, ...ports, transport: 'tcp', payloadStart, payloadEnd: Math.max(payloadStart, end) };
}

/** Equal for both directions. */
export function pairOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

/** The first of the paths that is not there; null when all are. */
export function missingPath(paths: readonly string[]): string | null {
  return paths.find((path) => !existsSync(path)) ?? null;
}

function macText(bytes: Uint8Array, start: number): string {
  return Array.from(bytes.subarray(start, start + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function addressText(bytes: Uint8Array, start: number): string {
  return bytes.subarray(start, start + 4).join('.');
}
