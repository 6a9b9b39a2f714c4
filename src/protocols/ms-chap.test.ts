// Recomputes the example that RFC 2759 9.2 prints, and responses of version 1 with the keys that MS-NLMP 4.2.2 prints.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hexBytes } from './example-conversation.ts';
import { msChapTest, msChapV2Test } from './ms-chap.ts';

const tried = (isRight: ((candidate: string) => boolean) | null, ...candidates: string[]): (boolean | undefined)[] =>
  candidates.map((candidate) => isRight?.(candidate));

test('the example of RFC 2759 9.2, with and without a domain before the name', () => {
  const challenge = hexBytes('5B5D7C7D7B3F2F3E3C2C602132262628');
  const response = hexBytes(
    '21402324255E262A28295F2B3A337C7E 0000000000000000 82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF 00',
  );
  assert.deepEqual(tried(msChapV2Test('User', challenge, response), 'clientPass', 'clientpass'), [true, false]);
  assert.deepEqual(tried(msChapV2Test('PLANT\\User', challenge, response), 'clientPass'), [true]);
  assert.deepEqual(tried(msChapV2Test('user', challenge, response), 'clientPass'), [false]);
  assert.equal(msChapV2Test('User', challenge.subarray(8), response), null);
});

test('version 1 is tested by the response that its flag names', () => {
  const challenge = hexBytes('0123456789abcdef');
  const lm = '98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13';
  const nt = '67c43011f30298a2ad35ece64f16331c44bdbed927841f94';
  assert.deepEqual(tried(msChapTest(challenge, hexBytes(`${lm}${nt}01`)), 'Password', 'PASSWORD'), [true, false]);
  assert.deepEqual(tried(msChapTest(challenge, hexBytes(`${lm}${nt}00`)), 'PASSWORD', 'other'), [true, false]);
  assert.equal(msChapTest(challenge, hexBytes(nt)), null);
});
