// The capture of this folder, from the file to the facts: what `1sec facts` prints of it is its golden file.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { goldenFacts } from '../../../scripts/golden-facts.ts';

const CAPTURE = join(import.meta.dirname, 'captures/mariadb.pcap');

test('the facts of mariadb.pcap are the golden ones', () => {
  goldenFacts(CAPTURE);
});

test('the passwords that were used are found, others are not', async () => {
  const found: string[] = [];
  const sink = deafSink({
    login: ({ user, mechanism, outcome, test: isSecret }) => {
      const hits = ['opcua-2024', 'wrong', 'third', ''].filter((candidate) => isSecret?.(candidate));
      found.push(`${mechanism} ${user} ${outcome}: ${isSecret === undefined ? 'no test' : `'${hits.join("', '")}'`}`);
    },
  });
  assert.ok(await readFacts(CAPTURE, sink));
  assert.deepEqual(found, [
    "mysql-native historian accepted: 'opcua-2024'",
    "mysql-native historian refused: 'wrong'",
    "mysql-native historian accepted: 'opcua-2024'",
    'mysql-client-ed25519 ed accepted: no test',
    "mysql-native nopw accepted: ''",
  ]);
});
