// What is taken for BACnet/IP, who says it, and which rules a malformed message breaks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Match, Speaker } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import {
  Talk,
  broadcast,
  bvlc,
  complexAck,
  error,
  frame,
  objectId,
  request,
  simpleAck,
  unconfirmed,
  unicast,
} from './example-frames.ts';
import { bacnet, bacnetEthernet } from './index.ts';
import { KINDS, RULES, functionName, spaceName, spaceOf } from './messages.ts';

const AI_5 = objectId(0, 5);
const READ = request(1, 12, `0C${AI_5} 1955`);

function match(datagram: Uint8Array): number {
  return bacnet.start(0).looksLike(datagram, 0, datagram.length);
}

test('every function of the virtual link layer is recognised on any port', () => {
  const entry = 'C000020CBAC0FFFFFFFF';
  for (const datagram of [
    bvlc(0x00, '0000'),
    bvlc(0x01, entry),
    bvlc(0x02, ''),
    bvlc(0x03, entry + entry),
    bvlc(0x04, `0A000005BAC0 0100 ${unconfirmed(8, '')}`),
    bvlc(0x05, '003C'),
    bvlc(0x06, ''),
    bvlc(0x07, ''),
    bvlc(0x08, 'C000020CBAC0'),
    bvlc(0x09, `0100 ${unconfirmed(8, '')}`),
    unicast(READ),
    broadcast(unconfirmed(8, '')),
    bvlc(0x0c, '01'),
  ]) {
    assert.equal(match(datagram), Match.yes, Buffer.from(datagram).toString('hex'));
  }
});

test('a frame of Ethernet is recognised by both service access points, the control field and the network layer', () => {
  const decoder = bacnetEthernet.start(0);
  const matchFrame = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, bytes.length);
  const good = frame(`0104 ${READ}`);
  assert.equal(matchFrame(good), Match.yes);
  for (const [at, value] of [
    [0, 0x42],
    [1, 0xaa],
    [2, 0x7f],
    [3, 2],
    [4, 0x54],
  ] as const) {
    const bytes = Uint8Array.from(good);
    bytes[at] = value;
    assert.equal(matchFrame(bytes), Match.no, `octet ${at}`);
  }
  for (let size = 0; size < 6; size++) assert.equal(matchFrame(good.slice(0, size)), Match.no, `${size} octets`);
  assert.equal(decoder.speaker(good, 0, good.length), Speaker.client);
});

test('a header with another length is enough on a usual port only', () => {
  const datagram = unicast(READ);
  datagram[3]! += 3;
  assert.equal(match(datagram), Match.maybe);
  assert.equal(match(bvlc(0x0a, `0200 ${READ}`)), Match.maybe);
  datagram[6] = 0x55;
  assert.equal(match(bvlc(0x0a, `0150 ${READ}`)), Match.maybe);
});

for (const [what, bytes] of [
  ['nothing', ''],
  ['one octet', '81'],
  ['a DNS query', 'A1B2 0100 0001 0000 0000 0000 03777777076578616D706C6503636F6D00 0001 0001'],
  ['a DNS answer whose id looks like a header', '810A 8180 0001 0001 0000 0000 0377777700 0001 0001'],
  ['NTP', `E3 00 06 EC ${'00'.repeat(44)}`],
  ['Modbus over UDP', '0001 0000 0006 01 03 0000 0001'],
  ['BACnet over IPv6', '82 01 0018 000001 000002 0100 10 08 0000000000000000000000'],
  ['SNMP', '302902010004067075626C6963A01C'],
  ['RTP with payload type 10', `800A ${'00'.repeat(170)}`],
  ['RTCP with its second octet among the functions', `810A 0005 ${'11'.repeat(20)}`],
  ['an unassigned function', '81 0D 0006 0100'],
] as const) {
  test(`${what} is something else`, () => {
    assert.equal(match(hexBytes(bytes)), Match.no);
  });
}

test('who requests or hears a notification is the client, what is said to everybody makes nobody one', () => {
  const decoder = bacnet.start(0);
  const speaker = (datagram: Uint8Array): number => decoder.speaker(datagram, 0, datagram.length);
  for (const datagram of [
    unicast(READ),
    unicast(unconfirmed(8, '')),
    unicast(simpleAck(1, 1)),
    bvlc(0x05, '003C'),
    bvlc(0x02, ''),
  ]) {
    assert.equal(speaker(datagram), Speaker.client);
  }
  for (const datagram of [
    unicast(simpleAck(1, 15)),
    unicast(complexAck(1, 12, '')),
    unicast(error(1, 12, 0, 0)),
    unicast(request(1, 1, '')),
    unicast(unconfirmed(0, '')),
    unicast(unconfirmed(2, '')),
    bvlc(0x00, '0000'),
    bvlc(0x03, ''),
  ]) {
    assert.equal(speaker(datagram), Speaker.server);
  }
  for (const datagram of [
    broadcast(unconfirmed(0, '')),
    broadcast(unconfirmed(8, '')),
    bvlc(0x0a, '0180 00'),
    bvlc(0x0c, '01'),
    unicast('60 01 09'),
    hexBytes('81'),
  ]) {
    assert.equal(speaker(datagram), Speaker.unknown);
  }
});

for (const [rule, datagram] of [
  ['length-too-short', hexBytes('810A')],
  ['length-too-short', bvlc(0x0a, '01')],
  ['length-too-short', bvlc(0x04, '0A000005')],
  ['length-too-short', bvlc(0x05, '00')],
  ['length-too-short', bvlc(0x08, 'C0')],
  ['length-too-short', bvlc(0x00, '00')],
  ['length-mismatch', unicast(READ).fill(0x40, 3, 4)],
  ['function-unknown', bvlc(0x20, '')],
  ['result-unknown', bvlc(0x00, '0011')],
  ['table-size-invalid', bvlc(0x01, 'C000020CBAC0')],
  ['npdu-version-unknown', bvlc(0x0a, `0200 ${READ}`)],
  ['npdu-reserved-bits', bvlc(0x0a, `0150 ${READ}`)],
  ['npdu-address-invalid', bvlc(0x0a, '0120 07D1 05 01')],
  ['npdu-address-invalid', bvlc(0x0a, `0108 07D1 00 ${READ}`)],
  ['npdu-address-invalid', bvlc(0x0a, `0108 FFFF 01 05 ${READ}`)],
  ['network-message-unknown', bvlc(0x0a, '0180 30')],
  ['network-message-cut-short', bvlc(0x0a, '0180')],
  ['network-message-cut-short', bvlc(0x0a, '0180 80 01')],
  ['network-message-cut-short', bvlc(0x0a, '0180 01 07')],
  ['network-message-cut-short', bvlc(0x0a, '0180 02 07D1')],
  ['network-message-cut-short', bvlc(0x0a, '0180 03 01')],
  ['network-message-cut-short', bvlc(0x0a, '0180 06')],
  ['network-message-cut-short', bvlc(0x0a, '0180 09')],
  ['apdu-cut-short', bvlc(0x0a, '0100')],
  ['apdu-cut-short', unicast('00 05 01')],
  ['apdu-cut-short', unicast('10')],
  ['apdu-cut-short', unicast('20 01')],
  ['apdu-type-reserved', unicast('80 01 02')],
  ['service-unknown', unicast(request(1, 99, ''))],
  ['service-unknown', unicast(unconfirmed(99, ''))],
  ['parameters-invalid', unicast(request(1, 12, `0C${AI_5}`))],
  ['parameters-invalid', unicast(request(1, 12, `0C${AI_5} 1955 00`))],
  ['parameters-invalid', unicast(request(1, 15, `0C${AI_5} 1955 3E 4441B00000`))],
  ['parameters-invalid', unicast(request(1, 15, `0C${AI_5} 1955 3E 4441B00000 3F 4911`))],
  ['parameters-invalid', unicast(request(1, 17, '1907'))],
  ['parameters-invalid', unicast(request(1, 20, '0909'))],
  ['parameters-invalid', unicast(complexAck(1, 12, `0C${AI_5} 1955 3E 44`))],
  ['parameters-invalid', unicast('50 01 0C 01')],
  ['parameters-invalid', broadcast(unconfirmed(0, '2101'))],
  ['parameters-invalid', broadcast(unconfirmed(6, 'A47E010104'))],
  ['parameters-invalid', broadcast(unconfirmed(8, '0905 1903'))],
] as const) {
  test(`${rule}: ${Buffer.from(datagram).toString('hex')}`, () => {
    const talk = new Talk().client(datagram);
    assert.deepEqual(talk.listener.rules, [rule]);
    assert.equal(talk.listener.violations[0]!.detail, RULES[rule]);
  });
}

test('a password behind a length that is too small is found', () => {
  const talk = new Talk();
  talk.listener.candidates = ['Delcatty70'];
  const datagram = unicast(request(1, 20, '0906 1D 0B 00 44656C63617474793730'));
  datagram[3] = 0x11;
  talk.client(datagram).close();
  assert.deepEqual(talk.listener.logins[0]!.knows, ['Delcatty70']);
  assert.deepEqual(talk.listener.rules, ['length-mismatch']);
});

test('every kind of message has a name of its own, in the range that modules can keep', () => {
  const names = KINDS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { function: code, subfunction, name } of KINDS) {
    assert.ok(code >= 0 && code <= 510 && subfunction <= 32_766);
    assert.equal(functionName(code, subfunction), name);
  }
});

test('a space holds type, property and element apart', () => {
  const spaces = new Set<number>();
  for (const type of [0, 1, 126, 128, 1022]) {
    for (const property of [-1, 0, 1, 85, 512, 4095]) {
      for (const index of [-1, 0]) {
        const space = spaceOf(type, property, index);
        assert.ok(space > 0 && space < 1 << 24);
        spaces.add(space);
      }
    }
  }
  assert.equal(spaces.size, 60);
  assert.equal(spaceName(spaceOf(2, 85, -1)), 'analog-value present-value');
  assert.equal(spaceName(spaceOf(200, -1, -1)), 'object-type-200');
  assert.equal(spaceName(0), '');
});
