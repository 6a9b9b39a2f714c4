import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENCODING_NAMES, Encoding, emptyOperation } from '../facts/operation.ts';
import type { Operation } from '../facts/operation.ts';
import { VALUES_MAX, operationValues } from './fact-values.ts';

function operationWith(encoding: number, valueSize: number, bytes: number[], valueCount: number): Operation {
  const padded = Uint8Array.from([0xee, ...bytes]);
  return { ...emptyOperation(), encoding, valueSize, bytes: padded, valuesStart: 1, valueCount };
}

test('bits are read least significant first', () => {
  const operation = operationWith(Encoding.bits, 1, [0b101, 0b10], 10);
  assert.deepEqual(operationValues(operation), [true, false, true, false, false, false, false, false, false, true]);
});

test('whole numbers are read in both byte orders, with and without sign', () => {
  assert.deepEqual(operationValues(operationWith(Encoding.unsigned, 2, [0x01, 0x02, 0xff, 0xfe], 2)), [258, 65534]);
  assert.deepEqual(operationValues(operationWith(Encoding.signed, 2, [0xff, 0xfe], 1)), [-2]);
  assert.deepEqual(operationValues(operationWith(Encoding.unsignedLittle, 2, [0x01, 0x02], 1)), [513]);
  assert.deepEqual(operationValues(operationWith(Encoding.signedLittle, 4, [0xfe, 0xff, 0xff, 0xff], 1)), [-2]);
});

test('a whole number that a double cannot hold is text', () => {
  const all = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  assert.deepEqual(operationValues(operationWith(Encoding.unsigned, 8, all, 1)), ['18446744073709551615']);
});

test('floats are numbers, and text where they are none', () => {
  assert.deepEqual(operationValues(operationWith(Encoding.float, 4, [0x41, 0x48, 0, 0], 1)), [12.5]);
  assert.deepEqual(operationValues(operationWith(Encoding.floatLittle, 4, [0, 0, 0x48, 0x41], 1)), [12.5]);
  assert.deepEqual(operationValues(operationWith(Encoding.float, 4, [0x7f, 0xc0, 0, 0], 1)), ['NaN']);
});

test('bytes are hexadecimal', () => {
  assert.deepEqual(operationValues(operationWith(Encoding.bytes, 3, [1, 2, 0xab], 1)), ['0102ab']);
});

test('no count reads past the bytes, whatever the encoding says', () => {
  for (const encoding of [...ENCODING_NAMES.keys(), 99, -1]) {
    for (const valueSize of [-1, 0, 1, 2, 4, 8, 1000]) {
      const values = operationValues(operationWith(encoding, valueSize, [1, 2, 3], 1_000_000_000));
      assert.ok(values.length <= 24, `${values.length} values of encoding ${encoding}`);
    }
  }
});

test('more values than the limit are left out', () => {
  const bytes = Array.from({ length: 600 }, () => 0);
  assert.equal(operationValues(operationWith(Encoding.unsigned, 2, bytes, 300)).length, VALUES_MAX);
});
