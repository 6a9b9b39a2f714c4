// Logins in real captures, as tshark has them; skipped where there are no captures.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

const ZEEK = 'zeek__zeek/testing/btest/Traces/rfb';
const SURICATA = 'OISF__suricata-verify/tests';

const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  [`${ZEEK}/vnc-mac-to-linux.pcap`, ['vnc-des accepted', 'vnc-des refused']],
  [`${ZEEK}/vnc-scanner.pcap`, ['vnc-des refused']],
  [`${ZEEK}/vncmac.pcap`, ['vnc-apple-dh accepted', 'vnc-apple-dh refused']],
  [`${SURICATA}/rfb-rules/00-vnc-openwall-3.7.pcap`, ['vnc-des accepted']],
  [`${SURICATA}/rfb-parser/input.pcap`, ['vnc-none accepted']],
  [`${SURICATA}/rfb-failure/rfb_failure_16.pcap`, []],
];

for (const [name, expected] of KNOWN) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'no real captures here';
  test(`${name}: the logins are the known ones`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      login: (login) => {
        if (login.protocol === 'vnc') told.push(`${login.mechanism} ${login.outcome}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told.sort(), expected);
  });
}
