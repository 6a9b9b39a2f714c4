// Tables and shapes tell maker, system and role where they are plain, and nothing where they are not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssetEvidence } from '../facts/asset.ts';
import { derivedEvidence, systemOfStack, type Grounds, type KeptTrait } from './derived.ts';

function evidence(change: Partial<AssetEvidence>): AssetEvidence {
  return { attribute: 'application', value: '', source: 'test', trust: 0.9, timeUs: 7, frame: 3, ...change };
}

function derived(change: Partial<Grounds>, traits: Readonly<Record<string, string>> = {}): string[] {
  const kept = Object.entries(traits).map(([name, value]): [string, KeptTrait] => [
    name,
    { value, timeUs: 7, frame: 3 },
  ]);
  const grounds = { evidence: [], served: [], forwards: 0, firstUs: 1, ...change, traits: new Map(kept) };
  return derivedEvidence(grounds).map(
    ({ attribute, value, source, trust }) => `${attribute} ${value} (${source}, ${trust})`,
  );
}

const CLAIMS: readonly (readonly [Partial<AssetEvidence>, readonly string[]])[] = [
  [
    { attribute: 'product-code', value: '1.3.6.1.4.1.8691.7.19', source: 'snmp sysObjectID' },
    ['vendor Moxa (snmp sysObjectID, 0.5)'],
  ],
  [{ attribute: 'product-code', value: '1.3.6.1.4.1.8072.3.2.10', source: 'snmp sysObjectID' }, []],
  [{ attribute: 'product-code', value: '1.3.6.1.4.12' }, []],
  [
    { attribute: 'product-code', value: '6ES7 516-3AN01-0AB0' },
    [
      'vendor Siemens (order number, 0.5)',
      'model SIMATIC S7-1500 (order number, 0.5)',
      'role controller (order number 6ES7 516-3AN01-0AB0, 0.39)',
    ],
  ],
  [{ value: 'A-B WWW/0.1', source: 'http server' }, ['vendor Rockwell Automation (http server, 0.5)']],
  [{ value: 'Microsoft-IIS/8.5', source: 'http server' }, ['operating-system Windows (http server, 0.5)']],
  [{ value: 'Microsoft-IIS/8.5', source: 'user agent' }, []],
  [{ value: 'nginx', source: 'http server' }, []],
  [{ attribute: 'service', value: '_ipp.tcp' }, ['role printer (offers _ipp.tcp, 0.35)']],
  [
    { attribute: 'service', value: 'upnp InternetGatewayDevice:1' },
    ['role router (offers upnp InternetGatewayDevice:1, 0.35)'],
  ],
];

for (const [claim, expected] of CLAIMS) {
  test(`from ${claim.attribute ?? 'application'} ${claim.value} follows ${expected.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(derived({ evidence: [evidence(claim)] }), expected);
  });
}

const TRAITS: readonly (readonly [Readonly<Record<string, string>>, readonly string[]])[] = [
  [{ 'lldp-capabilities': 'bridge' }, ['role switch (lldp capabilities bridge, 0.38)']],
  [{ 'lldp-capabilities': 'bridge,router' }, ['role router (lldp capabilities bridge,router, 0.38)']],
  [{ 'lldp-capabilities': 'bridge,station' }, []],
  [{ 'ws-discovery-types': 'dn:NetworkVideoTransmitter' }, ['role camera (ws-discovery types, 0.35)']],
  [{ 'dhcp-vendor-class': 'yealink' }, ['role phone (dhcp vendor class, 0.35)']],
  [{ 'dhcp-vendor-class': 'MSFT 5.0' }, []],
  [{ 'snmp-engine-id': '800010f5030090e8000001' }, []],
  [{ 'snmp-engine-id': '80000009030090e8000001' }, ['vendor Cisco (snmp engine id, 0.5)']],
  [{ 'tcp-stack': '128:8192:1460:2:mss,nop,ws,nop,nop,sok:df' }, ['operating-system Windows (tcp stack, 0.2)']],
];

for (const [traits, expected] of TRAITS) {
  test(`from ${JSON.stringify(traits)} follows ${expected.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(derived({}, traits), expected);
  });
}

test('who routes for several addresses is a router, who routes for one may have an odd TTL', () => {
  assert.deepEqual(derived({ forwards: 1 }), []);
  assert.deepEqual(derived({ forwards: 5 }), ['role router (routes for 5 addresses, 0.35)']);
});

test('who answers for a directory is a server, who answers RTSP a camera, who answers HTTP may be anything', () => {
  assert.deepEqual(derived({ served: ['http', 'ldap'] }), ['role server (answers ldap, 0.25)']);
  assert.deepEqual(derived({ served: ['http', 'rtsp'] }), ['role camera (answers rtsp, 0.25)']);
  assert.deepEqual(derived({ served: ['http'] }), []);
});

test('what the device says itself is not said again', () => {
  const own = evidence({ attribute: 'vendor', value: 'Siemens' });
  const code = evidence({ attribute: 'product-code', value: '6GK7 343-1EX30-0XE0' });
  assert.deepEqual(derived({ evidence: [own, code] }), [
    'model SIMATIC NET communication processor (order number, 0.5)',
  ]);
});

test('stacks that several systems share tell no system', () => {
  assert.equal(systemOfStack('64:64240:1460:7:mss,sok,ts,nop,ws:df'), 'Linux');
  assert.equal(systemOfStack('64:65535:1460:6:mss,nop,ws,nop,nop,ts,sok,eol:df'), '');
  assert.equal(systemOfStack('128:1024:1460:-:mss:'), '');
  assert.equal(systemOfStack(''), '');
});
