// `1sec version`: the version of the program and of its runtime.
import { isInExecutable, shippedFile } from '../../knowledge/shipped-file.ts';
import manifest from '../../package.json' with { type: 'json' };
import type { Command } from './command-line.ts';
import { UsageError } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { writeOutput } from './output.ts';

/** As package.json has it. */
export function programVersion(): string {
  return manifest.version;
}

export const versionCommand: Command = {
  name: 'version',
  usage: '[--json | --licenses]',
  summary: 'print the version',
  options: [
    { name: 'json', text: 'as one JSON object' },
    { name: 'licenses', text: 'the terms of the program, of its tables and, where it is inside, of the runtime' },
  ],
  operandsMax: 0,
  notes: [],
  run: (line) => {
    if (line.options.has('licenses')) {
      if (line.options.has('json')) throw new UsageError('--json and --licenses cannot be used together');
      writeOutput(licenses());
      return Promise.resolve(ExitCode.ok);
    }
    const version = programVersion();
    const node = process.versions.node;
    const platform = `${process.platform}-${process.arch}`;
    if (line.options.has('json')) writeOutput(`${JSON.stringify({ version, node, platform })}\n`);
    else writeOutput(`1-SEC Shield ${version} (Node ${node}, ${platform})\n`);
    return Promise.resolve(ExitCode.ok);
  },
};

function licenses(): string {
  const files = ['LICENSE', 'knowledge/README.md', ...(isInExecutable() ? ['runtime/LICENSE'] : [])];
  return files.map((path) => new TextDecoder().decode(shippedFile(path))).join(`\n${'='.repeat(80)}\n\n`);
}
