// The captures of this folder, from the file to the facts, and the one of the collection that holds a request of RDP.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { testGoldens } from '../../../scripts/protocol-goldens.ts';
import { exampleCaptures } from './captures/example-captures.ts';

testGoldens(import.meta.dirname, exampleCaptures());

const path = join(REAL_CAPTURES, 'zeek__zeek/testing/btest/Traces/modbus/modbus-and-non-modbus-p502.pcap');
const skip = existsSync(path) ? false : 'skipped: no real captures here';

test('a request of RDP on the port of Modbus is told as tshark reads it', { skip }, async () => {
  const told: string[] = [];
  const sink = deafSink({
    trait: ({ trait, value }) => {
      if (trait.startsWith('rdp')) told.push(`${trait} ${value}`);
    },
  });
  assert.ok(await readFacts(path, sink));
  assert.deepEqual(told, ['rdp-offered TLS', 'rdp-cookie admin']);
});
