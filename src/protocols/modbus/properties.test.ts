// What must hold for any bytes and any order of messages.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { NEED_MORE } from '../../facts/protocol.ts';
import { Talk, bytesOf, rtuFrame, tcpFrame } from './example-frames.ts';
import { modbus, modbusRtu } from './index.ts';

const SEED = 20_260_101;
const MESSAGES = [
  '01 0013 0013',
  '01 03 CD6B05',
  '05 00AC FF00',
  '08 0000 A537',
  '0C 08 0000 0108 0121 2000',
  '0F 0013 000A 02 CD01',
  '10 0001 0002 04 000A 0102',
  '11 05 41424344FF',
  '14 0E 06 0004 0001 0002 06 0003 0009 0002',
  '14 0C 05 06 0DFE 0020 05 06 33CD 0040',
  '15 0D 06 0004 0007 0003 06AF 04BE 100D',
  '16 0004 00F2 0025',
  '17 0003 0006 000E 0003 06 00FF 00FE 00FD',
  '18 0006 0002 01B8 1284',
  '2B 0E 01 01 00 00 02 00 03 414243 01 01 58',
  '5A 00 10 00000000 04 55534552',
  '5A 00 20 00 1300 64000000 9C00',
  '5A 01 22 00000000 01 02 0100 01 0200 03',
  '5A 01 31 0001 0200 0300 AABBCC',
  '5A 01 FE 00 00 0300 AABBCC',
  '83 02',
];

/** Answers that only their request explains. */
const PAIRS: readonly (readonly [request: string, answer: string])[] = [
  ['03 006B 0003', '03 06 022B 0000 0064'],
  ['14 0E 06 0004 0001 0002 06 0003 0009 0002', '14 0C 05 06 0DFE 0020 05 06 33CD 0040'],
  ['15 0D 06 0004 0007 0003 06AF 04BE 100D', '15 0D 06 0004 0007 0003 06AF 04BE 100D'],
  ['17 0003 0002 000E 0001 02 00FF', '17 04 0001 0002'],
  ['5A 00 01 00', '5A 00 FE FD00 0104 00000000 00000000 04 484F5354'],
  ['5A 00 02', '5A 00 FE 0000 00000000 0000 7002 0000 0000 0000 00000000 0000 05 4350552031 00'],
  ['5A 00 03 00', `5A 00 FE ${'00'.repeat(38)} 06 506C616E7400`],
  ['5A 00 20 00 1300 64000000 0400', '5A 00 FE 00 0400 01020304'],
  ['5A 01 33 0001 FB00', '5A 01 FE 0001 04000000'],
  ['5A 01 34 0001 0100', '5A 01 FE 00 00 0300 AABBCC'],
];

type Said = readonly [fromClient: boolean, bytes: Uint8Array];

/** Says bytes as if they stood between other bytes, and gives everything that was told. */
function told(protocol: typeof modbus, said: readonly Said[], around: number, serverPort: number): string {
  const talk = new Talk(protocol, { clientPort: 1, serverPort });
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
  decoder.tick(context.timeUs + 20_000_000, context);
  talk.close();
  const { operations, claims, transfers, violations } = talk.listener;
  return JSON.stringify([replies, operations, claims, transfers, violations]);
}

/** Bytes that nobody may look at make no difference, on a port that says who the server is and on one that does not. */
function assertNothingOutsideIsRead(protocol: typeof modbus, said: readonly Said[], note: string): void {
  for (const serverPort of [502, 2]) {
    assert.equal(told(protocol, said, 0x00, serverPort), told(protocol, said, 0xff, serverPort), note);
  }
}

function bothWays(frames: readonly Uint8Array[]): Said[] {
  return frames.flatMap((frame): Said[] => [
    [true, frame],
    [false, frame],
  ]);
}

for (const [protocol, frame] of [
  [modbus, (message: string) => tcpFrame(1, 1, message)],
  [modbusRtu, (message: string) => rtuFrame(1, message)],
] as const) {
  test(`${protocol.name}: every prefix of every message decodes, and bytes beyond it change nothing`, () => {
    for (const message of MESSAGES) {
      const whole = frame(message);
      for (let end = 0; end <= whole.length; end++) {
        assertNothingOutsideIsRead(protocol, bothWays([whole.subarray(0, end)]), `${message}, ${end} bytes`);
      }
    }
  });

  test(`${protocol.name}: every prefix of every answer decodes after its request`, () => {
    for (const [request, answer] of PAIRS) {
      const whole = frame(answer);
      for (let end = 0; end <= whole.length; end++) {
        const said: Said[] = [
          [true, frame(request)],
          [false, whole.subarray(0, end)],
        ];
        assertNothingOutsideIsRead(protocol, said, `${answer}, ${end} bytes`);
      }
    }
  });

  test(`${protocol.name}: any bytes decode, and bytes beyond them change nothing`, () => {
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.constantFrom(...MESSAGES), fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 4 }), fc.nat(60))
        .map(([text, changes, size]) => {
          const bytes = frame(text).slice();
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
          return bytes.subarray(0, size);
        }),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), (frames) => {
        assertNothingOutsideIsRead(protocol, bothWays(frames), '');
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test(`${protocol.name}: a frame always makes progress and never is longer than it may be`, () => {
    const { context, decoder } = new Talk(protocol);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, fromClient) => {
        context.fromClient = fromClient;
        const size = decoder.frameSize(bytes, 0, bytes.length, context);
        assert.ok(size <= protocol.frameBytesMax && size >= -1);
        if (size === NEED_MORE) assert.ok(bytes.length < protocol.frameBytesMax);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
}

interface Step {
  readonly flow: number;
  readonly unit: number;
  readonly transaction: number;
  readonly code: 3 | 4;
  readonly isRequest: boolean;
}

/** The rule in its plainest form: the oldest open request of the same conversation, transaction, unit and function. */
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
      other.flow === step.flow && other.transaction === step.transaction && other.code === step.code;
    let found = open.findIndex((other) => same(other) && other.unit === step.unit);
    if (found < 0) found = open.findIndex(same);
    pairs.push(`${found < 0 ? 0 : open[found]!.frame} ${frame}`);
    if (found >= 0) open.splice(found, 1);
  });
  for (const { frame } of open) pairs.push(`${frame} 0`);
  return pairs;
}

test('any interleaving of requests and answers is paired as the plainest model pairs it', () => {
  const step = fc.record({
    flow: fc.nat(3),
    unit: fc.integer({ min: 1, max: 2 }),
    transaction: fc.nat(2),
    code: fc.constantFrom(3 as const, 4 as const),
    isRequest: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const talk = new Talk(modbus);
      for (const { flow, unit, transaction, code, isRequest } of steps) {
        talk.context.flow = flow;
        talk.say(isRequest, tcpFrame(transaction, unit, isRequest ? `0${code} 0000 0001` : `0${code} 02 0000`));
      }
      // One tick much later: everything that is open goes, oldest first.
      talk.decoder.tick(talk.context.timeUs + 60_000_000, talk.context);
      const pairs = talk.listener.operations.map(({ requestFrame, answerFrame }) => `${requestFrame} ${answerFrame}`);
      assert.deepEqual(pairs, pairsOfModel(steps));
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('a conversation that never answers loses its oldest requests, and no other conversation does', () => {
  const talk = new Talk(modbus);
  talk.context.flow = 5;
  talk.request(tcpFrame(1, 1, '03 0000 0001'));
  talk.context.flow = 6;
  for (let index = 0; index < 40_000; index++) talk.request(tcpFrame(index & 0xffff, 1, '03 0000 0001'));
  assert.ok(talk.listener.operations.every(({ outcome }) => outcome === 'unanswered'));
  assert.equal(talk.listener.operations.length, 40_000 - 256);
  talk.context.flow = 5;
  talk.answer(tcpFrame(1, 1, '03 02 0007'));
  assert.deepEqual(talk.listener.operations.at(-1)?.values, [7]);
});

test('a request longer than what is kept is cut, not dropped', () => {
  const talk = new Talk(modbus);
  const data = 'AB'.repeat(1000);
  talk.request(tcpFrame(1, 0, `5A 01 31 0001 0100 E803 ${data}`));
  talk.answer(tcpFrame(1, 0, '5A 01 FE'));
  const [operation] = talk.listener.operations;
  assert.ok(operation !== undefined && operation.values.length > 200 && operation.values.length < 256);
  assert.equal(talk.listener.transfers.find(({ phase }) => phase === 'piece')?.bytes.length, bytesOf(data).length);
});

test('a long request leaves what is kept of the others alone', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 1, '06 0001 0001'));
  talk.request(tcpFrame(2, 1, '06 0001 0002'));
  talk.answer(tcpFrame(1, 1, '06 0001 0001'));
  talk.request(tcpFrame(3, 0, `5A 01 31 0001 0100 E803 ${'AB'.repeat(1000)}`));
  talk.answer(tcpFrame(2, 1, '06 0001 0002'));
  assert.deepEqual(talk.listener.operations.at(-1)?.values, [2]);
  assert.deepEqual(talk.listener.rules, []);
});
