// The tables of `npm run agree:messages`, from made-up counts and differences.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Agreed } from './compare.ts';
import { byProtocol, percent, reasons, sentence, tableOf } from './table.ts';
import type { Difference } from './view.ts';

const ROWS: readonly Agreed[] = [
  { protocol: 'dns', kind: 'query', theirs: 1000, ours: 999, agreed: 999, disagreements: 1 },
  { protocol: 'dns', kind: 'response NoError', theirs: 10, ours: 10, agreed: 10, disagreements: 0 },
];
const DIFFERENCE: Difference = {
  capture: 'a.pcap',
  side: 'tshark',
  frame: 3,
  protocol: 'dns',
  kind: 'query',
  detail: '1',
  ours: '',
  why: 'in a tunnel',
};

test('agreement is never rounded up', () => {
  assert.equal(percent({ agreed: 99_999, disagreements: 1 }), '99.99 %');
  assert.equal(percent({ agreed: 7, disagreements: 0 }), '100.00 %');
  assert.equal(percent({ agreed: 0, disagreements: 0 }), '–');
});

test('a difference lowers the agreement, explained or not', () => {
  const [dns] = byProtocol(ROWS, [DIFFERENCE], new Map([['dns', 2]]));
  assert.equal(dns?.theirs, 1010);
  assert.equal(dns.explained, 1);
  assert.equal(dns.doubtful, 2);
  assert.match(sentence(dns), /1009 the same \(99\.90 %\); 1 differences, 1 of them explained\.$/);
});

test('every difference stands in the page with its reason, and every kind in its own row', () => {
  assert.deepEqual(reasons([DIFFERENCE, { ...DIFFERENCE, why: '' }]), [
    ['dns', '1 only tshark: in a tunnel'],
    ['dns', '1 only tshark: not explained'],
  ]);
  const page = tableOf(ROWS, [DIFFERENCE], new Map(), 'tshark 4', 2, ['odd.pcap']);
  assert.match(page, /does not read their link: odd\.pcap\./);
  assert.match(page, /\| dns \| query \| 1000 \| 999 \| 999 \| 99\.90 % \| 1 of 1 \|/);
  assert.match(page, /\| dns \| response NoError \| 10 \| 10 \| 10 \| 100\.00 % \| {2}\|/);
});
