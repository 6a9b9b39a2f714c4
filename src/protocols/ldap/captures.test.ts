// Binds in real captures, compared with what tshark shows of the same; skipped where there are no captures.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

const OWN: readonly string[] = ['ldap'];

/** The capture, and `protocol mechanism user outcome` of its logins, sorted. */
const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  ['zeek__zeek/testing/btest/Traces/ldap/aduser1-ntlm.pcap', ['ldap ntlm-v2 User1 accepted']],
  ['zeek__zeek/testing/btest/Traces/ldap/aduser1.pcap', ['ldap sasl-gss-spnego User1 accepted']],
  [
    // Asks for the challenge of NTLM, and leaves: nobody logs in.
    'zeek__zeek/testing/btest/Traces/ldap/ctu-60387-63723-ldap.pcap',
    [],
  ],
  ['zeek__zeek/testing/btest/Traces/ldap/krb5-sign-seal-01.pcap', ['ldap sasl-gss-spnego  accepted']],
  ['zeek__zeek/testing/btest/Traces/ldap/ldap-add.pcap', ['ldap clear cn=admin,dc=example,dc=com accepted']],
  ['zeek__zeek/testing/btest/Traces/ldap/ldap-who-am-i.pcap', ['ldap clear cn=admin,dc=example,dc=com accepted']],
  ['zeek__zeek/testing/btest/Traces/ldap/ldap-starttls.pcap', []],
  [
    'zeek__zeek/testing/btest/Traces/ldap/ldap_escaping_test.pcapng',
    [
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
      'ldap clear cn=admin,dc=nodomain accepted',
    ],
  ],
  [
    'zeek__zeek/testing/btest/Traces/ldap/ldap_invalid_credentials.pcap',
    [
      'ldap ntlm-v2 Administrator refused',
      'ldap ntlm-v2 Administrator refused',
      'ldap ntlm-v2 DC01-ZION$ refused',
      'ldap ntlm-v2 DC01-ZION$ refused',
      'ldap ntlm-v2 DESKTOP-EVIL$ refused',
      'ldap ntlm-v2 DESKTOP-EVIL$ refused',
      'ldap ntlm-v2 DESKTOP-VICTIM$ refused',
      'ldap ntlm-v2 DESKTOP-VICTIM$ refused',
      'ldap ntlm-v2 agent.smith refused',
      'ldap ntlm-v2 agent.smith refused',
      'ldap ntlm-v2 mister.andersson refused',
      'ldap ntlm-v2 mister.andersson refused',
    ],
  ],
  ['zeek__zeek/testing/btest/Traces/ldap/missing_krbtgt_ldap_request.pcapng', ['ldap sasl-gss-spnego  accepted']],
  ['zeek__zeek/testing/btest/Traces/ldap/modify-request.pcapng', ['ldap sasl-gss-spnego  unknown']],
  ['zeek__zeek/testing/btest/Traces/ldap/sasl-ntlm.pcap', ['ldap ntlm-v1 sasladmin@slapd.ldap accepted']],
  [
    'zeek__zeek/testing/btest/Traces/ldap/sasl-scram-sha-512.pcap',
    ['ldap sasl-scram-sha-512 sasladmin@slapd.ldap accepted'],
  ],
  ['zeek__zeek/testing/btest/Traces/ldap/sasl-srp-who-am-i.pcap', ['ldap sasl-srp  accepted']],
  [
    'zeek__zeek/testing/btest/Traces/ldap/simpleauth.pcap',
    [
      'ldap clear CN=xxxxxxxx,OU=Users,OU=Accounts,DC=xx,DC=xxx,DC=xxxxx,DC=net accepted',
      'ldap clear xxxxxxxxxxx@xx.xxx.xxxxx.net accepted',
    ],
  ],
  [
    'zeek__zeek/testing/btest/Traces/ldap/simpleauth-diff-port.pcap',
    [
      'ldap clear CN=xxxxxxxx,OU=Users,OU=Accounts,DC=xx,DC=xxx,DC=xxxxx,DC=net accepted',
      'ldap clear xxxxxxxxxxx@xx.xxx.xxxxx.net accepted',
    ],
  ],
  [
    'odedshimon__BruteShark/Pcap_Examples/Kerberos - v5 UDP.pcap',
    [
      'ldap ntlm-v2 Administrator accepted',
      'ldap sasl-gss-spnego  accepted',
      'ldap sasl-gss-spnego  accepted',
      'ldap sasl-gss-spnego  accepted',
    ],
  ],
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
