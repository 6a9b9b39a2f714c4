// Who asks, what is answered, what pairs with what.
import assert from 'node:assert/strict';
import test from 'node:test';
import { request, response, Talk, unsolicited } from './example-frames.ts';

const CLASSES = '3c0206 3c0306 3c0406';

test('a read is one operation for each run of its answer', () => {
  const talk = new Talk().ask(request(3, `01 ${CLASSES} 3c0106`));
  assert.equal(talk.operations.length, 0);
  talk.answer(response(3, '0102 00 00 01 8101 1e04 00 04 05 0700 0800'));
  assert.deepEqual(talk.told, ['read 1: binary input 0+2 = 1,0; ok', 'read 1: analog input 4+2 = 7,8; ok']);
  const [operation] = talk.operations;
  assert.deepEqual([operation?.unit, operation?.subfunction, operation?.client, operation?.server], [10, 60, 100, 200]);
  assert.deepEqual([operation?.requestFrame, operation?.answerFrame, operation?.elapsedUs], [1, 2, 1000]);
  talk.close();
  assert.equal(talk.operations.length, 2);
});

test('a read without news, and one that is refused, say what was asked for', () => {
  const talk = new Talk().ask(request(0, `01 ${CLASSES}`)).answer(response(0, ''));
  talk.ask(request(1, '01 1e0000 05 09')).answer(response(1, '', '0002'));
  talk.ask(request(2, '01 3c0106 3c0206')).close();
  assert.deepEqual(talk.told, [
    'read 1: class 1+3; ok',
    'read 1: analog input 5+5; refused 258',
    'read 1: class 0+2; unanswered',
  ]);
});

test('a response in several fragments answers the one request', () => {
  const talk = new Talk().ask(request(15, '01 3c0106'));
  talk.answer(response(15, '1e04 00 00 00 0700', '0000', 0xa0)).ask(request(15, '00'));
  talk.answer(response(0, '1e04 00 01 01 0800', '0000', 0x20)).ask(request(0, '00'));
  talk.answer(response(1, '1e04 00 02 02 0900', '0000', 0x60)).ask(request(1, '00'));
  const reads = talk.operations.filter(({ verb }) => verb === 'read');
  assert.deepEqual(
    reads.map(({ first, requestFrame, answerFrame, elapsedUs }) => [first, requestFrame, answerFrame, elapsedUs]),
    [
      [0, 1, 2, 1000],
      [1, 1, 4, 3000],
      [2, 1, 6, 5000],
    ],
  );
  talk.close();
  assert.deepEqual(talk.operations.filter(({ verb }) => verb === 'acknowledge').length, 3);
  assert.equal(talk.operations.length, 6);
  assert.deepEqual(talk.listener.rules, []);
});

test('a further fragment whose beginning was lost is told alone', () => {
  const talk = new Talk().answer(response(1, '1e04 00 02 02 0900', '0000', 0x40));
  assert.deepEqual(talk.told, ['read 129: analog input 2+1 = 9; ok']);
  assert.equal(talk.operations[0]?.requestFrame, 0);
});

test('an answer whose request was not seen tells what it alone knows', () => {
  const talk = new Talk().answer(response(5, '1e04 00 02 02 0900'));
  talk.answer(response(6, ''));
  talk.answer(response(7, '', '0001'));
  talk.answer(response(8, '0c01 17 01 03 03 01 00000000 00000000 00'));
  assert.deepEqual(talk.told, [
    'read 129: analog input 2+1 = 9; ok',
    'other 129:  -1+0; ok',
    'other 129:  -1+0; refused 257',
    'other 129: binary output 3+1 = 1; ok',
  ]);
  assert.ok(talk.operations.every(({ requestFrame, elapsedUs }) => requestFrame === 0 && elapsedUs === -1));
});

test('what an outstation tells unasked is a report, and the confirm no request that waits', () => {
  const talk = new Talk()
    .answer(unsolicited(4, '0201 28 0200 0500 81 0700 01'))
    .ask(request(4, '00').map((byte, at) => (at === 0 ? 0xd4 : byte)));
  talk.answer(unsolicited(5, '', '9000')).close();
  assert.deepEqual(talk.told, [
    'report 130: binary input 5+1 = 1; ok',
    'report 130: binary input 7+1 = 0; ok',
    'acknowledge 0:  -1+0; ok',
    'report 130:  -1+0; ok',
  ]);
  assert.deepEqual(talk.listener.rules, []);
  const [report] = talk.operations;
  assert.deepEqual([report?.client, report?.server, report?.requestFrame, report?.answerFrame], [100, 200, 0, 1]);
});

test('what is told with a common time is about the events behind it', () => {
  const talk = new Talk().answer(unsolicited(0, '3301 07 01 000000000000 0203 17 01 05 81 0100'));
  assert.deepEqual([talk.told, talk.operations[0]?.subfunction], [['report 130: binary input 5+1 = 1; ok'], 2]);
});

test('an unsolicited response in between does not answer the request', () => {
  const talk = new Talk().ask(request(4, '01 3c0106')).answer(unsolicited(4, '0201 28 0100 0500 81'));
  talk.answer(response(4, '0102 00 00 00 81'));
  assert.deepEqual(talk.told, ['report 130: binary input 5+1 = 1; ok', 'read 1: binary input 0+1 = 1; ok']);
});

test('where the outstation opened the connection the master is the client all the same', () => {
  const talk = new Talk();
  const swapped = (fromMaster: boolean, fragment: Uint8Array): void => {
    talk.context.client = 200;
    talk.context.server = 100;
    talk.say(fromMaster, fragment);
  };
  const say = talk.frame.bind(talk);
  talk.frame = (fromMaster, bytes) => say(!fromMaster, bytes);
  swapped(true, request(0, '0d'));
  swapped(false, response(0, ''));
  swapped(false, unsolicited(0, '0201 28 0100 0500 81'));
  assert.deepEqual(
    talk.operations.map(({ verb, client, server }) => [verb, client, server]),
    [
      ['restart', 100, 200],
      ['report', 100, 200],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('a function against the direction bit is reported, and the function believed', () => {
  const talk = new Talk().say(false, request(0, '0d'));
  assert.deepEqual(talk.listener.rules, ['direction-wrong']);
  talk.close();
  // The frame came from the outstation's side.
  assert.deepEqual(
    talk.operations.map(({ verb, client, unit }) => [verb, client, unit]),
    [['restart', 200, 1]],
  );
});

test('requests of one sequence are answered in their order', () => {
  const talk = new Talk();
  for (const first of ['00', '01', '02']) talk.ask(request(7, `01 1e04 00 ${first}${first}`));
  for (const first of ['00', '01', '02']) talk.answer(response(7, `1e04 00 ${first}${first} 0500`));
  assert.deepEqual(
    talk.operations.map(({ first, requestFrame, answerFrame }) => [first, requestFrame, answerFrame]),
    [
      [0, 1, 4],
      [1, 2, 5],
      [2, 3, 6],
    ],
  );
});

test('a lost answer does not shift those that follow', () => {
  const talk = new Talk();
  for (let index = 0; index < 32; index++) {
    talk.ask(request(index & 15, `01 1e04 00 ${(index + 16).toString(16)}${(index + 16).toString(16)}`));
    if (index !== 3)
      talk.answer(response(index & 15, `1e04 00 ${(index + 16).toString(16)}${(index + 16).toString(16)} 0500`));
  }
  const unanswered = talk.operations.filter(({ outcome }) => outcome === 'unanswered');
  assert.deepEqual(
    unanswered.map(({ first }) => first),
    [19],
  );
  assert.ok(talk.operations.every(({ outcome, elapsedUs }) => outcome === 'unanswered' || elapsedUs === 1000));
});

test('an old request of the same sequence is given up after some seconds, any after half a minute', () => {
  const talk = new Talk().ask(request(0, '01 3c0206')).wait(6_000_000).ask(request(0, '01 3c0106'));
  talk.answer(response(0, '1e04 00 00 00 0500'));
  talk.ask(request(1, '01 3c0206')).wait(31_000_000);
  assert.deepEqual(talk.told, [
    'read 1: class 1+1; unanswered',
    'read 1: analog input 0+1 = 5; ok',
    'read 1: class 1+1; unanswered',
  ]);
});

test('outstations and masters of one connection are told apart', () => {
  const talk = new Talk();
  for (const outstation of [10, 11]) {
    talk.outstation = outstation;
    talk.ask(request(0, '01 3c0106'));
  }
  for (const outstation of [11, 10]) {
    talk.outstation = outstation;
    talk.answer(response(0, '1e04 00 00 00 0500'));
  }
  assert.deepEqual(
    talk.operations.map(({ unit, requestFrame }) => [unit, requestFrame]),
    [
      [11, 2],
      [10, 1],
    ],
  );
});

test('a broadcast is told at once, and answered by nobody', () => {
  const talk = new Talk();
  talk.outstation = 0xffff;
  talk.ask(request(0, '0d'));
  assert.deepEqual(
    talk.operations.map(({ verb, unit, isBroadcast, outcome }) => [verb, unit, isBroadcast, outcome]),
    [['restart', 0xffff, true, 'unanswered']],
  );
});

test('every function has its verb', () => {
  const verbs = (text: string): string => {
    const talk = new Talk().ask(request(0, text)).answer(response(0, '')).close();
    return talk.operations.map(({ verb }) => verb).join(' ');
  };
  const cases: readonly (readonly [text: string, verb: string])[] = [
    ['01 0000 06', 'identify'],
    ['02 0a01 00 00 00 01', 'write'],
    ['02 2201 17 01 05 0a00', 'write'],
    ['02 5001 00 07 07 00', 'configure'],
    ['02 3201 07 01 000000000000', 'set-time'],
    ['02 00f5 00 00 00 01 01 41', 'configure'],
    ['07 1400 06', 'configure'],
    ['09 1400 06', 'configure'],
    ['0b 3202 07 01 00000000000000000000 1400 06', 'configure configure'],
    ['0d', 'restart'],
    ['0e', 'restart'],
    ['0f', 'restart'],
    ['10 5a01 5b 01 0300 414243', 'restart'],
    ['11 5a01 5b 01 0300 414243', 'start'],
    ['12 5a01 5b 01 0300 414243', 'stop'],
    ['13', 'store-program'],
    ['14 3c0206', 'configure'],
    ['16 3c0206 0100 06', 'configure configure'],
    ['17', 'diagnose'],
    ['18', 'other'],
    ['1f 4608 5b 01 0300 414243', 'program-download'],
  ];
  for (const [text, verb] of cases) assert.equal(verbs(text), verb, text);
});

test('requests that are not answered are told at once', () => {
  for (const text of [
    '06 0c01 17 01 03 03 01 00000000 00000000 00',
    '08 1400 06',
    '0a 1400 06',
    '0c 3202 07 01 00000000000000000000',
  ]) {
    const talk = new Talk().ask(request(0, text));
    assert.deepEqual(
      talk.operations.map(({ outcome }) => outcome),
      ['unanswered'],
      text,
    );
  }
});

test('a restart is answered with the time it takes', () => {
  const talk = new Talk().ask(request(0, '0d')).answer(response(0, '3401 07 01 1e00'));
  talk.ask(request(1, '17')).answer(response(1, '3402 07 01 0a00'));
  assert.deepEqual(talk.told, ['restart 13:  -1+0 = 30; ok', 'diagnose 23: time -1+1 = 10; ok']);
});

test('functions and flags that are not allowed are reported', () => {
  const rules = (fragment: Uint8Array, fromMaster = true): string[] =>
    new Talk().say(fromMaster, fragment).listener.rules;
  assert.deepEqual(rules(request(0, '22')), ['function-unassigned']);
  assert.deepEqual(rules(request(0, '70')), ['function-unassigned']);
  assert.deepEqual(rules(request(0, '0f')), ['function-obsolete']);
  assert.deepEqual(rules(request(0, '13')), ['function-obsolete']);
  assert.deepEqual(rules(Uint8Array.of(0x80, 1, 0x3c, 1, 6)), ['request-in-fragments']);
  assert.deepEqual(rules(Uint8Array.of(0xd0, 1, 0x3c, 1, 6)), ['unsolicited-flag-wrong']);
  assert.deepEqual(rules(Uint8Array.of(0xc0, 130, 0, 0), false), ['unsolicited-flag-wrong']);
  assert.deepEqual(rules(Uint8Array.of(0xc0)), ['fragment-too-short']);
  assert.deepEqual(rules(Uint8Array.of(0xc0, 129, 0), false), ['fragment-too-short']);
});

test('a response function that is none is told, and nothing of it is believed', () => {
  const fragment = response(0, '1e04 00 00 00 0500');
  fragment[1] = 0x84;
  const talk = new Talk().answer(fragment);
  assert.deepEqual(talk.told, ['other 132:  -1+0; ok']);
  assert.deepEqual(talk.listener.rules, ['function-unassigned']);
});

test('attributes of a device are claims, and so is its state', () => {
  const attribute = (variation: string, text: string): string =>
    `00${variation} 00 00 00 01 ${Buffer.from([text.length]).toString('hex')} ${Buffer.from(text).toString('hex')}`;
  const talk = new Talk().ask(request(0, '01 00fe 00 00 00'));
  talk.answer(
    response(
      0,
      attribute('fc', 'ACME') +
        attribute('fa', 'RTU-7') +
        attribute('f8', 'S123') +
        attribute('f2', '1.2.3') +
        attribute('f3', 'B') +
        attribute('f7', 'north') +
        '00f0 00 00 00 02 02 0008',
      '8000',
    ),
  );
  talk.ask(request(1, '02 5001 00 07 07 00')).answer(response(1, ''));
  assert.deepEqual(
    talk.listener.claims.map(({ attribute: name, value, host, unit }) => [name, value, host, unit]),
    [
      ['run-state', 'restarted', 200, 10],
      ['vendor', 'ACME', 200, 10],
      ['model', 'RTU-7', 200, 10],
      ['serial', 'S123', 200, 10],
      ['firmware', '1.2.3', 200, 10],
      ['hardware', 'B', 200, 10],
      ['name', 'north', 200, 10],
      ['run-state', 'running', 200, 10],
    ],
  );
  assert.equal(talk.told[0], 'identify 1: device attribute 252+1 = ACME; ok');
  assert.equal(talk.told[6], 'identify 1: device attribute 240+1 = 2048; ok');
});

test('conversations that use ever new addresses forget the oldest, and work on', () => {
  const talk = new Talk();
  for (let outstation = 100; outstation < 500; outstation++) {
    talk.outstation = outstation;
    talk.ask(request(0, '01 3c0106')).answer(response(0, '1e04 00 00 00 0500'));
  }
  assert.equal(talk.operations.length, 400);
  assert.ok(talk.operations.every(({ outcome, requestFrame }) => outcome === 'ok' && requestFrame > 0));
});
