// The short way for usual frames against the way through the layers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LinkType } from '../capture/frames.ts';
import { decodeByLayers, decodeFrame } from './decode.ts';
import { Packet } from './packet.ts';

/** Ethernet, IPv4, TCP with options and a payload; whatever a test then changes in it. */
function frame(payloadSize: number, optionWords: number, trailer: readonly number[]): Uint8Array {
  const total = 40 + optionWords * 4 + payloadSize;
  const bytes = new Uint8Array(14 + total + trailer.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 37 + 11) & 255;
  bytes.set([8, 0, 0x45, 0, total >> 8, total & 255, 1, 2, 0x40, 0, 64, 6], 12);
  bytes[46] = (5 + optionWords) << 4;
  bytes.set(trailer, 14 + total);
  return bytes;
}

const sample = fc
  .tuple(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 0, max: 10 }),
    fc.array(fc.oneof(fc.constantFrom(0, 0x88, 0xfb, 0xa0), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
    fc.array(fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
    fc.integer({ min: -60, max: 60 }),
  )
  .map(([payload, options, trailer, changes, longer]) => {
    const bytes = frame(payload, options, trailer);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return { bytes, originalLength: Math.max(0, bytes.length + Math.max(-3, longer > 40 ? longer : 0)) };
  });

test('the short way gives the record that the layers give, also in a record that was used before', () => {
  let usual = 0;
  const used = [new Packet(), new Packet()] as const;
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 4 }), (samples) => {
      for (const { bytes, originalLength } of samples) {
        decodeFrame(used[0], bytes, 0, bytes.length, originalLength, LinkType.ethernet);
        decodeByLayers(used[1], bytes, 0, bytes.length, originalLength, LinkType.ethernet);
        const problems = used[0].problemCount;
        used[0].problem.fill(0, problems);
        used[0].problemOffset.fill(0, problems);
        used[1].problem.fill(0, problems);
        used[1].problemOffset.fill(0, problems);
        assert.deepEqual(used[0], used[1]);
        if (used[0].hasTransport && used[0].problemCount === 0) usual++;
      }
    }),
    { seed: 7, numRuns: 3000 },
  );
  assert.ok(usual > 1000, `${usual} usual frames`);
});
