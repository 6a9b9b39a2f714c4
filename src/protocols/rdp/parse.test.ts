// Plays hand-made RDP connections, whole, cut and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from '../../facts/protocol.ts';
import { type Step, bytesOf, cut, play } from '../../../scripts/protocol-plays.ts';
import { protocols } from '../index.ts';
import { connectInitial, connectResponse, connectionConfirm, connectionRequest, tpkt } from './example-packets.ts';
import { rdp } from './index.ts';

const COOKIE = 'Cookie: mstshash=eltons\r\n';
const OLD: readonly Step[] = [
  [true, connectionRequest(COOKIE)],
  [false, connectionConfirm()],
  [true, connectInitial()],
  [false, connectResponse(2)],
  [true, new Uint8Array(500).fill(0xe7)],
  [false, new Uint8Array(900).fill(0xe7)],
];
const OLD_TOLD = [
  '1 rdp-offered standard security',
  '1 rdp-cookie eltons',
  '2 rdp-security standard security',
  '1 rdp-client RDP 10.7, build 19045, 1920x1080, keyboard 00000407',
  '1 name ELTONS-DEV2',
  '1 application RDP client build 19045',
  '1 operating-system Windows 10 or Server 2016 to 2019',
  '1 rdp-channels rdpdr MS_T120',
  '2 rdp-encryption 128 bit',
  '1>2 rdp eltons unknown',
];
const HELLO = Uint8Array.of(0x16, 3, 1, 0, 4, 1, 0, 0, 0);
const SEALED = Uint8Array.from([0x17, 3, 3, 0x40, 0, ...new Uint8Array(16_384)]);

test('standard security shows the client: name, build, size of its screen, keyboard, channels', () => {
  assert.deepEqual(play(rdp, OLD), OLD_TOLD);
});

test('it does not matter how the stream is cut', () => {
  for (const size of [1, 3, 10, 100]) assert.deepEqual(play(rdp, cut(OLD, size)), OLD_TOLD, `${size}`);
});

test('TLS and CredSSP are told, and what follows is read as TLS', () => {
  const start: readonly Step[] = [
    [true, connectionRequest(COOKIE, 3)],
    [false, connectionConfirm(2, 2)],
    [true, HELLO],
    [false, SEALED],
  ];
  const told = ['1 rdp-offered TLS, CredSSP', '1 rdp-cookie eltons', '2 rdp-security CredSSP'];
  assert.deepEqual(play(rdp, start), [...told, 'hello-cut', '1>2 rdp-credssp eltons unknown']);
  const long = play(rdp, [...start, [false, SEALED]]);
  assert.deepEqual(long, [...told, 'hello-cut', '1>2 rdp-credssp eltons accepted']);
});

test('with TLS alone the size of what follows says nothing', () => {
  const told = play(rdp, [
    [true, connectionRequest('', 1)],
    [false, connectionConfirm(2, 1)],
    [false, SEALED],
    [false, SEALED],
  ]);
  assert.equal(told.at(-1), '1>2 rdp-tls  unknown');
});

test('a negotiation that fails is told and is no login', () => {
  const told = play(rdp, [
    [true, connectionRequest(COOKIE, 0)],
    [false, connectionConfirm(3, 5)],
  ]);
  assert.equal(told.at(-1), '2 rdp-refused the server demands CredSSP');
});

test('connections of RDP are recognised, those of S7comm and MMS are not', () => {
  const decoder = rdp.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, bytes.length);
  assert.equal(match(connectionRequest(COOKIE)), Match.yes);
  assert.equal(match(connectionRequest('', 3)), Match.yes);
  assert.equal(match(connectionConfirm(2, 1)), Match.yes);
  assert.equal(match(connectionConfirm()), Match.maybe);
  assert.equal(match(connectInitial()), Match.maybe);
  const tsaps = [0xc0, 1, 0x0a, 0xc1, 2, 1, 0, 0xc2, 2, 1, 2];
  assert.equal(match(tpkt([17, 0xe0, 0, 0, 0, 1, 0, ...tsaps])), Match.no);
  assert.equal(match(tpkt([17, 0xd0, 0, 1, 0, 1, 0, ...tsaps])), Match.no);
  assert.equal(match(tpkt([2, 0xf0, 0x80, 0x32, 1, 0, 0, 0, 1, 0, 8, 0, 0])), Match.no);
  assert.equal(match(tpkt([2, 0xf0, 0x80, 0x0d, 0xb2, 5, 6, 0x13, 1, 0])), Match.no);
  assert.equal(match(bytesOf('GET / HTTP/1.1\r\n')), Match.no);
});

test('nobody else is sure of the beginning of RDP', () => {
  for (const bytes of [connectionRequest(COOKIE), connectionConfirm(2, 1), connectInitial()]) {
    for (const protocol of protocols.filter((other) => other !== rdp && other.transports.includes('tcp'))) {
      assert.notEqual(protocol.start(0).looksLike(bytes, 0, bytes.length), Match.yes, protocol.name);
    }
  }
});

test('every change of one byte and every cut decodes without throwing', () => {
  for (const bytes of [connectInitial(), connectResponse(1), connectionRequest(COOKIE, 1)]) {
    for (let at = 4; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x82, 0xff]) play(rdp, [[true, bytes.with(at, value)]]);
      play(rdp, [[false, tpkt(bytes.subarray(4, at))]]);
    }
  }
});

test('a length that does not fit is told', () => {
  const bytes = connectInitial();
  const at = Buffer.from(bytes).indexOf('Duca') + 6;
  assert.deepEqual(play(rdp, [[true, bytes.with(at + 3, 0x7f)]]).slice(0, 1), ['connect-cut']);
});
