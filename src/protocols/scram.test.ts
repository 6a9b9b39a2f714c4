// The examples of RFC 5802 5 and RFC 7677 3, and what is no exchange.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scramTest, scramUser, type ScramHash } from './scram.ts';

const SHA1 = [
  'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
  'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
  'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
] as const;
const SHA256 = [
  'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
] as const;

function tested(hash: ScramHash, messages: readonly string[]): ((candidate: string) => boolean) | null {
  const [first, server, final] = messages.map((message) => new TextEncoder().encode(message));
  return scramTest(hash, first!, server!, final!);
}

test('the password of the examples is found, others are not', () => {
  for (const [hash, messages] of [['sha1', SHA1] as const, ['sha256', SHA256] as const]) {
    const isPassword = tested(hash, messages);
    assert.deepEqual(
      ['pencil', 'Pencil', ''].map((candidate) => isPassword?.(candidate)),
      [true, false, false],
    );
  }
  assert.equal(scramUser(SHA1[0]), 'user');
});

test('what is no exchange has no test', () => {
  assert.equal(tested('sha256', ['n', SHA256[1], SHA256[2]]), null);
  assert.equal(tested('sha256', [SHA256[0], 'e=other-error', SHA256[2]]), null);
  assert.equal(tested('sha256', [SHA256[0], SHA256[1], 'c=biws']), null);
  assert.equal(tested('sha256', [SHA256[0], SHA256[1].replace('4096', '99999999'), SHA256[2]]), null);
  assert.equal(tested('sha1', SHA256)?.('pencil'), false);
});
