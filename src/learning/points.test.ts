// Points: what is counted of reads and writes, against a plain count; encodings; bounds.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Encoding, emptyOperation, type Operation } from '../facts/operation.ts';
import { PAGES_MAX, PointTable, valueAt } from './points.ts';

const START_US = 1_767_225_600_000_000;

function readOf(first: number, values: readonly number[], change: Partial<Operation> = {}): Operation {
  const bytes = new Uint8Array(values.length * 2 + 3);
  values.forEach((value, index) => new DataView(bytes.buffer).setUint16(3 + index * 2, value));
  return {
    ...emptyOperation(),
    timeUs: START_US,
    client: 1,
    server: 2,
    unit: 1,
    space: 3,
    first,
    count: values.length,
    bytes,
    valuesStart: 3,
    valueSize: 2,
    encoding: Encoding.unsigned,
    valueCount: values.length,
    ...change,
  };
}

test('any reads give the counts, ranges and steps of a plain count', () => {
  const reads = fc.array(
    fc.record({ first: fc.nat(300), values: fc.array(fc.nat(65_535), { minLength: 1, maxLength: 125 }) }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(reads, (list) => {
      const table = new PointTable();
      const plain = new Map<number, number[]>();
      for (const { first, values } of list) {
        table.learnRead(readOf(first, values));
        values.forEach((value, index) => {
          const seen = plain.get(first + index);
          if (seen === undefined) plain.set(first + index, [value]);
          else seen.push(value);
        });
      }
      assert.equal(table.pointCount(), plain.size);
      for (const [address, values] of plain) {
        const view = table.view(table.find(2, 1, 0, 3, address));
        const moves = values.filter((value, index) => index === 0 || value !== values[index - 1]);
        const steps = values.slice(1).map((value, index) => Math.abs(value - values[index]!));
        assert.equal(view.reads, values.length);
        assert.equal(view.last, values.at(-1));
        assert.equal(view.minimum, Math.min(...values));
        assert.equal(view.maximum, Math.max(...values));
        assert.equal(view.step, Math.max(0, ...steps));
        assert.equal(view.moves, moves.length);
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

describe('values of other encodings', () => {
  const cases: readonly (readonly [string, number, number, readonly number[], number])[] = [
    ['a bit', Encoding.bits, 1, [0b0000_0100], 1],
    ['signed', Encoding.signed, 2, [0, 0, 0, 0, 0xff, 0xfe], -2],
    ['signed, low byte first', Encoding.signedLittle, 2, [0, 0, 0, 0, 0xfe, 0xff], -2],
    ['float', Encoding.float, 4, [...Array<number>(8).fill(0), 0x42, 0x90, 0x00, 0x00], 72],
    [
      'double, low byte first',
      Encoding.floatLittle,
      8,
      [...Array<number>(16).fill(0), 0, 0, 0, 0, 0, 0, 0x52, 0x40],
      72,
    ],
    ['64 bits', Encoding.unsigned, 8, [...Array<number>(16).fill(0), 0, 0, 0, 1, 0, 0, 0, 0], 2 ** 32],
    ['one byte', Encoding.unsigned, 1, [0, 0, 200], 200],
  ];
  for (const [what, encoding, valueSize, bytes, value] of cases) {
    test(`${what}: the third is ${value}`, () => {
      const table = new PointTable();
      const rest = { bytes: Uint8Array.from(bytes), valuesStart: 0, encoding, valueSize, count: 3, valueCount: 3 };
      table.learnRead(readOf(60, [0, 0, 0], rest));
      assert.equal(table.view(table.find(2, 1, 0, 3, 62)).last, value);
    });
  }

  test('bytes that are not there are no value', () => {
    for (const [encoding, size] of [
      [Encoding.unsigned, 2],
      [Encoding.float, 4],
      [Encoding.bits, 1],
      [Encoding.signed, 3],
      [Encoding.none, 0],
      [Encoding.bytes, 1],
    ] as const) {
      assert.ok(Number.isNaN(valueAt(Uint8Array.of(1), 1, 0, encoding, size)));
    }
  });

  test('a read whose values do not fit its objects only counts', () => {
    const table = new PointTable();
    table.learnRead(readOf(0, [1, 2, 3], { valueCount: 2 }));
    const view = table.view(table.find(2, 1, 0, 3, 2));
    assert.equal(view.reads, 1);
    assert.ok(Number.isNaN(view.last));
  });
});

test('objects without a number, and counts beyond all frames, do no harm', () => {
  const table = new PointTable();
  table.learnRead(readOf(-1, [1]));
  assert.equal(table.pointCount(), 0);
  assert.equal(table.find(2, 1, 0, 3, -1), 0);
  table.learnRead(readOf(0, [], { count: 1e9, encoding: Encoding.none, valueCount: 0 }));
  assert.equal(table.pointCount(), 4096);
});

test('objects with numbers beyond 31 bits are not learned, and hold nothing up', () => {
  const table = new PointTable();
  for (const first of [0x7fff_fff0, 0x8000_0000, 0xffff_ffff, 2 ** 40]) {
    table.learnRead(readOf(first, [1, 2, 3]));
    assert.equal(table.find(2, 1, 0, 3, first), 0);
    assert.equal(table.findOrInsert(2, 1, 0, 3, first, START_US), 0);
  }
  assert.equal(table.pageCount, 0);
});

test('a full table counts what it does not take in', () => {
  const table = new PointTable();
  for (let server = 1; server <= PAGES_MAX + 5; server++) table.findOrInsert(server, 1, 0, 3, 0, START_US);
  assert.equal(table.pageCount, PAGES_MAX);
  assert.equal(table.overflowed, 5);
  assert.equal(table.findOrInsert(PAGES_MAX + 1, 1, 0, 3, 0, START_US), 0);
  table.learnWrite(0, 1, 1, START_US);
  table.noteDeviation(0, 1, START_US);
  assert.equal(table.view(0).reads, 0);
  table.learnRead(readOf(0, [7], { server: PAGES_MAX + 1 }));
});
