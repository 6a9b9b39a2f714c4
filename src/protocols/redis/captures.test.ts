// Logins in real captures, as tshark shows their commands; skipped where there are no captures.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

const OWN: readonly string[] = ['redis'];

/** The capture, and `protocol mechanism user outcome` of its logins, sorted. */
const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  ['zeek__zeek/testing/btest/Traces/pop3/redis-50-pings.pcap', ['redis clear default accepted']],
  ['the-tcpdump-group__tcpdump/tests/resp_1_benchmark.pcap', []],
  ['the-tcpdump-group__tcpdump/tests/resp_2_inline.pcap', []],
  ['the-tcpdump-group__tcpdump/tests/resp_3_malicious.pcap', []],
];

for (const [name, expected] of KNOWN) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'no real captures here';
  test(`${name}: the logins are the known ones`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      login: ({ protocol, mechanism, user, outcome }) => {
        if (OWN.includes(protocol)) told.push(`${protocol} ${mechanism} ${user} ${outcome}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told.sort(), expected);
  });
}
