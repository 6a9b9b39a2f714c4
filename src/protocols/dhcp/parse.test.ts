// Decodes hand-made messages of DHCP, whole, cut and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { NO_HOSTS, Match } from '../../facts/protocol.ts';
import { dhcp } from './index.ts';

const SERVER = [54, 4, 192, 0, 2, 1];

function message(op: number, yiaddr: number[], options: number[], file: number[] = []): Uint8Array {
  const bytes = new Uint8Array(240 + options.length + 1);
  bytes.set([op, 1, 6, 0, 1, 2, 3, 4]);
  bytes.set(yiaddr, 16);
  bytes.set([2, 0, 0, 0, 0, 9], 28);
  bytes.set(file, 108);
  bytes.set([0x63, 0x82, 0x53, 0x63, ...options, 255], 236);
  return bytes;
}

const REQUEST = message(1, [], [53, 1, 3, 12, 2, 112, 108, 55, 2, 1, 3, 55, 2, 6, 15, 12, 1, 99]);
const ACK = message(2, [192, 0, 2, 7], [53, 1, 5, ...SERVER, 3, 4, 192, 0, 2, 254]);

/** Decodes datagrams; gives the facts as words. The number of a host is the last byte of its address. */
function factsOf(...datagrams: Uint8Array[]): string[] {
  const sink = new CheckedSink();
  const found: string[] = [];
  sink.onFact = (fact) => {
    if ('verb' in fact) return;
    if (fact.fact === 'trait') found.push(`${fact.host} ${fact.trait} ${fact.value}`);
    if (fact.fact === 'claim') found.push(`${fact.host} ${fact.attribute} ${fact.value} (${fact.source})`);
    if (fact.fact === 'violation') found.push(fact.rule);
  };
  const last = (at: number) => (bytes: Uint8Array, start: number) => bytes[start + at]!;
  // A card is its last byte and a hundred.
  const hosts = {
    ...NO_HOSTS,
    ofIpv4: last(3),
    ofMac: (bytes: Uint8Array, at: number) => last(5)(bytes, at) + 100,
  };
  const context = { ...messageContext(sink), hosts };
  const decoder = dhcp.start(0);
  for (const bytes of datagrams) decoder.decode(bytes, 0, bytes.length, context);
  decoder.tick(context.timeUs + 9e6, context);
  const early = found.length;
  decoder.tick(context.timeUs + 10e6, context);
  // In time or at the end of the conversation: the same is told, once.
  const late = found.slice(early);
  decoder.closed(context.flow, context);
  assert.deepEqual(found.slice(early), late);
  return found;
}

test('what the client said is told of the address that was given, once, with split options joined', () => {
  assert.deepEqual(factsOf(REQUEST, ACK, REQUEST, ACK), [
    '1 dhcp-asks 02:00:00:00:00:09',
    '109 name plc (dhcp 12)',
    '1 dhcp-server router 192.0.2.254, dns none',
    '7 address-binding 02:00:00:00:00:09',
    '7 dhcp-fingerprint 1,3,6,15',
    '7 dhcp-options 53,12,55,55,12',
    '7 name plc (dhcp 12)',
  ]);
});

test('without an acknowledgement what a client says is told of the address that it has or asks for', () => {
  const card = ['1 dhcp-asks 02:00:00:00:00:09', '109 name x (dhcp 12)'];
  const asks = message(1, [], [53, 1, 3, 50, 4, 192, 0, 2, 8, 12, 1, 120]);
  assert.deepEqual(factsOf(asks), [...card, '8 dhcp-options 53,50,12', '8 name x (dhcp 12)']);
  assert.deepEqual(factsOf(asks, message(2, [], [53, 1, 6])), card);
  const has = message(1, [], [53, 1, 3, 12, 1, 120]);
  has.set([192, 0, 2, 8], 12);
  const ofAddress = ['8 address-binding 02:00:00:00:00:09', '8 dhcp-options 53,12', '8 name x (dhcp 12)'];
  assert.deepEqual(factsOf(has), [...card, ...ofAddress]);
  // What is asked for in a DHCPDISCOVER is a wish.
  assert.deepEqual(factsOf(message(1, [], [53, 1, 1, 50, 4, 192, 0, 2, 8, 12, 1, 120])), [
    ...card,
    '109 dhcp-options 53,50,12',
  ]);
});

test('what a client says that is given no address is told of the card that asked', () => {
  const asked = ['1 dhcp-asks 02:00:00:00:00:09', '109 name plc (dhcp 12)'];
  assert.deepEqual(factsOf(REQUEST, REQUEST), [
    ...asked,
    '109 dhcp-fingerprint 1,3,6,15',
    '109 dhcp-options 53,12,55,55,12',
  ]);
  assert.deepEqual(factsOf(REQUEST, message(2, [], [53, 1, 6])), asked);
});

test('a client of BOOTP, which names no type, is one that asks, and what it is given is its address', () => {
  const request = message(1, [], [12, 1, 120]);
  const asked = ['1 dhcp-asks 02:00:00:00:00:09', '109 name x (dhcp 12)'];
  assert.deepEqual(factsOf(request), [...asked, '109 dhcp-options 12']);
  const reply = message(2, [192, 0, 2, 7], []);
  assert.deepEqual(factsOf(request, reply), [
    ...asked,
    '7 address-binding 02:00:00:00:00:09',
    '7 dhcp-options 12',
    '7 name x (dhcp 12)',
  ]);
});

test('nothing is told of the card of a request that a relay handed on: it is in another segment', () => {
  const relayed = REQUEST.slice();
  relayed.set([192, 0, 2, 254], 24);
  assert.deepEqual(factsOf(relayed), ['1 dhcp-asks 02:00:00:00:00:09']);
});

test('a client without a hardware address is nobody that could be told of', () => {
  const nobody = message(1, [], [53, 1, 1, 55, 1, 3]);
  nobody.fill(0, 28, 34);
  assert.deepEqual(factsOf(nobody), ['1 dhcp-asks 00:00:00:00:00:00']);
});

test('options stand in the file field where option 52 says so', () => {
  const request = message(1, [], [53, 1, 3, 52, 1, 1], [12, 1, 120, 255]);
  assert.ok(factsOf(request, ACK).includes('7 name x (dhcp 12)'));
});

test('a message is recognised by its cookie, other bytes are not taken', () => {
  const decoder = dhcp.start(0);
  assert.equal(decoder.looksLike(REQUEST, 0, REQUEST.length), Match.yes);
  assert.equal(decoder.looksLike(REQUEST.with(236, 0), 0, REQUEST.length), Match.no);
});

test('every cut decodes without throwing', () => {
  for (let size = 0; size < REQUEST.length; size++) factsOf(REQUEST.slice(0, size), ACK);
  for (let size = 0; size < ACK.length; size++) factsOf(REQUEST, ACK.slice(0, size));
});
