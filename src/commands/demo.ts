// `1sec demo`: the verdict on the bundled sample, the same as `1sec analyze --sample`.
import { analyzeCommand } from './analyze.ts';
import type { Command } from './command-line.ts';

export const demoCommand: Command = {
  name: 'demo',
  usage: '[--json | --quiet]',
  summary: 'show the verdict on the bundled capture of a small plant',
  options: analyzeCommand.options.filter(({ name }) => name === 'json' || name === 'quiet'),
  operandsMax: 0,
  notes: [
    "The same as '1sec analyze --sample'. The capture comes with the program; nothing else is read, nothing is written.",
    'The shape of --json: docs/formats.md.',
  ],
  run: (line) => analyzeCommand.run({ options: new Map([...line.options, ['sample', '']]), operands: [] }),
};
