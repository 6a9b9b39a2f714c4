// The index of words: every key has its own row, in the order in which they came, also after the table has grown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WordIndex } from './word-index.ts';

const KEYS = 20_000;

for (let stride = 1; stride <= 4; stride++) {
  test(`keys of ${stride} words keep their rows while the table grows`, () => {
    const index = new WordIndex(stride, KEYS);
    // Neighbours, and words that differ in the highest bits alone.
    const words = (number: number): [number, number, number, number] => {
      const key = [(number << 18) | (number >>> 14), number & 7, -number, ~number];
      for (let at = stride; at < 4; at++) key[at] = 0;
      return key as [number, number, number, number];
    };
    for (let number = 1; number <= KEYS; number++) {
      assert.equal(index.find(...words(number)), 0);
      assert.equal(index.findOrInsert(...words(number)), number);
    }
    for (let number = 1; number <= KEYS; number++) {
      assert.equal(index.findOrInsert(...words(number)), number);
      for (let at = 0; at < stride; at++) assert.equal(index.word(number, at), words(number)[at]);
    }
    assert.equal(index.findOrInsert(...words(KEYS + 1)), 0);
    assert.equal(index.count, KEYS);
  });
}
