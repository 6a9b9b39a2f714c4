// The committed table is what the installed listing compacts to, and every prefix is found in it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ouiTable } from '../knowledge/oui.ts';
import { vendorTable } from '../src/assets/vendors.ts';
import { compact, readListing } from './compact-oui.ts';

const listing = await readListing();

test('knowledge/oui.bin is made from the installed oui-data', () => {
  assert.ok(Buffer.from(ouiTable()).equals(compact(listing)), 'run node scripts/compact-oui.ts and commit');
});

test('every listed prefix has its own vendor', () => {
  const vendorOf = vendorTable(ouiTable());
  let looked = 0;
  for (const [prefix, vendor] of listing) {
    const digits = prefix.padEnd(12, '0');
    if ((Number.parseInt(digits.slice(0, 2), 16) & 3) !== 0) continue;
    // A shorter prefix may have been given on in parts, of which the one with zeros is another vendor's.
    if ([7, 9].some((length) => length > prefix.length && listing.has(digits.slice(0, length)))) continue;
    looked++;
    assert.equal(vendorOf(digits.replace(/..(?=.)/g, '$&:')), vendor, prefix);
  }
  assert.ok(looked > 50_000, `${looked} prefixes`);
});

test('the order of the listing does not matter', () => {
  const some = [...listing].slice(0, 2000);
  assert.deepEqual(compact(new Map(some)), compact(new Map(some.toReversed())));
});
