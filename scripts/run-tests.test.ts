// The runner of test files: what it adds up, and that a file that fails, or tests nothing, fails the whole.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { countsOf } from './run-tests.ts';

function runFiles(files: Readonly<Record<string, string>>): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), '1sec-run-tests-'));
  try {
    const paths = Object.entries(files).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    const environment = { ...process.env };
    delete environment['NODE_TEST_CONTEXT'];
    const program = join(import.meta.dirname, 'run-tests.ts');
    const run = spawnSync(process.execPath, [program, ...paths], { encoding: 'utf8', env: environment });
    return { status: run.status, output: run.stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const GOOD = "import { test } from 'node:test'; test('a', () => {}); test('b', { skip: 'not here' }, () => {});";
const BAD = "import { test } from 'node:test'; test('c', () => { throw new Error('broken on purpose'); });";

test('the counts of all files are added up', () => {
  const { status, output } = runFiles({ 'one.test.mjs': GOOD, 'two.test.mjs': GOOD });
  assert.equal(status, 0, output);
  assert.match(output, /^ℹ tests 4$/m);
  assert.match(output, /^ℹ pass 2$/m);
  assert.match(output, /^ℹ skipped 2$/m);
});

test('a suite that is skipped as a whole says so, and fails nothing', () => {
  const text =
    "import { describe, test } from 'node:test'; describe('s', { skip: 'skipped: no nft' }, () => test('a', () => {}));";
  const { status, output } = runFiles({ 'one.test.mjs': GOOD, 'two.test.mjs': text });
  assert.equal(status, 0, output);
  assert.match(output, /skipped: no nft/);
});

test('a file that fails fails the whole, and is shown', () => {
  const { status, output } = runFiles({ 'one.test.mjs': GOOD, 'two.test.mjs': BAD });
  assert.equal(status, 1);
  assert.match(output, /broken on purpose/);
  assert.match(output, /^ℹ fail 1$/m);
});

test('a file that is killed, or tests nothing, fails the whole', () => {
  assert.equal(runFiles({ 'killed.test.mjs': "process.kill(process.pid, 'SIGKILL')" }).status, 1);
  assert.equal(runFiles({ 'empty.test.mjs': '' }).status, 1);
});

test('output without the closing lines has no counts', () => {
  assert.equal(countsOf('✔ a test\nℹ tests 1\n'), null);
});
