import assert from 'node:assert/strict';
import test from 'node:test';
import { linkFrame, request, response, segmentFrames, Talk } from './example-frames.ts';

/** A response of 120 binary inputs with flags and 200 analog inputs: several segments. */
const LONG = response(0, `0102 00 00 77 ${'81'.repeat(120)} 1e04 00 00 c7 ${'0500'.repeat(200)}`);

test('segments become one fragment, told in the frame of the last', () => {
  const talk = new Talk().ask(request(0, '01 3c0106')).answer(LONG);
  assert.deepEqual(
    talk.operations.map(({ space, first, count, answerFrame }) => [space, first, count, answerFrame]),
    [
      ['binary input', 0, 120, 4],
      ['analog input', 0, 200, 4],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('the sequence of segments goes on behind 63', () => {
  const talk = new Talk().ask(request(0, '01 3c0106'));
  for (const frame of segmentFrames(false, LONG, 1, 10, 63)) talk.frame(false, frame);
  assert.equal(talk.operations.length, 2);
});

test('a segment that comes twice is ignored', () => {
  const talk = new Talk().ask(request(0, '01 3c0106'));
  const frames = segmentFrames(false, LONG);
  for (const frame of [frames[0]!, frames[0]!.slice(), ...frames.slice(1)]) talk.frame(false, frame);
  assert.equal(talk.operations.length, 2);
});

test('a segment out of sequence drops the fragment and is reported; a lone one later is not', () => {
  const talk = new Talk();
  const frames = segmentFrames(false, new Uint8Array(1000));
  talk.frame(false, frames[0]!).frame(false, frames[2]!).frame(false, frames[3]!);
  assert.deepEqual(talk.listener.rules, ['transport-out-of-sequence']);
  assert.deepEqual(talk.operations, []);
});

test('a segment that continues nothing is reported, unless its beginning was lost', () => {
  const talk = new Talk();
  const frames = segmentFrames(false, LONG);
  talk.frame(false, frames[1]!);
  assert.deepEqual(talk.listener.rules, [], 'joined in the middle');
  talk.answer(response(0, ''));
  talk.frame(false, frames[1]!);
  assert.deepEqual(talk.listener.rules, ['transport-first-missing']);
  talk.decoder.gap(1, false, talk.context);
  talk.frame(false, frames[1]!);
  assert.deepEqual(talk.listener.rules, ['transport-first-missing']);
});

test('a fragment that begins anew drops the one before', () => {
  const talk = new Talk().ask(request(0, '01 3c0106'));
  const frames = segmentFrames(false, LONG);
  for (const frame of [frames[0]!, ...frames]) talk.frame(false, frame);
  assert.deepEqual(talk.listener.rules, ['transport-unfinished']);
  assert.equal(talk.operations.length, 2);
});

test('a loss drops what was gathered of that direction alone', () => {
  const talk = new Talk().ask(request(0, '01 3c0106'));
  const frames = segmentFrames(false, LONG);
  talk.frame(false, frames[0]!);
  talk.decoder.gap(1, true, talk.context);
  for (const frame of frames.slice(1)) talk.frame(false, frame);
  assert.equal(talk.operations.length, 2);
  talk.ask(request(1, '01 3c0106'));
  talk.frame(false, frames[0]!);
  talk.decoder.gap(1, false, talk.context);
  for (const frame of frames.slice(1)) talk.frame(false, frame);
  assert.equal(talk.operations.length, 2);
});

test('what two outstations send over one connection is put together apart', () => {
  const talk = new Talk();
  const frames = [10, 11].map((outstation) => segmentFrames(false, LONG, 1, outstation));
  for (let index = 0; index < frames[0]!.length; index++) {
    for (const one of frames) talk.frame(false, one[index]!);
  }
  assert.deepEqual(
    talk.operations.map(({ unit, space }) => [unit, space]),
    [
      [10, 'binary input'],
      [10, 'analog input'],
      [11, 'binary input'],
      [11, 'analog input'],
    ],
  );
});

test('a fragment that grows without end is reported once and dropped', () => {
  const talk = new Talk();
  const frames = segmentFrames(true, new Uint8Array(40_000).fill(1));
  for (const frame of frames) talk.frame(true, frame);
  assert.deepEqual(talk.listener.rules, ['fragment-too-long']);
  assert.deepEqual(talk.operations, []);
});

test('more unfinished fragments than are kept: the oldest is dropped, without a word', () => {
  const talk = new Talk();
  const frames = segmentFrames(false, LONG);
  for (let flow = 1; flow <= 300; flow++) {
    talk.context.flow = flow;
    talk.frame(false, frames[0]!);
  }
  for (const flow of [1, 300]) {
    talk.context.flow = flow;
    for (const frame of frames.slice(1)) talk.frame(false, frame);
  }
  assert.equal(talk.operations.length, 2);
  assert.deepEqual(talk.listener.rules, []);
});

test('user data without a transport octet is reported', () => {
  const talk = new Talk().frame(true, linkFrame(0xc4, 10, 1, []));
  assert.deepEqual(talk.listener.rules, ['transport-header-missing']);
});
