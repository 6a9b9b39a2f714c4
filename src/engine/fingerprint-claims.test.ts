// What is claimed of devices by how they behave: little trust, nothing of the unknown, nothing of what controls a plant.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Claim } from '../facts/facts.ts';
import { analyze } from './analysis.ts';

const SAMPLE = resolve(import.meta.dirname, '../../samples/plant.pcapng');
const DEVICES = resolve(import.meta.dirname, '../../../shared/captures/iot-sentinel');

async function claimed(path: string): Promise<{ claims: Claim[]; traits: string[]; models: (string | null)[] }> {
  const claims: Claim[] = [];
  const traits: string[] = [];
  const ignore = (): void => undefined;
  const { assets } = await analyze({
    paths: [path],
    facts: () => ({
      operation: ignore,
      conversation: ignore,
      login: ignore,
      transfer: ignore,
      violation: ignore,
      claim: (claim) => {
        if (claim.source === 'fingerprint') claims.push(claim);
      },
      trait: ({ trait, value }) => {
        if (trait === 'first-packets') traits.push(value);
      },
    }),
  });
  return { claims, traits, models: assets.map(({ model }) => model) };
}

test('in a plant nothing is claimed, and the first packets of its control are not told', async () => {
  const { claims, traits } = await claimed(SAMPLE);
  assert.deepEqual(claims, []);
  assert.deepEqual(
    traits.filter((value) => / (502|102|2404|20000|44818) /.test(value) && value.split(' ').length > 8),
    [],
  );
});

test('a real device is claimed once, with little trust', { skip: !existsSync(DEVICES) }, async () => {
  const { claims, models } = await claimed(join(DEVICES, 'Lightify', 'Setup-C-1-STA.pcap'));
  assert.deepEqual(
    claims.map(({ attribute, value, trust, unit }) => ({ attribute, value, trust, unit })),
    [
      { attribute: 'vendor', value: 'Osram', trust: 0.45, unit: -1 },
      { attribute: 'model', value: 'Lightify gateway', trust: 0.45, unit: -1 },
    ],
  );
  assert.ok(models.includes('Lightify gateway'));
  assert.ok(
    claims.every(({ frame }) => frame > 0),
    'with a frame that proves it',
  );
});

test('of twins only the vendor is claimed', { skip: !existsSync(DEVICES) }, async () => {
  const { claims } = await claimed(join(DEVICES, 'SmarterCoffee', 'Setup-C-1-STA.pcap'));
  assert.deepEqual(
    claims.map(({ attribute, value }) => `${attribute} ${value}`),
    ['vendor Smarter'],
  );
});
