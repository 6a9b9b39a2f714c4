// Logins in real captures, as tshark has them; skipped where there are none.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

/** The order of the packets; where the answer is another than 200, 401, 403 or 407, a call rang before. */
const LOGINS = [
  ...['18063 refused', '18063 refused', '18062 refused', '18062 accepted', '18062 refused', '18062 refused'],
  ...['18062 refused', '18062 accepted', '18062 refused', '18062 refused', '18062 accepted', '18062 accepted'],
];

for (const name of [
  'OISF__suricata-verify/tests/sip-method/sip.pcap',
  'zeek__zeek/testing/btest/Traces/sip/wireshark.pcap',
]) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${name}: each of the twelve logins has its user and outcome, and can be tested`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      login: ({ protocol, user, outcome, test: candidate }) => {
        if (protocol === 'sip') told.push(`${user} ${outcome}${candidate === undefined ? ' untested' : ''}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(
      told,
      LOGINS.map((login) => `voi${login}`),
    );
  });
}
