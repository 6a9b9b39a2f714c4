// `npm run learn:devices`: makes knowledge/fingerprints/devices.tsv from the set-ups of real devices in the collection of
// captures. Features that one set-up alone has are left out: they say nothing about another one.
// Exit code 3 where the collection is missing.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fingerprintText, type Setup } from '../src/assets/fingerprints/table.ts';
import { DEVICES, deviceCaptures, readSetup } from './device-captures.ts';

const TABLE = resolve(import.meta.dirname, '../knowledge/fingerprints/devices.tsv');

const HEAD = [
  'Behavioural fingerprints: which features were seen at set-ups of which devices. Made by npm run learn:devices.',
  'Features: t how it talks, n names asked for and announced, p prefix of the MAC address.',
];

async function main(): Promise<number> {
  const setups: Setup[] = [];
  for (const path of deviceCaptures()) {
    const setup = await readSetup(path);
    if (setup !== null) setups.push(setup);
  }
  if (setups.length === 0) {
    console.log('the captures of devices are not there');
    return 3;
  }
  const counts = new Map<string, number>();
  for (const { features } of setups) for (const name of features) counts.set(name, (counts.get(name) ?? 0) + 1);
  const kept = setups.map(({ type, features }) => ({
    type,
    features: features.filter((name) => counts.get(name)! > 1),
  }));
  const types = new Map(Object.values(DEVICES).map(([name, vendor, model]) => [name, { name, vendor, model }]));
  const text = fingerprintText({ types: [...types.values()], setups: kept }, HEAD);
  mkdirSync(dirname(TABLE), { recursive: true });
  writeFileSync(TABLE, text);
  console.log(`${setups.length} set-ups of ${types.size} types, ${text.length} characters`);
  return 0;
}

if (import.meta.main) process.exitCode = await main();
