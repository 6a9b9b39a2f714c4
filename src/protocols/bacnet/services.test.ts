// What each service becomes: messages written from the clauses and annex F of ASHRAE 135, one conversation each.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  Talk,
  broadcast,
  complexAck,
  contextText,
  error,
  objectId,
  request,
  simpleAck,
  text,
  unconfirmed,
  unicast,
  type HeardOperation,
} from './example-frames.ts';

const DEVICE = 8;
const FILE = 10;
const PROGRAM = 16;
const AI_5 = objectId(0, 5);

/** A request and what is answered: the operations that come of it. */
function asked(service: number, parameters: string, answer: string, isEnded = true): Talk {
  const talk = new Talk().client(unicast(request(1, service, parameters)));
  if (answer !== '') talk.server(unicast(answer));
  return isEnded ? talk.close() : talk;
}

function done(service: number, parameters: string): HeardOperation {
  const talk = asked(service, parameters, simpleAck(1, service));
  assert.equal(talk.operations.length, 1);
  assert.deepEqual(talk.listener.rules, []);
  assert.equal(talk.operations[0]!.outcome, 'ok');
  return talk.operations[0]!;
}

test('ReadProperty of a real number (F.3.5)', () => {
  const talk = asked(12, `0C${AI_5} 1955`, complexAck(1, 12, `0C${AI_5} 1955 3E 4442909999 3F`));
  const [operation] = talk.operations;
  assert.equal(operation!.object, 'analog-input present-value');
  assert.equal(operation!.first, 5);
  assert.equal(operation!.verb, 'read');
  assert.deepEqual(operation!.values, [72.29999542236328]);
  assert.deepEqual([operation!.requestFrame, operation!.answerFrame], [1, 2]);
  assert.deepEqual([operation!.client, operation!.server], [10, 20]);
});

for (const [value, expected] of [
  ['00', []],
  ['10', [0]],
  ['11', [1]],
  ['2105', [5]],
  ['23 0186A0', [100_000]],
  ['25 08 0000000000000064', [100]],
  ['31FF', [-1]],
  ['33 FFFF38', [-200]],
  ['4441B00000', [22]],
  ['5508 4036000000000000', [22]],
  ['9103', [3]],
  ['6503 010203', ['010203']],
  ['7505 0074657374', ['0074657374']],
  ['8204 50', ['0450']],
  ['A4 7E010104', ['7e010104']],
  ['B4 0C000000', ['0c000000']],
  [`C4 ${objectId(DEVICE, 1)}`, ['02000001']],
  ['2101 2102 220100', [1, 2, 256]],
  ['3101 31FE', [1, -2]],
  ['4441B00000 4441A00000', [22, 20]],
  ['10 11 11', [0, 1, 1]],
  ['00 4441B00000', ['004441b00000']],
  ['0E 2101 0F', ['0e21010f']],
  ['', []],
] as const) {
  test(`a property value of ${value === '' ? 'nothing' : value}`, () => {
    const talk = asked(12, `0C${AI_5} 1955`, complexAck(1, 12, `0C${AI_5} 1955 3E ${value} 3F`));
    assert.deepEqual(talk.operations[0]!.values, expected);
    assert.deepEqual(talk.listener.rules, []);
  });
}

test('an element of an array is an object with a name, in a space of its own', () => {
  const talk = asked(12, `0C${AI_5} 1957 2908`, complexAck(1, 12, `0C${AI_5} 1957 2908 3E 00 3F`));
  const [operation] = talk.operations;
  assert.equal(operation!.object, 'analog-input priority-array element');
  assert.equal(operation!.first, -1);
  assert.equal(operation!.name, '5[8]');
});

test('a proprietary property keeps its number up to 4095, and is folded beyond', () => {
  const low = asked(12, `0C${AI_5} 1A0200`, '');
  assert.equal(low.operations[0]!.object, 'analog-input property-512');
  const high = asked(12, `0C${AI_5} 1B012345`, '');
  assert.equal(high.operations[0]!.object, `analog-input proprietary-property-${0x12345 % 0xffe}`);
});

test('ReadPropertyMultiple is one operation for each property, refused ones among them', () => {
  const parameters = `0C${AI_5} 1E 0955 0967 1F 0C${objectId(0, 6)} 1E 0955 1F`;
  const answer = `0C${AI_5} 1E 2955 4E 4442909999 4F 2967 5E 9102 9120 5F 1F 0C${objectId(0, 6)} 1E 2955 4E 4443800000 4F 1F`;
  const talk = asked(14, parameters, complexAck(1, 14, answer));
  assert.deepEqual(
    talk.operations.map(({ object, first, outcome, code, values }) => [object, first, outcome, code, values]),
    [
      ['analog-input present-value', 5, 'ok', '', [72.29999542236328]],
      ['analog-input reliability', 5, 'refused', 'property: unknown-property', []],
      ['analog-input present-value', 6, 'ok', '', [256]],
    ],
  );
});

test('status flags in the same answer say whether the present value can be relied on', () => {
  for (const [flags, isQuestionable] of [
    ['00', false],
    ['80', false],
    ['40', true],
    ['20', false],
    ['10', true],
  ] as const) {
    const answer = `0C${AI_5} 1E 2955 4E 4442909999 4F 296F 4E 8204${flags} 4F 1F`;
    const talk = asked(14, `0C${AI_5} 1E 0955 096F 1F`, complexAck(1, 14, answer));
    assert.deepEqual(
      talk.operations.map((operation) => operation.isQuestionable),
      [isQuestionable, false],
      flags,
    );
  }
});

test('a ReadPropertyMultiple that is refused as a whole, or not answered, is told for each property', () => {
  const parameters = `0C${AI_5} 1E 0955 0967 1F`;
  for (const [answer, outcome] of [
    [error(1, 14, 1, 31), 'refused'],
    ['', 'unanswered'],
    ['60 01 09', 'refused'],
  ] as const) {
    const talk = asked(14, parameters, answer);
    assert.deepEqual(
      talk.operations.map((operation) => [operation.object, operation.outcome]),
      [
        ['analog-input present-value', outcome],
        ['analog-input reliability', outcome],
      ],
    );
  }
});

test('WriteProperty tells its priority, and apart from it that a priority is given back', () => {
  const write = (value: string): HeardOperation => done(15, `0C${objectId(1, 1)} 1955 3E ${value}`);
  assert.equal(write('4442909999 3F 4908').function, 'WriteProperty priority 8');
  assert.deepEqual(write('4442909999 3F 4908').values, [72.29999542236328]);
  assert.equal(write('4442909999 3F').function, 'WriteProperty');
  assert.equal(write('00 3F 4908').function, 'WriteProperty relinquish priority 8');
  assert.equal(write('00 3F').function, 'WriteProperty relinquish priority 16');
  assert.equal(write('4442909999 3F 4901').verb, 'write');
});

for (const [what, object, property, value, verb] of [
  ['out of service', AI_5, '1951', '11', 'force'],
  ['back in service', AI_5, '1951', '10', 'write'],
  ['no events any more', AI_5, '1923', '820500', 'suppress-alarm'],
  ['some events', AI_5, '1923', '8205A0', 'write'],
  ['no event detection', AI_5, '1A0161', '10', 'suppress-alarm'],
  ['inhibited event algorithm', AI_5, '1A0162', '11', 'suppress-alarm'],
  ['halt of a program', objectId(PROGRAM, 1), '195A', '9103', 'stop'],
  ['run of a program', objectId(PROGRAM, 1), '195A', '9102', 'start'],
  ['restart of a program', objectId(PROGRAM, 1), '195A', '9104', 'restart'],
  ['a record count of 0', objectId(20, 1), '198D', '2100', 'clear-log'],
  ['another record count', objectId(20, 1), '198D', '2105', 'write'],
  ['a restart to a network port', objectId(56, 1), '1A01A1', '9107', 'restart'],
  ['another command to a network port', objectId(56, 1), '1A01A1', '9101', 'configure'],
  ['a device clock', objectId(DEVICE, 1), '1939', 'B40C000000', 'set-time'],
] as const) {
  test(`writing ${what} is ${verb}`, () => {
    assert.equal(done(15, `0C${object} ${property} 3E ${value} 3F`).verb, verb);
  });
}

test('WritePropertyMultiple is one operation for each property with its own priority', () => {
  const talk = asked(16, `0C${AI_5} 1E 0955 2E 4442909999 2F 3908 0951 2E 11 2F 1F`, simpleAck(1, 16));
  assert.deepEqual(
    talk.operations.map((operation) => [operation.function, operation.object, operation.verb, operation.outcome]),
    [
      ['WritePropertyMultiple priority 8', 'analog-input present-value', 'write', 'ok'],
      ['WritePropertyMultiple', 'analog-input out-of-service', 'force', 'ok'],
    ],
  );
});

test('of several writes those before the one that failed were carried out', () => {
  const writes = ['0955', '0951', '091C'].map((property) => `${property} 2E 11 2F`).join(' ');
  const talk = asked(16, `0C${AI_5} 1E ${writes} 1F`, `50 01 10 0E 9102 9128 0F 1E 0C${AI_5} 1951 1F`);
  assert.deepEqual(
    talk.operations.map((operation) => [operation.object, operation.outcome]),
    [
      ['analog-input present-value', 'ok'],
      ['analog-input out-of-service', 'refused'],
      ['analog-input description', 'refused'],
    ],
  );
  assert.equal(talk.operations[1]!.code, 'property: write-access-denied');
});

test('a subscription and its end', () => {
  assert.equal(done(5, `0912 1C${AI_5} 2901 3900`).verb, 'subscribe');
  const end = done(5, `0912 1C${AI_5}`);
  assert.equal(end.verb, 'cancel');
  assert.equal(end.function, 'SubscribeCOV cancel');
  assert.equal(done(28, `0912 1C${AI_5} 2901 393C 4E 0955 4F 5C3F800000`).object, 'analog-input present-value');
});

test('a subscription to several properties is one operation for each', () => {
  const talk = asked(30, `0912 1900 293C 3905 4E 0C${AI_5} 1E 0E 0955 0F 2900 0E 096F 0F 2900 1F 4F`, simpleAck(1, 30));
  assert.deepEqual(
    talk.operations.map((operation) => operation.object),
    ['analog-input present-value', 'analog-input status-flags'],
  );
});

test('a change of value is a report by the one who says it, and its acknowledgement no operation', () => {
  const parameters = `0912 1C${objectId(DEVICE, 4)} 2C${AI_5} 3900 4E 0955 2E 4442820000 2F 096F 2E 820400 2F 4F`;
  const talk = new Talk().server(unicast(request(7, 1, parameters))).client(unicast(simpleAck(7, 1)));
  assert.deepEqual(
    talk.close().operations.map(({ verb, object, values, client, server, requestFrame, answerFrame }) => ({
      verb,
      object,
      values,
      client,
      server,
      requestFrame,
      answerFrame,
    })),
    [
      {
        verb: 'report',
        object: 'analog-input present-value',
        values: [65],
        client: 10,
        server: 20,
        requestFrame: 0,
        answerFrame: 1,
      },
      {
        verb: 'report',
        object: 'analog-input status-flags',
        values: ['0400'],
        client: 10,
        server: 20,
        requestFrame: 0,
        answerFrame: 1,
      },
    ],
  );
});

test('a report whose status flags say fault is questionable', () => {
  const parameters = `0912 1C${objectId(DEVICE, 4)} 2C${AI_5} 3900 4E 0955 2E 4442820000 2F 096F 2E 820440 2F 4F`;
  const talk = new Talk().server(broadcast(unconfirmed(2, parameters)));
  assert.deepEqual(
    talk.operations.map((operation) => operation.isQuestionable),
    [true, false],
  );
});

test('an event is a report of the state that the object has gone to', () => {
  const parameters = `0901 1C${objectId(DEVICE, 4)} 2C${objectId(0, 2)} 3E 1910 3F 4904 5964 6905 8900 9901 A900 B903 CE 5E 0C42A00000 1A0480 5F CF`;
  const [operation] = new Talk().server(unicast(request(1, 2, parameters))).operations;
  assert.equal(operation!.object, 'analog-input event-state');
  assert.deepEqual(operation!.values, [3]);
  assert.equal(operation!.verb, 'report');
});

test('AcknowledgeAlarm is about the object whose event it was', () => {
  const operation = done(0, `0901 1C${AI_5} 2903 3E 1905 3F ${contextText(4, 'MDL')} 5E 1906 5F`);
  assert.equal(operation.verb, 'acknowledge');
  assert.equal(operation.first, 5);
});

test('DeviceCommunicationControl: what it does decides the verb, its password is a login', () => {
  const talk = new Talk();
  talk.listener.candidates = ['filister', 'Filister', ''];
  for (const [invokeId, [state, password, answer]] of (
    [
      ['1901', 'filister', simpleAck(0, 17)],
      ['1902', 'filister', error(1, 17, 4, 26)],
      ['0905 1900', 'other', simpleAck(2, 17)],
    ] as const
  ).entries()) {
    talk.client(unicast(request(invokeId, 17, `${state} ${contextText(2, password)}`)));
    talk.server(unicast(answer));
  }
  assert.deepEqual(
    talk.operations.map(({ function: name, verb, outcome, values }) => [name, verb, outcome, values]),
    [
      ['DeviceCommunicationControl disable', 'listen-only', 'ok', []],
      ['DeviceCommunicationControl disable-initiation', 'suppress-alarm', 'refused', []],
      ['DeviceCommunicationControl enable', 'configure', 'ok', []],
    ],
  );
  assert.deepEqual(
    talk.listener.logins.map(({ outcome, knows, mechanism }) => [outcome, knows, mechanism]),
    [
      ['accepted', ['filister'], 'clear'],
      ['refused', ['filister'], 'clear'],
      ['accepted', [], 'clear'],
    ],
  );
});

test('a password of ISO 8859-1 or UCS-2 is tested by its characters', () => {
  const talk = new Talk();
  talk.listener.candidates = ['gr\u00fcn'];
  talk.client(unicast(request(1, 20, '0901 1D 05 05 6772FC6E'))).server(unicast(simpleAck(1, 20)));
  talk.client(unicast(request(2, 20, '0901 1D 09 04 0067007200FC006E'))).server(unicast(simpleAck(2, 20)));
  assert.deepEqual(
    talk.listener.logins.map(({ knows }) => knows.length),
    [1, 1],
  );
});

test('a request with a password that is not answered is a login of unknown outcome', () => {
  const talk = asked(20, `0901 ${contextText(1, 'filister')}`, '');
  assert.deepEqual(
    talk.listener.logins.map(({ outcome }) => outcome),
    ['unknown'],
  );
});

test('ReinitializeDevice: restarts, backup, restore', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].map((state) => done(20, `090${state}`).verb),
    [
      'restart',
      'restart',
      'program-upload',
      'program-upload',
      'program-download',
      'program-download',
      'cancel',
      'configure',
    ],
  );
});

test('CreateObject names the object that was made, DeleteObject the one that is gone', () => {
  const talk = asked(10, `0E 0902 0F 1E 094D 2E ${text('x')} 2F 1F`, complexAck(1, 10, `C4${objectId(2, 7)}`));
  assert.deepEqual(
    talk.operations.map(({ verb, object, first }) => [verb, object, first]),
    [['create', 'analog-value', 7]],
  );
  assert.deepEqual(done(11, `C4${objectId(2, 7)}`).verb, 'delete');
});

test('lists: an element is added and removed', () => {
  assert.equal(done(8, `0C${objectId(15, 1)} 1966 3E 2101 3F`).verb, 'configure');
  assert.equal(done(9, `0C${objectId(15, 1)} 1966 3E 2101 3F`).object, 'notification-class recipient-list');
});

test('LifeSafetyOperation: silencing suppresses alarms, a reset operates', () => {
  const operation = (what: string): string =>
    done(27, `0912 ${contextText(1, 'MDL')} ${what} 3C${objectId(21, 1)}`).verb;
  assert.equal(operation('2901'), 'suppress-alarm');
  assert.equal(operation('2904'), 'operate');
  assert.equal(operation('2907'), 'operate');
});

test('a private transfer is its service of its vendor', () => {
  const operation = done(18, '0919 1908 2E 4441B00000 2F');
  assert.equal(operation.function, 'ConfirmedPrivateTransfer vendor 25');
  assert.deepEqual([operation.object, operation.first, operation.values], ['private service', 8, [22]]);
});

test('a text message tells its text', () => {
  const operation = done(19, `0C${objectId(DEVICE, 5)} 1E 0905 1F 2900 ${contextText(3, 'PM')}`);
  assert.deepEqual(operation.values, ['00504d']);
  assert.equal(operation.object, '');
});

test('ReadRange tells the records as they are encoded', () => {
  const items = '0E A47E010104 B40C000000 0F 1E 2C41B00000 1F';
  const answer = `0C${objectId(20, 1)} 1983 3A05C0 4901 5E ${items} 5F 6B013561`;
  const talk = asked(26, `0C${objectId(20, 1)} 1983 7E A47E010104 B40C000000 3104 7F`, complexAck(1, 26, answer));
  assert.equal(talk.operations[0]!.object, 'trend-log log-buffer');
  assert.deepEqual(talk.operations[0]!.values, [items.replaceAll(' ', '').toLowerCase()]);
  assert.deepEqual(talk.listener.rules, []);
});

test('a file read piece by piece to its end is a complete transfer', () => {
  const talk = new Talk();
  talk.client(unicast(request(1, 6, `C4${objectId(FILE, 1)} 0E 3100 2103 0F`)));
  talk.server(unicast(complexAck(1, 6, '10 0E 3100 63 010203 0F')));
  talk.client(unicast(request(2, 6, `C4${objectId(FILE, 1)} 0E 3103 2103 0F`)));
  talk.server(unicast(complexAck(2, 6, '11 0E 3103 62 0405 0F')));
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, name, direction, offset, size, isComplete, bytes }) => ({
      text: `${phase} ${name} ${direction}`,
      offset,
      size,
      isComplete,
      bytes: Buffer.from(bytes).toString('hex'),
    })),
    [
      { text: 'begun file 1 to-client', offset: -1, size: 0, isComplete: false, bytes: '' },
      { text: 'piece file 1 to-client', offset: 0, size: 0, isComplete: false, bytes: '010203' },
      { text: 'piece file 1 to-client', offset: 3, size: 0, isComplete: false, bytes: '0405' },
      { text: 'ended file 1 to-client', offset: -1, size: 5, isComplete: true, bytes: '' },
    ],
  );
  assert.deepEqual(
    talk.operations.map(({ verb, first, outcome }) => [verb, first, outcome]),
    [
      ['file-read', 1, 'ok'],
      ['file-read', 1, 'ok'],
    ],
  );
});

test('a file read with a piece missing is not complete', () => {
  const talk = new Talk();
  for (const [invokeId, [end, at]] of (
    [
      ['10', '00'],
      ['11', '06'],
    ] as const
  ).entries()) {
    talk.client(unicast(request(invokeId, 6, `C4${objectId(FILE, 1)} 0E 31${at} 2103 0F`)));
    talk.server(unicast(complexAck(invokeId, 6, `${end} 0E 31${at} 63 010203 0F`)));
  }
  assert.equal(talk.listener.transfers.at(-1)?.isComplete, false);
});

test('a file written by octets, and by records at its end', () => {
  const talk = new Talk();
  talk.client(unicast(request(1, 7, `C4${objectId(FILE, 2)} 0E 3100 63 010203 0F`)));
  talk.client(unicast(request(1, 7, `C4${objectId(FILE, 2)} 0E 3100 63 010203 0F`)));
  talk.client(unicast(request(2, 7, `C4${objectId(FILE, 3)} 1E 31FF 2102 62 4141 61 42 1F`)));
  talk.close();
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, name, offset, size }) => [phase, name, offset, size]),
    [
      ['begun', 'file 2', -1, 0],
      ['piece', 'file 2', 0, 0],
      ['begun', 'file 3', -1, 0],
      ['piece', 'file 3', 0, 0],
      ['piece', 'file 3', 2, 0],
      ['ended', 'file 2', -1, 3],
      ['ended', 'file 3', -1, 3],
    ],
  );
});

test('Who-Is asks for a range of devices, I-Am is told by the device and is a claim about it', () => {
  const talk = new Talk();
  talk.client(broadcast(unconfirmed(8, '0903 1A0100')));
  talk.client(broadcast(unconfirmed(0, `C4${objectId(DEVICE, 1)} 2201E0 9101 2105`)));
  const [whoIs, iAm] = talk.operations;
  assert.deepEqual([whoIs!.verb, whoIs!.first, whoIs!.count, whoIs!.client], ['enumerate', 3, 254, 10]);
  assert.equal(whoIs!.isBroadcast, true);
  assert.deepEqual([iAm!.verb, iAm!.first, iAm!.server, iAm!.client], ['report', 1, 10, 20]);
  assert.deepEqual(talk.listener.said, ['name device 1', 'vendor Johnson Controls']);
  assert.ok(talk.listener.claims.every(({ host, unit }) => host === 10 && unit === -1));
});

test('Who-Has by name, I-Have', () => {
  const talk = new Talk();
  talk.client(broadcast(unconfirmed(7, contextText(3, 'OATemp'))));
  talk.server(broadcast(unconfirmed(1, `C4${objectId(DEVICE, 8)} C4${objectId(0, 3)} ${text('OATemp')}`)));
  const [whoHas, iHave] = talk.operations;
  assert.deepEqual([whoHas!.object, whoHas!.name], ['object named', 'OATemp']);
  assert.deepEqual([iHave!.object, iHave!.first], ['analog-input', 3]);
});

test('time synchronisation sets the clock of everybody', () => {
  const talk = new Talk();
  for (const service of [6, 9]) talk.client(broadcast(unconfirmed(service, 'A45C0B1102 B4162D1E46')));
  assert.deepEqual(
    talk.operations.map(({ verb, isBroadcast, values }) => [verb, isBroadcast, values]),
    Array.from({ length: 2 }, () => ['set-time', true, ['a45c0b1102b4162d1e46']]),
  );
});

test('WriteGroup is one write for each channel, with the priority of the group or its own', () => {
  const talk = new Talk().client(broadcast(unconfirmed(10, '0917 1908 2E 0A010C 4444 800000 091A 1905 00 2F')));
  assert.deepEqual(
    talk.operations.map(({ function: name, name: channel, values }) => [name, channel, values]),
    [
      ['WriteGroup priority 8', '23/268', [1024]],
      ['WriteGroup priority 5', '23/26', []],
    ],
  );
});

test('Who-Am-I is a claim, You-Are gives a device its number', () => {
  const talk = new Talk();
  talk.server(broadcast(unconfirmed(13, `2105 ${text('EX-1')} ${text('S7')}`)));
  talk.client(broadcast(unconfirmed(14, `2105 ${text('EX-1')} ${text('S7')} C4${objectId(DEVICE, 3)}`)));
  assert.deepEqual(talk.listener.said, ['vendor Johnson Controls', 'model EX-1', 'serial S7']);
  assert.equal(talk.operations[1]!.verb, 'configure');
});

test('what the device object says of itself is a claim, what other objects say is not', () => {
  const device = objectId(DEVICE, 1);
  const answer = `0C${device} 1E 2946 4E ${text('EX-1')} 4F 292C 4E ${text('4.2')} 4F 294D 4E ${text('AHU-3')} 4F 2970 4E 9104 4F 1F 0C${AI_5} 1E 294D 4E ${text('no')} 4F 1F`;
  const talk = asked(14, `0C${device} 1E 0946 1F`, complexAck(1, 14, answer));
  assert.deepEqual(talk.listener.said, ['model EX-1', 'firmware 4.2', 'name AHU-3', 'run-state non-operational']);
  assert.ok(talk.listener.claims.every(({ host }) => host === 20));
});

test('virtual terminals, alarm summaries and event information are told with what they answer', () => {
  assert.equal(asked(21, '9101 211D', complexAck(1, 21, '2101')).operations[0]!.verb, 'connect');
  assert.equal(done(22, '211D').verb, 'disconnect');
  const summary = asked(3, '', complexAck(1, 3, `C4${AI_5} 9103 820560`)).operations[0]!;
  assert.deepEqual(summary.values, [`c4${AI_5}9103820560`]);
  assert.equal(asked(29, '', complexAck(1, 29, '0E 0F 1900')).operations[0]!.verb, 'read');
});
