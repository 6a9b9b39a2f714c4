import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TimestampUnit } from './timestamp.ts';

/** The same in whole numbers of any size. */
function expected(resolution: number, time: bigint): bigint {
  const exponent = BigInt(resolution & 0x7f);
  const unitsPerSecond = (resolution & 0x80) !== 0 ? 2n ** exponent : 10n ** exponent;
  const timeUs = (time * 1_000_000n) / unitsPerSecond;
  const latest = BigInt(Number.MAX_SAFE_INTEGER);
  return timeUs > latest ? latest : timeUs;
}

test('every resolution gives the exact microsecond, as whole numbers of any size would', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (resolution, time) => {
      const unit = new TimestampUnit(resolution);
      const timeUs = unit.microseconds(Number(time >> 32n), Number(time & 0xffffffffn));
      assert.equal(BigInt(timeUs), expected(resolution, time));
    }),
    { seed: 1, numRuns: 20_000 },
  );
});

test('today, in every resolution that can tell it, gives the exact microsecond', () => {
  const now = fc.bigInt({ min: 1_000_000_000_000_000n, max: 2_500_000_000_000_000n });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), now, fc.nat(), (resolution, nowUs, rest) => {
      const exponent = BigInt(resolution & 0x7f);
      const unitsPerSecond = (resolution & 0x80) !== 0 ? 2n ** exponent : 10n ** exponent;
      const time = (nowUs * unitsPerSecond) / 1_000_000n + BigInt(rest % 1000);
      fc.pre(time < 2n ** 64n);
      const timeUs = new TimestampUnit(resolution).microseconds(Number(time >> 32n), Number(time & 0xffffffffn));
      assert.equal(BigInt(timeUs), expected(resolution, time));
    }),
    { seed: 2, numRuns: 20_000 },
  );
});

test('an offset moves the time, and a time before 1970 becomes 1970', () => {
  assert.equal(new TimestampUnit(6, 10).microseconds(0, 5), 10_000_005);
  assert.equal(new TimestampUnit(6, -10).microseconds(0, 5), 0);
  assert.equal(new TimestampUnit(6, Number.MAX_VALUE).microseconds(0, 5), Number.MAX_SAFE_INTEGER);
});
