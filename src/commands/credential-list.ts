// `1sec credentials list`: the rows of the shipped table and of a person's own.
import { showable } from '../bytes/text.ts';
import type { CredentialRow } from '../facts/credential.ts';
import { credentialTable } from '../modules/credential-auditor/table.ts';
import { UsageError, type CommandLine } from './command-line.ts';
import { readCredentials, unknownProtocol } from './credential-file.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { writeOutput } from './output.ts';
import { standardTerminal, tableLines, type TableColumn } from './terminal.ts';

export function listCredentials(line: CommandLine, operands: readonly string[]): number {
  const [more] = operands;
  if (more !== undefined) throw new UsageError(`'${showable(more)}' is one word too many for credentials list`);
  const rows = [...ownCredentials(line), ...credentialTable()].filter((row) => isWanted(row, line));
  if (line.options.has('json')) writeOutput(jsonPage({ credentials: rows.map(credentialJson) }));
  else if (rows.length === 0) writeOutput('no credentials\n');
  else
    writeOutput(`${tableLines(standardTerminal(line.options.get('color') ?? 'auto'), '', columns(rows)).join('\n')}\n`);
  return ExitCode.ok;
}

export function ownCredentials({ options }: CommandLine): readonly CredentialRow[] {
  const path = options.get('credentials');
  return path === undefined ? [] : readCredentials(path);
}

/** The protocol that the command line names; empty: any. */
export function wantedProtocol({ options }: CommandLine): string {
  const name = options.get('protocol') ?? '';
  const problem = name === '' ? null : unknownProtocol([name]);
  if (problem !== null) throw new UsageError(problem);
  return name;
}

/** `file` is empty for the shipped table. */
export function credentialJson({
  file,
  line,
  vendor,
  product,
  protocols,
  user,
  password,
  kind,
  source,
}: CredentialRow) {
  return { row: line, file, vendor, product, protocols, user, password, kind, source };
}

function isWanted(row: CredentialRow, line: CommandLine): boolean {
  const vendor = line.options.get('vendor')?.toLowerCase() ?? '';
  const user = line.options.get('user')?.toLowerCase();
  const protocol = wantedProtocol(line);
  if (!row.vendor.toLowerCase().includes(vendor)) return false;
  if (user !== undefined && row.user.toLowerCase() !== user) return false;
  return protocol === '' || row.protocols.length === 0 || row.protocols.includes(protocol);
}

function columns(rows: readonly CredentialRow[]): TableColumn[] {
  const column = (title: string, weight: number, cell: (row: CredentialRow) => string): TableColumn => ({
    title,
    weight,
    cells: rows.map((row) => showable(cell(row))),
  });
  return [
    column('file', 8, ({ file }) => file),
    { ...column('row', Infinity, ({ line }) => String(line)), isNumber: true },
    column('vendor', 7, ({ vendor }) => vendor),
    column('product', 3, ({ product }) => product),
    column('protocols', 4, ({ protocols }) => protocols.join(' ')),
    column('user', 9, ({ user }) => user),
    column('password', 10, ({ password }) => (password === '' ? '(empty)' : password)),
    column('kind', 5, ({ kind }) => kind),
    column('source', 1, ({ source }) => source),
  ];
}
