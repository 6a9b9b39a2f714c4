// Decodes hand-made messages of IGMP, versions 1 to 3, whole and cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play, type Step } from '../../../scripts/protocol-plays.ts';
import { Match } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { igmp } from './index.ts';

const JOIN = '16000000efc00001';
const LEAVE = '17000000efc00001';
const JOIN_3 = '22000000000000010400000 0efc00002'.replace(' ', '');
const LEAVE_3 = JOIN_3.replace('04000000', '03000000');
const told = (messages: readonly string[]): string[] =>
  play(
    igmp,
    messages.map((message): Step => [true, hexBytes(message)]),
    '',
    false,
  );

test('a member is told once, and again when it had left', () => {
  const line = '1 multicast-group 239.192.0.1';
  assert.deepEqual(told([JOIN, JOIN]), [line]);
  assert.deepEqual(told([JOIN, LEAVE, JOIN]), [line, line]);
});

test('version 3 joins by excluding nothing and leaves by including nothing', () => {
  assert.deepEqual(told([JOIN_3]), ['1 multicast-group 239.192.0.2']);
  assert.deepEqual(told([LEAVE_3]), []);
});

test('who asks is a querier', () => {
  assert.deepEqual(told(['1164000000000000']), ['1 multicast-querier igmp version 2']);
});

test('cut anywhere, nothing is told', () => {
  const whole = hexBytes(JOIN);
  assert.equal(igmp.start(0).looksLike(whole, 0, whole.length), Match.yes);
  for (let end = 0; end < JOIN_3.length; end += 2) assert.deepEqual(told([JOIN_3.slice(0, end)]), []);
});
