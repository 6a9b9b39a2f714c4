// Packets byte for byte, as the specifications show them, and damaged ones.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hexBytes } from '../example-conversation.ts';
import { connack, connect, field, packet, publish } from './example-packets.ts';
import { PROBLEMS, PacketType, Version } from './messages.ts';
import { MqttPacket } from './packet.ts';
import { parsePacket } from './parse.ts';

function read(bytes: Uint8Array, version: number = Version.v311): MqttPacket {
  const parsed = new MqttPacket();
  parsePacket(bytes, 0, bytes.length, version, parsed);
  return parsed;
}

function rules(parsed: MqttPacket): string[] {
  return [...parsed.problem.subarray(0, parsed.problemCount)].map((index) => PROBLEMS[index]!.rule);
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('latin1');
}

test('the variable header of a CONNECT is read as in the example of 5.0, figure 3-6', () => {
  // Name, level 5, flags CE, keep-alive 10, session expiry interval 10; then the payload that the flags announce.
  const bytes = hexBytes(`10 22 0004 4D515454 05 CE 000A 05 11 0000000A
    0001 61 00 0001 74 0002 6F6B 0001 75 0002 7077`);
  const parsed = read(bytes);
  assert.deepEqual(rules(parsed), []);
  assert.equal(parsed.version, Version.v5);
  assert.equal(parsed.keepAlive, 10);
  assert.equal(text(bytes, parsed.clientIdStart, parsed.clientIdEnd), 'a');
  assert.equal(text(bytes, parsed.willTopicStart, parsed.willTopicEnd), 't');
  assert.equal(text(bytes, parsed.willPayloadStart, parsed.willPayloadEnd), 'ok');
  assert.equal(text(bytes, parsed.userStart, parsed.userEnd), 'u');
  assert.equal(text(bytes, parsed.passwordStart, parsed.passwordEnd), 'pw');
});

test('a PUBLISH of 3.1.1 as in its figure 3.11: topic a/b, identifier 10', () => {
  const parsed = read(hexBytes('32 09 0003 612F62 000A 6869'));
  assert.deepEqual(rules(parsed), []);
  assert.deepEqual([parsed.type, parsed.qos, parsed.packetId, parsed.payloadSize], [PacketType.publish, 1, 10, 2]);
});

test('a SUBSCRIBE of 3.1.1 as in its figure 3.23: a/b with QoS 1 and c/d with QoS 2', () => {
  const bytes = hexBytes('82 0E 000A 0003 612F62 01 0003 632F64 02');
  const parsed = read(bytes);
  assert.deepEqual(rules(parsed), []);
  assert.deepEqual([parsed.listCount, parsed.packetId, parsed.listEnd], [2, 10, bytes.length]);
});

test('names and levels of all versions are known, and the bit that bridges set is no other version', () => {
  assert.equal(read(connect({ version: 3 })).version, Version.v31);
  assert.equal(read(connect({ version: 4 })).version, Version.v311);
  assert.equal(read(connect({ version: 5 })).version, Version.v5);
  const bridge = read(connect({ version: 0x84 }));
  assert.deepEqual([bridge.version, rules(bridge)], [Version.v311, []]);
  assert.deepEqual(rules(read(connect({ version: 9 }))).includes('protocol-level-unknown'), true);
  assert.deepEqual(rules(read(packet(0x10, field('MQTX'), 4, 2, 0, 60, field('a')))), ['protocol-name-unknown']);
});

const BROKEN: readonly (readonly [bytes: Uint8Array, version: number, rule: string])[] = [
  [hexBytes('00 00'), 4, 'packet-type-reserved'],
  [hexBytes('F0 00'), 4, 'packet-type-reserved'],
  [hexBytes('C1 00'), 4, 'flags-invalid'],
  [hexBytes('C0 80 00'), 4, 'remaining-length-not-minimal'],
  [hexBytes('40 01 00'), 4, 'packet-cut-short'],
  [hexBytes('C0 01 00'), 4, 'trailing-bytes'],
  [hexBytes('40 03 0001 00'), 4, 'trailing-bytes'],
  [connect({ flags: 3 }), 0, 'connect-flags-invalid'],
  [connect({ flags: 0x1a }), 0, 'connect-flags-invalid'],
  [connect({ password: 'p' }), 0, 'connect-flags-invalid'],
  [connect({ clientId: '', flags: 0 }), 0, 'client-id-empty'],
  [publish('a', 'x', { qos: 3 }), 4, 'qos-invalid'],
  [publish('a', 'x', { isDup: true }), 4, 'dup-without-qos'],
  [publish('a', 'x', { qos: 1, id: 0 }), 4, 'packet-id-zero'],
  [publish('', 'x'), 4, 'topic-empty'],
  [publish('a/#', 'x'), 4, 'topic-has-wildcard'],
  [publish('a\u0000b', 'x'), 4, 'text-not-utf8'],
  [packet(0x30, [0, 2, 0xc3, 0x28]), 4, 'text-not-utf8'],
  [packet(0x82, 0, 1, field('a/#/b'), 0), 4, 'filter-invalid'],
  [packet(0x82, 0, 1, field('a+/b'), 0), 4, 'filter-invalid'],
  [packet(0x82, 0, 1, field('a'), 3), 4, 'filter-options-invalid'],
  [packet(0x82, 0, 1, field('a'), 0x10), 4, 'filter-options-invalid'],
  [packet(0x82, 0, 1), 4, 'filters-missing'],
  [packet(0xa2, 0, 1, ...Array.from({ length: 129 }, () => field('a'))), 4, 'filters-too-many'],
  [connack(6), 4, 'return-code-unknown'],
  [packet(0x90, 0, 1, 3), 4, 'return-code-unknown'],
  [connect({ version: 5, properties: [99, 0] }), 0, 'property-unknown'],
  [connect({ version: 5, properties: [35, 0, 1] }), 0, 'property-not-allowed'],
  [connect({ version: 5, properties: [33, 0, 1, 33, 0, 1] }), 0, 'property-repeated'],
  [packet(0x30, field('a'), 9, 1), 5, 'properties-cut-short'],
  [publish('a', 'x', { properties: [35, 0, 0] }), 5, 'topic-alias-zero'],
];

for (const [bytes, version, rule] of BROKEN) {
  test(`${Buffer.from(bytes.subarray(0, 12)).toString('hex')} breaks ${rule}`, () => {
    assert.ok(rules(read(bytes, version)).includes(rule), rules(read(bytes, version)).join());
  });
}

test('headers of 3.1 may carry DUP and QoS in a SUBSCRIBE, those of 3.1.1 may not', () => {
  const bytes = packet(0x8a, 0, 1, field('a'), 0);
  assert.deepEqual(rules(read(bytes, Version.v31)), []);
  assert.deepEqual(rules(read(bytes, Version.v311)), ['flags-invalid']);
});

test('the version is inferred where the CONNECT was not seen, and left open where nothing tells', () => {
  const of = (bytes: Uint8Array): number => read(bytes, Version.unknown).version;
  assert.equal(of(publish('a/b', '{"x":1}')), Version.v311);
  assert.equal(of(publish('a/b', '{"x":1}', { properties: [] })), Version.v5);
  assert.equal(of(publish('spBv1.0/G/NDATA/E', [0x18, 1], { properties: [] })), Version.v5);
  assert.equal(of(publish('a/b', [0x1f, 0x8b, 8, 0, 0], { properties: [] })), Version.v5);
  assert.equal(of(publish('', 'x', { properties: [35, 0, 1] })), Version.v5);
  assert.equal(of(publish('a/b', [0, 0, 1])), Version.unknown);
  assert.equal(of(publish('a/b', [2, 1, 0, 0x90])), Version.unknown);
  assert.equal(of(packet(0x82, 0, 1, field('a/b'), 1)), Version.v311);
  assert.equal(of(packet(0x82, 0, 1, 0, field('a/b'), 1)), Version.v5);
  assert.equal(of(packet(0xb0, 0, 1)), Version.v311);
  assert.equal(of(packet(0x90, 0, 1, 1)), Version.v311);
  assert.equal(of(packet(0x90, 0, 1, 0, 1)), Version.unknown);
  assert.equal(of(packet(0xb0, 0, 1, 0, 17)), Version.v5);
  assert.equal(of(connack(0, 5)), Version.v5);
  assert.equal(of(connack(0)), Version.unknown);
});

test('a server of 3.1.1 refuses a CONNECT of 5.0 in its own form', () => {
  assert.deepEqual(rules(read(connack(1), Version.v5)), []);
  assert.deepEqual(rules(read(connack(1, 5), Version.v5)), ['return-code-unknown']);
});

test('3.1 allows a user flag without a user, 3.1.1 does not', () => {
  const bytes = (name: string, version: number): Uint8Array =>
    packet(0x10, field(name), version, 0x82, 0, 60, field('c'));
  assert.deepEqual(rules(read(bytes('MQIsdp', 3))), []);
  assert.deepEqual(rules(read(bytes('MQTT', 4))), ['packet-cut-short']);
});

test('a first piece of a long packet says how long its payload is, and what it lacks is no fault', () => {
  const bytes = publish('a/b', new Uint8Array(70_000));
  const parsed = new MqttPacket();
  parsePacket(bytes, 0, 1000, Version.v311, parsed);
  assert.deepEqual([parsed.payloadSize, parsed.size, rules(parsed)], [70_000, bytes.length, []]);
});
