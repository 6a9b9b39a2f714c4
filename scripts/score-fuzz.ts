// Puts what `npm run fuzz` printed into docs/scores.md: how many inputs each parser had, and what was found.
// usage: npm run score:fuzz -- LOG   (what the fuzzer printed, of one run or of several; the last line of a target counts)
import { readFileSync } from 'node:fs';
import { targets } from '../fuzz/targets.ts';
import { table, writeScore } from './score-judging.ts';

const LINE =
  /^(\S+) +([\d,]+) inputs +([\d,]+)\/s +(\d+) seeds, (\d+) discoveries, heap (-?[\d.]+) MiB, (ok|\d+ FINDINGS)$/;

const [log] = process.argv.slice(2);
if (log === undefined) {
  console.error('usage: npm run score:fuzz -- LOG');
  process.exitCode = 2;
} else {
  const rows = new Map<string, string[]>();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const cells = LINE.exec(line)?.slice(1);
    if (cells !== undefined) rows.set(cells[0]!, cells);
  }
  const known = targets.filter(({ name }) => rows.has(name));
  const others = targets.filter(({ name }) => !rows.has(name)).map(({ name }) => name);
  const found = known.filter(({ name }) => rows.get(name)!.at(-1) !== 'ok').length;
  const text = [
    `${known.length} of ${targets.length} targets, ${found === 0 ? 'none with a finding' : `${found} with findings`}:`,
    table(
      ['target', 'inputs', 'inputs/s', 'seeds', 'discoveries', 'heap, MiB', 'result'],
      known.map(({ name }) => rows.get(name)!),
    ),
    others.length === 0 ? '' : `Not in this log: ${others.join(', ')}.`,
  ];
  process.stdout.write(`${await writeScore('score:fuzz', text.join('\n\n'))}\n`);
}
