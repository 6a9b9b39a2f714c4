// Messages of S7comm, byte for byte, and what they become.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CONFIRM, CONNECT, Talk, answer, anyItem, connection, data, job, packet, userData } from './example-frames.ts';
import { s7comm } from './index.ts';
import { isPassword } from './passwords.ts';

const text = (value: string): string => Buffer.from(value).toString('hex');
const DATA_BLOCK = 0x84;
const FLAG = 0x83;

function verbs(talk: Talk): string[] {
  return talk.operations.map(({ verb, outcome }) => `${verb} ${outcome}`);
}

test('a connection names what it is made to, and a confirmation decoded first still finds its request', () => {
  const talk = new Talk(s7comm).request(CONNECT).answer(CONFIRM);
  const [first] = talk.operations;
  assert.equal(first?.name, 'PG rack 0 slot 2');
  assert.deepEqual([first.requestFrame, first.answerFrame, first.elapsedUs], [1, 2, 1000]);
  const turned = new Talk(s7comm).answer(CONFIRM).request(CONNECT);
  assert.deepEqual(verbs(turned), ['connect ok']);
  assert.deepEqual([turned.operations[0]?.answerFrame, turned.operations[0]?.elapsedUs], [1, -1]);
});

test('a connection that is refused has the reason of the disconnect request', () => {
  const talk = new Talk(s7comm).request(CONNECT).answer(packet([6, 0x80, 0, 1, 0, 0, 3]));
  const [operation] = talk.operations;
  assert.deepEqual([operation?.verb, operation?.outcome, operation?.code], ['connect', 'refused', 0x303]);
  assert.equal(s7comm.codeName(0x303), 'address unknown');
  const later = new Talk(s7comm).answer(packet([6, 0x80, 0, 1, 0, 0, 0x80]));
  assert.deepEqual(verbs(later), ['disconnect ok']);
  assert.equal(later.operations[0]?.client, 20);
});

test('a confirmation alone is told when the conversation ends, a request alone is unanswered', () => {
  assert.deepEqual(verbs(new Talk(s7comm).answer(CONFIRM).close()), ['connect ok']);
  assert.deepEqual(verbs(new Talk(s7comm).request(CONNECT).close()), ['connect unanswered']);
});

test('parameters of a connection request that run past its header are reported', () => {
  const talk = new Talk(s7comm).request(connection(0xe0, 'C0010A C2050102'));
  assert.deepEqual(talk.listener.rules, ['tpdu-parameters-malformed']);
});

test('every item of a read is an operation with its own return code', () => {
  const items = [anyItem(2, 3, 5, DATA_BLOCK, 80), anyItem(1, 1, 0, FLAG, 35), anyItem(8, 1, 9, DATA_BLOCK, 0)];
  const talk = new Talk(s7comm).request(job(7, `0403${items.join('')}`));
  talk.answer(answer(7, '0403', 'FF040018 010203 00 FF030001 01 00 05000000'));
  assert.deepEqual(
    talk.operations.map(({ space, first, count, outcome, code, values }) => [
      space,
      first,
      count,
      outcome,
      code,
      values,
    ]),
    [
      ['DB5', 10, 3, 'ok', 0, ['01', '02', '03']],
      ['M bits', 35, 1, 'ok', 0, [1]],
      ['DB9', 0, 1, 'refused', 5, []],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('elements of several bytes side by side have the number each has alone', () => {
  const talk = new Talk(s7comm).request(job(1, `0401${anyItem(5, 3, 5, DATA_BLOCK, 160)}`));
  talk.answer(answer(1, '0401', 'FF050030 FFFF 0001 8000'));
  assert.deepEqual(
    talk.operations.map(({ first, values }) => [first, ...values]),
    [
      [20, -1],
      [22, 1],
      [24, -32768],
    ],
  );
});

test('a long run of words is told as bytes, timers are numbered themselves', () => {
  const talk = new Talk(s7comm).request(job(1, `0402${anyItem(4, 70, 5, DATA_BLOCK, 0)}${anyItem(29, 2, 0, 0x1d, 6)}`));
  talk.answer(answer(1, '0402', `FF040460 ${'0001'.repeat(70)} FF090004 0123 0456`));
  const [run, timers] = talk.operations;
  assert.deepEqual([run?.first, run?.count, run?.values.length], [0, 140, 140]);
  assert.deepEqual([timers?.space, timers?.first, timers?.count, timers?.values], ['T', 6, 2, ['0123', '0456']]);
});

test('a write keeps its values, also where it is refused or never answered', () => {
  const talk = new Talk(s7comm);
  talk.request(job(1, `0501${anyItem(8, 1, 5, DATA_BLOCK, 0)}`, '00070004 41AC0000'));
  talk.answer(answer(1, '0501', '03'));
  talk.request(job(2, `0501${anyItem(1, 1, 0, FLAG, 9)}`, '00030001 01')).close();
  assert.deepEqual(verbs(talk), ['write refused', 'write unanswered']);
  assert.deepEqual(
    talk.operations.map(({ values }) => values),
    [[21.5], [1]],
  );
});

test('data of several writes have a fill byte between them', () => {
  const items = anyItem(2, 1, 0, FLAG, 0) + anyItem(2, 2, 0, FLAG, 80);
  const talk = new Talk(s7comm).request(job(1, `0502${items}`, '00040008 0A 00 00040010 0B0C'));
  talk.answer(answer(1, '0502', 'FFFF'));
  assert.deepEqual(
    talk.operations.map(({ values }) => values),
    [[10], ['0b', '0c']],
  );
});

test('an error of the whole job is that of every item', () => {
  const items = anyItem(2, 1, 0, FLAG, 0) + anyItem(2, 1, 0, FLAG, 8);
  const talk = new Talk(s7comm).request(job(1, `0402${items}`)).answer(answer(1, '0400', '', 0x8104));
  assert.deepEqual(
    talk.operations.map(({ outcome, code }) => [outcome, code]),
    [
      ['refused', 0x8104],
      ['refused', 0x8104],
    ],
  );
  // An acknowledgement without data names no function.
  const short = new Talk(s7comm).request(job(2, `0401${anyItem(2, 1, 0, FLAG, 0)}`));
  short.answer(data([0x32, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0x85, 0]));
  assert.deepEqual([short.operations[0]?.outcome, short.operations[0]?.code], ['refused', 0x8500]);
});

test('an answer whose request was not seen tells what it alone knows', () => {
  const talk = new Talk(s7comm).answer(answer(9, '0401', 'FF040010 0102'));
  const [operation] = talk.operations;
  assert.deepEqual(
    [operation?.verb, operation?.requestFrame, operation?.first, operation?.values],
    ['read', 0, -1, ['01', '02']],
  );
  assert.equal(operation?.client, 10);
});

test('an item of the syntax 0xB0 names areas, each with its own return code in the answer', () => {
  const item = '1211 B0 03 02 0005 000A 01 0005 0014 02 0006 0000';
  const talk = new Talk(s7comm).request(job(1, `0401 ${item}`));
  talk.answer(answer(1, '0401', 'FF090007 FF 0102 0A FF 0304'));
  assert.deepEqual(
    talk.operations.map(({ space, first, outcome, values }) => [space, first, outcome, values]),
    [
      ['DB5', 10, 'ok', ['01', '02']],
      ['DB5', 20, 'refused', []],
      ['DB6', 0, 'ok', ['03', '04']],
    ],
  );
});

test('numerical control, drive and symbolic addresses, and an unknown syntax that is skipped', () => {
  const items = [
    '1208 82 41 0002 0003 7F 01',
    '120A A2 01 0002 0003 0064 0005',
    '120E B2 FF 8A0E 0007 12345678 3000000A',
    '1204 55 010203',
    anyItem(2, 1, 0, FLAG, 0),
  ];
  const talk = new Talk(s7comm).request(job(1, `0405 ${items.join(' ')}`)).close();
  assert.deepEqual(
    talk.operations.map(({ space, first, name }) => [space, first, name]),
    [
      ['channel module 127 unit 1', (2 << 14) | 3, ''],
      ['drive parameter', (100 << 14) | 5, ''],
      ['symbol', -1, 'DB7.10'],
      ['address syntax 0x55', -1, ''],
      ['M', 0, ''],
    ],
  );
});

test('items that do not fit, and answers with too few of them, are reported', () => {
  const talk = new Talk(s7comm).request(job(1, `0402${anyItem(2, 1, 0, FLAG, 0)}1210`));
  assert.deepEqual(talk.listener.rules, ['item-cut-short']);
  const other = new Talk(s7comm).request(job(1, `0402${anyItem(2, 1, 0, FLAG, 0)}${anyItem(2, 1, 0, FLAG, 8)}`));
  other.answer(answer(1, '0401', 'FF040008 01')).close();
  assert.deepEqual(other.listener.rules, ['item-count-mismatch']);
  assert.deepEqual(verbs(other), ['read ok', 'read unanswered']);
});

test('lengths that contradict each other, unknown functions and kinds are reported', () => {
  const talk = new Talk(s7comm);
  talk.request(data([0x32, 1, 0, 0, 0, 1, 0, 9, 0, 0, 4, 0]));
  talk.request(data([0x32, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0x77, 1, 2]));
  talk.request(data([0x32, 5, 0, 0, 0, 1, 0, 0, 0, 0]));
  talk.request(data([0x32, 1]));
  assert.deepEqual(talk.listener.rules, [
    'length-mismatch',
    'item-count-zero',
    'trailing-bytes',
    'function-unknown',
    'message-kind-unknown',
    'message-header-wrong',
  ]);
});

test('a reference that is used again leaves the older job unanswered', () => {
  const talk = new Talk(s7comm);
  talk.request(job(1, `0401${anyItem(2, 1, 0, FLAG, 0)}`)).request(job(1, `0401${anyItem(2, 1, 0, FLAG, 8)}`));
  talk.answer(answer(1, '0401', 'FF040008 2A'));
  assert.deepEqual(
    talk.operations.map(({ first, outcome }) => [first, outcome]),
    [
      [0, 'unanswered'],
      [1, 'ok'],
    ],
  );
});

test('a message in several data units is one message; a gap forgets what was begun', () => {
  const whole = job(1, `0401${anyItem(2, 1, 0, FLAG, 0)}`).subarray(7);
  const talk = new Talk(s7comm);
  talk
    .request(data([], false))
    .request(data(whole.subarray(0, 5), false))
    .request(data(whole.subarray(5)));
  talk.answer(answer(1, '0401', 'FF040008 2A'));
  assert.deepEqual(talk.operations[0]?.values, [42]);
  const lost = new Talk(s7comm).request(data(whole.subarray(0, 5), false));
  lost.decoder.gap(1, true, lost.context);
  lost.request(job(2, `0401${anyItem(2, 1, 0, FLAG, 0)}`)).close();
  assert.deepEqual(verbs(lost), ['read unanswered']);
});

test('in a download the controller asks and the engineering station is the client', () => {
  const name = `09${text('_0800001P')}`;
  const block = `7070 0101 0108 0001 00000028 00000000 000000000000 000000000000 0000 0000 0000 0000 01020304`;
  const talk = new Talk(s7comm);
  talk.request(job(1, `1A00 0100 00000000 ${name} 0D ${text('1000040000004')}`)).answer(answer(1, '1A00'));
  talk.answer(job(2, `1B00 0000 00000000 ${name}`)).request(answer(2, '1B00', `0028 00FB ${block}`));
  talk.answer(job(3, `1C00 0000 00000000 ${name}`)).request(answer(3, '1C'));
  assert.deepEqual(verbs(talk), ['program-download ok', 'program-download ok', 'program-download ok']);
  for (const { client, server, space, first } of talk.operations) {
    assert.deepEqual([client, server, space, first], [10, 20, 'OB', 1]);
  }
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, name, direction, size, isComplete }) => [
      phase,
      name,
      direction,
      size,
      isComplete,
    ]),
    [
      ['begun', 'OB1', 'to-server', 0, false],
      ['piece', 'OB1', 'to-server', 0, false],
      ['ended', 'OB1', 'to-server', 40, true],
    ],
  );
});

test('a download that lacks bytes, or has an error at its end, is not complete; a hole beside all of them costs nothing', () => {
  const name = `09${text('_0800001P')}`;
  const begin = (): Talk =>
    new Talk(s7comm)
      .request(job(1, `1A00 0100 00000000 ${name} 0D ${text('1000004000004')}`))
      .answer(answer(1, '1A00'));
  const end = (talk: Talk, error: string): boolean | undefined => {
    talk.answer(job(3, `1C00 ${error} 00000000 ${name}`)).request(answer(3, '1C'));
    return talk.listener.transfers.at(-1)?.isComplete;
  };
  const piece = (talk: Talk, bytes: string): Talk => {
    const size = (bytes.length / 2).toString(16).padStart(4, '0');
    return talk.answer(job(2, `1B00 0000 00000000 ${name}`)).request(answer(2, '1B00', `${size} 00FB ${bytes}`));
  };
  assert.equal(end(piece(begin(), '01020304'), '0000'), true);
  assert.equal(end(piece(begin(), '010203'), '0000'), false);
  assert.equal(end(piece(begin(), '01020304'), 'D235'), false);
  const holed = begin();
  holed.decoder.gap(1, true, holed.context);
  assert.equal(end(piece(holed, '01020304'), '0000'), true);
  const lacking = begin();
  lacking.decoder.gap(1, true, lacking.context);
  assert.equal(end(piece(lacking, '0304'), '0000'), false);
  const other = begin();
  piece(other, `70700101010A0002${'00'.repeat(28)}`);
  assert.deepEqual(other.listener.rules, ['block-header-mismatch']);
});

test('an upload is named by its first message and found again by its id', () => {
  const talk = new Talk(s7comm);
  talk.request(job(1, `1D00 0000 00000000 09${text('_0A00012A')}`));
  talk.answer(answer(1, `1D00 0100 00000007 07 ${text('0000004')}`));
  talk.request(job(2, '1E00 0000 00000007')).answer(answer(2, '1E00', '0004 00FB 01020304'));
  talk.request(job(3, '1F00 0000 00000007')).answer(answer(3, '1F'));
  assert.deepEqual(
    talk.operations.map(({ verb, space, first }) => [verb, space, first]),
    Array.from({ length: 3 }, () => ['program-upload', 'DB', 12]),
  );
  const last = talk.listener.transfers.at(-1);
  assert.deepEqual([last?.name, last?.direction, last?.size, last?.isComplete], ['DB12', 'to-client', 4, true]);
});

test('what header and trailer of a block say goes with the end of its transfer', () => {
  const talk = new Talk(s7comm);
  const header = '7070 0101 050A 0001 0000004C 00000000 0291476029B5 0291476029B6 001C 0000 0000 0004'.replaceAll(
    ' ',
    '',
  );
  const trailer = `${text('SIMATIC\0IEC_TC\0\0CTU\0\0\0\0\0')}1000798C0000000000000000`;
  const block = `${header}01020304${trailer}`;
  talk.request(job(1, `1D00 0000 00000000 09${text('_0A00001A')}`));
  talk.answer(answer(1, `1D00 0100 00000007 07 ${text('0000076')}`));
  // In two pieces, cut within the trailer.
  for (const [number, piece] of [block.slice(0, 100), block.slice(100)].entries()) {
    const size = (piece.length / 2).toString(16).padStart(4, '0');
    talk.request(job(2 + number, '1E00 0000 00000007')).answer(answer(2 + number, '1E00', `${size} 00FB ${piece}`));
  }
  talk.request(job(4, '1F00 0000 00000007')).answer(answer(4, '1F'));
  const last = talk.listener.transfers.at(-1);
  assert.equal(last?.isComplete, true);
  assert.deepEqual(Object.fromEntries(last.details ?? []), {
    block: 'DB1',
    language: 'DB',
    'code changed': '2013-03-26 11:57:55',
    'interface changed': '2013-03-27 11:57:55',
    'load bytes': '76',
    'code bytes': '4',
    author: 'SIMATIC',
    family: 'IEC_TC',
    name: 'CTU',
    version: '1.0',
    checksum: '0x798c',
  });
});

test('program invocations and stop have the verbs of what they do', () => {
  const talk = new Talk(s7comm);
  const invoke = (argument: string, name: string): void => {
    const size = (argument.replaceAll(' ', '').length / 2).toString(16).padStart(4, '0');
    const length = name.length.toString(16).padStart(2, '0');
    talk.request(job(1, `28 000000000000FD ${size} ${argument} ${length} ${text(name)}`)).answer(answer(1, '28'));
  };
  invoke('', 'P_PROGRAM');
  invoke('4320', 'P_PROGRAM');
  invoke(`0200 ${text('0A00001B0C00002B')}`, '_DELE');
  invoke(`0100 ${text('0800001P')}`, '_INSE');
  invoke('4550', '_MODU');
  invoke('', '_GARB');
  invoke('', '_SOMETHING');
  talk.request(job(2, `29 0000000000 09 ${text('P_PROGRAM')}`)).answer(answer(2, '29'));
  assert.deepEqual(
    talk.operations.map(({ verb, space, first }) => [verb, space, first]),
    [
      ['start', '', -1],
      ['restart', '', -1],
      ['delete', 'DB', 1],
      ['delete', 'FC', 2],
      ['program-download', 'OB', 1],
      ['store-program', '', -1],
      ['configure', '', -1],
      ['other', '', -1],
      ['stop', '', -1],
    ],
  );
});

test('a status list in parts is put together before it is read', () => {
  const talk = new Talk(s7comm);
  const order = `0011 0000 001C 0002 0001 ${text('6ES7 315-2EH14-0AB0 ')} 00C0 0003 0001 0007 ${text(' '.repeat(20))} 00C0`;
  talk.request(userData(1, 4, 4, 1, '0011 0000'));
  talk.answer(userData(1, 8, 4, 1, order, { sequence: 2, tail: '01010000' }));
  assert.deepEqual(talk.listener.said, []);
  talk.request(userData(2, 4, 4, 1, '', { sequence: 2, tail: '01000000' }));
  talk.answer(userData(2, 8, 4, 1, '5603 0207', { sequence: 2, tail: '01000000' }));
  assert.deepEqual(talk.listener.said, [
    'product-code: 6ES7 315-2EH14-0AB0',
    'vendor: Siemens',
    'model: SIMATIC S7-300',
    'firmware: V3.2.7',
  ]);
  assert.deepEqual(
    talk.operations.map(({ verb, space, first }) => [verb, space, first]),
    [
      ['identify', 'SZL 0x0011', 0],
      ['identify', 'SZL 0x0011', 0],
    ],
  );
});

test('a lost request leaves the parts of an answer, lost bytes of the controller do not', () => {
  const partsWith = (fromClient: boolean): string[] => {
    const talk = new Talk(s7comm);
    talk.request(userData(1, 4, 4, 1, '0011 0000'));
    const order = `0011 0000 001C 0001 0001 ${text('6ES7 315-2EH14-0AB0 ')}`;
    talk.answer(userData(1, 8, 4, 1, order, { sequence: 2, tail: '01010000' }));
    talk.decoder.gap(1, fromClient, talk.context);
    talk.request(userData(2, 4, 4, 1, '', { sequence: 2, tail: '01000000' }));
    talk.answer(userData(2, 8, 4, 1, '00C0 0003 0001', { sequence: 2, tail: '01000000' }));
    return talk.listener.said;
  };
  assert.equal(partsWith(true)[0], 'product-code: 6ES7 315-2EH14-0AB0');
  assert.deepEqual(partsWith(false), []);
});

test('names, serial number and operating mode are claims', () => {
  const talk = new Talk(s7comm);
  const record = (index: string, value: string): string => `${index} ${text(value.padEnd(32, '\0'))}`;
  const records = record('0001', 'PUMPS') + record('0005', 'S C-1') + record('0007', 'CPU 315-2 PN/DP');
  talk.request(userData(1, 4, 4, 1, '001C 0000'));
  talk.answer(userData(1, 8, 4, 1, `001C 0000 0022 0003 ${records}`, { tail: '00000000' }));
  talk.request(userData(2, 4, 4, 1, '0424 0000'));
  talk.answer(userData(2, 8, 4, 1, `0424 0000 0014 0001 5144FF04 ${'00'.repeat(16)}`, { tail: '00000000' }));
  talk.answer(userData(0, 0, 0, 2, ''));
  assert.deepEqual(talk.listener.said, [
    'name: PUMPS',
    'serial: S C-1',
    'model: CPU 315-2 PN/DP',
    'run-state: stop',
    'run-state: run',
  ]);
});

test('a password is told as a login that a candidate can be tested against, and nowhere else', () => {
  const talk = new Talk(s7comm, ['wrong', 'SIEMENS1', 'siemens1', 'SIEMENS12']);
  // Hidden by hand: each character with 55, from the third on also with the hidden one two before.
  const hidden = [...Buffer.from('SIEMENS1')].map((code) => code ^ 0x55);
  for (let index = 2; index < 8; index++) hidden[index]! ^= hidden[index - 2]!;
  const bytes = Buffer.from(hidden).toString('hex');
  talk.request(userData(1, 4, 5, 1, bytes)).answer(userData(1, 8, 5, 1, '', { tail: '0000D602' }));
  talk.request(userData(2, 4, 5, 1, bytes)).answer(userData(2, 8, 5, 1, '', { tail: '00000000' }));
  talk.request(userData(3, 4, 5, 1, bytes)).close();
  assert.deepEqual(talk.listener.logins, [
    { outcome: 'refused', matching: ['SIEMENS1'] },
    { outcome: 'accepted', matching: ['SIEMENS1'] },
    { outcome: 'unknown', matching: ['SIEMENS1'] },
  ]);
  assert.deepEqual(
    talk.operations.map(({ verb, values }) => [verb, values]),
    Array.from({ length: 3 }, () => ['authenticate', []]),
  );
});

test('the hidden form is the one Snap7 sends', () => {
  // From captures/snap7-and-nodes7.pcap: SetSessionPassword('secret').
  const hidden = Uint8Array.from(Buffer.from('2630101720365543', 'hex'));
  assert.ok(isPassword('secret', hidden));
  assert.ok(!isPassword('secreT', hidden));
});

test('the clock that is set, and the one that is read', () => {
  const talk = new Talk(s7comm);
  talk.request(userData(1, 4, 7, 2, '00192601010000000005')).answer(userData(1, 8, 7, 2, '', { tail: '00000000' }));
  talk.request(userData(2, 4, 7, 1, '')).answer(userData(2, 8, 7, 1, '00192601020304050006', { tail: '00000000' }));
  assert.deepEqual(
    talk.operations.map(({ verb, values }) => [verb, ...values]),
    [
      ['set-time', '00192601010000000005'],
      ['diagnose', '00192601020304050006'],
    ],
  );
});

test('values told unasked are reports on the areas that were subscribed to', () => {
  const talk = new Talk(s7comm);
  talk.request(userData(1, 4, 2, 5, '0001 0101 120C B0 02 02 0005 000A 01 0006 0014'));
  talk.answer(userData(1, 8, 2, 5, '0001 FF090005 FF 0102 FF 03', { sequence: 4, tail: '00000000' }));
  talk.answer(userData(0, 0, 2, 5, '0001 FF090003 FE FF 07', { sequence: 4, tail: '00000000' }));
  talk.answer(userData(0, 0, 2, 5, '0001 FF090003 FE FF 07', { sequence: 5, tail: '00000000' }));
  assert.deepEqual(
    talk.operations.map(({ verb, space, first, values }) => [verb, space, first, values]),
    [
      ['subscribe', 'DB5', 10, []],
      ['subscribe', 'DB6', 20, []],
      ['report', 'DB6', 20, [7]],
      ['report', 'cyclic job', 5, []],
    ],
  );
});

test('a modified variable is written once, held for good it is a force', () => {
  const table = (trigger: string, often: string): string =>
    `0014 000E 0000 ${trigger} ${often} 0006 0001 0001 0001 0001 0001 0200 0001 7201 0005 000A 0009 0002 1234`;
  const talk = new Talk(s7comm);
  talk.request(userData(1, 4, 1, 8, table('0001', '0001'))).answer(userData(1, 8, 1, 8, '', { tail: '00000000' }));
  talk.request(userData(2, 4, 1, 8, table('0100', '0002'))).answer(userData(2, 8, 1, 8, '', { tail: '00000000' }));
  talk.request(userData(3, 4, 1, 12, '')).answer(userData(3, 8, 1, 12, '', { tail: '00000000' }));
  assert.deepEqual(
    talk.operations.map(({ verb, space, first, values }) => [verb, space, first, values]),
    [
      ['write', 'DB5', 10, [0x1234]],
      ['force', 'DB5', 10, [0x1234]],
      ['factory-reset', 'test job', -1, []],
    ],
  );
});

test('monitored variables are reported with the values that come for them', () => {
  const table = '0014 000E 0000 0001 0001 0012 0001 0001 0001 0001 0001 0001 0002 0106 0000 0000 7303 0005 0008';
  const talk = new Talk(s7comm);
  talk.request(userData(1, 4, 1, 2, table)).answer(userData(1, 8, 1, 2, '', { sequence: 2, tail: '00000000' }));
  const values = '0004 0012 0100 0001 0002 FF090006 010203040506 FF09000C 000000010000000200000003';
  talk.answer(userData(0, 0, 1, 2, values, { sequence: 2, tail: '00000000' }));
  talk.answer(userData(0, 0, 1, 2, values, { sequence: 3, tail: '00000000' }));
  assert.deepEqual(
    talk.operations.map(({ verb, space, first, count, values: told }) => [verb, space, first, count, told.length]),
    [
      ['diagnose', 'M', 0, 6, 0],
      ['diagnose', 'DB5', 8, 3, 0],
      ['report', 'M', 0, 6, 6],
      ['report', 'DB5', 8, 12, 12],
      ['report', 'test job', -1, 0, 0],
    ],
  );
});

test('an alarm is told by its number', () => {
  const alarm = '9401060027203975 40 01 12 0A 16 08 000000AF 0000 FEFE';
  const talk = new Talk(s7comm).answer(userData(0, 0, 4, 5, alarm)).answer(userData(0, 0, 4, 5, '9401'));
  assert.deepEqual(
    talk.operations.map(({ verb, space, first }) => [verb, space, first]),
    [
      ['report', 'alarms', 175],
      ['report', 'alarms', -1],
    ],
  );
});

test('user data that is too short or of an unknown kind is reported', () => {
  const talk = new Talk(s7comm);
  talk.request(data([0x32, 7, 0, 0, 0, 1, 0, 4, 0, 0, 0, 1, 0x12, 4]));
  talk.request(userData(1, 4, 9, 1, ''));
  talk.request(userData(1, 5, 4, 1, ''));
  assert.deepEqual(talk.listener.rules, ['parameters-cut-short', 'function-unknown', 'user-data-type-unknown']);
});
