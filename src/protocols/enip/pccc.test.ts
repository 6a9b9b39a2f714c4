// PCCC commands inside Execute PCCC (class 67, service 4B), as 1770-6.5.16 gives them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { spaceName } from './classes.ts';
import {
  Talk,
  answer,
  bytesOf,
  command,
  connected,
  forwardOpen,
  forwardOpened,
  request,
  unconnected,
  type HeardOperation,
} from './example-frames.ts';
import { enip } from './index.ts';
import { codeName, isAbsent } from './status.ts';

const REQUESTER = [7, 0x4d, 0, 0xf3, 0x2b, 0x95, 0x32];

function execute(commandBytes: string): number[] {
  return unconnected(request(0x4b, '20672401', [...REQUESTER, ...bytesOf(commandBytes)]));
}

function executed(answerBytes: string): number[] {
  return unconnected(answer(0x4b, [...REQUESTER, ...bytesOf(answerBytes)]));
}

function pair(asked: string, replied: string): HeardOperation {
  return new Talk().ask(execute(asked)).reply(executed(replied)).last;
}

test('integers of a file are read and written by file, type and element', () => {
  const read = pair('0F 00 0100 A2 06 07 89 0A 00', '4F 00 0100 0100 FFFF 0300');
  assert.deepEqual(
    [read.verb, read.function, read.subfunction, spaceName(read.space), read.first, read.count, read.values],
    ['read', 0x18f, 0xa2, 'integer file N7', 10, 3, [1, -1, 3]],
  );
  const write = pair('0F 00 0200 AA 04 08 8A 02 00 0000C03F', '4F 00 0200');
  assert.deepEqual(
    [write.verb, spaceName(write.space), write.first, write.count, write.values],
    ['write', 'float file F8', 2, 1, [1.5]],
  );
  const two = pair('0F 00 0200 A9 02 FF0001 85 03 0180', '4F 00 0200');
  assert.deepEqual([spaceName(two.space), two.first, two.values], ['bit file B256', 3, [0x8001]]);
});

test('the words of a timer are three objects', () => {
  const accumulated = pair('0F 00 0300 A2 02 04 86 05 02', '4F 00 0300 6400');
  assert.deepEqual([spaceName(accumulated.space), accumulated.first, accumulated.values], ['timer file T4', 17, [100]]);
});

test('commands to the processor have the verbs that the modules know', () => {
  for (const [asked, verb] of [
    ['0F 00 0100 80 01', 'stop'],
    ['0F 00 0100 80 06', 'start'],
    ['0F 00 0100 80 07', 'set-mode'],
    ['0F 00 0100 3A 02', 'set-mode'],
    ['0F 00 0100 50', 'program-download'],
    ['0F 00 0100 53', 'program-upload'],
    ['0F 00 0100 11', 'reserve'],
    ['0F 00 0100 12', 'release'],
    ['0F 00 0100 41', 'force'],
    ['0F 00 0100 57', 'factory-reset'],
    ['06 00 0100 03', 'identify'],
  ] as const) {
    assert.equal(new Talk().ask(execute(asked)).close().last.verb, verb, asked);
  }
});

test('diagnostic status shows the catalogue number', () => {
  const catalogue = Buffer.from('1763-LEC   ').toString('hex');
  const talk = new Talk().ask(execute('06 00 0100 03'));
  talk.reply(executed(`46 00 0100 00 EE 31 9F 28 ${catalogue} 0000 0000 0000 0000`));
  assert.deepEqual(talk.listener.claimed, ['-1 model 1763-LEC', '-1 vendor Rockwell Automation']);
});

test('the status of the processor is the code', () => {
  const refused = pair('0F 00 0100 80 06', '4F F0 0100 0B');
  assert.deepEqual([refused.outcome, codeName(refused.code)], ['refused', 'access denied, improper privilege']);
  assert.equal(codeName(pair('0F 00 0100 80 06', '4F 10 0100').code), 'illegal command or format');
  assert.ok(isAbsent(pair('0F 00 0100 80 06', '4F 30 0100').code));
});

test('a command that is cut is an operation all the same, and a violation', () => {
  const talk = new Talk().ask(execute('0F 00 01')).close();
  assert.deepEqual(talk.listener.rules, ['pccc-too-short']);
  assert.equal(talk.listener.operations.length, 1);
});

test('words by byte address', () => {
  const read = pair('01 00 0100 1400 04', '41 00 0100 0102 0304');
  assert.deepEqual([read.verb, read.first, read.count, read.values], ['read', 10, 2, [0x0201, 0x0403]]);
});

test('the names of the functions', () => {
  assert.equal(enip.functionName(0x18f, 0x80), 'pccc change mode');
  assert.equal(enip.functionName(0x07, 0x8e), 'stop controller (program mode)');
  assert.equal(enip.functionName(0x0e, 0xf6), 'get attribute single of ethernet link');
  assert.equal(enip.functionName(0x163, -1), 'list identity');
});

test('on Data Highway Plus commands and answers are paired by their transaction', () => {
  const talk = new Talk();
  talk.ask(unconnected(forwardOpen(0x999, 0x19, '0102 20A62401 2C01')));
  talk.reply(unconnected(forwardOpened(0x111, 0x999, 0x19)));
  const link = '0000 0800 0000 0000';
  talk.ask(connected(0x111, 1, `${link} 0F 00 3412 A2 02 07 89 00 00`));
  talk.reply(connected(0x999, 77, `0000 0000 0000 0800 4F 00 3412 0500`));
  assert.deepEqual([talk.last.verb, talk.last.unit, talk.last.values, talk.last.outcome], ['read', 2, [5], 'ok']);
  assert.deepEqual(talk.listener.rules, []);
});

test('PCCC stands in an item of its own where no CIP is around it', () => {
  const items = (data: number[]): number[] => [
    ...bytesOf('00000000 0000 0200 0000 0000 9100'),
    data.length,
    0,
    ...data,
  ];
  const talk = new Talk();
  talk.ask(command(0x6f, items(bytesOf('0F 00 0100 A2 02 07 89 00 00')), 3));
  talk.reply(command(0x6f, items(bytesOf('4F 00 0100 0500')), 3));
  assert.deepEqual([talk.last.verb, talk.last.values, talk.last.outcome], ['read', [5], 'ok']);
});

test('a PLC-5 is read and written by the levels of its address, or by name', () => {
  const read = pair('0F 00 0100 01 0000 0300 06 07 0A 06', '4F 00 0100 0100 0200 0300');
  assert.deepEqual([spaceName(read.space), read.first, read.count, read.values], ['data file 7', 10, 3, [1, 2, 3]]);
  const write = pair('0F 00 0100 00 0000 0200 0E 07 FF0001 03 0500 0600', '4F 00 0100');
  assert.deepEqual(
    [write.verb, write.first, write.count, write.values],
    ['write', 0x1000_0000 + 65_536 + 3, 2, [5, 6]],
  );
  const named = pair(`0F 00 0100 01 0000 0100 00 24 ${Buffer.from('N7:0').toString('hex')} 00 02`, '4F 00 0100 0900');
  assert.deepEqual([named.name, named.first, named.values], ['N7:0', -1, [9]]);
});

test('every kind of message is listed once, under the name that it is shown with', () => {
  const seen = new Set<string>();
  for (const { function: code, subfunction, name } of enip.kinds) {
    assert.ok(code >= -1 && code <= 510 && subfunction >= -1 && subfunction <= 32_766, name);
    assert.equal(enip.functionName(code, subfunction), name);
    assert.ok(!seen.has(`${code}/${subfunction}`), name);
    seen.add(`${code}/${subfunction}`);
  }
});
