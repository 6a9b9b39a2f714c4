// Images with lost bytes: what a loss costs, and where what follows it belongs.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Talk, publish } from './example-packets.ts';

const SEED = 20_261_127;
const SEGMENT = 1000;
const TOPIC = 'plant/pump/update';

/** Bytes that look like nothing in particular, behind the beginning of a U-Boot image. */
function image(size: number): Uint8Array {
  let state = 7;
  const bytes = Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  bytes.set([0x27, 0x05, 0x19, 0x56]);
  return bytes;
}

/** The stream in segments of which some are lost; `isTold`: the flow stage knows how many bytes these had. */
function withLoss(stream: Uint8Array, isLost: (segment: number) => boolean, isTold = true): Talk {
  const talk = new Talk();
  let lost = 0;
  for (let at = 0; at < stream.length; at += SEGMENT) {
    const segment = stream.subarray(at, at + SEGMENT);
    if (isLost(at / SEGMENT)) lost += segment.length;
    else {
      if (lost > 0) talk.gap(true, isTold ? lost : -1);
      lost = 0;
      talk.client(segment);
    }
  }
  talk.close();
  return talk;
}

/** Bytes of the first transfer that are there; each has to be the image's, at its place. */
function carriedBytes(talk: Talk, whole: Uint8Array): number {
  const isThere = new Set<number>();
  for (const { phase, transfer, offset, bytes } of talk.listener.transfers) {
    if (phase !== 'piece' || transfer !== 'mqtt-1') continue;
    for (let at = 0; at < bytes.length; at++) {
      assert.equal(bytes[at], whole[offset + at], `byte ${offset + at}`);
      isThere.add(offset + at);
    }
  }
  return isThere.size;
}

function joined(packets: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(packets.flatMap((bytes) => [...bytes]));
}

test('of a long packet exactly the lost bytes are missing once its beginning was seen', () => {
  const whole = image(200_000);
  const talk = withLoss(publish(TOPIC, whole), (segment) => segment === 7 || segment === 90 || segment === 91);
  assert.equal(carriedBytes(talk, whole), whole.length - 3 * SEGMENT);
  const ended = talk.listener.transfers.find(({ phase }) => phase === 'ended');
  assert.deepEqual([ended?.isComplete, ended?.size], [false, whole.length]);
});

test('one loss costs one part of an image in parts, and the others stay where they belong', () => {
  const whole = image(40_960);
  const parts = Array.from({ length: 10 }, (_, part) =>
    publish(TOPIC, whole.subarray(part * 4096, (part + 1) * 4096), { qos: 1, id: part + 1 }),
  );
  for (let segment = 5; segment < 40; segment++) {
    const talk = withLoss(joined(parts), (one) => one === segment);
    const missing = whole.length - carriedBytes(talk, whole);
    assert.ok(missing === 4096 || missing === 2 * 4096, `${missing} bytes are missing`);
    assert.equal(talk.listener.transfers.filter(({ phase }) => phase === 'begun').length, 1);
  }
});

test('parts encoded in base64 are placed behind a loss as well', () => {
  const whole = image(30_000);
  const parts = Array.from({ length: 10 }, (_, part) =>
    publish(TOPIC, Buffer.from(whole.subarray(part * 3000, (part + 1) * 3000)).toString('base64')),
  );
  const talk = withLoss(joined(parts), (segment) => segment === 17);
  assert.equal(whole.length - carriedBytes(talk, whole), 3000);
});

test('a long text of base64 goes on behind a loss at the byte where it belongs', () => {
  const whole = image(90_000);
  const text = Buffer.from(whole).toString('base64');
  const talk = withLoss(publish(TOPIC, text), (segment) => segment === 20);
  const missing = whole.length - carriedBytes(talk, whole);
  assert.ok(missing >= 750 && missing <= 753, `${missing} bytes are missing`);
});

test('base64 in a member is not followed over a loss, in which the member may have ended', () => {
  const whole = image(90_000);
  const data = Buffer.from(whole).toString('base64');
  const talk = withLoss(publish(TOPIC, JSON.stringify({ data, more: 'x'.repeat(9000) })), (segment) => segment === 100);
  assert.ok(carriedBytes(talk, whole) <= 75_001);
});

test('where the size of a loss is not known, what follows is not joined to what came before', () => {
  const whole = image(40_960);
  const parts = Array.from({ length: 10 }, (_, part) => publish(TOPIC, whole.subarray(part * 4096, (part + 1) * 4096)));
  const talk = withLoss(joined(parts), (segment) => segment === 17, false);
  assert.equal(carriedBytes(talk, whole), 4 * 4096);
  assert.equal(talk.listener.transfers.at(-1)?.isComplete, false);
});

test('parts of different sizes are not joined over a loss that took a whole one', () => {
  const whole = image(20_000);
  const ends = [0, 3000, 5000, 9000, 11_000, 16_000, 20_000];
  const parts = ends.slice(1).map((end, index) => publish(TOPIC, whole.subarray(ends[index], end)));
  const talk = withLoss(joined(parts), (segment) => segment === 6 || segment === 7);
  assert.equal(carriedBytes(talk, whole), 5000);
});

test('whatever is lost, no byte is told at a place where it does not belong', () => {
  const whole = image(60_000);
  const sizes = fc.constantFrom(512, 1500, 2048, 4096, 20_000, 60_000);
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }),
      fc.nat(2),
      (size, segments, qos) => {
        const parts: Uint8Array[] = [];
        for (let at = 0; at < whole.length; at += size)
          parts.push(publish(TOPIC, whole.subarray(at, at + size), { qos, id: parts.length + 1 }));
        const lost = new Set(segments);
        carriedBytes(
          withLoss(joined(parts), (segment) => lost.has(segment)),
          whole,
        );
      },
    ),
    { seed: SEED, numRuns: 150 },
  );
});
