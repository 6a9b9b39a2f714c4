// What the pages of segmentation, firmware, logins and time show of a stored site.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { frameReference } from '../facts/frame-reference.ts';
import { emptyOperation } from '../facts/operation.ts';
import type { Conduit, Policy } from '../facts/policy.ts';
import { Verb } from '../facts/verbs.ts';
import { modbus } from '../protocols/modbus/index.ts';
import {
  START_US,
  exampleAlert,
  exampleAsset,
  exampleConversation,
  exampleEvidence,
  saveExample,
} from '../store/example-site.ts';
import { SiteStore } from '../store/site-store.ts';
import { StoredSite } from './stored-site.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-lists-'));
const PAGE = { offset: 0, limit: 100, search: '' };

async function saved(name: string, verb: number): Promise<string> {
  const path = join(folder, name);
  const store = new SiteStore(path, { isMade: true });
  const nothing = { ...emptyOperation(), timeUs: START_US, requestFrame: frameReference(0, 4), answerFrame: 0 };
  await saveExample(store, {
    described: [modbus],
    assets: [
      exampleAsset({
        evidence: [exampleEvidence({ attribute: 'hardening', value: 'open', source: 'credential-auditor' })],
      }),
      exampleAsset({ id: 'asset-2', ip: ['192.0.2.2'], mac: [], evidence: [] }),
    ],
    conversations: [exampleConversation(10, 20)],
    operations: [{ ...nothing, client: 2, server: 1, verb, function: 6, first: 7, count: 1 }],
    logins: [
      {
        ...{ fact: 'login', timeUs: START_US, frame: frameReference(0, 9), flow: 1, client: 2, server: 1 },
        ...{ protocol: 'modbus', mechanism: 'clear', user: 'operator', outcome: 'accepted' },
      },
    ],
    firmware: [
      {
        ...{ asset: 'asset-1', timeUs: START_US + 5, frame: frameReference(0, 3), what: 'sent', version: '2.0' },
        ...{ source: 'file record', sha256: 'ab', name: 'image', size: 9, kind: 'elf' },
        verdicts: ['firmware-guard/unknown-image'],
      },
    ],
    alerts: [exampleAlert()],
  });
  store.close();
  return path;
}

interface Told {
  readonly zones: readonly { readonly name: string }[];
  readonly cells: readonly {
    readonly from: number;
    readonly to: number;
    readonly verdict: string | null;
    readonly said: readonly unknown[];
    readonly services: readonly { readonly access: string | null }[];
  }[];
}

const ZONE = { level: null, segment: null, segments: [], roles: [] } as const;
const policyOf = (conduits: readonly Conduit[]): Policy => ({
  zones: [
    { ...ZONE, name: 'cell', addresses: ['192.0.2.1'] },
    { ...ZONE, name: 'office', addresses: ['192.0.2.2'] },
  ],
  conduits,
});
const CONDUIT: Conduit = { from: 'office', to: 'cell', protocol: 'modbus', functions: 'read', ports: [] };

test('without a policy the zones of 1sec.yaml are shown, and the others are inferred', async () => {
  const zones = [{ ...ZONE, name: 'cell', level: 1, addresses: ['192.0.2.1'] }];
  const site = new StoredSite(await saved('declared.db', Verb.read), { zones });
  const told = site.segmentation() as Told & { readonly hasPolicy: boolean };
  assert.equal(told.hasPolicy, false);
  assert.deepEqual(told.zones[0], {
    ...{ name: 'cell', level: 1, because: 'declared in 1sec.yaml', hostCount: 1 },
    hosts: [{ address: '192.0.2.1', segment: 'default', asset: 'asset-1', role: null }],
  });
  assert.match(told.zones[1]!.name, / 192\.0\.2\.0\/24$/);
  assert.deepEqual(
    told.cells.map(({ from, to, verdict }) => [from, to, verdict]),
    [[1, 0, 'observed']],
  );
  site.close();
});

for (const [what, verb, conduits, expected] of [
  ['a read over a conduit for reading is allowed', Verb.read, [CONDUIT], ['office cell allowed read']],
  ['a write over a conduit for reading is not', Verb.write, [CONDUIT], ['office cell violating read-write']],
  ['without a conduit nothing is allowed', Verb.read, [], ['office cell violating read']],
  [
    'a conduit over which nothing passed is told',
    Verb.read,
    [CONDUIT, { ...CONDUIT, from: 'cell', to: 'office' }],
    ['office cell allowed read', 'cell office unused '],
  ],
] as const) {
  test(what, async () => {
    const site = new StoredSite(await saved(`${what}.db`, verb), { policy: policyOf(conduits) });
    const { zones, cells } = site.segmentation() as Told;
    assert.deepEqual(
      cells.map(({ from, to, verdict, services }) =>
        [zones[from]!.name, zones[to]!.name, verdict, services[0]?.access ?? ''].join(' '),
      ),
      expected,
    );
    site.close();
  });
}

test('firmware is told with its verdict, logins without what they would give away, devices with how they are guarded', async () => {
  const site = new StoredSite(await saved('guarded.db', Verb.read));
  const [event] = site.firmware({ ...PAGE, asset: '', what: 'judged' }).items as {
    verdicts: string[];
    address: string;
  }[];
  assert.deepEqual([event!.verdicts, event!.address], [['firmware-guard/unknown-image'], '192.0.2.1']);
  assert.equal(site.firmware({ ...PAGE, asset: 'asset-2', what: '' }).total, 0);
  const [login] = site.logins({ ...PAGE, asset: 'asset-1', outcome: 'accepted' }).items as { user: string }[];
  assert.equal(login!.user, 'o***');
  assert.equal(site.logins({ ...PAGE, asset: '', outcome: 'refused' }).total, 0);
  const guarded = site.hardening({ ...PAGE, search: 'OPEN' }).items as { asset: string; states: { state: string }[] }[];
  assert.deepEqual(
    guarded.map(({ asset, states }) => [asset, states[0]!.state]),
    [['asset-1', 'open']],
  );
  assert.equal(site.hardening({ ...PAGE, search: 'nothing' }).total, 0);
  site.close();
});

test('the timeline of a device holds what was done to it, the newest first', async () => {
  const site = new StoredSite(await saved('timeline.db', Verb.stop));
  const told = site.timeline('asset-1', PAGE)!.items as { kind: string; what: string; by: string }[];
  assert.deepEqual(told.map(({ kind }) => kind).sort(), ['alert', 'firmware', 'login', 'operation', 'seen']);
  assert.deepEqual(told[0], {
    ...{ time: told[0] === undefined ? '' : (told[0] as unknown as { time: string }).time, kind: 'firmware' },
    ...{ what: 'sent 2.0 image', by: 'file record', severity: null, alert: null },
  });
  assert.match(told.find(({ kind }) => kind === 'operation')!.what, /^stop 7/);
  assert.equal(site.timeline('none', PAGE), null);
  site.close();
});
