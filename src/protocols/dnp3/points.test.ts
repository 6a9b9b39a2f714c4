// Every qualifier, every kind of object, its flags and its values.
import assert from 'node:assert/strict';
import test from 'node:test';
import { le, request, response, Talk, textHex, unsolicited } from './example-frames.ts';

/** What a read of class 0 is answered with. */
function read(objects: string): string[] {
  const talk = new Talk().ask(request(0, '01 3c0106')).answer(response(0, objects));
  assert.deepEqual(talk.listener.rules, [], objects);
  return talk.told;
}

function rulesOf(objects: string): string[] {
  return new Talk().ask(request(0, '01 3c0106')).answer(response(0, objects)).listener.rules;
}

test('packed bits and pairs of bits', () => {
  assert.deepEqual(read('0101 00 02 0a cd01'), ['read 1: binary input 2+9 = 1,0,1,1,0,0,1,1,1; ok']);
  assert.deepEqual(read('0a01 01 0001 0201 05'), ['read 1: binary output 256+3 = 1,0,1; ok']);
  assert.deepEqual(read('0301 00 00 04 e402'), ['read 1: double-bit input 0+5 = 0,1,2,3,2; ok']);
});

test('flags with a state', () => {
  assert.deepEqual(read('0102 00 03 04 8101'), ['read 1: binary input 3+2 = 1,0; ok']);
  assert.deepEqual(read('0a02 00 03 04 0181'), ['read 1: binary output 3+2 = 0,1; ok']);
  assert.deepEqual(read('0302 00 03 06 014181c1'), ['read 1: double-bit input 3+4 = 0,1,2,3; ok']);
});

test('events with index, with and without time', () => {
  assert.deepEqual(read('0201 17 02 05 81 06 01'), ['read 1: binary input 5+2 = 1,0; ok']);
  assert.deepEqual(read(`0202 28 0100 0700 81${'11'.repeat(6)}`), ['read 1: binary input 7+1 = 1; ok']);
  assert.deepEqual(read(`3301 07 01 ${'22'.repeat(6)} 0203 17 01 07 01 3412`), ['read 1: binary input 7+1 = 0; ok']);
  assert.deepEqual(read(`0402 17 01 09 81${'11'.repeat(6)}`), ['read 1: double-bit input 9+1 = 2; ok']);
  assert.deepEqual(read(`0b02 17 01 09 81${'11'.repeat(6)}`), ['read 1: binary output 9+1 = 1; ok']);
  assert.deepEqual(read(`0d02 17 01 09 80${'11'.repeat(6)}`), ['read 1: binary output 9+1 = 1; ok']);
  // The same point twice is two runs.
  assert.deepEqual(read('0201 17 02 05 81 05 01').length, 2);
});

test('counters and frozen counters in all their variations', () => {
  const value32 = '78563412';
  for (const [variation, body, value] of [
    [1, `01${value32}`, 0x12345678],
    [2, '013412', 0x1234],
    [3, `01${value32}`, 0x12345678],
    [5, value32, 0x12345678],
    [6, '3412', 0x1234],
    [8, '3412', 0x1234],
  ] as const) {
    const header = `14${le(variation, 1)} 00 07 07`;
    assert.deepEqual(read(`${header} ${body}`), [`read 1: counter 7+1 = ${value}; ok`], header);
  }
  const time = '11'.repeat(6);
  for (const [variation, body, value] of [
    [1, `01${value32}`, 0x12345678],
    [2, '013412', 0x1234],
    [5, `01${value32}${time}`, 0x12345678],
    [6, `013412${time}`, 0x1234],
    [9, value32, 0x12345678],
    [10, '3412', 0x1234],
  ] as const) {
    const header = `15${le(variation, 1)} 00 07 07`;
    assert.deepEqual(read(`${header} ${body}`), [`read 1: frozen counter 7+1 = ${value}; ok`], header);
  }
  for (const [group, space] of [
    [22, 'counter'],
    [23, 'frozen counter'],
  ] as const) {
    const header = (variation: number): string => `${le(group, 1)}${le(variation, 1)} 17 01 07`;
    assert.deepEqual(read(`${header(1)} 01${value32}`), [`read 1: ${space} 7+1 = 305419896; ok`]);
    assert.deepEqual(read(`${header(2)} 013412`), [`read 1: ${space} 7+1 = 4660; ok`]);
    assert.deepEqual(read(`${header(5)} 01${value32}${time}`), [`read 1: ${space} 7+1 = 305419896; ok`]);
    assert.deepEqual(read(`${header(6)} 013412${time}`), [`read 1: ${space} 7+1 = 4660; ok`]);
  }
});

test('analog inputs, frozen ones, their events, and outputs', () => {
  const time = '11'.repeat(6);
  const float = '0000c03f';
  const double = '000000000000f8bf';
  const cases: readonly (readonly [group: number, variation: number, body: string, value: number])[] = [
    [30, 1, '01feffffff', -2],
    [30, 2, '01feff', -2],
    [30, 3, 'feffffff', -2],
    [30, 4, 'feff', -2],
    [30, 5, `01${float}`, 1.5],
    [30, 6, `01${double}`, -1.5],
    [31, 3, `01feffffff${time}`, -2],
    [31, 4, `01feff${time}`, -2],
    [31, 5, 'feffffff', -2],
    [31, 6, 'feff', -2],
    [31, 7, `01${float}`, 1.5],
    [31, 8, `01${double}`, -1.5],
    [32, 1, '01feffffff', -2],
    [32, 2, '01feff', -2],
    [32, 3, `01feffffff${time}`, -2],
    [32, 4, `01feff${time}`, -2],
    [32, 5, `01${float}`, 1.5],
    [32, 6, `01${double}`, -1.5],
    [32, 7, `01${float}${time}`, 1.5],
    [32, 8, `01${double}${time}`, -1.5],
    [33, 8, `01${double}${time}`, -1.5],
    [34, 1, 'feff', 0xfffe],
    [34, 2, 'feffffff', 0xfffffffe],
    [34, 3, float, 1.5],
    [40, 1, '01feffffff', -2],
    [40, 2, '01feff', -2],
    [40, 3, `01${float}`, 1.5],
    [40, 4, `01${double}`, -1.5],
    [42, 4, `01feff${time}`, -2],
    [42, 7, `01${float}${time}`, 1.5],
    [43, 2, '00feff', -2],
    [43, 8, `00${double}${time}`, -1.5],
  ];
  for (const [group, variation, body, value] of cases) {
    const [told] = read(`${le(group, 1)}${le(variation, 1)} 28 0100 0302 ${body}`);
    assert.ok(told?.endsWith(`515+1 = ${value}; ok`), `group ${group} variation ${variation}: ${told ?? 'nothing'}`);
    assert.equal(told?.includes('?'), false);
  }
});

test('a value whose flags say so is not to be relied on', () => {
  for (const [flags, isDoubtful] of [
    ['81', false],
    ['80', true],
    ['83', true],
    ['85', true],
    ['89', true],
    ['91', true],
    ['a1', true],
    ['c1', false],
  ] as const) {
    assert.equal(read(`0102 00 00 00 ${flags}`)[0]?.includes('?'), isDoubtful, `binary ${flags}`);
  }
  for (const [flags, isDoubtful] of [
    ['01', false],
    ['21', true],
    ['41', true],
    ['81', false],
  ] as const) {
    assert.equal(read(`1e02 00 00 00 ${flags}0500`)[0]?.includes('?'), isDoubtful, `analog ${flags}`);
  }
  assert.ok(!read('1402 00 00 00 610500')[0]?.includes('?'), 'rollover and discontinuity');
});

test('a run ends where the quality changes, or the next index is not the neighbour', () => {
  assert.deepEqual(read('1e02 00 00 03 010100 010200 030300 010400'), [
    'read 1: analog input 0+2 = 1,2; ok',
    'read 1: analog input 2+1? = 3; ok',
    'read 1: analog input 3+1 = 4; ok',
  ]);
  assert.deepEqual(read('2002 17 03 05 010100 06 010200 08 010300'), [
    'read 1: analog input 5+2 = 1,2; ok',
    'read 1: analog input 8+1 = 3; ok',
  ]);
});

test('every range and prefix of the qualifier', () => {
  const event = '01 0700';
  for (const [qualifier, range, told] of [
    ['00', '0506', '5+2 = 7,7'],
    ['01', '0500 0600', '5+2 = 7,7'],
    ['02', '05000000 06000000', '5+2 = 7,7'],
    ['03', '0506', '5+2 = 7,7'],
    ['04', '0500 0600', '5+2 = 7,7'],
    ['05', '05000000 06000000', '5+2 = 7,7'],
    ['07', '02', '-1+2 = 7,7'],
    ['08', '0200', '-1+2 = 7,7'],
    ['09', '02000000', '-1+2 = 7,7'],
  ] as const) {
    const said = read(`1e02 ${qualifier} ${range} ${event}${event}`);
    assert.deepEqual(
      said.map((text) => text.replace('read 1: analog input ', '').replace('; ok', '')).join(' '),
      told.startsWith('-1') ? '-1+1 = 7 -1+1 = 7' : told,
      qualifier,
    );
  }
  for (const [qualifier, count, index] of [
    ['17', '01', '05'],
    ['18', '0100', '05'],
    ['27', '01', '0500'],
    ['28', '0100', '0500'],
    ['29', '01000000', '0500'],
    ['37', '01', '05000000'],
    ['39', '01000000', '05000000'],
  ] as const) {
    assert.deepEqual(
      read(`2002 ${qualifier} ${count} ${index} ${event}`),
      ['read 1: analog input 5+1 = 7; ok'],
      qualifier,
    );
  }
});

test('strings, one each', () => {
  assert.deepEqual(read(`6e03 00 04 05 ${textHex('abcdef')}`), [
    'read 1: octet string 4+1 = abc; ok',
    'read 1: octet string 5+1 = def; ok',
  ]);
  assert.deepEqual(read(`6f04 28 0100 0900 ${textHex('text')}`), ['read 1: octet string 9+1 = text; ok']);
  assert.deepEqual(read(`7103 17 01 02 ${textHex('ls\n')}`), ['read 1: virtual terminal 2+1 = ls\n; ok']);
});

test('times, delays and what has no points', () => {
  assert.deepEqual(read(`3201 07 01 ${le(1_700_000_000_000, 6)}`), ['read 1: time -1+1 = 1700000000000; ok']);
  assert.deepEqual(read('5101 07 01 000000'), ['read 1: object group 81+1 = \0\0\0; ok']);
  assert.deepEqual(read('7901 28 0100 0300 01 0500 07000000'), ['read 1: security statistic 3+1 = 7; ok']);
  assert.deepEqual(read('5001 00 04 07 08'), ['read 1: internal indication 4+4 = 0,0,0,1; ok']);
});

test('headers that cannot be read are reported, and what stood before them is told', () => {
  const good = '1e04 00 00 00 0500';
  for (const [bad, rule] of [
    ['1e04 00', 'object-header-cut-short'],
    ['1e', 'object-header-cut-short'],
    ['1e04 80 00 00 0500', 'qualifier-reserved'],
    ['1e04 0a 00', 'qualifier-reserved'],
    ['1e04 70 00 00 0500', 'qualifier-reserved'],
    ['1e04 00 05 04', 'range-reversed'],
    ['c801 00 00 00 00', 'object-unknown'],
    ['1e09 07 01 00', 'object-unknown'],
    ['1e04 00 00 02 0500', 'objects-cut-short'],
    ['1e04 09 ffffffff 0500', 'objects-cut-short'],
    ['0101 17 01 00 00', 'qualifier-unfit'],
  ] as const) {
    assert.deepEqual(rulesOf(good + bad), [rule], bad);
    const talk = new Talk().ask(request(0, '01 3c0106')).answer(response(0, good + bad));
    assert.equal(talk.told[0], 'read 1: analog input 0+1 = 5; ok', bad);
  }
});

test('of objects that are cut the whole ones are told', () => {
  const talk = new Talk().answer(unsolicited(0, '2002 17 05 01 010100 02 010200 03 01'));
  assert.deepEqual(talk.told, ['report 130: analog input 1+2 = 1,2; ok']);
  assert.deepEqual(talk.listener.rules, ['objects-cut-short']);
});

test('counts that no message can hold cost nothing', () => {
  const talk = new Talk();
  talk.ask(request(0, '01 0100 02 00000000 ffffffff 1e00 09 ffffffff 6e00 09 ffffffff'));
  talk.answer(response(0, '6e00 09 ffffffff'));
  assert.equal(talk.operations.length, 3);
  assert.equal(talk.operations[0]?.count, 0x7fffffff);
});
