// The tables of `npm run agree:facts`, from made-up counts and differences.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Difference } from './explained.ts';
import { traitRow } from './row.ts';
import { byProtocol, reasons, sentence, tableOf, type Counts } from './table.ts';

const ROWS = [traitRow('cdp', 'cdp-device', 'cdp', 'cdp.deviceid'), traitRow('cdp', 'cdp-port', 'cdp', 'cdp.portid')];
const DEVICES: Counts = { captures: 2, theirs: 4, ours: 4, same: 3, explained: 1 };
const PORTS: Counts = { captures: 1, theirs: 1, ours: 1, same: 1, explained: 0 };
const DIFFERENCES: readonly Difference[] = [
  { row: ROWS[0]!, capture: 'a', side: 'tshark', value: 'R1', why: 'in a tunnel' },
  { row: ROWS[0]!, capture: 'a', side: 'here', value: 'R2', why: '' },
];

test('a value that only one of the two has lowers the agreement, explained or not', () => {
  assert.match(
    sentence(DEVICES),
    /4 values by tshark, 4 here, 3 the same \(60\.0 %\); 2 differences, 1 of them explained/,
  );
  assert.match(sentence(PORTS), /\(100\.0 %\)\.$/);
});

test('the rows of a protocol are added up', () => {
  assert.deepEqual(byProtocol(ROWS, [DEVICES, PORTS]), [
    ['cdp', { captures: 3, theirs: 5, ours: 5, same: 4, explained: 1 }],
  ]);
});

test('every difference stands in the page, with its reason or as not explained', () => {
  assert.deepEqual(reasons(DIFFERENCES), [
    ['cdp', '1 only tshark: in a tunnel'],
    ['cdp', '1 only here: not explained'],
  ]);
  const page = tableOf(ROWS, [DEVICES, PORTS], 'tshark 4', 2, DIFFERENCES);
  assert.match(page, /\| cdp \| cdp-device \| 2 \| 4 \| 4 \| 3 \| 60\.0 % \| 1 of 2 \|/);
  assert.match(page, /- cdp: 1 only here: not explained/);
});
