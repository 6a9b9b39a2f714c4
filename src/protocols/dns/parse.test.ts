// Messages byte for byte, and damaged ones: what is said of them, and what is not taken for DNS.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, type Protocol } from '../../facts/protocol.ts';
import { message, name, netbios, question, record, said } from './example-messages.ts';
import { dns, llmnr, mdns, nbns } from './index.ts';
import { frameSize } from './parse.ts';

const QUERY = message(0x0100, [1, 0, 0, 0], question(name('PLC.example.com'), 1));
const ANSWER = message(
  0x8180,
  [1, 1, 0, 0],
  question(name('plc.example.com'), 1),
  record([0xc0, 12], 1, [192, 0, 2, 7]),
);

function looks(protocol: Protocol, bytes: Uint8Array): number {
  return protocol.start(0).looksLike(bytes, 0, bytes.length);
}

test('a name is asked for by the client, once in a conversation, also where only the response was seen', () => {
  assert.deepEqual(said(dns, [QUERY, ANSWER, QUERY]), ['1 name-asked plc.example.com A']);
  assert.deepEqual(said(dns, [ANSWER], { fromClient: false }), ['1 name-asked plc.example.com A']);
});

test('on TCP two bytes of length stand before the message', () => {
  const framed = Uint8Array.from([0, QUERY.length, ...QUERY]);
  assert.equal(frameSize(framed, 0, framed.length), framed.length);
  assert.equal(frameSize(framed, 0, 1), NEED_MORE);
  assert.equal(frameSize(Uint8Array.of(0, 3, 1, 1, 1), 0, 5), NOT_THIS_PROTOCOL);
  assert.equal(looks(dns, framed), Match.yes);
  assert.deepEqual(said(dns, [framed], { isTcp: true }), ['1 name-asked plc.example.com A']);
});

test('on any port only a whole message with nothing after it is DNS', () => {
  assert.equal(looks(dns, QUERY), Match.yes);
  assert.equal(looks(dns, ANSWER), Match.yes);
  for (let size = 0; size < ANSWER.length; size++) assert.notEqual(looks(dns, ANSWER.subarray(0, size)), Match.yes);
  assert.notEqual(looks(dns, Uint8Array.from([...QUERY, 0])), Match.yes);
  assert.notEqual(looks(dns, message(0x0110, [1, 0, 0, 0], question(netbios('WPAD', 0), 32))), Match.yes);
  for (const other of [mdns, llmnr, nbns]) assert.equal(looks(other, QUERY), Match.maybe);
});

test('multicast DNS asks for as many names at once as fit into the message', () => {
  const questions = Array.from({ length: 81 }, (_, index) => question(name(`device-${index}.local`), 16));
  const bytes = message(0, [81, 0, 0, 0], ...questions);
  assert.equal(looks(mdns, bytes), Match.maybe);
  assert.equal(looks(mdns, bytes.subarray(0, 300)), Match.no);
});

test('every prefix of a message is a violation, and says nothing else', () => {
  for (let size = 0; size < ANSWER.length; size++) {
    const told = said(dns, [ANSWER.slice(0, size)]);
    assert.equal(told.length, 1);
    assert.match(told[0]!, /^(message-too-short|name-invalid|record-data-too-long) at /);
  }
});

test('a pointer that does not lead backwards, and a name of more than 255 bytes, are refused', () => {
  for (const target of [12, 13, 40, 4])
    assert.deepEqual(said(dns, [message(0, [1, 0, 0, 0], question([0xc0, target], 1))]), ['name-invalid at 12']);
  const long = name(Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.'));
  assert.deepEqual(said(dns, [message(0, [1, 0, 0, 0], question(long, 1))]), ['name-invalid at 12']);
  assert.deepEqual(said(dns, [message(0, [1, 0, 0, 0], question([1, 0x61, 0xc0, 12], 1))]), ['name-invalid at 12']);
});

test('counts are checked against the bytes that are left', () => {
  assert.deepEqual(said(dns, [message(0, [255, 255, 0, 0], question(name('a'), 1))]), ['message-too-short at 4']);
});

test('what a device announces by multicast DNS is claimed of it', () => {
  const text = (line: string): number[] => [line.length, ...Buffer.from(line)];
  const bytes = message(
    0x8400,
    [0, 5, 0, 0],
    record(name('_hap._tcp.local'), 12, name('Press._hap._tcp.local')),
    record(name('Press._hap._tcp.local'), 16, [...text('md=Press 3'), ...text('FV=1.2'), ...text('id=7')]),
    record(name('Press.local'), 1, [192, 0, 2, 1]),
    record(name('other.local'), 1, [192, 0, 2, 9]),
    record(name('Press.local'), 13, [...text('ARM'), ...text('LINUX')]),
  );
  assert.deepEqual(said(mdns, [bytes, bytes]), [
    '1 service _hap._tcp (mdns PTR, 0.9)',
    '1 model Press 3 (mdns TXT md, 0.9)',
    '1 firmware 1.2 (mdns TXT FV, 0.9)',
    '1 name press.local (mdns A, 0.9)',
    '9 name other.local (mdns A, 0.5)',
    '1 operating-system LINUX (mdns HINFO, 0.9)',
  ]);
});

test('known answers in a multicast query are not claimed of the one that asks', () => {
  const known = record(name('_ipp._tcp.local'), 12, name('Printer._ipp._tcp.local'));
  assert.deepEqual(said(mdns, [message(0, [1, 1, 0, 0], question(name('_ipp._tcp.local'), 12), known)]), [
    '1 name-asked _ipp._tcp.local PTR',
  ]);
});

test('LLMNR: who answers for its own address has the name', () => {
  const bytes = message(0x8000, [1, 1, 0, 0], question(name('HMI'), 1), record(name('HMI'), 1, [192, 0, 2, 2]));
  assert.deepEqual(said(llmnr, [bytes], { fromClient: false }), ['2 name hmi (llmnr, 0.9)']);
});

test('NetBIOS: a registration names the host and its group, a query only asks', () => {
  const registration = (group: number, text: string): Uint8Array =>
    message(0x2910, [1, 0, 0, 1], question(netbios(text, 0), 32), record([0xc0, 12], 32, [group, 0, 192, 0, 2, 1]));
  const query = message(0x0110, [1, 0, 0, 0], question(netbios('WPAD', 0), 32));
  assert.deepEqual(said(nbns, [registration(0, 'HMI-1'), registration(0x80, 'PLANT'), query]), [
    '1 name HMI-1 (nbns, 0.9)',
    '1 netbios-group PLANT',
    '1 name-asked wpad<00> NB',
  ]);
});

test('NetBIOS: the status of a node tells its names and its MAC address', () => {
  const entry = (text: string, suffix: number, flags: number): number[] => [
    ...Buffer.from(text.padEnd(15, ' ')),
    suffix,
    flags,
    0,
  ];
  const data = [2, ...entry('HMI-1', 0, 4), ...entry('PLANT', 0, 0x84), 2, 0, 0, 0, 0, 9, ...Array<number>(40).fill(0)];
  const bytes = message(0x8400, [0, 1, 0, 0], record(netbios('*', 0), 33, data));
  assert.deepEqual(said(nbns, [bytes], { fromClient: false }), [
    '2 name HMI-1 (nbns, 0.9)',
    '2 netbios-group PLANT',
    '2 netbios-mac 02:00:00:00:00:09',
  ]);
});
