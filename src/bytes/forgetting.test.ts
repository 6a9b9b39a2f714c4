// What bounded tables keep when they are full.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetOldest } from './forgetting.ts';

function filled(maximum: number, entries: number): Map<number, number> {
  const table = new Map<number, number>();
  for (let entry = 0; entry < entries; entry++) {
    forgetOldest(table, maximum);
    table.set(entry, entry);
  }
  return table;
}

test('a table never holds more than its maximum, and what came last is in it', () => {
  for (const maximum of [1, 3, 1024, 4096]) {
    const table = filled(maximum, 3 * maximum + 1);
    assert.ok(table.size <= maximum);
    assert.ok(table.has(3 * maximum));
  }
});

test('a small table loses the oldest entry alone', () => {
  assert.deepEqual([...filled(3, 5).keys()], [2, 3, 4]);
});

test('a large table keeps at least fifteen of its sixteen parts', () => {
  assert.equal(filled(1600, 1601).size, 1501);
  assert.equal([...filled(1600, 1601).keys()][0], 100);
});
