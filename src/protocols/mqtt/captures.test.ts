// The captures of this folder, from the file to the facts: what `1sec facts` prints of each is its golden file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { golden } from '../../../scripts/golden-check.ts';
import { OTHER_RULES, PROBLEMS } from './messages.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CAPTURES = join(import.meta.dirname, 'captures');

function facts(path: string, kinds: string): string {
  const run = spawnSync(process.execPath, ['src/main.ts', 'facts', path, '--fact', kinds], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.equal(run.stderr, '');
  assert.equal(run.status, 0);
  return run.stdout;
}

for (const name of readdirSync(CAPTURES).filter((file) => file.endsWith('.pcap'))) {
  test(`the facts of ${name} are the golden ones`, () => {
    const path = join(CAPTURES, name);
    golden(path.replace(/\.pcap$/, '.golden'), facts(path, 'operation,login,claim,transfer,violation,trait'));
  });
}

interface Told {
  readonly serverPort: number;
  readonly verb: string;
  readonly functionName: string;
  readonly object: unknown;
  readonly values: unknown;
  readonly outcome: string;
}

test('what is said over WebSocket is what the relay says to the broker without it', () => {
  const told = facts(join(CAPTURES, 'websocket.pcap'), 'operation')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
  const of = (port: number): string[] =>
    told
      .filter(({ serverPort }) => serverPort === port)
      .map(({ verb, functionName, object, values, outcome }) =>
        JSON.stringify([verb, functionName, object, values, outcome]),
      )
      .sort();
  assert.ok(of(9001).length > 20);
  assert.deepEqual(of(9001), of(1883));
});

test('the README lists every rule that can be broken', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  for (const { rule } of PROBLEMS.slice(1)) assert.ok(readme.includes(`\`${rule}\``), rule);
  for (const rule of OTHER_RULES) assert.ok(readme.includes(`\`${rule}\``), rule);
});
