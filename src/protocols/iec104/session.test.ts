// Conversations: commands and their confirmations, reads, clocks, control functions, roles.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Talk, addressHex, asduHex, iFrame, sFrame, uFrame } from './example-frames.ts';
import { codeName, functionName, spaceName } from './messages.ts';
import { Space } from './types.ts';

const SINGLE = 45;
const POINT = addressHex(1001);
/** 10 July 2026, 13:37:21.500, and a minute later. */
const TIME = 'FC53250D0A071A';
const TIME_LATER = 'FC53260D0A071A';
const TIME_TOMORROW = 'FC53250D0B071A';

test('a command is one operation with its confirmation; its termination is no second one', () => {
  const talk = new Talk()
    .order(asduHex(SINGLE, 6, `${POINT}01`))
    .tell(asduHex(SINGLE, 7, `${POINT}01`))
    .tell(asduHex(SINGLE, 10, `${POINT}01`))
    .close();
  assert.equal(talk.listener.operations.length, 1);
  const { verb, function: code, unit, space, first, count, values, outcome, requestFrame, answerFrame } = talk.last;
  assert.deepEqual(
    { verb, code, unit, space, first, count, values, outcome, requestFrame, answerFrame },
    {
      verb: 'operate',
      code: SINGLE,
      unit: 5,
      space: Space.singleCommand,
      first: 1001,
      count: 1,
      values: [1],
      outcome: 'ok',
      requestFrame: 1,
      answerFrame: 2,
    },
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('where something was lost a confirmation of another value belongs to no request that waits, and tells what it says', () => {
  const talk = new Talk()
    .order(asduHex(50, 6, `${POINT}0000484200`))
    .lost(asduHex(13, 3, `${POINT}0000803F00`))
    .tell(asduHex(50, 7, `${POINT}0000F04100`));
  const { values, outcome, requestFrame } = talk.last;
  assert.deepEqual({ values, outcome, requestFrame }, { values: [30], outcome: 'ok', requestFrame: 0 });
  assert.deepEqual(talk.listener.rules, []);
  talk.tell(asduHex(50, 7, `${POINT}0000484200`));
  assert.deepEqual([talk.last.values, talk.last.requestFrame], [[50], 1]);
});

/** Type, element to execute, element to select, verb, value, qualifier. */
const COMMANDS: readonly (readonly [number, string, string, string, number, number])[] = [
  [45, '05', '85', 'operate', 1, 1],
  [46, '06', '86', 'operate', 2, 1],
  [47, '01', '81', 'operate', 1, 0],
  [48, '004000', '004080', 'write', 16384, 0],
  [49, 'FFFF00', 'FFFF80', 'write', -1, 0],
  [50, '0000803F00', '0000803F80', 'write', 1, 0],
  [58, `01${TIME}`, `81${TIME}`, 'operate', 1, 0],
  [59, `02${TIME}`, `82${TIME}`, 'operate', 2, 0],
  [60, `02${TIME}`, `82${TIME}`, 'operate', 2, 0],
  [61, `010000${TIME}`, `010080${TIME}`, 'write', 1, 0],
  [62, `010000${TIME}`, `010080${TIME}`, 'write', 1, 0],
  [63, `0000804000${TIME}`, `0000804080${TIME}`, 'write', 4, 0],
];

test('every command has its verb, value and qualifier, whether it selects or executes, with a time and without', () => {
  for (const [type, execute, select, verb, value, qualifier] of COMMANDS) {
    const talk = new Talk()
      .order(asduHex(type, 6, POINT + select))
      .tell(asduHex(type, 7, POINT + select))
      .order(asduHex(type, 6, POINT + execute))
      .tell(asduHex(type, 7, POINT + execute))
      .order(asduHex(type, 8, POINT + execute))
      .tell(asduHex(type, 9, POINT + execute));
    assert.deepEqual(
      talk.listener.operations.map(({ verb, values, subfunction, outcome }) => [verb, values, subfunction, outcome]),
      [
        ['select', [value], qualifier, 'ok'],
        [verb, [value], qualifier, 'ok'],
        ['cancel', [value], qualifier, 'ok'],
      ],
      `type ${type}`,
    );
    assert.deepEqual(talk.listener.rules, [], `type ${type}`);
  }
});

test('a bitstring command is a write, without a select', () => {
  const talk = new Talk().order(asduHex(51, 6, `${POINT}FFFFFFFF`)).tell(asduHex(51, 7, `${POINT}FFFFFFFF`));
  assert.deepEqual([talk.last.verb, talk.last.values], ['write', [0xffffffff]]);
});

test('a negative confirmation refuses, with its cause', () => {
  const talk = new Talk()
    .order(asduHex(SINGLE, 6, `${POINT}01`))
    .tell(asduHex(SINGLE, 7, `${POINT}01`, { isNegative: true }));
  assert.deepEqual([talk.last.outcome, codeName(talk.last.code)], ['refused', 'negative activation confirmation']);
  for (const cause of [44, 45, 46, 47]) {
    const unknown = new Talk()
      .order(asduHex(SINGLE, 6, `${POINT}01`))
      .tell(asduHex(SINGLE, cause, `${POINT}01`, { isNegative: true }));
    assert.deepEqual([unknown.last.outcome, unknown.last.code, unknown.last.requestFrame], ['refused', cause, 1]);
    assert.match(codeName(cause), /^unknown /);
  }
});

test('a command without a confirmation is unanswered', () => {
  const talk = new Talk().order(asduHex(SINGLE, 6, `${POINT}01`)).wait(16_000_000);
  talk.decoder.tick(talk.context.timeUs, talk.context);
  assert.deepEqual([talk.last.outcome, talk.last.answerFrame], ['unanswered', 0]);
});

test('confirmations find the request of the same station, point, and value', () => {
  const talk = new Talk()
    .order(asduHex(SINGLE, 6, `${POINT}01`))
    .order(asduHex(SINGLE, 6, `${POINT}00`))
    .order(asduHex(SINGLE, 6, `${POINT}01`, { station: 6 }))
    .order(asduHex(SINGLE, 6, `${addressHex(1002)}01`))
    .tell(asduHex(SINGLE, 7, `${addressHex(1002)}01`))
    .tell(asduHex(SINGLE, 7, `${POINT}01`, { station: 6 }))
    .tell(asduHex(SINGLE, 7, `${POINT}00`))
    .tell(asduHex(SINGLE, 7, `${POINT}01`));
  assert.deepEqual(
    talk.listener.operations.map(({ requestFrame, answerFrame }) => [requestFrame, answerFrame]),
    [
      [4, 5],
      [3, 6],
      [2, 7],
      [1, 8],
    ],
  );
});

test('a confirmation whose command was not seen tells what it alone knows', () => {
  const talk = new Talk().tell(asduHex(SINGLE, 7, `${POINT}01`));
  const { verb, requestFrame, answerFrame, values, client, server, outcome } = talk.last;
  assert.deepEqual(
    { verb, requestFrame, answerFrame, values, client, server, outcome },
    { verb: 'operate', requestFrame: 0, answerFrame: 1, values: [1], client: 10, server: 20, outcome: 'ok' },
  );
});

test('a command marked as a test operates nothing', () => {
  const talk = new Talk()
    .order(asduHex(SINGLE, 6, `${POINT}01`, { isTest: true }))
    .tell(asduHex(SINGLE, 7, `${POINT}01`, { isTest: true }));
  assert.equal(talk.last.verb, 'diagnose');
  assert.deepEqual(talk.listener.rules, ['command-marked-as-test']);
});

test('an interrogation is a read, and what it brings are reports with its cause', () => {
  const talk = new Talk()
    .order(asduHex(100, 6, '00000014'))
    .tell(asduHex(100, 7, '00000014'))
    .tell(asduHex(1, 20, `${POINT}01`))
    .tell(asduHex(100, 10, '00000014'));
  assert.deepEqual(
    talk.listener.operations.map(
      ({ verb, function: code, subfunction }) => functionName(code, subfunction) + ` ${verb}`,
    ),
    ['C_IC_NA_1 interrogation: station read', 'M_SP_NA_1 single point: interrogated by station report'],
  );
});

test('reading counters is a read, freezing them is more', () => {
  const read = new Talk().order(asduHex(101, 6, '00000005')).tell(asduHex(101, 7, '00000005'));
  assert.equal(read.last.verb, 'read');
  const freeze = new Talk().order(asduHex(101, 6, '00000085')).tell(asduHex(101, 7, '00000085'));
  assert.equal(freeze.last.verb, 'operate');
  assert.match(functionName(101, freeze.last.subfunction), /all counters, freeze and reset$/);
});

test('a read command has the value of its answer, in the space of its class', () => {
  const talk = new Talk().order(asduHex(102, 5, POINT)).tell(asduHex(13, 5, `${POINT}0000803F00`));
  const { verb, function: code, space, first, values, requestFrame, answerFrame } = talk.last;
  assert.deepEqual(
    { verb, code, space, first, values, requestFrame, answerFrame },
    { verb: 'read', code: 102, space: Space.float, first: 1001, values: [1], requestFrame: 1, answerFrame: 2 },
  );
  const refused = new Talk().order(asduHex(102, 5, POINT)).tell(asduHex(102, 47, POINT, { isNegative: true }));
  assert.deepEqual([refused.last.outcome, refused.last.code, spaceName(refused.last.space)], ['refused', 47, 'point']);
  assert.deepEqual(refused.listener.rules, []);
});

test('keeping a clock is configuring it, moving it is setting the time', () => {
  const talk = new Talk();
  const sync = (time: string): string => {
    talk.order(asduHex(103, 6, `000000${time}`)).tell(asduHex(103, 7, `000000${time}`));
    return talk.last.verb;
  };
  assert.equal(sync(TIME), 'configure');
  talk.wait(60_000_000);
  assert.equal(sync(TIME_LATER), 'configure');
  talk.wait(60_000_000);
  assert.equal(sync(TIME_TOMORROW), 'set-time');
});

test('a station confirms a clock command with a time of its own', () => {
  const talk = new Talk().order(asduHex(103, 6, `000000${TIME}`)).tell(asduHex(103, 7, `000000${TIME_LATER}`));
  assert.deepEqual([talk.last.outcome, talk.last.values], ['ok', [0xfc, 0x53, 0x25, 13, 10, 7, 26]]);
  assert.deepEqual(talk.listener.rules, []);
});

test('resets, tests, delays and parameters have their verbs', () => {
  const cases: readonly (readonly [type: number, objects: string, verb: string])[] = [
    [104, '000000AA55', 'diagnose'],
    [105, '00000001', 'restart'],
    [106, '0000006400', 'diagnose'],
    [107, `0000000100${TIME}`, 'diagnose'],
    [110, `${POINT}010001`, 'configure'],
    [111, `${POINT}010003`, 'configure'],
    [112, `${POINT}0000803F04`, 'configure'],
    [113, `${POINT}03`, 'configure'],
  ];
  for (const [type, objects, verb] of cases) {
    const talk = new Talk().order(asduHex(type, 6, objects)).tell(asduHex(type, 7, objects));
    assert.deepEqual([talk.last.verb, talk.last.outcome], [verb, 'ok'], `type ${type}`);
    assert.deepEqual(talk.listener.rules, [], `type ${type}`);
  }
});

test('each kind of parameter of a point is a space of its own', () => {
  const names = [1, 2, 3, 4, 40].map((kind) => {
    const talk = new Talk().order(asduHex(111, 6, `${POINT}0100${Buffer.from([kind]).toString('hex')}`)).close();
    return spaceName(talk.last.space);
  });
  assert.deepEqual(names, [
    'scaled parameter threshold',
    'scaled parameter smoothing',
    'scaled parameter low limit',
    'scaled parameter high limit',
    'scaled parameter',
  ]);
});

test('a command to every station is answered by each of them', () => {
  const talk = new Talk()
    .order(asduHex(100, 6, '00000014', { station: 0xffff }))
    .tell(asduHex(100, 7, '00000014', { station: 5 }))
    .tell(asduHex(100, 7, '00000014', { station: 6 }))
    .close();
  assert.deepEqual(
    talk.listener.operations.map(({ unit, requestFrame, answerFrame, isBroadcast }) => [
      unit,
      requestFrame,
      answerFrame,
      isBroadcast,
    ]),
    [
      [5, 1, 2, false],
      [6, 1, 3, false],
    ],
  );
});

test('what must not go to every station is a broadcast that nobody confirms', () => {
  const talk = new Talk().order(asduHex(SINGLE, 6, `${POINT}01`, { station: 0xffff })).close();
  assert.deepEqual([talk.last.isBroadcast, talk.last.outcome, talk.last.unit], [true, 'unanswered', 0xffff]);
  const reset = new Talk().order(asduHex(105, 6, '00000001', { station: 0xffff })).close();
  assert.deepEqual([reset.last.isBroadcast, reset.last.outcome], [false, 'unanswered']);
});

test('end of initialisation is reported with its cause; private types are counted', () => {
  const talk = new Talk().tell(asduHex(70, 4, '00000002'));
  assert.deepEqual([talk.last.verb, talk.last.values, talk.last.first], ['report', [2], -1]);
  talk.order(asduHex(200, 6, '0102030405')).tell(asduHex(200, 7, '0102030405'));
  assert.deepEqual([talk.last.verb, talk.last.outcome, talk.last.requestFrame], ['other', 'ok', 2]);
  talk.tell(asduHex(81, 14, '0102030405'));
  assert.equal(talk.last.verb, 'authenticate');
  assert.deepEqual(talk.listener.rules, []);
});

test('start, stop and test of the transfer are operations of their own', () => {
  const talk = new Talk()
    .say(true, uFrame(0x07))
    .say(false, uFrame(0x0b))
    .say(false, uFrame(0x43))
    .say(true, uFrame(0x83))
    .say(true, uFrame(0x13))
    .say(false, uFrame(0x23))
    .say(true, sFrame(0));
  assert.deepEqual(
    talk.listener.operations.map(({ verb, client, outcome, requestFrame }) => [verb, client, outcome, requestFrame]),
    [
      ['connect', 10, 'ok', 1],
      ['keep-alive', 10, 'ok', 3],
      ['disconnect', 10, 'ok', 5],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('joined in the middle on another port, the first frame that only one station says settles who is who', () => {
  const talk = new Talk({ clientPort: 5000, serverPort: 6000 });
  // The flow stage took the controlled station for the client.
  talk.say(true, iFrame(5, 7, asduHex(1, 3, `${POINT}01`)));
  assert.deepEqual([talk.last.client, talk.last.server], [20, 10]);
  talk.say(false, iFrame(7, 6, asduHex(SINGLE, 6, `${POINT}01`)));
  talk.say(true, iFrame(6, 8, asduHex(SINGLE, 7, `${POINT}01`)));
  assert.deepEqual([talk.last.client, talk.last.server, talk.last.verb], [20, 10, 'operate']);
  assert.deepEqual(talk.listener.rules, []);
});

test('where both stations start a transfer, either may command and report', () => {
  const talk = new Talk().say(true, uFrame(0x07)).say(false, uFrame(0x0b));
  talk.say(false, uFrame(0x07)).say(true, uFrame(0x0b));
  talk.tell(asduHex(SINGLE, 6, `${POINT}01`)).order(asduHex(SINGLE, 7, `${POINT}01`));
  assert.deepEqual([talk.last.client, talk.last.server, talk.last.outcome], [20, 10, 'ok']);
  talk.order(asduHex(1, 3, `${POINT}01`));
  assert.deepEqual([talk.last.client, talk.last.server, talk.last.verb], [20, 10, 'report']);
  assert.deepEqual(talk.listener.rules, []);
});

test('numbers wrap around at 32768', () => {
  const talk = new Talk();
  talk.say(false, iFrame(32767, 0, asduHex(1, 3, `${POINT}01`)));
  talk.say(false, iFrame(0, 0, asduHex(1, 3, `${POINT}01`)));
  talk.say(true, sFrame(32767)).say(true, sFrame(1));
  assert.deepEqual(talk.listener.rules, []);
});

test('after a loss the numbers go on from wherever they are', () => {
  const talk = new Talk();
  talk.say(false, iFrame(1, 0, asduHex(1, 3, `${POINT}01`)));
  talk.decoder.gap(1, false, talk.context);
  talk.say(false, iFrame(9, 0, asduHex(1, 3, `${POINT}01`)));
  talk.say(true, sFrame(10));
  assert.deepEqual(talk.listener.rules, []);
});

test('an acknowledgement that is captured before what it acknowledges is no violation', () => {
  const talk = new Talk();
  talk.say(false, iFrame(0, 0, asduHex(1, 3, `${POINT}01`)));
  talk.say(true, sFrame(2));
  talk.say(false, iFrame(1, 0, asduHex(1, 3, `${POINT}01`)));
  talk.wait(10_000_000).say(true, sFrame(2));
  assert.deepEqual(talk.listener.rules, []);
});

test('executing another value than the selected one, or without the usual select, is told; a lost select is not', () => {
  const select = (talk: Talk, element: string): Talk =>
    talk.order(asduHex(SINGLE, 6, POINT + element)).tell(asduHex(SINGLE, 7, POINT + element));
  const talk = new Talk();
  // Never used with a select: nothing to miss.
  select(talk, '01');
  assert.deepEqual(talk.listener.rules, []);
  select(select(talk, '81'), '01');
  assert.deepEqual(talk.listener.rules, []);
  select(select(talk, '81'), '00');
  assert.deepEqual(talk.listener.rules, ['execute-differs-from-select']);
  select(talk, '01');
  assert.deepEqual(talk.listener.rules, ['execute-differs-from-select', 'execute-without-select']);
  talk.decoder.gap(1, true, talk.context);
  select(talk, '01');
  assert.equal(talk.listener.rules.length, 2);
});

test('a cancelled or refused select selects nothing', () => {
  const usual = new Talk()
    .order(asduHex(SINGLE, 6, `${POINT}81`))
    .tell(asduHex(SINGLE, 7, `${POINT}81`))
    .order(asduHex(SINGLE, 6, `${POINT}01`))
    .tell(asduHex(SINGLE, 7, `${POINT}01`))
    .order(asduHex(SINGLE, 6, `${POINT}81`))
    .tell(asduHex(SINGLE, 7, `${POINT}81`, { isNegative: true }))
    .order(asduHex(SINGLE, 6, `${POINT}01`));
  assert.deepEqual(usual.listener.rules, ['execute-without-select']);
});

test('another connection that executes what this one selected is told', () => {
  const talk = new Talk();
  const command = (flow: number, element: string): void => {
    talk.context.flow = flow;
    talk.context.client = 10 + flow;
    talk.say(true, iFrame(0, 0, asduHex(SINGLE, 6, POINT + element)));
    talk.context.flow = 99;
  };
  command(1, '81');
  command(1, '01');
  command(1, '81');
  command(2, '01');
  assert.ok(talk.listener.rules.includes('execute-without-select'));
});
