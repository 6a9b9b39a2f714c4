// Reads what `npm run record:zones` wrote: the labels, the true zones, and the part of the capture before the first
// intrusion.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;

export interface LabelledHop {
  readonly intrusion: string;
  readonly hop: string;
  /** Seconds since 1970, of the whole intrusion. */
  readonly start: number;
  readonly from: string;
  readonly to: string;
  /** 0: all. */
  readonly port: number;
  readonly isCrossing: boolean;
  readonly isViolation: boolean;
}

export interface Recording {
  /** Path of the whole capture, and of the part that holds normal work only. */
  readonly all: string;
  readonly normal: string;
  readonly hops: readonly LabelledHop[];
  /** Address → name of its true zone. */
  readonly zones: ReadonlyMap<string, string>;
  /** When normal work was alone no more; seconds since 1970. */
  readonly normalEnd: number;
}

/** `path`: a folder of one recording. */
export function readRecording(path: string): Recording {
  const hops = rowsOf(join(path, 'labels.tsv')).map((row) => ({
    ...{ intrusion: row['intrusion']!, hop: row['hop']!, from: row['from_address']!, to: row['to_address']! },
    start: Number(row['start']),
    port: Number(row['port']),
    isCrossing: row['is_crossing'] === '1',
    isViolation: row['is_violation'] === '1',
  }));
  const plain = join(path, 'all.pcap');
  const all = existsSync(plain) ? plain : `${plain}.gz`;
  const normalEnd = Math.min(...hops.map(({ start }) => start)) - 1;
  const folder = mkdtempSync(join(tmpdir(), 'zones-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const normal = join(folder, 'normal.pcap');
  writeFileSync(
    normal,
    framesOf(bytesOf(all), (_frame, time) => time < normalEnd),
  );
  const zones = new Map(rowsOf(join(path, 'zones.tsv')).map((row) => [row['address']!, row['zone']!]));
  return { all, normal, hops, zones, normalEnd };
}

/** A capture in memory, unpacked. */
export function bytesOf(path: string): Buffer {
  const bytes = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** The capture (classic, little-endian, microseconds) with only the frames that are wanted; what `want` changes stays so. */
export function framesOf(capture: Buffer, want: (frame: Buffer, time: number) => boolean): Buffer {
  const parts = [capture.subarray(0, PCAP_HEADER)];
  for (let at = PCAP_HEADER; at + RECORD_HEADER <= capture.length;) {
    const end = at + RECORD_HEADER + capture.readUInt32LE(at + 8);
    const time = capture.readUInt32LE(at) + capture.readUInt32LE(at + 4) / 1e6;
    const record = Buffer.from(capture.subarray(at, end));
    if (want(record.subarray(RECORD_HEADER), time)) parts.push(record);
    at = end;
  }
  return Buffer.concat(parts);
}

function rowsOf(path: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((value, index) => [names[index]!, value])));
}
