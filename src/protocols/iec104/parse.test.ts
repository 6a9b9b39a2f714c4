// Frames and ASDUs from hand-made bytes: recognition, framing, sizes and values of every type.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { frameSize, looksLike, speakerOfFrame, speakerOfFrames } from './apci.ts';
import { Talk, addressHex, asduHex, iFrame, sFrame, uFrame } from './example-frames.ts';
import { Asdu } from './parse.ts';
import { OBJECT_SIZE_OF, Space, TYPES } from './types.ts';

/** 10 July 2026, 13:37:21.500. */
const TIME = 'FC53 25 0D 0A 07 1A'.replaceAll(' ', '');
const SHORT_TIME = 'FC5325';

function matchOf(bytes: Uint8Array): number {
  return looksLike(bytes, 0, bytes.length);
}

function speakerOfBytes(bytes: Uint8Array): number {
  return speakerOfFrame(bytes, 0, bytes.length);
}

test('control and supervisory frames are recognised by all of their fixed bits', () => {
  for (const control of [0x07, 0x0b, 0x13, 0x23, 0x43, 0x83]) assert.equal(matchOf(uFrame(control)), Match.yes);
  assert.equal(matchOf(uFrame(0x0f)), Match.no);
  assert.equal(matchOf(hexBytes('68 04 07 00 00 01')), Match.maybe);
  assert.equal(matchOf(sFrame(77)), Match.yes);
  assert.equal(matchOf(hexBytes('68 04 01 00 03 00')), Match.no);
  assert.equal(matchOf(hexBytes('68 04 05 00 02 00')), Match.maybe);
});

test('a data frame is recognised where its size is what its type and number of objects make', () => {
  const single = iFrame(0, 0, asduHex(1, 3, '010000 01'));
  assert.equal(matchOf(single), Match.yes);
  assert.equal(matchOf(iFrame(0, 0, asduHex(1, 3, '010000 0100'))), Match.maybe);
  assert.equal(
    matchOf(iFrame(0, 0, asduHex(13, 1, '010000 00000000 00 02', { isSequence: true, count: 2 }))),
    Match.maybe,
  );
  assert.equal(matchOf(iFrame(0, 0, asduHex(22, 3, '010000 01'))), Match.no);
  assert.equal(matchOf(iFrame(0, 0, asduHex(130, 3, '010000 01'))), Match.maybe);
  assert.equal(matchOf(iFrame(0, 0, asduHex(1, 42, '010000 01'))), Match.no);
  // Only its beginning is there.
  assert.equal(looksLike(iFrame(0, 0, asduHex(9, 3, '00'.repeat(36), { count: 6 })), 0, 13), Match.yes);
});

test('what follows a frame has to begin like one', () => {
  const two = Uint8Array.of(...uFrame(0x43), ...sFrame(1));
  assert.equal(matchOf(two), Match.yes);
  two[6] = 0x69;
  assert.equal(matchOf(two), Match.no);
});

test('other protocols are not taken for this one', () => {
  for (const text of [
    // FT1.2 of IEC 60870-5-101, Modbus/TCP, DNP3, TPKT, HTTP, plain text, a JSON document.
    '68 0B 0B 68 53 01 64 01 06 01 00 00 14 D4 16',
    '0001 0000 0006 01 03 0000 0001',
    '05 64 05 C0 01 00 00 04 E9 21',
    '03 00 00 16 11 E0 00 00 00 01 00 C1 02 01 00 C2 02 01 02 C0 01 0A',
    Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex'),
    Buffer.from('hello there, this begins with an h').toString('hex'),
    Buffer.from('h\u0004\u0001 and so on').toString('hex'),
    '7B 22 68 22 3A 31 7D',
  ]) {
    assert.equal(matchOf(hexBytes(text)), Match.no, text);
  }
});

test('the length octet cuts the stream', () => {
  const frame = iFrame(0, 0, asduHex(1, 3, '010000 01'));
  assert.equal(frameSize(frame, 0, frame.length), 16);
  assert.equal(frameSize(frame, 0, 1), NEED_MORE);
  assert.equal(frameSize(frame, 0, 2), 16);
  assert.equal(frameSize(hexBytes('00 68 04'), 0, 3), NOT_THIS_PROTOCOL);
  // Too short to be a frame: believed where another one follows or nothing does.
  assert.equal(frameSize(hexBytes('68 02 07 00 68 04'), 0, 6), 4);
  assert.equal(frameSize(hexBytes('68 02 07 00 00 00'), 0, 6), NOT_THIS_PROTOCOL);
});

test('type and cause tell which station speaks', () => {
  assert.equal(speakerOfBytes(uFrame(0x07)), Speaker.client);
  assert.equal(speakerOfBytes(uFrame(0x0b)), Speaker.server);
  assert.equal(speakerOfBytes(uFrame(0x43)), Speaker.unknown);
  assert.equal(speakerOfBytes(sFrame(1)), Speaker.unknown);
  const cases: readonly (readonly [type: number, cause: number, speaker: number])[] = [
    [1, 3, Speaker.server],
    [13, 20, Speaker.server],
    [45, 6, Speaker.client],
    [45, 7, Speaker.server],
    [45, 47, Speaker.server],
    [100, 8, Speaker.client],
    [100, 10, Speaker.server],
    [102, 5, Speaker.client],
    [122, 13, Speaker.unknown],
    [122, 5, Speaker.client],
    [126, 3, Speaker.server],
    [140, 6, Speaker.client],
    [140, 3, Speaker.unknown],
  ];
  for (const [type, cause, speaker] of cases) {
    const frame = iFrame(0, 0, asduHex(type, cause, '010000 00'));
    assert.equal(speakerOfBytes(frame), speaker, `type ${type}, cause ${cause}`);
  }
});

test('of several frames in a segment the first that only one station says tells who speaks', () => {
  const report = iFrame(0, 0, asduHex(1, 3, '010000 01'));
  const frames = Uint8Array.of(...sFrame(1), ...uFrame(0x43), ...report);
  assert.equal(speakerOfFrames(frames, 0, frames.length), Speaker.server);
  assert.equal(speakerOfFrames(frames, 0, 12), Speaker.unknown);
});

test('every type is read to its last object, with addresses where they stand', () => {
  const asdu = new Asdu();
  for (const { type } of TYPES) {
    if (type === 125) continue;
    const size = OBJECT_SIZE_OF[type]!;
    const objects = `010203${'00'.repeat(size)}`;
    const bytes = hexBytes(asduHex(type, 3, objects));
    asdu.parse(bytes, 0, bytes.length);
    assert.equal(asdu.count, 1, `type ${type}`);
    assert.equal(asdu.excess, 0, `type ${type}`);
    assert.equal(asdu.address(bytes, 0), 0x030201, `type ${type}`);
    assert.equal(asdu.elementAt(0) + size, bytes.length, `type ${type}`);
    asdu.parse(bytes, 0, bytes.length - 1);
    assert.equal(asdu.count, 0, `type ${type}, cut`);
    assert.equal(asdu.excess, -1, `type ${type}, cut`);
  }
});

/** Type, objects after the address, what the operation says of it. */
const REPORTS: readonly (readonly [type: number, element: string, space: number, value: number])[] = [
  [1, '01', Space.singlePoint, 1],
  [2, `01${SHORT_TIME}`, Space.singlePoint, 1],
  [3, '02', Space.doublePoint, 2],
  [4, `01${SHORT_TIME}`, Space.doublePoint, 1],
  [5, '7F00', Space.stepPosition, -1],
  [6, `3F00${SHORT_TIME}`, Space.stepPosition, 63],
  [7, '7856341200', Space.bitstring, 0x12345678],
  [8, `7856341200${SHORT_TIME}`, Space.bitstring, 0x12345678],
  [9, '008000', Space.normalised, -32768],
  [10, `FF7F00${SHORT_TIME}`, Space.normalised, 32767],
  [11, 'FEFF00', Space.scaled, -2],
  [12, `FEFF00${SHORT_TIME}`, Space.scaled, -2],
  [13, '0000C83F00', Space.float, 1.5625],
  [14, `0000C83F00${SHORT_TIME}`, Space.float, 1.5625],
  [15, 'FEFFFFFF03', Space.counter, -2],
  [16, `0A00000003${SHORT_TIME}`, Space.counter, 10],
  [17, `02 6400 ${SHORT_TIME}`, Space.protectionEvent, 2],
  [18, `05 00 6400 ${SHORT_TIME}`, Space.protectionStart, 5],
  [19, `03 00 6400 ${SHORT_TIME}`, Space.protectionOutput, 3],
  [20, '3412000000', Space.packedSinglePoints, 0x1234],
  [21, 'FFFF', Space.normalised, -1],
  [30, `00${TIME}`, Space.singlePoint, 0],
  [31, `02${TIME}`, Space.doublePoint, 2],
  [32, `C100${TIME}`, Space.stepPosition, -63],
  [33, `0100000000${TIME}`, Space.bitstring, 1],
  [34, `010000${TIME}`, Space.normalised, 1],
  [35, `010000${TIME}`, Space.scaled, 1],
  [36, `0000803F00${TIME}`, Space.float, 1],
  [37, `0100000001${TIME}`, Space.counter, 1],
  [38, `01 6400 ${TIME}`, Space.protectionEvent, 1],
  [39, `01 00 6400 ${TIME}`, Space.protectionStart, 1],
  [40, `01 00 6400 ${TIME}`, Space.protectionOutput, 1],
];

test('every type of process information is a report with its value, in the space of its class', () => {
  for (const [type, element, space, value] of REPORTS) {
    const talk = new Talk().tell(asduHex(type, 3, addressHex(77) + element));
    const { verb, function: code, subfunction, first, count, values, unit, requestFrame, isQuestionable } = talk.last;
    assert.deepEqual(
      { verb, code, subfunction, first, count, values, unit, requestFrame, isQuestionable, space: talk.last.space },
      {
        verb: 'report',
        code: type,
        subfunction: 3,
        first: 77,
        count: 1,
        values: [value],
        unit: 5,
        requestFrame: 0,
        isQuestionable: false,
        space,
      },
      `type ${type}`,
    );
    assert.deepEqual(talk.listener.rules, [], `type ${type}`);
  }
});

test('a sequence of elements is one operation, whatever stands between the values', () => {
  const talk = new Talk().tell(
    asduHex(13, 20, `${addressHex(100)}0000803F00 00000040 00`, { isSequence: true, count: 2 }),
  );
  assert.equal(talk.listener.operations.length, 1);
  assert.deepEqual([talk.last.first, talk.last.count, talk.last.values], [100, 2, [1, 2]]);
});

test('bits of more than eight points are packed', () => {
  const talk = new Talk().tell(
    asduHex(1, 20, `${addressHex(1)}01 00 01 01 00 00 00 00 00 01`, { isSequence: true, count: 10 }),
  );
  assert.deepEqual(talk.last.values, [1, 0, 1, 1, 0, 0, 0, 0, 0, 1]);
});

test('neighbouring addresses are one operation, others one for each run', () => {
  const objects = [7, 8, 9, 20, 21, 30].map((address) => `${addressHex(address)}01`).join('');
  const talk = new Talk().tell(asduHex(1, 20, objects, { count: 6 }));
  assert.deepEqual(
    talk.listener.operations.map(({ first, count }) => [first, count]),
    [
      [7, 3],
      [20, 2],
      [30, 1],
    ],
  );
});

test('points of a run that are marked are told apart from those that are not', () => {
  const talk = new Talk().tell(
    asduHex(11, 3, `${addressHex(1)}0100 00 0200 80 0300 40 0400 00`, { isSequence: true, count: 4 }),
  );
  assert.deepEqual(
    talk.listener.operations.map(({ first, values, isQuestionable }) => [first, values, isQuestionable]),
    [
      [1, [1], false],
      [2, [2, 3], true],
      [4, [4], false],
    ],
  );
});

test('blocked, substituted, not topical, invalid and overflown values, and numbers that are none, are questionable', () => {
  const marked: readonly (readonly [type: number, element: string])[] = [
    [1, '11'],
    [1, '21'],
    [1, '41'],
    [1, '81'],
    [3, '82'],
    [5, '0101'],
    [9, '000001'],
    [15, '0000000080'],
    [13, '0000C07F00'],
    [13, '000080FF00'],
    [17, `81 6400 ${SHORT_TIME}`],
  ];
  for (const [type, element] of marked) {
    assert.equal(new Talk().tell(asduHex(type, 3, addressHex(1) + element)).last.isQuestionable, true, element);
  }
  // Carry and adjusted of a counter say nothing about its worth.
  assert.equal(new Talk().tell(asduHex(15, 3, `${addressHex(1)}0000000060`)).last.isQuestionable, false);
  assert.equal(new Talk().tell(asduHex(1, 3, `${addressHex(1)}01`, { isTest: true })).last.isQuestionable, true);
});
