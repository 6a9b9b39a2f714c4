import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableDuration, readableTime, timeOf, timestamp } from './timestamp.ts';

test('packet time becomes RFC 3339 in UTC with six digits behind the second', () => {
  assert.equal(timestamp(1_767_225_600_000_001), '2026-01-01T00:00:00.000001Z');
  assert.equal(timestamp(0), '1970-01-01T00:00:00.000000Z');
  assert.equal(timestamp(1_445_508_000_123_456), '2015-10-22T10:00:00.123456Z');
});

test('a time before 1970 is still a time', () => {
  assert.equal(timestamp(-1), '1969-12-31T23:59:59.999999Z');
});

test('no time is null, and a time beyond all calendars too', () => {
  assert.equal(timestamp(NaN), null);
  assert.equal(timestamp(Infinity), null);
  assert.equal(timestamp(9e21), null);
  assert.equal(readableTime(NaN), 'unknown');
});

test('durations are told in two units at most', () => {
  assert.equal(readableDuration(350_000), '350 ms');
  assert.equal(readableDuration(12_500_000), '12.5 s');
  assert.equal(readableDuration(200_000_000), '3 min 20 s');
  assert.equal(readableDuration(7_500_000_000), '2 h 5 min');
  assert.equal(readableDuration(90_000_000_000), '1 day 1 h');
  assert.equal(readableDuration(NaN), 'unknown');
});

test('a time is read as it is written, in UTC where it names no offset', () => {
  const day = 1_767_225_600_000_000;
  for (const text of [
    '2026-01-01',
    '2026-01-01 00:00',
    '2026-01-01T00:00:00Z',
    '2026-01-01T01:00:00+01:00',
    '2026-01-01t00:00z',
  ]) {
    assert.equal(timeOf(text), day, text);
  }
  assert.equal(timeOf('2026-01-01T00:00:01.000123Z'), day + 1_000_123);
  assert.equal(timeOf('2026-01-01T00:00:00.5Z'), day + 500_000);
  for (const text of [
    '',
    'today',
    '2026',
    '2026-02-31',
    '2026-13-01',
    '2026-01-01T25:00',
    '2026-01-01T00:00:00+99:00',
    '2026-01-01 x',
  ]) {
    assert.equal(timeOf(text), null, text);
  }
});
