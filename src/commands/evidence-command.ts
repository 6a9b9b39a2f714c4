// `1sec evidence`: cuts the frames that prove a stored alert out of its captures, without the secrets of logins.
import { writeFileSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { OutputError, writeOutput } from './output.ts';
import { DATABASE_DEFAULT } from './stored-list.ts';

export const evidenceCommand: Command = {
  name: 'evidence',
  usage: 'ALERT [-o FILE | --json] [options]',
  summary: 'cut the frames that prove a stored alert into a pcapng, without secrets',
  options: [
    { name: 'db', value: 'FILE', text: `the site database (default ${DATABASE_DEFAULT})` },
    { name: 'output', short: 'o', value: 'FILE', text: 'the file to write (default alert-ALERT.pcapng)' },
    { name: 'json', text: 'the frames and what was decoded from them, as one JSON object; no file' },
  ],
  operandsMax: 1,
  notes: [
    "ALERT is an id, as '1sec alerts' lists it. The captures are read again: they must be where they were, unchanged.",
    'Secrets of logins are overwritten with X, and each such frame says so. An existing file is not written over.',
    "For all alerts at once, also of standard input and live: '--evidence DIR' of analyze and watch.",
  ],
  run: runEvidence,
};

async function runEvidence(line: CommandLine): Promise<number> {
  const [id] = line.operands;
  const output = line.options.get('output');
  if (id === undefined || id === '') throw new UsageError("evidence needs an alert: an id, as '1sec alerts' lists it");
  if (output !== undefined && line.options.has('json')) throw new UsageError('--json writes no file: leave -o out');
  const { StoredSite } = await import('./stored-site.ts');
  const site = new StoredSite(line.options.get('db') ?? DATABASE_DEFAULT);
  try {
    const proof = await site.proof(id);
    if (proof.kind === 'missing') throw new UsageError(`there is no alert '${showable(id)}' in this database`);
    if (proof.kind === 'gone') throw new UsageError(proof.reason);
    if (line.options.has('json')) writeOutput(jsonPage(proof.item as Record<string, unknown>));
    else writeEvidence(output ?? `alert-${id}.pcapng`, proof.pcapng, proof.item as Found);
  } finally {
    site.close();
  }
  return ExitCode.ok;
}

interface Found {
  readonly frames: readonly { readonly maskedBytes: number }[];
  readonly omitted: number;
}

function writeEvidence(path: string, pcapng: Uint8Array, { frames, omitted }: Found): void {
  const shown = showable(path, 400);
  try {
    // For its owner only, and no other file in its place.
    writeFileSync(path, pcapng, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UsageError(`${shown} is there already`);
    throw new OutputError(shown, error as Error);
  }
  const count = `${frames.length} proving ${frames.length === 1 ? 'frame' : 'frames'}`;
  const more = omitted === 0 ? '' : ` (of ${frames.length + omitted}; the rest is in the capture)`;
  const masked = frames.reduce((sum, frame) => sum + frame.maskedBytes, 0);
  const secrets = masked === 0 ? '' : ` ${masked} bytes of login secrets are overwritten with X.`;
  writeOutput(`${shown}: ${count}${more}, with some around.${secrets}\n`);
}
