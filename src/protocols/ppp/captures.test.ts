// The captures of this folder, from the file to the facts, and real captures as tshark reads them; those are skipped where
// there are none.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { UPDATE_VARIABLE } from '../../../scripts/golden-check.ts';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { goldenFacts } from '../../../scripts/golden-facts.ts';
import { exampleCaptures } from './captures/example-captures.ts';

const SIM = 'eapol-eap-sim 1295023820005391@mnc023.mcc295.owlan.org accepted: no test';
const CAPTURES: readonly (readonly [path: string, logins: readonly string[]])[] = [
  [
    join(import.meta.dirname, 'captures/sessions.pcap'),
    ['clear pump-7 refused: example-pap', 'ppp-chap pump-7 accepted: example-chap'],
  ],
  [join(import.meta.dirname, 'captures/port.pcap'), ['eapol-eap-md5 panel-3 accepted: example-eap']],
  [join(REAL_CAPTURES, 'zeek__zeek/testing/btest/Traces/pppoe.pcap'), ['clear cisco accepted: cisco']],
  [join(REAL_CAPTURES, 'the-tcpdump-group__tcpdump/tests/eapon1.pcap'), [SIM, SIM, SIM, SIM]],
];

for (const [name, bytes] of exampleCaptures()) {
  test(`${name} is what example-captures.ts builds, and its facts are the golden ones`, () => {
    const path = join(import.meta.dirname, 'captures', name);
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
    goldenFacts(path);
  });
}

for (const [path, expected] of CAPTURES) {
  const skip = existsSync(path) ? false : 'no real captures here';
  test(`${path.split('/').at(-1)}: the logins are the known ones`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      login: ({ protocol, mechanism, user, outcome, test: isSecret }) => {
        if (protocol !== 'ppp' && protocol !== 'eapol') return;
        const hits = ['example-pap', 'example-chap', 'example-eap', 'cisco', ''].filter((each) => isSecret?.(each));
        told.push(`${mechanism} ${user} ${outcome}: ${isSecret === undefined ? 'no test' : hits.join()}`);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, expected);
  });
}
