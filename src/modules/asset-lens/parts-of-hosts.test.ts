import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PartsOfHosts } from './parts-of-hosts.ts';

it('the parts of each host are told in the order in which they came, hosts as well', () => {
  const parts = new PartsOfHosts(4);
  const told: readonly (readonly [number, number])[] = [
    [7, 0],
    [90_000, 1],
    [7, 3],
    [5000, 4],
    [90_000, 6],
    [7, 7],
  ];
  for (const [host, part] of told) parts.add(host, part);
  assert.deepEqual(parts.hosts, [7, 90_000, 5000]);
  for (const host of parts.hosts) {
    const found: number[] = [];
    for (let part = parts.first(host); part >= 0; part = parts.after(part)) found.push(part);
    assert.deepEqual(
      found,
      told.filter(([of]) => of === host).map(([, part]) => part),
    );
  }
  assert.equal(parts.first(6), -1);
  assert.equal(parts.first(1_000_000), -1);
});
