import assert from 'node:assert/strict';
import test from 'node:test';
import { Code, ModbusMessage, PROBLEMS, Space } from './messages.ts';
import { bytesOf } from './example-frames.ts';
import { parseAnswer, parseRequest } from './parse.ts';
import { Verb, VERB_NAMES } from '../../facts/verbs.ts';
import { Umas } from './umas-functions.ts';

function rules(message: ModbusMessage): string[] {
  return Array.from({ length: message.problemCount }, (_, index) => PROBLEMS[message.problem[index]!]!.rule);
}

/** The fields of a parsed message that say something, values as hexadecimal. */
function seen(message: ModbusMessage, bytes: Uint8Array): Record<string, unknown> {
  const size = message.encoding === 1 ? Math.ceil(message.valueCount / 8) : message.valueSize * message.valueCount;
  const values = Buffer.from(bytes.subarray(message.valuesStart, message.valuesStart + size)).toString('hex');
  return {
    verb: VERB_NAMES[message.verb],
    space: message.space,
    first: message.first,
    count: message.count,
    values: `${message.valueCount}:${values}`,
    ...(message.subfunction >= 0 && { subfunction: message.subfunction }),
    ...(message.readFirst >= 0 && { read: [message.readFirst, message.readCount] }),
    ...(message.exception !== 0 && { exception: message.exception }),
    ...(message.nameEnd > 0 && { name: Buffer.from(bytes.subarray(message.nameStart, message.nameEnd)).toString() }),
    ...(message.problemCount > 0 && { rules: rules(message) }),
  };
}

function request(text: string): Record<string, unknown> {
  const bytes = bytesOf(text);
  const message = new ModbusMessage();
  parseRequest(message, bytes, 0, bytes.length);
  return seen(message, bytes);
}

function answer(text: string, subfunction = -1, asked = 0): Record<string, unknown> {
  const bytes = bytesOf(text);
  const message = new ModbusMessage();
  parseAnswer(message, bytes, 0, bytes.length, subfunction, asked);
  return seen(message, bytes);
}

const NO_VALUES = '0:';

// The bytes are those of the examples of the specification's clause 6, where it has one.
test('functions 1 to 4 ask for a range and answer with its values', () => {
  const range = { first: 19, count: 19, values: NO_VALUES };
  assert.deepEqual(request('01 0013 0013'), { verb: 'read', space: Space.coil, ...range });
  assert.deepEqual(answer('01 03 CD6B05', -1, 19), {
    verb: 'read',
    space: Space.coil,
    first: -1,
    count: 0,
    values: '19:cd6b05',
  });
  assert.deepEqual(request('02 00C4 0016'), {
    verb: 'read',
    space: Space.discreteInput,
    first: 196,
    count: 22,
    values: NO_VALUES,
  });
  assert.deepEqual(answer('02 03 ACDB35', -1, 22)['values'], '22:acdb35');
  assert.deepEqual(request('03 006B 0003'), {
    verb: 'read',
    space: Space.holdingRegister,
    first: 107,
    count: 3,
    values: NO_VALUES,
  });
  assert.deepEqual(answer('03 06 022B 0000 0064')['values'], '3:022b00000064');
  assert.deepEqual(request('04 0008 0001'), {
    verb: 'read',
    space: Space.inputRegister,
    first: 8,
    count: 1,
    values: NO_VALUES,
  });
  assert.deepEqual(answer('04 02 000A')['values'], '1:000a');
});

test('functions 5 and 6 write one value, told alike both ways', () => {
  for (const read of [request, answer]) {
    assert.deepEqual(read('05 00AC FF00'), { verb: 'write', space: Space.coil, first: 172, count: 1, values: '1:ff' });
    assert.deepEqual(read('06 0001 0003'), {
      verb: 'write',
      space: Space.holdingRegister,
      first: 1,
      count: 1,
      values: '1:0003',
    });
  }
});

test('functions 15 and 16 write a range, the answer repeats it', () => {
  const coils = { verb: 'write', space: Space.coil, first: 19, count: 10 };
  assert.deepEqual(request('0F 0013 000A 02 CD01'), { ...coils, values: '10:cd01' });
  assert.deepEqual(answer('0F 0013 000A'), { ...coils, values: NO_VALUES });
  const registers = { verb: 'write', space: Space.holdingRegister, first: 1, count: 2 };
  assert.deepEqual(request('10 0001 0002 04 000A 0102'), { ...registers, values: '2:000a0102' });
  assert.deepEqual(answer('10 0001 0002'), { ...registers, values: NO_VALUES });
});

test('functions 7, 11, 12 and 17 ask without a field', () => {
  for (const [code, verb, space] of [
    ['07', 'diagnose', Space.diagnostic],
    ['0B', 'diagnose', Space.diagnostic],
    ['0C', 'diagnose', Space.diagnostic],
    ['11', 'identify', Space.deviceIdentification],
  ] as const) {
    assert.deepEqual(request(code), { verb, space, first: -1, count: 0, values: NO_VALUES });
  }
  assert.equal(answer('07 6D')['values'], '1:6d');
  assert.equal(answer('0B FFFF 0108')['values'], '2:ffff0108');
  assert.equal(answer('0C 08 0000 0108 0121 2000')['values'], '8:0000010801212000');
  assert.equal(answer('11 05 41 42 43 44 FF')['values'], '5:41424344ff');
});

test('function 8 has a verb for each sub-function that does something', () => {
  const verbs: Record<number, string> = { 1: 'restart', 4: 'listen-only', 10: 'clear-log' };
  for (const subfunction of [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20]) {
    const data = subfunction === 0 ? 'A537' : '0000';
    const text = `08 00${subfunction.toString(16).padStart(2, '0')} ${data}`;
    const expected = {
      verb: verbs[subfunction] ?? 'diagnose',
      space: Space.diagnostic,
      first: -1,
      count: 0,
      values: `1:${data.toLowerCase()}`,
      subfunction,
    };
    assert.deepEqual(request(text), expected);
    assert.deepEqual(answer(text, subfunction), expected);
  }
  assert.deepEqual(request('08 0005 0000')['rules'], ['subfunction-unassigned']);
  assert.deepEqual(request('08 0002 0000 00')['rules'], ['trailing-bytes']);
  assert.deepEqual(request('08 0000 11223344')['rules'], undefined);
});

test('function 22 carries its two masks, 23 a read and a write, 24 a queue', () => {
  for (const read of [request, answer]) {
    assert.deepEqual(read('16 0004 00F2 0025'), {
      verb: 'write',
      space: Space.holdingRegister,
      first: 4,
      count: 1,
      values: '2:00f20025',
    });
  }
  assert.deepEqual(request('17 0003 0006 000E 0003 06 00FF 00FE 00FD'), {
    verb: 'write',
    space: Space.holdingRegister,
    first: 14,
    count: 3,
    values: '3:00ff00fe00fd',
    read: [3, 6],
  });
  assert.equal(answer('17 0C 00FE 0ACD 0001 0003 000D 00FF')['values'], '6:00fe0acd00010003000d00ff');
  assert.deepEqual(request('18 04DE'), { verb: 'read', space: Space.fifo, first: 1246, count: 0, values: NO_VALUES });
  const fifo = answer('18 0006 0002 01B8 1284');
  assert.deepEqual([fifo['count'], fifo['values'], fifo['rules']], [2, '2:01b81284', undefined]);
});

test('functions 20 and 21 name file and record', () => {
  const read = request('14 0E 06 0004 0001 0002 06 0003 0009 0002');
  assert.deepEqual(read, {
    verb: 'file-read',
    space: Space.fileRecord,
    first: 4 * 65536 + 1,
    count: 2,
    values: NO_VALUES,
  });
  assert.deepEqual(answer('14 0C 05 06 0DFE 0020 05 06 33CD 0040')['values'], '2:0dfe0020');
  const write = request('15 0D 06 0004 0007 0003 06AF 04BE 100D');
  assert.deepEqual(write, {
    verb: 'file-write',
    space: Space.fileRecord,
    first: 4 * 65536 + 7,
    count: 3,
    values: '3:06af04be100d',
  });
  assert.deepEqual(answer('15 0D 06 0004 0007 0003 06AF 04BE 100D'), write);
});

test('function 43 reads the identification object by object', () => {
  assert.deepEqual(request('2B 0E 01 00'), {
    verb: 'identify',
    space: Space.deviceIdentification,
    first: 0,
    count: 0,
    values: NO_VALUES,
    subfunction: 14,
  });
  assert.equal(request('2B 0E 04 02')['count'], 1);
  const list = answer('2B 0E 01 01 00 00 02 00 03 414243 01 01 58');
  assert.deepEqual(
    [list['first'], list['count'], list['values'], list['rules']],
    [0, 2, '8:0003414243010158', undefined],
  );
  assert.deepEqual(request('2B 0D 00 01 02'), {
    verb: 'other',
    space: 0,
    first: -1,
    count: 0,
    values: '3:000102',
    subfunction: 13,
  });
});

test('UMAS requests name their sub-function, block, program block or owner', () => {
  assert.equal(request('5A 00 41 FF00')['verb'], 'stop');
  assert.equal(request('5A 01 40 FF00')['verb'], 'start');
  assert.equal(request('5A 00 10 00000000 04 55534552')['name'], 'USER');
  const memory = request('5A 00 20 00 1300 64000000 9C00');
  assert.deepEqual([memory['space'], memory['first'], memory['count']], [Space.umasMemory, 0x13 * 65536 + 0x64, 0x9c]);
  const download = request('5A 01 31 0001 0200 0300 AABBCC');
  assert.deepEqual([download['verb'], download['first'], download['values']], ['program-download', 2, '3:aabbcc']);
  const upload = request('5A 01 34 0001 0300');
  assert.deepEqual([upload['verb'], upload['first'], upload['values']], ['program-upload', 3, NO_VALUES]);
  assert.deepEqual(request('5A 01 EE')['rules'], ['subfunction-unassigned']);
});

test('UMAS answers need the request to be understood', () => {
  assert.equal(answer('5A 01 FE 00 00 0300 AABBCC', Umas.uploadBlock)['values'], '3:aabbcc');
  assert.equal(answer('5A 01 FE 00 0200 AABB', Umas.readMemoryBlock)['values'], '2:aabb');
  assert.equal(answer('5A 01 FD 80 00', Umas.readId)['exception'], 0xfd);
  assert.equal(answer('5A 01 FE', Umas.readId)['verb'], 'identify');
  assert.deepEqual(answer('5A 01 07', Umas.readId)['rules'], ['field-value-invalid']);
});

test('every function that refuses says so, with a known or an unknown code', () => {
  for (const code of Object.values(Code)) {
    const refused = (code | 0x80).toString(16);
    assert.equal(answer(`${refused} 02`)['exception'], 2);
    assert.equal(answer(`${refused} 02`)['rules'], undefined);
  }
  assert.deepEqual(answer('83 63')['rules'], ['exception-code-unknown']);
  assert.deepEqual(answer('83')['rules'], ['length-too-short']);
  assert.notEqual(answer('83')['exception'], undefined);
});

const BROKEN: readonly (readonly [rule: string, request: string])[] = [
  ['length-too-short', '03 00'],
  ['quantity-zero', '03 0000 0000'],
  ['quantity-above-limit', '03 0000 007E'],
  ['quantity-above-limit', '01 0000 07D1'],
  ['quantity-above-limit', '17 0000 0001 0000 007A F4'],
  ['address-beyond-space', '04 FFFF 0002'],
  ['trailing-bytes', '03 0000 0001 00'],
  ['trailing-bytes', '07 00'],
  ['coil-value-invalid', '05 0001 0100'],
  ['byte-count-mismatch', '10 0000 0002 02 0001'],
  ['byte-count-mismatch', '0F 0000 0009 01 FF'],
  ['values-cut-short', '10 0000 0002 04 0001'],
  ['reference-type-invalid', '14 07 05 0004 0001 0002'],
  ['record-number-above-limit', '14 07 06 0004 2710 0002'],
  ['object-cut-short', '15 09 06 0004 0001 0002 0001'],
  ['field-value-invalid', '2B 0E 05 00'],
  ['subfunction-unassigned', '2B 0C'],
  ['function-invalid', '00'],
  ['function-unassigned', '09 01'],
];
for (const [rule, text] of BROKEN) {
  test(`${text} breaks ${rule}`, () => {
    const found = request(text)['rules'] as string[] | undefined;
    assert.ok(found?.includes(rule), `found ${String(found)}`);
  });
}

test('a maker of functions of its own breaks no rule', () => {
  assert.deepEqual(request('41 0102'), { verb: 'other', space: 0, first: -1, count: 0, values: '2:0102' });
  assert.equal(request('6E')['rules'], undefined);
});

test('a write whose body stops early is reported with the values that are there', () => {
  const cut = request('10 0005 0003 06 0001 0002 00');
  assert.deepEqual(cut['rules'], ['values-cut-short']);
  assert.deepEqual([cut['verb'], cut['first'], cut['count'], cut['values']], ['write', 5, 3, '2:00010002']);
  assert.equal(request('06 0005')['first'], 5);
  assert.equal(Verb.write, VERB_NAMES.indexOf('write'));
});
