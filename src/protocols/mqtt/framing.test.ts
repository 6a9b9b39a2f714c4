// What is recognised as MQTT, what is not, and where frames end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LATER_BYTES_MAX, Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { UPGRADE, UPGRADED, bytesOf, connack, connect, field, frame, packet, publish } from './example-packets.ts';
import { PIECE_BYTES, packetSize } from './framing.ts';
import { mqtt } from './index.ts';

function match(...parts: readonly Iterable<number>[]): number {
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  return mqtt.start(0).looksLike(bytes, 0, bytes.length);
}

test('packets that could hardly be anything else are recognised on any port', () => {
  assert.equal(match(connect()), Match.yes);
  assert.equal(match(connect({ version: 3 })), Match.yes);
  assert.equal(match(connect({ version: 5, user: 'u', password: 'p' })), Match.yes);
  assert.equal(match(publish('plant/level', '1')), Match.yes);
  assert.equal(match(packet(0x82, 0, 1, field('plant/#'), 0)), Match.yes);
  assert.equal(match(connect(), [0, 0xff, 0xff]), Match.yes);
  assert.equal(match(packet(0xc0), publish('plant/level', '1', { qos: 1 })), Match.yes);
  assert.equal(match(publish('plant/level', new Uint8Array(5000)).subarray(0, 60)), Match.yes);
});

test('packets that say little are taken on a usual port only', () => {
  for (const bytes of [packet(0xc0), packet(0xd0), connack(), packet(0x40, 0, 7), packet(0x90, 0, 1, 2)]) {
    assert.equal(match(bytes), Match.maybe);
  }
  assert.equal(match(publish('t', '1')), Match.maybe);
});

test('a prefix of a CONNECT that tells nothing yet is not taken, and not given up for another protocol', () => {
  const bytes = connect();
  for (let end = 1; end < 9; end++) assert.equal(match(bytes.subarray(0, end)), Match.no);
  assert.equal(match(bytes.subarray(0, 12)), Match.yes);
});

const OTHERS: Readonly<Record<string, Uint8Array | number[]>> = {
  'HTTP request without upgrade': bytesOf('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
  'upgrade to another protocol': bytesOf('GET / HTTP/1.1\r\nSec-WebSocket-Protocol: chat\r\n\r\n'),
  'answer of a web server': bytesOf('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmqtt'),
  'TLS ClientHello': hexBytes('16030100c8010000c40303'),
  'TLS application data': hexBytes('1703030020aabbccddeeff00112233445566778899'),
  'SSH banner': bytesOf('SSH-2.0-OpenSSH_9.2\r\n'),
  'FTP greeting': bytesOf('220 ready\r\n'),
  'SMTP greeting': bytesOf('250-mail.example.org\r\n'),
  'LDAP bind': hexBytes('300c020101600702010304008000'),
  'LDAP long': hexBytes('30820105020101648200fe0418636e3d'),
  'Modbus read': hexBytes('000100000006010300000001'),
  'S7 TPKT': hexBytes('0300001902f08032010000000100080000f0000001000101e0'),
  DNP3: hexBytes('056405c001000004e921'),
  'IEC 104': hexBytes('68040700000068040b000000'),
  'OPC UA hello': bytesOf('HELF', [0x20, 0, 0, 0, 0, 0, 0, 0]),
  Telnet: hexBytes('fffd18fffd20fffd23fffd27'),
  digits: bytesOf('0123456789 0123456789 0123456789'),
  zeros: new Uint8Array(40),
};

for (const [name, bytes] of Object.entries(OTHERS)) {
  test(`${name} is not MQTT, not even on its port`, () => assert.equal(match(bytes), Match.no));
}

test('random bytes are hardly ever taken', () => {
  const decoder = mqtt.start(0);
  let taken = 0;
  let seed = 1;
  for (let round = 0; round < 100_000; round++) {
    const bytes = new Uint8Array(60);
    for (let at = 0; at < 60; at++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      bytes[at] = seed >> 16;
    }
    if (decoder.looksLike(bytes, 0, 60) !== Match.no) taken++;
  }
  assert.ok(taken <= 2, `${taken}`);
});

test('an upgrade is waited for while its head is not whole, and taken when it asks for MQTT', () => {
  for (const head of [UPGRADE, UPGRADED]) {
    for (const end of [20, 60, head.length - 1]) assert.equal(match(head.slice(0, end)), Match.later);
    assert.equal(match(head), Match.yes);
  }
  assert.equal(match(bytesOf('GET / HTTP/1.1\r\nX: ', 'y'.repeat(LATER_BYTES_MAX))), Match.no);
  assert.equal(match(bytesOf('GET /x HTTP/1.1\r\nsec-websocket-protocol: chat, MQTTv3.1\r\n\r\n')), Match.yes);
});

test('a frame with MQTT inside is recognised where the upgrade was not seen', () => {
  assert.equal(match(frame(publish('plant/level', '1'))), Match.yes);
  assert.equal(match(frame(publish('plant/level', '1'), { isMasked: false })), Match.yes);
  assert.equal(match(frame(packet(0xc0))), Match.maybe);
  assert.equal(match(frame(bytesOf('{"event":"chat"}'))), Match.no);
  assert.equal(match(frame(bytesOf('hello'), { first: 0x81 })), Match.no);
});

test('the speaker is told by what one side alone may say', () => {
  const speaker = (...parts: readonly Iterable<number>[]): number => {
    const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
    return mqtt.start(0).speaker(bytes, 0, bytes.length);
  };
  assert.equal(speaker(connect()), Speaker.client);
  assert.equal(speaker(connack()), Speaker.server);
  assert.equal(speaker(packet(0xd0)), Speaker.server);
  assert.equal(speaker(publish('a/b/c', 'x')), Speaker.unknown);
  assert.equal(speaker(publish('a/b/c', 'x'), packet(0xc0)), Speaker.client);
  assert.equal(speaker(UPGRADE), Speaker.client);
  assert.equal(speaker(UPGRADED), Speaker.server);
  assert.equal(speaker(frame(publish('plant/level', '1'))), Speaker.client);
  assert.equal(speaker(frame(publish('plant/level', '1'), { isMasked: false })), Speaker.server);
});

test('the size of a packet is known once its length is, and never trusted beyond four bytes of it', () => {
  const size = (text: string): number => {
    const bytes = hexBytes(text);
    return packetSize(bytes, 0, bytes.length);
  };
  assert.equal(size('30'), NEED_MORE);
  assert.equal(size('30 80'), NEED_MORE);
  assert.equal(size('30 80 01'), 131);
  assert.equal(size('30 FF FF FF 7F'), 268_435_460);
  assert.equal(size('30 FF FF FF FF'), NOT_THIS_PROTOCOL);
  assert.equal(size('C0 05 00'), NOT_THIS_PROTOCOL);
});

test('a packet longer than a piece is framed in pieces, the first short unless its members are read', () => {
  const bytes = publish('a/b', new Uint8Array(3 * PIECE_BYTES));
  const decoder = mqtt.start(0);
  const context = { flow: 1, fromClient: true } as Parameters<typeof decoder.frameSize>[3];
  assert.equal(decoder.frameSize(bytes, 0, bytes.length, context), 4096);
  const members = publish('a/b', `{"a":1,"b":"${'x'.repeat(3 * PIECE_BYTES)}"}`);
  assert.equal(mqtt.start(0).frameSize(members, 0, members.length, context), PIECE_BYTES);
  assert.equal(mqtt.frameBytesMax, PIECE_BYTES);
});
