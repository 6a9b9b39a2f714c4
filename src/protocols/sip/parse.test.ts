// Plays hand-made SIP conversations over UDP and TCP, whole, cut and damaged.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Match } from '../../facts/protocol.ts';
import { type Step, bytesOf, cut, play } from '../../../scripts/protocol-plays.ts';
import { sip } from './index.ts';

const URI = 'sip:192.0.2.2';

function request(method: string, sequence: number, more = ''): string {
  return [
    `${method} ${URI} SIP/2.0`,
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
    'f: "Gate" <sip:4711@192.0.2.2>;tag=1',
    `CSeq: ${sequence} ${method}`,
    `${more}User-Agent: Intercom/3`,
    'l: 0\r\n\r\n',
  ].join('\r\n');
}

function answer(status: string, sequence: number, method: string, more = ''): string {
  return `SIP/2.0 ${status}\r\nCSeq: ${sequence} ${method}\r\n${more}Server: Exchange/1\r\nContent-Length:0\r\n\r\n`;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function digest(field: string, method: string, password: string): string {
  const ha1 = md5(`4711:site:${password}`);
  const response = md5(`${ha1}:abc:00000001:xyz:auth:${md5(`${method}:${URI}`)}`);
  return `${field}: Digest username="4711",realm="site",nonce="abc",uri="${URI}",qop=auth,nc=00000001,cnonce="xyz",response="${response}"\r\n`;
}

const CHALLENGE = 'WWW-Authenticate: Digest realm="site", nonce="abc", qop="auth"\r\n';
const REGISTRATION: readonly Step[] = [
  [true, request('REGISTER', 1)],
  [false, answer('401 Unauthorized', 1, 'REGISTER', CHALLENGE)],
  [true, request('REGISTER', 2, digest('Authorization', 'REGISTER', 'secret'))],
  [false, answer('100 Trying', 2, 'REGISTER')],
  [false, answer('200 OK', 2, 'REGISTER')],
];
const TOLD = [
  '1 application Intercom/3',
  '1 sip-account 4711',
  '2 application Exchange/1',
  '2 sip-realm site',
  '1>2 http-digest 4711 accepted tested',
];

test('a registration tells software, account, realm and a login that can be tested', () => {
  assert.deepEqual(play(sip, REGISTRATION, 'secret', false), TOLD);
});

test('over TCP it does not matter how the stream is cut', () => {
  const steps: Step[] = [[true, '\r\n\r\n'], ...REGISTRATION, [false, '\r\n']];
  for (const size of [1, 3, 50, 4000]) assert.deepEqual(play(sip, cut(steps, size), 'secret'), TOLD, `${size}`);
});

test('a call is let in when it rings, and refused by 407 and 403', () => {
  const credentials = digest('Proxy-Authorization', 'INVITE', 'secret');
  const outcome = (status: string): string | undefined =>
    play(
      sip,
      [
        [true, request('INVITE', 2, credentials)],
        [false, answer(status, 2, 'INVITE')],
      ],
      'secret',
      false,
    ).at(-1);
  assert.equal(outcome('180 Ringing'), '1>2 http-digest 4711 accepted tested');
  assert.equal(outcome('403 Forbidden'), '1>2 http-digest 4711 refused tested');
  assert.equal(outcome('407 Proxy Authentication Required'), '1>2 http-digest 4711 refused tested');
  assert.equal(outcome('486 Busy Here'), '1>2 http-digest 4711 unknown tested');
});

test('the same request sent again is one login, an ACK is none', () => {
  const credentials = digest('Proxy-Authorization', 'INVITE', 'secret');
  const told = play(
    sip,
    [
      [true, request('INVITE', 2, credentials)],
      [true, request('INVITE', 2, credentials)],
      [false, answer('403 Forbidden', 2, 'INVITE')],
      [true, request('ACK', 2, credentials)],
    ],
    '',
    false,
  );
  assert.equal(told.filter((line) => line.includes('http-digest')).length, 1);
});

test('who registers without being asked for a password is told, also from the other side', () => {
  const steps: readonly Step[] = [
    [false, request('REGISTER', 1)],
    [true, answer('200 OK', 1, 'REGISTER')],
  ];
  assert.equal(play(sip, steps, '', false).at(-1), '2>1 anonymous 4711 accepted');
});

test('software is not claimed of a proxy that passes a request on', () => {
  const passed = request('INVITE', 1).replace('Via:', 'Via: SIP/2.0/UDP 192.0.2.9\r\nv:');
  assert.deepEqual(play(sip, [[true, passed]], '', false), []);
});

test('requests and answers are recognised on any port, other protocols are not', () => {
  const decoder = sip.start(0);
  const match = (text: string): number => decoder.looksLike(bytesOf(text), 0, text.length);
  for (const line of ['INVITE sip:a@b SIP/2.0', 'OPTIONS sips:b', 'SIP/2.0 200 OK\r\n']) {
    assert.equal(match(line), Match.yes, line);
  }
  for (const line of ['OPTIONS * HTTP/1.1\r\n', 'OPTIONS rtsp://a RTSP/1.0\r\n', 'NOTIFY * HTTP/1.1\r\n', 'SIP', '']) {
    assert.equal(match(line), Match.no, line);
  }
});

test('every change of one byte decodes without throwing', () => {
  const text = bytesOf(request('REGISTER', 2, digest('Authorization', 'REGISTER', 'secret')));
  for (let at = 0; at < text.length; at++) {
    for (const value of [0, 0x0a, 0x20, 0x22, 0xff]) play(sip, [[true, text.with(at, value)]], '', false);
  }
});
