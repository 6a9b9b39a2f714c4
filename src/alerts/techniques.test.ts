// The table of techniques is whole, and ids become text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTACK_ICS } from '../../knowledge/attack-ics.ts';
import { techniqueText } from './techniques.ts';

test('there are the 83 techniques of version 18.1, each with its name and tactics', () => {
  assert.equal(ATTACK_ICS.size, 83);
  assert.equal(new Set([...ATTACK_ICS.values()].map(({ name }) => name)).size, 83);
  const tactics = new Set([...ATTACK_ICS.values()].flatMap((technique) => technique.tactics));
  assert.equal(tactics.size, 12);
  for (const [id, technique] of ATTACK_ICS) {
    assert.match(id, /^T08\d\d$/);
    assert.ok(technique.tactics.length > 0, id);
  }
});

test('an id is shown with its name, an unknown one alone', () => {
  assert.equal(techniqueText('T0858'), 'T0858 Change Operating Mode');
  assert.equal(techniqueText('T9999'), 'T9999');
});
