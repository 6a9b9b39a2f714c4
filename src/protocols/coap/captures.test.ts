// The captures of this folder, from the file to the facts, each with its golden file; and captures of other people, with
// the number of requests that tshark counts in them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE, golden } from '../../../scripts/golden-check.ts';
import { exampleCaptures } from './captures/example-captures.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SHARED = resolve(ROOT, '../shared/captures');

function facts(path: string, kinds: string): string {
  const run = spawnSync(process.execPath, ['src/main.ts', 'facts', path, '--fact', kinds], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.equal(run.status, 0);
  return run.stdout;
}

for (const [name, bytes] of exampleCaptures()) {
  const path = join(import.meta.dirname, 'captures', name);

  test(`${name} is what example-captures.ts builds, and its facts are the golden ones`, () => {
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
    const told = facts(path, 'operation,login,claim,transfer,violation,trait');
    golden(path.replace(/\.pcap$/, '.golden'), told);
  });
}

const FOLDER = 'EmreEkin__ICS-Pcaps/CoAP/';

/** Requests by tshark's coap.code where the options are well formed. The other captures of the folder are malformed. */
const COUNTED: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  [`${FOLDER}post.pcap`, { POST: 1, PUT: 2, GET: 1, DELETE: 1 }],
  [`${FOLDER}seperate.pcap`, { GET: 1 }],
];

for (const [name, expected] of COUNTED) {
  const path = join(SHARED, name);
  test(`${name} has the requests that tshark counts`, { skip: !existsSync(path) }, () => {
    const counts: Record<string, number> = {};
    for (const line of facts(path, 'operation').split('\n')) {
      if (line === '') continue;
      const { protocol, functionName } = JSON.parse(line) as { protocol: string; functionName: string };
      if (protocol === 'coap') counts[functionName] = (counts[functionName] ?? 0) + 1;
    }
    assert.deepEqual(counts, expected);
  });
}
