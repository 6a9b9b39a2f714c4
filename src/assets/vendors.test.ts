// Finds vendors by the longest prefix, and none for addresses that no vendor gave out or in a damaged table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ouiTable } from '../../knowledge/oui.ts';
import { vendorOfMac, vendorTable } from './vendors.ts';

test('well-known cards have their vendor', () => {
  assert.equal(vendorOfMac('00:80:f4:01:02:03'), 'TELEMECANIQUE ELECTRIQUE');
  assert.equal(vendorOfMac('00:1D:9C:AA:BB:CC'), 'Rockwell Automation');
});

test('the longest prefix wins', () => {
  // C8-5C-E2 belongs to the registry itself, which gave C8-5C-E2-7 away.
  assert.match(vendorOfMac('c8:5c:e2:70:00:00'), /SYNERGY/i);
});

test('randomised, group and malformed addresses have no vendor', () => {
  for (const mac of [
    '02:80:f4:01:02:03',
    '01:80:f4:01:02:03',
    '',
    '00:80:f4',
    'zz:80:f4:01:02:03',
    '00-80-f4-01-02-03',
  ]) {
    assert.equal(vendorOfMac(mac), '', mac);
  }
});

test('a table that is cut or not ours knows nobody and does not throw', () => {
  const table = ouiTable();
  for (const end of [0, 5, 8, 19, 20, 100, 1000, 400_000]) {
    assert.equal(vendorTable(table.subarray(0, end))('00:80:f4:01:02:03'), '', `${end} bytes`);
  }
  const other = Uint8Array.from(table);
  other[0] = 0;
  assert.equal(vendorTable(other)('00:80:f4:01:02:03'), '');
});
