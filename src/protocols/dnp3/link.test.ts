import assert from 'node:assert/strict';
import test from 'node:test';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { crcDnp3 } from './crc.ts';
import { linkFrame, request, response, segmentFrames, Talk, unsolicited } from './example-frames.ts';
import { dnp3 } from './index.ts';

const decoder = dnp3.start(0);

function size(bytes: readonly number[]): number {
  return decoder.frameSize(Uint8Array.from(bytes), 0, bytes.length, new Talk().context);
}

test('the check of a known header is right', () => {
  assert.equal(crcDnp3(hexBytes('056405c9 0300 0400'), 0, 8), 0x71bd);
  assert.equal(crcDnp3(hexBytes('056419c4 0a00 0100'), 0, 8), 0x8fda);
  assert.equal(crcDnp3(hexBytes('05643744 6400 0500'), 0, 8), 0x3d17);
});

test('the check follows from its polynomial, bit by bit, for any length', () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, index) => (index * 73 + 11) & 0xff);
  for (let end = 0; end <= bytes.length; end++) {
    let remainder = 0;
    for (const byte of bytes.subarray(0, end)) {
      remainder ^= byte;
      for (let bit = 0; bit < 8; bit++) remainder = (remainder & 1) === 0 ? remainder >> 1 : (remainder >> 1) ^ 0xa6bc;
    }
    assert.equal(crcDnp3(bytes, 0, end), ~remainder & 0xffff, `${end} octets`);
  }
});

test('a frame is as long as its length says, with the checks of its blocks', () => {
  assert.equal(size(linkFrame(0xc9, 10, 1, [])), 10);
  assert.equal(size(linkFrame(0xc4, 10, 1, new Array<number>(16).fill(0))), 28);
  assert.equal(size(linkFrame(0xc4, 10, 1, new Array<number>(17).fill(0))), 31);
  assert.equal(size(linkFrame(0xc4, 10, 1, new Array<number>(250).fill(0))), 292);
});

test('a header that is not whole needs more, and one that begins otherwise is not ours', () => {
  const frame = linkFrame(0xc9, 10, 1, []);
  for (let end = 1; end < 10; end++) assert.equal(size(frame.slice(0, end)), NEED_MORE, `${end} octets`);
  assert.equal(size([0x05, 0x65, 0x05]), NOT_THIS_PROTOCOL);
  assert.equal(size([0x00]), NOT_THIS_PROTOCOL);
});

test('octets between frames are skipped up to the next header whose check is right', () => {
  const good = linkFrame(0xc9, 10, 1, []);
  assert.equal(size([1, 2, 3, ...good]), 3);
  // The start octets alone are no header.
  assert.equal(size([0x05, 0x64, 0x09, 0x05, 0x64, 0xc9, 1, 2, 3, 4, ...good]), 10);
});

test('content tells DNP3, and the direction bit who speaks', () => {
  const look = (bytes: readonly number[]): [number, number] => {
    const all = Uint8Array.from(bytes);
    return [decoder.looksLike(all, 0, all.length), decoder.speaker(all, 0, all.length)];
  };
  const [fromMaster] = segmentFrames(true, request(0, '01 3c0206'));
  const [fromOutstation] = segmentFrames(false, response(0, ''));
  assert.deepEqual(look(fromMaster!), [Match.yes, Speaker.client]);
  assert.deepEqual(look(fromOutstation!), [Match.yes, Speaker.server]);
  assert.deepEqual(look(fromMaster!.slice(0, 10)), [Match.yes, Speaker.client]);
  assert.deepEqual(look(fromMaster!.slice(0, 9)), [Match.maybe, Speaker.unknown]);
  assert.deepEqual(look([...fromMaster!.slice(0, 8), 0, 0]), [Match.maybe, Speaker.unknown]);
});

test('other protocols on the port are not DNP3', () => {
  for (const text of [
    '0001 0000 0006 01 03 0000 0001',
    '68 04 07 00 00 00',
    '10 49 01 4a 16',
    '1603010200010001fc0303',
    '0300001611e00000001400c1020100c2020102c0010a',
    '474554202f20485454502f312e310d0a',
    '0564',
    '05',
  ]) {
    const bytes = hexBytes(text);
    assert.equal(decoder.looksLike(bytes, 0, bytes.length), Match.no, text);
  }
});

test('a wrong check is reported and what it covers is dropped', () => {
  const talk = new Talk();
  const [frame] = segmentFrames(true, request(0, '0d'));
  talk.frame(true, [...frame!.slice(0, 8), frame![8]! ^ 1, ...frame!.slice(9)]);
  talk.frame(true, [...frame!.slice(0, -1), frame!.at(-1)! ^ 1]);
  assert.deepEqual(talk.listener.rules, ['header-crc-wrong', 'block-crc-wrong']);
  assert.deepEqual(talk.close().operations, []);
});

test('a length below five, and a frame that is cut, are reported', () => {
  const talk = new Talk();
  const crc = crcDnp3(hexBytes('056404c90a000100'), 0, 8);
  talk.frame(true, [...hexBytes('056404c90a000100'), crc & 0xff, crc >> 8]);
  const [frame] = segmentFrames(true, request(0, '0d'));
  talk.frame(true, frame!.slice(0, -1));
  talk.frame(true, [1, 2, 3]);
  assert.deepEqual(talk.listener.rules, ['link-length-too-short', 'frame-cut-short', 'bytes-between-frames']);
});

test('addresses no device has, and broadcasts of an outstation, are reported', () => {
  const talk = new Talk();
  talk.frame(true, linkFrame(0xc9, 10, 0xfff0, []));
  talk.frame(true, linkFrame(0xc9, 0xfff5, 1, []));
  talk.frame(false, linkFrame(0x49, 0xffff, 10, []));
  assert.deepEqual(talk.listener.rules, [
    'source-address-reserved',
    'destination-address-reserved',
    'broadcast-by-outstation',
  ]);
});

test('functions of the link layer are operations, unassigned ones are reported', () => {
  const talk = new Talk();
  talk.frame(true, linkFrame(0xc9, 10, 1, [])).frame(false, linkFrame(0x0b, 1, 10, []));
  talk.frame(true, linkFrame(0xc0, 10, 1, [])).frame(false, linkFrame(0x01, 1, 10, []));
  talk.frame(true, linkFrame(0xf2, 10, 1, []));
  talk.frame(false, linkFrame(0x49, 1, 10, [])).frame(true, linkFrame(0x8b, 10, 1, []));
  talk.frame(true, linkFrame(0xc7, 11, 1, []));
  talk.close();
  assert.deepEqual(talk.told, [
    'keep-alive 265: link -1+0; ok',
    'connect 256: link -1+0; refused 1281',
    'keep-alive 265: link -1+0; ok',
    'keep-alive 258: link -1+0; unanswered',
    'other 263: link -1+0; unanswered',
  ]);
  assert.deepEqual(talk.listener.rules, ['link-function-unassigned']);
  assert.equal(talk.operations[2]?.requestFrame, 0, 'the outstation is not a client');
});

test('acknowledged user data is user data, and its acknowledgement nothing of its own', () => {
  const talk = new Talk();
  const data = [0xc0, ...request(0, '0e')];
  talk.frame(true, linkFrame(0xf3, 10, 1, data)).frame(false, linkFrame(0x00, 1, 10, []));
  talk.answer(response(0, '34020701 8813'));
  assert.deepEqual(talk.told, ['restart 14:  -1+0 = 5000; ok']);
});

test('several frames of one datagram are all read', () => {
  const talk = new Talk();
  talk.frame(
    false,
    [
      ...segmentFrames(false, unsolicited(0, '0201 28 0100 0500 81')),
      ...segmentFrames(false, unsolicited(1, '0201 28 0100 0600 01')),
    ].flat(),
  );
  assert.deepEqual(talk.told, ['report 130: binary input 5+1 = 1; ok', 'report 130: binary input 6+1 = 0; ok']);
});
