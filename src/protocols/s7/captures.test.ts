// The captures of this folder, from the file to the facts: what `1sec facts` prints of each is its golden file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE, golden } from '../../../scripts/golden-check.ts';
import { exampleCaptures } from './captures/example-captures.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const FOLDER = join(import.meta.dirname, 'captures');

for (const [name, bytes] of exampleCaptures()) {
  test(`${name} is what example-captures.ts builds`, () => {
    const path = join(FOLDER, name);
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
  });
}

for (const name of ['s7comm.pcap', 's7comm-plus.pcap', 'snap7-and-nodes7.pcap']) {
  test(`the facts of ${name} are the golden ones`, () => {
    const path = join(FOLDER, name);
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
  const rules = new Set<string>();
  const shared = ['iso-on-tcp.ts', 'iso-connections.ts'].map((file) => resolve(import.meta.dirname, '..', file));
  const own = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  for (const path of [...shared, ...own.map((file) => join(import.meta.dirname, file))]) {
    const source = readFileSync(path, 'utf8');
    for (const [, rule] of source.matchAll(/(?:report|[vV]iolation)\(\s*(?:context,\s*)?'([a-z-]+)'/g))
      rules.add(rule!);
  }
  assert.ok(rules.size > 15, `only ${rules.size} rules were found in the sources`);
  for (const rule of rules) assert.ok(readme.includes(`\`${rule}\``), rule);
});
