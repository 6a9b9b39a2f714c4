// Decodes hand-made frames of CDP, whole and cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play, type Step } from '../../../scripts/protocol-plays.ts';
import { Match } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { cdp } from './index.ts';

/** Device id S1, port P1, capabilities switch, platform "cisco X", VLAN 5. */
const FRAME =
  'aaaa0300000c2000 02b40000 000100065331 000300065031 0004000800000008 0006000b636973636f2058 000a00060005'.replaceAll(
    ' ',
    '',
  );
const told = (frames: readonly string[]): string[] =>
  play(
    cdp,
    frames.map((frame): Step => [true, hexBytes(frame)]),
    '',
    false,
  );

test('the sender is described once', () => {
  assert.deepEqual(told([FRAME, FRAME]), [
    '1 cdp-device S1',
    '1 name S1',
    '1 cdp-port P1',
    '1 cdp-capabilities switch',
    '1 model X',
    '1 vendor Cisco',
    '1 cdp-native-vlan 5',
  ]);
});

test('others of the same owner are left alone', () => {
  const other = hexBytes(FRAME.replace('0c2000', '0c2004'));
  assert.equal(cdp.start(0).looksLike(other, 0, other.length), Match.no);
  assert.deepEqual(told([FRAME.replace('0c2000', '0c2004')]), []);
});

test('cut anywhere, nothing is told but what is whole, and a length', () => {
  const all = told([FRAME]);
  for (let end = 0; end < FRAME.length; end += 2)
    for (const line of told([FRAME.slice(0, end)])) assert.ok(all.includes(line) || line.includes('length'), line);
});
