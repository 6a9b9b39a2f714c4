// Fingerprints and outcomes in real captures, as tshark and the names of the captures have them; skipped where there are none.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

const ZEEK = 'zeek__zeek/testing/btest/Traces/ssh';

/** Capture, the fingerprint of the client, that of the server, sessions, outcome of all. */
const KNOWN: readonly (readonly [string, string, string, number, string])[] = [
  ['sshguess', '1f120ecfc2c57fbdeaf66b93a3bf26ee', '3711ee816d3ea9975d96c39c31c54299', 11, 'refused'],
  ['ssh_kex_curve25519', '0df0d56bb50c6b2426d8d40234bf1826', 'a95c22bf8e9b19ed0a5dc74bb2f9c613', 1, 'accepted'],
  ['ssh_version_199', '3cc67862bceac0f334c62ad1b76895b4', '3cc67862bceac0f334c62ad1b76895b4', 1, 'accepted'],
  ['ssh-on-port-80', '21b457a327ce7a2d4fce5ef2c42400bd', '60205d0b53ffd441ead5c43b5a6f1bc7', 1, 'accepted'],
  ['single-conn', 'c4fd9343cba76d12f0dd523fbe7c4da1', 'f430cd6761697a6a658ee1d45ed22e49', 1, 'accepted'],
];

for (const [name, client, server, sessions, outcome] of KNOWN) {
  const path = join(REAL_CAPTURES, ZEEK, `${name}.pcap`);
  const skip = existsSync(path) ? false : 'no real captures here';
  test(`${name}: fingerprints and outcome are the known ones`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      trait: ({ trait, value }) => {
        if (trait.startsWith('hassh')) told.push(`${trait} ${value}`);
      },
      login: (login) => {
        if (login.protocol === 'ssh') told.push(login.outcome);
      },
    });
    assert.ok(await readFacts(path, sink));
    const one = [outcome, `hassh ${client}`, `hassh-server ${server}`];
    const expected = one.flatMap((line) => Array<string>(sessions).fill(line));
    assert.deepEqual(told.sort(), expected.sort());
  });
}

/** As FoxIO (test data of JA4+) and Arkime (tests/pcap) publish them for the same captures. */
const PUBLISHED: readonly (readonly [string, string, string])[] = [
  [
    'zeek__zeek/testing/btest/Traces/tunnels/gre-sample.pcap',
    '5ef6678a6b060094834599ca16581b05',
    '6e3242d64766f4154c11858bbd654415',
  ],
  [
    'the-tcpdump-group__tcpdump/tests/geneve.pcap',
    '21b457a327ce7a2d4fce5ef2c42400bd',
    'ce3c327f37ea2ec21f317fbc3fd1ea43',
  ],
];

for (const [capture, client, server] of PUBLISHED) {
  const path = join(REAL_CAPTURES, capture);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${capture}: HASSH and HASSH of the server are the published ones`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      trait: ({ trait, value }) => {
        if (trait.startsWith('hassh')) told.push(`${trait} ${value}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, [`hassh ${client}`, `hassh-server ${server}`]);
  });
}
