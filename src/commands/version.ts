// `1sec version`: the version of the program and of its runtime.
import manifest from '../../package.json' with { type: 'json' };
import type { Command } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { writeOutput } from './output.ts';

/** As package.json has it. */
export function programVersion(): string {
  return manifest.version;
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
