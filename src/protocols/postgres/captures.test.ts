// The capture of this folder, from the file to the facts: what `1sec facts` prints of it is its golden file.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { goldenFacts } from '../../../scripts/golden-facts.ts';

const CAPTURE = join(import.meta.dirname, 'captures/postgresql.pcap');

test('the facts of postgresql.pcap are the golden ones', () => {
  goldenFacts(CAPTURE);
});

test('the passwords that were used are found, others are not', async () => {
  const found: string[] = [];
  const sink = deafSink({
    login: ({ user, mechanism, outcome, test: isSecret }) => {
      const hits = ['opcua-2024', 'wrong', 'pencil', 'clear-1', ''].filter((candidate) => isSecret?.(candidate));
      found.push(`${mechanism} ${user} ${outcome}: ${isSecret === undefined ? 'no test' : `'${hits.join("', '")}'`}`);
    },
  });
  assert.ok(await readFacts(CAPTURE, sink));
  assert.deepEqual(found, [
    "postgres-md5 md5user accepted: 'opcua-2024'",
    "postgres-md5 md5user refused: 'wrong'",
    "clear clearuser accepted: 'clear-1'",
    "postgres-scram-sha-256 scramuser accepted: 'pencil'",
    "postgres-scram-sha-256 scramuser refused: 'wrong'",
    'postgres-none open accepted: no test',
    'postgres-none nobody refused: no test',
    'postgres-none open accepted: no test',
  ]);
});
