// Parts of a Logix program on their way: by the object they are of, byte for byte, whole where the status says so.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Talk, answer, le32, request, unconnected } from './example-frames.ts';

const ROUTINE = '2068 2402 206D 2405';
const NEW_ROUTINE = '2068 2402 206D 2400';

function told(talk: Talk): unknown[] {
  return talk.listener.transfers.map(({ phase, carrier, name, offset, bytes, isComplete }) =>
    phase === 'piece' ? [offset, Buffer.from(bytes).toString('hex')] : [phase, carrier, name, isComplete],
  );
}

function read(talk: Talk, data: string, status: number): void {
  talk.ask(unconnected(request(0x4c, ROUTINE, '00')));
  talk.reply(unconnected(answer(0x4c, data, status)));
}

test('a routine that is read in pieces is one transfer, whole with the status that says that there is no more', () => {
  const talk = new Talk();
  read(talk, '010203', 6);
  read(talk, '0405', 0);
  const name = 'read routine: logix routine of a program 5 (2)';
  assert.deepEqual(told(talk), [
    ['begun', 'logix upload', name, false],
    [0, '010203'],
    [3, '0405'],
    ['ended', 'logix upload', name, true],
  ]);
});

test('a piece behind a loss has no place, and the routine is not whole', () => {
  const talk = new Talk();
  read(talk, '010203', 6);
  talk.decoder.gap(talk.context.flow, false, talk.context);
  read(talk, '0405', 6);
  read(talk, '06', 0);
  const [, piece, ended, ...more] = told(talk);
  assert.deepEqual([piece, more], [[0, '010203'], []]);
  assert.deepEqual((ended as unknown[])[3], false);
});

test('a routine that is created is a transfer to the controller, named by the number that the answer gives', () => {
  const talk = new Talk();
  talk.ask(unconnected(request(0x08, NEW_ROUTINE, 'AABBCC')));
  assert.deepEqual(told(talk), []);
  talk.reply(unconnected(answer(0x08, le32(7))));
  const name = 'create routine: logix routine of a program 7 (2)';
  assert.deepEqual(told(talk), [
    ['begun', 'logix download', name, false],
    [0, 'aabbcc'],
    ['ended', 'logix download', name, true],
  ]);
});

test('what the controller refuses is no transfer', () => {
  const talk = new Talk();
  talk.ask(unconnected(request(0x08, NEW_ROUTINE, 'AABBCC')));
  talk.reply(unconnected(answer(0x08, '', 8)));
  assert.deepEqual(told(talk), []);
});
