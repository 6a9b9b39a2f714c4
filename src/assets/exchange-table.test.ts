// The table keeps one entry for each key, whatever the keys, and is bounded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExchangeTable } from './exchange-table.ts';

test('it counts as a map does', () => {
  const key = fc.tuple(fc.nat(20), fc.nat(20), fc.integer({ min: -1, max: 5 }));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 2000, size: 'max' }), (keys) => {
      const table = new ExchangeTable(2, 10_000);
      const counts = new Map<string, number>();
      for (const [client, server, third] of keys) {
        const entry = table.entry(client, server, third);
        table.values[entry * 2 + 1]!++;
        const name = `${client} ${server} ${third}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      assert.equal(table.size, counts.size);
      for (let entry = 0; entry < table.size; entry++) {
        const name = `${table.client(entry)} ${table.server(entry)} ${table.third(entry)}`;
        assert.equal(table.values[entry * 2 + 1], counts.get(name));
        assert.equal(table.find(table.client(entry), table.server(entry), table.third(entry)), entry);
      }
    }),
    { seed: 3, numRuns: 50 },
  );
});

test('a full table takes no new key, counts it, and goes on with those it has', () => {
  const table = new ExchangeTable(1, 1000);
  for (let client = 0; client < 1500; client++) table.entry(client, 1, 0);
  assert.equal(table.size, 1000);
  assert.equal(table.overflow, 500);
  assert.equal(table.entry(999, 1, 0), 999);
  assert.equal(table.find(1400, 1, 0), -1);
  table.clear();
  assert.equal(table.find(5, 1, 0), -1);
  assert.equal(table.entry(1400, 1, 0), 0);
});
