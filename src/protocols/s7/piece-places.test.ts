// Pieces behind a hole are put where they belong, or nowhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PiecePlaces } from './piece-places.ts';

const PIECE = 100;

/** A block of pieces of 100 bytes: by the places of those that come; `hole` is where bytes of the conversation are lost. */
function places(steps: readonly (number | 'hole')[], step = 1, last = PIECE): PiecePlaces {
  const found = new PiecePlaces(true);
  const end = Math.max(...steps.filter((one) => one !== 'hole'));
  for (const one of steps) {
    if (one === 'hole') found.hole();
    else found.piece(new Uint8Array(one === end ? last : PIECE), 0, 0, (0xfffe + one * step) & 0xffff);
  }
  return found;
}

test('without a hole every piece has its place at once', () => {
  const found = new PiecePlaces(true);
  const offsets = [0, 1, 2].map((reference) => found.piece(new Uint8Array(PIECE), 0, 0, reference));
  assert.deepEqual(offsets, [0, 100, 200]);
  assert.deepEqual(found.offsets(300), []);
});

test('a hole in which nothing of the block was lost moves nothing', () => {
  assert.deepEqual(places([0, 1, 'hole', 2, 3]).offsets(400), [200, 300]);
});

test('one hole has all that did not come', () => {
  assert.deepEqual(places([0, 'hole', 3, 4]).offsets(500), [300, 400]);
  assert.deepEqual(places(['hole', 1, 2]).offsets(300), [100, 200]);
});

test('of several holes the references of the jobs tell how much each has, also where they count by twos', () => {
  for (const step of [1, 2]) {
    assert.deepEqual(places([0, 1, 'hole', 3, 4, 'hole', 7], step, 30).offsets(730), [300, 400, 700]);
  }
});

test('the end may be lost too', () => {
  assert.deepEqual(places([0, 1, 'hole', 3, 'hole']).offsets(600), [300]);
});

test('where references and sizes disagree, nothing is placed', () => {
  // The jobs of two holes say three pieces, and five are missing.
  assert.equal(places([0, 1, 'hole', 3, 4, 'hole', 7]).offsets(1000), null);
  // More came than was announced.
  assert.equal(places([0, 'hole', 1, 2]).offsets(200), null);
  // Nothing was announced, and no two jobs follow each other.
  assert.equal(places([0, 'hole', 2]).offsets(-1), null);
});

test('of a block whose size nobody announced the references are believed', () => {
  assert.deepEqual(places([0, 1, 'hole', 3]).offsets(-1), [300]);
});

test('what waits for its place is bounded', () => {
  const found = new PiecePlaces(false);
  for (let reference = 0; reference < 10; reference++) found.piece(new Uint8Array(10_000), 0, 0, reference);
  assert.equal(found.held.length, 6);
  assert.equal(found.offsets(100_000), null);
});
