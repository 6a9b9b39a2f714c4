// The baseline file at the dashboard: lines are confirmed and forgotten in the file itself, and nothing else of it changes.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BaselineOutcome } from '../server/site-data.ts';
import { readBaseline } from './baseline-file.ts';
import { BaselineReview } from './baseline-review.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-review-'));
const SEEN = 'first 2026-01-01T00:00:01.000000Z, last 2026-01-01T00:01:30.000000Z, gap 1 s';
const CLIENT = `client 192.0.2.20: 180 times, ${SEEN}`;
const STOP = `unit 1 function modbus 8 client 192.0.2.66: 1 times, ${SEEN}, once`;
const POINT =
  'unit 1 point modbus coil 3: read 9, written 1 once from 2026-01-01T00:00:01.000000Z to 2026-01-01T00:00:01.000000Z, value 1, range 0 to 1, step 1, moves 2/0/1';
const HEAD = '# kept by anna\nbaseline: 1\ndevices:\n  default 192.0.2.10: |\n';
let files = 0;

function review(...lines: readonly string[]): { readonly path: string; readonly site: BaselineReview } {
  const path = join(folder, `${files++}.yaml`);
  writeFileSync(path, `${HEAD}${lines.map((line) => `    ${line}\n`).join('')}`, { mode: 0o640 });
  return { path, site: new BaselineReview(path) };
}

interface Item {
  readonly id: string;
  readonly text: string;
  readonly isOnce: boolean;
}

const PAGE = { offset: 0, limit: 100, search: '', only: '', address: '' };
const items = (site: BaselineReview, query: object = {}, words: readonly string[] = []): Item[] =>
  site.page({ ...PAGE, ...query }, words).items as Item[];

function act(site: BaselineReview, text: string, action: 'approve' | 'forget'): BaselineOutcome {
  return site.act(items(site).find((each) => each.text === text)!.id, action, () => undefined);
}

test('what no person has confirmed is told apart', () => {
  const { site } = review(CLIENT, STOP, POINT);
  assert.deepEqual(
    items(site).map(({ isOnce }) => isOnce),
    [false, true, true],
  );
  assert.deepEqual(
    items(site, { only: 'once' }).map(({ text }) => text),
    [STOP, POINT],
  );
  assert.deepEqual(
    items(site, {}, ['192.0.2.66']).map(({ text }) => text),
    [STOP],
  );
  assert.equal(items(site, { address: '192.0.2.11' }).length, 0);
});

test('to approve deletes the mark and nothing else; the comment of a person stays', () => {
  const { path, site } = review(CLIENT, STOP, POINT);
  assert.equal(act(site, STOP, 'approve').kind, 'done');
  assert.equal(act(site, POINT, 'approve').kind, 'done');
  const text = readFileSync(path, 'utf8');
  const unmarked = POINT.replace(/ once from \S+ to \S+?,/, ',');
  assert.equal(text, `${HEAD}    ${CLIENT}\n    ${STOP.replace(', once', '')}\n    ${unmarked}\n`);
  assert.equal(readBaseline(path).devices[0]!.requests[0]!.seen.isOnce, false);
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test('what is forgotten is new again', () => {
  const { path, site } = review(CLIENT, STOP);
  assert.equal(act(site, STOP, 'forget').kind, 'done');
  assert.equal(readBaseline(path).devices[0]!.requests.length, 0);
  assert.deepEqual(
    items(site).map(({ text }) => text),
    [CLIENT],
  );
});

test('a line that is confirmed, or is not there any more, is told; nothing is written then', () => {
  const { path, site } = review(CLIENT, STOP);
  const before = readFileSync(path, 'utf8');
  assert.equal(act(site, CLIENT, 'approve').kind, 'refused');
  assert.equal(site.act('none', 'forget', () => assert.fail('nothing is done')).kind, 'missing');
  assert.equal(readFileSync(path, 'utf8'), before);
});

test('what cannot be written into the log is not done', () => {
  const { path, site } = review(CLIENT, STOP);
  const before = readFileSync(path, 'utf8');
  const [, stop] = items(site);
  assert.throws(() =>
    site.act(stop!.id, 'forget', () => {
      throw new Error('the log is full');
    }),
  );
  assert.equal(readFileSync(path, 'utf8'), before);
});
