// Lists as files: formulas in device names stay text, filters hold, and a long list comes whole.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  exampleAlert,
  exampleAsset,
  exampleConversation,
  exampleEvidence,
  saveExample,
} from '../store/example-site.ts';
import { SiteStore } from '../store/site-store.ts';
import type { ListName } from '../server/list-filters.ts';
import { CSV_LISTS } from './list-csv.ts';
import { StoredSite } from './stored-site.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-csv-'));
const NOTHING = {
  ...{ offset: 0, limit: 100, search: '', asset: '', role: '', level: '', severity: '', status: '', host: '' },
  ...{ protocol: '', side: '', verb: '', outcome: '', access: '', what: '' },
};
const FORMULAS = ['=1+1', '+cmd', '-2+3', '@sum', '\t=1', '"quoted", and more'];

async function site(): Promise<StoredSite> {
  const path = join(folder, 'csv.db');
  const store = new SiteStore(path, { isMade: true });
  await saveExample(store, {
    assets: FORMULAS.map((value, index) =>
      exampleAsset({
        ...{ id: `asset-${index}`, ip: [`192.0.2.${index + 1}`], mac: [] },
        evidence: [exampleEvidence({ attribute: 'name', value })],
      }),
    ),
    alerts: FORMULAS.map((title, index) =>
      exampleAlert({ id: `alert-${index}`, title, severity: index < 2 ? 'high' : 'low' }),
    ),
    conversations: Array.from({ length: 1203 }, (_, index) =>
      exampleConversation(index, index + 1, { clientPort: index + 1 }),
    ),
  });
  store.close();
  return new StoredSite(path);
}

test('no cell of any list begins as a formula, and filters hold', async () => {
  const stored = await site();
  for (const list of CSV_LISTS) {
    const text = [...stored.csv(list, NOTHING)].join('');
    for (const line of text.split('\r\n'))
      for (const cell of line.split(','))
        assert.doesNotMatch(cell, /^"?[=+@\t]|^"?-(?!\d+(?:\.\d+)?$)/, `${list}: ${cell}`);
  }
  const lines = (list: ListName, query: object = {}): number =>
    [...stored.csv(list, { ...NOTHING, ...query })].join('').trimEnd().split('\r\n').length - 1;
  assert.equal(lines('assets'), FORMULAS.length);
  assert.equal(lines('alerts', { severity: 'high' }), 2);
  assert.equal(lines('conversations'), 1203);
  assert.equal(lines('conversations', { search: 'nobody' }), 0);
  stored.close();
});
