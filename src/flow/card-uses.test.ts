import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../fuzz/random.ts';
import { CardUses } from './card-uses.ts';

describe('hosts behind network cards', () => {
  it('what is counted and taken back in any order is what a plain table says', () => {
    const random = new Random(7);
    const uses = new CardUses();
    const plain = new Map<number, { segment: number; low: number; ipv4: number; ipv6: number }>();
    // Few cards, so that they are taken out and come again; then many, so that the table grows.
    for (const [steps, cards] of [
      [20_000, 40],
      [40_000, 9000],
    ] as const) {
      for (let step = 0; step < steps; step++) {
        const low = random.next() % cards;
        const segment = random.next() & 1;
        const isIpv4 = (random.next() & 2) === 0;
        const known = plain.get(low * 2 + segment) ?? { segment, low, ipv4: 0, ipv6: 0 };
        const by = known[isIpv4 ? 'ipv4' : 'ipv6'] > 0 && (random.next() & 1) === 0 ? -1 : 1;
        known[isIpv4 ? 'ipv4' : 'ipv6'] += by;
        plain.set(low * 2 + segment, known);
        uses.add(segment, 2, low, isIpv4, by);
      }
      for (const { segment, low, ipv4, ipv6 } of plain.values()) {
        assert.equal(uses.isOfMore(segment, 2, low, ipv4, ipv6), false);
        if (ipv4 > 0) assert.equal(uses.isOfMore(segment, 2, low, ipv4 - 1, ipv6), true);
        if (ipv6 > 0) assert.equal(uses.isOfMore(segment, 2, low, ipv4, ipv6 - 1), true);
      }
    }
  });

  it('a card of which no host is left takes no room', () => {
    const uses = new CardUses();
    for (let card = 0; card < 100_000; card++) {
      uses.add(0, 1, card, true, 1);
      uses.add(0, 1, card, true, -1);
    }
    assert.equal(uses.size, 0);
  });
});
