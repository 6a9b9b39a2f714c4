// Decodes hand-made messages of DHCPv6, whole, cut and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { testValues } from '../../../scripts/tshark-values.ts';
import { NO_HOSTS, Match } from '../../facts/protocol.ts';
import { dhcpv6 } from './index.ts';

function option(code: number, ...value: number[]): number[] {
  return [code >> 8, code & 0xff, value.length >> 8, value.length & 0xff, ...value];
}

function text(value: string): number[] {
  return [...Buffer.from(value, 'latin1')];
}

function address(last: number): number[] {
  return [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
}

const CLIENT = option(1, 0, 3, 0, 1, 2, 0, 0, 0, 0, 9);
const SERVER = option(2, 0, 3, 0, 1, 2, 0, 0, 0, 0, 1);
const NAME = option(39, 0, 3, ...text('plc'), 5, ...text('plant'), 0);
const VENDOR = option(16, 0, 0, 1, 55, 0, 8, ...text('MSFT 5.0'));
const SOLICIT = [1, 7, 7, 7, ...CLIENT, ...option(6, 0, 23, 0, 24), ...NAME, ...VENDOR];
const LIFETIMES = [0, 0, 0, 60, 0, 0, 0, 120];
const IDENTITY = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
const GIVEN = option(3, ...IDENTITY, ...option(5, ...address(7), ...LIFETIMES));
const DELEGATED = option(25, ...IDENTITY, ...option(26, ...LIFETIMES, 56, ...address(0)));
const REPLY = [7, 7, 7, 7, ...CLIENT, ...SERVER, ...GIVEN, ...DELEGATED, ...option(23, ...address(53))];

/** The number of a host is the last byte of its address; client 1, server 2. */
function factsOf(...datagrams: (readonly number[])[]): string[] {
  const sink = new CheckedSink();
  const found: string[] = [];
  sink.onFact = (fact) => {
    if ('verb' in fact) return;
    if (fact.fact === 'trait') found.push(`${fact.host} ${fact.trait} ${fact.value}`);
    if (fact.fact === 'claim') found.push(`${fact.host} ${fact.attribute} ${fact.value} (${fact.source})`);
    if (fact.fact === 'violation') found.push(fact.rule);
  };
  const hosts = { ...NO_HOSTS, ofIpv6: (bytes: Uint8Array, at: number) => bytes[at + 15]! };
  const decoder = dhcpv6.start(0);
  for (const datagram of datagrams) {
    const bytes = Uint8Array.from(datagram);
    const fromClient = ![2, 7, 10, 13].includes(datagram[0] ?? 0);
    decoder.decode(bytes, 0, bytes.length, { ...messageContext(sink), hosts, fromClient });
  }
  return found;
}

const CLIENT_TOLD = [
  'dhcpv6-fingerprint 23,24',
  'dhcpv6-options Solicit 1,6,39,16',
  'dhcpv6-duid LL 0001020000000009',
  'dhcpv6-vendor-class 311 MSFT 5.0',
  'operating-system Windows (dhcpv6 16)',
  'name plc.plant (dhcpv6 39)',
];
const REPLY_TOLD = [
  '2 dhcpv6-server LL 0001020000000001, dns 2001:db8::35',
  '7 dhcpv6-binding LL 0001020000000009',
  '1 dhcpv6-prefix 2001:db8::/56',
];

test('what a client says is told of it at once, what a server gives of the address and of the client, each once', () => {
  const told = [...CLIENT_TOLD.map((line) => `1 ${line}`), ...REPLY_TOLD];
  assert.deepEqual(factsOf(SOLICIT, REPLY, SOLICIT, REPLY), told);
});

test('through a relay it is told of the client, not of the relay', () => {
  const relay = (type: number, inner: number[]): number[] => [
    type,
    0,
    ...address(0),
    ...address(5),
    ...option(9, ...inner),
  ];
  assert.deepEqual(
    factsOf(relay(12, SOLICIT)),
    CLIENT_TOLD.map((line) => `5 ${line}`),
  );
  assert.deepEqual(
    factsOf(relay(13, REPLY)),
    REPLY_TOLD.map((line) => line.replace('1 dhcpv6-prefix', '5 dhcpv6-prefix')),
  );
  assert.equal(factsOf(relay(12, relay(12, SOLICIT)))[0], '5 dhcpv6-fingerprint 23,24');
  let deep = SOLICIT;
  for (let depth = 0; depth < 6; depth++) deep = relay(12, deep);
  assert.deepEqual(factsOf(deep), []);
});

test('an address whose lease has ended, and one that is only offered, bind nothing', () => {
  const ended = option(3, ...IDENTITY, ...option(5, ...address(7), ...new Array<number>(8).fill(0)));
  assert.deepEqual(factsOf([7, 7, 7, 7, ...CLIENT, ...ended]), []);
  assert.deepEqual(factsOf([2, 7, 7, 7, ...CLIENT, ...GIVEN]), []);
});

test('an option that reaches too far is told, and what stands before it counts', () => {
  assert.deepEqual(factsOf([...SOLICIT, 0, 1, 0, 9, 1]), [
    'option-past-end',
    ...CLIENT_TOLD.map((line) => `1 ${line}`),
  ]);
});

test('a message is recognised by options that fit to the byte and name somebody', () => {
  const decoder = dhcpv6.start(0);
  const looks = (...bytes: number[]): number => decoder.looksLike(Uint8Array.from(bytes), 0, bytes.length);
  assert.equal(looks(...SOLICIT), Match.yes);
  assert.equal(looks(...REPLY), Match.yes);
  assert.equal(looks(11, 1, 2, 3, ...option(6, 0, 23)), Match.maybe);
  assert.equal(looks(1, 1, 2, 3, ...option(6, 0, 23)), Match.no);
  assert.equal(looks(...SOLICIT, 0), Match.no);
  assert.equal(looks(14, ...SOLICIT.slice(1)), Match.no);
  assert.equal(looks(), Match.no);
});

test('every cut decodes without throwing', () => {
  for (const whole of [SOLICIT, REPLY]) for (let size = 0; size < whole.length; size++) factsOf(whole.slice(0, size));
});

const TCPDUMP = 'the-tcpdump-group__tcpdump/tests';
const FILTER = 'dhcpv6.msgtype == 7';

testValues([
  {
    capture: `${TCPDUMP}/dhcpv6-ia-na.pcap`,
    what: 'dhcpv6-binding',
    filter: FILTER,
    field: 'dhcpv6.iaaddr.ip',
    count: 1,
    isOfHosts: true,
  },
  {
    capture: `${TCPDUMP}/dhcpv6-rfc6355-duid-uuid.pcap`,
    what: 'dhcpv6-binding',
    filter: FILTER,
    field: 'dhcpv6.iaaddr.ip',
    count: 1,
    isOfHosts: true,
  },
  {
    capture: `${TCPDUMP}/dhcpv6-ia-pd.pcap`,
    what: 'dhcpv6-prefix',
    filter: FILTER,
    field: 'dhcpv6.iaprefix.pref_addr',
    count: 1,
    ours: /(.*)\//,
  },
  {
    capture: `${TCPDUMP}/dhcpv6-mud.pcap`,
    what: 'name',
    filter: 'dhcpv6.msgtype == 1',
    field: 'dhcpv6.client_domain',
    count: 1,
  },
  {
    capture: `${TCPDUMP}/dhcpv6-mud.pcap`,
    what: 'dhcpv6-fingerprint',
    filter: 'dhcpv6.msgtype == 1 && frame.number == 1',
    field: 'dhcpv6.requested_option_code',
    count: 6,
    each: ',',
  },
]);
