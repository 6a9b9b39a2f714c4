// The program as it is distributed: the bundle and the single executable, far from the sources.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { EXECUTABLE, buildBundle, buildExecutable } from './build.ts';
import { RUNTIME_OPTIONS } from './runtime-options.ts';

const ROOT = resolve(import.meta.dirname, '..');
const SAMPLE = readFileSync(join(ROOT, 'samples/plant.pcapng'));
const VERSION = /^1-SEC Shield \d+\.\d+\.\d+ \(Node 26\./;

const work = mkdtempSync(join(tmpdir(), '1sec-build-'));
after(() => rmSync(work, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(work, name);
  mkdirSync(path);
  return path;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

/** With an environment that leads nowhere. */
function run(directory: string, program: string, words: readonly string[], input: Uint8Array = Buffer.alloc(0)): Ended {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: directory,
    env: {
      TMPDIR: work,
      NODE_OPTIONS: program === process.execPath ? '' : '--no-such-option',
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
    input,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { code: status, output: stdout, error: stderr };
}

/** What must work wherever the program lies; `program` and the first words start it. */
function checkProgram(directory: string, program: string, first: readonly string[]): void {
  const version = run(directory, program, [...first, 'version']);
  assert.match(version.output, VERSION);
  assert.equal(version.error, '');

  const demo = run(directory, program, [...first, 'demo']);
  assert.equal(demo.error, '');
  assert.equal(demo.code, 0);
  assert.equal(demo.output, run(ROOT, process.execPath, ['src/main.ts', 'demo']).output);

  const licenses = run(directory, program, [...first, 'version', '--licenses']);
  assert.match(licenses.output, /Apache License[^]*The MITRE Corporation/);
  assert.equal(
    licenses.output.includes('Node.js is licensed'),
    first.length === 0,
    'those of the runtime, where it is',
  );

  const watched = run(directory, program, [...first, 'watch', '-', '--json'], SAMPLE);
  assert.equal(watched.error, '');
  assert.equal(watched.code, 0);
  const lines = watched.output.trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string }); // prettier-ignore
  assert.equal(lines[0]?.event, 'watching');
  const summary = lines.at(-1) as { event: string; alerts?: unknown[]; stats?: { frames: number } };
  assert.equal(summary.event, 'summary');
  const analysis = JSON.parse(run(directory, program, [...first, 'demo', '--json']).output) as {
    alerts: unknown[];
    stats: { frames: number };
  };
  assert.ok(analysis.alerts.length > 5);
  assert.equal(summary.alerts?.length, analysis.alerts.length);
  assert.equal(summary.stats?.frames, analysis.stats.frames);
}

const built = folder('built');
const files = await buildBundle(built);

test('two builds give the same bytes', async () => {
  const again = folder('again');
  assert.deepEqual(await buildBundle(again), files);
  assert.ok(files.length > 3);
  for (const path of files) assert.ok(readFileSync(join(again, path)).equals(readFileSync(join(built, path))), path);
});

test('every worker that is started has a bundle of its own', () => {
  const started = globSync('src/**/*.ts', { cwd: ROOT, exclude: (path) => path.endsWith('.test.ts') })
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .flatMap((text) => [...text.matchAll(/\bstartWorker\('([^']+)'/g)].map((match) => match[1]!));
  assert.ok(started.length > 0);
  for (const path of started) assert.ok(files.includes(`${basename(path, '.ts')}.mjs`), path);
});

test('nothing in the bundle says where it was built', () => {
  for (const path of files.filter((name) => name.endsWith('.mjs'))) {
    assert.ok(!readFileSync(join(built, path), 'utf8').includes(ROOT), path);
  }
});

test('the bundle runs wherever it is copied to', () => {
  const elsewhere = folder('elsewhere');
  cpSync(built, elsewhere, { recursive: true });
  checkProgram(elsewhere, process.execPath, ['1sec.mjs']);
});

test('the launcher starts the runtime with what the executable starts it with', () => {
  const launcher = readFileSync(join(ROOT, '1sec'), 'utf8');
  assert.ok(launcher.includes(`exec "$node" ${RUNTIME_OPTIONS.join(' ')} "$here`));
});

const NO_EXECUTABLE = process.platform === 'linux' ? false : 'skipped: tried on Linux only';

test('the executable runs alone in a bare folder', { skip: NO_EXECUTABLE }, () => {
  const bare = folder('bare');
  buildExecutable(built, files, EXECUTABLE);
  cpSync(join(built, EXECUTABLE), join(bare, EXECUTABLE));
  checkProgram(bare, join(bare, EXECUTABLE), []);

  const evidence = run(bare, join(bare, EXECUTABLE), ['analyze', '--sample', '--evidence', 'proof']);
  assert.equal(evidence.error, '');
  assert.equal(evidence.code, 0);
  const index = JSON.parse(readFileSync(join(bare, 'proof/index.json'), 'utf8')) as {
    alerts: { file: string; missingFrames: number }[];
  };
  assert.ok(index.alerts.length > 5);
  for (const { file, missingFrames } of index.alerts) {
    assert.equal(missingFrames, 0);
    assert.ok(readFileSync(join(bare, 'proof', file)).length > 0);
  }
  assert.deepEqual(readdirSync(bare).sort(), [EXECUTABLE, 'proof'].sort());
});
