// Decodes hand-made messages of ICMP and ICMPv6: neighbours, routers, listeners, and echoes that are a ping or a tunnel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { NO_HOSTS, type HostNaming } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { icmp } from './index.ts';

const TARGET = '20010db8000000000000000000000009';
const SOLICITATION = `8700000000000000${TARGET}0101020000000001`;
const ADVERTISEMENT = `8800000060000000${TARGET}0201020000000009`;
const PREFIX = '030440c0000151800000384000000000' + '20010db8000000000000000000000000';
const ROUTER = `86000000408007080000000000000000${PREFIX}0101020000000001`;
const REPORT = '8f0000000000000104000000ff0200000000000000000001ff000009';
const HOSTS: HostNaming = { ...NO_HOSTS, ofIpv6: () => 9 };

function told(messages: readonly Uint8Array[], stepUs = 1e6): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if (!('verb' in fact) && fact.fact === 'trait') lines.push(`${fact.host} ${fact.trait} ${fact.value}`);
  };
  const decoder = icmp.start(0);
  messages.forEach((bytes, index) => {
    const timeUs = 1_700_000_000_000_000 + index * stepUs;
    decoder.decode(bytes, 0, bytes.length, messageContext(sink, { isTcp: false, hosts: HOSTS, timeUs }));
  });
  assert.deepEqual(sink.problems, []);
  return lines;
}

/** Echoes with a time in front, and behind it `fill` of their number. */
function echoes(count: number, size: number, fill: (index: number) => number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const bytes = new Uint8Array(8 + size).fill(fill(index), 24);
    bytes[0] = 8;
    return bytes.fill(index, 8, 24);
  });
}

test('who asks gives its own card, who answers that of the target, once', () => {
  assert.deepEqual(told([SOLICITATION, ADVERTISEMENT, ADVERTISEMENT].map(hexBytes)), [
    '1 address-binding 02:00:00:00:00:01',
    '9 address-binding 02:00:00:00:00:09',
  ]);
});

test('a router is told with card and prefixes', () => {
  assert.deepEqual(told([ROUTER, ROUTER].map(hexBytes)), [
    '1 address-binding 02:00:00:00:00:01',
    '1 ipv6-router default router, 02:00:00:00:00:01, managed, prefix 2001:db8::/64',
  ]);
});

test('a router that says a fourth time in a row that it is none any more is told, one that never was one is not', () => {
  const gone = ROUTER.replace('86000000408007080', '86000000408000000');
  const counted = (messages: readonly string[]): number =>
    told(messages.map(hexBytes)).filter((line) => line === '1 ipv6-router-withdrawn 4 times').length;
  assert.equal(counted([ROUTER, gone, gone, gone]), 0);
  assert.equal(counted([ROUTER, gone, gone, gone, gone, gone]), 1);
  assert.equal(counted([ROUTER, gone, gone, ROUTER, gone, gone]), 0);
  assert.equal(counted([gone, gone, gone, gone, gone]), 0);
});

test('a listener is a member of its group', () => {
  assert.deepEqual(told([hexBytes(REPORT)]), ['1 multicast-group ff02::1:ff00:9']);
});

test('echoes that carry something else each time are told, once', () => {
  assert.deepEqual(told(echoes(60, 200, (index) => index)), [
    '1 echo-request ',
    '1 icmp-payload 25 different payloads of up to 200 bytes within 24 s',
  ]);
});

test('an answer is no request', () => {
  const answers = echoes(3, 20, () => 1).map((bytes) => bytes.fill(0, 0, 1));
  assert.deepEqual(told(answers), []);
});

test('a large ping, small echoes and slow ones are no tunnel', () => {
  assert.deepEqual(told(echoes(60, 1400, () => 7)), ['1 echo-request ']);
  assert.deepEqual(told(echoes(60, 64, (index) => index)), ['1 echo-request ']);
  assert.deepEqual(
    told(
      echoes(60, 200, (index) => index),
      60e6,
    ),
    ['1 echo-request '],
  );
});

test('cut anywhere, nothing is told that is not told of the whole', () => {
  for (const whole of [SOLICITATION, ADVERTISEMENT, REPORT].map(hexBytes))
    for (let end = 0; end < whole.length; end++) assert.deepEqual(told([whole.slice(0, end)]), []);
  for (let end = 0; end < ROUTER.length / 2; end++) told([hexBytes(ROUTER).slice(0, end)]);
});
