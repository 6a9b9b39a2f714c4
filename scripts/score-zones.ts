// `npm run score:zones [-- FOLDER]`: how well zones are inferred, and crossings and chains told, on a network recorded for that
// (`npm run record:zones`; the labels are described there). FOLDER holds a folder for each recording; without it
// bench/work/zones is taken, and where nothing was recorded the small recording in samples/zones.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scoreChains, type ChainScore } from './zone-chains.ts';
import { scoreRecording, type CrossingScore } from './zone-score.ts';

const RAND_INDEX_MIN = 0.95;

const own = resolve(import.meta.dirname, '../bench/work/zones');
const small = resolve(import.meta.dirname, '../samples/zones');
const folder = resolve(process.argv[2] ?? (existsSync(own) ? own : small));
let isShort = false;
for (const name of readdirSync(folder).sort()) {
  if (!existsSync(join(folder, name, 'labels.tsv'))) continue;
  const { hosts, randIndex, declaredRandIndex, quiet, crossings } = await scoreRecording(join(folder, name));
  console.log(`${name}: adjusted Rand index ${randIndex.toFixed(3)} of the ${hosts} hosts seen in normal work`);
  console.log(`  with two of the zones declared ${declaredRandIndex.toFixed(3)}`);
  console.log('  normal work alone');
  for (const score of quiet) print(score);
  console.log('  with the intrusions');
  for (const score of crossings) print(score);
  console.log('  chains of two hops and more');
  for (const score of await scoreChains(join(folder, name))) {
    printChains(score);
    if (score.missed.length + score.invented.length > 0) isShort = true;
  }
  const owned = crossings[0]!;
  if (Math.min(randIndex, declaredRandIndex) < RAND_INDEX_MIN || owned.missed.length > 0) isShort = true;
  if ([...quiet, ...crossings].some(({ invented }) => invented.length > 0)) isShort = true;
}
process.exitCode = isShort ? 1 : 0;

function printChains({ how, wanted, missed, invented, inOneIncident }: ChainScore): void {
  const found = `${wanted - missed.length} of ${wanted} chains found, ${inOneIncident} of them in one incident, `;
  console.log(`    ${how}: ${wanted === 0 ? '' : found}${invented.length} invented`);
  for (const text of missed) console.log(`      missed: ${text}`);
  for (const text of invented) console.log(`      invented: ${text}`);
}

function print({ how, wanted, missed, invented, kinds }: CrossingScore): void {
  const found = wanted.length === 0 ? '' : `${wanted.length - missed.length} of ${wanted.length} crossings found, `;
  console.log(`    ${how}: ${found}${invented.length} alerts invented`);
  for (const [kind, count] of kinds) console.log(`      ${count} ${kind}`);
  for (const text of missed) console.log(`      missed: ${text}`);
  for (const text of invented) console.log(`      invented: ${text}`);
}
