import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listFrames, PcapngBlocks } from './built-captures.ts';
import { openCapture } from './open.ts';
import { PcapngWriter } from './pcapng-writer.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-writer-'));
after(() => rmSync(folder, { recursive: true }));

const TIME = 1_700_000_000_123_456;
const FRAME = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 1, 2, 3);

/** Two link types, with and without comment, a cut frame, an empty one, and one larger than the writer's buffer. */
function writeSample(name: string): string {
  const path = join(folder, name);
  const writer = new PcapngWriter(path, { application: '1-SEC Shield' });
  const ethernet = writer.interface(1);
  writer.frame(ethernet, TIME, FRAME, 0, FRAME.length, FRAME.length, 'a write to a stopped controller – «proof»');
  const raw = writer.interface(101);
  writer.frame(raw, TIME + 1, FRAME, 14, 14, 20);
  writer.frame(writer.interface(1), TIME + 2, FRAME, 0, 16, 1500);
  writer.frame(ethernet, TIME + 3, new Uint8Array(100_000), 0, 100_000, 100_000, 'x'.repeat(100_000));
  writer.close();
  return path;
}

test('what is written is read back: times, lengths, link types and bytes', async () => {
  const source = await openCapture([writeSample('read-back.pcapng')]);
  const frames = await listFrames(source);
  const hex = Buffer.from(FRAME).toString('hex');
  assert.deepEqual(
    frames.map((each) => [each.timeUs, each.linkType, each.originalLength, each.hex]),
    [
      [TIME, 1, 17, hex],
      [TIME + 1, 101, 20, ''],
      [TIME + 2, 1, 1500, hex.slice(0, 32)],
      [TIME + 3, 1, 100_000, '00'.repeat(100_000)],
    ],
  );
  assert.equal(source.files[0]!.damage, null);
});

test('a packet block is written as the format says, comment and padding included', () => {
  const path = join(folder, 'one.pcapng');
  const writer = new PcapngWriter(path, { application: 'x' });
  const index = writer.interface(1);
  writer.frame(index, TIME, FRAME, 0, 17, 60, 'why');
  writer.close();
  const make = new PcapngBlocks();
  const options = Buffer.concat([make.option(1, Buffer.from('why')), make.option(0, new Uint8Array(0))]);
  const block = make.packet(0, BigInt(TIME), FRAME, 60, options);
  const bytes = readFileSync(path);
  assert.equal(bytes.subarray(-block.length).toString('hex'), Buffer.from(block).toString('hex'));
});

test('only the owner may read the file, and one that exists is not written over', () => {
  const path = writeSample('owned.pcapng');
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.throws(() => new PcapngWriter(path, { application: 'x' }), { code: 'EEXIST' });
});

const hasTshark = spawnSync('tshark', ['--version']).status === 0 && spawnSync('capinfos', ['--version']).status === 0;

test('tshark and capinfos find nothing wrong', { skip: hasTshark ? false : 'skipped: tshark is not installed' }, () => {
  const path = writeSample('second-opinion.pcapng');
  const fields = ['frame.number', 'frame.time_epoch', 'frame.len', 'frame.cap_len', 'frame.comment'];
  const arguments_ = ['-r', path, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const listed = spawnSync('tshark', arguments_, { encoding: 'utf8' });
  assert.equal(listed.status, 0, listed.stderr);
  assert.doesNotMatch(listed.stderr, /appears|damaged|cut short|corrupt/);
  const lines = listed.stdout.trimEnd().split('\n');
  assert.deepEqual(lines.slice(0, 3), [
    '1\t1700000000.123456000\t17\t17\ta write to a stopped controller – «proof»',
    '2\t1700000000.123457000\t20\t0\t',
    '3\t1700000000.123458000\t1500\t16\t',
  ]);
  assert.equal(lines[3]?.split('\t')[4], 'x'.repeat(32 * 1024));
  const informed = spawnSync('capinfos', ['-c', '-F', path], { encoding: 'utf8' });
  assert.equal(informed.status, 0, informed.stderr);
  assert.equal(informed.stderr, '');
  assert.match(informed.stdout, /Number of packets:\s+4/);
  assert.match(informed.stdout, /Capture application:\s+1-SEC Shield/);
});
