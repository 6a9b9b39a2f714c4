// `1sec config`: checks 1sec.yaml, which says what is intended at a site, and prints an example of one.
import type { Declaration } from '../facts/intent.ts';
import { grouped, showable } from '../bytes/text.ts';
import { listText } from './alert-text.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { CONFIG_EXAMPLE } from './config-example.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { normalSection } from './normal-section.ts';
import { writeError, writeOutput } from './output.ts';
import { policyOf } from './policy-file.ts';
import { configText, readSiteConfig } from './site-config.ts';
import { DATABASE_DEFAULT, withStore } from './stored-list.ts';
import { warnOfZones, zoneDifferences } from './zone-differences.ts';

const ACTIONS = ['check', 'example', 'normal'];

export const configCommand: Command = {
  name: 'config',
  usage: 'check FILE | example | normal',
  summary: 'check the file that says what is intended at a site, or print an example',
  options: [
    { name: 'json', text: 'of check: the mistakes as one JSON object' },
    { name: 'policy', value: 'FILE', text: 'of check: a policy (policy.yaml) that the zones are compared with' },
    { name: 'db', value: 'FILE', text: `of normal: the site database (default ${DATABASE_DEFAULT})` },
  ],
  operandsMax: 2,
  notes: [
    'check names every mistake with its line and column, and ends with 2 where there is one.',
    "'1sec config example > 1sec.yaml' makes a file to begin with; '1sec analyze --config 1sec.yaml FILE' uses it.",
    'With --policy it also tells, in one line, where the two have other zones: the policy wins, and that is no mistake.',
    'normal prints what operators marked as normal in the dashboard, as the section of that name: text to keep.',
  ],
  run: (line) => Promise.resolve(runConfig(line)),
};

function runConfig(line: CommandLine): number {
  const [action, path] = line.operands;
  if (line.options.has('policy') && action !== 'check') throw new UsageError('--policy belongs to config check');
  if (action === 'example' && path === undefined) {
    writeOutput(CONFIG_EXAMPLE);
    return ExitCode.ok;
  }
  if (action === 'normal' && path === undefined) {
    writeOutput(normalSection(withStore(line, (store) => store.acceptances())));
    return ExitCode.ok;
  }
  if (action !== 'check') {
    const isKnown = action === 'example' || action === 'normal';
    const given = isKnown ? `'${path!}' is one word too many for config ${action}` : unknown(action);
    throw new UsageError(`${given}; see '1sec help config'`);
  }
  if (path === undefined || path === '') throw new UsageError('config check needs a file: 1sec config check 1sec.yaml');
  return check(path, line.options.get('policy') ?? null, line.options.has('json'));
}

function unknown(action: string | undefined): string {
  if (action === undefined) return 'config needs a word: check FILE, example or normal';
  return `config cannot '${action}', only ${listText(ACTIONS)}${didYouMean(action, ACTIONS)}`;
}

function check(path: string, policyPath: string | null, isJson: boolean): number {
  const { declaration, problems } = readSiteConfig(configText(path));
  const shown = showable(path, 400);
  const policy = policyPath === null ? null : policyOf(policyPath);
  // What is wrong with the file has to be mended first.
  const isComparable = policy !== null && problems.length === 0;
  const differences = isComparable ? zoneDifferences(declaration.zones, policy) : [];
  if (isComparable && !isJson) warnOfZones(path, declaration.zones, policyPath!, policy);
  if (isJson) writeOutput(jsonPage({ file: path, problems, differences }));
  else if (problems.length === 0) writeOutput(`${shown}: no mistake; ${contentText(declaration)}\n`);
  else {
    for (const { line, column, message } of problems) {
      writeError(`${shown}:${line}:${column}: ${showable(message, 1000)}\n`);
    }
  }
  return problems.length === 0 ? ExitCode.ok : ExitCode.usage;
}

/** What the file was understood to declare, for a person to compare. */
function contentText(declaration: Declaration): string {
  const count = (entries: { readonly length: number }, noun: string): string[] => {
    if (entries.length === 0) return [];
    return [`${grouped(entries.length)} ${noun}${entries.length === 1 ? '' : 's'}`];
  };
  const parts = [
    ...count(declaration.masters, 'master'),
    ...count(declaration.engineeringStations, 'engineering station'),
    ...count(declaration.jumpHosts, 'jump host'),
    ...count(declaration.segments, 'segment'),
    ...count(declaration.zones, 'zone'),
    ...count(declaration.windows, 'maintenance window'),
    ...count(declaration.normal, 'normal finding'),
    ...count([...declaration.settings.keys()], 'module setting'),
  ];
  return parts.length === 0 ? 'it declares nothing' : `it declares ${listText(parts)}`;
}
