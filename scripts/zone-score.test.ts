// Zones and crossings of the recorded networks in samples/zones, against their labels.
import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { scoreRecording } from './zone-score.ts';

const SAMPLES = resolve(import.meta.dirname, '../samples/zones');

for (const variant of ['ipv4', 'ipv6', 'flat']) {
  describe(`the recording ${variant}`, async () => {
    const { hosts, randIndex, declaredRandIndex, quiet, crossings } = await scoreRecording(join(SAMPLES, variant));

    test('hosts are sorted into the zones they stand in', () => {
      assert.ok(hosts >= 16);
      assert.ok(randIndex >= 0.95, String(randIndex));
    });

    test('what is inferred beside declared zones is as good', () => assert.ok(declaredRandIndex >= 0.95));

    test('declared zones and their levels tell more crossings than traffic alone', () => {
      const [declared, bare] = crossings.slice(-2).map(({ wanted, missed }) => wanted.length - missed.length);
      assert.ok(declared! > bare!, `${declared} and ${bare}`);
    });

    test('normal work raises nothing, by its own policy or baseline, by declared zones or without', () => {
      for (const { how, kinds } of quiet) assert.deepEqual([...kinds], [], how);
    });

    test('the policy of normal work tells every crossing that it does not allow', () => {
      assert.ok(crossings[0]!.wanted.length >= 10);
      assert.deepEqual(crossings[0]!.missed, []);
    });

    test('no alert is without an intrusion', () => {
      for (const { how, invented } of crossings) assert.deepEqual(invented, [], how);
    });

    test('without a policy and in so short a time the Internet is told, in both directions', () => {
      const { kinds } = crossings.at(-1)!;
      for (const kind of ['internet-to-control', 'control-to-internet']) {
        assert.ok((kinds.get(`conduit-keeper/${kind}`) ?? 0) > 0, kind);
      }
    });
  });
}
