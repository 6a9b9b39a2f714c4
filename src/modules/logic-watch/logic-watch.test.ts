// What makes logic-watch speak and what does not: a case of each for every kind.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Verb } from '../../facts/verbs.ts';
import { restoreBaseline, savedBaseline } from '../../learning/baseline.ts';
import { newLearning, type LearningTables } from '../../learning/tables.ts';
import { REHEARSAL_HOSTS, REHEARSAL_PROTOCOL, Rehearsal } from '../rehearsal.ts';
import { FIRES } from './cases-that-fire.ts';
import { QUIET } from './cases-that-stay-quiet.ts';
import { logicWatch } from './index.ts';
import { KINDS } from './kinds.ts';
import { BAD, download, GOOD, intent, PART, program, READ, type Case } from './scenes.ts';

/** What was learned, saved in a baseline and put back. */
function restoredLearning(learned: (teacher: Rehearsal) => void, isConfirmed = true): LearningTables {
  const teacher = new Rehearsal(logicWatch, newLearning(true));
  learned(teacher);
  assert.deepEqual(teacher.kinds(), []);
  const marking = isConfirmed ? 'none' : 'open';
  const saved = savedBaseline(teacher.learning as LearningTables, REHEARSAL_HOSTS, [REHEARSAL_PROTOCOL], marking);
  const fresh = newLearning();
  const hostOf = (_segment: string, address: string): number => Number(address.split('.')[3]);
  restoreBaseline(saved, fresh, hostOf, [REHEARSAL_PROTOCOL]);
  assert.deepEqual(savedBaseline(fresh, REHEARSAL_HOSTS, [REHEARSAL_PROTOCOL], marking), saved);
  return fresh;
}

function played({ intent, learned, play }: Case): Rehearsal {
  const learning = learned === undefined ? newLearning() : restoredLearning(learned);
  const rehearsal = new Rehearsal(logicWatch, learning, intent);
  play(rehearsal);
  rehearsal.handlers.end?.(0);
  return rehearsal;
}

describe('fires', () => {
  for (const each of FIRES) {
    test(`${each.kind}: ${each.what}`, () => {
      const raised = played(each).raised.filter(({ kind }) => kind === `logic-watch/${each.kind}`);
      assert.ok(raised.length > 0, 'not raised');
      const last = raised.at(-1)!;
      if (each.severity !== undefined) assert.equal(last.severity, each.severity);
      if (each.says !== undefined) assert.match(last.explanation, each.says);
    });
  }
});

describe('quiet', () => {
  for (const each of QUIET) {
    test(`${each.kind}: ${each.what}`, () => {
      assert.ok(!played(each).kinds().includes(`logic-watch/${each.kind}`));
    });
  }
});

test('every kind has a case that raises it and one that does not', () => {
  for (const { kind } of KINDS) {
    const name = kind.slice('logic-watch/'.length);
    const isNamed = (each: Case): boolean => each.kind === name;
    assert.ok(FIRES.some(isNamed), `nothing raises ${name}`);
    assert.ok(QUIET.some(isNamed), `nothing leaves ${name} quiet`);
  }
});

test('what a declared station changes in a maintenance window is noted only', () => {
  const rehearsal = new Rehearsal(logicWatch, newLearning(), intent(true, true));
  rehearsal.claim({ attribute: 'run-state', value: 'run' });
  rehearsal.file(GOOD, PART);
  rehearsal.file(BAD, PART);
  rehearsal.operation(download);
  rehearsal.operation({ verb: Verb['store-program'] });
  assert.deepEqual(new Set(rehearsal.raised.map(({ severity }) => severity)), new Set(['info']));
  assert.match(rehearsal.raised.at(-1)!.explanation, /It is noted only: .*the maintenance window "night shift"/);
  rehearsal.file(GOOD, READ);
  assert.equal(rehearsal.raised.at(-1)!.severity, 'critical');
});

test('of a large download the first parts are described and all are counted', () => {
  const rehearsal = new Rehearsal(logicWatch);
  for (let block = 0; block < 200; block++) rehearsal.file(program(50, block), { ...PART, name: `FC${block}` });
  assert.equal(new Set(rehearsal.raised.map(({ object }) => object)).size, 1);
  assert.match(rehearsal.raised.at(-1)!.explanation, /200 parts, 10,000 bytes: FC0, .* … and 192 more\.$/);
});

test('back to the program of the baseline is told, and is no alarm; what nobody confirmed is none of either', () => {
  const confirmed = new Rehearsal(
    logicWatch,
    restoredLearning((teacher) => teacher.file(GOOD, READ)),
  );
  confirmed.file(BAD, READ);
  confirmed.file(GOOD, PART);
  const changed = confirmed.raised.filter(({ kind }) => kind === 'logic-watch/program-changed');
  assert.deepEqual(
    changed.map(({ severity }) => severity),
    ['low'],
  );
  const open = new Rehearsal(
    logicWatch,
    restoredLearning((teacher) => teacher.file(GOOD, READ), false),
  );
  open.file(BAD, READ);
  open.file(GOOD, PART);
  const told = open.raised.filter(({ kind }) => /changed|known/.test(kind));
  assert.deepEqual(
    told.map(({ kind, severity }) => [kind, severity]),
    [
      ['logic-watch/not-known-good', 'high'],
      ['logic-watch/program-changed', 'high'],
    ],
  );
});
