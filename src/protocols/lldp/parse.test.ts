// The walk over the elements: what is a frame of LLDP, and what a broken one costs.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { element, frameOf } from './captures/example-captures.ts';
import { Tlv } from './messages.ts';
import { LldpFrame, looksLikeLldp } from './parse.ts';

const WHOLE = frameOf(
  element(Tlv.chassisId, [7], 'a'),
  element(Tlv.portId, [7], 'b'),
  element(Tlv.timeToLive, [0, 120]),
  element(Tlv.systemName, 'press'),
);

test('chassis, port and time to live make a frame, in this order only', () => {
  assert.equal(looksLikeLldp(WHOLE, 0, WHOLE.length), true);
  const swapped = frameOf(
    element(Tlv.portId, [7], 'b'),
    element(Tlv.chassisId, [7], 'a'),
    element(Tlv.timeToLive, [0, 1]),
  );
  assert.equal(looksLikeLldp(swapped, 0, swapped.length), false);
  for (let end = 0; end < 12; end++) assert.equal(looksLikeLldp(WHOLE, 0, end), false, `cut at ${end}`);
});

test('elements are found where they stand, and what follows the end is padding', () => {
  const frame = new LldpFrame();
  const padded = Uint8Array.from([...WHOLE, 0x0a, 0xff, 1, 2]);
  frame.read(padded, 0, padded.length);
  assert.equal(frame.count, 4);
  assert.equal(Buffer.from(padded.subarray(frame.starts[3], frame.ends[3])).toString(), 'press');
  assert.equal(frame.problem, '');
});

test('an element that is longer than the frame is a problem, and those before it stay', () => {
  const frame = new LldpFrame();
  frame.read(WHOLE, 0, WHOLE.length - 4);
  assert.equal(frame.problem, 'element-too-long');
  assert.equal(frame.count, 3);
});

test('whatever the bytes, elements lie within them and in order', () => {
  const frame = new LldpFrame();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => {
      frame.read(bytes, 0, bytes.length);
      let last = 0;
      for (let index = 0; index < frame.count; index++) {
        assert.ok(frame.starts[index]! >= last + 2 && frame.ends[index]! >= frame.starts[index]!);
        last = frame.ends[index]!;
      }
      assert.ok(last <= bytes.length);
    }),
  );
});
