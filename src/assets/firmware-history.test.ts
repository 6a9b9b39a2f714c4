// The history of firmware is in the order of time, and bounded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FirmwareHistory } from './firmware-history.ts';

const EVENT = {
  host: 1,
  unit: -1,
  what: 'reported',
  version: '1',
  source: 's',
  sha256: '',
  name: '',
  size: -1,
} as const;

test('of one device the newest 32 events are kept, in the order of time', () => {
  const history = new FirmwareHistory();
  for (let at = 0; at < 40; at++) history.add({ ...EVENT, kind: '', verdicts: [], timeUs: at, frame: at });
  history.add({ ...EVENT, kind: '', verdicts: [], host: 2, timeUs: 20, frame: 1 });
  const list = history.list();
  assert.equal(list.length, 33);
  assert.equal(list[0]!.timeUs, 8);
  assert.deepEqual(
    list.map(({ timeUs }) => timeUs),
    [...list.map(({ timeUs }) => timeUs)].sort((a, b) => a - b),
  );
});

test('of very many devices no more than 16,384 events are kept', () => {
  const history = new FirmwareHistory();
  for (let host = 0; host < 20_000; host++)
    history.add({ ...EVENT, kind: '', verdicts: [], host, timeUs: 1, frame: 1 });
  assert.equal(history.list().length, 16_384);
});
