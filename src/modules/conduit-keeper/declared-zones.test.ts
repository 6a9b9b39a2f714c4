// What zones that 1sec.yaml declares change for conduit-keeper: they part hosts of one network, and join those of several.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SiteIntent } from '../../engine/site-intent.ts';
import type { Conversation, HostDirectory } from '../../facts/facts.ts';
import type { Declaration } from '../../facts/intent.ts';
import type { PolicyView, PolicyZone } from '../../facts/policy.ts';
import { restoreBaseline, savedBaseline } from '../../learning/baseline.ts';
import { newLearning } from '../../learning/tables.ts';
import { REHEARSAL_HOSTS, REHEARSAL_PROTOCOL, Rehearsal } from '../rehearsal.ts';
import { conduitKeeper } from './index.ts';

const [FIELDBUS, SHELL, WEB] = [0, 2, 3];
const SECOND = 1_000_000;
const NEXT_DAY = { timeUs: 90_000 * SECOND };
/** Hosts 1 to 99 are 10.0.0.1 to 10.0.0.99, 101 is 10.0.1.101, 201 is 10.0.2.201; from 300 on they are the Internet. */
const OFFICE = 5;
const [CONTROLLER, PANEL, FAR_CONTROLLER] = [40, 41, 140];
const NOBODY = 70;
const STATION = 9;
const OTHER_NETWORK = 200;
const OTHER_OFFICE = 205;
const WORLD = 300;

/** Host 42 has another address on the network card of `twin`. */
function directoryOf(twin: number): HostDirectory {
  return {
    ...REHEARSAL_HOSTS,
    address: (host) => (host >= WORLD ? `192.88.99.${host - WORLD}` : `10.0.${Math.floor(host / 100)}.${host}`),
    mac: (host) => (host >= WORLD ? '' : `02:00:00:00:00:${(host === 42 ? twin : host).toString(16).padStart(2, '0')}`),
  };
}

const EMPTY: PolicyZone = { name: '', level: null, segment: null, addresses: [], segments: [], roles: [] };
const zonesAt = (office: number | null, control: number | null): PolicyZone[] => [
  { ...EMPTY, name: 'office', level: office, addresses: ['10.0.0.0/27', '10.0.2.205'] },
  { ...EMPTY, name: 'control', level: control, addresses: ['10.0.0.32/27', '10.0.1.0/24'] },
  { ...EMPTY, name: 'operators', roles: ['hmi'] },
];
const PLAIN = zonesAt(null, null);
const LEVELLED = zonesAt(4, 1);

function declarationOf(zones: readonly PolicyZone[]): Declaration {
  const at = (address: string): { address: string; segment: null } => ({ address, segment: null });
  return {
    ...{ masters: [], segments: [], windows: [], normal: [], settings: new Map() },
    engineeringStations: [{ name: '', host: at('10.0.0.9'), level: 2 }],
    jumpHosts: [{ name: '', host: at('10.0.2.1') }],
    zones,
  };
}

interface Case {
  readonly kind: string;
  readonly what: string;
  readonly zones: readonly PolicyZone[];
  readonly twin?: number;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

function opened(
  rehearsal: Rehearsal,
  client: number,
  server: number,
  protocol: number,
  more?: Partial<Conversation>,
): void {
  const serverPort = protocol === FIELDBUS ? 502 : protocol === SHELL ? 22 : 80;
  rehearsal.conversation({ phase: 'identified', client, server, protocol, serverPort, frame: 3, ...more });
}

function works(rehearsal: Rehearsal, timeUs = SECOND): void {
  opened(rehearsal, PANEL, CONTROLLER, FIELDBUS, { timeUs });
}

/** One way, every three minutes of a day. */
function day(rehearsal: Rehearsal, client: number, server: number, protocol: number): void {
  for (let count = 0; count < 480; count++) {
    opened(rehearsal, client, server, protocol, { timeUs: SECOND + count * 180 * SECOND });
  }
}

function browses(rehearsal: Rehearsal, host: number): void {
  for (const site of [1, 2, 3]) opened(rehearsal, host, WORLD + site, WEB, { timeUs: SECOND / 2 });
}

/** A controller, and host 42 at the same time, each asked by a host of its own place. */
function bothWork(rehearsal: Rehearsal, one: number): void {
  const times = { firstUs: SECOND, lastUs: 20 * SECOND, timeUs: 20 * SECOND };
  for (const server of [one, 42])
    rehearsal.conversation({ phase: 'closed', client: NOBODY, server, protocol: FIELDBUS, ...times });
}

const FIRES: readonly Case[] = [
  {
    kind: 'it-speaks-industrial',
    what: 'a computer of a zone at level 4 and a controller of another zone in one network',
    zones: LEVELLED,
    play: (rehearsal) => opened(rehearsal, OFFICE, CONTROLLER, FIELDBUS),
    severity: 'critical',
    says: /stands in zone "office" at level 4, .* different zones: "office" \(10\.0\.0\.0\/24\) and "control" \(10\.0\.0\.0\/24\)/,
  },
  {
    kind: 'it-speaks-industrial',
    what: 'a computer that browses, in a zone that has no level',
    zones: PLAIN,
    play: (rehearsal) => {
      works(rehearsal);
      browses(rehearsal, OFFICE);
      opened(rehearsal, OFFICE, CONTROLLER, FIELDBUS, { timeUs: 2 * SECOND });
    },
    severity: 'high',
    says: /used the Internet .* different zones: "office"/,
  },
  {
    kind: 'level-skipped',
    what: 'a shell from level 4 to level 1',
    zones: LEVELLED,
    play: (rehearsal) => opened(rehearsal, OFFICE, FAR_CONTROLLER, SHELL),
    says: /nothing stands between the two zones "office" \(10\.0\.0\.0\/24\) and "control" \(10\.0\.1\.0\/24\)\./,
  },
  {
    kind: 'control-to-internet',
    what: 'a host of which only the zone says that it is of the control level',
    zones: LEVELLED,
    play: (rehearsal) => opened(rehearsal, PANEL, WORLD, WEB),
    severity: 'medium',
    says: /which stands in zone "control" at level 1, opened http/,
  },
  {
    kind: 'past-jump-host',
    what: 'a shell from a host that no zone names, in the network of the controller',
    zones: PLAIN,
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, NOBODY, CONTROLLER, SHELL);
    },
    says: /from another network \(10\.0\.0\.0\/24 and zone "control" \(10\.0\.0\.0\/24\)\)/,
  },
  {
    kind: 'new-path',
    what: 'another service between two zones of one network',
    zones: PLAIN,
    play: (rehearsal) => {
      day(rehearsal, OFFICE, CONTROLLER, FIELDBUS);
      opened(rehearsal, OFFICE, CONTROLLER, WEB, NEXT_DAY);
    },
    says: /from zone "office" \(10\.0\.0\.0\/24\) to zone "control" \(10\.0\.0\.0\/24\) nothing .* came into that part of the network by one way/,
  },
  {
    kind: 'new-path',
    what: 'the usual service from another zone',
    zones: PLAIN,
    play: (rehearsal) => {
      day(rehearsal, OFFICE, FAR_CONTROLLER, SHELL);
      opened(rehearsal, OTHER_NETWORK, FAR_CONTROLLER, SHELL, NEXT_DAY);
    },
    says: /from 10\.0\.2\.0\/24 to zone "control" \(10\.0\.1\.0\/24\) nothing .* came into that network by one way/,
  },
  {
    kind: 'device-in-two-zones',
    what: 'one network card in two zones of one network',
    zones: PLAIN,
    twin: OFFICE,
    play: (rehearsal) => bothWork(rehearsal, OFFICE),
    says: /in zone "control" \(10\.0\.0\.0\/24\).* at the same time as 10\.0\.0\.5 in zone "office" .*connects the two zones|in zone "office" \(10\.0\.0\.0\/24\).* at the same time as 10\.0\.0\.42 in zone "control" .*connects the two zones/,
  },
];

const QUIET: readonly Case[] = [
  {
    kind: 'it-speaks-industrial',
    what: 'a computer that browses and a controller in two networks of one zone',
    zones: PLAIN,
    play: (rehearsal) => {
      browses(rehearsal, PANEL);
      opened(rehearsal, PANEL, FAR_CONTROLLER, FIELDBUS, { timeUs: 2 * SECOND });
    },
  },
  {
    kind: 'it-speaks-industrial',
    what: 'a declared engineering station at level 2 within a zone at level 4',
    zones: LEVELLED,
    play: (rehearsal) => opened(rehearsal, STATION, CONTROLLER, FIELDBUS),
  },
  {
    kind: 'past-jump-host',
    what: 'a shell from one network of a zone to another',
    zones: PLAIN,
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, 141, CONTROLLER, SHELL);
    },
  },
  {
    kind: 'new-path',
    what: 'another service within a zone of two networks',
    zones: PLAIN,
    play: (rehearsal) => {
      day(rehearsal, OFFICE, FAR_CONTROLLER, SHELL);
      opened(rehearsal, CONTROLLER, FAR_CONTROLLER, WEB, NEXT_DAY);
    },
  },
  {
    kind: 'new-path',
    what: 'the usual service from another network of the usual zone',
    zones: PLAIN,
    play: (rehearsal) => {
      day(rehearsal, OFFICE, FAR_CONTROLLER, SHELL);
      opened(rehearsal, OTHER_OFFICE, FAR_CONTROLLER, SHELL, NEXT_DAY);
    },
  },
  {
    kind: 'new-path',
    what: 'the usual service of a host that turns out to be in another zone by its role',
    zones: PLAIN,
    play: (rehearsal) => {
      day(rehearsal, NOBODY, FAR_CONTROLLER, FIELDBUS);
      rehearsal.claim({ host: NOBODY, attribute: 'role', value: 'hmi' });
      opened(rehearsal, NOBODY, FAR_CONTROLLER, FIELDBUS, NEXT_DAY);
    },
  },
  {
    kind: 'device-in-two-zones',
    what: 'one network card in two networks of one zone',
    zones: PLAIN,
    twin: FAR_CONTROLLER,
    play: (rehearsal) => bothWork(rehearsal, FAR_CONTROLLER),
  },
];

function rehearsalOf(zones: readonly PolicyZone[], twin = 42, policy?: PolicyView): Rehearsal {
  const hosts = directoryOf(twin);
  const intent = new SiteIntent(declarationOf(zones), hosts);
  const place = { hosts, ...(policy === undefined ? {} : { policy }) };
  return new Rehearsal(conduitKeeper, newLearning(), intent, undefined, place);
}

function raisedBy({ kind, zones, twin, play }: Case): Rehearsal['raised'] {
  const rehearsal = rehearsalOf(zones, twin);
  play(rehearsal);
  return rehearsal.raised.filter((raised) => raised.kind === `conduit-keeper/${kind}`);
}

describe('with zones of 1sec.yaml conduit-keeper raises', () => {
  for (const example of FIRES) {
    test(`${example.kind}: ${example.what}`, () => {
      const raised = raisedBy(example);
      assert.equal(raised.length, 1);
      if (example.severity !== undefined) assert.equal(raised[0]!.severity, example.severity);
      if (example.says !== undefined) assert.match(raised[0]!.explanation, example.says);
    });
  }
});

describe('with zones of 1sec.yaml conduit-keeper is quiet about', () => {
  for (const example of QUIET) {
    test(`${example.kind}: ${example.what}`, () => assert.deepEqual(raisedBy(example), []));
  }
});

test('without the zones each of these is judged the other way round', () => {
  const bare = (example: Case): number => raisedBy({ ...example, zones: [] }).length;
  const told = FIRES.filter(({ what }) => !what.startsWith('the usual service from another zone'));
  assert.deepEqual(told.map(bare), Array(told.length).fill(0));
  const kept = QUIET.filter(({ what }) => !/declared engineering station|by its role/.test(what));
  assert.deepEqual(kept.map(bare), Array(kept.length).fill(1));
});

test('where a policy is given it alone says which zones there are', () => {
  const zones = [{ ...EMPTY, name: 'all', level: 2, addresses: ['10.0.0.0/8'] }];
  const policy = { policy: { zones, conduits: [] }, zoneOf: (host: number) => (host < WORLD ? 0 : -1) };
  const rehearsal = rehearsalOf(LEVELLED, 42, policy);
  opened(rehearsal, OFFICE, CONTROLLER, FIELDBUS);
  opened(rehearsal, OFFICE, FAR_CONTROLLER, SHELL);
  assert.deepEqual(rehearsal.kinds(), ['conduit-keeper/past-jump-host']);
  assert.match(rehearsal.raised[0]!.explanation, /another network \(10\.0\.0\.0\/24 and 10\.0\.1\.0\/24\)/);
});

test('a baseline that was learned without zones is as good with them', () => {
  const hosts = directoryOf(42);
  const taught = newLearning(true);
  const before = new Rehearsal(conduitKeeper, taught, undefined, undefined, { hosts });
  day(before, OFFICE, FAR_CONTROLLER, SHELL);
  const fresh = newLearning();
  const protocols = [REHEARSAL_PROTOCOL];
  const hostOf = (_segment: string, address: string): number => Number(address.split('.')[3]);
  restoreBaseline(savedBaseline(taught, hosts, protocols), fresh, hostOf, protocols);
  const intent = new SiteIntent(declarationOf(PLAIN), hosts);
  const after = new Rehearsal(conduitKeeper, fresh, intent, undefined, { hosts });
  opened(after, OFFICE, FAR_CONTROLLER, SHELL, NEXT_DAY);
  // Of ways between zones of one network it knows nothing, and says nothing.
  opened(after, OFFICE, CONTROLLER, WEB, NEXT_DAY);
  assert.deepEqual(after.kinds(), []);
  opened(after, OFFICE, FAR_CONTROLLER, WEB, NEXT_DAY);
  assert.deepEqual(after.kinds(), ['conduit-keeper/new-path']);
});

test('the Internet is in no zone of a segment or a role, a device at the same link is', () => {
  const hosts = { ...directoryOf(42), mac: (host: number) => (host === WORLD + 1 ? '02:00:00:00:01:01' : '') };
  const zones = [
    { ...EMPTY, name: 'plant', segments: ['default'] },
    { ...EMPTY, name: 'operators', roles: ['hmi'] },
    { ...EMPTY, name: 'vendor', addresses: ['192.88.99.7'] },
  ];
  const zoneOf = (host: number, from: readonly PolicyZone[]): string | null =>
    new SiteIntent(declarationOf(from), hosts).zoneOf(host, 'hmi')?.name ?? null;
  assert.deepEqual(
    [WORLD, WORLD + 1, WORLD + 7, OFFICE].map((host) => zoneOf(host, zones)),
    [null, 'plant', 'vendor', 'plant'],
  );
  assert.deepEqual([zoneOf(WORLD, zones.slice(1)), zoneOf(OFFICE, zones.slice(1))], [null, 'operators']);
});
