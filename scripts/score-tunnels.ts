// Scores what is told of tunnels: recordings of tunnels and of what could be taken for them, each by itself and without a
// baseline, and the whole collection of real captures for false alarms. Writes its part of docs/scores.md.
// usage: npm run score:tunnels [-- FOLDER]   (a folder that `npm run record:tunnels -- FOLDER` made; else samples/tunnels;
// exit code 1 where a truth is missed that should not be, 3 where the folder holds no recordings)
import { TUNNEL_SAMPLES, tunnelAlerts, tunnelCaptures, type TunnelCapture } from './tunnel-captures.ts';
import { table, writeScore } from './score-judging.ts';
import { REAL_CAPTURES, realCaptures } from './real-captures.ts';

const CLASSES = { tunnel: 'tunnels', honest: 'honest', product: 'products that do the same by design' } as const;

async function main(): Promise<number> {
  const folder = process.argv[2] ?? TUNNEL_SAMPLES;
  const captures = tunnelCaptures(folder);
  if (captures.length === 0) {
    process.stdout.write(`skipped: ${folder} holds no truth.tsv\n`);
    return 3;
  }
  const { text, wrong } = await recorded(captures);
  const parts = [text, await collection()];
  process.stdout.write(`${await writeScore('score:tunnels', parts.join('\n\n'))}\n`);
  return wrong === 0 ? 0 : 1;
}

async function recorded(captures: readonly TunnelCapture[]): Promise<{ text: string; wrong: number }> {
  const rows: string[][] = [];
  const told = { tunnel: 0, honest: 0, product: 0 };
  const all = { tunnel: 0, honest: 0, product: 0 };
  for (const { name, class: kind, what, path } of captures) {
    const alerts = (await tunnelAlerts(path)) ?? [];
    all[kind]++;
    if (alerts.length > 0) told[kind]++;
    const said = alerts.map(({ severity, object }) => `${severity}: ${object}`);
    rows.push([name, kind, what, said.length === 0 ? 'nothing' : said.join('; ')]);
  }
  const counts = (['tunnel', 'honest', 'product'] as const).map(
    (kind) => `${CLASSES[kind]} ${told[kind]} of ${all[kind]}`,
  );
  const text = [`Told: ${counts.join(', ')}.`, table(['recording', 'class', 'what it is', 'told'], rows)].join('\n\n');
  return { text, wrong: all.tunnel - told.tunnel + told.honest };
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
    `The collection: ${read} captures, ${rows.length} alerts of the kinds \`tunnel\` and \`disguised-protocol\`:`,
    table(['capture', 'severity', 'kind', 'what', 'host'], rows),
  ].join('\n\n');
}

process.exitCode = await main();
