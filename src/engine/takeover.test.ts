// Another machine takes over the IP and MAC address of a controller in the middle of real captures, without a connection
// being opened: by what it answers and how soon. The captures as they were recorded, and twins that swap, are quiet.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { analyze } from './analysis.ts';

const CAPTURE = fileURLToPath(
  new URL('../../../shared/captures/ITI__ICS-Security-Tools/pcaps/ModbusTCP/ModbusTCP.pcap', import.meta.url),
);
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const DESTINATION_CARD = 0;
const SOURCE_CARD = 6;
const IP = 14;
const SOURCE = IP + 12;
const DESTINATION = IP + 16;
const TCP = IP + 20;
/** Polled by one client, each in a connection of its own: slow ones of one kind, and two quick ones. */
const SLOW = 86;
const SLOW_TWIN = 66;
const QUICK = 84;
const POLLED = 64;

interface Frame {
  us: number;
  bytes: Buffer;
}

/** The last number of the address; all are 141.81.0.x. */
const sourceOf = ({ bytes }: Frame): number => bytes[SOURCE + 3]!;
const destinationOf = ({ bytes }: Frame): number => bytes[DESTINATION + 3]!;
const isTcp = ({ bytes }: Frame): boolean =>
  bytes.readUInt16BE(12) === 0x0800 && bytes[IP] === 0x45 && bytes[IP + 9] === 6;

function framesOf(capture: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= capture.length;) {
    const size = capture.readUInt32LE(at + 8);
    const us = capture.readUInt32LE(at) * 1e6 + capture.readUInt32LE(at + 4);
    frames.push({ us, bytes: Buffer.from(capture.subarray(at + RECORD_HEADER, at + RECORD_HEADER + size)) });
    at += RECORD_HEADER + size;
  }
  return frames;
}

function captureOf(frames: readonly Frame[], header: Buffer): Buffer {
  const sorted = [...frames].sort((left, right) => left.us - right.us);
  const records = sorted.map(({ us, bytes }) => {
    const record = Buffer.alloc(RECORD_HEADER);
    record.writeUInt32LE(Math.floor(us / 1e6), 0);
    record.writeUInt32LE(us % 1e6, 4);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    return Buffer.concat([record, bytes]);
  });
  return Buffer.concat([header, ...records]);
}

/** From `fromUs` on, what `impostor` says and is told is said by, and told to, who had the address of `victim`. */
function takenOver(frames: readonly Frame[], victim: number, impostor: number, fromUs: number): Frame[] {
  const card = frames.find((frame) => isTcp(frame) && sourceOf(frame) === victim)!.bytes.subarray(SOURCE_CARD, IP - 2);
  const taken: Frame[] = [];
  for (const frame of frames) {
    if (!isTcp(frame) || frame.us < fromUs) {
      if (!isTcp(frame) || (sourceOf(frame) !== impostor && destinationOf(frame) !== impostor)) taken.push(frame);
      continue;
    }
    if (sourceOf(frame) === victim || destinationOf(frame) === victim) continue;
    const bytes = Buffer.from(frame.bytes);
    if (sourceOf(frame) === impostor) {
      bytes[SOURCE + 3] = victim;
      card.copy(bytes, SOURCE_CARD);
    } else if (destinationOf(frame) === impostor) {
      bytes[DESTINATION + 3] = victim;
      card.copy(bytes, DESTINATION_CARD);
    }
    taken.push({ us: frame.us, bytes });
  }
  return taken;
}

/** From `fromUs` on the device answers so much later, and refuses to read coils, as an emulation without them does. */
function emulated(frames: readonly Frame[], device: number, fromUs: number, laterUs: number): Frame[] {
  let shorter = 0;
  return frames.map((frame) => {
    const isAnswer = isTcp(frame) && sourceOf(frame) === device;
    if (frame.us < fromUs || !isTcp(frame) || (!isAnswer && destinationOf(frame) !== device)) return frame;
    let bytes = Buffer.from(frame.bytes);
    const at = isAnswer ? TCP + 4 : TCP + 8;
    bytes.writeUInt32BE((bytes.readUInt32BE(at) - shorter) >>> 0, at);
    const payload = TCP + (bytes[TCP + 12]! >> 4) * 4;
    const end = IP + bytes.readUInt16BE(IP + 2);
    if (isAnswer && end - payload > 9 && bytes[payload + 7] === 1) {
      // Three bytes follow: unit, function with its highest bit set, code 2.
      const refusal = Buffer.from([...bytes.subarray(payload, payload + 4), 0, 3, bytes[payload + 6]!, 0x81, 2]);
      shorter += end - payload - refusal.length;
      bytes = Buffer.concat([bytes.subarray(0, payload), refusal]);
      bytes.writeUInt16BE(bytes.length - IP, IP + 2);
    }
    return { us: isAnswer ? frame.us + laterUs : frame.us, bytes };
  });
}

async function told(context: TestContext, frames: readonly Frame[], header: Buffer): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'takeover-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'capture.pcap');
  writeFileSync(path, captureOf(frames, header));
  const { alerts } = await analyze({ paths: [path] });
  return alerts
    .filter(({ module }) => module === 'identity-guard')
    .map(({ kind, subject, explanation }) => `${kind} ${subject.ip}: ${explanation}`);
}

describe(
  'a controller whose addresses another machine takes',
  { skip: existsSync(CAPTURE) ? false : 'skipped: the capture is not there' },
  () => {
    const capture = existsSync(CAPTURE) ? readFileSync(CAPTURE) : Buffer.alloc(0);
    const header = capture.subarray(0, FILE_HEADER);
    const frames = framesOf(capture);
    const middleUs = frames.length === 0 ? 0 : (frames[0]!.us + frames.at(-1)!.us) / 2;

    test('is noticed where a real device of another kind goes on in its place', async (context) => {
      const lines = await told(context, takenOver(frames, SLOW, QUICK, middleUs), header);
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(
        lines[0]!,
        /behaviour-changed 141\.81\.0\.86: .*It takes about \d+ µs to answer what it took about \d+ ms/,
      );
    });

    test('is noticed where an emulation answers later and knows less', async (context) => {
      const lines = await told(context, emulated(frames, POLLED, middleUs, 5000), header);
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(lines[0]!, /behaviour-changed 141\.81\.0\.64: .*to answer what it took.*another size or outcome/);
    });

    test('quiet: it answers later and nothing else changes', async (context) => {
      const later = frames.map((frame) =>
        frame.us >= middleUs && isTcp(frame) && sourceOf(frame) === POLLED ? { ...frame, us: frame.us + 5000 } : frame,
      );
      assert.deepEqual(await told(context, later, header), []);
    });

    test('quiet: its twin goes on in its place, as redundant controllers do', async (context) => {
      assert.deepEqual(await told(context, takenOver(frames, SLOW, SLOW_TWIN, middleUs), header), []);
    });

    test('quiet: the capture as it was recorded', async (context) => {
      assert.deepEqual(await told(context, frames, header), []);
    });
  },
);
