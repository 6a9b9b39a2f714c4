// Requests and answers as the specifications give them, and what becomes of them.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  SESSION,
  Talk,
  answer,
  ascii,
  bytesOf,
  command,
  connected,
  forwardOpen,
  forwardOpened,
  header,
  le16,
  le32,
  packet,
  request,
  routed,
  signed,
  symbol,
  unconnected,
  type HeardOperation,
} from './example-frames.ts';
import { codeName, isAbsent } from './status.ts';
import { enip } from './index.ts';
import { spaceName } from './classes.ts';
import { unitName } from './path.ts';

/** A request and its answer, without a route; gives the operation. */
function pair(asked: readonly number[], replied: readonly number[]): HeardOperation {
  return new Talk().ask(unconnected(asked)).reply(unconnected(replied)).last;
}

test('a tag is read: its name and its values in their type', () => {
  const talk = new Talk();
  talk.ask(unconnected(request(0x4c, symbol('Program:Main.Speed'), '0200')));
  talk.reply(unconnected(answer(0x4c, 'CA00 0000803F 000000C0')));
  const { verb, name, values, space, first, count, outcome } = talk.last;
  assert.deepEqual(
    { verb, name, values, space: spaceName(space), first, count, outcome },
    { verb: 'read', name: 'Program:Main.Speed', values: [1, -2], space: 'tag', first: -1, count: 1, outcome: 'ok' },
  );
});

test('elements and members of a tag are part of its name', () => {
  const segments = [...symbol('Recipe'), 0x28, 3, 0x29, 0, 0x2c, 1, ...symbol('Step')];
  assert.equal(pair(request(0x4c, segments, '0100'), answer(0x4c, 'C300 0500')).name, 'Recipe[3,300].Step');
});

test('a tag is written: types tell how its values are read', () => {
  for (const [type, data, value] of [
    ['C100', 'FF', 255],
    ['C200', 'FE', -2],
    ['C300', 'FEFF', -2],
    ['C400', 'FEFFFFFF', -2],
    ['C500', 'FEFFFFFFFFFFFFFF', -2],
    ['C600', 'FE', 254],
    ['C700', 'FEFF', 65_534],
    ['C800', 'FEFFFFFF', 4_294_967_294],
    ['CA00', '0000C03F', 1.5],
    ['CB00', '000000000000F83F', 1.5],
    ['D300', '05000080', 2_147_483_653],
  ] as const) {
    const { verb, values } = pair(request(0x4d, symbol('Level'), `${type} 0100 ${data}`), answer(0x4d));
    assert.deepEqual({ verb, values }, { verb: 'write', values: [value] }, type);
  }
});

test('a structure is bytes behind its handle', () => {
  const read = pair(request(0x4c, symbol('Batch'), '0100'), answer(0x4c, 'A002 CE0F 01020304'));
  assert.deepEqual(read.values, ['01', '02', '03', '04']);
});

test('service 4E is Forward Close on class 6 and Read-Modify-Write on a tag', () => {
  const masks = pair(request(0x4e, symbol('Flags'), '0100 01 FE'), answer(0x4e));
  assert.deepEqual([masks.verb, masks.values], ['write', ['01', 'fe']]);
  const close = pair(request(0x4e, '20062401', '07F9 1900 4D00 F32B9532 03 00 0100 20022401'), answer(0x4e));
  assert.deepEqual([close.verb, close.unit], ['disconnect', 0]);
});

test('service 52 is Unconnected Send on class 6 and a fragmented read on a tag', () => {
  const fragment = pair(request(0x52, symbol('Table'), '6400 E0010000'), answer(0x52, 'C300 0100 0200', 6));
  assert.deepEqual([fragment.name, fragment.outcome, fragment.code], ['Table@480', 'ok', 6]);
  assert.deepEqual(fragment.values, [1, 2]);
  const wrapped = new Talk().ask(unconnected(routed(request(0x01, '20012401'), '0103'))).close().last;
  assert.deepEqual([wrapped.function, wrapped.subfunction, wrapped.unit], [0x01, 0x01, 3]);
});

test('the route of an Unconnected Send is the unit', () => {
  const unitOf = (route: string): number =>
    new Talk().ask(unconnected(routed(request(0x0e, '20012401 3001'), route))).close().last.unit;
  assert.equal(unitName(unitOf('0103')), 'slot 3');
  assert.equal(unitName(unitOf('0207')), 'port 2 link 7');
  const far = unitOf('0100 1209 31302E302E302E35 2E00');
  assert.match(unitName(far), /^route #[0-9a-f]{5}$/);
  assert.equal(far, unitOf('0100 1209 31302E302E302E35 2E00'));
  assert.notEqual(far, unitOf('0101 1209 31302E302E302E35 2E00'));
  assert.ok(far < 2 ** 24);
});

test('nothing at the end of a route is absent, whatever was asked there', () => {
  const talk = new Talk();
  talk.ask(unconnected(routed(request(0x4c, symbol('A'), '0100'), '0109')));
  talk.reply(unconnected(answer(0x52, [], 1, [0x0312])));
  assert.deepEqual([talk.last.function, talk.last.unit, talk.last.outcome], [0x4c, 9, 'refused']);
  assert.ok(isAbsent(talk.last.code));
  assert.equal(codeName(talk.last.code), 'link address not valid');
  assert.ok(!isAbsent(1));
});

test('the extended status is part of the code', () => {
  const { code } = pair(request(0x4c, symbol('A'), '0100'), answer(0x4c, [], 0xff, [0x2105]));
  assert.equal(code, 0xff + 256 * 0x2105);
  assert.equal(codeName(code), 'extended status 0x2105');
  assert.equal(codeName(1 + 256 * 0x0100), 'connection in use or duplicate forward open');
});

test('each service of a packet is an operation of its own, with its own outcome', () => {
  const talk = new Talk();
  const read = request(0x4c, symbol('A'), '0100');
  talk.ask(
    unconnected(routed(packet([read, request(0x4c, symbol('B'), '0100'), request(0x0e, '20012401 3005')]), '0100')),
  );
  const answers = [answer(0x4c, 'C400 07000000'), answer(0x4c, [], 5), answer(0x0e, '6030')];
  talk.reply(unconnected(packet(answers, true)));
  assert.deepEqual(
    talk.listener.operations.map(({ verb, name, outcome, code, values, unit, requestFrame, answerFrame }) => [
      `${verb} ${name} ${outcome} ${code} ${unit} ${requestFrame}-${answerFrame}`,
      values,
    ]),
    [
      ['read A ok 0 0 1-2', [7]],
      ['read B refused 5 0 1-2', []],
      ['diagnose  ok 0 0 1-2', ['60', '30']],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('a packet that is refused as a whole refuses all in it', () => {
  const talk = new Talk();
  talk.ask(unconnected(packet([request(0x4c, symbol('A'), '0100'), request(0x4c, symbol('B'), '0100')])));
  talk.reply(unconnected(answer(0x0a, [], 8)));
  assert.deepEqual(
    talk.listener.operations.map(({ name, code }) => `${name} ${code}`),
    ['A 8', 'B 8'],
  );
});

test('packets in packets are read so deep and no deeper, and so many services of a frame and no more', () => {
  let nested = request(0x4c, symbol('A'), '0100');
  for (let depth = 0; depth < 9; depth++) nested = packet([nested]);
  const deep = new Talk().ask(unconnected(nested)).close();
  assert.deepEqual(deep.listener.rules, ['nesting-too-deep']);
  assert.equal(deep.listener.operations.length, 1);
  const wide = new Talk().ask(unconnected(packet(Array.from({ length: 2000 }, () => [0x17, 0])))).close();
  assert.equal(wide.listener.operations.length, 511);
});

test('signed messages in signed messages are read so deep and no deeper', () => {
  let asked = request(0x4c, symbol('A'), '0100');
  let replied = answer(0x4c, 'C400 07000000');
  for (let depth = 0; depth < 9; depth++) {
    asked = signed(0x36, asked);
    replied = signed(0x36, replied, true);
  }
  assert.deepEqual(new Talk().ask(unconnected(asked)).close().listener.rules, ['nesting-too-deep']);
  assert.deepEqual(new Talk().reply(unconnected(replied)).close().listener.rules, ['nesting-too-deep']);
});

test('a connection leads where its path says: its requests and answers are paired by the sequence count', () => {
  const talk = new Talk();
  talk.ask(unconnected(forwardOpen(0x8000_0019, 0x19, '0102 20022401')));
  talk.reply(unconnected(forwardOpened(0x0079_0d01, 0x8000_0019, 0x19)));
  assert.deepEqual([talk.last.verb, talk.last.unit, talk.last.outcome], ['connect', 2, 'ok']);
  talk.ask(connected(0x0079_0d01, 1, request(0x4c, symbol('A'), '0100')));
  talk.ask(connected(0x0079_0d01, 2, request(0x4c, symbol('B'), '0100')));
  talk.reply(connected(0x8000_0019, 2, answer(0x4c, 'C400 02000000')));
  talk.reply(connected(0x8000_0019, 1, answer(0x4c, 'C400 01000000')));
  const told = talk.listener.operations.slice(1).map(({ name, unit, values }) => [name, unit, values]);
  assert.deepEqual(told, [
    ['B', 2, [2]],
    ['A', 2, [1]],
  ]);
});

test('a connection that was open before is paired too, and two of one conversation are kept apart', () => {
  const talk = new Talk();
  talk.ask(connected(0x111, 7, request(0x4c, symbol('A'), '0100')));
  talk.ask(connected(0x222, 8, request(0x4c, symbol('B'), '0100')));
  talk.reply(connected(0x999, 8, answer(0x4c, 'C400 02000000')));
  talk.reply(connected(0x888, 7, answer(0x4c, 'C400 01000000')));
  // Both count alike now, and the answers come crosswise.
  talk.ask(connected(0x111, 9, request(0x4c, symbol('C'), '0100')));
  talk.ask(connected(0x222, 9, request(0x4c, symbol('D'), '0100')));
  talk.reply(connected(0x999, 9, answer(0x4c, 'C400 04000000')));
  talk.reply(connected(0x888, 9, answer(0x4c, 'C400 03000000')));
  assert.deepEqual(
    talk.listener.operations.map(({ name, values }) => `${name} ${String(values[0])}`),
    ['B 2', 'A 1', 'D 4', 'C 3'],
  );
});

test('a request sent again with the same count is the same request', () => {
  const talk = new Talk();
  const asked = connected(0x111, 7, request(0x4c, symbol('A'), '0100'));
  talk
    .ask(asked)
    .ask(asked)
    .reply(connected(0x999, 7, answer(0x4c, 'C400 02000000')))
    .close();
  assert.deepEqual(
    talk.listener.operations.map(({ outcome }) => outcome),
    ['ok'],
  );
});

test('an answer whose request was not seen tells what it alone knows', () => {
  const {
    requestFrame,
    answerFrame,
    function: service,
    subfunction,
    verb,
  } = new Talk().reply(unconnected(answer(0x07))).last;
  assert.deepEqual([requestFrame, answerFrame, service, subfunction, verb], [0, 1, 0x07, -1, 'other']);
});

test('commands to the controller have the verbs that the modules know', () => {
  for (const [asked, verb] of [
    [request(0x05, '20012401'), 'restart'],
    [request(0x05, '20012401', '00'), 'restart'],
    [request(0x05, '20012401', '01'), 'factory-reset'],
    [request(0x05, '20012401', '02'), 'factory-reset'],
    [request(0x06, '208E2401'), 'start'],
    [request(0x07, '208E2401'), 'stop'],
    [request(0x07, '20642401'), 'stop'],
    [request(0x4b, '208E2401 20742401', '00'), 'reserve'],
    [request(0x4c, '208E2401 20742401'), 'release'],
    [request(0x4d, '20692400'), 'force'],
    [request(0x09, '206B251234'.replace('251234', '25001234')), 'delete'],
    [request(0x08, '20682400'), 'program-download'],
    [request(0x04, '208B2401', '0100 0600 C0587222085A0400'), 'set-time'],
    [request(0x10, '20F52401 3005', '00'), 'configure'],
    [request(0x10, '20042464 3003', '0102'), 'write'],
    [request(0x4f, '206A25000100', '00000000 5800'), 'program-upload'],
    [request(0x01, '20022401'), 'enumerate'],
    [request(0x55, '206B25000000', '0200 0100 0200'), 'enumerate'],
  ] as const) {
    const talk = new Talk().ask(unconnected(asked)).close();
    assert.equal(talk.last.verb, verb, Buffer.from(asked).toString('hex'));
  }
});

test('attributes have numbers: instance times 1000 and the attribute, of a list the first', () => {
  const single = pair(request(0x0e, '20F52401 3006'), answer(0x0e, '0000'));
  assert.deepEqual([spaceName(single.space), single.first, single.count], ['tcp/ip interface', 1006, 1]);
  const list = pair(request(0x03, '206B25003412', '0300 0200 0100 0700'), answer(0x03, '0000'));
  assert.deepEqual([list.first, list.count], [0x1234 * 1000 + 2, 3]);
  const inProgram = pair(
    request(0x03, '2068250005002 06B24 07'.replaceAll(' ', ''), '0100 0100'),
    answer(0x03, '0000'),
  );
  assert.equal(spaceName(inProgram.space), 'symbol of a program');
  assert.ok(inProgram.first < 2 ** 30);
});

test('the Modbus object has the spaces of Modbus', () => {
  const read = pair(request(0x4e, '20442401', '6B00 0300'), answer(0x4e, '2B02 0000 6400'));
  assert.deepEqual(
    [read.verb, spaceName(read.space), read.first, read.count, read.values],
    ['read', 'modbus holding register', 0x6b, 3, [0x22b, 0, 100]],
  );
  const write = pair(request(0x4f, '20442401', '1300 0A00 CD01'), answer(0x4f, '1300 0A00'));
  assert.deepEqual([write.verb, write.count, write.values.length], ['write', 10, 10]);
});

test('List Identity: the operation, and what the device is', () => {
  const talk = new Talk(enip, false);
  const item = `0100 0002 AF12 0A0101A4 0000000000000000 0100 0E00 3600 1014 6030 3F825100 14${Buffer.from('1756-L61/B LOGIX5561').toString('hex')} 03`;
  const bytes = bytesOf(item);
  talk.ask(command(0x63));
  talk.reply(command(0x63, [1, 0, 0x0c, 0, ...le16(bytes.length), ...bytes]));
  assert.deepEqual([talk.last.verb, talk.last.outcome, talk.last.isBroadcast], ['identify', 'ok', false]);
  assert.deepEqual(talk.listener.claimed, [
    '-1 vendor Rockwell Automation',
    '-1 model 1756-L61/B LOGIX5561',
    '-1 product-code 54',
    '-1 firmware 16.020',
    '-1 serial 0051823F',
    '-1 role controller',
    '-1 run-state run',
  ]);
});

test('List Identity to everybody, which nobody answers in that conversation, is a broadcast', () => {
  const { verb, isBroadcast, outcome } = new Talk(enip, false).ask(command(0x63)).close().last;
  assert.deepEqual([verb, isBroadcast, outcome], ['identify', true, 'unanswered']);
});

test('the Identity object behind a route is claimed for the module', () => {
  const talk = new Talk();
  talk.ask(unconnected(routed(request(0x01, '20012401'), '0101')));
  talk.reply(
    unconnected(
      answer(0x01, ['0100 0C00 3A00 0403 3000 C3AE5100 0B', Buffer.from('1756-ENBT/A').toString('hex')].join('')),
    ),
  );
  assert.ok(talk.listener.claimed.includes('1 model 1756-ENBT/A'));
  assert.ok(talk.listener.claimed.includes('1 firmware 4.003'));
  assert.ok(!talk.listener.claimed.some((text) => text.includes('run-state')));
});

test('a host name is a name', () => {
  const talk = new Talk();
  talk.ask(unconnected(request(0x0e, '20F52401 3006')));
  talk.reply(unconnected(answer(0x0e, [...le16(4), ...ascii('plc7')])));
  assert.deepEqual(talk.listener.claimed, ['-1 name plc7']);
  const all = `02000000 14000000 00000000 0200 20F62401 0B0200C0 00FFFFFF 010200C0 00000000 00000000 0300 61622E00 0400 ${Buffer.from('plc8').toString('hex')}`;
  talk.ask(unconnected(request(0x01, '20F52401'))).reply(unconnected(answer(0x01, all)));
  assert.deepEqual(talk.listener.claimed.at(-1), '-1 name plc8');
});

test('a session is opened and closed', () => {
  const talk = new Talk();
  talk.ask(command(0x65, '0100 0000', 5)).reply(command(0x65, '0100 0000', 5, SESSION));
  talk.ask(header(0x66, 0, 0));
  assert.deepEqual(
    talk.listener.operations.map(({ verb, outcome, function: code }) => `${verb} ${outcome} ${code}`),
    ['connect ok 357', 'disconnect ok 358'],
  );
});

test('what the encapsulation refuses is refused with its status', () => {
  const talk = new Talk();
  talk.ask(unconnected(request(0x01, '20012401'), 9));
  talk.reply(header(0x6f, 0, 9, 0x64));
  assert.deepEqual(
    [talk.last.function, talk.last.outcome, codeName(talk.last.code)],
    [0x01, 'refused', 'invalid session handle'],
  );
});

test('firmware goes piece by piece, and the transfer is complete when all of it came', () => {
  const talk = new Talk();
  const flash = (service: number, data: readonly number[]): void => {
    talk.ask(unconnected(request(service, '20A12401', data))).reply(unconnected(answer(service)));
  };
  flash(0x4b, [...le32(5), 0, 0, 0, 0]);
  flash(0x4d, [...le32(0), 1, 2, 3]);
  flash(0x4d, [...le32(3), 4, 5, 0, 0]);
  assert.ok(talk.listener.operations.every(({ verb }) => verb === 'firmware-download'));
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, offset, bytes, size, isComplete }) => [
      phase,
      offset,
      [...bytes],
      size,
      isComplete,
    ]),
    [
      ['begun', -1, [], 0, false],
      ['piece', 0, [1, 2, 3], 0, false],
      ['piece', 3, [4, 5], 0, false],
      ['ended', -1, [], 5, true],
    ],
  );
});

test('a file is read: its size is announced, its last packet ends it', () => {
  const talk = new Talk();
  talk.ask(unconnected(request(0x4b, '203724C8', 'FF'))).reply(unconnected(answer(0x4b, [...le32(4), 100])));
  talk.ask(unconnected(request(0x4f, '203724C8', '00'))).reply(unconnected(answer(0x4f, '00 00 4142')));
  talk.ask(unconnected(request(0x4f, '203724C8', '01'))).reply(unconnected(answer(0x4f, '01 02 4344 1234')));
  const ended = talk.listener.transfers.at(-1)!;
  assert.deepEqual(
    [ended.phase, ended.name, ended.size, ended.isComplete, ended.direction],
    ['ended', 'electronic data sheet', 4, true, 'to-client'],
  );
});

test('a module that fits the electronic key of a Forward Open is what the key says', () => {
  const talk = new Talk();
  talk.ask(unconnected(forwardOpen(0x19, 0x19, '0103 3404 2F00 0C00 0500 0000 20022401')));
  assert.deepEqual(talk.listener.claimed, []);
  talk.reply(unconnected(forwardOpened(0x111, 0x19, 0x19)));
  assert.deepEqual(talk.listener.claimed, ['3 vendor Omron', '3 product-code 5']);
});

test('what a controller wants signed is told as what it is', () => {
  const talk = new Talk();
  talk.ask(connected(0x111, 1, signed(0x36, request(0x4c, symbol('Level'), '0100'))));
  talk.reply(connected(0x999, 1, signed(0x36, answer(0x4c, 'C400 07000000'), true)));
  assert.deepEqual([talk.last.verb, talk.last.name, talk.last.values, talk.last.outcome], ['read', 'Level', [7], 'ok']);
  talk.ask(connected(0x111, 2, signed(0x37, request(0x07, '208E2401'))));
  talk.reply(connected(0x999, 2, signed(0x37, answer(0x07), true)));
  assert.deepEqual([talk.last.verb, talk.last.subfunction, talk.last.outcome], ['stop', 0x8e, 'ok']);
  talk.ask(
    connected(
      0x111,
      3,
      signed(0x36, packet([request(0x0e, '20012401 3005'), request(0x09, '2068250001 00'.replaceAll(' ', ''))])),
    ),
  );
  talk.reply(connected(0x999, 3, signed(0x36, packet([answer(0x0e, '6030'), answer(0x09, [], 15)], true), true)));
  assert.deepEqual(
    talk.listener.operations.slice(2).map(({ verb, outcome, code }) => `${verb} ${outcome} ${code}`),
    ['diagnose ok 0', 'delete refused 15'],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('a signed message that is refused refuses what it carries', () => {
  const talk = new Talk();
  talk.ask(connected(0x111, 1, signed(0x37, request(0x09, '206825000100'))));
  talk.reply(connected(0x999, 1, answer(0x37, [], 15)));
  assert.deepEqual([talk.last.verb, talk.last.outcome, talk.last.code], ['delete', 'refused', 15]);
});

test('a signed upload is a program on its way', () => {
  const talk = new Talk();
  const read = request(0x5d, '206825000100206D25000200', '01000000 03000000');
  talk.ask(connected(0x111, 1, signed(0x3a, [1, 1, 0, 0, 0, 0, 0, 0, ...read])));
  talk.reply(connected(0x999, 1, signed(0x3a, bytesOf('01 01 0000 0A000000 789C0102'), true)));
  assert.deepEqual(
    [talk.last.verb, talk.last.function, talk.last.subfunction, talk.last.outcome],
    ['program-upload', 0x5d, 0x6d, 'ok'],
  );
  talk.ask(connected(0x111, 2, signed(0x3a, bytesOf('01 00 0000 CE010000'))));
  talk.reply(connected(0x999, 2, signed(0x3a, bytesOf('01 02 0000 CE010000 030405'), true)));
  assert.deepEqual([talk.last.verb, talk.last.function, talk.last.outcome], ['program-upload', 0x3a, 'ok']);
  const pieces = talk.listener.transfers.filter(({ phase }) => phase === 'piece');
  assert.deepEqual(
    pieces.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
    ['0a000000789c0102', '030405'],
  );
});

test('a controller that is given the answer to its challenge lets the client in, or does not', () => {
  const talk = new Talk();
  const prove = request(0x4c, '20642401', `1400 ${'5A'.repeat(20)}`);
  talk
    .ask(unconnected(request(0x4b, '20642401', '0400 01020304')))
    .reply(unconnected(answer(0x4b, `8000 ${'C3'.repeat(128)}`)));
  talk.ask(unconnected(prove)).reply(unconnected(answer(0x4c, '0000')));
  talk.ask(unconnected(prove)).reply(unconnected(answer(0x4c, [], 15)));
  assert.ok(talk.listener.operations.every(({ verb }) => verb === 'authenticate'));
  assert.deepEqual(
    talk.listener.logins.map(({ mechanism, outcome }) => `${mechanism} ${outcome}`),
    ['logix-challenge accepted', 'logix-challenge refused'],
  );
});
