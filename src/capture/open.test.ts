import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pcap, pcapHeader, PcapngBlocks } from './built-captures.ts';
import { CaptureOpenError } from './frames.ts';
import { openCapture } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-open-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const MAKE = new PcapngBlocks();
const GOOD = file('good.pcap', pcap([{ seconds: 1, fraction: 2, bytes: Uint8Array.of(1, 2, 3) }]));

const MISTAKES: [path: string, message: string][] = [
  [join(folder, 'missing.pcap'), 'no such file'],
  [join(GOOD, 'below-a-file'), 'no such file'],
  [folder, 'is a directory'],
  [file('empty', new Uint8Array(0)), 'is empty'],
  [file('tiny', Uint8Array.of(0xd4)), 'is not a capture: it starts with d4 (".")'],
  [
    file('page.html', Buffer.from('<html>...')),
    'is not a capture: it starts with 3c 68 74 6d 6c 3e 2e 2e ("<html>..")',
  ],
  [file('cut.pcap', pcapHeader().subarray(0, 23)), 'ends inside its pcap file header, after 23 bytes'],
  [file('cut.pcapng', MAKE.section().subarray(0, 20)), 'ends inside its pcapng section header, after 20 bytes'],
  [file('future.pcap', pcapHeader({ major: 9 })), 'pcap version 9.4 is not known'],
  [file('text.gz', gzipSync(Buffer.from('text'))), 'is not a capture: it starts with 74 65 78 74 ("text")'],
  [file('cut.gz', gzipSync(pcap([])).subarray(0, 12)), 'the gzip data ends too early'],
];

for (const [path, message] of MISTAKES) {
  test(`what cannot be opened is told in one line: ${message}`, async () => {
    for (const paths of [[path], [GOOD, path]]) {
      await assert.rejects(openCapture(paths), (error: unknown) => {
        assert.ok(error instanceof CaptureOpenError);
        assert.equal(error.message, `${path}: ${message}`);
        return true;
      });
    }
  });
}

const isRoot = process.getuid?.() === 0;

test(
  'a file without permission is told so',
  { skip: isRoot ? 'skipped: root may read everything' : false },
  async () => {
    const path = file('secret.pcap', pcap([]));
    chmodSync(path, 0);
    await assert.rejects(openCapture([path]), new CaptureOpenError(`${path}: permission denied`));
  },
);

test('standard input can be given once', async () => {
  await assert.rejects(openCapture(['-', '-']), new CaptureOpenError('standard input (-) can be given only once'));
});

/** Lists the frames of `-` and of more paths: file, number, time and length of each, then the damages. */
const LISTING = `
import { openCapture } from ${JSON.stringify(new URL('open.ts', import.meta.url).href)};
import { listFrames } from ${JSON.stringify(new URL('built-captures.ts', import.meta.url).href)};
try {
  const source = await openCapture(process.argv.slice(1));
  for (const each of await listFrames(source)) {
    console.log([each.file, each.number, each.timeUs, each.hex.length / 2].join(' '));
  }
  console.log(JSON.stringify(source.files.map((file) => file.damage?.message ?? null)), source.inputBytesTotal());
} catch (error) {
  console.log(error.name, error.message);
}`;
const ARGUMENTS = ['--input-type=module', '-e', LISTING, '--'];

const CAPTURE = pcap(
  Array.from({ length: 5000 }, (_, place) => ({ seconds: place, fraction: 7, bytes: new Uint8Array(place % 300) })),
);
const LINES = Array.from({ length: 5000 }, (_, place) => `0 ${place + 1} ${place * 1_000_000 + 7} ${place % 300}`);

for (const [form, bytes] of [
  ['plain', CAPTURE],
  ['gzip', gzipSync(CAPTURE)],
  ['zstd', zstdCompressSync(CAPTURE)],
] as const) {
  test(`a ${form} capture gives the same frames through a pipe as from a redirected file`, () => {
    const piped = spawnSync(process.execPath, [...ARGUMENTS, '-'], { input: bytes, encoding: 'utf8' });
    assert.deepEqual(piped.stdout.trimEnd().split('\n'), [...LINES, '[null] -1']);
    const descriptor = openSync(file('stdin', bytes), 'r');
    const redirected = spawnSync(process.execPath, [...ARGUMENTS, '-'], {
      stdio: [descriptor, 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    assert.deepEqual(redirected.stdout.trimEnd().split('\n'), [...LINES, `[null] ${bytes.length}`]);
  });
}

test('standard input is merged with files in time order', () => {
  const input = pcap([0, 2].map((seconds) => ({ seconds, fraction: 0, bytes: Uint8Array.of(1) })));
  const { stdout } = spawnSync(process.execPath, [...ARGUMENTS, GOOD, '-'], { input, encoding: 'utf8' });
  assert.deepEqual(stdout.trimEnd().split('\n'), ['1 1 0 1', '0 1 1000002 3', '1 2 2000000 1', '[null,null] -1']);
});

test('a pipe that is cut, empty or no capture says so', () => {
  for (const [input, last] of [
    [CAPTURE.subarray(0, -1), '["ends inside a frame: 215 bytes are needed, 214 are there"] -1'],
    [new Uint8Array(0), 'CaptureOpenError standard input: is empty'],
    [
      Buffer.from('hello there'),
      'CaptureOpenError standard input: is not a capture: it starts with 68 65 6c 6c 6f 20 74 68 ("hello th")',
    ],
  ] as const) {
    const { stdout } = spawnSync(process.execPath, [...ARGUMENTS, '-'], { input, encoding: 'utf8' });
    assert.equal(stdout.trimEnd().split('\n').at(-1), last);
  }
});

test('frames of a live stream are handed over as they come, not when a buffer is full', async () => {
  const program = `
import { openCapture } from ${JSON.stringify(new URL('open.ts', import.meta.url).href)};
const source = await openCapture(['-']);
for (let batch = await source.next(); batch !== null; batch = await source.next()) console.log(batch.count);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  child.stdin.write(GOOD_BYTES);
  assert.equal((await lines.next()).value, '1\n');
  child.stdin.write(GOOD_BYTES.subarray(24));
  assert.equal((await lines.next()).value, '1\n');
  child.stdin.end();
  assert.equal((await lines.next()).done, true);
});

const GOOD_BYTES = pcap([{ seconds: 1, fraction: 2, bytes: Uint8Array.of(1, 2, 3) }]);
