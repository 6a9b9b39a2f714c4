// Logins and messages in real captures against tshark's reading; skipped where there are none.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { testGoldens } from '../../../scripts/protocol-goldens.ts';
import { exampleCaptures } from './captures/example-captures.ts';

testGoldens(import.meta.dirname, exampleCaptures());

const BRUTE = 'odedshimon__BruteShark/Pcap_Examples';
/** Capture, and its logins in the order in which they are decided; twice where the capture holds each packet twice. */
const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  [
    `${BRUTE}/Kerberos - v5 TCP.pcap`,
    ['pkinit WELLKNOWN/ANONYMOUS@EXAMPLE.COM accepted', 'fast lulu@EXAMPLE.COM accepted'],
  ],
  [`${BRUTE}/Kerberos v5 - UDP 3.pcap`, ['rc4-hmac Administrator@DENYDC.COM accepted']],
  [`${BRUTE}/Kerberos v5 UDP 2.pcap`, ['rc4-hmac u1@DENYDC.COM accepted']],
  [
    `${BRUTE}/Kerberos-816.pcap`,
    [
      'rc4-hmac des@DENYDC unknown',
      'des-cbc-md5 des@DENYDC accepted',
      'rc4-hmac u5@DENYDC accepted',
      'rc4-hmac u5@DENYDC accepted',
    ],
  ],
  ['zeek__zeek/testing/btest/Traces/ldap/aduser1.pcap', []],
  ['OISF__suricata-verify/tests/krb5-kerberoasting/kerberoast.pcap', []],
];
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

for (const [name, expected] of KNOWN) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${name}: logins are the known ones`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      login: ({ protocol, mechanism, user, outcome }) => {
        if (protocol === 'kerberos') told.push(`${mechanism.replace('kerberos-', '')} ${user} ${outcome}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, expected);
  });
}

for (const name of ['Kerberos - v5 UDP.pcap', 'Kerberos-816.pcap']) {
  const path = join(REAL_CAPTURES, BRUTE, name);
  const skip = hasTshark && existsSync(path) ? false : 'skipped: no tshark, or no real captures here';
  test(`${name}: who asks is who tshark reads, frame by frame`, { skip }, async () => {
    const ours: string[] = [];
    const sink = deafSink({
      trait: ({ trait, value, frame }) => {
        if (trait === 'kerberos-principal') ours.push(`${frame % 2 ** 32} ${value.split('@')[0]}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    const fields = ['-T', 'fields', '-e', 'frame.number', '-e', 'kerberos.CNameString', '-E', 'separator=/s'];
    const run = spawnSync('tshark', ['-r', path, '-Y', 'kerberos.msg_type == 10', ...fields], { encoding: 'utf8' });
    const theirs = run.stdout.trim().split('\n');
    assert.deepEqual(ours, theirs);
  });
}
