// Reads hand-made elements: lengths that reach too far, forms that are not allowed, numbers and object identifiers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BerReader, BerTag, OID_TEXT_MAX, berInteger, oidText } from './ber.ts';

function isRead(...bytes: number[]): boolean {
  return new BerReader().read(Uint8Array.from(bytes), 0, bytes.length);
}

test('an element is read with a short and with a long length', () => {
  const reader = new BerReader();
  assert.ok(reader.expect(BerTag.octetString, Uint8Array.of(4, 2, 7, 8), 0, 4));
  assert.deepEqual([reader.start, reader.end], [2, 4]);
  assert.ok(reader.read(Uint8Array.of(4, 0x84, 0, 0, 0, 1, 9), 0, 7));
  assert.deepEqual([reader.start, reader.end], [6, 7]);
});

test('a length past the end, of no definite form or of too many octets is refused', () => {
  for (const bytes of [
    [],
    [4],
    [4, 1],
    [4, 0x80, 0, 0],
    [4, 0x81],
    [4, 0x82, 0],
    [4, 0x84, 0xff, 0xff, 0xff, 0xff],
    [4, 0x85, 0, 0, 0, 0, 0],
    [0x1f, 1, 0],
  ])
    assert.equal(isRead(...bytes), false);
  const reader = new BerReader();
  assert.equal(reader.read(Uint8Array.of(4, 2, 7, 8), 0, 3), false);
});

test('numbers are in two’s complement', () => {
  const of = (...bytes: number[]): number => berInteger(Uint8Array.from(bytes), 0, bytes.length);
  assert.equal(of(0x7f), 127);
  assert.equal(of(0xff), -1);
  assert.equal(of(0x80, 0, 0, 0), -2_147_483_648);
  assert.equal(of(0, 0xff, 0xff, 0xff, 0xff), 4_294_967_295);
  assert.ok(Number.isNaN(of()));
  assert.ok(Number.isNaN(of(1, 2, 3, 4, 5, 6, 7)));
});

test('object identifiers become dotted text, and those that are not valid none', () => {
  const target = new Uint8Array(OID_TEXT_MAX);
  const of = (...bytes: number[]): string => {
    const length = oidText(Uint8Array.from(bytes), 0, bytes.length, target);
    return length < 0 ? 'invalid' : Buffer.from(target.subarray(0, length)).toString();
  };
  assert.equal(of(0x2b, 6, 1, 4, 1, 0xbf, 8), '1.3.6.1.4.1.8072');
  assert.equal(of(0x88, 0x37, 3), '2.999.3');
  assert.equal(of(1), '0.1');
  assert.equal(of(), 'invalid');
  assert.equal(of(0x2b, 0x86), 'invalid');
  assert.equal(of(0x2b, 0x9f, 0xff, 0xff, 0xff, 0x7f), 'invalid');
  const longest = [0x2b, ...new Array<number[]>(126).fill([0x8f, 0xff, 0xff, 0xff, 0x7f]).flat()];
  assert.ok(of(...longest).length <= OID_TEXT_MAX);
  assert.equal(of(...longest, 1), 'invalid');
});
