// Shows that a golden comparison can fail, and what an update writes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { firstDifference, golden, UPDATE_VARIABLE, USED_VARIABLE } from './golden-check.ts';

// These tests compare also while `npm run golden -- --update` runs.
Reflect.deleteProperty(process.env, UPDATE_VARIABLE);
Reflect.deleteProperty(process.env, USED_VARIABLE);

const folder = mkdtempSync(join(tmpdir(), 'golden-check-'));
after(() => rmSync(folder, { recursive: true }));

/** Calls `golden` in a process of its own, told to update. */
function update(path: string, actual: string): string {
  const list = join(folder, 'list');
  writeFileSync(list, '');
  const code = `import { golden } from ${JSON.stringify(join(import.meta.dirname, 'golden-check.ts'))};
    golden(${JSON.stringify(path)}, ${JSON.stringify(actual)});`;
  const result = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, [UPDATE_VARIABLE]: list },
    encoding: 'utf8',
  });
  assert.equal(result.status, 0, result.stderr);
  return readFileSync(list, 'utf8');
}

test('a text equal to its golden file passes', () => {
  const path = join(folder, 'equal.golden');
  writeFileSync(path, 'read 1\nread 2\n');
  golden(path, 'read 1\nread 2\n');
  golden(path, 'read 1\nread 2');
});

test('a text that differs fails and shows the line', () => {
  const path = join(folder, 'differs.golden');
  writeFileSync(path, 'read 1\nread 2\n');
  assert.throws(() => golden(path, 'read 1\nread 3\n'), /line 2:\n {2}read 1\n- read 2\n- \n\+ read 3/);
});

test('a text that goes on where the golden file ends fails', () => {
  const path = join(folder, 'shorter.golden');
  writeFileSync(path, 'read 1\n');
  assert.throws(() => golden(path, 'read 1\nread 2\n'), /differs/);
  assert.match(firstDifference('a\nb\n', 'a\n'), /line 2/);
});

test('a missing golden file fails and is not written', () => {
  const path = join(folder, 'missing.golden');
  assert.throws(() => golden(path, 'read 1\n'), /does not exist/);
  assert.throws(() => golden(path, 'read 1\n'), /does not exist/);
});

test('a golden file with another ending is refused', () => {
  assert.throws(() => golden(join(folder, 'a.txt'), ''), /end in \.golden/);
});

test('an update writes the file, lists it, and leaves an equal one alone', () => {
  const path = join(folder, 'new', 'written.golden');
  assert.equal(update(path, 'read 1\n'), `${path}\n`);
  assert.equal(readFileSync(path, 'utf8'), 'read 1\n');
  assert.equal(update(path, 'read 1\n'), '');
});
