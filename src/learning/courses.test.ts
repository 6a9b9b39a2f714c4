// How the values of points went, against a plain list of all changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COURSES_MAX, COURSE_STRETCHES, Courses, type Course } from './courses.ts';

const START_US = 1_700_000_000_000_000;

interface Change {
  readonly timeUs: number;
  readonly value: number;
}

function courseOf(first: number, changes: readonly Change[], endUs: number): Course | undefined {
  const courses = new Courses();
  let before = first;
  let row = 0;
  for (const { timeUs, value } of changes) {
    Object.assign(courses, { before, value, sinceUs: START_US, nowUs: timeUs });
    if (row === 0) row = courses.begin(7);
    else courses.note(row);
    before = value;
  }
  return [...courses.all(() => endUs)][0]?.[1];
}

/** The least and the most that stood between two moments. */
function standing(first: number, changes: readonly Change[], fromUs: number, untilUs: number): [number, number] {
  const before = changes.filter(({ timeUs }) => timeUs < fromUs).at(-1)?.value ?? first;
  const within = changes.filter(({ timeUs }) => timeUs >= fromUs && timeUs < untilUs).map(({ value }) => value);
  return [Math.min(before, ...within), Math.max(before, ...within)];
}

const pauses = fc.oneof(fc.integer({ min: 0, max: 3_000_000 }), fc.integer({ min: 0, max: 40_000_000_000 }));

test('each stretch has the least and the most that stood in it, however long it became', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      fc.array(fc.tuple(pauses, fc.integer({ min: -500, max: 70_000 })), { minLength: 1, maxLength: 200 }),
      pauses,
      (first, steps, pause) => {
        let timeUs = START_US;
        const changes = steps.map(([after, value]) => ({ timeUs: (timeUs += after), value }));
        const endUs = timeUs + pause;
        const { startUs, widthUs, least, most } = courseOf(first, changes, endUs)!;
        assert.equal(startUs, START_US);
        assert.ok(least.length <= COURSE_STRETCHES && most.length === least.length);
        assert.equal(least.length, Math.floor((endUs - startUs) / widthUs) + 1);
        assert.ok(widthUs === 1e6 || least.length > COURSE_STRETCHES / 2);
        for (const [index, low] of least.entries()) {
          const fromUs: number = startUs + index * widthUs;
          assert.deepEqual([low, most[index]], standing(first, changes, fromUs, fromUs + widthUs));
        }
      },
    ),
    { seed: 20_260_131, numRuns: 300 },
  );
});

test('a first value is no course, and beyond the limit no more are begun', () => {
  assert.equal(courseOf(NaN, [{ timeUs: START_US, value: 1 }], START_US), undefined);
  const courses = Object.assign(new Courses(), { before: 1, value: 2, sinceUs: 0, nowUs: 0 });
  let point = 0;
  while (!courses.isFull) courses.begin(++point);
  assert.equal(point, COURSES_MAX);
  assert.deepEqual(
    [...courses.all(() => 0)].map(([each]) => each),
    Array.from({ length: COURSES_MAX }, (_, index) => index + 1),
  );
});
