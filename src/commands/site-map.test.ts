// The map of a stored site: groups by level and network, what is done between devices, and the time that is looked at.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyOperation } from '../facts/operation.ts';
import { Verb } from '../facts/verbs.ts';
import { modbus } from '../protocols/modbus/index.ts';
import { saveLargeSite } from '../store/example-large-site.ts';
import {
  SECOND_US,
  START_US,
  exampleAlert,
  exampleAsset,
  exampleConversation,
  exampleEvidence,
  saveExample,
} from '../store/example-site.ts';
import { SiteStore } from '../store/site-store.ts';
import { StoredSite } from './stored-site.ts';

interface Told {
  readonly devices: number;
  readonly groups: readonly { readonly key: string; readonly isOpen: boolean; readonly devices: number }[];
  readonly nodes: readonly { readonly id: string; readonly severity: string | null }[];
  readonly lines: readonly { readonly from: string; readonly to: string; readonly doings: readonly string[] }[];
}

const folder = mkdtempSync(join(tmpdir(), '1sec-map-'));
const timeAt = (second: number): string => new Date((START_US + second * SECOND_US) / 1000).toISOString();

function mapOf(path: string, query: Partial<Record<'from' | 'until' | 'group', string>> = {}): Told {
  const site = new StoredSite(path);
  const told = site.map({ from: '', until: '', group: '', ...query }) as Told;
  site.close();
  return told;
}

async function smallSite(name: string, verb: number | null, protocol = 'modbus'): Promise<string> {
  const path = join(folder, name);
  const store = new SiteStore(path, { isMade: true });
  const level = (value: string): ReturnType<typeof exampleEvidence>[] => [
    exampleEvidence({ attribute: 'level', value }),
  ];
  const operation = {
    ...emptyOperation(),
    timeUs: START_US,
    client: 2,
    server: 1,
    verb: verb ?? 0,
    function: 3,
    requestFrame: 0,
    answerFrame: 0,
  };
  await saveExample(store, {
    protocols: [protocol],
    described: [modbus],
    assets: [
      exampleAsset({ evidence: level('1') }),
      exampleAsset({ id: 'asset-2', ip: ['192.0.2.2'], mac: [], evidence: level('2') }),
    ],
    conversations: [exampleConversation(10, 20)],
    operations: verb === null ? [] : [operation],
    alerts: [exampleAlert()],
  });
  store.close();
  return path;
}

test('a small site is shown device by device, with the worst alert of each', async () => {
  const told = mapOf(await smallSite('small.db', Verb.read));
  assert.deepEqual(told.groups.map(({ key, isOpen }) => `${key} ${isOpen}`).sort(), [
    '1 192.0.2.0/24 true',
    '2 192.0.2.0/24 true',
  ]);
  assert.deepEqual(
    told.nodes.map(({ id, severity }) => `${id} ${severity}`),
    ['asset-1 high', 'asset-2 null'],
  );
});

for (const [name, verb, protocol, doing] of [
  ['a read', Verb.read, 'modbus', 'read'],
  ['a write', Verb.write, 'modbus', 'write'],
  ['a program download', Verb['program-download'], 'modbus', 'engineering'],
  ['a conversation of which nothing was decoded', null, 'modbus', 'talk'],
  ['a remote session', null, 'rdp', 'remote'],
] as const) {
  test(`${name} is shown as ${doing}`, async () => {
    const { lines } = mapOf(await smallSite(`${doing}.db`, verb, protocol));
    assert.deepEqual(
      lines.map(({ from, to, doings }) => [from, to, ...doings]),
      [['asset-2', 'asset-1', doing]],
    );
  });
}

test('where a policy says what the zones are, the map shows those', async () => {
  const zone = { level: null, segment: null, segments: [], roles: [] };
  const zones = [
    { ...zone, name: 'cell one', addresses: ['192.0.2.1'] },
    { ...zone, name: 'supervision', addresses: ['192.0.2.2'] },
  ];
  const site = new StoredSite(await smallSite('zones.db', Verb.read), { policy: { zones, conduits: [] } });
  const { groups } = site.map({ from: '', until: '', group: '' }) as Told;
  assert.deepEqual(groups.map(({ key }) => key).sort(), ['1 cell one', '2 supervision']);
  site.close();
});

test('where 1sec.yaml declares zones and there is no policy, the map shows those, and the network of other devices', async () => {
  const zone = { level: null, segment: null, segments: [], roles: [] };
  const zones = [{ ...zone, name: 'cell one', addresses: ['192.0.2.1'] }];
  const path = await smallSite('declared.db', Verb.read);
  const groupsOf = (site: StoredSite): string[] => {
    const { groups } = site.map({ from: '', until: '', group: '' }) as Told;
    site.close();
    return groups.map(({ key }) => key).sort();
  };
  assert.deepEqual(groupsOf(new StoredSite(path, { zones })), ['1 cell one', '2 192.0.2.0/24']);
  const owned = [{ ...zone, name: 'plant', addresses: ['192.0.2.0/24'] }];
  const policy = { zones: owned, conduits: [] };
  assert.deepEqual(groupsOf(new StoredSite(path, { zones, policy })), ['1 plant', '2 plant']);
});

test('only what went on in the time that is looked at is a line', async () => {
  const path = await smallSite('time.db', Verb.read);
  const count = (from: string, until: string): number => mapOf(path, { from, until }).lines.length;
  assert.equal(count(timeAt(0), timeAt(9)), 0);
  assert.equal(count(timeAt(0), timeAt(11)), 1);
  assert.equal(count(timeAt(15), timeAt(16)), 1);
  assert.equal(count(timeAt(21), ''), 0);
  assert.equal(count('', ''), 1);
});

test('a large site is shown group by group, and one of them can be opened', async () => {
  const path = join(folder, 'large.db');
  await saveLargeSite(path, { devices: 500, alerts: 100, conversations: 1000 });
  const closed = mapOf(path);
  assert.equal(closed.nodes.length, 0);
  assert.equal(
    closed.groups.reduce((sum, { devices }) => sum + devices, 0),
    500,
  );
  const [first] = closed.groups;
  const open = mapOf(path, { group: first!.key });
  assert.equal(open.nodes.length, first!.devices);
  const known = new Set([...open.groups.map(({ key }) => key), ...open.nodes.map(({ id }) => id)]);
  assert.ok(open.lines.length > closed.lines.length);
  assert.ok(open.lines.every(({ from, to }) => known.has(from) && known.has(to)));
});
