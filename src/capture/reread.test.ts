import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { fileOf, frameOf, frameReference } from '../facts/frame-reference.ts';
import { pcap } from './built-captures.ts';
import { CaptureOpenError } from './frames.ts';
import { openCapture, readerForBytes } from './open.ts';
import { rereadFrames, type RereadOptions } from './reread.ts';
import { FrameSpool } from './spool.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-reread-'));
after(() => rmSync(folder, { recursive: true }));

/** Frame n of the file is n, 100 to 400 bytes long, at second n; its bytes are n modulo 256. */
function capture(frames: number): Uint8Array {
  const bytes = (number: number): Uint8Array => new Uint8Array(100 + (number % 300)).fill(number & 0xff);
  return pcap(
    Array.from({ length: frames }, (_, place) => ({
      seconds: place + 1,
      fraction: 5,
      bytes: bytes(place + 1),
      originalLength: 2000,
    })),
    { linkType: 113 },
  );
}

const FRAMES = 3000;
const first = join(folder, 'first.pcap');
const second = join(folder, 'second.pcap.gz');
writeFileSync(first, capture(FRAMES));
writeFileSync(second, gzipSync(capture(FRAMES)));

/** `file.frame` of what was visited, after checking that each is the frame it says. */
async function visited(
  paths: readonly string[],
  wanted: readonly number[],
  options: RereadOptions = {},
): Promise<string[]> {
  const seen: string[] = [];
  await rereadFrames(
    paths,
    Float64Array.from(wanted),
    (frame, timeUs, linkType, bytes, start, end, originalLength) => {
      const number = frameOf(frame);
      assert.deepEqual([timeUs, linkType, originalLength], [number * 1_000_000 + 5, 113, 2000]);
      assert.equal(end - start, 100 + (number % 300));
      assert.ok(bytes.subarray(start, end).every((byte) => byte === (number & 0xff)));
      seen.push(`${fileOf(frame)}.${number}`);
    },
    options,
  );
  return seen;
}

/** What a visit must give: the wanted frames and their neighbours, as far as the files have them. */
function expected(wanted: readonly number[], neighbours: number): string[] {
  const all = new Set<number>();
  for (const frame of wanted) {
    for (let near = frameOf(frame) - neighbours; near <= frameOf(frame) + neighbours; near++) {
      if (near >= 1 && near <= FRAMES) all.add(frameReference(fileOf(frame), near));
    }
  }
  return [...all].toSorted((a, b) => a - b).map((frame) => `${fileOf(frame)}.${frameOf(frame)}`);
}

const wantedFrames = fc
  .array(fc.tuple(fc.nat({ max: 1 }), fc.integer({ min: 1, max: FRAMES + 5 })), { maxLength: 30 })
  .map((frames) => frames.map(([file, number]) => frameReference(file, number)).toSorted((a, b) => a - b));

test('a second pass gives exactly the wanted frames and their neighbours, each once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(wantedFrames, fc.nat({ max: 12 }), async (wanted, neighbours) => {
      assert.deepEqual(await visited([first, second], wanted, { neighbours }), expected(wanted, neighbours));
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('a file is opened for a second pass only if a frame of it is wanted, and one that is gone is told', async () => {
  const gone = join(folder, 'gone.pcap');
  assert.deepEqual(await visited([first, gone], [frameReference(0, 9)]), ['0.9']);
  await assert.rejects(visited([first, gone], [frameReference(1, 9)]), new CaptureOpenError(`${gone}: no such file`));
});

async function spooled(spool: FrameSpool, frames: number, bufferBytes?: number): Promise<void> {
  const source = readerForBytes(capture(frames), bufferBytes === undefined ? {} : { bufferBytes });
  for (let batch = await source.next(); batch !== null; batch = await source.next()) spool.append(batch);
}

test('frames of standard input come from the spool, whatever batches they came in', async () => {
  for (const bufferBytes of [undefined, 512, 20_000]) {
    const spool = new FrameSpool({ parent: folder });
    await spooled(spool, FRAMES, bufferBytes);
    await fc.assert(
      fc.asyncProperty(wantedFrames, fc.nat({ max: 12 }), async (wanted, neighbours) => {
        const ofFirst = wanted.filter((frame) => fileOf(frame) === 0);
        assert.deepEqual(await visited(['-'], wanted, { neighbours, spool }), expected(ofFirst, neighbours));
      }),
      { seed: 8, numRuns: 30 },
    );
    assert.deepEqual([spool.oldest, spool.newest, spool.problem], [1, FRAMES, null]);
    spool.close();
  }
});

test('the spool keeps to its bound, drops the oldest frames, and says what it still has', async () => {
  const spool = new FrameSpool({ parent: folder, bytesMax: 200_000 });
  await spooled(spool, FRAMES, 2000);
  const path = join(
    folder,
    readdirSync(folder).find((name) => name.startsWith('1sec-spool-'))!,
  );
  assert.ok(spool.size > 100_000 && spool.size <= 200_000, `${spool.size}`);
  assert.ok(frameOf(spool.oldest) > FRAMES - 800 && frameOf(spool.oldest) < FRAMES - 400, `${spool.oldest}`);
  assert.deepEqual(await visited(['-'], [1, spool.oldest - 1, spool.oldest, FRAMES], { spool }), [
    `0.${spool.oldest}`,
    `0.${FRAMES}`,
  ]);
  if (process.platform !== 'win32') {
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(path), [], 'the files have no name that another program could find');
  }
  spool.close();
  assert.equal(existsSync(path), false);
  assert.deepEqual(await visited(['-'], [FRAMES], { spool }), []);
});

test('without a spool the frames of standard input are left out, those of files are not', async () => {
  assert.deepEqual(await visited(['-', first], [frameReference(0, 1), frameReference(1, 2)]), ['1.2']);
});

test('references of a second pass are those of the first', async () => {
  const source = await openCapture([first, second]);
  const wanted: number[] = [];
  for (let batch = await source.next(); batch !== null; batch = await source.next()) wanted.push(batch.frame[0]!);
  wanted.sort((a, b) => a - b);
  assert.deepEqual(await visited([first, second], wanted), expected(wanted, 0));
});

test('frames of several inputs that come mixed are found in the spool, each by its own number', () => {
  const spool = new FrameSpool({ parent: folder, bytesMax: 16 * 1024 * 1024 });
  const bytes = new Uint8Array(60_000);
  const counts = [0, 0, 0];
  // Batches large enough that the places in memory do not name each of them.
  for (let batch = 0; batch < 40; batch++) {
    const files = Array.from({ length: 50 }, (_, index) => ((index * 7 + batch) % 5) % 3);
    spool.append({
      bytes,
      count: files.length,
      offset: Int32Array.from(files, (_, index) => index * 1000),
      capturedLength: new Int32Array(files.length).fill(1000),
      originalLength: new Int32Array(files.length).fill(1000),
      timeUs: new Float64Array(files.length).fill(batch),
      linkType: new Int32Array(files.length).fill(1),
      frame: Float64Array.from(files, (file) => frameReference(file, ++counts[file]!)),
    });
  }
  for (const [file, count] of counts.entries()) {
    for (const [from, to] of [
      [1, 3],
      [count >> 1, (count >> 1) + 9],
      [count - 2, count + 5],
    ] as const) {
      const seen: number[] = [];
      spool.visit(frameReference(file, from), frameReference(file, to), (frame) => seen.push(frame));
      const wanted = Array.from({ length: Math.min(to, count) - from + 1 }, (_, index) => from + index);
      assert.deepEqual(
        seen,
        wanted.map((number) => frameReference(file, number)),
        `file ${file} from ${from}`,
      );
    }
  }
  spool.close();
});
