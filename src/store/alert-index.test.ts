// What is held of alerts in memory is what the database says, also after it was written to.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Alert } from '../facts/alert.ts';
import { exampleAlert, exampleAsset, saveExample } from './example-site.ts';
import { SiteReader } from './site-reader.ts';
import { SiteStore } from './site-store.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-index-'));
let sites = 0;

/** A site that is written to while it is read. */
function site(): { readonly store: SiteStore; readonly reader: SiteReader } {
  const path = join(folder, `${sites++}.db`);
  const store = new SiteStore(path, { isMade: true });
  return { store, reader: new SiteReader(path) };
}

const heads = (reader: SiteReader): string[] =>
  reader.heads().map(({ id, severity, count }) => `${id} ${severity} ${count}`);
const stored = (store: SiteStore): string[] =>
  [...store.alerts()].map(({ id, severity, count }) => `${id} ${severity} ${count}`);

test('alerts that come later stand where the list has them, those that changed have moved', async () => {
  const { store, reader } = site();
  assert.deepEqual(reader.heads(), []);
  const alert = (number: number, changes: Partial<Alert> = {}): Alert =>
    exampleAlert({ id: `alert-${number}`, firstUs: 1_000_000 * (number % 5), ...changes });
  await saveExample(store, { content: 'a', alerts: [alert(1), alert(2, { severity: 'low' }), alert(3)] });
  assert.deepEqual(heads(reader), stored(store));
  await saveExample(store, {
    content: 'b',
    alerts: [alert(2, { severity: 'critical', count: 9 }), alert(4, { severity: 'info' }), alert(5), alert(6)],
  });
  assert.deepEqual(heads(reader), stored(store));
  assert.equal(heads(reader)[0], 'alert-2 critical 9');
  assert.equal(reader.head('alert-4')?.severity, 'info');
});

test('an alert of a device that turned out to be another one names that', async () => {
  const { store, reader } = site();
  await saveExample(store, {
    content: 'a',
    assets: [exampleAsset({ id: 'asset-1' }), exampleAsset({ id: 'asset-2', ip: ['192.0.2.9'], mac: [] })],
    alerts: [exampleAlert()],
  });
  assert.equal(reader.heads()[0]!.peer?.asset, 'asset-2');
  await saveExample(store, { content: 'b', assets: [exampleAsset({ id: 'asset-1', aliases: ['asset-2'] })] });
  assert.equal(reader.heads()[0]!.peer?.asset, 'asset-1');
});

test('the version changes with what is written, and only then', async () => {
  const { store, reader } = site();
  const before = reader.version();
  assert.equal(reader.version(), before);
  await saveExample(store, { alerts: [exampleAlert()] });
  const after = reader.version();
  assert.notEqual(after, before);
  store.act({
    ...{ timeUs: 1, operator: 'anna', action: 'close', alert: 'alert-1', alertCount: 2 },
    ...{ scope: null, reason: 'done', undoes: null },
  });
  assert.notEqual(reader.version(), after);
  assert.equal(reader.states().of(reader.head('alert-1')!).status, 'closed');
});
