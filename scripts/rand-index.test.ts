// The adjusted Rand index against values worked out by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adjustedRandIndex } from './rand-index.ts';

const words = (text: string): string[] => text.split('');

test('the same classes under other names are the same', () => {
  assert.equal(adjustedRandIndex(words('aabbc'), words('xxyyz')), 1);
});

test('one class for all tells nothing', () => {
  assert.equal(adjustedRandIndex(words('aabb'), words('xxxx')), 0);
});

test('the example of Hubert and Arabie’s formula, worked out by hand', () => {
  // Pairs together in both: 2; in the first: 2 × 3 = 6, in the second: 3 + 1 = 4; of 15: (2 − 1.6) / (5 − 1.6).
  assert.ok(Math.abs(adjustedRandIndex(words('aaabbb'), words('xxyyyz')) - (2 - 1.6) / (5 - 1.6)) < 1e-12);
});
