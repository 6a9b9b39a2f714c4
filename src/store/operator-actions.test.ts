// What operators did to alerts: which state follows, how far «this is normal» goes, and that nothing of it is lost.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MANY } from '../alerts/many.ts';
import type { Alert } from '../facts/alert.ts';
import type { AcceptedScope } from '../facts/intent.ts';
import { openDatabase } from './database.ts';
import { exampleAlert, saveExample } from './example-site.ts';
import { AlertStates, type AlertAction, type OperatorAction } from './operator-actions.ts';
import { SiteStore } from './site-store.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-actions-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ALERT = exampleAlert({ object: 'register 7' });
const OTHER_OBJECT = exampleAlert({ id: 'alert-2', object: 'register 8' });
const OTHER_PEER = exampleAlert({
  id: 'alert-3',
  object: 'register 7',
  peer: { ...ALERT.peer!, asset: 'asset-9', ip: '192.0.2.9' },
});
const OTHER_DEVICE = exampleAlert({ id: 'alert-4', subject: { ...ALERT.subject, ip: '192.0.2.77' } });
const OTHER_UNIT = exampleAlert({ id: 'alert-5', object: 'register 7', subject: { ...ALERT.subject, unit: 4 } });
const ALERTS = [ALERT, OTHER_OBJECT, OTHER_PEER, OTHER_DEVICE, OTHER_UNIT];

async function site(name: string, alerts: readonly Alert[] = ALERTS): Promise<SiteStore> {
  const store = new SiteStore(join(folder, name), { isMade: true });
  await saveExample(store, { alerts });
  return store;
}

function act(
  store: SiteStore,
  action: AlertAction | 'undo',
  more: Partial<Omit<OperatorAction, 'id'>> = {},
): OperatorAction {
  const scope: AcceptedScope | null = action === 'normal' ? 'exact' : null;
  return store.act({
    ...{ timeUs: 1, operator: 'somebody', action, alert: ALERT.id, alertCount: 2, scope, reason: '', undoes: null },
    ...more,
  });
}

function statuses(store: SiteStore): string[] {
  const alerts = [...store.alerts()].sort((left, right) => (left.id < right.id ? -1 : 1));
  const states = new AlertStates(store.actions(), (id) => alerts.find((alert) => alert.id === id));
  return alerts.map((alert) => states.of(alert).status);
}

for (const [scope, expected] of [
  ['exact', ['normal', 'open', 'open', 'open', 'open']],
  ['pair', ['normal', 'normal', 'open', 'open', 'open']],
  ['device', ['normal', 'normal', 'normal', 'open', 'open']],
] as const) {
  test(`what is normal with the scope «${scope}» goes so far and no further, and comes back when it is undone`, async () => {
    const store = await site(`${scope}.db`);
    const { id } = act(store, 'normal', { scope });
    assert.deepEqual(statuses(store), expected);
    assert.deepEqual(
      store.accepted().map((finding) => [finding.scope, finding.object, finding.subject]),
      [[scope, 'register 7', { segment: 'default', address: '192.0.2.1', unit: 3 }]],
    );
    act(store, 'undo', { undoes: id });
    assert.deepEqual(statuses(store), ['open', 'open', 'open', 'open', 'open']);
    assert.deepEqual(store.accepted(), []);
    store.close();
  });
}

test('the last that was done counts; undoing it gives back what was before', async () => {
  const store = await site('order.db');
  act(store, 'acknowledge');
  const { id } = act(store, 'close', { reason: 'planned work' });
  assert.equal(statuses(store)[0], 'closed');
  act(store, 'undo', { undoes: id });
  assert.equal(statuses(store)[0], 'acknowledged');
  assert.throws(() => act(store, 'undo', { undoes: id }), /UNIQUE/, 'once only');
  store.close();
});

test('an alert that was closed and happened again is open; one that did not stays closed', async () => {
  const store = await site('again.db');
  act(store, 'close', { reason: 'done' });
  await saveExample(store, { content: 'later', alerts: [ALERT] });
  assert.equal(statuses(store)[0], 'closed');
  await saveExample(store, { content: 'much later', alerts: [{ ...ALERT, count: 3 }] });
  assert.equal(statuses(store)[0], 'open');
  store.close();
});

test('an alert that stands for many has no object of its own: it is taken as the pair', async () => {
  const store = await site('many.db', [exampleAlert({ object: MANY })]);
  act(store, 'normal');
  assert.deepEqual(
    store.accepted().map(({ scope }) => scope),
    ['pair'],
  );
  store.close();
});

test('what operators did can be neither deleted nor rewritten', async () => {
  const store = await site('kept.db');
  act(store, 'acknowledge');
  store.close();
  const database = openDatabase(join(folder, 'kept.db'), { isMade: false });
  assert.throws(() => database.exec('DELETE FROM operator_actions'), /is kept/);
  assert.throws(() => database.exec("UPDATE operator_actions SET operator = 'nobody'"), /not rewritten/);
  database.close();
});
