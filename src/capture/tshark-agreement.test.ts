// A second opinion: number, time and lengths of every frame of a varied set of real captures, against tshark's.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { test } from 'node:test';
import type { CaptureFile } from './frames.ts';
import { openCapture } from './open.ts';

const CAPTURES = '../shared/captures';
const FIELDS = ['frame.number', 'frame.time_epoch', 'frame.len', 'frame.cap_len'];
/** Captures larger than this would make the test slow; the whole set is compared by hand. */
const CAPTURE_BYTES_MAX = 400_000;
const CAPTURES_MAX = 14;

interface Listing {
  readonly lines: string[];
  /** tshark says, or we do, that the file is damaged. */
  readonly isDamaged: boolean;
}

/** Number, microseconds, original and captured length of each frame, tab-separated. */
async function ours(path: string): Promise<Listing> {
  const source = await openCapture([path]);
  const lines: string[] = [];
  for (let batch = await source.next(); batch !== null; batch = await source.next()) {
    for (let index = 0; index < batch.count; index++) {
      const numbers = [
        batch.frame[index],
        batch.timeUs[index],
        batch.originalLength[index],
        batch.capturedLength[index],
      ];
      lines.push(numbers.join('\t'));
    }
  }
  const file: CaptureFile = source.files[0]!;
  return { lines, isDamaged: file.damage !== null };
}

function tsharks(path: string): Listing {
  const arguments_ = ['-n', '-r', path, '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])];
  const { stdout, status } = spawnSync('tshark', arguments_, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { lines: lines.map(inMicroseconds), isDamaged: status !== 0 };
}

/** tshark's seconds with nine digits become our microseconds. */
function inMicroseconds(line: string): string {
  const [number, time, ...lengths] = line.split('\t');
  const [seconds, fraction] = time!.split('.');
  return [number, Number(`${seconds}${fraction!.slice(0, 6)}`), ...lengths].join('\t');
}

/** Some of each folder and kind of file, the same ones every time. */
function variedCaptures(): string[] {
  const paths = globSync(`${CAPTURES}/*/**/*.{pcap,pcapng,cap}`).toSorted();
  const small = paths.filter((path) => statSync(path).isFile() && statSync(path).size < CAPTURE_BYTES_MAX);
  const pcapng = small.filter((path) => path.endsWith('ng'));
  const every = (list: string[], count: number): string[] =>
    list.filter((_, place) => place % Math.max(1, Math.ceil(list.length / count)) === 0);
  return [...every(pcapng, CAPTURES_MAX / 2), ...every(small, CAPTURES_MAX / 2)];
}

const missing = !existsSync(CAPTURES)
  ? 'skipped: no captures beside the project'
  : spawnSync('tshark', ['--version']).status !== 0
    ? 'skipped: tshark is not installed'
    : false;

test('frames of real captures have the numbers, times and lengths that tshark gives', { skip: missing }, async () => {
  const paths = variedCaptures();
  assert.ok(paths.length >= 10);
  let frames = 0;
  for (const path of paths) {
    const [mine, theirs] = [await ours(path), tsharks(path)];
    assert.deepEqual(mine, theirs, path);
    frames += mine.lines.length;
  }
  assert.ok(frames > 500, `${frames} frames`);
});
