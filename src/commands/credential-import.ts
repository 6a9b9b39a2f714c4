// `1sec credentials import`: turns a list of credentials, as they are passed around, into a text table in the project's own
// columns, and says what became of each line.
import { basename } from 'node:path';
import { grouped, showable } from '../bytes/text.ts';
import { CREDENTIAL_KINDS, type CredentialRow } from '../facts/credential.ts';
import { credentialTable } from '../modules/credential-auditor/table.ts';
import { UsageError, type CommandLine } from './command-line.ts';
import { CREDENTIALS_MAX, credentialsText, knownProtocols, listText, writeCredentials } from './credential-file.ts';
import { ListReader, isComment, recognisedForm, type ListForm, type ListedCredential } from './credential-forms.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { writeError, writeOutput } from './output.ts';

const CELL_MAX = 256;
const LINES_NAMED = 8;
/** How lists write that there is nothing. */
const BLANK = /^(?:<(?:blank|none|empty|n\/a)>|\((?:blank|none|empty|n\/a)\))$/i;
/** What tells how a password is found instead of being one. */
const DESCRIPTION =
  /^<.*>$|\b(?:serial number|mac address|last \d+ (?:digits|characters)|see (?:notes?|manual|label|sticker)|printed on|randomly)\b/i;
// A cell with one of these would not come back as it was written.
const UNWRITABLE = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

export interface ImportedList {
  readonly form: ListForm;
  readonly lines: number;
  readonly rows: readonly CredentialRow[];
  /** Line numbers from 1. */
  readonly doubled: readonly number[];
  readonly leftOut: readonly { readonly line: number; readonly reason: string }[];
  /** Lines whose protocols are not known here; they are taken for any protocol. */
  readonly protocolsUnknown: readonly number[];
}

export function importCredentials(line: CommandLine, operands: readonly string[]): number {
  const [path, more] = operands;
  if (path === undefined || path === '') throw new UsageError('credentials import needs a file; - is standard input');
  if (more !== undefined) throw new UsageError(`'${showable(more)}' is one word too many for credentials import`);
  const to = line.options.get('to');
  const isJson = line.options.has('json');
  if (isJson && to === undefined) throw new UsageError('--json of credentials import needs --to FILE');
  const form = line.options.get('form') as ListForm | undefined;
  const name = path === '-' ? 'standard input' : basename(path);
  const list = importedList(listText(path), name, form);
  if (list.rows.length === 0) {
    throw new UsageError(`${showable(path, 400)} has no credential that could be taken${reasonsText(list)}`);
  }
  if (to === undefined) writeOutput(credentialsText(list.rows));
  else writeCredentials(to, list.rows);
  if (isJson) writeOutput(jsonPage(importJson(list)));
  else if (to === undefined) writeError(reportText(list, ''));
  else writeOutput(reportText(list, ` into ${showable(to, 400)}`));
  return ExitCode.ok;
}

/** `name`: what the source of each row is called. */
export function importedList(text: string, name: string, given?: ListForm): ImportedList {
  const lines = text
    .replace(/^\ufeff/, '')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const form = given ?? recognisedForm(lines);
  const reader = new ListReader(form);
  const known = new Set(knownProtocols());
  const rows = new Map<string, CredentialRow>();
  const doubled: number[] = [];
  const leftOut: { line: number; reason: string }[] = [];
  const protocolsUnknown: number[] = [];
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    if (content === '') continue;
    if (isComment(content)) {
      reader.explained(content);
      continue;
    }
    const listed = reader.read(content);
    if (typeof listed === 'string') {
      leftOut.push({ line, reason: listed });
      continue;
    }
    for (const each of listed) {
      const row = rowOf(each, known, line, name);
      if (typeof row === 'string') {
        leftOut.push({ line, reason: row });
        continue;
      }
      if (row.protocols.length === 0 && each.protocols !== '') protocolsUnknown.push(line);
      const key = [row.vendor, row.product, row.protocols, row.user, row.password, row.kind].join('\t');
      if (rows.has(key)) doubled.push(line);
      else if (rows.size >= CREDENTIALS_MAX) leftOut.push({ line, reason: `the list is full (${CREDENTIALS_MAX})` });
      else rows.set(key, row);
    }
  }
  return { form, lines: lines.length, rows: [...rows.values()], doubled, leftOut, protocolsUnknown };
}

function rowOf(
  listed: ListedCredential,
  known: ReadonlySet<string>,
  line: number,
  name: string,
): CredentialRow | string {
  const vendor = listed.vendor.trim();
  const product = listed.product.trim();
  const user = BLANK.test(listed.user.trim()) ? '' : listed.user.trim();
  const password = BLANK.test(listed.password.trim()) ? '' : listed.password;
  const cells = [vendor, product, user, password];
  if (user === '' && password === '') return 'neither user nor password';
  if (cells.some((cell) => cell.length > CELL_MAX)) return `longer than ${CELL_MAX} characters`;
  if (cells.some((cell) => UNWRITABLE.test(cell))) return 'a control character in it';
  if (DESCRIPTION.test(password)) return 'the password is a description';
  if (DESCRIPTION.test(user)) return 'the user is a description';
  const named = listed.protocols.toLowerCase().split(/[\s,;/]+/);
  const kind = CREDENTIAL_KINDS.find((candidate) => candidate === listed.kind);
  return {
    file: '',
    line,
    vendor,
    product,
    protocols: [...new Set(named.filter((protocol) => known.has(protocol)))],
    user,
    password,
    kind: kind ?? (vendor === '' ? 'generic' : 'default'),
    source: `${showable(name, 100)} line ${line}`,
  };
}

function alsoShipped(rows: readonly CredentialRow[]): number {
  const pair = (row: CredentialRow): string => `${row.user.toLowerCase()}\t${row.password}`;
  const shipped = new Set(credentialTable().map(pair));
  return rows.filter((row) => shipped.has(pair(row))).length;
}

function importJson(list: ImportedList): Record<string, unknown> {
  const { form, lines, rows, doubled, leftOut, protocolsUnknown } = list;
  return { form, lines, taken: rows.length, alsoShipped: alsoShipped(rows), doubled, leftOut, protocolsUnknown };
}

function reportText(list: ImportedList, into: string): string {
  const { form, rows, doubled, protocolsUnknown } = list;
  const shipped = alsoShipped(rows);
  const lines = [`${counted(rows.length, 'row')} taken${into} (read as ${form}).`];
  if (shipped > 0) lines.push(`${grouped(shipped)} of them stand in the shipped table as well.`);
  if (doubled.length > 0) lines.push(`${counted(doubled.length, 'line')} doubled: ${numbersText(doubled)}.`);
  for (const [reason, numbers] of byReason(list)) {
    lines.push(`${counted(numbers.length, 'line')} left out, ${reason}: ${numbersText(numbers)}.`);
  }
  if (protocolsUnknown.length > 0) {
    lines.push(`Taken for any protocol, as theirs is not known: ${numbersText(protocolsUnknown)}.`);
  }
  return `${lines.join('\n')}\n`;
}

function reasonsText(list: ImportedList): string {
  const reasons = [...byReason(list)].map(([reason, numbers]) => `${reason} (${numbersText(numbers)})`);
  return reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
}

function byReason({ leftOut }: ImportedList): Map<string, number[]> {
  const reasons = new Map<string, number[]>();
  for (const { line, reason } of leftOut) {
    const numbers = reasons.get(reason);
    if (numbers === undefined) reasons.set(reason, [line]);
    else numbers.push(line);
  }
  return reasons;
}

function numbersText(numbers: readonly number[]): string {
  const named = numbers.slice(0, LINES_NAMED).map(String);
  return `line ${named.join(', ')}${numbers.length > LINES_NAMED ? ' …' : ''}`;
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
