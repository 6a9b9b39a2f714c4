// What was saved and put back judges like what was learned: the same attack after either gives the same alerts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Encoding, type Operation } from '../facts/operation.ts';
import type { Module } from '../facts/module.ts';
import { Verb } from '../facts/verbs.ts';
import { assetLens } from './asset-lens/index.ts';
import { commandSentinel } from './command-sentinel/index.ts';
import { processGuard } from './process-guard/index.ts';
import { REHEARSAL_HOSTS, REHEARSAL_PROTOCOL, REHEARSAL_START_US, Rehearsal } from './rehearsal.ts';
import { restoreBaseline, savedBaseline } from '../learning/baseline.ts';
import { newLearning, type LearningTables } from '../learning/tables.ts';

const PROTOCOLS = [REHEARSAL_PROTOCOL];
const LEARNED_SECONDS = 900;

function save(tables: LearningTables): ReturnType<typeof savedBaseline> {
  return savedBaseline(tables, REHEARSAL_HOSTS, PROTOCOLS);
}

function restored(tables: LearningTables): LearningTables {
  const fresh = newLearning();
  restoreBaseline(save(tables), fresh, (_segment, address) => Number(address.split('.')[3]), PROTOCOLS);
  return fresh;
}

function at(second: number): Partial<Operation> {
  return { timeUs: REHEARSAL_START_US + second * 1_000_000 };
}

function value(number: number): Partial<Operation> {
  const bytes = Uint8Array.of(number >> 8, number & 255);
  return { bytes, valuesStart: 0, valueSize: 2, encoding: Encoding.unsigned, valueCount: 1 };
}

/** Normal work with values: a setpoint that is written every second, a valve that is moved now and then. */
function work(rehearsal: Rehearsal, from: number, to: number): void {
  for (let second = from; second < to; second++) {
    rehearsal.plantSeconds(second, second + 1);
    const write = { ...at(second), verb: Verb.write, function: 6, space: 4, count: 1 };
    rehearsal.operation({ ...write, first: 20, ...value(600 + ((second * 7) % 41)) });
    if (second % 30 === 0) rehearsal.operation({ ...write, first: 21, ...value((second / 30) % 2) });
  }
}

function attack(rehearsal: Rehearsal): void {
  const second = LEARNED_SECONDS;
  const write = { ...at(second), verb: Verb.write, function: 6, space: 4, count: 1 };
  rehearsal.operation({ ...at(second), client: 9, verb: Verb.read, function: 3, space: 4, first: 0, count: 1 });
  rehearsal.operation({ ...write, client: 9, first: 8, ...value(1200) });
  rehearsal.operation({ ...write, first: 8, ...value(1300) });
  rehearsal.operation({ ...write, first: 20, ...value(2000) });
  rehearsal.operation({ ...at(second), verb: Verb.identify, function: 17 });
  rehearsal.operation({ ...at(second), client: 2, server: 204, verb: Verb.read, function: 3 });
  rehearsal.conversation({ ...at(second), client: 10, phase: 'opened', serverPackets: 0 });
  for (let turn = 0; turn < 12; turn++) rehearsal.operation({ ...write, first: 21, ...value(turn % 2) });
}

function judgedAfter(module: Module, tables: LearningTables): string[] {
  const rehearsal = new Rehearsal(module, tables);
  attack(rehearsal);
  // After a pause the direction of a swing is not known, so it is told of a turn or two later.
  const told = rehearsal.raised.map(
    ({ kind, severity, object, peer }) => `${kind} ${severity ?? ''} ${object} ${peer?.host ?? ''}`,
  );
  return [...new Set(told)];
}

const EXPECTED: readonly (readonly [Module, readonly string[]])[] = [
  [assetLens, ['asset-lens/role-changed', 'asset-lens/new-device']],
  [
    commandSentinel,
    ['command-sentinel/new-master', 'command-sentinel/unusual-writer', 'command-sentinel/unusual-function'],
  ],
  [
    processGuard,
    ['process-guard/write-to-read-only-point', 'process-guard/value-out-of-range', 'process-guard/oscillating-writes'],
  ],
];

describe('what was saved and put back', () => {
  for (const [module, kinds] of EXPECTED) {
    test(`judges like what was learned: ${module.meta.id}`, () => {
      const teacher = new Rehearsal(module);
      work(teacher, 0, LEARNED_SECONDS);
      assert.deepEqual(teacher.kinds(), []);
      const tables = teacher.learning as LearningTables;
      const copy = restored(tables);
      assert.deepEqual(save(copy), save(tables));
      const direct = judgedAfter(module, tables);
      for (const kind of kinds)
        assert.ok(
          direct.some((judged) => judged.startsWith(kind)),
          `${kind} in ${direct.join('; ')}`,
        );
      assert.deepEqual(judgedAfter(module, copy), direct);
    });
  }

  test('goes on being saved the same, and more is added to it', () => {
    const teacher = new Rehearsal(processGuard, newLearning(true));
    work(teacher, 0, 100);
    const copy = restored(teacher.learning as LearningTables);
    work(new Rehearsal(processGuard, copy), 100, 200);
    const [before, after] = [save(teacher.learning as LearningTables), save(copy)];
    const reads = (saved: typeof before): number => saved.devices[0]!.points[0]!.reads;
    assert.equal(reads(before), 100);
    assert.equal(reads(after), 200);
  });
});

test('the same tables give the same baseline, whatever came first', () => {
  const there = new Rehearsal(commandSentinel);
  const back = new Rehearsal(commandSentinel);
  const asks: Partial<Operation>[] = [];
  for (let client = 1; client < 20; client++) {
    for (const code of [3, 1, 43]) asks.push({ timeUs: REHEARSAL_START_US, client, verb: Verb.read, function: code });
  }
  for (const ask of asks) there.operation(ask);
  for (const ask of asks.reverse()) back.operation(ask);
  for (const rehearsal of [there, back]) rehearsal.handlers.end?.(0);
  assert.deepEqual(save(back.learning as LearningTables), save(there.learning as LearningTables));
});
