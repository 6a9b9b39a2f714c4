// `1sec report`: one HTML file about a saved site, to print or to send.
import { writeFileSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { OutputError, writeOutput } from './output.ts';
import { REPORTS, isReportName, reportOf, type ReportName } from './reports/index.ts';
import { readSnapshot } from './site-snapshot.ts';
import { DATABASE_DEFAULT } from './stored-list.ts';
import { timeOf } from './timestamp.ts';

const NAMES = REPORTS.map(({ name }) => name);
/** Options, and the report they belong to. */
const OPTION_REPORTS: Readonly<Record<string, ReportName>> = {
  policy: 'segmentation',
  config: 'segmentation',
  before: 'changes',
  since: 'changes',
  until: 'changes',
};

export const reportCommand: Command = {
  name: 'report',
  usage: `${NAMES.join(' | ')} [options]`,
  summary: 'write a report of a saved site as HTML that prints well',
  options: [
    { name: 'db', value: 'FILE', text: `the site database (default ${DATABASE_DEFAULT})` },
    { name: 'output', short: 'o', value: 'FILE', text: 'the file to write; else standard output' },
    {
      name: 'policy',
      value: 'FILE',
      text: 'of segmentation: zones and conduits (policy.yaml); else they are inferred',
    },
    { name: 'config', value: 'FILE', text: 'of segmentation: zones that 1sec.yaml declares; a policy wins' },
    { name: 'before', value: 'FILE', text: 'of changes: the site database to compare with' },
    {
      name: 'since',
      value: 'TIME',
      text: 'of changes: from when on, as 2026-01-31 10:00 in UTC (default: when the last capture began)',
    },
    { name: 'until', value: 'TIME', text: 'of changes: until when' },
  ],
  operandsMax: 1,
  notes: [
    ...REPORTS.map(({ name, summary }) => `${name}: ${summary}.`),
    'The file needs nothing else: no script, no font, no picture from elsewhere. The same site gives the same bytes.',
  ],
  run: runReport,
};

async function runReport(line: CommandLine): Promise<number> {
  const { options } = line;
  const name = nameOf(line.operands[0]);
  for (const [option, report] of Object.entries(OPTION_REPORTS)) {
    if (options.has(option) && report !== name) throw new UsageError(`--${option} belongs to report ${report}`);
  }
  const before = options.get('before');
  const [sinceUs, untilUs] = [timeOption(options, 'since'), timeOption(options, 'until')];
  if (before !== undefined && (sinceUs !== null || untilUs !== null))
    throw new UsageError('--before compares two databases; --since and --until belong to one');
  if (sinceUs !== null && untilUs !== null && untilUs <= sinceUs) throw new UsageError('--until is not after --since');
  const named = options.get('policy');
  const policy = named === undefined ? null : (await import('./policy-file.ts')).policyOf(named);
  const config = options.get('config');
  const zones = config === undefined ? [] : (await import('./site-config.ts')).declarationOf(config).zones;
  if (config !== undefined && policy !== null) {
    (await import('./zone-differences.ts')).warnOfZones(config, zones, named!, policy);
  }
  const text = reportOf({
    name,
    site: readSnapshot(options.get('db') ?? DATABASE_DEFAULT),
    policy,
    zones,
    before: before === undefined ? null : readSnapshot(before),
    sinceUs,
    untilUs,
  });
  const output = options.get('output');
  if (output === undefined) writeOutput(text);
  else writeFile(output, text);
  return ExitCode.ok;
}

function nameOf(word: string | undefined): ReportName {
  if (word === undefined) throw new UsageError(`report needs a name: ${NAMES.join(', ')}`);
  if (isReportName(word)) return word;
  throw new UsageError(`there is no report '${showable(word)}': ${NAMES.join(', ')}${didYouMean(word, NAMES)}`);
}

function timeOption(options: CommandLine['options'], name: string): number | null {
  const text = options.get(name);
  if (text === undefined) return null;
  const timeUs = timeOf(text);
  if (timeUs !== null) return timeUs;
  throw new UsageError(`option --${name} cannot be '${showable(text)}'; write 2026-01-31 10:00`);
}

/** For its owner only: it says what is wrong and where. */
function writeFile(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    throw new OutputError(showable(path, 400), error as Error);
  }
}
