// Select and operate, direct operate, statuses of commands, and what disabling unsolicited responses means.
import assert from 'node:assert/strict';
import test from 'node:test';
import { le, request, response, Talk, unsolicited } from './example-frames.ts';

const SELECT = '03';
const OPERATE = '04';
const DIRECT = '05';

/** A control relay output block for one point, with its index before it. */
function crob(index: number, code: number, status = 0): string {
  return `0c01 17 01 ${le(index, 1)} ${le(code, 1)} 01 64000000 64000000 ${le(status, 1)}`;
}

function analog(index: number, value: number, status = 0): string {
  return `2902 28 0100 ${le(index, 2)} ${le(value, 2)} ${le(status, 1)}`;
}

/** A request and the response that repeats its objects. */
function both(
  talk: Talk,
  sequence: number,
  code: string,
  objects: string,
  answer = objects,
  indications = '0000',
): Talk {
  return talk.ask(request(sequence, code + objects)).answer(response(sequence, answer, indications));
}

test('a select and its operate are two operations with the state that is commanded', () => {
  const talk = both(both(new Talk(), 2, SELECT, crob(3, 0x41)), 3, OPERATE, crob(3, 0x41));
  assert.deepEqual(talk.told, ['select 3: binary output 3+1 = 1; ok', 'operate 4: binary output 3+1 = 1; ok']);
  assert.deepEqual(talk.listener.rules, []);
});

test('every control code asks for a state, or for none', () => {
  for (const [code, state] of [
    [0x01, ' = 1'],
    [0x02, ' = 0'],
    [0x03, ' = 1'],
    [0x04, ' = 0'],
    [0x41, ' = 1'],
    [0x81, ' = 0'],
    [0x00, ''],
  ] as const) {
    const talk = both(new Talk(), 0, DIRECT, crob(9, code));
    assert.deepEqual(talk.told, [`operate 5: binary output 9+1${state}; ok`], `code ${code}`);
  }
});

test('analog outputs have the value that is commanded', () => {
  const talk = both(new Talk(), 0, DIRECT, analog(300, 1200));
  both(talk, 1, DIRECT, '2903 17 01 04 0000c03f 00');
  both(talk, 2, DIRECT, '2901 17 01 04 feffffff 00');
  both(talk, 3, DIRECT, '2904 17 01 04 000000000000f8bf 00');
  assert.deepEqual(talk.told, [
    'operate 5: analog output 300+1 = 1200; ok',
    'operate 5: analog output 4+1 = 1.5; ok',
    'operate 5: analog output 4+1 = -2; ok',
    'operate 5: analog output 4+1 = -1.5; ok',
  ]);
});

test('each command of a message has the status it was answered with', () => {
  const objects = (first: number, second: number): string =>
    `0c01 17 03 01 03 01 00000000 00000000 00 02 03 01 00000000 00000000 ${le(first, 1)} 07 04 01 00000000 00000000 ${le(second, 1)}`;
  const talk = both(new Talk(), 0, DIRECT, objects(0, 0), objects(0, 4));
  both(talk, 1, DIRECT, objects(0, 0), objects(6, 0));
  both(talk, 2, DIRECT, crob(1, 3) + analog(7, 5), crob(1, 3) + analog(7, 5, 12));
  assert.deepEqual(talk.told, [
    'operate 5: binary output 1+2 = 1,1; ok',
    'operate 5: binary output 7+1 = 0; refused 4',
    'operate 5: binary output 1+2 = 1,1; refused 6',
    'operate 5: binary output 7+1 = 0; ok',
    'operate 5: binary output 1+1 = 1; ok',
    'operate 5: analog output 7+1 = 5; refused 12',
  ]);
});

test('internal indications refuse a command without a status', () => {
  const talk = both(new Talk(), 0, DIRECT, crob(1, 3), '', '0004');
  assert.deepEqual(talk.told, ['operate 5: binary output 1+1 = 1; refused 260']);
});

test('an operate that no select came before breaks the rule', () => {
  assert.deepEqual(both(new Talk(), 0, OPERATE, crob(1, 3)).listener.rules, ['operate-without-select']);
});

test('an operate of another point or value, or one that does not come next, breaks a rule', () => {
  const rules = (sequence: number, objects: string): string[] =>
    both(both(new Talk(), 2, SELECT, crob(3, 0x41)), sequence, OPERATE, objects).listener.rules;
  assert.deepEqual(rules(3, crob(3, 0x41)), []);
  assert.deepEqual(rules(3, crob(4, 0x41)), ['operate-differs-from-select']);
  assert.deepEqual(rules(3, crob(3, 0x81)), ['operate-differs-from-select']);
  assert.deepEqual(rules(3, crob(3, 0x41) + crob(4, 0x41)), ['operate-differs-from-select']);
  assert.deepEqual(rules(4, crob(3, 0x41)), ['operate-out-of-sequence']);
});

test('a selection is used once, but an operate may be sent again', () => {
  const talk = both(both(new Talk(), 2, SELECT, crob(3, 3)), 3, OPERATE, crob(3, 3));
  both(talk, 3, OPERATE, crob(3, 3));
  assert.deepEqual(talk.listener.rules, []);
  both(talk, 5, OPERATE, crob(3, 3));
  assert.deepEqual(talk.listener.rules, ['operate-out-of-sequence']);
  both(talk, 6, OPERATE, crob(3, 3));
  assert.deepEqual(talk.listener.rules, ['operate-out-of-sequence', 'operate-without-select']);
});

test('a select that was refused selects nothing', () => {
  const talk = both(new Talk(), 2, SELECT, crob(3, 3), crob(3, 3, 4));
  both(talk, 3, OPERATE, crob(3, 3), crob(3, 3, 2));
  assert.deepEqual(talk.listener.rules, ['operate-without-select']);
  assert.deepEqual(talk.told, [
    'select 3: binary output 3+1 = 1; refused 4',
    'operate 4: binary output 3+1 = 1; refused 2',
  ]);
});

test('where something the master said was lost, the select may have been', () => {
  const talk = both(new Talk(), 0, '01', '3c0106', '');
  talk.decoder.gap(1, false, talk.context);
  both(talk, 1, OPERATE, crob(3, 3));
  assert.deepEqual(talk.listener.rules, ['operate-without-select']);
  talk.decoder.gap(1, true, talk.context);
  both(talk, 2, OPERATE, crob(3, 3));
  assert.deepEqual(talk.listener.rules, ['operate-without-select']);
});

test('the pairs of several outstations are kept apart', () => {
  const talk = new Talk();
  for (const outstation of [10, 11]) {
    talk.outstation = outstation;
    both(talk, 2, SELECT, crob(outstation, 3));
  }
  for (const outstation of [10, 11]) {
    talk.outstation = outstation;
    both(talk, 3, OPERATE, crob(outstation, 3));
  }
  assert.deepEqual(talk.listener.rules, []);
});

const DISABLE = request(1, '15 3c0206 3c0306 3c0406');
const ENABLE = request(3, '14 3c0206 3c0306 3c0406');
const POLL = request(2, '01 3c0206 3c0306 3c0406 3c0106');

function disables(talk: Talk): string[] {
  return talk.operations.filter(({ function: code }) => code === 21).map(({ verb, outcome }) => `${verb} ${outcome}`);
}

test('a disable that a poll or an enable follows is part of a start-up, and told when that is known', () => {
  for (const next of [POLL, ENABLE]) {
    const talk = new Talk().ask(DISABLE).answer(response(1, ''));
    assert.deepEqual(disables(talk), []);
    talk.ask(next);
    assert.deepEqual(disables(talk), ['configure ok']);
    assert.deepEqual([talk.operations[0]?.requestFrame, talk.operations[0]?.answerFrame], [1, 2]);
    talk.close();
    assert.deepEqual(disables(talk), ['configure ok']);
  }
});

test('a master may poll before it disables and enables', () => {
  const talk = new Talk().ask(POLL).answer(response(2, '')).ask(DISABLE).answer(response(1, '')).ask(ENABLE);
  assert.deepEqual(disables(talk), ['configure ok']);
});

test('a disable of an outstation that told of a restart is part of a start-up', () => {
  const before = new Talk()
    .ask(POLL)
    .answer(response(2, ''))
    .answer(unsolicited(0, '', '8000'));
  assert.deepEqual(disables(before.ask(DISABLE).answer(response(1, '', '8000'))), ['configure ok']);
  const answered = new Talk().ask(DISABLE).answer(response(1, '', '8000'));
  assert.deepEqual(disables(answered), ['configure ok']);
});

test('a disable that nothing follows, or that comes in operation, suppresses alarms', () => {
  assert.deepEqual(disables(new Talk().ask(DISABLE).answer(response(1, '')).wait(31_000_000)), ['suppress-alarm ok']);
  assert.deepEqual(disables(new Talk().ask(DISABLE).answer(response(1, '')).close()), ['suppress-alarm ok']);
  assert.deepEqual(disables(new Talk().ask(DISABLE).close()), ['suppress-alarm unanswered']);
  assert.deepEqual(
    disables(
      new Talk()
        .ask(DISABLE)
        .answer(response(1, '', '0001'))
        .close(),
    ),
    ['suppress-alarm refused'],
  );
  const operating = new Talk().ask(POLL).answer(response(2, '')).wait(31_000_000).ask(DISABLE).answer(response(1, ''));
  assert.deepEqual(disables(operating), ['suppress-alarm ok'], 'at once');
  const polled = new Talk().ask(POLL).answer(response(2, '')).ask(DISABLE).answer(response(1, ''));
  assert.deepEqual(disables(polled.ask(POLL)), []);
  assert.deepEqual(disables(polled.close()), ['suppress-alarm ok']);
});

test('a disable that is not answered before the start-up goes on is part of it too', () => {
  const talk = new Talk().ask(DISABLE).ask(POLL).answer(response(2, '')).wait(31_000_000);
  assert.deepEqual(disables(talk), ['configure unanswered']);
});

test('a read of single points is no start-up', () => {
  const talk = new Talk().ask(DISABLE).answer(response(1, '')).ask(request(2, '01 1e00 00 00 00')).close();
  assert.deepEqual(disables(talk), ['suppress-alarm ok']);
});

test('the time is set as asked for where the outstation asked for it', () => {
  const write = (sequence: number): Uint8Array => request(sequence, `02 3201 07 01 ${le(1_700_000_000_000, 6)}`);
  const talk = new Talk()
    .answer(unsolicited(0, '', '1000'))
    .ask(write(0))
    .answer(response(0, ''));
  talk.ask(write(1)).answer(response(1, ''));
  assert.deepEqual(
    talk.operations.filter(({ function: code }) => code === 2).map(({ verb, values }) => [verb, ...values]),
    [
      ['configure', 1_700_000_000_000],
      ['set-time', 1_700_000_000_000],
    ],
  );
});
