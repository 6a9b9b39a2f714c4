import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine } from './csv.ts';

const CELLS: readonly [cell: string | number | null, text: string][] = [
  ['plain', 'plain'],
  ['', ''],
  [null, ''],
  [7, '7'],
  [-7, '-7'],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  [' =1+1', "' =1+1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['a=b', 'a=b'],
  ['\t=1', '\\x09=1'],
  ['two\r\nlines', 'two\\x0d\\x0alines'],
  ['\u001b[2J\u202e', '\\x1b[2J\\u202e'],
  ['＝1+1', "'＝1+1"],
];

for (const [cell, text] of CELLS) {
  test(`${JSON.stringify(cell)} becomes ${JSON.stringify(text)}`, () => {
    assert.equal(csvLine([cell]), `${text}\r\n`);
  });
}

test('cells are parted by commas', () => {
  assert.equal(csvLine(['a', null, 'b,c', 1]), 'a,,"b,c",1\r\n');
});
