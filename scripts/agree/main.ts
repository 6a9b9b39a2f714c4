// `npm run agree -- CAPTURE…`: compares the fields we decode with tshark's for the same frames, prints agreement for
// each protocol and function, and every difference. Exit code 0 where they agree as they must, 1 where not, 2 for
// wrong usage, 3 where there is no tshark.
import { bacnetMapping } from './bacnet.ts';
import { Comparison, type Reading } from './compare.ts';
import { dnp3Mapping } from './dnp3.ts';
import { enipMapping } from './enip.ts';
import { iec104Mapping } from './iec104.ts';
import type { Mapping } from './mapping.ts';
import { modbusMapping } from './modbus.ts';
import { mqttMapping } from './mqtt.ts';
import { ourReadings } from './ours.ts';
import { s7commMapping } from './s7comm.ts';
import { EACH_SEGMENT, layersIn, tsharkFrames, tsharkVersion } from './tshark.ts';

const MAPPINGS: readonly Mapping[] = [
  modbusMapping,
  enipMapping,
  s7commMapping,
  iec104Mapping,
  dnp3Mapping,
  bacnetMapping,
  mqttMapping,
];

const DIFFERENCES_SHOWN = 50;
/** What must agree: of all, and of each row with enough examples. */
const AGREEMENT_MIN = 0.999;
const ROW_AGREEMENT_MIN = 0.99;
const ROW_EXAMPLES_MIN = 20;

process.exitCode = await main(process.argv.slice(2));

async function main(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) {
    console.error('usage: npm run agree -- CAPTURE…');
    return 2;
  }
  const version = tsharkVersion();
  if (version === null) {
    console.error('agree: there is no tshark here, nothing was compared');
    return 3;
  }
  const all = new Comparison();
  const violations = new Map<string, number>();
  let isListed = 0;
  for (const path of paths) {
    const comparison = new Comparison();
    const layers = await layersIn(path);
    for (const mapping of MAPPINGS) {
      const ours = await ourReadings(path, mapping);
      if (ours.readings.length === 0 && !mapping.layers.some((layer) => layers.has(layer))) continue;
      const theirs = await theirReadings(path, mapping, ours.serverPorts, []);
      const theirFrames = new Set(theirs.map(({ frame }) => frame));
      const isLeftOut = ours.readings.some(({ frame }) => !theirFrames.has(frame));
      const segments = isLeftOut ? await theirReadings(path, mapping, ours.serverPorts, EACH_SEGMENT) : [];
      for (const [rule, count] of ours.violations) violations.set(rule, (violations.get(rule) ?? 0) + count);
      comparison.add(ours.readings, theirs, segments);
      all.add(ours.readings, theirs, segments);
    }
    console.log(
      `${path}: ${comparison.agreed} of ${comparison.total} messages agree${percent(comparison)}${ofSegments(comparison)}`,
    );
    for (const { frame, protocol, function: name, side, detail } of comparison.differences) {
      if (isListed++ < DIFFERENCES_SHOWN) console.log(`  frame ${frame}, ${protocol} ${name} ${side}: ${detail}`);
    }
  }
  if (isListed > DIFFERENCES_SHOWN) console.log(`  … ${isListed - DIFFERENCES_SHOWN} further differences`);
  return report(all, violations, version);
}

async function theirReadings(
  path: string,
  mapping: Mapping,
  serverPorts: ReadonlyMap<number, string>,
  further: readonly string[],
): Promise<Reading[]> {
  const readings: Reading[] = [];
  const preferences = [...mapping.preferences(serverPorts), ...further];
  for await (const frame of tsharkFrames(path, mapping.displayFilter, mapping.layers, preferences)) {
    readings.push(...mapping.theirs(frame, serverPorts));
  }
  return readings;
}

function report(all: Comparison, violations: ReadonlyMap<string, number>, version: string): number {
  console.log(`\nagreement with ${version}`);
  let isEnough = all.total === 0 || all.agreed / all.total >= AGREEMENT_MIN;
  const rows = [...all.rows.values()].sort((a, b) =>
    `${a.protocol}${a.function}`.localeCompare(`${b.protocol}${b.function}`, 'en', { numeric: true }),
  );
  let unlisted = 0;
  for (const row of rows) {
    if (row.agreed === row.total && row.total < ROW_EXAMPLES_MIN) {
      unlisted++;
      continue;
    }
    const share = row.agreed / row.total;
    const isLow = row.total >= ROW_EXAMPLES_MIN && share < ROW_AGREEMENT_MIN;
    if (isLow) isEnough = false;
    const counts = `${row.agreed} of ${row.total}`.padStart(18);
    console.log(
      `${row.protocol.padEnd(12)}${row.function.padEnd(16)}${counts}${percent(row)}${ofSegments(row)}${isLow ? '  too low' : ''}`,
    );
  }
  if (unlisted > 0) console.log(`${unlisted} further rows of fewer than ${ROW_EXAMPLES_MIN} messages agree wholly`);
  console.log(
    `all: ${all.agreed} of ${all.total}${percent(all)}${ofSegments(all)}, ${all.differences.length} differences`,
  );
  if (violations.size > 0) {
    const listed = [...violations].sort((a, b) => b[1] - a[1]).map(([rule, count]) => `${rule} ${count}`);
    console.log(`rules we found broken: ${listed.join(', ')}`);
  }
  return isEnough ? 0 : 1;
}

function percent({ agreed, total }: { readonly agreed: number; readonly total: number }): string {
  return total === 0 ? '' : ` (${((agreed / total) * 100).toFixed(2)} %)`;
}

/** What tshark shows only where it reads each segment for itself is told beside what it shows at once. */
function ofSegments({ ofSegments: count }: { readonly ofSegments: number }): string {
  return count === 0 ? '' : `, ${count} of them in segments that tshark leaves out as sent before`;
}
