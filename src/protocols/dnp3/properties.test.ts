// What must hold for any bytes and any order of messages.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { NEED_MORE } from '../../facts/protocol.ts';
import { linkFrame, request, response, segmentFrames, sized, Talk, unsolicited } from './example-frames.ts';
import { dnp3 } from './index.ts';

const SEED = 20_260_102;
const CROB = '0c01 17 02 03 41 01 64000000 64000000 00 04 81 01 64000000 64000000 00';
const FILE = '1a000400000000000000ff01000000000000000001000004050066696c65';

type Said = readonly [fromMaster: boolean, fragment: Uint8Array];

const FRAGMENTS: readonly Said[] = [
  [true, request(0, '01 3c0206 3c0306 3c0406 3c0106')],
  [false, response(0, '0101 00 00 0f ffff 1e05 00 00 01 010000c03f 010000c03f', '8010')],
  [true, request(1, `03 ${CROB}`)],
  [false, response(1, CROB)],
  [true, request(2, `04 ${CROB}`)],
  [false, response(2, CROB, '0004')],
  [false, unsolicited(3, '3301 07 01 000000000000 0203 28 0200 0100 81 0000 0200 01 0000')],
  [true, request(3, '00')],
  [true, request(4, '02 3201 07 01 000000000000 5001 00 07 07 00')],
  [true, request(5, '15 3c0206')],
  [true, request(6, `19 ${sized(70, 3, FILE)}`)],
  [false, response(6, sized(70, 4, '34120000070000000004050000'))],
  [true, request(7, `01 ${sized(70, 5, '3412000000000000')}`)],
  [false, response(7, sized(70, 5, '341200000000008061626364'))],
  [true, request(8, `1d ${sized(70, 2, '0c000200 0e000200 00000000 75757070'.replaceAll(' ', ''))}`)],
  [false, response(8, sized(70, 2, '0c0000000c00000001000000'))],
  [false, response(9, '00fc 00 00 00 01 03 414243 00f2 00 00 00 01 01 31', '0000', 0xa0)],
  [false, response(10, '6e03 00 00 01 616263646566', '0000', 0x40)],
  [true, request(11, '20 7804 07 01 0100')],
  [true, request(12, `05 7803 07 01 01000000 0100 ${CROB} ${sized(120, 9, '1122334455667788')}`)],
  [true, request(13, '0b 3202 07 01 00000000000000000000 1400 06')],
  [false, response(14, '0301 00 00 05 e4 04 0402 17 01 07 81 000000000000')],
];

function everything(talk: Talk): string {
  const { operations, claims, transfers, violations, logins } = talk.listener;
  return JSON.stringify([operations, claims, transfers, violations, logins]);
}

/** Says frames as if they stood between other bytes, and gives everything that was told. */
function told(frames: readonly (readonly [boolean, readonly number[]])[], around: number): string {
  const talk = new Talk();
  const { decoder, context } = talk;
  const replies: number[] = [];
  for (const [fromMaster, frame] of frames) {
    const placed = new Uint8Array(frame.length + 64).fill(around);
    placed.set(frame, 32);
    const end = 32 + frame.length;
    context.fromClient = fromMaster;
    context.timeUs += 1000;
    context.frame++;
    replies.push(decoder.looksLike(placed, 32, end), decoder.speaker(placed, 32, end));
    replies.push(decoder.frameSize(placed, 32, end, context));
    decoder.decode(placed, 32, end, context);
  }
  talk.wait(31_000_000).close();
  return JSON.stringify(replies) + everything(talk);
}

function framesOf(said: readonly Said[]): [boolean, number[]][] {
  return said.flatMap(([fromMaster, fragment]) =>
    segmentFrames(fromMaster, fragment).map((frame): [boolean, number[]] => [fromMaster, frame]),
  );
}

function assertNothingOutsideIsRead(frames: readonly (readonly [boolean, readonly number[]])[], note: string): void {
  assert.equal(told(frames, 0x00), told(frames, 0xff), note);
}

test('every prefix of every frame decodes, and bytes beyond it change nothing', () => {
  for (const [fromMaster, frame] of framesOf(FRAGMENTS)) {
    for (let end = 0; end <= frame.length; end++) {
      assertNothingOutsideIsRead([[fromMaster, frame.slice(0, end)]], `${end} bytes of ${String(frame)}`);
    }
  }
});

test('every prefix of every fragment decodes after what came before', () => {
  for (let index = 0; index < FRAGMENTS.length; index++) {
    const [fromMaster, fragment] = FRAGMENTS[index]!;
    for (let end = 0; end <= fragment.length; end++) {
      const said: Said[] = [...FRAGMENTS.slice(Math.max(0, index - 2), index), [fromMaster, fragment.subarray(0, end)]];
      assertNothingOutsideIsRead(framesOf(said), `${index}, ${end} bytes`);
    }
  }
});

const mutated = fc
  .tuple(
    fc.constantFrom(...FRAGMENTS),
    fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 4 }),
    fc.nat(60),
    fc.uint8Array({ maxLength: 30 }),
  )
  .map(([[fromMaster, fragment], changes, cut, tail]): Said => {
    const bytes = Uint8Array.from([...fragment.subarray(0, fragment.length - (cut < 20 ? cut : 0)), ...tail]);
    for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
    return [fromMaster, bytes];
  });
const arbitrary = fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 700 })).map((said): Said => said);

test('any fragments decode, and bytes beyond their frames change nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: mutated }, arbitrary), { maxLength: 12 }), (said) => {
      assertNothingOutsideIsRead(framesOf(said), '');
    }),
    { seed: SEED, numRuns: 1500 },
  );
});

test('any bytes decode', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 80 })), { maxLength: 4 }), (frames) => {
      const starting = frames.map(([fromMaster, bytes]): [boolean, number[]] => [fromMaster, [0x05, 0x64, ...bytes]]);
      assertNothingOutsideIsRead(starting, '');
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('a frame always makes progress and never is longer than it may be', () => {
  const { context, decoder } = new Talk();
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc.uint8Array({ minLength: 8, maxLength: 600 }).map((tail) => Uint8Array.from([0x05, 0x64, ...tail])),
    fc
      .tuple(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 200 }))
      .map(([head, data]) => Uint8Array.from([...head, ...linkFrame(0xc4, 10, 1, [...data])])),
  );
  fc.assert(
    fc.property(bytes, (stream) => {
      const size = decoder.frameSize(stream, 0, stream.length, context);
      assert.ok(size === -1 || size === NEED_MORE || (size > 0 && size <= dnp3.frameBytesMax), String(size));
      if (size === NEED_MORE) assert.ok(stream.length < dnp3.frameBytesMax);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('where a stream is cut makes no difference to its frames', () => {
  const stream = Uint8Array.from(
    framesOf(FRAGMENTS.filter(([fromMaster]) => fromMaster)).flatMap(([, frame]) => frame),
  );
  const whole = framesIn([stream]);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const pieces = places.slice(1).map((end, index) => stream.subarray(places[index], end));
      assert.deepEqual(framesIn(pieces), whole);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

/** Sizes of the frames that a reader cuts out of the pieces. */
function framesIn(pieces: readonly Uint8Array[]): number[] {
  const { context, decoder } = new Talk();
  const sizes: number[] = [];
  let kept = new Uint8Array(0);
  for (const piece of pieces) {
    const bytes = Uint8Array.from([...kept, ...piece]);
    let at = 0;
    while (at < bytes.length) {
      const size = decoder.frameSize(bytes, at, bytes.length, context);
      if (size === NEED_MORE || at + size > bytes.length) break;
      assert.ok(size > 0);
      sizes.push(size);
      at += size;
    }
    kept = bytes.slice(at);
  }
  assert.equal(kept.length, 0);
  return sizes;
}

test('any interleaving of requests and answers pairs each answer with a request that is still open', () => {
  const step = fc.record({
    flow: fc.nat(2),
    outstation: fc.integer({ min: 10, max: 11 }),
    sequence: fc.nat(3),
    isRequest: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const talk = new Talk();
      for (const { flow, outstation, sequence, isRequest } of steps) {
        talk.context.flow = flow + 1;
        const fragment = isRequest ? request(sequence, '01 1e04 00 0000') : response(sequence, '1e04 00 0000 0500');
        const [frame] = segmentFrames(isRequest, fragment, 1, outstation);
        talk.frame(isRequest, frame!);
      }
      const requests = steps.filter(({ isRequest }) => isRequest).length;
      talk.wait(60_000_000);
      const seen = talk.operations
        .filter(({ requestFrame }) => requestFrame > 0)
        .map(({ requestFrame }) => requestFrame);
      assert.equal(new Set(seen).size, requests, 'every request is told once');
      assert.equal(seen.length, requests);
      for (const { requestFrame, answerFrame, unit } of talk.operations) {
        if (requestFrame === 0 || answerFrame === 0) continue;
        const [asked, answered] = [steps[requestFrame - 1]!, steps[answerFrame - 1]!];
        assert.ok(requestFrame < answerFrame && asked.isRequest && !answered.isRequest);
        assert.equal(unit, asked.outstation);
        const { flow, outstation, sequence } = asked;
        assert.deepEqual([flow, outstation, sequence], [answered.flow, answered.outstation, answered.sequence]);
      }
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test('a master that is never answered loses its oldest requests, and no other conversation does', () => {
  const talk = new Talk();
  talk.context.flow = 5;
  talk.ask(request(1, '01 3c0106'));
  talk.context.flow = 6;
  for (let index = 0; index < 40_000; index++) {
    talk.outstation = index & 0xfff;
    const [frame] = segmentFrames(true, request(1, '01 3c0106'), 1, talk.outstation);
    talk.context.timeUs -= 1000;
    talk.frame(true, frame!);
  }
  assert.ok(talk.operations.every(({ outcome }) => outcome === 'unanswered'));
  talk.context.flow = 5;
  talk.outstation = 10;
  talk.answer(response(1, '1e04 00 00 00 0500'));
  assert.deepEqual(talk.operations.at(-1)?.values, [5]);
});
