// The capture of this folder, from the file to the facts, and the logins in real captures, as tshark has them; those are skipped
// where there are none.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { goldenFacts } from '../../../scripts/golden-facts.ts';

const CAPTURE = join(import.meta.dirname, 'captures/freeradius.pcap');
const ZEEK = 'zeek__zeek/testing/btest/Traces/radius';
const TCPDUMP = 'the-tcpdump-group__tcpdump/tests';

const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  [`${ZEEK}/radius.pcap`, ['eap-md5 John.McGuirk accepted']],
  [
    `${ZEEK}/radius_localhost.pcap`,
    [
      'eap-md5 steve refused',
      'eap-md5 steve accepted',
      'pap-hidden steve accepted',
      'chap steve accepted',
      'pap-hidden steve refused',
      'pap-hidden steve unknown',
      'pap-hidden steve accepted',
    ],
  ],
  [`${TCPDUMP}/RADIUS.pcap`, ['eap-md5 John.McGuirk accepted']],
  [`${TCPDUMP}/RADIUS-RFC3162.pcap`, ['pap-hidden bob unknown']],
  [
    `${TCPDUMP}/RADIUS-RFC4675.pcap`,
    ['pap-hidden bob-tagged accepted', 'pap-hidden bob-untagged accepted', 'pap-hidden bob-invalid accepted'],
  ],
  [`${TCPDUMP}/radius_rfc5447.pcap`, ['none luser unknown']],
];

test('the facts of freeradius.pcap are the golden ones', () => {
  goldenFacts(CAPTURE);
});

test('the passwords that were used are found where they can be', async () => {
  const found: string[] = [];
  const sink = deafSink({
    login: ({ mechanism, outcome, test: isSecret }) => {
      const hits = ['opcua-2024', 'wrong'].filter((candidate) => isSecret?.(candidate));
      found.push(`${mechanism} ${outcome} ${isSecret === undefined ? 'no test' : hits.join()}`);
    },
  });
  assert.ok(await readFacts(CAPTURE, sink));
  assert.deepEqual(found, [
    'radius-pap-hidden accepted no test',
    'radius-pap-hidden refused no test',
    'radius-chap accepted opcua-2024',
    'radius-chap refused wrong',
    'radius-ms-chap accepted opcua-2024',
  ]);
});

for (const [name, expected] of KNOWN) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'no real captures here';
  test(`${name}: the logins are the known ones`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      login: ({ protocol, mechanism, user, outcome }) => {
        if (protocol === 'radius') told.push(`${mechanism.replace('radius-', '')} ${user} ${outcome}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, expected);
  });
}
