// Where 1sec.yaml and a policy put the same devices into different zones, and where they only say it in other words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyZone } from '../facts/policy.ts';
import { zoneDifferences } from './zone-differences.ts';

const zone = (name: string, more: Partial<PolicyZone>): PolicyZone => ({
  ...{ name, level: null, segment: null, addresses: [], segments: [], roles: [] },
  ...more,
});
const A = zone('a', { addresses: ['10.0.0.0/24'] });
const B = zone('b', { addresses: ['10.0.1.0/24'] });

const CASES: readonly [
  what: string,
  declared: readonly PolicyZone[],
  policy: readonly PolicyZone[],
  told: readonly string[],
][] = [
  ['the same zones', [A, B], [B, A], []],
  ['zones that 1sec.yaml says nothing about', [A], [A, zone('z', { addresses: ['internet', '10.9.0.0/16'] })], []],
  ['a zone that the policy does not have', [A, B], [A], ['"b" is no zone of the policy']],
  [
    'an address that the policy has in another zone',
    [A, B],
    [A, zone('b', { addresses: ['10.0.1.0/24', '10.0.0.7'] })],
    ['10.0.0.7 is in "a", by the policy in "b"'],
  ],
  [
    'an address that the policy has in another zone, in one segment only',
    [A, B],
    [A, B, zone('c', { segment: 'vlan 7', addresses: ['10.0.0.0/25'] })],
    ['10.0.0.0/25 is in "a", by the policy in "c"'],
  ],
  ['a zone that the policy has in one segment only', [A], [{ ...A, segment: 'vlan 7' }], []],
  [
    'a narrower address in the same zones of both',
    [A, zone('b', { addresses: ['10.0.0.128/25'] })],
    [zone('b', { addresses: ['10.0.0.128/25'] }), A],
    [],
  ],
  ['a subnet in two halves', [A], [zone('a', { addresses: ['10.0.0.0/25', '10.0.0.128/25'] })], []],
  [
    'a subnet of which a half is in another zone',
    [A, B],
    [zone('a', { addresses: ['10.0.0.0/25'] }), zone('b', { addresses: ['10.0.1.0/24', '10.0.0.128/25'] })],
    ['10.0.0.128/25 is in "a", by the policy in "b"'],
  ],
  ['a larger subnet of the same zone', [A], [zone('a', { addresses: ['10.0.0.0/16'] })], []],
  [
    'an address that is none of the policy',
    [A],
    [zone('a', { addresses: ['10.3.0.1'] })],
    ['10.0.0.0/24 is in "a", by the policy in none'],
  ],
  ['an address that a segment of the policy may hold', [A], [zone('a', { segments: ['vlan 7'] })], []],
  [
    'an address of the Internet',
    [zone('a', { addresses: ['8.8.8.8', '10.0.0.1'] })],
    [zone('a', { addresses: ['10.0.0.1'] }), zone('world', { addresses: ['internet'] })],
    ['8.8.8.8 is in "a", by the policy in "world"'],
  ],
  [
    'addresses that are written in another way',
    [zone('a', { addresses: ['2001:db8::1', '02:00:00:00:00:0A'] })],
    [zone('a', { addresses: ['2001:db8:0:0::1/128', '02:00:00:00:00:0a'] })],
    [],
  ],
  [
    'a card in another zone',
    [zone('a', { addresses: ['02:00:00:00:00:0a'] }), B],
    [zone('a', { roles: ['hmi'] }), zone('b', { addresses: ['10.0.1.0/24', '02:00:00:00:00:0a'] })],
    ['02:00:00:00:00:0a is in "a", by the policy in "b"'],
  ],
  [
    'segments and roles that are in another zone',
    [zone('a', { segments: ['vlan 7'] }), zone('b', { roles: ['hmi', 'broker'] })],
    [zone('a', { roles: ['hmi'] }), zone('b', { segments: ['vlan 7'], roles: ['broker'] })],
    ['segment vlan 7 is in "a", by the policy in "b"', 'role hmi is in "b", by the policy in "a"'],
  ],
  [
    'another level',
    [
      { ...A, level: 1 },
      { ...B, level: 2 },
    ],
    [{ ...A, level: 2 }, B],
    ['"a" stands at level 1, by the policy at level 2'],
  ],
];

for (const [what, declared, zones, told] of CASES) {
  test(`${what}: ${told.length === 0 ? 'no difference' : 'told'}`, () => {
    assert.deepEqual(zoneDifferences(declared, { zones, conduits: [] }), told);
  });
}
