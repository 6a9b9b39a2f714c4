// The capture of this folder, from the file to the facts: what `1sec facts` prints of it is its golden file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE, golden } from '../../../scripts/golden-check.ts';
import { exampleCaptures } from './captures/example-captures.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

for (const [name, bytes] of exampleCaptures()) {
  const path = join(import.meta.dirname, 'captures', name);

  test(`${name} is what example-captures.ts builds, and its facts are the golden ones`, () => {
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
    const kinds = ['--fact', 'operation,claim,trait,transfer,login,violation'];
    const facts = spawnSync(process.execPath, ['src/main.ts', 'facts', path, ...kinds], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.equal(facts.stderr, '');
    assert.equal(facts.status, 0);
    golden(path.replace(/\.pcap$/, '.golden'), facts.stdout);
  });
}
