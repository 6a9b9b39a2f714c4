// Behaviour tells a role where it is plain, and none where it is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roleOf, type Behaviour } from './roles.ts';

const NOTHING: Behaviour = {
  family: 'process',
  answered: 0,
  units: 0,
  asked: 0,
  inspected: 0,
  failed: 0,
  servers: 0,
  hasEngineered: false,
};

const CASES: readonly (readonly [what: string, behaviour: Partial<Behaviour>, role: string | null])[] = [
  ['says nothing', {}, null],
  ['answers', { answered: 5, units: 1 }, 'controller at level 1'],
  ['answers and asks', { answered: 5, units: 1, asked: 50, servers: 4 }, 'controller at level 1'],
  ['answers for several units', { answered: 5, units: 2 }, 'gateway at level 1'],
  ['asks one server', { asked: 10, servers: 1 }, 'hmi at level 2'],
  ['asks three servers', { asked: 10, servers: 3 }, 'scada-server at level 2'],
  ['asks one server mostly for itself', { asked: 10, inspected: 6, servers: 1 }, 'engineering-station at level 2'],
  ['asks one server now and then for itself', { asked: 10, inspected: 5, servers: 1 }, 'hmi at level 2'],
  ['asked only once or twice', { asked: 2, servers: 1 }, null],
  ['asks and is mostly refused', { asked: 10, failed: 11, servers: 3 }, null],
  ['programmed a controller', { asked: 2, servers: 1, hasEngineered: true }, 'engineering-station at level 2'],
  [
    'answers for objects of a building',
    { family: 'building', answered: 5, asked: 9 },
    'building-controller at level 1',
  ],
  ['leads to networks of a building', { family: 'building', answered: 5, units: 1 }, 'gateway at level 1'],
  ['asks in a building', { family: 'building', asked: 9, servers: 2 }, 'building-workstation at level 2'],
  ['takes messages', { family: 'messaging', answered: 5 }, 'broker at level 3'],
  ['publishes messages', { family: 'messaging', asked: 50, servers: 1 }, null],
  ['programmed a controller while searching', { asked: 40, failed: 160, servers: 3, hasEngineered: true }, null],
];

for (const [what, behaviour, expected] of CASES) {
  test(`who ${what} is ${expected ?? 'nothing in particular'}`, () => {
    const role = roleOf({ ...NOTHING, ...behaviour });
    assert.equal(role === null ? null : `${role.role} at level ${role.level}`, expected);
  });
}

test('the reason says when a server also asks', () => {
  assert.match(roleOf({ ...NOTHING, answered: 5, units: 1, servers: 1 })!.because, /and itself asks one server/);
});
