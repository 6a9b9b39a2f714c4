// The captures of this folder, from the file to the facts, and real captures against tshark's reading.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE, golden } from '../../../scripts/golden-check.ts';
import { exampleCaptures } from './captures/example-captures.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SHARED = resolve(ROOT, '../shared/captures');
/** Setups of devices that announce themselves, one of each kind. */
const REAL = globSync('iot-sentinel/{HueBridge,D-LinkDayCam,EdimaxCam1,WeMoSwitch2,WeMoLink}/Setup-?-1-*.pcap', {
  cwd: SHARED,
}).sort();
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

function facts(path: string): string {
  const kinds = ['--fact', 'claim,trait,violation'];
  const run = spawnSync(process.execPath, ['src/main.ts', 'facts', path, ...kinds], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(run.stderr, '');
  assert.equal(run.status, 0);
  return run.stdout;
}

for (const [name, bytes] of exampleCaptures()) {
  const path = join(import.meta.dirname, 'captures', name);
  test(`${name} is what example-captures.ts builds, and its facts are the golden ones`, () => {
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
    golden(path.replace(/\.pcap$/, '.golden'), facts(path));
  });
}

for (const name of REAL) {
  test(
    `what ${name} shows of servers is what tshark shows`,
    { skip: hasTshark ? false : 'skipped: tshark is not installed' },
    () => {
      const path = join(SHARED, name);
      const shown = spawnSync('tshark', ['-r', path, '-Y', 'ssdp', '-T', 'fields', '-e', 'http.server'], {
        encoding: 'utf8',
      });
      const theirs = new Set(
        shown.stdout
          .split('\n')
          .map((server) => server.trim())
          .filter((server) => server !== ''),
      );
      const ours = new Set<string>();
      for (const line of facts(path).trim().split('\n')) {
        if (line === '') continue;
        const fact = JSON.parse(line) as { trait?: string; value?: string };
        if (fact.trait === 'ssdp-server') ours.add(fact.value!);
      }
      assert.deepEqual(ours, theirs);
    },
  );
}

test(
  'real devices are there to be compared with',
  { skip: existsSync(SHARED) ? false : 'skipped: ../shared/captures is missing' },
  () => {
    assert.ok(REAL.length >= 3, `only ${REAL.length}`);
  },
);
