// The capture of this folder, from the file to the facts, and real captures against tshark's reading.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE, golden } from '../../../scripts/golden-check.ts';
import { exampleCaptures } from './captures/example-captures.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SHARED = resolve(ROOT, '../shared/captures');
const REAL = [
  'ITI__ICS-Security-Tools/pcaps/s7/S7Comm/wrapup.pcapng',
  'ITI__ICS-Security-Tools/pcaps/profinet/Profinet_Failed.pcap',
  'cisagov__icsnpp-profinet-io-cm/testing/traces/profinet_io_cm_mixed_1.pcap',
  'the-tcpdump-group__tcpdump/tests/LLDP_and_CDP.pcap',
];
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
  const path = join(SHARED, name);
  const skip = !existsSync(path)
    ? 'skipped: ../shared/captures is missing'
    : hasTshark
      ? false
      : 'skipped: tshark is not installed';
  test(`names, descriptions and chassis of ${name} are those that tshark shows`, { skip }, () => {
    const fields = ['lldp.tlv.system.name', 'lldp.tlv.system.desc'];
    const shown = spawnSync(
      'tshark',
      ['-r', path, '-Y', 'lldp', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
      {
        encoding: 'utf8',
      },
    ).stdout;
    const theirs = [new Set<string>(), new Set<string>()];
    for (const line of shown.split('\n'))
      line.split('\t').forEach(
        (value, column) =>
          value === '' ||
          theirs[column]!.add(
            value
              .replaceAll(/\\n|\\r/g, '')
              .slice(0, 100)
              .trim(),
          ),
      );
    const ours = [new Set<string>(), new Set<string>()];
    for (const line of facts(path).trim().split('\n')) {
      const fact = JSON.parse(line) as { source?: string; trait?: string; value?: string };
      const column = fact.source === 'lldp system name' ? 0 : fact.trait === 'lldp-description' ? 1 : -1;
      if (column >= 0)
        ours[column]!.add(
          fact
            .value!.replaceAll(/\\x0[ad]/g, '')
            .slice(0, 100)
            .trim(),
        );
    }
    assert.ok(theirs[0]!.size + theirs[1]!.size > 0);
    assert.deepEqual(ours, theirs);
  });
}
