// Decodes hand-made packets of RADIUS, whole, cut and damaged, and tests passwords against them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match, Speaker } from '../../facts/protocol.ts';
import { be32, hexBytes } from '../example-conversation.ts';
import { onlyLogin, playDatagrams, shown } from '../../../scripts/play-conversation.ts';
import { joined, text, type Step } from '../example-stream.ts';
import { packet } from './example-messages.ts';
import { radius } from './index.ts';

const USER = [1, 'steve'] as const;
const NAS = [32, 'switch-7'] as const;
const STATION = [31, '02-00-00-00-00-33'] as const;
const HIDDEN = [2, new Uint8Array(16)] as const;
// MD5 over 7, `opcua-2024` and the authenticator, computed with another implementation.
const CHAP = [3, joined([7], hexBytes('bc062726296a47fcf8180049c50e7fb2'))] as const;

function told(...steps: Step[]): string[] {
  return shown(radius, playDatagrams(radius, steps));
}

test('a login with a hidden password has an outcome and no test', () => {
  const steps: Step[] = [
    [true, packet(1, 9, USER, HIDDEN, NAS, STATION)],
    [false, packet(2, 9)],
    [true, packet(1, 10, USER, HIDDEN, NAS, STATION)],
    [false, packet(3, 10)],
  ];
  assert.deepEqual(told(...steps), [
    'name switch-7',
    'radius-station 02-00-00-00-00-33',
    'login radius-pap-hidden steve accepted',
    'login radius-pap-hidden steve refused',
  ]);
});

test('CHAP can be tested, with the authenticator or an attribute as the challenge', () => {
  const challenge = text('a challenge of any length');
  const response = createHash('md5').update('\x07opcua-2024').update(challenge).digest();
  const own = [3, joined([7], response)] as const;
  for (const request of [packet(1, 1, USER, CHAP), packet(1, 1, USER, own, [60, challenge])]) {
    const login = onlyLogin(
      playDatagrams(radius, [
        [true, request],
        [false, packet(3, 1)],
      ]),
    );
    assert.deepEqual([login.mechanism, login.outcome, login.mayWait], ['radius-chap', 'refused', true]);
    assert.equal(login.test?.('opcua-2024'), true);
    assert.equal(login.test('Opcua-2024'), false);
  }
});

test('an exchange of EAP is one login, and MD5 inside it can be tested', () => {
  const challenge = hexBytes('ffeeddccbbaa99887766554433221100');
  const response = createHash('md5').update('\x02secret').update(challenge).digest();
  const login = onlyLogin(
    playDatagrams(radius, [
      [true, packet(1, 1, USER, [79, joined([2, 1, 0, 10, 1], 'steve')])],
      [false, packet(11, 1, [79, joined([1, 2, 0, 22, 4, 16], challenge)])],
      [true, packet(1, 2, USER, [79, joined([2, 2, 0, 22, 4, 16], response)])],
      [false, packet(2, 2, [79, [3, 2, 0, 4]])],
    ]),
  );
  assert.deepEqual([login.mechanism, login.user, login.outcome], ['radius-eap-md5', 'steve', 'accepted']);
  assert.equal(login.test?.('secret'), true);
  assert.equal(login.test('Secret'), false);
});

test('other methods have a name and no test', () => {
  const msChap = (type: number): Uint8Array => joined(be32(311), [type, 52], new Uint8Array(50));
  assert.deepEqual(told([true, packet(1, 1, USER, [26, msChap(25)])]), ['login radius-ms-chap-v2 steve unknown']);
  assert.deepEqual(told([true, packet(1, 1, USER, [26, msChap(1)])]), ['login radius-ms-chap steve unknown']);
  assert.deepEqual(told([true, packet(1, 1, USER)]), ['login radius-none steve unknown']);
  const tls = packet(1, 1, USER, [79, [2, 9, 0, 6, 25, 0]]);
  assert.deepEqual(told([true, tls]), ['login radius-eap-peap steve unknown']);
});

test('a request that is sent again is one login, a number that is used again is another', () => {
  const first = packet(1, 9, USER, HIDDEN);
  assert.deepEqual(told([true, first], [true, first], [false, packet(2, 9)]), [
    'login radius-pap-hidden steve accepted',
  ]);
  const other = packet(1, 9, [1, 'anna'], HIDDEN);
  assert.deepEqual(told([true, first], [true, other], [false, packet(2, 9)], [false, packet(2, 9)]), [
    'login radius-pap-hidden steve unknown',
    'login radius-pap-hidden anna accepted',
  ]);
});

test('sessions that are ended or changed are operations', () => {
  const steps: Step[] = [
    [true, packet(40, 1, USER)],
    [false, packet(41, 1)],
    [true, packet(43, 2, USER)],
    [true, packet(43, 2, USER)],
    [false, packet(45, 2, [101, be32(503)])],
    [true, packet(40, 3, USER)],
  ];
  assert.deepEqual(told(...steps), ['Disconnect-Request 0/0', 'CoA-Request 1/503', 'Disconnect-Request 2/0']);
});

test('what does not fit is told, and the rest is read', () => {
  const cut = packet(1, 1, USER, HIDDEN).with(20 + 7 + 1, 99);
  assert.deepEqual(told([true, cut]), ['attribute-length', 'login radius-none steve unknown']);
  const long = packet(1, 1, USER).with(3, 200);
  assert.deepEqual(told([true, long]), ['length-mismatch', 'login radius-none steve unknown']);
});

test('a packet whose attributes fill it is recognised on any port, a bare one only where it is expected', () => {
  const decoder = radius.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, bytes.length);
  assert.equal(match(packet(1, 1, USER)), Match.yes);
  assert.equal(match(packet(2, 1)), Match.maybe);
  assert.equal(match(packet(99, 1, USER)), Match.no);
  assert.equal(match(text('GET / HTTP/1.1 and more than twenty')), Match.no);
  const answer = packet(2, 1);
  assert.equal(decoder.speaker(answer, 0, answer.length), Speaker.server);
});

test('every change of one byte and every cut decodes without throwing', () => {
  const bytes = packet(1, 1, USER, CHAP, NAS, [79, [2, 9, 0, 6, 25, 0]]);
  const sink = new CheckedSink();
  const decoder = radius.start(0);
  for (let at = 0; at < bytes.length; at++) {
    decoder.decode(bytes, 0, at, messageContext(sink));
    for (const value of [0, 1, 2, 0x7f, 0xff])
      decoder.decode(bytes.with(at, value), 0, bytes.length, messageContext(sink));
  }
  decoder.closed(1, messageContext(sink));
  assert.deepEqual(sink.problems, []);
});
