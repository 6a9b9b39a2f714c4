// Runs: with them and without (way 0 has none) the same operations teach the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Encoding, Outcome, emptyOperation, type Operation } from '../facts/operation.ts';
import { Verb } from '../facts/verbs.ts';
import { PointTable, hasWrittenValues, valueAt } from './points.ts';
import { RUNS_PER_PAGE_MAX, RunTable } from './runs.ts';

const START_US = 1_767_225_600_000_000;
const LAST_POINT = 460;

interface Step {
  readonly isWrite: boolean;
  readonly way: number;
  readonly place: number;
  readonly values: number;
  readonly encoding: number;
  readonly afterUs: number;
  readonly outcome: number;
  readonly isQuestionable: boolean;
  readonly isShort: boolean;
}

/** Overlapping runs over several pages; few values, so that most come again. */
const PLACES = [
  [0, 1],
  [60, 10],
  [63, 1],
  [64, 64],
  [10, 130],
  [0, 450],
  [130, 2],
] as const;

function operationOf(step: Step, timeUs: number, isRun: boolean): Operation {
  const [first, count] = PLACES[step.place]!;
  const valueSize = step.encoding === Encoding.bits ? 1 : step.encoding === Encoding.unsigned ? 2 : 4;
  const bytes = new Uint8Array(3 + count * valueSize);
  for (let at = 3; at < bytes.length; at++) bytes[at] = (at % 3 === 0 ? step.values : at) & 0xff;
  // A float that is no number.
  if (step.encoding === Encoding.float && step.values === 2) bytes.fill(0xff, 3);
  return {
    ...emptyOperation(),
    timeUs,
    client: 1 + step.way,
    server: 9,
    unit: 1,
    space: 3,
    verb: step.isWrite ? Verb.write : Verb.read,
    way: isRun ? 1 + step.way * 2 + (step.isWrite ? 1 : 0) : 0,
    first,
    count,
    outcome: step.outcome,
    bytes,
    valuesStart: 3,
    valueSize,
    encoding: step.encoding,
    valueCount: step.isShort ? 0 : count,
    isQuestionable: step.isQuestionable,
  };
}

/** As process-guard does it, but for judging: a write of values far off is noted as a deviation. */
function learn(table: PointTable, operation: Operation): void {
  if (operation.verb === Verb.read) {
    table.learnRead(operation);
    return;
  }
  const run = table.runOf(operation);
  if (table.learnRepeatedWrite(run, operation)) return;
  const { server, unit, protocol, space, first, count, client, timeUs } = operation;
  let isOrdinary = true;
  for (let index = 0; index < count; index++) {
    const point = table.findOrInsert(server, unit, protocol, space, first + index, timeUs);
    const wire = hasWrittenValues(operation)
      ? valueAt(operation.bytes, operation.valuesStart, index, operation.encoding, operation.valueSize)
      : NaN;
    const value = operation.outcome === Outcome.refused ? NaN : wire;
    if (!Number.isNaN(value)) table.turned(point, value, timeUs);
    const isFine = table.isOrdinary(point, wire);
    if (!isFine) isOrdinary = false;
    if (!isFine && wire % 7 === 3) table.noteDeviation(point, value, timeUs);
    else table.learnWrite(point, value, client, timeUs);
  }
  if (isOrdinary) table.noteOrdinaryWrite(run, operation);
}

function told(table: PointTable): unknown[] {
  const points = Array.from({ length: LAST_POINT }, (_, address) => table.find(9, 1, 0, 3, address));
  return [
    table.pointCount(),
    [...table.swings.byPoint],
    ...points.map((point) => [
      table.view(point),
      table.clientsOf(point, false),
      table.clientsOf(point, true),
      table.facts(point, () => true),
      table.isOrdinary(point, 3),
    ]),
  ];
}

const STEPS = fc.array(
  fc.record({
    isWrite: fc.boolean(),
    way: fc.nat(1),
    place: fc.nat(PLACES.length - 1),
    values: fc.nat(2),
    encoding: fc.constantFrom(
      Encoding.unsigned,
      Encoding.unsigned,
      Encoding.bits,
      Encoding.bytes,
      Encoding.float,
      Encoding.signedLittle,
    ),
    afterUs: fc.nat(5_000_000),
    outcome: fc.constantFrom(Outcome.ok, Outcome.ok, Outcome.refused, Outcome.unanswered),
    isQuestionable: fc.constantFrom(false, false, false, true),
    isShort: fc.constantFrom(false, false, false, true),
  }),
  { minLength: 1, maxLength: 40 },
);

for (const isTeaching of [false, true]) {
  test(`runs change nothing of what is learned${isTeaching ? ', nor while a baseline is' : ''}`, () => {
    fc.assert(
      fc.property(STEPS, fc.integer({ min: 1, max: 4 }), (steps, rounds) => {
        const withRuns = new PointTable(isTeaching);
        const plain = new PointTable(isTeaching);
        let timeUs = START_US;
        // What is cyclic comes again and again.
        for (let round = 0; round < rounds; round++) {
          for (const step of steps) {
            timeUs += step.afterUs;
            learn(withRuns, operationOf(step, timeUs, true));
            learn(plain, operationOf(step, timeUs, false));
          }
        }
        assert.deepEqual(told(withRuns), told(plain));
      }),
      { numRuns: 60 },
    );
  });
}

test('a run is found by its words, whatever came before it', () => {
  const runs = new RunTable();
  const made = [0, 1, 2, 3].map((first) => runs.add(5, 1, first, 2));
  for (const first of [0, 1, 2, 3, 0, 1, 2, 3, 3, 3, 0, 2, 1, 9, 0]) {
    assert.equal(runs.find(5, 1, first, 2), made[first] ?? 0);
  }
  assert.equal(runs.find(5, 2, 0, 2), 0);
  assert.equal(runs.find(6, 1, 0, 2), 0);
  assert.equal(runs.find(100_000, 1, 0, 2), 0);
});

test('a page has so many runs, and no more', () => {
  const table = new PointTable();
  for (let round = 0; round < 3; round++) {
    for (let way = 1; way <= RUNS_PER_PAGE_MAX + 20; way++) {
      const step = { isWrite: false, way, place: 0, values: 1, encoding: Encoding.unsigned, afterUs: 0 };
      table.learnRead(
        operationOf({ ...step, outcome: Outcome.ok, isQuestionable: false, isShort: false }, START_US, true),
      );
    }
  }
  assert.equal(table.view(table.find(9, 1, 0, 3, 0)).reads, 3 * (RUNS_PER_PAGE_MAX + 20));
});
