// What access-watch learns, when it is taught, from a baseline, and what not; and how often it tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreBaseline, savedBaseline } from '../../learning/baseline.ts';
import { ContextKind, textWord } from '../../learning/contexts.ts';
import { newLearning } from '../../learning/tables.ts';
import { REHEARSAL_HOSTS, REHEARSAL_PROTOCOL, Rehearsal } from '../rehearsal.ts';
import { accessWatch } from './index.ts';
import { DAY, HOUR, accept, fieldbus, month, refuse, shell, times } from './scenes.ts';

test('what is taught is usual, and nothing of it is told', () => {
  const rehearsal = new Rehearsal(accessWatch, newLearning(true));
  month(rehearsal);
  accept(rehearsal, 31 * DAY, { client: 5, user: 'carl' });
  times(20, (index) => refuse(rehearsal, index));
  assert.deepEqual(rehearsal.kinds(), []);
});

test('who was learned in a baseline is known, and others are not', () => {
  const taught = newLearning(true);
  const before = new Rehearsal(accessWatch, taught);
  fieldbus(before);
  month(before);
  times(30, (day) => shell(before, day * DAY));
  before.trait({ trait: 'remote-support', value: 'AnyDesk' });
  const fresh = newLearning();
  const protocols = [REHEARSAL_PROTOCOL];
  const hostOf = (_segment: string, address: string): number => Number(address.split('.')[3]);
  restoreBaseline(savedBaseline(taught, REHEARSAL_HOSTS, protocols), fresh, hostOf, protocols);
  const after = new Rehearsal(accessWatch, fresh);
  fieldbus(after, 31 * DAY);
  shell(after, 31 * DAY);
  accept(after, 31 * DAY + 9 * HOUR, { user: 'anna' });
  after.trait({ trait: 'remote-support', value: 'AnyDesk', timeUs: 31 * DAY });
  assert.deepEqual(after.kinds(), []);
  accept(after, 31 * DAY + 9 * HOUR, { user: 'carl' });
  accept(after, 31 * DAY + 3 * HOUR, { user: 'anna' });
  shell(after, 31 * DAY + 9 * HOUR, { client: 5 });
  assert.deepEqual(after.kinds(), [
    'access-watch/new-login',
    'access-watch/unusual-hour',
    'access-watch/remote-session-to-control',
  ]);
});

test('what a baseline saw in one stretch of time only is told one step milder', () => {
  const tables = newLearning();
  const { unconfirmed } = tables;
  const sessions = unconfirmed.context(ContextKind.remoteSessions, 2, 0, 0);
  unconfirmed.observe(unconfirmed.symbol(sessions, 1, textWord('ssh')), 1);
  const rehearsal = new Rehearsal(accessWatch, tables);
  fieldbus(rehearsal);
  shell(rehearsal, 2 * DAY);
  assert.equal(rehearsal.raised[0]?.severity, 'medium');
  assert.match(rehearsal.raised[0].explanation, /One step milder, as the baseline has seen it: once/);
});

test('a login that was guessed does not become usual', () => {
  const rehearsal = new Rehearsal(accessWatch);
  times(12, (index) => refuse(rehearsal, index));
  refuse(rehearsal, 13, { outcome: 'accepted' });
  const { novelty } = rehearsal.learning;
  assert.equal(novelty.observations(novelty.findContext(ContextKind.logins, 2, 0, 0)), 0);
});

test('the last count of a story is told in the end', () => {
  const rehearsal = new Rehearsal(accessWatch);
  times(17, (index) => refuse(rehearsal, index));
  rehearsal.handlers.end?.(1);
  assert.match(rehearsal.raised.at(-1)?.explanation ?? '', /refused 192\.0\.2\.1 17 times/);
});

test('a brute force of ten thousand tries is told a few times, and names no user', () => {
  const rehearsal = new Rehearsal(accessWatch);
  times(10_000, (index) => refuse(rehearsal, index, { user: `Operator${index % 3}` }));
  assert.ok(rehearsal.raised.length < 12, String(rehearsal.raised.length));
  for (const { explanation, object } of rehearsal.raised) assert.equal(/perator/.test(explanation + object), false);
});
