// Compares the captures that a folder builds with its files, and their facts with the golden ones. No part of the program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { UPDATE_VARIABLE, golden } from './golden-check.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** `folder`: that of the protocol; its captures are in `captures`. */
export function testGoldens(folder: string, captures: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, bytes] of captures) {
    const path = join(folder, 'captures', name);
    test(`${name} is what example-captures.ts builds, and its facts are the golden ones`, () => {
      if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
      assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
      assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
      golden(path.replace(/\.pcap$/, '.golden'), facts(path));
    });
  }
}

/** Captures that were recorded, not built: their facts are the golden ones. */
export function testRecordings(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const path = join(folder, 'captures', name);
    test(`the facts of ${name} are the golden ones`, () => {
      golden(path.replace(/\.pcap$/, '.golden'), facts(path));
    });
  }
}

function facts(path: string): string {
  const kinds = ['--fact', 'claim,trait,login,violation'];
  const run = spawnSync(process.execPath, ['src/main.ts', 'facts', path, ...kinds], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(run.stderr, '');
  assert.equal(run.status, 0);
  return run.stdout;
}
