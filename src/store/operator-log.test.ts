// The log of what people did: pages of it, words in it, and that nobody rewrites it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { SiteStore } from './site-store.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the newest line is first, and words are sought in all of a line, whatever stands in them', () => {
  const store = new SiteStore(join(folder, 'site.db'), { isMade: true });
  for (const [index, detail] of ['first.pcap', "100 %_'of\\it", 'THIRD'].entries())
    assert.ok(store.note({ timeUs: index, operator: 'ann', action: 'upload', detail }));
  const all = store.log({ offset: 0, limit: 2, words: [] });
  assert.deepEqual([all.total, all.lines.map(({ detail }) => detail)], [3, ['THIRD', "100 %_'of\\it"]]);
  const sought = (word: string) => store.log({ offset: 0, limit: 9, words: [word] }).lines.map(({ id }) => id);
  assert.deepEqual([sought('third'), sought("%_'OF\\"), sought('ann'), sought('%%')], [[3], [2], [3, 2, 1], []]);
  store.close();
});

test('what stands there stays', () => {
  const path = join(folder, 'kept.db');
  const store = new SiteStore(path, { isMade: true });
  store.note({ timeUs: 1, operator: 'ann', action: 'settings', detail: 'x' });
  store.close();
  const database = new DatabaseSync(path);
  assert.throws(() => database.exec('DELETE FROM operator_log'), /is kept/);
  assert.throws(() => database.exec("UPDATE operator_log SET operator = 'bob'"), /not rewritten/);
  database.close();
});
