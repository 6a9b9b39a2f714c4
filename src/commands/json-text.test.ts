import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MadeList, jsonPage, jsonPieces, jsonText } from './json-text.ts';

const SEED = 20260102;

test('any string survives, and nothing in the text can steer a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = jsonText({ text });
      assert.equal((JSON.parse(json) as { text: string }).text, text);
      assert.doesNotMatch(json, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/);
    }),
    { seed: SEED },
  );
});

test('a page is the same object as its parts, one element of a list a line', () => {
  const value = { files: [{ a: '\u202e' }, { a: 'b' }], none: [], stats: { frames: 1 } };
  const page = jsonPage(value);
  assert.deepEqual(JSON.parse(page), value);
  assert.equal(page.split('\n').length, 1 + 4 + 1 + 1 + 1 + 1);
});

test('a list whose elements are made when they are written is written as the list, one element at a time', () => {
  let made = 0;
  const numbers = [1, 2, 3];
  const list = new MadeList(numbers, (number) => ({ number, made: ++made }));
  const pieces = jsonPieces({ list, none: new MadeList([], String) });
  for (const piece of pieces) if (piece.includes('"number":1')) break;
  assert.equal(made, 1);
  made = 0;
  const whole = { list: numbers.map((number) => ({ number, made: number })), none: [] };
  assert.equal(jsonPage({ list, none: new MadeList([], String) }), jsonPage(whole));
  made = 0;
  assert.equal(jsonText({ list }), jsonText({ list: whole.list }));
});
