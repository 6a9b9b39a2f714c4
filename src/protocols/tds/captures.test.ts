// The capture of this folder, from the file to the facts, and the conversations with a database in a real one; skipped where
// there are no captures.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { goldenFacts } from '../../../scripts/golden-facts.ts';
import { tds } from './index.ts';

const CAPTURE = join(import.meta.dirname, 'captures/freetds.pcap');
const REAL = join(REAL_CAPTURES, 'ITI__ICS-Security-Tools/pcaps/ModbusTCP/mb2.pcap');

test('the facts of freetds.pcap are the golden ones', () => {
  goldenFacts(CAPTURE);
});

test('the passwords that were used are found, others are not', async () => {
  const found: string[] = [];
  const sink = deafSink({
    login: ({ user, outcome, test: isSecret }) => {
      const hits = ['opcua-2024', 'wrong', ''].filter((candidate) => isSecret?.(candidate));
      found.push(`${user} ${outcome}: '${hits.join("', '")}'`);
    },
  });
  assert.ok(await readFacts(CAPTURE, sink));
  assert.deepEqual(found, ["sa accepted: 'opcua-2024'", "sa refused: 'wrong'", "sa accepted: 'opcua-2024'"]);
});

test(
  'mb2.pcap: conversations joined in the middle are recognised, none does what matters',
  {
    skip: existsSync(REAL) ? false : 'no real captures here',
  },
  async () => {
    const flows = new Set<number>();
    let others = 0;
    const sink = deafSink({
      conversation: ({ serverPort, protocol, phase, flow }) => {
        if (serverPort === 1433 && protocol === 0 && phase === 'closed') flows.add(flow);
      },
      operation: () => others++,
      login: () => others++,
      violation: ({ protocol }) => {
        if (protocol === 'tds') others++;
      },
    });
    assert.ok(await readFacts(REAL, sink, [tds]));
    assert.deepEqual([flows.size, others], [6, 0]);
  },
);
