// Recognition, framing and what holds for any bytes: where a stream is cut, every prefix, bytes that nobody may look at.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import {
  SESSION,
  Talk,
  answer,
  command,
  connected,
  forwardOpen,
  forwardOpened,
  header,
  packet,
  request,
  routed,
  signed,
  symbol,
  unconnected,
} from './example-frames.ts';
import { enip, enipIo } from './index.ts';

const SEED = 20_260_101;
const REQUESTS: readonly (readonly number[])[] = [
  command(0x63),
  command(0x65, '01000000'),
  unconnected(request(0x4c, symbol('Program:Main.Speed'), '0200')),
  unconnected(request(0x53, [...symbol('Table'), 0x28, 1], 'C300 0200 04000000 01000200')),
  unconnected(
    routed(
      packet([request(0x01, '20012401'), request(0x4e, symbol('F'), '0100 01 FE')]),
      '0100 1209 31302E302E302E35 2E00',
    ),
  ),
  unconnected(forwardOpen(0x19, 0x19, '3404 0100 0E00 3600 0000 0102 20022401')),
  connected(0x111, 1, request(0x03, '20012401', '0200 0500 0700')),
  connected(0x111, 2, request(0x4d, '20A12401', '00000000 01020304')),
  connected(0x111, 3, request(0x4b, '20672401', '07 4D00 F32B9532 0F 00 0100 AA 04 08 8A 02 00 0000C03F')),
  unconnected(request(0x4f, '20442401', '1300 0A00 CD01')),
  unconnected(request(0x4c, '20722400', '00CE0400 0100')),
  unconnected(request(0x50, '203724C8', '00 02 4142 1234')),
  connected(
    0x111,
    4,
    signed(0x37, packet([request(0x07, '208E2401'), request(0x04, '20AC2401', '0100 0A00 C105C703')])),
  ),
  connected(0x111, 5, signed(0x3a, [1, 1, 0, 0, 0, 0, 0, 0, ...request(0x5d, '206D2401', '01000000 03000000')])),
];
const ANSWERS: readonly (readonly number[])[] = [
  command(0x63, '0100 0C00 2300 0100 0002 AF12 0A0101A4 0000000000000000 0100 0E00 3600 1014 6030 3F825100 01 41 03'),
  command(0x65, '01000000', 0, SESSION),
  unconnected(answer(0x4c, 'CA00 0000803F 000000C0')),
  unconnected(answer(0x53)),
  unconnected(packet([answer(0x01, '0100 0E00 3600 1014 6030 3F825100 01 41'), answer(0x4e)], true)),
  unconnected(forwardOpened(0x111, 0x999, 0x19)),
  connected(0x999, 1, answer(0x03, '0200 0500 0000 6030 0700 0000 01 41')),
  connected(0x999, 2, answer(0x4d, '00000000 0200')),
  connected(0x999, 3, answer(0x4b, '07 4D00 F32B9532 4F 00 0100')),
  unconnected(answer(0x4f, '1300 0A00')),
  unconnected(answer(0x4c, 'CC000000')),
  unconnected(answer(0x50, '00')),
  connected(0x999, 4, signed(0x37, packet([answer(0x07), answer(0x04, '0100 0A00 0000')], true), true)),
  connected(0x999, 5, signed(0x3a, [1, 3, 0, 0, 1, 2, 3, 4], true)),
];

test('frames are recognised by content, and speakers by what they say', () => {
  const decoder = enip.start(0);
  const asked = REQUESTS.map((frame) => Uint8Array.from(frame));
  const replied = ANSWERS.map((frame) => Uint8Array.from(frame));
  for (const frame of [...asked, ...replied]) {
    assert.equal(decoder.looksLike(frame, 0, Math.min(64, frame.length)), Match.yes);
  }
  for (const frame of asked) assert.equal(decoder.speaker(frame, 0, frame.length), Speaker.client);
  for (const frame of replied) assert.equal(decoder.speaker(frame, 0, frame.length), Speaker.server);
});

test('other protocols are not taken for it', () => {
  const decoder = enip.start(0);
  for (const text of [
    // Modbus, DNP3, S7, TLS, HTTP, MQTT, DNS, nothing but zeros.
    '0001 0000 0006 01 03 0000 000A',
    '0564 0AC4 0100 0004 E9C1 C001 3C02 06 3C03 06 3C04 06 7588 0000 0000',
    '0300 0016 11E0 0000 0001 00C0 010A C102 0100 C202 0102 0000 0000',
    '16 0301 0200 0100 01FC 0303 0102030405060708090A0B0C0D0E0F10111213141516',
    '474554202F20485454502F312E310D0A486F73743A20610D0A0D0A',
    '6f00 0400 4D515454 0402 003C 0004 74657374 0102030405060708',
    '0001 0100 0001 0000 0000 0000 0377777703636F6D00 0001 0001 0000',
    '00'.repeat(64),
    '6600 0000'.repeat(12),
  ]) {
    const bytes = hexBytes(text);
    assert.equal(decoder.looksLike(bytes, 0, bytes.length), Match.no, text);
  }
});

test('a stream is framed by the length, and only where the header fits', () => {
  const decoder = enip.start(0);
  const { context } = new Talk();
  const frame = Uint8Array.from([...unconnected(request(0x01, '20012401')), 1, 2, 3]);
  assert.equal(decoder.frameSize(frame, 0, 20, context), NEED_MORE);
  assert.equal(decoder.frameSize(frame, 0, 30, context), frame.length - 3);
  frame[20] = 1;
  assert.equal(decoder.frameSize(frame, 0, 30, context), NOT_THIS_PROTOCOL);
  const ofLength = (length: number): number =>
    decoder.frameSize(Uint8Array.from(header(0x6f, length, 0)), 0, 24, context);
  assert.equal(ofLength(enip.frameBytesMax - 24), enip.frameBytesMax);
  assert.equal(ofLength(enip.frameBytesMax - 23), NOT_THIS_PROTOCOL);
});

test('implicit I/O is recognised, and says nothing but what is broken', () => {
  const decoder = enipIo.start(0);
  const talk = new Talk(enipIo, false);
  const frame = hexBytes('0200 0280 0800 11223344 05000000 B100 0600 0100 01020304');
  assert.equal(decoder.looksLike(frame, 0, frame.length), Match.yes);
  assert.equal(decoder.looksLike(frame, 0, frame.length - 1), Match.no);
  talk.say(true, frame);
  assert.deepEqual(talk.listener.rules, []);
  talk.say(true, frame.subarray(0, 12));
  assert.deepEqual(talk.listener.rules, ['io-malformed']);
});

test('what is broken is named', () => {
  const cases: readonly (readonly [rule: string, frame: readonly number[]])[] = [
    ['header-too-short', [0x6f, 0, 0]],
    ['length-mismatch', [...unconnected(request(0x01, '20012401')), 0]],
    ['length-mismatch', [...header(0x66, 1, 0), 0]],
    ['options-not-zero', [...command(0x63).slice(0, 20), 1, 0, 0, 0]],
    ['status-unknown', header(0x6f, 0, 0, 77)],
    ['command-unknown', command(0x77)],
    ['register-too-short', command(0x65, '0100')],
    ['version-unknown', command(0x65, '02000000')],
    ['items-too-short', command(0x6f, '00000000')],
    ['item-cut-short', command(0x6f, '00000000 0000 0200 0000 0000 B200 FF00 0102 2001')],
    ['item-missing', command(0x6f, '00000000 0000 0100 0000 0000')],
    ['item-missing', command(0x70, '00000000 0000 0100 0000 0000')],
    ['message-missing', unconnected([])],
    ['message-too-short', unconnected([0x01])],
    ['message-too-short', unconnected([0x81, 0, 0])],
    ['status-cut-short', unconnected([0x81, 0, 1, 9])],
    ['path-cut-short', unconnected([0x01, 9, 0x20, 1])],
    ['path-segment-invalid', unconnected([0x01, 1, 0xff, 0xff])],
    ['path-segment-invalid', unconnected([0x4c, 2, 0x91, 200, 0x41, 0x42])],
    ['embedded-size-invalid', unconnected(request(0x52, '20062401', '07F9 FF00 0102'))],
    ['service-count-invalid', unconnected(request(0x0a, '20022401', 'FF00 0400'))],
    ['service-offset-invalid', unconnected(request(0x0a, '20022401', '0100 0300 0102'))],
    ['service-offset-invalid', unconnected(request(0x0a, '20022401', '0200 0800 0700 0102 2001'))],
  ];
  for (const [rule, frame] of cases) assert.ok(new Talk().ask(frame).listener.rules.includes(rule), rule);
});

test('whole frames break no rule', () => {
  const talk = new Talk();
  REQUESTS.forEach((frame, index) => talk.ask(frame).reply(ANSWERS[index]!));
  assert.deepEqual(talk.listener.rules, []);
  assert.ok(talk.listener.operations.every(({ outcome }) => outcome === 'ok'));
  assert.ok(talk.listener.operations.every(({ requestFrame, answerFrame }) => answerFrame === requestFrame + 1));
});

/** Says bytes as if they stood between other bytes, and gives everything that was told. */
function told(said: readonly (readonly [boolean, Uint8Array])[], around: number): string {
  const talk = new Talk();
  const { decoder, context } = talk;
  const replies: number[] = [];
  for (const [fromClient, bytes] of said) {
    const end = 32 + bytes.length;
    const placed = new Uint8Array(end + 32).fill(around);
    placed.set(bytes, 32);
    context.fromClient = fromClient;
    context.timeUs += 1000;
    context.frame++;
    replies.push(decoder.looksLike(placed, 32, end), decoder.speaker(placed, 32, end));
    replies.push(decoder.frameSize(placed, 32, end, context));
    decoder.decode(placed, 32, end, context);
  }
  decoder.tick(context.timeUs + 60_000_000, context);
  talk.close();
  const { operations, claims, transfers, violations } = talk.listener;
  return JSON.stringify([replies, operations, claims, transfers, violations]);
}

function assertNothingOutsideIsRead(said: readonly (readonly [boolean, Uint8Array])[], note: string): void {
  assert.equal(told(said, 0x00), told(said, 0xff), note);
}

test('every prefix of every request and answer decodes, and bytes beyond it change nothing', () => {
  REQUESTS.forEach((asked, index) => {
    const whole = Uint8Array.from(asked);
    const replied = Uint8Array.from(ANSWERS[index]!);
    for (let end = 0; end <= whole.length; end++)
      assertNothingOutsideIsRead([[true, whole.subarray(0, end)]], `${index}, ${end}`);
    for (let end = 0; end <= replied.length; end++) {
      assertNothingOutsideIsRead(
        [
          [true, whole],
          [false, replied.subarray(0, end)],
        ],
        `answer ${index}, ${end}`,
      );
    }
  });
});

test('any bytes decode, and bytes beyond them change nothing', () => {
  const message = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(
        fc.constantFrom(...REQUESTS, ...ANSWERS),
        fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }),
        fc.nat(160),
      )
      .map(([frame, changes, size]) => {
        const bytes = Uint8Array.from(frame);
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        return bytes.subarray(0, size);
      }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), message), { maxLength: 6 }), (said) => {
      assertNothingOutsideIsRead(said, '');
    }),
    { seed: SEED, numRuns: 400 },
  );
});

test('any interleaving of requests and answers is paired as the plainest model pairs it', () => {
  const step = fc.record({ context: fc.nat(2), service: fc.constantFrom(0x0e, 0x01), isRequest: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const talk = new Talk();
      const open: { context: number; service: number; frame: number }[] = [];
      const pairs: string[] = [];
      steps.forEach(({ context, service, isRequest }, index) => {
        const frame = index + 1;
        talk.say(isRequest, unconnected(isRequest ? request(service, '20F62401 3001') : answer(service), context + 1));
        if (isRequest) {
          open.push({ context, service, frame });
          return;
        }
        const found = open.findIndex((other) => other.context === context && other.service === service);
        pairs.push(`${found < 0 ? 0 : open[found]!.frame} ${frame}`);
        if (found >= 0) open.splice(found, 1);
      });
      talk.decoder.tick(talk.context.timeUs + 60_000_000, talk.context);
      for (const { frame } of open) pairs.push(`${frame} 0`);
      assert.deepEqual(
        talk.listener.operations.map(({ requestFrame, answerFrame }) => `${requestFrame} ${answerFrame}`),
        pairs,
      );
    }),
    { seed: SEED, numRuns: 500 },
  );
});

/** What is told when both streams come in pieces of these sizes, as the flow stage frames them. */
function toldInPieces(sizes: readonly number[]): string {
  const talk = new Talk();
  const { decoder, context } = talk;
  for (const [fromClient, frames] of [
    [true, REQUESTS],
    [false, ANSWERS],
  ] as const) {
    const stream = Uint8Array.from(frames.flat());
    context.fromClient = fromClient;
    let from = 0;
    let to = 0;
    for (let piece = 0; to < stream.length; piece++) {
      to = Math.min(stream.length, to + sizes[piece % sizes.length]!);
      for (;;) {
        const size = decoder.frameSize(stream, from, to, context);
        assert.notEqual(size, NOT_THIS_PROTOCOL);
        if (size === NEED_MORE || from + size > to) break;
        context.frame++;
        decoder.decode(stream, from, from + size, context);
        from += size;
      }
    }
    assert.equal(from, stream.length);
  }
  talk.close();
  const { operations, claims, transfers, violations } = talk.listener;
  return JSON.stringify([operations, claims, transfers, violations]);
}

test('where a stream is cut does not change what is decoded', () => {
  const whole = toldInPieces([100_000]);
  assert.ok(whole.includes('write'));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      assert.equal(toldInPieces(sizes), whole);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test('a device that answers nothing costs its oldest requests, and those of no other conversation', () => {
  const talk = new Talk();
  talk.context.flow = 5;
  talk.ask(unconnected(request(0x0e, '20F62401 3001'), 1));
  talk.context.flow = 6;
  for (let index = 0; index < 40_000; index++) talk.ask(unconnected(request(0x0e, '20F62401 3001'), index));
  assert.equal(talk.listener.operations.length, 40_000 - 256);
  assert.ok(talk.listener.operations.every(({ outcome }) => outcome === 'unanswered'));
  talk.context.flow = 5;
  talk.reply(unconnected(answer(0x0e, '01'), 1));
  assert.equal(talk.last.outcome, 'ok');
});

test('connections without end are forgotten, the oldest first', () => {
  const talk = new Talk();
  for (let id = 1; id <= 1000; id++) talk.ask(connected(id, 1, request(0x4c, symbol('A'), '0100')));
  talk.reply(connected(0x999, 1, answer(0x4c, 'C400 01000000')));
  assert.equal(talk.last.outcome, 'ok');
  talk.close();
  assert.equal(talk.listener.operations.filter(({ requestFrame }) => requestFrame > 0).length, 1000);
});
