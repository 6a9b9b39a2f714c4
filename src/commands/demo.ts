// `1sec demo`: the verdict on the bundled sample, the same as `1sec analyze --sample`, and its dashboard.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzeCommand, runAnalyze } from './analyze.ts';
import type { Command, CommandLine } from './command-line.ts';
import { writeOutput } from './output.ts';

export const demoCommand: Command = {
  name: 'demo',
  usage: '[--json | --quiet] [--no-serve]',
  summary: 'show the verdict on the bundled capture of a small plant',
  options: [
    ...analyzeCommand.options.filter(({ name }) => name === 'json' || name === 'quiet'),
    { name: 'no-serve', text: 'end after the verdict; no dashboard' },
  ],
  operandsMax: 0,
  notes: [
    "The same as '1sec analyze --sample'. The capture comes with the program; nothing else is read.",
    'On a terminal it goes on with a dashboard on 127.0.0.1, whose database is gone when the program ends; elsewhere it ends.',
    'The shape of --json: docs/formats.md.',
  ],
  run: runDemo,
};

async function runDemo(line: CommandLine): Promise<number> {
  const isServed = process.stdout.isTTY && !['json', 'quiet', 'no-serve'].some((name) => line.options.has(name));
  const options = new Map([...line.options].filter(([name]) => name !== 'no-serve'));
  const sample = { options: options.set('sample', ''), operands: [] };
  if (!isServed) return runAnalyze(sample);
  const folder = mkdtempSync(join(tmpdir(), '1sec-demo-'));
  // However the program ends, nothing of it is left.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const database = join(folder, 'site.db');
  const code = await runAnalyze(sample, database);
  if (code !== 0) return code;
  writeOutput('\n');
  const { serveSite } = await import('./serve.ts');
  await serveSite(database, null);
  return code;
}
