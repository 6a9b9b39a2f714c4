// What must hold for any bytes and any order of messages.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { NEED_MORE } from '../../facts/protocol.ts';
import { Talk, addressHex, asduHex, iFrame, sFrame, uFrame } from './example-frames.ts';
import { iec104 } from './index.ts';
import { OBJECT_SIZE_OF, TYPES } from './types.ts';

const SEED = 20_260_104;
const POINT = addressHex(1001);

/** One message of every type, with values that are not zero. */
const MESSAGES: readonly Uint8Array[] = [
  ...[0x07, 0x0b, 0x13, 0x23, 0x43, 0x83].map(uFrame),
  sFrame(3),
  ...TYPES.filter(({ type }) => type !== 125).flatMap(({ type }) => {
    const objects = POINT + '15'.repeat(OBJECT_SIZE_OF[type]!);
    return [3, 5, 6, 7, 13, 20].map((cause) => iFrame(1, 1, asduHex(type, cause, objects)));
  }),
  iFrame(1, 1, asduHex(125, 13, `${POINT}0100 01 04 01020304`)),
  iFrame(1, 1, asduHex(13, 20, `${POINT}0000803F00 0000004080`, { isSequence: true, count: 2 })),
  iFrame(1, 1, asduHex(1, 20, `${POINT}01 ${addressHex(1002)}81`, { count: 2 })),
  iFrame(1, 1, asduHex(200, 6, '010203')),
];

type Said = readonly [fromClient: boolean, bytes: Uint8Array];

/** Says bytes as if they stood between other bytes, and gives everything that was told. */
function told(said: readonly Said[], around: number, serverPort: number): string {
  const talk = new Talk({ clientPort: 1, serverPort });
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
  decoder.tick(context.timeUs + 100_000_000, context);
  talk.close();
  const { operations, transfers, violations } = talk.listener;
  return JSON.stringify([replies, operations, transfers, violations]);
}

function assertNothingOutsideIsRead(said: readonly Said[], note: string): void {
  for (const serverPort of [2404, 2]) {
    assert.equal(told(said, 0x00, serverPort), told(said, 0xff, serverPort), note);
  }
}

function bothWays(frames: readonly Uint8Array[]): Said[] {
  return frames.flatMap((frame): Said[] => [
    [true, frame],
    [false, frame],
  ]);
}

test('every prefix of every message decodes, and bytes beyond it change nothing', () => {
  for (const message of MESSAGES) {
    for (let end = 0; end <= message.length; end++) {
      assertNothingOutsideIsRead(bothWays([message.subarray(0, end)]), `${message.join(' ')}, ${end} bytes`);
    }
  }
});

test('any bytes decode, and bytes beyond them change nothing', () => {
  const message = fc.oneof(
    fc.uint8Array({ maxLength: 257 }),
    fc
      .tuple(fc.constantFrom(...MESSAGES), fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 4 }), fc.nat(60))
      .map(([frame, changes, size]) => {
        const bytes = frame.slice();
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        return bytes.subarray(0, size);
      }),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), (frames) => {
      assertNothingOutsideIsRead(bothWays(frames), '');
    }),
    { seed: SEED, numRuns: 400 },
  );
});

test('a frame always makes progress and never is longer than it may be', () => {
  const { context, decoder } = new Talk();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), fc.boolean(), (bytes, begins, fromClient) => {
      if (begins && bytes.length > 0) bytes[0] = 0x68;
      context.fromClient = fromClient;
      const size = decoder.frameSize(bytes, 0, bytes.length, context);
      assert.ok(size >= -1 && size <= iec104.frameBytesMax);
      if (size === NEED_MORE) assert.ok(bytes.length < 2);
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

interface Step {
  readonly flow: number;
  readonly station: number;
  readonly address: number;
  readonly value: number;
  readonly isRequest: boolean;
}

/** The plainest form of the rule: the oldest request for the same object with the same value, else the oldest. */
function pairsOfModel(steps: readonly Step[]): string[] {
  const open: (Step & { readonly frame: number })[] = [];
  const pairs: string[] = [];
  steps.forEach((step, index) => {
    const frame = index + 1;
    if (step.isRequest) {
      open.push({ ...step, frame });
      return;
    }
    const same = (other: Step): boolean =>
      other.flow === step.flow && other.station === step.station && other.address === step.address;
    let found = open.findIndex((other) => same(other) && other.value === step.value);
    if (found < 0) found = open.findIndex(same);
    pairs.push(`${found < 0 ? 0 : open[found]!.frame} ${frame}`);
    if (found >= 0) open.splice(found, 1);
  });
  for (const { frame } of open) pairs.push(`${frame} 0`);
  return pairs;
}

test('any interleaving of commands and confirmations is paired as the plainest model pairs it', () => {
  const step = fc.record({
    flow: fc.nat(3),
    station: fc.integer({ min: 1, max: 2 }),
    address: fc.integer({ min: 1, max: 2 }),
    value: fc.nat(1),
    isRequest: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const talk = new Talk();
      for (const { flow, station, address, value, isRequest } of steps) {
        talk.context.flow = flow;
        const objects = `${addressHex(address)}0${value}`;
        talk.say(isRequest, iFrame(0, 0, asduHex(45, isRequest ? 6 : 7, objects, { station })));
      }
      talk.decoder.tick(talk.context.timeUs + 60_000_000, talk.context);
      const pairs = talk.listener.operations.map(({ requestFrame, answerFrame }) => `${requestFrame} ${answerFrame}`);
      assert.deepEqual(pairs, pairsOfModel(steps));
    }),
    { seed: SEED, numRuns: 600 },
  );
});

test('a station that never answers costs its oldest requests, and no other conversation', () => {
  const talk = new Talk();
  talk.context.flow = 5;
  talk.order(asduHex(45, 6, `${POINT}01`));
  talk.context.flow = 6;
  for (let address = 1; address <= 3000; address++) talk.order(asduHex(45, 6, `${addressHex(address)}01`));
  assert.equal(talk.listener.operations.length, 3000 - 256);
  assert.ok(talk.listener.operations.every(({ outcome }) => outcome === 'unanswered'));
  talk.context.flow = 5;
  talk.tell(asduHex(45, 7, `${POINT}01`));
  assert.deepEqual([talk.last.outcome, talk.last.requestFrame], ['ok', 1]);
});

test('conversations, selected points and clocks are remembered up to a bound', () => {
  const talk = new Talk();
  for (let flow = 1; flow <= 20_000; flow++) {
    talk.context.flow = flow;
    talk.context.server = flow;
    talk.say(true, iFrame(0, 0, asduHex(45, 6, `${POINT}81`)));
    talk.say(true, iFrame(1, 0, asduHex(103, 6, '000000FC53250D0A071A')));
  }
  // The first conversation was forgotten: its numbers go on anywhere.
  talk.context.flow = 1;
  talk.say(true, iFrame(900, 0, asduHex(45, 6, `${POINT}81`)));
  assert.deepEqual(talk.listener.rules, []);
  talk.context.flow = 20_000;
  talk.say(true, iFrame(900, 0, asduHex(45, 6, `${POINT}81`)));
  assert.deepEqual(talk.listener.rules, ['send-number-gap']);
});
