// `1sec version`: the version of the program and of its runtime.
import { readFileSync } from 'node:fs';
import type { Command } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { writeOutput } from './output.ts';

/** As package.json has it. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export const versionCommand: Command = {
  name: 'version',
  usage: '[--json]',
  summary: 'print the version',
  options: [{ name: 'json', text: 'as one JSON object' }],
  operandsMax: 0,
  notes: [],
  run: (line) => {
    const version = programVersion();
    const node = process.versions.node;
    const platform = `${process.platform}-${process.arch}`;
    if (line.options.has('json')) writeOutput(`${JSON.stringify({ version, node, platform })}\n`);
    else writeOutput(`1-SEC Shield ${version} (Node ${node}, ${platform})\n`);
    return Promise.resolve(ExitCode.ok);
  },
};
