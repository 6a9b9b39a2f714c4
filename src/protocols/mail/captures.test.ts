// Logins in real captures, compared with what tshark shows of the same; skipped where there are no captures.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

const OWN: readonly string[] = ['pop3', 'smtp', 'imap'];

/** The capture, and `protocol mechanism user outcome` of its logins, sorted. */
const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  [
    'OISF__suricata-verify/tests/pop3-02-bug-7709/input.pcap',
    ['pop3 clear test accepted', 'pop3 clear test@tt.com refused'],
  ],
  [
    'OISF__suricata-verify/tests/pop3-03-bug-7709/input.pcap',
    ['pop3 clear test accepted', 'pop3 clear test@tt.com refused'],
  ],
  ['OISF__suricata-verify/tests/pop3-auth-01/input.pcap', ['pop3 sasl-xoauth2 joe.speedboat accepted']],
  ['zeek__zeek/testing/btest/Traces/pop3-unknown-commands.pcap', ['pop3 clear zeek@zeek.org accepted']],
  [
    'zeek__zeek/testing/btest/Traces/pop3/pop3.pcap',
    [
      'pop3 sasl-plain digitalinvestigator@networksims.com accepted',
      'pop3 sasl-plain digitalinvestigator@networksims.com accepted',
      'pop3 sasl-plain digitalinvestigator@networksims.com refused',
    ],
  ],
  ['zeek__zeek/testing/btest/Traces/pop3/bad-list-retr-crafted.pcap', []],
  ['zeek__zeek/testing/btest/Traces/pop3/redis-50-pings.pcap', []],
  ['snort3__snort3_demo/tests/inspectors/pop/split_pop_boundary.pcap', []],
  ['OISF__suricata-verify/tests/imap-detection/input.pcap', ['imap clear neulingern accepted']],
  ['snort3__snort3_demo/tests/inspectors/imap/imap_bitenc.pcap', []],
  ['odedshimon__BruteShark/Pcap_Examples/IMAP - Authenticate CRAM-MD5.cap', ['imap sasl-cram-md5 hemmingway accepted']],
  [
    'odedshimon__BruteShark/Pcap_Examples/IMAP - Authenticate Digest-MD5.pcap',
    ['imap sasl-digest-md5 hemmingway accepted'],
  ],
  [
    'odedshimon__BruteShark/Pcap_Examples/IMAP - Authenticate Plain (Base64).pcap',
    [
      'imap sasl-plain digitalinvestigator@networksims.com accepted',
      'imap sasl-plain digitalinvestigator@networksims.com accepted',
      'smtp sasl-plain digitalinvestigator@networksims.com accepted',
    ],
  ],
  ['odedshimon__BruteShark/Pcap_Examples/IMAP - Authenticate XYMPKI.pcap', ['imap sasl-xympki  accepted']],
  ['odedshimon__BruteShark/Pcap_Examples/IMAP - Login (Plaintext) 1.pcap', ['imap clear neulingern accepted']],
  ['odedshimon__BruteShark/Pcap_Examples/IMAP - Login (Plaintext) 2.pcap', ['imap clear a71128.eed98 accepted']],
  ['odedshimon__BruteShark/Pcap_Examples/IMAP - Login (Plaintext) 3.pcap', ['imap clear bhodgyalo59 accepted']],
  ['odedshimon__BruteShark/Pcap_Examples/SMTP - Auth Cram MD5.pcap', ['smtp sasl-cram-md5 username accepted']],
  ['odedshimon__BruteShark/Pcap_Examples/SMTP - Auth Login.pcap', ['smtp sasl-login gurpartap@patriots.in accepted']],
  ['odedshimon__BruteShark/Pcap_Examples/SMTP - Auth Plain.pcap', ['smtp sasl-plain username accepted']],
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
