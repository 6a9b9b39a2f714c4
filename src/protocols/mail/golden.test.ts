// The captures of this folder, from the file to the facts.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE } from '../../../scripts/golden-check.ts';
import { goldenFacts } from '../../../scripts/golden-facts.ts';
import { exampleCaptures } from './captures/example-captures.ts';

for (const [name, bytes] of exampleCaptures()) {
  const path = join(import.meta.dirname, 'captures', name);
  test(`${name} is what example-captures.ts builds, and its facts are the golden ones`, () => {
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
    goldenFacts(path);
  });
}
