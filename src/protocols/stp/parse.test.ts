// Decodes hand-made BPDUs, whole and cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play, type Step } from '../../../scripts/protocol-plays.ts';
import { Match } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { stp } from './index.ts';

const BPDU = '4242030000 02 02 3c 8001020000000001 00000004 8001020000000009 8002 0000 1400 0200 0f00 00'.replaceAll(
  ' ',
  '',
);
const told = (frames: readonly string[]): string[] =>
  play(
    stp,
    frames.map((frame): Step => [true, hexBytes(frame)]),
    '',
    false,
  );

test('bridge and root are told once', () => {
  assert.deepEqual(told([BPDU, BPDU]), [
    '1 spanning-tree-bridge 32768/1/02:00:00:00:00:09',
    '1 spanning-tree-root 32768/1/02:00:00:00:00:01, cost 4',
  ]);
});

test('a change is told once while it lasts', () => {
  assert.deepEqual(told(['42420300000080', '42420300000080']), ['1 spanning-tree-change notified']);
});

test('the tree of a VLAN stands behind SNAP', () => {
  assert.equal(told([BPDU.replace('424203', 'aaaa0300000c010b')]).length, 2);
});

test('cut anywhere, nothing is recognised as far as it is read', () => {
  const whole = hexBytes(BPDU);
  const decoder = stp.start(0);
  assert.equal(decoder.looksLike(whole, 0, whole.length), Match.yes);
  for (let end = 0; end < 38; end++) assert.equal(decoder.looksLike(whole, 0, end), Match.no);
});
