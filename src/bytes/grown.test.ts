import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { giveBack, grown } from './grown.ts';

describe('tables of numbers that grow', () => {
  it('a longer array begins as the old one did, with zeros behind, and is of its kind', () => {
    for (const old of [Uint8Array.of(1, 2), Int32Array.of(-1, 7), Float64Array.of(0.5, Number.NaN)]) {
      const longer = grown(old, 5);
      assert.deepEqual([...longer], [...old, 0, 0, 0]);
      assert.equal(longer.constructor, old.constructor);
    }
  });

  it('the memory of a large one is given back at once, that of a small one is left to the collection of garbage', () => {
    const large = new Float64Array(1 << 17);
    grown(large, 1 << 18);
    assert.equal(large.length, 0);
    const other = new Int32Array(1 << 18);
    giveBack(other);
    assert.equal(other.length, 0);
    const small = new Int32Array(16);
    grown(small, 32);
    assert.equal(small.length, 16);
  });
});
