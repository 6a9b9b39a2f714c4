// Recomputes the examples that MS-NLMP 4.2 publishes, and plays exchanges made by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../fuzz/checked-sink.ts';
import { utf16Of } from '../bytes/utf16.ts';
import { hexBytes } from './example-conversation.ts';
import { md4 } from './md4.ts';
import { lmowfV1, ntlmKind, ntlmTest, ntowfV1, ntowfV2, v1Response } from './ntlm-responses.ts';
import type { LoginAttempt } from './open-logins.ts';
import { NtlmExchanges, findNtlm, ntlmMessageType } from './ntlm.ts';

// MS-NLMP 4.2.1: user `User`, password `Password`, domain `Domain`, server challenge 01 23 … ef, client challenge aa…
const CHALLENGE = hexBytes('0123456789abcdef');
const NONE = new Uint8Array(0);
const WHO = { user: 'User', domain: 'Domain' };

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('MD4 gives the digests of RFC 1320 A.5', () => {
  const digests = ['', 'a', 'abc', 'message digest'].map((text) => hex(md4(new TextEncoder().encode(text))));
  assert.deepEqual(digests, [
    '31d6cfe0d16ae931b73c59d7e0c089c0',
    'bde52cb31de33e46245e05fbdbd6fb24',
    'a448017aaf21d8525fc10ae87aa6729d',
    'd9130a8164549fe818874806e1c7014b',
  ]);
});

test('the keys and responses of MS-NLMP 4.2.2', () => {
  assert.equal(hex(lmowfV1('Password')), 'e52cac67419a9a224a3b108f3fa6cb6d');
  assert.equal(hex(ntowfV1('Password')), 'a4f49c406510bdcab6824ee7c30fd852');
  assert.equal(hex(v1Response(ntowfV1('Password'), CHALLENGE)), '67c43011f30298a2ad35ece64f16331c44bdbed927841f94');
  assert.equal(hex(v1Response(lmowfV1('Password'), CHALLENGE)), '98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13');
  assert.equal(hex(ntowfV2('Password', 'User', 'Domain')), '0c868a403bfd7a93a3001ef22ef02e3f');
});

test('each kind of response is told apart and can be tested', () => {
  const v1 = hexBytes('67c43011f30298a2ad35ece64f16331c44bdbed927841f94');
  const lm = hexBytes('98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13');
  // 4.2.3.2.2 and 4.2.4.2.2, whose temp is made of 4.2.4.1.3.
  const ess = hexBytes('7537f803ae367128ca458204bde7caf81e97ed2683267232');
  const temp = hexBytes(`01010000 00000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
    02000c00 44006f006d00610069006e00 01000c00 530065007200760065007200 00000000 00000000`);
  const v2 = Uint8Array.from([...hexBytes('68cd0ab851e51c96aabc927bebef6a1c'), ...temp]);
  const essLm = hexBytes('aaaaaaaaaaaaaaaa 00000000000000000000000000000000');
  const cases = [
    ['v1', { ...WHO, lm, nt: v1, isExtended: false }],
    ['v1-ess', { ...WHO, lm: essLm, nt: ess, isExtended: true }],
    ['v2', { ...WHO, lm: NONE, nt: v2, isExtended: true }],
    ['lm', { ...WHO, lm, nt: NONE, isExtended: false }],
  ] as const;
  for (const [kind, response] of cases) {
    assert.equal(ntlmKind(response), kind);
    const isRight = ntlmTest(response, CHALLENGE);
    assert.deepEqual([isRight?.('Password'), isRight?.('password1'), isRight?.('')], [true, false, false], kind);
    assert.equal(ntlmTest(response, null), undefined);
  }
});

function field(length: number, offset: number): number[] {
  return [length & 0xff, length >> 8, length & 0xff, length >> 8, offset & 0xff, offset >> 8, 0, 0];
}

const SIGNATURE = [...hexBytes('4e544c4d53535000')];
const PAIRS = hexBytes('02000c00 44006f006d00610069006e00 01000c00 530065007200760065007200 00000000');
const CHALLENGE_MESSAGE = [
  ...SIGNATURE,
  ...[2, 0, 0, 0],
  ...field(0, 56),
  ...hexBytes('01028802'),
  ...CHALLENGE,
  ...new Uint8Array(8),
  ...field(PAIRS.length, 56),
  ...hexBytes('06017017 0000000f'),
  ...PAIRS,
];

function authenticateMessage(user: string, nt: Uint8Array): number[] {
  const parts = [NONE, nt, utf16Of('Domain'), utf16Of(user), utf16Of('COMPUTER'), NONE];
  let offset = 72;
  const fields: number[] = [];
  for (const part of parts) {
    fields.push(...field(part.length, offset));
    offset += part.length;
  }
  const head = [...SIGNATURE, 3, 0, 0, 0, ...fields, ...hexBytes('01028802'), ...hexBytes('0a00614a 0000000f')];
  return [...head, ...parts.flatMap((part) => [...part])];
}

function play(messages: readonly (readonly [boolean, readonly number[]])[]): {
  told: string[];
  attempt: LoginAttempt | null;
} {
  const exchanges = new NtlmExchanges('test');
  const sink = new CheckedSink();
  const told: string[] = [];
  sink.onFact = (fact) => {
    if (!('fact' in fact)) return;
    if (fact.fact === 'claim') told.push(`${fact.host} ${fact.attribute} ${fact.value}`);
    if (fact.fact === 'trait') told.push(`${fact.host} ${fact.trait} ${fact.value}`);
  };
  let attempt: LoginAttempt | null = null;
  for (const [fromClient, message] of messages) {
    const bytes = Uint8Array.from(message);
    attempt = exchanges.read(messageContext(sink, { fromClient }), 1, bytes, 0, bytes.length);
  }
  assert.deepEqual(sink.problems, []);
  return { told, attempt };
}

test('an exchange names both hosts and gives a login that can be tested, inside another token too', () => {
  const nt = v1Response(ntowfV1('Password'), CHALLENGE);
  for (const before of [[], [0x60, 0x48, 0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02, 0xa0, 0x3e]]) {
    const { told, attempt } = play([
      [false, [...before, ...CHALLENGE_MESSAGE]],
      [true, [...before, ...authenticateMessage('User', nt)]],
    ]);
    assert.deepEqual(told, [
      '2 name Server',
      '2 ntlm-domain Domain',
      '2 operating-system Windows 7 or Server 2008 R2 (6.1.6000)',
      '1 name COMPUTER',
      '1 operating-system Windows 10 or later (10.0.19041)',
    ]);
    assert.equal(attempt?.user, 'User');
    // The flags say extended session security, whose client challenge is missing here: other bytes are hashed.
    assert.equal(attempt.mechanism, 'ntlm-v1-ess');
    assert.equal(attempt.recompute?.('Password'), false);
  }
});

test('without a user it is anonymous, without a challenge it cannot be tested', () => {
  const anonymous = play([
    [false, CHALLENGE_MESSAGE],
    [true, authenticateMessage('', NONE)],
  ]).attempt;
  assert.deepEqual([anonymous?.mechanism, anonymous?.recompute], ['ntlm-anonymous', undefined]);
  const blind = play([[true, authenticateMessage('User', new Uint8Array(60))]]).attempt;
  assert.deepEqual([blind?.mechanism, blind?.recompute], ['ntlm-v2-no-challenge', undefined]);
});

test('every prefix and every change of one byte is read without throwing', () => {
  const exchanges = new NtlmExchanges('test');
  const sink = new CheckedSink();
  for (const message of [CHALLENGE_MESSAGE, authenticateMessage('User', new Uint8Array(40))]) {
    const bytes = Uint8Array.from(message);
    for (let end = 0; end <= bytes.length; end++) exchanges.read(messageContext(sink), 1, bytes, 0, end);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x80, 0xff]) {
        exchanges.read(messageContext(sink), 1, bytes.with(at, value), 0, bytes.length)?.recompute?.('x');
      }
    }
  }
  assert.deepEqual(sink.problems, []);
});

test('what has no signature is no message', () => {
  const other = new TextEncoder().encode('NTLMSSP without the zero, and more');
  assert.equal(findNtlm(other, 0, other.length), -1);
  assert.equal(ntlmMessageType(other, 0, other.length), 0);
});
