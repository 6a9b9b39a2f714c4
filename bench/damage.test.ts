// The damaged copy of a capture: how much is lost and swapped, and that it is the same every time.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { damage } from './damage.ts';

const PACKETS = 50_000;
const RECORD_BYTES = 20;
const folder = mkdtempSync(join(tmpdir(), 'damage-'));
after(() => rmSync(folder, { recursive: true }));

const original = join(folder, 'original.pcap');
const worse = join(folder, 'worse.pcap');
writeFileSync(original, numbered());

/** Packets of four bytes, each its own number, a second apart. */
function numbered(): Buffer {
  const bytes = Buffer.alloc(24 + PACKETS * RECORD_BYTES);
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  for (let index = 0; index < PACKETS; index++) {
    const at = 24 + index * RECORD_BYTES;
    bytes.writeUInt32LE(index, at);
    bytes.writeUInt32LE(4, at + 8);
    bytes.writeUInt32LE(4, at + 12);
    bytes.writeUInt32LE(index, at + 16);
  }
  return bytes;
}

test('one packet in a hundred is lost and one in a hundred swapped, with times that still rise', () => {
  const done = damage(original, worse);
  const bytes = readFileSync(worse);
  const left = (bytes.length - 24) / RECORD_BYTES;
  assert.equal(done.packets, PACKETS);
  assert.equal(left, PACKETS - done.dropped);
  assert.ok(Math.abs(done.dropped / PACKETS - 0.01) < 0.002, `${done.dropped} dropped`);
  assert.ok(Math.abs(done.swapped / PACKETS - 0.01) < 0.002, `${done.swapped} swapped`);
  let lastTime = -1;
  let lastNumber = -1;
  let backwards = 0;
  for (let index = 0; index < left; index++) {
    const at = 24 + index * RECORD_BYTES;
    const time = bytes.readUInt32LE(at);
    const number = bytes.readUInt32LE(at + 16);
    assert.ok(time > lastTime);
    if (number < lastNumber) backwards++;
    lastTime = time;
    lastNumber = number;
  }
  assert.equal(backwards, done.swapped);
});

test('the copy is the same every time', () => {
  const first = readFileSync(worse);
  damage(original, worse);
  assert.deepEqual(readFileSync(worse), first);
});

test('a file that is no pcap is refused', () => {
  writeFileSync(worse, 'text that is long enough to be a header');
  assert.throws(() => damage(worse, join(folder, 'out')), /not a little-endian pcap/);
});
