// Messages of S7comm-plus, byte for byte, and what they become.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { hexBytes } from '../example-conversation.ts';
import { Talk, data, plus } from './example-frames.ts';
import { s7commPlus } from './index.ts';
import { PlusReader, ValueType } from './plus-reader.ts';

const SESSION = '000003BE';
const QUALIFIER = '000004E8 8969 0012 00000000 896A 0013 00 896B 0004 00 00';
const text = (value: string): string => Buffer.from(value).toString('hex');

function request(code: string, sequence: number, body: string): Uint8Array {
  return plus(2, `31 0000 ${code} 0000 ${sequence.toString(16).padStart(4, '0')} ${SESSION} 34 ${body}`);
}

function reply(code: string, sequence: number, body: string): Uint8Array {
  return plus(2, `32 0000 ${code} 0000 ${sequence.toString(16).padStart(4, '0')} 34 ${body}`);
}

test('the answer that opens a session tells order number and firmware', () => {
  const version = '1;6ES7 511-1AK00-0AB0;V1.0';
  const about = `A3 8232 00 17 0000013A 823B 00 04 8240 823F 00 15 ${version.length.toString(16)} ${text(version)} 00`;
  const talk = new Talk(s7commPlus);
  talk.request(plus(1, `31 0000 04CA 0000 0001 00000120 36 0000011D 00 04 00 00000000 A1 000000D3 821F 00 00 A2`));
  talk.answer(plus(1, `32 0000 04CA 0000 0001 36 00 02 8708 8709 A1 00000120 821F 00 00 ${about} A2 00000000`));
  assert.deepEqual(talk.listener.said, [
    'product-code: 6ES7 511-1AK00-0AB0',
    'vendor: Siemens',
    'model: SIMATIC S7-1500',
    'firmware: V1.0',
  ]);
  assert.deepEqual(
    talk.operations.map(({ verb, name, outcome }) => [verb, name, outcome]),
    [['connect', 'session', 'ok']],
  );
});

test('each variable of a read is an operation with its name and value, or with its error', () => {
  const talk = new Talk(s7commPlus);
  const addresses = '00000000 03 0F 00 88D0B88003 02 9376 0A 00 88D0B88003 03 9376 0E 07 00 52 02 9D18 04';
  talk.request(request('054C', 2, `${addresses} 00 ${QUALIFIER}`));
  talk.answer(reply('054C', 2, '00 01 00 0E 41AC0000 02 80 08 7F 00 03 C1C691908086E7FFFE 00'));
  assert.deepEqual(
    talk.operations.map(({ space, name, outcome, code, values }) => [space, name, outcome, code, values]),
    [
      ['variable', 'DB3.10', 'ok', 0, [21.5]],
      ['variable', 'DB3.14.7', 'ok', 0, [-1]],
      ['variable', 'M.4', 'refused', 0xfffe, []],
    ],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('a write has the values of its request', () => {
  const talk = new Talk(s7commPlus);
  talk.request(request('0542', 3, `00000000 01 05 00 88D0B88003 02 9376 0A 01 00 04 8768 00 ${QUALIFIER}`));
  talk.answer(reply('0542', 3, '00 00'));
  const [operation] = talk.operations;
  assert.deepEqual([operation?.verb, operation?.name, operation?.values], ['write', 'DB3.10', [1000]]);
});

test('what a session sets up in itself is no write, and what proves who asks is not kept', () => {
  const talk = new Talk(s7commPlus);
  talk.request(request('0542', 2, `${SESSION} 02 02 8232 8E36 01 00 04 05 02 10 02 04 DEADBEEF 00 ${QUALIFIER}`));
  talk.answer(reply('0542', 2, '00 00'));
  assert.deepEqual(
    talk.operations.map(({ verb, name, values }) => [verb, name, values]),
    [
      ['connect', 'session.306', []],
      ['authenticate', 'session.1846', []],
    ],
  );
  assert.deepEqual(talk.listener.logins, [{ outcome: 'accepted', matching: [] }]);
});

test('the operating state is asked for at the CPU execution unit', () => {
  const talk = new Talk(s7commPlus);
  const states = ['01', '03', '02', '07'];
  states.forEach((state, index) => {
    talk.request(request('04F2', index, `00000034 01 9077 00 08 ${state} 00 ${QUALIFIER}`));
    talk.answer(reply('04F2', index, '00'));
  });
  talk.request(request('0542', 9, `00000034 01 01 9077 01 00 08 01 00 ${QUALIFIER}`)).answer(reply('0542', 9, '00 00'));
  talk.request(request('04F2', 10, `70000E51 01 881D 00 07 00CE 00 ${QUALIFIER}`)).answer(reply('04F2', 10, '00'));
  talk.request(request('04F2', 11, `00000033 01 9077 00 08 01 00 ${QUALIFIER}`)).answer(reply('04F2', 11, '00'));
  assert.deepEqual(
    talk.operations.map(({ verb, name }) => [verb, name]),
    [
      ['stop', 'CPU execution unit.2167'],
      ['start', 'CPU execution unit.2167'],
      ['factory-reset', 'CPU execution unit.2167'],
      ['set-mode', 'CPU execution unit.2167'],
      ['stop', 'CPU execution unit.2167'],
      ['subscribe', 'object of a session.1053'],
      ['write', '51.2167'],
    ],
  );
});

test('objects of a program that are created or deleted are told apart from those of a session', () => {
  const talk = new Talk(s7commPlus);
  const create = (classId: string, sequence: number): void => {
    const body = `8A0E0000 00 04 00 00000000 A1 8A0E0007 ${classId} 00 00 A3 8169 00 15 04 ${text('Data')} A2`;
    talk.request(request('04CA', sequence, body)).answer(reply('04CA', sequence, '00 01 07'));
  };
  create('940E', 1);
  create('8769', 2);
  create('9901', 3);
  ['70000E51', '8A0E0007', SESSION].forEach((object, index) => {
    talk.request(request('04D4', 10 + index, object)).answer(reply('04D4', 10 + index, `00 ${object}`));
  });
  assert.deepEqual(
    talk.operations.map(({ verb, name }) => [verb, name]),
    [
      ['program-download', 'DB Data'],
      ['subscribe', 'subscription'],
      ['create', 'class 3201'],
      ['release', 'object of a session'],
      ['delete', 'DB7'],
      ['disconnect', 'session'],
    ],
  );
});

test('a refused request has the lower 16 bits of the return value', () => {
  const talk = new Talk(s7commPlus)
    .request(request('04BB', 1, '00000003'))
    .answer(reply('04BB', 1, 'C1C691908086E7FFFE'));
  const [operation] = talk.operations;
  assert.deepEqual([operation?.verb, operation?.outcome, operation?.code], ['enumerate', 'refused', 0xfffe]);
  const warned = new Talk(s7commPlus).request(request('04BB', 1, '00000003')).answer(reply('04BB', 1, '11'));
  assert.equal(warned.operations[0]?.outcome, 'ok');
});

test('a notification tells values by the number they have in their subscription', () => {
  const talk = new Talk(s7commPlus);
  talk.answer(
    plus(
      3,
      `20 ${'00'.repeat(32)} 33 7000006A 0400 0000 0000 C9 8EC148 01 92 00000005 00 0E 41AC0000 92 00000006 00 01 01 00`,
    ),
  );
  assert.deepEqual(
    talk.operations.map(({ verb, first, values, client, requestFrame }) => [verb, first, values, client, requestFrame]),
    [
      ['report', 5, [21.5], 10, 0],
      ['report', 6, [1], 10, 0],
    ],
  );
});

test('items of a subscription that was seen are told as the variables they are', () => {
  const talk = new Talk(s7commPlus);
  const list =
    '20 04 11 8880848000 00 02 8880908002 05 00 52 8AE28FB700 9D18 09 8880908002 06 00 88D0B88003 8A8EE5EF36 9376 0A';
  const body = `000003AF 00 04 00 00000000 A1 7FFFC001 8769 00 00 A3 8818 ${list} A2`;
  talk.request(request('04CA', 1, body)).answer(reply('04CA', 1, '00 01 8180808001'));
  // An older controller tells no sequence.
  talk.answer(
    plus(2, '33 10000001 0400 0000 0000 02 01 92 00000005 00 07 0003 92 00000006 00 07 0004 92 00000009 00 07 0005 00'),
  );
  assert.deepEqual(
    talk.operations.map(({ verb, space, first, name, values }) => [verb, space, first, name, ...values]),
    [
      ['subscribe', 'object', -1, 'subscription'],
      ['report', 'variable', -1, 'M.9', 3],
      ['report', 'variable', -1, 'DB3.10', 4],
      ['report', 'subscribed item', 9, '', 5],
    ],
  );
  talk.answer(plus(2, '33 10000001 0400 0000 0000 03 01 13 00000006 00'));
  const last = talk.operations.at(-1);
  assert.deepEqual([last?.name, last?.outcome, last?.code], ['DB3.10', 'refused', 0x13]);
  talk.close();
  talk.answer(plus(2, '33 10000001 0400 0000 0000 02 01 92 00000005 00 07 0003 00'));
  assert.equal(talk.operations.at(-1)?.first, 5);
});

test('a message in parts is read when its last part is there, and a gap forgets it', () => {
  const whole = `31000004D400000001${SESSION}34${SESSION}`;
  const talk = new Talk(s7commPlus).request(plus(2, whole.slice(0, 20), false));
  assert.equal(talk.operations.length, 0);
  talk.request(plus(2, whole.slice(20))).close();
  assert.deepEqual(talk.operations[0]?.verb, 'disconnect');
  const lost = new Talk(s7commPlus).request(plus(2, whole.slice(0, 20), false));
  lost.decoder.gap(1, true, lost.context);
  lost.request(plus(2, whole)).close();
  assert.deepEqual([lost.operations.length, lost.listener.rules], [1, []]);
});

test('TLS inside the transport is passed over, other bytes are reported', () => {
  const talk = new Talk(s7commPlus).request(data(hexBytes('16 0301 0004 01020304')));
  assert.deepEqual(talk.listener.rules, []);
  talk.request(data(hexBytes('99 0301 0004')));
  talk.request(plus(2, '31 0000 0999 0000 0001 000003BE 34'));
  talk.request(plus(2, '44 0000 054C 0000 0001'));
  talk.request(plus(2, '31 0000 054C 0000 0001 0000'));
  assert.deepEqual(talk.listener.rules, [
    'message-header-wrong',
    'function-unknown',
    'opcode-unknown',
    'message-cut-short',
  ]);
});

test('a keep-alive is told as one', () => {
  const talk = new Talk(s7commPlus).request(data(hexBytes('72 FF 0000')));
  assert.deepEqual(
    talk.operations.map(({ verb }) => verb),
    ['keep-alive'],
  );
});

test('numbers of variable length are read as they are written', () => {
  const reader = new PlusReader();
  const open = (bytes: readonly number[]): PlusReader => reader.open(Uint8Array.from(bytes), 0, bytes.length);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
      const groups = [value % 128];
      for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
        groups.unshift((rest % 128) | 0x80);
      assert.equal(open(groups).number32(), value);
      assert.equal(reader.left, 0);
    }),
    { seed: 7 },
  );
  for (const [hex, value] of [
    ['7F', -1],
    ['3F', 63],
    ['8040', 64],
    ['FF40', -64],
  ] as const) {
    assert.equal(open([...hexBytes(hex)]).signed32(), value, hex);
  }
  assert.equal(open([...hexBytes('C1C691908086E7FFFE')]).number64() > 2 ** 60, true);
  assert.deepEqual([reader.isNegative64, reader.low16], [true, 0xfffe]);
  open([0xff, 0xff]).number32();
  assert.equal(reader.short, true);
});

test('values of all kinds are read to their end, and unknown kinds are not guessed', () => {
  const reader = new PlusReader();
  const read = (hex: string): PlusReader => {
    const bytes = hexBytes(hex);
    reader.open(bytes, 0, bytes.length).value();
    return reader;
  };
  for (const hex of [
    '00 00',
    '00 01 01',
    '00 0F 4045000000000000',
    '10 02 03 010203',
    '20 04 02 880D 01',
    '40 04 01 05 02 06 00',
    '00 14 00 03 010203',
    '00 15 03 414243',
    '00 17 0000013A 823B 00 04 05 823C 00 17 00000001 01 00 01 01 00 00',
    '00 17 90000001 0000000000000000 00 02 0102',
    '00 11 81 00',
    '00 10 0000000000000000',
  ]) {
    assert.deepEqual([read(hex).short, reader.left], [false, 0], hex);
  }
  for (const hex of ['00 16 00', '00 30', '08 01 01', '00 0E 41', '00 15 05 41', '10 0E 03 00000000']) {
    assert.equal(read(hex).short, true, hex);
  }
  assert.equal(read('00 01 01').type, ValueType.bool);
});
