// Logins in real captures: users, outcomes and passwords as a reader of the streams finds them.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

/** Capture, password, logins, claims. */
const KNOWN: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ['OISF__suricata-verify/tests/telnet/telnet-01/telnet.pcap', 'user', ['fake accepted'], ['OpenBSD/i386', 'oof']],
  ['kqdssheng__Pcap/telnet.pcap', 'skylark@123', ['skylark accepted'], []],
  // Once to the proxy, once from there.
  [
    'kqdssheng__Pcap/proxy-socks5(telnet).pcapng',
    'jkluio',
    ['root accepted', 'root accepted'],
    ['Linux 3.10.0-1160.45.1.el7.x86_64', 'Linux 3.10.0-1160.45.1.el7.x86_64'],
  ],
  [
    'odedshimon__BruteShark/Pcap_Examples/Telnet - Char Mode2.pcap',
    'PassBox321',
    ['osboxes accepted'],
    ['Ubuntu 17.10', 'osboxes'],
  ],
  ['odedshimon__BruteShark/Pcap_Examples/Telnet.pcap', 'capture', ['test accepted'], []],
  ['t94j0__scrape_telnet_password/telnet.pcap', 'thisisabadpassword', ['mack accepted'], ['Ubuntu 16.04.2 LTS']],
  ['zeek__zeek/testing/btest/Traces/telnet-auth-missing-name.pcap', '', [], []],
];

for (const [name, password, logins, claims] of KNOWN) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${name}: the login is the known one`, { skip }, async () => {
    const told: string[] = [];
    const claimed: string[] = [];
    const sink = deafSink({
      login: (login) => {
        if (login.protocol !== 'telnet') return;
        told.push(`${login.user} ${login.outcome}`);
        assert.equal(login.test?.(password), true);
        assert.equal(login.test(`${password} `), false);
      },
      claim: ({ source, value }) => source.startsWith('telnet') && claimed.push(value),
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, logins);
    assert.deepEqual(claimed, claims);
  });
}
