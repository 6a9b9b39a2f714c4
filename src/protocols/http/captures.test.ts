// The capture of this folder, from the file to the facts, with its golden file; and captures of other people: bodies as
// tshark exports them, logins as the collection lists them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE, golden } from '../../../scripts/golden-check.ts';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { exampleCaptures } from './captures/example-captures.ts';
import { RULES } from './messages.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

for (const [name, bytes] of exampleCaptures()) {
  const path = join(import.meta.dirname, 'captures', name);

  test(`${name} is what example-captures.ts builds, and its facts are the golden ones`, () => {
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
    const kinds = ['--fact', 'operation,login,claim,transfer,violation,trait'];
    const facts = spawnSync(process.execPath, ['src/main.ts', 'facts', path, ...kinds], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.equal(facts.status, 0);
    assert.doesNotMatch(facts.stdout, /example-password/);
    golden(path.replace(/\.pcap$/, '.golden'), facts.stdout);
  });
}

const SURICATA = 'OISF__suricata-verify/tests/';
const ZEEK = 'zeek__zeek/testing/btest/Traces/';
const BRUTE_SHARK = 'odedshimon__BruteShark/Pcap_Examples/';

/** All logins of the capture, with how often each is made; after the colon the password that fits, where one is known. */
const LOGINS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [`${SURICATA}http-auth-bearer/input.pcap`, [], ['1 accepted http-bearer ']],
  [`${SURICATA}http-auth-unrecognized/input.pcap`, [], ['1 accepted http-turbo ']],
  [`${SURICATA}mqtt-events-missing-connect/input.pcap`, ['Jolee9fair9g'], ['6 accepted http-basic satta:Jolee9fair9g']],
  [`${ZEEK}http/basic-auth-with-colon.pcap`, ['1:34'], ['1 accepted http-basic test:1:34']],
  [`${ZEEK}http/basic-auth-with-extra-space.pcap`, ['1234'], ['1 accepted http-basic test:1234']],
  [
    `${BRUTE_SHARK}HTTP - Basic Authentication.pcap`,
    ['test', 'fail', 'fail2', 'fail3'],
    [
      '1 refused http-basic test:fail',
      '1 refused http-basic test:fail2',
      '1 refused http-basic test:fail3',
      '1 unknown http-basic test:test',
      '27 accepted http-basic test:test',
    ],
  ],
  [`${BRUTE_SHARK}HTTP - Digest Authentication.pcap`, [], ['1 accepted http-digest Susan']],
  [`${BRUTE_SHARK}HTTP - Digest-MD5.pcap`, [], ['1 accepted http-digest webadmin']],
  [`${BRUTE_SHARK}HTTP - NTLM GSSAPI.pcap`, [], ['1 accepted ntlm-v1-ess Susan']],
  [
    `${BRUTE_SHARK}HTTP - NTLM.pcap`,
    [],
    ['1 accepted ntlm-v1-ess-no-challenge administrator', '6 unknown ntlm-v1-ess-no-challenge administrator'],
  ],
  [`${BRUTE_SHARK}Kerberos v5 - UDP 3.pcap`, [], ['1 accepted kerberos ']],
  [`${BRUTE_SHARK}Kerberos v5 UDP 2.pcap`, [], ['1 unknown kerberos ']],
];

for (const [name, candidates, expected] of LOGINS) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`the logins of ${name} are the known ones`, { skip }, async () => {
    const counts = new Map<string, number>();
    const sink = deafSink({
      login: (login) => {
        if (login.protocol !== 'http') return;
        const fit = candidates.find((candidate) => login.test?.(candidate) === true);
        const text = `${login.outcome} ${login.mechanism} ${login.user}${fit === undefined ? '' : `:${fit}`}`;
        counts.set(text, (counts.get(text) ?? 0) + 1);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual([...counts].map(([text, count]) => `${count} ${text}`).sort(), [...expected]);
  });
}

/** Bodies whose bytes are those that tshark exports, where it is told of ports that it would not look at. */
const BODIES: readonly (readonly [string, number, ...string[]])[] = [
  [`${ZEEK}socks.pcap`, 1],
  [`${ZEEK}tunnels/Teredo.pcap`, 4, '-d', 'udp.port==3797,teredo'],
  [`${BRUTE_SHARK}HTTP - Basic Authentication.pcap`, 16],
  [`${BRUTE_SHARK}HTTP - NTLM GSSAPI.pcap`, 3],
  ['kb221svs__modbus-anomaly-detection/modbus_lo.pcap', 30],
  ['iot-sentinel/HueSwitch/Setup-C-3-STA.pcap', 166],
];

for (const [name, count, ...options] of BODIES) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) && hasTshark ? false : 'skipped: no real captures, or no tshark, here';
  test(`the ${count} bodies of ${name} are those that tshark exports`, { skip }, async () => {
    const hashes = new Map<string, ReturnType<typeof createHash>>();
    const sink = deafSink({
      transfer: ({ protocol, phase, transfer, bytes }) => {
        if (protocol !== 'http') return;
        if (phase === 'begun') hashes.set(transfer, createHash('sha1'));
        else if (phase === 'piece') hashes.get(transfer)!.update(bytes);
      },
    });
    assert.ok(await readFacts(path, sink));
    const ours = [...hashes.values()].map((hash) => hash.digest('hex')).sort();
    assert.equal(ours.length, count);
    assert.deepEqual(ours, exportedByTshark(path, options));
  });
}

function exportedByTshark(path: string, options: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), '1sec-http-'));
  try {
    spawnSync('tshark', ['-q', '-r', path, ...options, '--export-objects', `http,${folder}`]);
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    return files.map((bytes) => createHash('sha1').update(bytes).digest('hex')).sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the README lists every rule that can be broken', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  for (const rule of Object.keys(RULES)) assert.ok(readme.includes(`\`${rule}\``), rule);
});
