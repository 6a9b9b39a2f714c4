// The captures of this folder, from the file to the facts: what `1sec facts` prints of each is its golden file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE, golden } from '../../../scripts/golden-check.ts';
import { exampleCaptures } from './captures/example-captures.ts';
import { RULES } from './messages.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

for (const [name, bytes] of exampleCaptures()) {
  const path = join(import.meta.dirname, 'captures', name);

  test(`${name} is what example-captures.ts builds`, () => {
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
  });
}

for (const name of ['workstation.pcap', ...exampleCaptures().keys()]) {
  const path = join(import.meta.dirname, 'captures', name);

  test(`the facts of ${name} are the golden ones`, () => {
    const kinds = ['--fact', 'operation,claim,transfer,login,violation'];
    const facts = spawnSync(process.execPath, ['src/main.ts', 'facts', path, ...kinds], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.equal(facts.stderr, '');
    assert.equal(facts.status, 0);
    golden(path.replace(/\.pcap$/, '.golden'), facts.stdout);
  });
}

test('the README lists every rule that can be broken', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  for (const rule of Object.keys(RULES)) assert.ok(readme.includes(`\`${rule}\``), rule);
});
