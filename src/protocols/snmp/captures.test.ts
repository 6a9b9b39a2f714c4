// The captures of this folder, from the file to the facts, each with its golden file; and captures of other people, with
// the numbers of data units that tshark counts in them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE, golden } from '../../../scripts/golden-check.ts';
import { exampleCaptures } from './captures/example-captures.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SHARED = resolve(ROOT, '../shared/captures');

function facts(path: string, kinds: string): string {
  const run = spawnSync(process.execPath, ['src/main.ts', 'facts', path, '--fact', kinds], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.equal(run.status, 0);
  return run.stdout;
}

for (const [name, bytes] of exampleCaptures()) {
  const path = join(import.meta.dirname, 'captures', name);

  test(`${name} is what example-captures.ts builds, and its facts are the golden ones`, () => {
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
    const told = facts(path, 'operation,login,claim,transfer,violation,trait');
    assert.doesNotMatch(told, /example-/);
    golden(path.replace(/\.pcap$/, '.golden'), told);
  });
}

const ZEEK = 'zeek__zeek/testing/btest/Traces/snmp/';
const SURICATA = 'OISF__suricata-verify/tests/';

/** Plain data units by tshark's snmp.data: get, get-next, set, trap, get-bulk; each is one operation, of a set each object by its snmp.name. */
const COUNTED: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  [`${SURICATA}snmp-v2c-get/SNMPv2c_get_requests.pcap`, { GetRequest: 3, GetNextRequest: 1 }],
  [`${SURICATA}snmp-v3-encrypted/SNMPv3.pcap`, { GetRequest: 2 }],
  [`${SURICATA}snmp-v3-unauth/snmp-v3-get-bulk-unauth.pcap`, { GetRequest: 3, GetBulkRequest: 1 }],
  ['kqdssheng__Pcap/snmp(v2c).pcapng', { GetNextRequest: 2 }],
  ['kqdssheng__Pcap/snmp(v3).pcapng', { GetRequest: 1 }],
  [`${ZEEK}leak_test.pcapng`, { GetRequest: 31, GetNextRequest: 2, SetRequest: 14, Trap: 1, GetBulkRequest: 1 }],
  [`${ZEEK}snmp-crash-62790.pcap`, {}],
  [`${ZEEK}snmpv1_get.pcap`, { GetRequest: 25, SetRequest: 13 }],
  [`${ZEEK}snmpv1_get_short.pcap`, { GetRequest: 1 }],
  [`${ZEEK}snmpv1_set.pcap`, { SetRequest: 1 }],
  [`${ZEEK}snmpv1_trap.pcap`, { Trap: 1 }],
  [`${ZEEK}snmpv2_get.pcap`, { GetRequest: 1 }],
  [`${ZEEK}snmpv2_get_bulk.pcap`, { GetBulkRequest: 1 }],
  [`${ZEEK}snmpv2_get_next.pcap`, { GetRequest: 3, GetNextRequest: 1 }],
  [`${ZEEK}snmpv3_get_next.pcap`, { GetRequest: 1, GetNextRequest: 1 }],
  [`${ZEEK}snmpwalk-short.pcap`, { GetNextRequest: 200 }],
];

for (const [name, expected] of COUNTED) {
  const path = join(SHARED, name);
  test(`${name} has the data units that tshark counts`, { skip: !existsSync(path) }, () => {
    const counts: Record<string, number> = {};
    for (const line of facts(path, 'operation').split('\n')) {
      if (line === '') continue;
      const { protocol, functionName } = JSON.parse(line) as { protocol: string; functionName: string };
      if (protocol === 'snmp') counts[functionName] = (counts[functionName] ?? 0) + 1;
    }
    assert.deepEqual(counts, expected);
  });
}
