// However pieces come, what is given is the same bytes at the same places in the same order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GATHERED_BYTES, GatheredPieces } from './gathered-pieces.ts';

interface Given {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

function given(pieces: readonly (readonly [offset: number, length: number])[]): Given[] {
  const out: Given[] = [];
  const gathered = new GatheredPieces((offset, bytes) => out.push({ offset, bytes: bytes.slice() }));
  for (const [offset, length] of pieces) {
    gathered.piece(
      offset,
      Uint8Array.from({ length }, (_value, at) => (offset + at) % 251),
    );
  }
  gathered.flush();
  return out;
}

/** Every byte with its place. */
function places(pieces: readonly Given[]): string[] {
  return pieces.flatMap(({ offset, bytes }) => [...bytes].map((byte, at) => `${offset + at}:${byte}`));
}

test('small pieces that follow each other come as one', () => {
  const out = given([...Array(100).keys()].map((index) => [index * 100, 100]));
  assert.deepEqual(
    out.map(({ offset, bytes }) => [offset, bytes.length]),
    [[0, 10_000]],
  );
});

test('holes, repetitions and large pieces change neither bytes nor places', () => {
  const pieces = [
    [0, 500],
    [500, 1000],
    [5000, 700],
    [200, 900],
    [5700, GATHERED_BYTES],
    [5700 + GATHERED_BYTES, 3],
    [5703 + GATHERED_BYTES, 0],
    [5703 + GATHERED_BYTES, GATHERED_BYTES - 1],
    [5702 + 2 * GATHERED_BYTES, 2 * GATHERED_BYTES],
  ] as const;
  const each = pieces.map(([offset, length]) => ({
    offset,
    bytes: Uint8Array.from({ length }, (_value, at) => (offset + at) % 251),
  }));
  assert.deepEqual(places(given(pieces)), places(each));
});

test('no more is given at once than the buffer holds, unless it came so', () => {
  const sizes = given([...Array(1000).keys()].map((index) => [index * 333, 333])).map(({ bytes }) => bytes.length);
  assert.ok(Math.max(...sizes) <= GATHERED_BYTES);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    333_000,
  );
});
