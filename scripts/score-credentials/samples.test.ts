// The committed captures of real logins are judged as it is written beside them, and what they hold is known.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { pcap } from '../../src/capture/built-captures.ts';
import { internetChecksum } from '../../src/bytes/checksum.ts';
import { withDocumentationAddresses } from './documentation-addresses.ts';
import { judgedLogins, verdictLines } from './verdicts.ts';

const SAMPLES = resolve(import.meta.dirname, '../../samples/logins');
const captures = globSync('*.pcap', { cwd: SAMPLES }).sort();

describe('committed logins', () => {
  for (const name of captures) {
    test(`${name} is judged as it is known to be`, async () => {
      const path = join(SAMPLES, name);
      const expected = readFileSync(path.replace(/\.pcap$/, '.tsv'), 'utf8')
        .trimEnd()
        .split('\n');
      assert.deepEqual(verdictLines(await judgedLogins(path)), expected);
    });
  }

  test('there is one for each mechanism of the list beside them, and none is large', () => {
    const page = readFileSync(join(SAMPLES, 'README.md'), 'utf8');
    assert.ok(captures.length >= 10);
    for (const name of captures) {
      assert.ok(page.includes(`\`${name.replace('.pcap', '')}\``), name);
      assert.ok(readFileSync(join(SAMPLES, name)).length <= 48 * 1024, name);
    }
  });
});

test('loopback addresses become those of documentation, and the checksum of the header is right', () => {
  const frame = new Uint8Array(14 + 20 + 8);
  frame.set([8, 0, 0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2, 0, 9, 0, 9, 0, 8], 12);
  const rewritten = withDocumentationAddresses(pcap([{ seconds: 1, fraction: 0, bytes: frame }])).subarray(24 + 16);
  assert.deepEqual([...rewritten.subarray(26, 34)], [192, 0, 2, 1, 192, 0, 2, 2]);
  assert.deepEqual([...rewritten.subarray(0, 12)], [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
  assert.equal(internetChecksum(rewritten, 14, 34), 0);
});
