// Turns what dumpcap and the programs of the plant wrote down into the sample: plant.pcapng, plant-quiet.pcapng and
// plant.labels.tsv. No frame number is typed by hand: each event is looked up by who, with whom, when and over which
// connection.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { microsecondsOf, readCapture, writeCapture, type Capture } from './capture-file.ts';
import type { PlantEvent } from './event-log.ts';
import { addressOf, normalSeconds, startMs } from './plant.ts';

/** The frames of an event may lie this far outside the times its program noted. */
const SLACK_US = 3000n;

/** The alert kind that should report an event, where there is one; the rest waits for modules still to come. */
const expectedKinds: Record<string, string> = {
  'unit-sweep': 'command-sentinel/unit-sweep',
  'function-sweep': 'command-sentinel/function-sweep',
  'restart-communications': 'command-sentinel/controller-restart',
  'force-listen-only': 'command-sentinel/listen-only-mode',
  'umas-reserve': 'command-sentinel/reservation-taken',
  'umas-stop': 'command-sentinel/controller-stop',
  'umas-start': 'command-sentinel/controller-start',
};

interface Line {
  source: string;
  target: string;
  /** 'tcp', 'icmp', 'arp' or ''. */
  kind: string;
  sourcePort: number;
  targetPort: number;
  flags: number;
  payload: Buffer;
}

function ipText(bytes: Buffer, at: number): string {
  return [...bytes.subarray(at, at + 4)].join('.');
}

/** The few header fields the matching needs; the recorder's own network has no VLAN and no fragments. */
function lineOf(bytes: Buffer): Line {
  const none = Buffer.alloc(0);
  const line: Line = { source: '', target: '', kind: '', sourcePort: 0, targetPort: 0, flags: 0, payload: none };
  const type = bytes.readUInt16BE(12);
  if (type === 0x0806) return { ...line, kind: 'arp', source: ipText(bytes, 28), target: ipText(bytes, 38) };
  if (type !== 0x0800) return line;
  line.source = ipText(bytes, 26);
  line.target = ipText(bytes, 30);
  const transport = 14 + (bytes[14]! & 0xf) * 4;
  if (bytes[23] === 1) line.kind = 'icmp';
  if (bytes[23] !== 6) return line;
  line.kind = 'tcp';
  line.sourcePort = bytes.readUInt16BE(transport);
  line.targetPort = bytes.readUInt16BE(transport + 2);
  line.flags = bytes[transport + 13]!;
  line.payload = bytes.subarray(transport + (bytes[transport + 12]! >> 4) * 4, 14 + bytes.readUInt16BE(16));
  return line;
}

function belongs(line: Line, event: PlantEvent): boolean {
  const { match } = event;
  const forth = line.source === event.source && line.target === event.target;
  const back = line.source === event.target && line.target === event.source;
  switch (match.by) {
    case 'icmp':
      return line.kind === 'icmp' && (forth || back);
    case 'tcp':
      return (
        line.kind === 'tcp' && ((forth && line.sourcePort === match.port) || (back && line.targetPort === match.port))
      );
    case 'modbus': {
      if (line.kind !== 'tcp' || line.payload.length < 8) return false;
      if (!(forth && line.sourcePort === match.port) && !(back && line.targetPort === match.port)) return false;
      return match.transactions === undefined || match.transactions.includes(line.payload.readUInt16BE(0));
    }
    case 'probe':
      if (line.kind === 'arp') return line.source === event.source;
      return line.kind === 'tcp' && (line.source === event.source || line.target === event.source);
  }
}

/** `4-6,9`: frame numbers as ranges. */
function ranges(numbers: number[]): string {
  const parts: string[] = [];
  for (let first = 0; first < numbers.length;) {
    let last = first;
    while (numbers[last + 1] === numbers[last]! + 1) last++;
    parts.push(first === last ? `${numbers[first]!}` : `${numbers[first]!}-${numbers[last]!}`);
    first = last + 1;
  }
  return parts.join(',');
}

function timeText(microseconds: bigint): string {
  const seconds = new Date(Number(microseconds / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(microseconds % 1_000_000n).padStart(6, '0')}Z`;
}

function labels(capture: Capture, events: PlantEvent[]): string {
  const lines = capture.frames.map((frame) => lineOf(frame.bytes));
  const times = capture.frames.map((frame) => microsecondsOf(capture, frame));
  const rows = events.map((event) => {
    const from = BigInt(event.firstMs) * 1000n - SLACK_US;
    const to = BigInt(event.lastMs) * 1000n + SLACK_US;
    const numbers = lines.flatMap((line, index) =>
      times[index]! >= from && times[index]! <= to && belongs(line, event) ? [index + 1] : [],
    );
    const first = numbers[0];
    const last = numbers.at(-1);
    if (first === undefined || last === undefined) throw new Error(`no frame found for ${JSON.stringify(event)}`);
    return {
      first,
      text: [
        first,
        last,
        timeText(times[first - 1]!),
        timeText(times[last - 1]!),
        event.class,
        event.label,
        event.source,
        event.target,
        event.unit ?? '',
        event.what,
        event.class === 'attack' ? (expectedKinds[event.label] ?? '') : '',
        ranges(numbers),
      ].join('\t'),
    };
  });
  rows.sort((left, right) => left.first - right.first);
  const columns =
    'first_frame last_frame first_time last_time class label source target unit what expected_kind frames';
  return `${columns.replaceAll(' ', '\t')}\n${rows.map((row) => row.text).join('\n')}\n`;
}

const [rawPath, eventsPath, folder, program] = process.argv.slice(2);
if (rawPath === undefined || eventsPath === undefined || folder === undefined || program === undefined) {
  throw new Error('usage: label.ts RAW.pcapng EVENTS.jsonl FOLDER PROGRAM');
}
const capture = readCapture(rawPath);
const events = readFileSync(eventsPath, 'utf8')
  .trim()
  .split('\n')
  .map((text) => JSON.parse(text) as PlantEvent);

const comment =
  '1-SEC Shield sample: a plant of real Modbus/TCP programs (modbus-serial) in network namespaces, no real device. ' +
  'Recorded by samples/record/record.sh; see samples/README.md and plant.labels.tsv. Apache-2.0.';
writeFileSync(path.join(folder, 'plant.labels.tsv'), labels(capture, events));
writeCapture(path.join(folder, 'plant.pcapng'), capture, comment, program);

const quietSeconds = Math.min(90, normalSeconds - 5);
const quietEnd = BigInt(startMs / 1000 + quietSeconds) * capture.unitsPerSecond;
const laptop = addressOf('laptop').ip;
const quiet = { ...capture, frames: capture.frames.filter((frame) => frame.time < quietEnd) };
if (quiet.frames.some((frame) => lineOf(frame.bytes).source === laptop)) throw new Error('the quiet twin is not quiet');
writeCapture(path.join(folder, 'plant-quiet.pcapng'), quiet, `${comment} The first part: normal work only.`, program);
process.stdout.write(
  `${capture.frames.length} frames, ${quiet.frames.length} in the quiet twin, ${events.length} events\n`,
);
