import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { joined, listFrames, pcap, PcapngBlocks } from './built-captures.ts';
import { openCapture } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-merge-'));
after(() => rmSync(folder, { recursive: true }));

/** A capture with a frame at each of these microseconds; the frame's byte is its place in the file. */
function capture(name: string, timesUs: readonly number[], isCompressed = false): string {
  const path = join(folder, name);
  const bytes = pcap(
    timesUs.map((timeUs, place) => ({ seconds: 0, fraction: timeUs, bytes: Uint8Array.of(place & 0xff) })),
  );
  writeFileSync(path, isCompressed ? gzipSync(bytes) : bytes);
  return path;
}

async function order(paths: readonly string[], bufferBytes?: number): Promise<string[]> {
  const source = await openCapture(paths, bufferBytes === undefined ? {} : { bufferBytes });
  return (await listFrames(source)).map((each) => `${each.file}.${each.number}@${each.timeUs}`);
}

test('several files come in time order whatever the order they are named in, and ties in the order given', async () => {
  const early = capture('early', [1, 2, 30]);
  const late = capture('late', [2, 3, 3, 40]);
  assert.deepEqual(await order([early, late]), ['0.1@1', '0.2@2', '1.1@2', '1.2@3', '1.3@3', '0.3@30', '1.4@40']);
  assert.deepEqual(await order([late, early]), ['1.1@1', '0.1@2', '1.2@2', '0.2@3', '0.3@3', '1.3@30', '0.4@40']);
});

test('the merge is the one of always taking the earliest head, for any files, buffers and compression', async () => {
  const times = fc.array(fc.nat({ max: 40 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(times, fc.boolean()), { minLength: 2, maxLength: 5 }),
      fc.boolean(),
      async (files, isSmall) => {
        const heads = files.map(() => 0);
        const expected: string[] = [];
        for (;;) {
          let first = -1;
          for (const [file, [timesUs]] of files.entries()) {
            const timeUs = timesUs[heads[file]!];
            if (timeUs !== undefined && (first < 0 || timeUs < files[first]![0][heads[first]!]!)) first = file;
          }
          if (first < 0) break;
          expected.push(`${first}.${heads[first]! + 1}@${files[first]![0][heads[first]!]}`);
          heads[first]!++;
        }
        const paths = files.map(([timesUs, isCompressed], file) => capture(`any-${file}`, timesUs, isCompressed));
        assert.deepEqual(await order(paths, isSmall ? 64 : undefined), expected);
      },
    ),
    { seed: 6, numRuns: 150 },
  );
});

test('files that follow one another come in whole batches, and one at a time is open', async () => {
  const paths: string[] = [];
  for (let file = 0; file < 40; file++) {
    paths.push(
      capture(
        `part-${file}`,
        Array.from({ length: 100 }, (_, place) => file * 1000 + place),
      ),
    );
  }
  const source = await openCapture(paths.toReversed());
  let batches = 0;
  const descriptors = process.platform === 'linux' ? '/proc/self/fd' : null;
  const before = descriptors === null ? 0 : readdirSync(descriptors).length;
  for (let batch = await source.next(); batch !== null; batch = await source.next()) {
    assert.equal(batch.count, 100);
    batches++;
    if (descriptors !== null) assert.ok(readdirSync(descriptors).length <= before + 2);
  }
  assert.equal(batches, 40);
  assert.equal(source.inputBytesRead(), source.inputBytesTotal());
  assert.deepEqual(
    source.files.map((file) => [file.frames, file.bytes, file.firstUs, file.lastUs]),
    paths.toReversed().map((_, place) => [100, 100, (39 - place) * 1000, (39 - place) * 1000 + 99]),
  );
});

test('the account of interleaved files counts each frame once', async () => {
  const source = await openCapture([capture('odd', [1, 3, 5, 7]), capture('even', [2, 4, 6])]);
  await listFrames(source);
  assert.deepEqual(
    source.files.map((file) => [file.frames, file.bytes, file.firstUs, file.lastUs]),
    [
      [4, 4, 1, 7],
      [3, 3, 2, 6],
    ],
  );
});

test('a damaged file ends with its damage, and the others go on', async () => {
  const damaged = capture('damaged', [1, 2, 3, 50]);
  const whole = capture('whole', [2, 4, 60]);
  const empty = join(folder, 'no-frames');
  writeFileSync(empty, pcap([]));
  const nothing = join(folder, 'nothing-before-damage');
  const make = new PcapngBlocks();
  writeFileSync(nothing, joined([make.section(), make.packet(0, 1n, Uint8Array.of(1))]));
  writeFileSync(
    damaged,
    pcap([1, 2, 3].map((fraction) => ({ seconds: 0, fraction, bytes: Uint8Array.of(1) }))).subarray(0, -1),
  );
  const source = await openCapture([damaged, whole, empty, nothing]);
  const frames = await listFrames(source);
  assert.deepEqual(
    frames.map((each) => `${each.file}.${each.number}`),
    ['0.1', '0.2', '1.1', '1.2', '1.3'],
  );
  assert.deepEqual(
    source.files.map((file) => file.damage),
    [
      { offset: 58, message: 'ends inside a frame: 17 bytes are needed, 16 are there' },
      null,
      null,
      { offset: 28, message: 'packet names interface 0, the section has described 0' },
    ],
  );
});

test('a file that vanishes before it is due is told as damage, and the others go on', async () => {
  const first = capture('stays', [1, 2]);
  const second = capture('vanishes', [3]);
  const source = await openCapture([first, second]);
  rmSync(second);
  assert.equal((await listFrames(source)).length, 2);
  assert.deepEqual(source.files[1]!.damage, { offset: 0, message: 'cannot be opened a second time' });
});
