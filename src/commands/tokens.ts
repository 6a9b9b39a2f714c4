// `1sec tokens`: makes, lists and revokes the tokens with which people open the dashboard of `1sec serve`.
import { existsSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import { accountName } from './account-name.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { writeOutput } from './output.ts';
import { standardTerminal, tableLines } from './terminal.ts';
import {
  TOKENS_DEFAULT,
  TOKEN_NAME,
  addToken,
  isInForce,
  readTokens,
  revokeToken,
  type TokenEntry,
} from './token-file.ts';

type Action = (line: CommandLine, path: string, name: string | undefined) => number;

const ACTIONS: Readonly<Record<string, Action>> = { add, list, revoke };
const OPTION_ACTIONS: Readonly<Record<string, string>> = { role: 'add', days: 'add', json: 'list' };
const DAYS_MAX = 3650;

export const tokensCommand: Command = {
  name: 'tokens',
  usage: 'add NAME [--role ROLE] [--days N] | list | revoke NAME',
  summary: 'make, list and revoke the tokens that open the dashboard',
  options: [
    { name: 'tokens', value: 'FILE', text: `the file of tokens (default ${TOKENS_DEFAULT}); made where it is missing` },
    {
      name: 'role',
      value: 'ROLE',
      choices: ['viewer', 'operator'],
      text: 'of add: viewer (the default) looks only, operator acts',
    },
    { name: 'days', value: 'N', text: 'of add: good for so many days; else until it is revoked' },
    { name: 'json', text: 'of list: one JSON object' },
  ],
  operandsMax: 2,
  notes: [
    'The token is shown once; the file keeps its hash only. Sessions of a token end when it is revoked or expires.',
    "'1sec serve --tokens FILE' lets those in who have one; the log of the site has what each of them did under NAME.",
    'A program sends it as «Authorization: Bearer TOKEN».',
  ],
  run: (line) => Promise.resolve(runTokens(line)),
};

function runTokens(line: CommandLine): number {
  const [action, name] = line.operands;
  const names = Object.keys(ACTIONS);
  const run = action === undefined || !Object.hasOwn(ACTIONS, action) ? undefined : ACTIONS[action];
  if (run === undefined) {
    const given = action === undefined ? 'tokens needs a word' : `tokens cannot '${showable(action)}'`;
    const meant = action === undefined ? '' : didYouMean(action, names);
    throw new UsageError(`${given}: ${names.join(', ')}${meant}; see '1sec help tokens'`);
  }
  for (const [option, owner] of Object.entries(OPTION_ACTIONS)) {
    if (line.options.has(option) && owner !== action) throw new UsageError(`--${option} belongs to tokens ${owner}`);
  }
  return run(line, line.options.get('tokens') ?? TOKENS_DEFAULT, name);
}

function add({ options }: CommandLine, path: string, name: string | undefined): number {
  const role = options.get('role') === 'operator' ? 'operator' : 'viewer';
  const days = daysOf(options.get('days'));
  const token = addToken(path, { name: nameOf(name, 'add'), role, by: accountName(), days, nowMs: Date.now() });
  writeOutput(
    `${token}\n\nThe token of ${name!}, ${role}${days === null ? '' : ` for ${days} days`}. It is shown this once: ${showable(path, 400)} has its hash only.\n`,
  );
  return ExitCode.ok;
}

function revoke(_line: CommandLine, path: string, name: string | undefined): number {
  revokeToken(path, nameOf(name, 'revoke'), Date.now());
  writeOutput(`The token of ${name!} opens nothing any more, and its sessions have ended.\n`);
  return ExitCode.ok;
}

function list({ options }: CommandLine, path: string, name: string | undefined): number {
  if (name !== undefined) throw new UsageError(`'${showable(name)}' is one word too many for tokens list`);
  const entries = options.has('tokens') || existsSync(path) ? readTokens(path) : [];
  if (options.has('json')) {
    writeOutput(jsonPage({ tokens: entries.map(shown) }));
    return ExitCode.ok;
  }
  if (entries.length === 0) {
    writeOutput('no tokens\n');
    return ExitCode.ok;
  }
  const now = Date.now();
  const column = (title: string, cell: (entry: TokenEntry) => string) => ({
    title,
    weight: 1,
    cells: entries.map((entry) => showable(cell(entry))),
  });
  const columns = [
    column('name', ({ name: whose }) => whose),
    column('role', ({ role }) => role),
    column('state', (entry) => stateOf(entry, now)),
    column('made', ({ created }) => created.slice(0, 10)),
    column('by', ({ by }) => by),
  ];
  writeOutput(`${tableLines(standardTerminal(options.get('color') ?? 'auto'), '', columns).join('\n')}\n`);
  return ExitCode.ok;
}

/** Without the hash: nobody needs it. */
function shown({ name, role, created, by, expires, revoked }: TokenEntry): Record<string, unknown> {
  return { name, role, created, by, expires, revoked };
}

function stateOf(entry: TokenEntry, nowMs: number): string {
  if (entry.revoked !== null) return `revoked ${entry.revoked.slice(0, 10)}`;
  if (!isInForce(entry, nowMs)) return `expired ${entry.expires!.slice(0, 10)}`;
  return entry.expires === null ? 'in force' : `until ${entry.expires.slice(0, 10)}`;
}

function nameOf(name: string | undefined, action: string): string {
  if (name === undefined) throw new UsageError(`tokens ${action} needs a name: 1sec tokens ${action} NAME`);
  if (TOKEN_NAME.test(name)) return name;
  throw new UsageError(`'${showable(name)}' cannot be a name: letters, digits, and . @ _ -, at most 64`);
}

function daysOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= DAYS_MAX) return Number(text);
  throw new UsageError(`option --days cannot be '${showable(text)}'; it is a number from 1 to ${DAYS_MAX}`);
}
