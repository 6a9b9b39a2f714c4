// What an operator does at the dashboard, and what the next analysis of the same site makes of it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ActionOutcome, WantedAction } from '../server/site-data.ts';
import { folderWith, run1sec } from './child-program.ts';
import { attackedPlant, pcapOf, quietPlant } from './plant-capture.ts';
import { StoredSite } from './stored-site.ts';

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly object: string;
  readonly explanation: string;
  readonly state: { readonly status: string };
}

const ATTACKED = attackedPlant();
const folder = folderWith({
  'attacked.pcap': pcapOf(ATTACKED),
  'cut.pcap': pcapOf(ATTACKED.slice(0, -1)),
  'quiet.pcap': pcapOf(quietPlant(5)),
});
const PAGE = { offset: 0, limit: 1000, search: '' };

function act(site: StoredSite, id: string, changes: Partial<WantedAction>): ActionOutcome {
  return site.act(id, {
    ...{ action: 'acknowledge', scope: 'exact', reason: '', operator: 'anna', timeMs: 0 },
    ...changes,
  });
}

function raised(name: string, database?: string): string[] {
  const words = ['analyze', '--json', name, ...(database === undefined ? [] : ['--save', database])];
  const { code, output } = run1sec(words, { directory: folder });
  assert.equal(code, 0);
  return (JSON.parse(output) as { alerts: Item[] }).alerts.map(({ id }) => id);
}

function listed(site: StoredSite): Item[] {
  return site.alerts({ ...PAGE, severity: '', asset: '', status: '' }).items as Item[];
}

test('what was marked as normal is not raised by the next analysis of the same site, until it is undone', () => {
  const database = join(folder, 'normal.db');
  const all = raised('attacked.pcap', database);
  const site = new StoredSite(database);
  const [worst] = listed(site);
  assert.ok(all.length > 1 && all.includes(worst!.id));
  assert.equal(act(site, worst!.id, { action: 'normal' }).kind, 'done');

  assert.deepEqual(
    raised('attacked.pcap', database),
    all.filter((id) => id !== worst!.id),
  );
  assert.deepEqual(raised('attacked.pcap'), all, 'of another site nothing was said');
  assert.equal(listed(site).find(({ id }) => id === worst!.id)?.state.status, 'normal', 'it stays in the list');

  assert.equal(act(site, worst!.id, { action: 'undo' }).kind, 'done');
  assert.deepEqual(raised('attacked.pcap', database), all);
});

test('closing wants a reason, undoing wants something that was done, and the log names who did what', () => {
  const database = join(folder, 'log.db');
  raised('attacked.pcap', database);
  const site = new StoredSite(database);
  const { id } = listed(site)[0]!;
  assert.equal(act(site, id, { action: 'close', reason: ' \t' }).kind, 'refused');
  assert.equal(act(site, id, { action: 'undo' }).kind, 'refused');
  assert.equal(act(site, 'none', {}).kind, 'missing');
  assert.deepEqual(site.actions(PAGE), { total: 0, items: [] });
  assert.equal(act(site, id, { action: 'close', reason: 'tested\u001b[2J' }).kind, 'done');
  const [told] = site.actions(PAGE).items as { operator: string; action: string; reason: string }[];
  assert.deepEqual([told!.operator, told!.action], ['anna', 'close']);
  assert.doesNotMatch(told!.reason, /\u001b/);
});
