// Objects that have only a name get numbers, dense for each owner, and their bytes can be had again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NAMED_FIRST } from '../facts/operation.ts';
import { nameBytes, NameTable, nameText } from './names.ts';

const SPACE = 3;

function number(table: NameTable, server: number, name: string): number {
  const bytes = new TextEncoder().encode(name);
  return table.numberOf(server, -1, SPACE, bytes, 0, bytes.length);
}

test('names are numbered from NAMED_FIRST on for each server, and keep their numbers', () => {
  const table = new NameTable();
  assert.equal(number(table, 1, 'plant/a'), NAMED_FIRST);
  assert.equal(number(table, 1, 'plant/b'), NAMED_FIRST + 1);
  assert.equal(number(table, 2, 'plant/b'), NAMED_FIRST);
  assert.equal(number(table, 1, 'plant/a'), NAMED_FIRST);
  assert.equal(table.count, 3);
});

test('no name has no number', () => {
  assert.equal(number(new NameTable(), 1, ''), -1);
});

test('thousands of names of every length stay apart', () => {
  const table = new NameTable();
  const names = Array.from({ length: 5000 }, (_, index) => `${'x'.repeat(index % 300)}${index}`);
  names.forEach((name, index) => assert.equal(number(table, 1, name), NAMED_FIRST + index));
  names.forEach((name, index) => assert.equal(number(table, 1, name), NAMED_FIRST + index));
});

test('what was saved and put back has the same numbers, and new names come behind', () => {
  const table = new NameTable();
  for (const name of ['a', 'b', 'c']) number(table, 7, name);
  const again = new NameTable();
  for (const { server, unit, space, number: known, bytes } of [...table.all()].reverse()) {
    again.restore(server, unit, space, known, bytes);
  }
  assert.equal(number(again, 7, 'c'), NAMED_FIRST + 2);
  assert.equal(number(again, 7, 'd'), NAMED_FIRST + 3);
});

test('the text of a name holds no space, quote or control character, and gives its bytes back', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const text = nameText(bytes);
  assert.match(text, /^[!#-~]+$/);
  assert.deepEqual(nameBytes(text), bytes);
  assert.equal(nameBytes('a b'), null);
  assert.equal(nameBytes('%g0'), null);
});
