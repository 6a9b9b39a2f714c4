// Keys against the specification's, and hand-made connections of QUIC, whole, in pieces and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from '../../facts/protocol.ts';
import { type Step, bytesOf, play } from '../../../scripts/protocol-plays.ts';
import { alpn, ascii, clientHello, serverHello, serverName } from '../tls/example-records.ts';
import { CONNECTION, OWN, crypto, initial, retry, versionNegotiation } from './example-packets.ts';
import { quic } from './index.ts';
import { Version } from './packets.ts';
import { initialKeys } from './protection.ts';

const HELLO = clientHello(
  0x0303,
  [0x1301, 0x1302],
  [serverName('plc.example'), alpn(ascii('h3')), [43, [2, 3, 4]], [57, [...new Uint8Array(300)]]],
);
const ANSWER = serverHello(0x0303, 0x1301, [[43, [3, 4]]]);
const FIRST = initial({ frames: crypto(0, HELLO) });
const SECOND = initial({ frames: [2, 0, 0, 0, 0, ...crypto(0, ANSWER)], fromClient: false, target: OWN });
/** JA3 and JA4 are the tls folder's; here counts the letter in front. */
function shownOf(steps: readonly Step[]): string[] {
  return play(quic, steps, '', false).filter((line) => !line.includes(' ja3'));
}
const HELLO_TOLD = ['1 tls-server-name plc.example', '1 quic-version QUIC 1', '1 quic-alpn h3'];
const ANSWER_TOLD = ['2 tls-version TLS 1.3', '2 tls-cipher TLS_AES_128_GCM_SHA256'];

test('the keys of both versions are those of the specifications', () => {
  const one = initialKeys(Version.v1, CONNECTION);
  assert.equal(one.client.key.toString('hex'), '1f369613dd76d5467730efcbe3b1a22d');
  assert.equal(one.client.iv.toString('hex'), 'fa044b2f42a3fd3b46fb255c');
  assert.equal(one.client.headerKey.toString('hex'), '9f50449e04a0e810283a1e9933adedd2');
  assert.equal(one.server.key.toString('hex'), 'cf3a5331653c364c88f0f379b6067e37');
  const two = initialKeys(Version.v2, CONNECTION);
  assert.equal(two.client.key.toString('hex'), '8b1a0bc121284290a29e0971b5cd045d');
  assert.equal(two.client.headerKey.toString('hex'), '45b95e15235d6f45a6b19cbcb0294ba9');
});

test('both hellos are read: fingerprint, name, application, version, cipher', () => {
  const told = shownOf([
    [true, FIRST],
    [false, SECOND],
  ]);
  assert.match(told[0]!, /^1 ja4 q13d0204h3_/);
  assert.deepEqual(told.slice(1), [...HELLO_TOLD, ...ANSWER_TOLD]);
});

test('a hello in pieces, out of order and in two packets, is put together', () => {
  const [a, b, c] = [HELLO.slice(0, 50), HELLO.slice(50, 200), HELLO.slice(200)] as const;
  const told = shownOf([
    [true, initial({ frames: [...crypto(200, c), 0, 1, ...crypto(0, a)] })],
    [true, initial({ frames: crypto(50, b), number: 1 })],
  ]);
  assert.deepEqual(told.slice(1), HELLO_TOLD);
});

test('version 2 has other keys and other numbers of types', () => {
  const told = shownOf([[true, initial({ frames: crypto(0, HELLO), version: Version.v2 })]]);
  assert.ok(told.includes('1 quic-version QUIC 2'));
});

test('after a Retry the keys are those of the new identifier', () => {
  const again = { target: OWN, keyedBy: Uint8Array.from(OWN) };
  const told = shownOf([
    [true, FIRST],
    [false, retry()],
    [true, initial({ frames: crypto(0, HELLO), number: 1, ...again })],
    [false, initial({ frames: crypto(0, ANSWER), fromClient: false, ...again })],
  ]);
  assert.deepEqual(told.slice(1), [...HELLO_TOLD, ...ANSWER_TOLD]);
});

test('packets that cannot be opened tell nothing', () => {
  assert.deepEqual(
    shownOf([
      [false, SECOND],
      [true, FIRST.with(700, FIRST[700]! ^ 1)],
    ]),
    [],
  );
});

test('long headers of known versions are recognised on any port, other protocols are not', () => {
  const decoder = quic.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, bytes.length);
  assert.equal(match(FIRST), Match.yes);
  assert.equal(match(SECOND), Match.yes);
  assert.equal(match(FIRST.subarray(0, 80)), Match.maybe);
  assert.equal(match(versionNegotiation()), Match.maybe);
  assert.equal(match(retry()), Match.maybe);
  for (const other of [
    'GET / HTTP/1.1\r\n\r\n',
    '\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x10',
    '\x80\x60\0\0\0\0\0\0\0\0\0\0\0',
    '',
  ]) {
    assert.equal(match(bytesOf(other)), Match.no);
  }
});

test('every change of one byte of the header and every cut decodes without throwing', () => {
  for (let at = 0; at < 60; at++) {
    for (const value of [0, 1, 0x40, 0x7f, 0xff]) play(quic, [[true, FIRST.with(at, value)]], '', false);
  }
  for (let end = 0; end < FIRST.length; end += 7) play(quic, [[true, FIRST.subarray(0, end)]], '', false);
});

test('frames that are cut or damaged inside a packet decode without throwing', () => {
  const frames = [2, 0, 0, 1, 0, 3, 3, ...crypto(0, HELLO.slice(0, 40))];
  for (let at = 0; at < frames.length; at++) {
    for (const value of [0, 6, 0x40, 0x80, 0xff]) shownOf([[true, initial({ frames: frames.with(at, value) })]]);
  }
});
