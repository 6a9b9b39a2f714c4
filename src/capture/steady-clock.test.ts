// Time of a live capture while the clock of the machine is set.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SteadyClock } from './steady-clock.ts';

const HOUR_US = 3_600_000_000;
const START_US = 1_767_225_600_000_000;

test('stamps that are a little out of order stay as they are', () => {
  const clock = new SteadyClock();
  const stamps = [START_US, START_US + 500, START_US + 100, START_US - 900_000, START_US + 600];
  assert.deepEqual(
    stamps.map((stamp) => clock.at(stamp)),
    stamps,
  );
  assert.equal(clock.aheadUs, 0);
});

test('a clock set back does not hold time up: it goes on from where it was, each time anew', () => {
  const clock = new SteadyClock();
  clock.at(START_US);
  assert.equal(clock.at(START_US - HOUR_US), START_US);
  assert.equal(clock.at(START_US - HOUR_US + 7), START_US + 7);
  assert.equal(clock.aheadUs, HOUR_US);
  assert.equal(clock.at(START_US - 2 * HOUR_US), START_US + 7);
  assert.equal(clock.at(START_US - 2 * HOUR_US + 9), START_US + 16);
  assert.equal(clock.aheadUs, 2 * HOUR_US + 7);
});

test('a clock set forward is followed, for it cannot be told from silence', () => {
  const clock = new SteadyClock();
  clock.at(START_US);
  assert.equal(clock.at(START_US + HOUR_US), START_US + HOUR_US);
  assert.equal(clock.aheadUs, 0);
});
