// Compares what `1sec facts` prints of a capture with the golden file beside it. For the tests of protocols.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { golden } from './golden-check.ts';

const ROOT = resolve(import.meta.dirname, '..');
const KINDS = 'operation,login,claim,transfer,violation,trait';

export function goldenFacts(path: string): void {
  const run = spawnSync(process.execPath, ['src/main.ts', 'facts', path, '--fact', KINDS], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.equal(run.stderr, '');
  assert.equal(run.status, 0);
  golden(path.replace(/\.pcap$/, '.golden'), run.stdout);
}
