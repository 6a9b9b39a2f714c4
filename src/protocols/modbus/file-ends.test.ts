// Where written file records end: the function does not say, so what else is said decides.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Talk, tcpFrame } from './example-frames.ts';
import { modbus } from './index.ts';

/** Records 0 to 2 of file 4 are written, with two requests. */
function written(): Talk {
  const talk = new Talk(modbus);
  for (const [id, message] of ['15 0B 06 0004 0000 0002 AAAA BBBB', '15 09 06 0004 0002 0001 CCCC'].entries()) {
    talk.request(tcpFrame(id, 1, message));
    talk.answer(tcpFrame(id, 1, message));
  }
  return talk;
}

function end(talk: Talk): readonly unknown[] {
  const ended = talk.listener.transfers.filter(({ phase }) => phase === 'ended');
  return ended.map(({ direction, isComplete, ending, size }) => [direction, isComplete, ending, size]);
}

test('a restart of communications ends it', () => {
  const talk = written();
  talk.request(tcpFrame(9, 2, '08 0001 0000'));
  assert.deepEqual(end(talk), [], 'another unit restarts');
  talk.request(tcpFrame(10, 1, '08 0001 0000'));
  assert.deepEqual(end(talk), [['to-server', false, 'restart', 6]]);
});

test('reading it back ends it', () => {
  const talk = written();
  talk.request(tcpFrame(9, 1, '14 07 06 0004 0000 0003'));
  talk.answer(tcpFrame(9, 1, '14 08 07 06 AAAA BBBB CCCC'));
  assert.deepEqual(end(talk), [['to-server', false, 'read-back', 6]]);
});

test('writing its beginning again ends it, but sending the same records again does not', () => {
  const again = written();
  again.request(tcpFrame(9, 1, '15 09 06 0004 0000 0001 DDDD'));
  assert.deepEqual(end(again), [['to-server', false, 'begun-anew', 6]]);
  const retry = new Talk(modbus);
  retry.request(tcpFrame(1, 1, '15 09 06 0004 0000 0001 DDDD'));
  retry.request(tcpFrame(2, 1, '15 09 06 0004 0000 0001 DDDD'));
  assert.deepEqual(end(retry), []);
});

test('the end of the conversation ends it', () => {
  const talk = written();
  talk.close();
  assert.deepEqual(end(talk), [['to-server', false, 'closed', 6]]);
});
