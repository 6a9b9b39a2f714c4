// File services: what is asked becomes operations, segments become transfers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Talk, addressHex, asduHex } from './example-frames.ts';
import { codeName } from './messages.ts';
import { Space } from './types.ts';

const PLACE = `${addressHex(30000)}0200`;
const FILE = 13;

/** The controlling station reads a file of one section and two segments, `01020304 0506`. */
function read(talk: Talk): Talk {
  return talk
    .order(asduHex(122, FILE, `${PLACE}00 01`))
    .tell(asduHex(120, FILE, `${PLACE}060000 00`))
    .order(asduHex(122, FILE, `${PLACE}00 02`))
    .tell(asduHex(121, FILE, `${PLACE}01 060000 00`))
    .order(asduHex(122, FILE, `${PLACE}01 06`))
    .tell(asduHex(125, FILE, `${PLACE}01 04 01020304`))
    .tell(asduHex(125, FILE, `${PLACE}01 02 0506`))
    .tell(asduHex(123, FILE, `${PLACE}01 03 15`))
    .order(asduHex(124, FILE, `${PLACE}01 03`))
    .tell(asduHex(123, FILE, `${PLACE}01 01 15`))
    .order(asduHex(124, FILE, `${PLACE}00 01`));
}

test('a file that is read is a transfer to the client, complete where all of it was seen', () => {
  const talk = read(new Talk());
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, offset, size, isComplete, direction, name }) => [
      phase,
      offset,
      size,
      isComplete,
      direction,
      name,
    ]),
    [
      ['begun', -1, 0, false, 'to-client', 'file 2 of object 30000'],
      ['piece', 0, 0, false, 'to-client', 'file 2 of object 30000'],
      ['piece', 4, 0, false, 'to-client', 'file 2 of object 30000'],
      ['ended', -1, 6, true, 'to-client', 'file 2 of object 30000'],
    ],
  );
  const pieces = talk.listener.transfers.filter(({ phase }) => phase === 'piece');
  assert.deepEqual(
    pieces.map(({ bytes }) => [...bytes]),
    [
      [1, 2, 3, 4],
      [5, 6],
    ],
  );
  assert.deepEqual(
    talk.listener.operations.map(({ verb, first, space, outcome, requestFrame, answerFrame }) => [
      verb,
      first,
      space,
      outcome,
      requestFrame,
      answerFrame,
    ]),
    [
      ['file-read', 30000, Space.file, 'ok', 1, 2],
      ['file-read', 30000, Space.file, 'ok', 3, 4],
      ['file-read', 30000, Space.file, 'ok', 5, 6],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('with a loss in between the file is not complete, and its checksum proves nothing', () => {
  const talk = new Talk()
    .tell(asduHex(120, FILE, `${PLACE}060000 00`))
    .tell(asduHex(121, FILE, `${PLACE}01 060000 00`))
    .tell(asduHex(125, FILE, `${PLACE}01 04 01020304`));
  talk.decoder.gap(1, false, talk.context);
  talk.tell(asduHex(123, FILE, `${PLACE}01 03 15`)).tell(asduHex(123, FILE, `${PLACE}01 01 15`));
  const ended = talk.listener.transfers.at(-1);
  assert.deepEqual([ended?.phase, ended?.size, ended?.isComplete], ['ended', 4, false]);
  assert.deepEqual(talk.listener.rules, []);
});

test('a section that is sent again replaces what came of it', () => {
  const talk = new Talk()
    .tell(asduHex(120, FILE, `${PLACE}020000 00`))
    .tell(asduHex(121, FILE, `${PLACE}01 020000 00`))
    .tell(asduHex(125, FILE, `${PLACE}01 02 0908`))
    .tell(asduHex(121, FILE, `${PLACE}01 020000 00`))
    .tell(asduHex(125, FILE, `${PLACE}01 02 0102`))
    .tell(asduHex(123, FILE, `${PLACE}01 03 03`))
    .tell(asduHex(123, FILE, `${PLACE}01 01 03`));
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, offset, isComplete }) => [phase, offset, isComplete]),
    [
      ['begun', -1, false],
      ['piece', 0, false],
      ['piece', 0, false],
      ['ended', -1, true],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('a file that the controlling station writes is announced, called, and sent to the server', () => {
  const talk = new Talk()
    .order(asduHex(120, FILE, `${PLACE}020000 00`))
    .tell(asduHex(122, FILE, `${PLACE}00 02`))
    .order(asduHex(121, FILE, `${PLACE}01 020000 00`))
    .tell(asduHex(122, FILE, `${PLACE}01 06`))
    .order(asduHex(125, FILE, `${PLACE}01 02 0102`))
    .order(asduHex(123, FILE, `${PLACE}01 03 03`))
    .tell(asduHex(124, FILE, `${PLACE}01 03`))
    .order(asduHex(123, FILE, `${PLACE}01 01 03`))
    .tell(asduHex(124, FILE, `${PLACE}00 01`));
  assert.deepEqual(
    talk.listener.operations.map(({ verb, outcome, client }) => [verb, outcome, client]),
    [['file-write', 'ok', 10]],
  );
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, direction, isComplete }) => [phase, direction, isComplete]),
    [
      ['begun', 'to-server', false],
      ['piece', 'to-server', false],
      ['ended', 'to-server', true],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('a write that the station refuses has its error', () => {
  const talk = new Talk().order(asduHex(120, FILE, `${PLACE}020000 00`)).tell(asduHex(122, FILE, `${PLACE}00 12`));
  assert.deepEqual([talk.last.outcome, codeName(talk.last.code)], ['refused', 'requested memory space not available']);
});

test('a file that is not there is refused', () => {
  const notReady = new Talk().order(asduHex(122, FILE, `${PLACE}00 01`)).tell(asduHex(120, FILE, `${PLACE}000000 80`));
  assert.deepEqual([notReady.last.outcome, codeName(notReady.last.code)], ['refused', 'negative file acknowledge']);
  const unknown = new Talk()
    .order(asduHex(122, FILE, `${PLACE}00 01`))
    .tell(asduHex(122, 47, `${PLACE}00 01`, { isNegative: true }));
  assert.deepEqual([unknown.last.outcome, unknown.last.code], ['refused', 47]);
  assert.deepEqual([...notReady.listener.transfers, ...unknown.listener.transfers], []);
});

test('a directory that was called for is one operation with as many objects as it lists', () => {
  const entry = (address: number): string => `0200 640000 00 FC53250D0A071A`.replace(/^/, addressHex(address));
  const talk = new Talk()
    .order(asduHex(122, 5, `${addressHex(0)}0000 00 00`))
    .tell(asduHex(126, 5, `${entry(30000)}${entry(30001)}`, { count: 2 }));
  assert.deepEqual(
    [talk.last.verb, talk.last.first, talk.last.count, talk.last.requestFrame, talk.last.answerFrame],
    ['enumerate', 30000, 2, 1, 2],
  );
  talk.tell(asduHex(126, 3, entry(30002)));
  assert.deepEqual([talk.last.verb, talk.last.first, talk.last.requestFrame], ['report', 30002, 0]);
  assert.deepEqual(talk.listener.rules, []);
});

test('deleting, cancelling and asking for a log are operations', () => {
  const talk = new Talk()
    .order(asduHex(122, FILE, `${PLACE}00 04`))
    .order(asduHex(122, FILE, `${PLACE}00 03`))
    .order(asduHex(127, FILE, `${PLACE} FC53250D0A071A FC53250D0A071A`))
    .close();
  assert.deepEqual(
    talk.listener.operations.map(({ verb }) => verb),
    ['delete', 'cancel', 'file-read'],
  );
});

test('a transfer that stops ends after a minute, and with its conversation', () => {
  const stopped = new Talk().tell(asduHex(125, FILE, `${PLACE}01 02 0102`)).wait(61_000_000);
  stopped.decoder.tick(stopped.context.timeUs, stopped.context);
  const closed = new Talk().tell(asduHex(125, FILE, `${PLACE}01 02 0102`)).close();
  for (const talk of [stopped, closed]) {
    const ended = talk.listener.transfers.at(-1);
    assert.deepEqual([ended?.phase, ended?.isComplete, ended?.size], ['ended', false, 2]);
  }
});

test('open transfers are bounded: the oldest ends', () => {
  const talk = new Talk();
  for (let address = 1; address <= 300; address++) {
    talk.tell(asduHex(125, FILE, `${addressHex(address)}0100 01 01 FF`));
  }
  const ended = talk.listener.transfers.filter(({ phase }) => phase === 'ended');
  assert.equal(ended.length, 300 - 256);
  assert.equal(ended[0]?.name, 'file 1 of object 1');
});

/** A file of two sections of eight and six bytes, up to the frame before those of `lost`. */
function started(): Talk {
  return new Talk()
    .tell(asduHex(120, FILE, `${PLACE}0E0000 00`))
    .tell(asduHex(121, FILE, `${PLACE}01 080000 00`))
    .tell(asduHex(125, FILE, `${PLACE}01 02 0102`));
}

function piecesOf(talk: Talk): unknown[] {
  return talk.listener.transfers
    .filter(({ phase }) => phase === 'piece')
    .map(({ offset, bytes }) => [offset, [...bytes]]);
}

test('a segment behind lost ones stands where it belongs', () => {
  const talk = started()
    .lost(asduHex(125, FILE, `${PLACE}01 02 0304`), asduHex(125, FILE, `${PLACE}01 02 0506`))
    .tell(asduHex(125, FILE, `${PLACE}01 02 0708`))
    .close();
  assert.deepEqual(piecesOf(talk), [
    [0, [1, 2]],
    [6, [7, 8]],
  ]);
  assert.equal(talk.listener.transfers.at(-1)?.isComplete, false);
});

test('where the lost frames were no segments, the rest of the section has no place', () => {
  const talk = started()
    .lost(asduHex(30, 3, '64000001FC53250D0A071A'))
    .tell(asduHex(125, FILE, `${PLACE}01 02 0304`))
    .tell(asduHex(121, FILE, `${PLACE}02 060000 00`))
    .tell(asduHex(125, FILE, `${PLACE}02 02 0A0B`))
    .close();
  assert.deepEqual(piecesOf(talk), [
    [0, [1, 2]],
    [8, [10, 11]],
  ]);
});

test('a section whose announcement was lost is not told before the next one', () => {
  const talk = started()
    .lost(asduHex(121, FILE, `${PLACE}02 060000 00`))
    .tell(asduHex(125, FILE, `${PLACE}02 02 0A0B`))
    .close();
  assert.deepEqual(piecesOf(talk), [[0, [1, 2]]]);
});

test('lost acknowledgements cost nothing', () => {
  const talk = started();
  talk.decoder.gap(1, true, talk.context);
  talk
    .tell(asduHex(125, FILE, `${PLACE}01 06 030405060708`))
    .tell(asduHex(121, FILE, `${PLACE}02 060000 00`))
    .tell(asduHex(125, FILE, `${PLACE}02 06 0102 03040506`))
    .tell(asduHex(123, FILE, `${PLACE}02 01 39`));
  assert.deepEqual([talk.listener.transfers.at(-1)?.isComplete, talk.listener.rules], [true, []]);
});
