// A real ring on a virtual cable between two network namespaces, against the frames that were replayed.
import assert from 'node:assert/strict';
import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeNamespacePair, whyNoNamespaces, type NamespacePair } from '../engine/network-namespaces.ts';
import { openLive } from './live-linux.ts';
import { openCapture } from './open.ts';

const PRINTER = fileURLToPath(new URL('./print-live-frames.ts', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../samples/plant-quiet.pcapng', import.meta.url));
const MODBUS = fileURLToPath(
  new URL(
    '../../../shared/captures/ITI__ICS-Security-Tools/pcaps/ModbusTCP/modbus_test_data_part1.pcap',
    import.meta.url,
  ),
);

const folder = mkdtempSync(join(tmpdir(), '1sec-live-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const skip = whyNoNamespaces();

interface Heard {
  readonly frames: readonly string[];
  readonly frameNumbers: readonly number[];
  readonly timesUs: readonly number[];
  readonly last: string;
  readonly error: string;
}

type Send = (listener: ChildProcess) => void;

async function hear(pair: NamespacePair, names: readonly string[], count: number, send: Send): Promise<Heard> {
  const words = [PRINTER, String(count), ...names];
  const child = pair.start(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  let error = '';
  child.stdout!.on('data', (chunk: Buffer) => output.push(chunk));
  await new Promise<void>((resolve) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      error += chunk.toString();
      if (error.includes('listening\n')) resolve();
    });
    child.once('close', () => resolve());
  });
  send(child);
  await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(null)));
  const lines = Buffer.concat(output).toString().trimEnd().split('\n');
  const last = lines.pop()!;
  const parts = lines.map((line) => line.split(' '));
  return {
    frames: parts.map((part) => part.slice(2).join(' ')),
    frameNumbers: parts.map((part) => Number(part[0])),
    timesUs: parts.map((part) => Number(part[1])),
    last,
    error,
  };
}

/** As `hear` gives them: link type, length on the wire, bytes. */
async function framesOfFile(path: string): Promise<string[]> {
  const source = await openCapture([path]);
  const frames: string[] = [];
  for (let batch = await source.next(); batch !== null; batch = await source.next()) {
    for (let index = 0; index < batch.count; index++) {
      const start = batch.offset[index]!;
      const frame = batch.bytes.subarray(start, start + batch.capturedLength[index]!);
      frames.push(`${batch.linkType[index]!} ${batch.originalLength[index]!} ${Buffer.from(frame).toString('hex')}`);
    }
  }
  source.close();
  return frames;
}

async function heardAsSent(capture: string): Promise<void> {
  const sent = await framesOfFile(capture);
  assert.ok(sent.length > 100);
  const pair = makeNamespacePair();
  try {
    const before = Date.now() * 1000;
    const heard = await hear(pair, [pair.listener], sent.length, () => pair.replay(capture, '--topspeed'));
    assert.deepEqual(heard.frames, sent);
    assert.equal(heard.last, 'drops 0 freezes 0');
    assert.equal(heard.error, 'listening\n', 'nothing else is said: no warning');
    assert.deepEqual(
      heard.frameNumbers,
      sent.map((_, index) => index + 1),
    );
    assert.ok(heard.timesUs.every((timeUs, index) => timeUs >= (heard.timesUs[index - 1] ?? before)));
    assert.ok(heard.timesUs.at(-1)! <= Date.now() * 1000);
  } finally {
    pair.remove();
  }
}

test(
  'frames replayed on a cable are heard byte for byte, in order, none lost',
  {
    skip: skip === false && !existsSync(SAMPLE) ? 'skipped: no sample' : skip,
  },
  () => heardAsSent(SAMPLE),
);

test(
  'frames of a real capture are heard byte for byte',
  {
    skip: skip === false && !existsSync(MODBUS) ? 'skipped: no shared captures' : skip,
  },
  () => heardAsSent(MODBUS),
);

test('VLAN tags are heard as they were sent: one, two, other types, priority only', { skip }, () => {
  const tags = ['', '8100602a', '88a80064' + '81000005', '81000000', '91000007', '81000fff' + '81000ffe' + '81000001'];
  const frames = Array.from({ length: 120 }, (_, index) => {
    const number = index.toString(16).padStart(4, '0');
    return Buffer.from(`0202020202aa0202020202bb${tags[index % tags.length]!}88b5${number}${'00'.repeat(46)}`, 'hex');
  });
  const path = join(folder, 'tagged.pcap');
  writeFileSync(path, pcapOf(frames));
  return heardAsSent(path);
});

test('what comes while the ring is full is lost, and counted to the last frame', { skip }, async () => {
  const pair = makeNamespacePair();
  try {
    const path = join(folder, 'flood.pcap');
    const frame = Buffer.from(`0202020202aa0202020202bb88b5${'00'.repeat(1400)}`, 'hex');
    writeFileSync(path, pcapOf(Array.from({ length: 500 }, () => frame)));
    const sent = 500 * 20;
    const heard = await hear(pair, [pair.listener], sent, (child) => {
      // As if it were busy with something else: the ring holds about half of what comes.
      child.kill('SIGSTOP');
      pair.replay(path, '--topspeed', '--loop', '20');
      child.kill('SIGCONT');
    });
    const [drops, freezes] = /^drops (\d+) freezes (\d+)$/.exec(heard.last)!.slice(1).map(Number);
    assert.ok(heard.frames.length > 1000);
    assert.ok(drops! > 1000 && freezes! > 0, heard.last);
    assert.equal(heard.frames.length + drops!, sent);
    assert.equal(heard.frameNumbers.at(-1), heard.frames.length);
  } finally {
    pair.remove();
  }
});

test(
  'several interfaces are heard through one ring, and one that was not asked for is left out',
  { skip },
  async () => {
    const pair = makeNamespacePair();
    try {
      pair.run('ip', ['link', 'add', 'spare0', 'type', 'veth', 'peer', 'name', 'spare1']);
      for (const name of ['spare0', 'spare1']) pair.run('ip', ['link', 'set', name, 'up']);
      const path = join(folder, 'few.pcap');
      const frame = Buffer.from(`0202020202aa0202020202bb88b5${'00'.repeat(46)}`, 'hex');
      writeFileSync(path, pcapOf(Array.from({ length: 10 }, () => frame)));
      // What must not be heard is sent first, so that it would come first.
      const ping = (): void => void pair.run('ping', ['-q', '-c', '1', '127.0.0.1']);
      const replay = (): void => pair.replay(path, '--topspeed');
      const heard = await hear(pair, ['spare0', pair.listener], 10, () => {
        ping();
        replay();
      });
      assert.deepEqual(heard.frames, Array(10).fill(`1 60 ${frame.toString('hex')}`));
      assert.deepEqual(heard.frameNumbers.slice(0, 2), [2 ** 32 + 1, 2 ** 32 + 2]);
      // Of a ping to itself: the question and the answer, each once.
      const own = await hear(pair, ['lo', 'spare0'], 2, () => {
        replay();
        ping();
      });
      assert.deepEqual(
        own.frames.map((line) => line.split(' ').slice(0, 2).join(' ')),
        ['1 98', '1 98'],
      );
      assert.deepEqual(own.frameNumbers, [1, 2]);
    } finally {
      pair.remove();
    }
  },
);

test('an interface that does not exist, is down or cannot be named is one clear line', { skip }, () => {
  assert.throws(() => openLive(['nothere0']), /^CaptureOpenError: no interface 'nothere0'; there are: .*\blo\b/);
  assert.throws(() => openLive(['lo', 'lo']), /interface lo is given twice/);
  assert.throws(() => openLive(['']), /cannot be the name of an interface/);
  assert.throws(() => openLive(['sixteen-letters-']), /cannot be the name of an interface/);
  const pair = makeNamespacePair();
  try {
    pair.run('ip', ['link', 'set', pair.listener, 'down']);
    const path = [PRINTER, '1', pair.listener];
    assert.throws(() => pair.run(process.execPath, path), new RegExp(`interface ${pair.listener} is down`));
  } finally {
    pair.remove();
  }
});

test('without the right to open packet sockets, the message says what to do', { skip }, () => {
  const program = `import(${JSON.stringify(new URL('./live-linux.ts', import.meta.url))}).then((it) => {
    process.setuid(65534);
    try { it.openLive(['lo']); } catch (error) { console.log(String(error)); }
  })`;
  const child = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  assert.match(child.stdout, /^CaptureOpenError: no permission to watch interfaces: .*CAP_NET_RAW.*tcpdump/);
  assert.equal(child.stderr, '');
});

test('after closing, what was handed out is empty and nothing more comes', { skip }, () => {
  const capture = openLive(['lo'], { ringBytes: 1 << 20, blockBytes: 1 << 16 });
  assert.equal(capture.next(1), null);
  assert.equal(capture.state(0), 'up');
  capture.close();
  capture.close();
  assert.equal(capture.next(1), null);
});

test('loading the foreign function interface silences its own warning and no other', { skip }, () => {
  const program = `import(${JSON.stringify(new URL('./live-linux.ts', import.meta.url))}).then((it) => {
    it.openLive(['lo'], { ringBytes: 1 << 20, blockBytes: 1 << 16 }).close();
    process.emitWarning('FFI is not the subject', 'SomethingElse');
    process.emitWarning('another experiment', 'ExperimentalWarning');
  })`;
  const child = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  const warnings = child.stderr.match(/^\(node:.*$/gm)?.map((line) => line.replace(/^\S+ /, ''));
  assert.deepEqual(warnings, ['SomethingElse: FFI is not the subject', 'ExperimentalWarning: another experiment']);
});

/** A pcap file: little-endian, microseconds, Ethernet. */
function pcapOf(frames: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  const parts = [header];
  for (const [index, frame] of frames.entries()) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000, 0);
    record.writeUInt32LE(index, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    parts.push(record, Buffer.from(frame));
  }
  return Buffer.concat(parts);
}
