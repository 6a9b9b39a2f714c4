// What a declaration means for hosts and moments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Declaration, HostPattern, MaintenanceWindow } from '../facts/intent.ts';
import type { HostDirectory } from '../facts/facts.ts';
import { addressRange, isInRange, subnetMeant } from './host-pattern.ts';
import { SiteIntent } from './site-intent.ts';

const ADDRESSES = ['', '192.0.2.1', '192.0.2.130', '2001:db8::7', '02:00:00:00:00:09', '192.0.2.1'];
const MACS = ['', '02:00:00:00:00:01', '', '', '02:00:00:00:00:09', ''];
const HOSTS: HostDirectory = {
  count: ADDRESSES.length,
  address: (host) => ADDRESSES[host] ?? '(more hosts)',
  addressKind: () => 'ipv4',
  segment: (host) => (host === 5 ? 'cell 1' : 'default'),
  mac: (host) => MACS[host] ?? '',
  isBroadcastOrMulticast: () => false,
};

const NOTHING: Declaration = {
  masters: [],
  engineeringStations: [],
  jumpHosts: [],
  normal: [],
  segments: [],
  zones: [],
  windows: [],
  settings: new Map(),
};

function at(address: string, segment: string | null = null): HostPattern {
  return { address, segment };
}

function stationsIn(pattern: HostPattern): number[] {
  const engineeringStations = [{ name: '', host: pattern, level: 2 }];
  const intent = new SiteIntent({ ...NOTHING, engineeringStations }, HOSTS);
  return [1, 2, 3, 4, 5, 6].filter((host) => intent.isEngineeringStation(host));
}

const PATTERNS: readonly [pattern: HostPattern, hosts: readonly number[]][] = [
  [at('192.0.2.1'), [1, 5]],
  [at('192.0.2.1', 'cell 1'), [5]],
  [at('192.0.2.0/24'), [1, 2, 5]],
  [at('192.0.2.128/25'), [2]],
  [at('0.0.0.0/0'), [1, 2, 5]],
  [at('2001:DB8:0::7'), [3]],
  [at('2001:db8::/32'), [3]],
  [at('::/0'), [3]],
  [at('02-00-00-00-00-01'), [1]],
  [at('02:00:00:00:00:09'), [4]],
  [at('192.0.2.2'), []],
];

for (const [pattern, hosts] of PATTERNS) {
  test(`${pattern.address}${pattern.segment === null ? '' : ` in ${pattern.segment}`} means the hosts ${hosts.join(', ') || 'none'}`, () => {
    assert.deepEqual(stationsIn(pattern), hosts);
  });
}

test('a jump host is who its address names, and nobody else', () => {
  const intent = new SiteIntent({ ...NOTHING, jumpHosts: [{ name: '', host: at('192.0.2.128/25') }] }, HOSTS);
  assert.deepEqual(
    [1, 2, 3].map((host) => intent.isJumpHost(host)),
    [false, true, false],
  );
});

test('what is no address is none', () => {
  for (const text of [
    '',
    'x',
    '192.0.2',
    '192.0.2.1/33',
    '192.0.2.1/',
    '::1/129',
    'fe80::1%eth0',
    '02:00:00:00:00:01/8',
    '02:00-00:00:00:01',
  ]) {
    assert.equal(addressRange(text), null, text);
  }
});

test('the subnet that was meant is found', () => {
  assert.equal(subnetMeant('192.0.2.5/24'), '192.0.2.0/24');
  assert.equal(subnetMeant('2001:db8::1/32'), '2001:db8::/32');
  for (const text of ['192.0.2.0/24', '192.0.2.5', '02:00:00:00:00:01', 'x']) assert.equal(subnetMeant(text), null);
});

test('an IPv4 address written within an IPv6 one has the value of its groups', () => {
  assert.ok(isInRange(addressRange('::ffff:192.0.2.1')!, addressRange('::ffff:c000:201')!));
});

test('a master may ask the servers it is declared for, or all', () => {
  const masters = [
    { name: '', client: at('192.0.2.1', 'default'), servers: [at('192.0.2.130')] },
    { name: '', client: at('2001:db8::7'), servers: [] },
  ];
  const intent = new SiteIntent({ ...NOTHING, masters }, HOSTS);
  const pairs = [1, 2, 3, 4].flatMap((client) => [1, 2, 3, 4].map((server) => [client, server] as const));
  const masterOf = pairs.filter(([client, server]) => intent.isMaster(client, server)).map((pair) => pair.join(' to '));
  assert.deepEqual(masterOf, ['1 to 2', '3 to 1', '3 to 2', '3 to 3', '3 to 4']);
});

const WEEKLY: MaintenanceWindow = {
  name: 'weekly',
  devices: [],
  fromUs: null,
  untilUs: null,
  days: [6],
  fromMinute: 22 * 60,
  untilMinute: 2 * 60,
  utcOffsetMinutes: 60,
};
const ONCE = {
  ...WEEKLY,
  name: 'once',
  days: [],
  fromUs: us('2026-01-31T08:00:00Z'),
  untilUs: us('2026-01-31T16:00:00Z'),
};

function us(text: string): number {
  return Date.parse(text) * 1000;
}

function isWithin(window: MaintenanceWindow, time: string): boolean {
  return new SiteIntent({ ...NOTHING, windows: [window] }, HOSTS).windowAt(1, us(time)) !== null;
}

test('a window that comes back begins and ends by the clock of the site, also past midnight', () => {
  // 2026-01-31 is a Saturday; the site is an hour ahead of UTC.
  const within = ['2026-01-31T21:00:00Z', '2026-02-01T00:59:59Z', '2026-02-07T23:00:00Z', '1970-01-03T21:30:00Z'];
  const outside = ['2026-01-31T20:59:59Z', '2026-02-01T01:00:00Z', '2026-02-01T21:30:00Z', '2026-01-31T00:30:00Z'];
  for (const time of within) assert.ok(isWithin(WEEKLY, time), time);
  for (const time of outside) assert.ok(!isWithin(WEEKLY, time), time);
  const day = { ...WEEKLY, fromMinute: 480, untilMinute: 960, utcOffsetMinutes: 0 };
  assert.ok(isWithin(day, '2026-01-31T08:00:00Z'));
  assert.ok(!isWithin(day, '2026-01-31T16:00:00Z'));
  const whole = { ...WEEKLY, fromMinute: 0, untilMinute: 0, utcOffsetMinutes: 0 };
  assert.ok(isWithin(whole, '2026-01-31T23:59:59Z'));
  assert.ok(!isWithin(whole, '2026-02-01T00:00:00Z'));
});

test('a window of one time holds from its start to before its end', () => {
  for (const [time, expected] of [
    ['2026-01-31T07:59:59Z', false],
    ['2026-01-31T08:00:00Z', true],
    ['2026-01-31T15:59:59Z', true],
    ['2026-01-31T16:00:00Z', false],
  ] as const) {
    assert.equal(isWithin(ONCE, time), expected, time);
  }
});

test('a window may be for some devices only', () => {
  const intent = new SiteIntent({ ...NOTHING, windows: [{ ...ONCE, devices: [at('192.0.2.130')] }] }, HOSTS);
  assert.equal(intent.windowAt(1, us('2026-01-31T10:00:00Z')), null);
  assert.equal(intent.windowAt(2, us('2026-01-31T10:00:00Z'))?.name, 'once');
});

test('settings give an alert another severity, or none at all', () => {
  const severities = new Map([
    ['a/loud', 'info'],
    ['a/noise', 'off'],
  ] as const);
  const intent = new SiteIntent({ ...NOTHING, settings: new Map([['a', { isEnabled: true, severities }]]) }, HOSTS);
  const judgement = (kind: string): Parameters<SiteIntent['weighed']>[0] => ({
    kind,
    timeUs: 0,
    subject: { host: 1, unit: -1, port: -1 },
    peer: null,
    object: '',
    explanation: '',
    frames: [],
  });
  assert.equal(intent.weighed(judgement('a/loud'))?.severity, 'info');
  assert.equal(intent.weighed(judgement('a/noise')), null);
  const other = judgement('b/noise');
  assert.equal(intent.weighed(other), other);
});
