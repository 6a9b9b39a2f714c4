// Scores what is told of tunnels: recordings of tunnels and of what could be taken for them, each by itself and without a
// baseline, and the whole collection of real captures for false alarms. Writes its part of docs/scores.md.
// usage: npm run score:tunnels [-- FOLDER…]   (folders that `npm run record:tunnels -- FOLDER` made; else samples/tunnels;
// exit code 3 where one holds no recordings)
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { TUNNEL_SAMPLES, tunnelAlerts, tunnelCaptures, type TunnelCapture } from './tunnel-captures.ts';
import { table, writeScore } from './score-judging.ts';
import { REAL_CAPTURES, realCaptures } from './real-captures.ts';
import { withLoss } from './score-transfers/carving.ts';

const CLASSES = { tunnel: 'tunnels', honest: 'honest', product: 'products that do the same by design' } as const;

const LOSS = 0.05;
const LOSSY_TIMES = 3;

async function main(): Promise<number> {
  const folders = process.argv.length > 2 ? process.argv.slice(2) : [TUNNEL_SAMPLES];
  const parts: string[] = [];
  for (const folder of folders) {
    const captures = tunnelCaptures(folder);
    if (captures.length === 0) {
      process.stdout.write(`skipped: ${folder} holds no truth.tsv\n`);
      return 3;
    }
    parts.push(await recorded(basename(folder), captures));
  }
  parts.push(await collection());
  process.stdout.write(`${await writeScore('score:tunnels', parts.join('\n\n'))}\n`);
  return 0;
}

async function recorded(title: string, captures: readonly TunnelCapture[]): Promise<string> {
  const rows: string[][] = [];
  const told = { tunnel: 0, honest: 0, product: 0 };
  const lossy = { tunnel: 0, honest: 0, product: 0 };
  const all = { tunnel: 0, honest: 0, product: 0 };
  for (const { name, class: kind, what, path } of captures) {
    const alerts = (await tunnelAlerts(path)) ?? [];
    const withLosses = await toldWithLoss(path);
    all[kind]++;
    if (alerts.length > 0) told[kind]++;
    lossy[kind] += withLosses;
    const said = alerts.map(({ severity, object }) => `${severity}: ${object}`);
    rows.push([name, kind, what, said.length === 0 ? 'nothing' : said.join('; '), `${withLosses} of ${LOSSY_TIMES}`]);
  }
  const kinds = (['tunnel', 'honest', 'product'] as const).filter((kind) => all[kind] > 0);
  const counts = kinds.map((kind) => `${CLASSES[kind]} ${told[kind]} of ${all[kind]}`);
  const losses = kinds.map((kind) => `${CLASSES[kind]} ${lossy[kind]} of ${LOSSY_TIMES * all[kind]}`);
  return [
    `### ${title}`,
    `Told: ${counts.join(', ')}. With ${100 * LOSS} % of the frames lost at the tap, ${LOSSY_TIMES} times each: ${losses.join(', ')}.`,
    table(['recording', 'class', 'what it is', 'told', `with ${100 * LOSS} % lost`], rows),
  ].join('\n\n');
}

/** In how many of several captures with other frames lost anything is told. */
async function toldWithLoss(path: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), '1sec-tunnels-'));
  try {
    let told = 0;
    for (let seed = 1; seed <= LOSSY_TIMES; seed++) {
      const lossy = join(folder, 'lossy.pcap');
      writeFileSync(lossy, Buffer.concat(withLoss(readFileSync(path), LOSS, seed).kept));
      if (((await tunnelAlerts(lossy)) ?? []).length > 0) told++;
    }
    return told;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function collection(): Promise<string> {
  const paths = realCaptures();
  if (paths.length === 0) return 'The collection of real captures was not there.';
  const rows: string[][] = [];
  let read = 0;
  for (const path of paths) {
    const alerts = await tunnelAlerts(path);
    if (alerts === null) continue;
    read++;
    for (const { kind, severity, object, subject } of alerts)
      rows.push([
        path.slice(REAL_CAPTURES.length + 1),
        severity,
        kind.slice('access-watch/'.length),
        object,
        subject.ip ?? '–',
      ]);
  }
  return [
    '### The collection',
    `${read} captures, ${rows.length} alerts of the kinds \`tunnel\` and \`disguised-protocol\`:`,
    table(['capture', 'severity', 'kind', 'what', 'host'], rows),
  ].join('\n\n');
}

process.exitCode = await main();
