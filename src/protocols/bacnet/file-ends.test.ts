// Where a written file ends: the service does not say, so what else is said decides.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Talk, objectId, request, unicast, complexAck, simpleAck } from './example-frames.ts';

const FILE = objectId(10, 2);

/** File 2 is written: five octets in two pieces. */
function written(): Talk {
  const talk = new Talk();
  talk.client(unicast(request(1, 7, `C4${FILE} 0E 3100 63 010203 0F`)));
  talk.server(unicast(complexAck(1, 7, '09 00')));
  talk.client(unicast(request(2, 7, `C4${FILE} 0E 3103 62 0405 0F`)));
  talk.server(unicast(complexAck(2, 7, '09 03')));
  return talk;
}

function sizeIsRead(talk: Talk, size: string): void {
  talk.client(unicast(request(3, 12, `0C${FILE} 192A`)));
  talk.server(unicast(complexAck(3, 12, `0C${FILE} 192A 3E 21${size} 3F`)));
}

function sizeIsSet(talk: Talk, size: string, invokeId = 4): void {
  talk.client(unicast(request(invokeId, 15, `0C${FILE} 192A 3E 21${size} 3F`)));
  talk.server(unicast(simpleAck(invokeId, 15)));
}

function end(talk: Talk): readonly unknown[] {
  const ended = talk.listener.transfers.filter(({ phase }) => phase === 'ended');
  return ended.map(({ isComplete, ending, size }) => [isComplete, ending, size]);
}

test('a file that is as long as its File_Size afterwards is whole', () => {
  const talk = written();
  sizeIsRead(talk, '05');
  assert.deepEqual(end(talk), [], 'it may go on');
  talk.close();
  assert.deepEqual(end(talk), [[true, 'size', 5]]);
});

test('a size that is asked for after each piece ends nothing before the last one', () => {
  const talk = written();
  sizeIsRead(talk, '05');
  talk.client(unicast(request(7, 7, `C4${FILE} 0E 3105 61 06 0F`)));
  talk.client(unicast(request(20, 20, '09 01')));
  assert.deepEqual(end(talk), [[false, 'restart', 6]]);
});

test('one that is shorter than its File_Size is not', () => {
  const talk = written();
  sizeIsRead(talk, '09');
  talk.close();
  assert.deepEqual(end(talk), [[false, 'closed', 5]]);
});

test('a size that the client sets before it writes tells the end; the size that was read before does not', () => {
  const talk = new Talk();
  sizeIsSet(talk, '03');
  talk.client(unicast(request(1, 7, `C4${FILE} 0E 3100 63 010203 0F`)));
  assert.deepEqual(end(talk), [[true, 'size', 3]]);
  const old = new Talk();
  sizeIsRead(old, '03');
  old.client(unicast(request(1, 7, `C4${FILE} 0E 3100 63 010203 0F`)));
  assert.deepEqual(end(old), []);
});

test('a restart, a read-back, a new beginning and a minute of silence end it, and it is not said to be whole', () => {
  const restarted = written();
  restarted.client(unicast(request(5, 20, '09 01')));
  assert.deepEqual(end(restarted), [[false, 'restart', 5]]);
  const readBack = written();
  readBack.client(unicast(request(5, 6, `C4${FILE} 0E 3100 2103 0F`)));
  readBack.server(unicast(complexAck(5, 6, '10 0E 3100 63 010203 0F')));
  assert.deepEqual(end(readBack), [[false, 'read-back', 5]]);
  const again = written();
  again.client(unicast(request(6, 7, `C4${FILE} 0E 3100 63 010203 0F`)));
  assert.deepEqual(end(again), [[false, 'begun-anew', 5]]);
  const silent = written();
  silent.wait(61);
  assert.deepEqual(end(silent), [[false, 'silence', 5]]);
});
