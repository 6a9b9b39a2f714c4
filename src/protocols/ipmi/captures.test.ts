// The capture of this folder, from the file to the facts: what `1sec facts` prints of it is its golden file.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { goldenFacts } from '../../../scripts/golden-facts.ts';

const CAPTURE = join(import.meta.dirname, 'captures/openipmi.pcap');

test('the facts of openipmi.pcap are the golden ones', () => {
  goldenFacts(CAPTURE);
});

test('the passwords that were used are found, where the console gave up that of the system', async () => {
  const found: string[] = [];
  const sink = deafSink({
    login: ({ user, mechanism, outcome, test: isSecret }) => {
      const hits = ['calvin-24', 'wrong', 'x', ''].filter((candidate) => isSecret?.(candidate));
      found.push(`${mechanism} ${user} ${outcome}: ${isSecret === undefined ? 'no test' : `'${hits.join("', '")}'`}`);
    },
  });
  assert.ok(await readFacts(CAPTURE, sink));
  assert.deepEqual(found, [
    "ipmi-rakp-hmac-sha1 ADMIN accepted: 'calvin-24'",
    "ipmi-rakp-hmac-sha1 ADMIN accepted: 'calvin-24'",
    'ipmi-rakp-none ADMIN accepted: no test',
    'ipmi-rakp-hmac-sha1 nobody refused: no test',
    "ipmi-md5 ADMIN accepted: 'calvin-24'",
    "clear ADMIN accepted: 'calvin-24'",
    "ipmi-rakp-hmac-sha1 ADMIN unknown: 'calvin-24'",
    "clear ADMIN unknown: 'wrong'",
  ]);
});
