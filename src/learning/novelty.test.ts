// The estimate of novelty against simulations, and the rules by which a context counts as learned.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fractions } from '../../fuzz/random.ts';
import { ContextKind } from './contexts.ts';
import { NoveltyTable, noveltyEstimate } from './novelty.ts';

const SECOND_US = 1_000_000;
const START_US = 1_767_225_600_000_000;

/** Draws symbols with these weights; tells the estimate and what the chance of a new symbol really is. */
function simulated(
  weights: readonly number[],
  draws: number,
  random: () => number,
): { bound: number; chance: number; truth: number } {
  const table = new NoveltyTable();
  const context = table.context(ContextKind.clients, 1, 0, 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const seen = new Set<number>();
  for (let draw = 0; draw < draws; draw++) {
    let left = random() * total;
    let symbol = 0;
    while (symbol < weights.length - 1 && left >= weights[symbol]!) left -= weights[symbol++]!;
    seen.add(symbol);
    table.observe(table.symbol(context, symbol, 0), START_US + draw);
  }
  const missing = weights.reduce((sum, weight, symbol) => (seen.has(symbol) ? sum : sum + weight), 0);
  return { ...table.estimate(context), truth: missing / total };
}

const SHAPES: readonly (readonly [string, readonly number[]])[] = [
  ['few symbols, all frequent', [5, 4, 3, 2]],
  ['a hundred symbols, evenly', Array.from({ length: 100 }, () => 1)],
  ['a few frequent ones and a long tail', Array.from({ length: 2000 }, (_, rank) => 1 / (rank + 1))],
  ['one symbol and a rare second one', [1000, 1]],
];

describe('the estimate', () => {
  for (const [what, weights] of SHAPES) {
    for (const draws of [100, 1000]) {
      test(`${what}, ${draws} draws: right on average, and the bound holds in 95 of 100 runs`, () => {
        const random = fractions(draws + weights.length);
        let held = 0;
        let estimated = 0;
        let real = 0;
        for (let run = 0; run < 200; run++) {
          const { chance, bound, truth } = simulated(weights, draws, random);
          if (truth <= bound) held++;
          estimated += chance / 200;
          real += truth / 200;
        }
        assert.ok(held >= 190, `the bound held ${held} times of 200`);
        assert.ok(Math.abs(estimated - real) < 0.01 + 0.1 * real, `estimated ${estimated}, really ${real}`);
      });
    }
  }

  test('nothing seen is no knowledge; only once-seen symbols are no knowledge either', () => {
    assert.equal(noveltyEstimate(0, 0, 0, 0).bound, 1);
    assert.equal(noveltyEstimate(50, 50, 0, 50).chance, 1);
  });

  test('the counts behind the estimate are those of a plain count', () => {
    const random = fractions(7);
    const table = new NoveltyTable();
    const context = table.context(ContextKind.requests, 9, 1, 0);
    const counts = new Map<number, number>();
    for (let draw = 0; draw < 5000; draw++) {
      const symbol = Math.floor(random() ** 4 * 1000);
      const before = counts.get(symbol) ?? 0;
      assert.equal(table.observe(table.symbol(context, symbol, 1), START_US + draw), before);
      counts.set(symbol, before + 1);
    }
    const times = (count: number): number => [...counts.values()].filter((seen) => seen === count).length;
    assert.deepEqual(table.estimate(context), noveltyEstimate(5000, times(1), times(2), counts.size));
    const listed = table.symbolsOf(context, 1e6).map((row) => [table.symbolWord(row, 1), table.seen(row)]);
    assert.deepEqual(listed, [...counts]);
  });
});

/** Symbols 0, 1, 2 once a second for so many seconds. */
function polled(seconds: number, table = new NoveltyTable(), fromSecond = 0): NoveltyTable {
  const context = table.context(ContextKind.clients, 1, 0, 0);
  for (let second = fromSecond; second < fromSecond + seconds; second++) {
    for (let symbol = 0; symbol < 3; symbol++)
      table.observe(table.symbol(context, symbol, 0), START_US + second * SECOND_US);
  }
  return table;
}

describe('a context is learned', () => {
  const isLearned = (table: NoveltyTable): boolean => table.isLearned(table.findContext(ContextKind.clients, 1, 0, 0));

  test('when the bound is below one in a hundred', () => {
    assert.ok(!isLearned(polled(100)));
    assert.ok(isLearned(polled(102)));
  });

  test('not within a minute, however much was seen', () => {
    const table = new NoveltyTable();
    const context = table.context(ContextKind.clients, 1, 0, 0);
    for (let draw = 0; draw < 50_000; draw++) table.observe(table.symbol(context, 0, 0), START_US + draw * 1000);
    assert.ok(!table.isLearned(context));
  });

  test('not before three of the longest times between two of the same', () => {
    const table = polled(100);
    polled(100, table, 300);
    assert.ok(!isLearned(table));
    polled(400, table, 400);
    assert.ok(isLearned(table));
  });

  test('not before as much time has passed as brought new symbols', () => {
    const table = polled(500);
    const context = table.findContext(ContextKind.clients, 1, 0, 0);
    table.observe(table.symbol(context, 77, 0), START_US + 500 * SECOND_US);
    table.observe(table.symbol(context, 77, 0), START_US + 501 * SECOND_US);
    table.observe(table.symbol(context, 77, 0), START_US + 502 * SECOND_US);
    polled(400, table, 502);
    assert.ok(!isLearned(table));
    polled(200, table, 902);
    assert.ok(isLearned(table));
  });

  test('never the row 0, that stands for none', () => {
    assert.ok(!polled(1000).isLearned(0));
  });
});

test('what was put back goes on where it stopped, and the pause is no silence', () => {
  const before = polled(200);
  const after = new NoveltyTable();
  const from = before.findContext(ContextKind.clients, 1, 0, 0);
  const to = after.context(ContextKind.clients, 1, 0, 0);
  for (const row of before.symbolsOf(from, 10)) {
    const symbol = after.symbol(to, before.symbolWord(row, 1), before.symbolWord(row, 2));
    after.restoreSymbol(
      symbol,
      before.seen(row),
      before.symbolFirstUs(row),
      before.symbolLastUs(row),
      before.symbolGapUs(row),
    );
  }
  after.resume();
  assert.deepEqual(after.estimate(to), before.estimate(from));
  polled(10, after, 1_000_000);
  assert.equal(after.symbolGapUs(after.findSymbol(to, 0, 0)), SECOND_US);
  polled(10, after, 1_000_100);
  assert.equal(after.symbolGapUs(after.findSymbol(to, 0, 0)), 91 * SECOND_US);
});

test('full tables count what they do not take in, and go on with what they know', () => {
  const table = new NoveltyTable();
  const known = table.symbol(table.context(ContextKind.clients, 0, 0, 0), 0, 0);
  for (let server = 1; server < 262_200; server++) table.context(ContextKind.clients, server, 0, 0);
  assert.equal(table.context(ContextKind.clients, 300_000, 0, 0), 0);
  assert.equal(table.symbol(0, 1, 1), 0);
  assert.equal(table.observe(0, 1), 0);
  assert.ok(table.overflowed > 50);
  assert.equal(table.observe(known, START_US), 0);
  assert.equal(table.seen(known), 1);
});
