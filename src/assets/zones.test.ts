// Which zones are proposed for hosts whose levels and talks are made by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim, Conversation, HostDirectory } from '../facts/facts.ts';
import { emptyOperation } from '../facts/operation.ts';
import type { PolicyView } from '../facts/policy.ts';
import type { Protocol } from '../facts/protocol.ts';
import { Verb } from '../facts/verbs.ts';
import { TalkTable } from './talks.ts';
import { proposeZones } from './zones.ts';

/** All that a table of talks wants to know of a protocol. */
const FIELDBUS = { name: 'fieldbus' } as Protocol;

/** The first is no host; others may stand for it. */
type Addresses = readonly string[];

function directoryOf(addresses: Addresses): HostDirectory {
  return {
    count: addresses.length,
    address: (host) => addresses[host] ?? '',
    addressKind: (host) => ((addresses[host] ?? '').includes(':') ? 'ipv6' : 'ipv4'),
    segment: () => 'default',
    mac: () => '',
    isBroadcastOrMulticast: () => false,
  };
}

interface Asked {
  readonly client: number;
  readonly server: number;
}

/** Zones by name, each with the addresses of its members; those without members are left out. */
function zonesOf(
  addresses: Addresses,
  levels: readonly (number | null)[],
  asked: readonly Asked[],
  declared: PolicyView | null = null,
): Record<string, string[]> {
  const hosts = directoryOf(addresses);
  const table = new TalkTable(hosts, [FIELDBUS]);
  for (const [host, level] of levels.entries()) {
    const claim = { fact: 'claim', timeUs: 1, frame: 1, host, unit: -1, source: '', trust: 0.5 } as const;
    if (level !== null) table.claim({ ...claim, attribute: 'level', value: String(level) } satisfies Claim);
  }
  for (const { client, server } of asked) {
    table.conversation(conversationOf(client, server));
    table.operation({ ...emptyOperation(), client, server, protocol: 0, verb: Verb.read, timeUs: 1 });
  }
  const { zones } = proposeZones(hosts, table, table.list(), declared);
  const named = zones.filter(({ members }) => members.length > 0);
  return Object.fromEntries(named.map(({ name, members }) => [name, members.map(({ address }) => address)]));
}

function conversationOf(client: number, server: number): Conversation {
  return {
    ...{ fact: 'conversation', phase: 'closed', timeUs: 1, frame: 1, flow: 1, client, server, transport: 'tcp' },
    ...{ clientPort: 40_000, serverPort: 502, protocol: -1, firstUs: 1, lastUs: 2, clientPackets: 1 },
    ...{
      serverPackets: 1,
      clientBytes: 1,
      serverBytes: 1,
      gaps: 0,
      isSeenFromStart: true,
      isAnswered: true,
      frames: [],
    },
  };
}

test('a plant in one subnet is parted by level', () => {
  const zones = zonesOf(
    ['', '10.0.0.1', '10.0.0.2', '10.0.0.3'],
    [null, 1, 2, null],
    [
      { client: 2, server: 1 },
      { client: 3, server: 1 },
    ],
  );
  assert.deepEqual(zones, {
    'control 10.0.0.0/24': ['10.0.0.1'],
    'supervision 10.0.0.0/24': ['10.0.0.2'],
    'other 10.0.0.0/24': ['10.0.0.3'],
  });
});

test('where several subnets hold parts of the plant each is one zone, but for computers of the office', () => {
  const addresses = ['', '10.0.1.1', '10.0.1.2', '10.0.2.1', '10.0.2.2', '10.0.2.3', '10.0.9.1'];
  const zones = zonesOf(
    addresses,
    [null, 1, 2, 1, null, 4, null],
    [
      { client: 2, server: 1 },
      { client: 4, server: 3 },
      { client: 5, server: 3 },
      { client: 6, server: 3 },
    ],
  );
  assert.deepEqual(zones, {
    'control 10.0.1.0/24': ['10.0.1.1', '10.0.1.2'],
    'control 10.0.2.0/24': ['10.0.2.1', '10.0.2.2'],
    'enterprise 10.0.2.0/24': ['10.0.2.3'],
    'hosts 10.0.9.0/24': ['10.0.9.1'],
  });
});

test('controllers of one subnet that are asked by different panels are cells, with these panels', () => {
  const addresses = ['', '10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4', '10.0.1.11', '10.0.1.12', '10.0.5.1'];
  const pairs = [
    [5, 1],
    [5, 2],
    [6, 3],
    [6, 4],
    [7, 1],
    [7, 2],
    [7, 3],
    [7, 4],
  ] as const;
  const zones = zonesOf(
    addresses,
    [null, 1, 1, 1, 1, 2, 2, 2],
    pairs.map(([client, server]) => ({ client, server })),
  );
  assert.deepEqual(zones, {
    'control cell 1 10.0.1.0/24': ['10.0.1.1', '10.0.1.2', '10.0.1.11'],
    'control cell 2 10.0.1.0/24': ['10.0.1.3', '10.0.1.4', '10.0.1.12'],
    'supervision 10.0.5.0/24': ['10.0.5.1'],
  });
});

test('subnets of IPv6 are zones as those of IPv4 are, and public addresses are the Internet', () => {
  const addresses = ['', 'fd00:0:0:1::1', 'fd00:0:0:1::2', 'fd00:0:0:2::1', '2a00::1'];
  const zones = zonesOf(
    addresses,
    [null, 1, 2, 2, null],
    [
      { client: 2, server: 1 },
      { client: 3, server: 1 },
      { client: 3, server: 4 },
    ],
  );
  assert.deepEqual(zones, {
    'control fd00:0:0:1::/64': ['fd00:0:0:1::1', 'fd00:0:0:1::2'],
    'supervision fd00:0:0:2::/64': ['fd00:0:0:2::1'],
    internet: ['2a00::1'],
  });
});

test('declared zones are taken as they are, and only the other hosts are grouped', () => {
  const addresses = ['', '10.0.1.1', '10.0.1.2', '10.0.2.1', '10.0.2.2', '8.8.8.8', '8.8.4.4'];
  const levels = [null, 1, 1, 2, null, null, null];
  const asked = [1, 2, 5, 6].map((server) => ({ client: 3, server }));
  asked.push({ client: 4, server: 1 });
  const zone = { level: null, segment: null, addresses: [], segments: [], roles: [] };
  const declared = (names: Readonly<Record<string, readonly number[]>>): PolicyView => ({
    policy: { zones: Object.keys(names).map((name) => ({ ...zone, name })), conduits: [] },
    zoneOf: (host) => Object.values(names).findIndex((members) => members.includes(host)),
  });
  const alone = zonesOf(addresses, levels, asked);
  assert.deepEqual(alone, {
    'control 10.0.1.0/24': ['10.0.1.1', '10.0.1.2'],
    'supervision 10.0.2.0/24': ['10.0.2.1', '10.0.2.2'],
    internet: ['8.8.8.8', '8.8.4.4'],
  });
  assert.deepEqual(zonesOf(addresses, levels, asked, declared({ mill: [1, 3], internet: [5], empty: [] })), {
    mill: ['10.0.1.1', '10.0.2.1'],
    internet: ['8.8.8.8'],
    'control 10.0.1.0/24': ['10.0.1.2'],
    'hosts 10.0.2.0/24': ['10.0.2.2'],
    'internet (inferred)': ['8.8.4.4'],
  });
});
