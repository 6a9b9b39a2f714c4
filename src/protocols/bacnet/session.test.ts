// How messages are paired, and what routers, broadcast management and segmentation do to them.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  Talk,
  broadcast,
  bvlc,
  complexAck,
  error,
  hex,
  objectId,
  request,
  routedFrom,
  routedTo,
  simpleAck,
  unconfirmed,
  unicast,
} from './example-frames.ts';
import { bacnet } from './index.ts';
import { unitOf } from './messages.ts';

const AI_5 = objectId(0, 5);
const READ = `0C${AI_5} 1955`;
const VALUE = `0C${AI_5} 1955 3E 4441B00000 3F`;
const UNIT = (2001 << 8) | 5;

function read(invokeId: number): string {
  return request(invokeId, 12, READ);
}

function answer(invokeId: number): string {
  return complexAck(invokeId, 12, VALUE);
}

function pairs(talk: Talk): string[] {
  return talk.operations.map(({ requestFrame, answerFrame }) => `${requestFrame} ${answerFrame}`);
}

test('answers find their requests by invoke id, whatever their order', () => {
  const talk = new Talk().client(unicast(read(1))).client(unicast(read(2)));
  talk.server(unicast(answer(2))).server(unicast(answer(1)));
  assert.deepEqual(pairs(talk), ['2 3', '1 4']);
});

test('both ends of a conversation ask, with the same invoke id at the same time', () => {
  const talk = new Talk().client(unicast(read(1))).server(unicast(read(1)));
  talk.client(unicast(answer(1))).server(unicast(answer(1)));
  assert.deepEqual(
    talk.operations.map(({ client, server, requestFrame, answerFrame }) => [client, server, requestFrame, answerFrame]),
    [
      [20, 10, 2, 3],
      [10, 20, 1, 4],
    ],
  );
});

test('a request that is tried again leaves the first try unanswered', () => {
  const talk = new Talk()
    .client(unicast(read(1)))
    .client(unicast(read(1)))
    .server(unicast(answer(1)));
  assert.deepEqual(pairs(talk), ['1 0', '2 3']);
});

test('a request without an answer is told after half a minute, or when the conversation ends', () => {
  const talk = new Talk().client(unicast(read(1))).wait(29);
  assert.equal(talk.operations.length, 0);
  talk
    .wait(2)
    .client(unicast(read(2)))
    .close();
  assert.deepEqual(
    talk.operations.map(({ outcome }) => outcome),
    ['unanswered', 'unanswered'],
  );
});

test('an answer whose request was not seen tells what it knows', () => {
  const talk = new Talk()
    .server(unicast(answer(1)))
    .server(unicast(error(2, 15, 2, 40)))
    .server(unicast('61 03 09'));
  assert.deepEqual(
    talk.operations.map(({ verb, object, outcome, code, client, requestFrame }) => [
      verb,
      object,
      outcome,
      code,
      client,
      requestFrame,
    ]),
    [
      ['read', 'analog-input present-value', 'ok', '', 10, 0],
      ['write', '', 'refused', 'property: write-access-denied', 10, 0],
      ['other', '', 'refused', 'rejected: unrecognized-service', 10, 0],
    ],
  );
});

test('reject and abort refuse; what a client aborts it had asked for itself', () => {
  const talk = new Talk();
  talk.client(unicast(read(1))).server(unicast('60 01 04'));
  talk.client(unicast(read(2))).server(unicast('71 02 04'));
  talk.client(unicast(read(3))).client(unicast('70 03 0A'));
  assert.deepEqual(
    talk.operations.map(({ code, requestFrame }) => [code, requestFrame]),
    [
      ['rejected: invalid-tag', 1],
      ['aborted: segmentation-not-supported', 3],
      ['aborted: tsm-timeout', 5],
    ],
  );
});

test('class 0 with code 0 is an error as well', () => {
  const talk = new Talk().client(unicast(read(1))).server(unicast(error(1, 12, 0, 0)));
  assert.deepEqual([talk.operations[0]!.outcome, talk.operations[0]!.code], ['refused', 'device: other']);
});

test('a device behind a router is a unit, when it is asked and when it tells', () => {
  const talk = new Talk().client(routedTo(2001, 5, read(1))).server(routedFrom(2001, 5, answer(1)));
  talk.server(routedFrom(2001, 5, unconfirmed(0, `C4${objectId(8, 15)} 2201E0 9103 2123`)));
  assert.deepEqual(
    talk.operations.map(({ unit, requestFrame }) => [unit, requestFrame]),
    [
      [UNIT, 1],
      [UNIT, 0],
    ],
  );
  assert.equal(bacnet.units!.name(UNIT), 'network 2001 address 5');
  assert.ok(talk.listener.claims.every(({ unit }) => unit === UNIT));
});

test('devices behind one router are told apart, though the invoke id is the same', () => {
  const talk = new Talk().client(routedTo(2001, 5, read(1))).client(routedTo(2001, 6, read(1)));
  talk.server(routedFrom(2001, 6, answer(1))).server(routedFrom(2001, 5, answer(1)));
  assert.deepEqual(pairs(talk), ['2 3', '1 4']);
});

test('an answer without the address of the device is paired by its invoke id', () => {
  const talk = new Talk().client(routedTo(2001, 5, read(1))).server(unicast(answer(1)));
  assert.deepEqual(pairs(talk), ['1 2']);
  assert.equal(talk.operations[0]!.unit, UNIT);
});

test('addresses of other lengths are hashed, with a name that says so', () => {
  const six = Uint8Array.of(10, 0, 0, 5, 0xba, 0xc0);
  const unit = unitOf(7, six, 0, 6);
  assert.ok(unit >= 0xf0_0000 && unit < 0x100_0000);
  assert.match(bacnet.units!.name(unit), /^routed device #[0-9a-f]{5}$/);
  assert.notEqual(unit, unitOf(8, six, 0, 6));
  assert.notEqual(unit, unitOf(7, Uint8Array.of(10, 0, 0, 6, 0xba, 0xc0), 0, 6));
  assert.ok(unitOf(0xf001, six, 0, 1) >= 0xf0_0000);
  assert.equal(bacnet.units!.name(unitOf(7, six, 0, 0)), 'network 7 every address');
});

test('what a BBMD forwards is said by a device of its own, not by the BBMD', () => {
  const iAm = unconfirmed(0, `C4${objectId(8, 77)} 2205C4 9103 2108`);
  const talk = new Talk().client(bvlc(0x04, `0A000005BAC0 0100 ${iAm}`));
  const [claim] = talk.listener.claims;
  assert.ok(claim!.unit >= 0xf0_0000);
  assert.equal(claim!.source, 'bacnet I-Am forwarded for 10.0.0.5');
  assert.equal(talk.operations[0]!.unit, claim!.unit);
  assert.equal(talk.operations[0]!.isBroadcast, true);
});

test('a broadcast to one network, to all, and by way of a BBMD', () => {
  const talk = new Talk();
  talk.client(bvlc(0x0a, `0120 07D1 00 FF ${unconfirmed(8, '')}`));
  talk.client(bvlc(0x0a, `0120 FFFF 00 FF ${unconfirmed(8, '')}`));
  talk.client(bvlc(0x09, `0100 ${unconfirmed(8, '')}`));
  assert.deepEqual(
    talk.operations.map(({ unit, isBroadcast, count }) => [unit, isBroadcast, count]),
    [
      [(2001 << 8) | 255, true, 4_194_304],
      [-1, true, 4_194_304],
      [-1, true, 4_194_304],
    ],
  );
});

test('routers say which networks they reach: neighbours are one operation, and they are gateways', () => {
  const talk = new Talk().client(bvlc(0x0b, '0180 01 07D1 07D2 0BB8'));
  assert.deepEqual(
    talk.operations.map(({ verb, object, first, count, server }) => [verb, object, first, count, server]),
    [
      ['report', 'network', 2001, 2, 10],
      ['report', 'network', 3000, 1, 10],
    ],
  );
  assert.deepEqual(talk.listener.said, ['role gateway']);
});

test('a router that has no route refuses what waits for that network, and no other', () => {
  const talk = new Talk().client(routedTo(7, 5, read(1))).client(routedTo(2001, 5, read(2)));
  talk.server(bvlc(0x0a, '0180 03 01 07D1'));
  assert.deepEqual(pairs(talk), ['2 3']);
  const [operation] = talk.operations;
  assert.equal(operation!.code, 'rejected by the router: no route to the network');
  assert.equal(bacnet.isAbsent!(0x81), true);
  assert.equal(bacnet.isAbsent!(0x82), false);
});

test('routing tables are read with 0 ports, and changed with others', () => {
  const talk = new Talk().client(bvlc(0x0a, '0180 06 00')).server(bvlc(0x0a, '0180 07 01 07D1 01 00'));
  talk.client(bvlc(0x0a, '0180 06 01 07D1 01 00')).server(bvlc(0x0a, '0180 07'));
  assert.deepEqual(
    talk.operations.map(({ verb, outcome, values }) => [verb, outcome, values]),
    [
      ['read', 'ok', ['0107d10100']],
      ['configure', 'ok', ['0107d10100']],
    ],
  );
});

test('every message of routers has a verb', () => {
  const talk = new Talk();
  for (const body of [
    '00 07D1',
    '02 07D1 01',
    '04 07D1',
    '05 07D1',
    '08 07D1 3C',
    '09 07D1',
    '12',
    '13 0001 01',
    '0A',
    '80 0104',
  ])
    talk.client(bvlc(0x0a, `0180 ${body}`));
  assert.deepEqual(
    talk.operations.map(({ verb }) => verb),
    [
      'enumerate',
      'report',
      'report',
      'report',
      'configure',
      'configure',
      'enumerate',
      'report',
      'authenticate',
      'other',
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('tables of broadcast management are read and written, foreign devices registered and deleted', () => {
  const talk = new Talk();
  const entry = 'C000020CBAC0FFFFFFFF';
  talk.client(bvlc(0x02, '')).server(bvlc(0x03, entry));
  talk.client(bvlc(0x06, '')).server(bvlc(0x07, entry));
  talk.client(bvlc(0x01, entry)).server(bvlc(0x00, '0010'));
  talk.client(bvlc(0x05, '003C')).server(bvlc(0x00, '0000'));
  talk.client(bvlc(0x08, 'C000020CBAC0')).server(bvlc(0x00, '0050'));
  talk.server(bvlc(0x00, '0060')).client(bvlc(0x0c, '01'));
  assert.deepEqual(
    talk.operations.map(({ function: name, verb, outcome, values }) => [name, verb, outcome, values.length]),
    [
      ['Read-Broadcast-Distribution-Table', 'read', 'ok', 1],
      ['Read-Foreign-Device-Table', 'read', 'ok', 1],
      ['Write-Broadcast-Distribution-Table', 'configure', 'refused', 1],
      ['Register-Foreign-Device', 'configure', 'ok', 1],
      ['Delete-Foreign-Device-Table-Entry', 'configure', 'refused', 1],
      ['Distribute-Broadcast-To-Network', 'other', 'refused', 0],
      ['Secure-BVLL', 'other', 'unanswered', 0],
    ],
  );
});

/** An answer to ReadPropertyMultiple in pieces of a few octets; each is `more` or the last. */
function segments(invokeId: number, count: number): string[] {
  const list = Array.from(
    { length: count },
    (_, index) => `0C${objectId(0, index)} 1E 2955 4E 21${hex(index & 0xff, 1)} 4F 1F`,
  );
  return list.map((part, index) => {
    const isLast = index === count - 1;
    return `${isLast ? '38' : '3C'} ${hex(invokeId, 1)} ${hex(index & 0xff, 1)} 04 0E ${part}`;
  });
}

const READ_MANY = request(1, 14, `0C${AI_5} 1E 0955 1F`);

test('a segmented answer is put together, swapped and retried segments allowed for', () => {
  const parts = segments(1, 4);
  const talk = new Talk().client(unicast(READ_MANY));
  for (const index of [0, 2, 1, 1, 3]) talk.server(unicast(parts[index]!)).client(unicast('40 01 00 04'));
  talk.close();
  assert.deepEqual(
    talk.operations.map(({ first, values, requestFrame, answerFrame }) => [first, values, requestFrame, answerFrame]),
    [0, 1, 2, 3].map((index) => [index, [index], 1, 10]),
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('more than 256 segments are put together', () => {
  const talk = new Talk().client(unicast(READ_MANY));
  for (const part of segments(1, 600)) talk.server(unicast(part));
  assert.equal(talk.operations.length, 600);
  assert.equal(talk.operations.at(-1)!.first, 599);
});

test('of an answer whose segments are missing what came before is told', () => {
  const parts = segments(1, 4);
  const talk = new Talk().client(unicast(READ_MANY));
  for (const index of [0, 1, 3]) talk.server(unicast(parts[index]!));
  talk.wait(22);
  assert.deepEqual(
    talk.operations.map(({ first, outcome }) => [first, outcome]),
    [
      [0, 'ok'],
      [1, 'ok'],
    ],
  );
  assert.deepEqual(talk.listener.rules, ['segments-missing']);
});

test('a segmented request is put together', () => {
  const talk = new Talk();
  talk.client(unicast(`0C 05 01 00 04 10 0C${AI_5} 1E 0955 2E 4441`)).server(unicast('41 01 00 04'));
  talk.client(unicast('08 05 01 01 04 10 B00000 2F 1F')).server(unicast('41 01 01 04'));
  talk.server(unicast(simpleAck(1, 16)));
  assert.deepEqual(
    talk.operations.map(({ verb, values, requestFrame, answerFrame }) => [verb, values, requestFrame, answerFrame]),
    [['write', [22], 3, 5]],
  );
});

test('a segmented message that never ends is given up before it is large', () => {
  const talk = new Talk().client(unicast(READ_MANY));
  const part = '41'.repeat(1400);
  for (let index = 0; index < 400; index++) talk.server(unicast(`3C 01 ${hex(index & 0xff, 1)} 04 0E ${part}`));
  assert.ok(talk.listener.rules.includes('segments-too-many'));
});

test('segmented messages of many conversations are bounded, the oldest goes first', () => {
  const talk = new Talk();
  for (let index = 0; index < 100; index++) {
    talk.context.flow = index + 1;
    talk.server(unicast(segments(1, 2)[0]!));
  }
  assert.equal(talk.listener.rules.filter((rule) => rule === 'segments-missing').length, 36);
});

test('a conversation that never answers loses its oldest requests, and no other conversation does', () => {
  const talk = new Talk();
  talk.context.flow = 5;
  talk.client(unicast(read(1)));
  talk.context.flow = 6;
  for (let index = 0; index < 2000; index++) talk.client(routedTo(1 + (index >> 8), index & 0xff, read(index & 0xff)));
  assert.equal(talk.operations.length, 2000 - 256);
  talk.context.flow = 5;
  talk.server(unicast(answer(1)));
  assert.deepEqual(talk.operations.at(-1)?.values, [22]);
});

test('after a gap the answer to an older request is looked for last', () => {
  const talk = new Talk().client(unicast(read(1)));
  talk.decoder.gap(1, false, talk.context);
  talk.server(unicast(answer(1)));
  assert.deepEqual(pairs(talk), ['1 2']);
});

test('a broadcast that is answered by nobody is handed over at once', () => {
  const talk = new Talk().client(broadcast(unconfirmed(8, '')));
  assert.deepEqual(
    talk.operations.map(({ outcome, isBroadcast }) => [outcome, isBroadcast]),
    [['unanswered', true]],
  );
});

test('a confirmed request to everybody breaks a rule, and is told as what it is', () => {
  const talk = new Talk().client(bvlc(0x0b, `0120 FFFF 00 FF ${request(1, 20, '0900')}`)).close();
  assert.deepEqual(talk.listener.rules, ['broadcast-confirmed']);
  assert.deepEqual(
    talk.operations.map(({ verb, isBroadcast }) => [verb, isBroadcast]),
    [['restart', true]],
  );
});
