import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addWords, internetChecksum } from './checksum.ts';

test('the example of RFC 1071 has the checksum it says', () => {
  const bytes = Uint8Array.fromHex('0001f203f4f5f6f7');
  assert.equal(internetChecksum(bytes, 0, 8), ~0xddf2 & 0xffff);
});

test('an IPv4 header that holds its checksum sums to 0, and a changed byte is noticed', () => {
  const header = Uint8Array.fromHex('45000073000040004011b861c0a80001c0a800c7');
  assert.equal(internetChecksum(header, 0, 20), 0);
  header[8] = 0x3f;
  assert.notEqual(internetChecksum(header, 0, 20), 0);
});

test('an odd last byte counts as the upper half of a word', () => {
  assert.equal(internetChecksum(Uint8Array.of(0x12, 0x34, 0x56), 0, 3), ~(0x1234 + 0x5600) & 0xffff);
});

test('a sum carried over from an even part is the sum of the whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(150), (bytes, half) => {
      const cut = Math.min(half * 2, bytes.length - (bytes.length % 2));
      const carried = addWords(bytes, 0, cut, 0);
      assert.equal(internetChecksum(bytes, cut, bytes.length, carried), internetChecksum(bytes, 0, bytes.length));
    }),
    { seed: 1071 },
  );
});

test('64 KiB of ones do not overflow', () => {
  assert.equal(internetChecksum(new Uint8Array(65536).fill(0xff), 0, 65536), 0);
});
