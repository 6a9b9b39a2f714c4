import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressText, readableBytes } from './progress.ts';

const HALF = { inputBytes: 50e6, inputBytesTotal: 100e6, frames: 1_000_000, timeUs: 0 };

test('progress tells the share of the bytes, the speed and the time left', () => {
  assert.equal(progressText(HALF, 2000), '50 % of 100 MB, 1,000,000 packets, 500,000 packets/s, 2 s left');
});

test('the first moment promises no speed', () => {
  assert.equal(progressText(HALF, 10), '50 % of 100 MB, 1,000,000 packets');
});

test('standard input has no share and no time left', () => {
  const text = progressText({ ...HALF, inputBytesTotal: -1 }, 2000);
  assert.equal(text, '50 MB, 1,000,000 packets, 500,000 packets/s');
});

test('sizes are told in powers of ten', () => {
  assert.deepEqual([0, 1, 999, 1200, 999_999, 43e6, 1.5e9].map(readableBytes), ['0 bytes', '1 byte', '999 bytes', '1.2 kB', '1 MB', '43 MB', '1.5 GB']); // prettier-ignore
});
