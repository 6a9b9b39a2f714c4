// What makes pivot-hunter speak and what does not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Rehearsal } from '../rehearsal.ts';
import { CHANNELS, NO_CHANNELS } from './channel-cases.ts';
import { pivotHunter } from './index.ts';
import { MOVEMENT, NO_MOVEMENT, ask, shell, work } from './movement-cases.ts';
import { NO_OTHERS, OTHERS } from './other-cases.ts';
import { Paths, STEPS_MAX, type Step } from './paths.ts';
import { NO_SCANS, SCANS } from './scan-cases.ts';
import { HOUR, MINUTE, SECOND, connect, times } from './scenes.ts';

const FIRES = [...SCANS, ...MOVEMENT, ...CHANNELS, ...OTHERS];
const QUIET = [...NO_SCANS, ...NO_MOVEMENT, ...NO_CHANNELS, ...NO_OTHERS];
const END_US = 1000 * HOUR;

describe('fires', () => {
  for (const { kind, what, play, says, severity } of FIRES) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(pivotHunter);
      play(rehearsal);
      rehearsal.handlers.end?.(END_US);
      const raised = rehearsal.raised.findLast((each) => each.kind === `pivot-hunter/${kind}`);
      assert.ok(raised, rehearsal.kinds().join());
      if (says !== undefined) assert.match(raised.explanation, says);
      if (severity !== undefined) assert.equal(raised.severity, severity);
      assert.ok(raised.frames.length > 0);
    });
  }
});

describe('quiet', () => {
  for (const { kind, what, play } of QUIET) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(pivotHunter);
      play(rehearsal);
      rehearsal.handlers.end?.(END_US);
      assert.deepEqual(
        rehearsal.raised.map((raised) => `${raised.kind}: ${raised.explanation}`),
        [],
      );
    });
  }
});

test('every kind has a case that fires it and a case that does not', () => {
  for (const { kind } of pivotHunter.meta.kinds) {
    for (const list of [FIRES, QUIET])
      assert.ok(
        list.some((entry) => `pivot-hunter/${entry.kind}` === kind),
        kind,
      );
  }
});

test('a scan of sixty thousand ports is one story, and costs a bounded table', () => {
  const rehearsal = new Rehearsal(pivotHunter);
  times(60_000, (index) => connect(rehearsal, 'refused', { serverPort: 1 + index, timeUs: index * 1000 }));
  rehearsal.handlers.end?.(HOUR);
  assert.deepEqual(new Set(rehearsal.kinds()), new Set(['pivot-hunter/port-scan']));
  assert.match(rehearsal.raised.at(-1)!.explanation, /2,048 ports/);
});

test('a login in clear makes its session the weakest link, a hop with a key is not', () => {
  const rehearsal = new Rehearsal(pivotHunter);
  work(rehearsal, HOUR);
  shell(rehearsal, 100, 9, HOUR);
  shell(rehearsal, 9, 5, HOUR + MINUTE, { flow: 79 });
  rehearsal.login({ client: 9, server: 5, flow: 79, mechanism: 'clear' });
  ask(rehearsal, 5, 2, HOUR + 2 * MINUTE);
  assert.match(
    rehearsal.raised.at(-1)!.explanation,
    /weakest link is ssh from 192\.0\.2\.9 to 192\.0\.2\.5: anybody who reads along/,
  );
});

test('a way that is taken again is no news, and what a baseline learned is none', () => {
  const teach = new Rehearsal(pivotHunter);
  work(teach, HOUR);
  shell(teach, 100, 9, HOUR);
  ask(teach, 9, 2, HOUR + MINUTE);
  assert.equal(teach.kinds().filter((kind) => kind.endsWith('chain')).length, 1);
  const again = new Rehearsal(pivotHunter, teach.learning);
  work(again, HOUR);
  shell(again, 100, 9, HOUR);
  ask(again, 9, 2, HOUR + MINUTE);
  assert.deepEqual(again.kinds(), []);
});

test('a way of a hundred hops is told by its last sixteen', () => {
  const paths = new Paths();
  const step = (index: number): Step => ({
    ...{ from: index, to: index + 1, service: 'ssh', timeUs: index * SECOND, frame: 0, isNew: true },
    ...{ watchedUs: 0, rate: 0, strength: 4, untilUs: Infinity },
  });
  times(100, (index) => paths.came(step(index), index));
  assert.deepEqual(
    paths.leadingTo(step(100)).map(({ from }) => from),
    Array.from({ length: STEPS_MAX }, (_none, index) => 101 - STEPS_MAX + index),
  );
});

test('of two sessions that can have led on, the one that is new did, and nobody comes by himself', () => {
  const paths = new Paths();
  const base = { service: 'ssh', frame: 0, watchedUs: 0, rate: 0, strength: 4, untilUs: Infinity };
  paths.came({ ...base, from: 1, to: 2, timeUs: 1, isNew: true }, 1);
  paths.came({ ...base, from: 3, to: 2, timeUs: 2, isNew: false }, 2);
  paths.came({ ...base, from: 9, to: 2, timeUs: 3, isNew: true }, 3);
  const last = { ...base, from: 2, to: 9, timeUs: 4, isNew: true };
  assert.deepEqual(
    paths.leadingTo(last).map(({ from, to }) => [from, to]),
    [
      [1, 2],
      [2, 9],
    ],
  );
});
