// Plays hand-made Kerberos exchanges over UDP and TCP, whole, cut and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from '../../facts/protocol.ts';
import { type Step, bytesOf, cut, play } from '../../../scripts/protocol-plays.ts';
import { failure, framed, reply, request } from './example-messages.ts';
import { kerberos } from './index.ts';

const PROOF = request({ user: 'operator', proof: 18, netbios: 'HMI-7' });
const AS_REPLY = reply(0x6b, 'operator', 'krbtgt/EXAMPLE.ORG', 18);
const LOGIN: readonly Step[] = [
  [true, PROOF],
  [false, AS_REPLY],
];
const TOLD = [
  '1 kerberos-principal operator@EXAMPLE.ORG',
  '1 name HMI-7',
  '2 kerberos-realm EXAMPLE.ORG',
  '1>2 kerberos-aes256-cts-hmac-sha1-96 operator@EXAMPLE.ORG accepted',
];

function last(...messages: readonly Uint8Array[]): string | undefined {
  return play(
    kerberos,
    messages.map((bytes, index): Step => [index % 2 === 0, bytes]),
    '',
    false,
  ).at(-1);
}

test('a proof that is believed is a login that was accepted', () => {
  assert.deepEqual(play(kerberos, LOGIN, '', false), TOLD);
});

test('over TCP it does not matter how the stream is cut', () => {
  const steps = LOGIN.map(([fromClient, bytes]): Step => [fromClient, framed(bytes as Uint8Array)]);
  for (const size of [1, 3, 50, 4000]) assert.deepEqual(play(kerberos, cut(steps, size)), TOLD, `${size}`);
});

test('a wrong password and an unknown user are refused, other errors decide nothing', () => {
  assert.match(last(PROOF, failure(24))!, / refused$/);
  assert.match(last(PROOF, failure(37))!, / unknown$/);
  assert.match(last(PROOF)!, / unknown$/);
  assert.equal(last(request({ user: 'ghost' }), failure(6)), '1>2 kerberos ghost@EXAMPLE.ORG refused');
});

test('the first request, which has no proof, is no login', () => {
  assert.equal(last(request({ user: 'operator' }), failure(25)), '1 kerberos-principal operator@EXAMPLE.ORG');
});

test('a reply to a request without a proof is told', () => {
  assert.equal(last(request({ user: 'operator' }), AS_REPLY), '2 kerberos-without-preauth operator@EXAMPLE.ORG');
});

test('the same request captured twice is one login', () => {
  const told = play(
    kerberos,
    [
      [true, PROOF],
      [true, PROOF],
      [false, AS_REPLY],
      [false, AS_REPLY],
    ],
    '',
    false,
  );
  assert.equal(told.filter((line) => line.endsWith('accepted')).length, 1);
});

test('encryption that is too weak is told: of an offer without any other, of a ticket, of a proof', () => {
  const offer = request({ tag: 0x6c, service: 'MSSQLSvc/historian', encryptions: [23, -133, 3] });
  assert.deepEqual(
    play(
      kerberos,
      [
        [true, offer],
        [false, reply(0x6d, 'operator', 'MSSQLSvc/historian', 23)],
      ],
      '',
      false,
    ),
    [
      '1 kerberos-service MSSQLSvc/historian',
      '1 kerberos-weak-offer rc4-hmac rc4-hmac-old des-cbc-md5',
      '2 kerberos-realm EXAMPLE.ORG',
      '2 kerberos-weak-ticket rc4-hmac for MSSQLSvc/historian',
    ],
  );
  assert.match(
    last(request({ user: 'PLC$', proof: 3 }), failure(18))!,
    /kerberos-des-cbc-md5 PLC\$@EXAMPLE.ORG refused/,
  );
});

test('a computer names itself', () => {
  assert.ok(play(kerberos, [[true, request({ user: 'HMI-7$' })]], '', false).includes('1 name HMI-7'));
});

test('messages are recognised on any port, other protocols are not', () => {
  const decoder = kerberos.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, bytes.length);
  for (const message of [PROOF, AS_REPLY, failure(6)]) {
    assert.equal(match(message), Match.yes);
    assert.equal(match(framed(message)), Match.yes);
    assert.equal(match(framed(message).subarray(0, 64)), Match.yes);
    assert.equal(match(message.subarray(0, 64)), message.length > 64 ? Match.no : Match.yes);
  }
  // SNMP and LDAP are written in the same way.
  for (const other of [[0x30, 0x0c, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0], [0x6a, 0x82, 0, 10], []]) {
    assert.equal(match(Uint8Array.from(other)), Match.no);
  }
  assert.equal(match(bytesOf('GET / HTTP/1.1\r\n\r\n')), Match.no);
});

test('every change of one byte and every cut decodes without throwing', () => {
  for (const bytes of [PROOF, AS_REPLY, failure(6)]) {
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x82, 0xff]) play(kerberos, [[true, bytes.with(at, value)]], '', false);
      play(kerberos, [[true, bytes.subarray(0, at)]], '', false);
    }
  }
});

test('a length that reaches past the end is told', () => {
  assert.equal(play(kerberos, [[true, PROOF.subarray(0, 100)]], '', false)[0], 'message-cut');
});
