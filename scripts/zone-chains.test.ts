// Chains and incidents of the recorded networks in samples/zones, against their labels.
import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { scoreChains } from './zone-chains.ts';

const SAMPLES = resolve(import.meta.dirname, '../samples/zones');

for (const variant of ['ipv4', 'ipv6', 'flat']) {
  describe(`the recording ${variant}`, async () => {
    const [alone, ...attacked] = await scoreChains(join(SAMPLES, variant));

    test('normal work over a jump host is no way that somebody took', () => {
      assert.deepEqual(alone!.invented, []);
    });

    test('every chain is told, as a part of one incident, and none is invented', () => {
      for (const { how, wanted, missed, invented, inOneIncident } of attacked) {
        assert.equal(wanted, 6, how);
        assert.deepEqual([missed, invented, inOneIncident], [[], [], wanted], how);
      }
    });
  });
}
