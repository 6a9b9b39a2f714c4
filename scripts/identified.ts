// `npm run identified -- CAPTURE…`: what we take every flow for, against tshark's layers for the same flow. Prints how
// many are right, missed (tshark knows a protocol of ours there, we say none), wrong (tshark knows another one), and
// only ours (tshark knows none). Exit code 0 where none is wrong, 1 where one is, 2 for wrong usage, 3 without tshark.
import { protocols } from '../src/protocols/index.ts';
import { tsharkVersion } from './agree/tshark.ts';
import { ourFlows, theirFlows } from './identified/flows.ts';
import { judge, type Verdict } from './identified/verdict.ts';

const LISTED_MAX = 100;
const NONE: ReadonlySet<string> = new Set();
const COLUMNS: readonly Verdict[] = ['right', 'missed', 'wrong', 'only-ours'];

process.exitCode = await main(process.argv.slice(2));

async function main(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) {
    console.error('usage: npm run identified -- CAPTURE…');
    return 2;
  }
  const version = tsharkVersion();
  if (version === null) {
    console.error('identified: there is no tshark here, nothing was compared');
    return 3;
  }
  const known = protocols.map(({ name }) => name);
  const counts = new Map<string, Map<Verdict, number>>();
  const lists = new Map<Verdict, string[]>(COLUMNS.map((verdict) => [verdict, []]));
  let flows = 0;
  let unreadable = 0;
  for (const path of paths) {
    const [ours, theirs] = await readBoth(path);
    if (ours === null) {
      unreadable++;
      continue;
    }
    for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
      flows++;
      const names = theirs.get(key) ?? NONE;
      const { verdict, protocol } = judge(ours.get(key) ?? NONE, names, known);
      if (verdict === 'neither') continue;
      const row = counts.get(protocol) ?? new Map<Verdict, number>();
      counts.set(protocol, row.set(verdict, (row.get(verdict) ?? 0) + 1));
      lists.get(verdict)?.push(`${protocol}: ${path}, ${key}; tshark: ${[...names].join(' ') || 'nothing'}`);
    }
  }
  console.log(`${flows} flows of ${paths.length - unreadable} captures, against ${version}`);
  if (unreadable > 0) console.log(`${unreadable} captures could not be read`);
  console.log(['protocol'.padEnd(16), ...COLUMNS.map((column) => column.padStart(10))].join(''));
  for (const [protocol, row] of [...counts].sort(([a], [b]) => a.localeCompare(b, 'en'))) {
    console.log([protocol.padEnd(16), ...COLUMNS.map((column) => String(row.get(column) ?? 0).padStart(10))].join(''));
  }
  for (const verdict of ['wrong', 'missed', 'only-ours'] as const) list(verdict, lists.get(verdict) ?? []);
  return (lists.get('wrong')?.length ?? 0) > 0 ? 1 : 0;
}

async function readBoth(path: string): Promise<[Map<string, Set<string>> | null, Map<string, Set<string>>]> {
  try {
    return [await ourFlows(path), await theirFlows(path)];
  } catch (error) {
    console.error(`identified: ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return [null, new Map()];
  }
}

function list(verdict: Verdict, lines: readonly string[]): void {
  if (lines.length === 0) return;
  console.log(`\n${verdict}: ${lines.length}`);
  for (const line of lines.slice(0, LISTED_MAX)) console.log(`  ${line}`);
  if (lines.length > LISTED_MAX) console.log(`  … ${lines.length - LISTED_MAX} further ones`);
}
