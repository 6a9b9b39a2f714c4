// Software, sessions and messages in real captures, as tshark has them; skipped where there are none.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { testGoldens } from '../../../scripts/protocol-goldens.ts';
import { exampleCaptures } from './captures/example-captures.ts';

testGoldens(import.meta.dirname, exampleCaptures());

const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  [
    'EmreEkin__ICS-Pcaps/RTSP/RTSP-2.pcap',
    [
      'WMPlayer/9.0.0.3060',
      'WMServer/9.1.1.3841',
      'Upgrade Your Player',
      'WMPlayer/9.0.0.3060 guid/D2127E0C-F377-4264-8AC4-AFC29E5DAE5B',
      'WMServer/9.1.1.3841',
      'Racecar WM 9 Series 300kbps',
    ],
  ],
  ['EmreEkin__ICS-Pcaps/RTSP/rtsp_ping.pcap', ['Mu Dynamics', 'Audio File']],
  ['EmreEkin__ICS-Pcaps/RTSP/rtsp_play.pcap', ['Mu Dynamics', 'Audio File']],
];

for (const [name, expected] of KNOWN) {
  const path = join(REAL_CAPTURES, name);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${name}: software and sessions are the known ones`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      claim: ({ source, value }) => {
        if (source === 'rtsp header') told.push(value);
      },
      trait: ({ trait, value }) => {
        if (trait.startsWith('rtsp-')) told.push(value);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, expected);
  });
}
