// The forms in which lists of credentials are passed around, and how a line of each is taken apart.
import { CREDENTIAL_KINDS } from '../facts/credential.ts';

export const LIST_FORMS = ['tsv', 'csv', 'semicolon', 'hydra', 'colon', 'passwords'] as const;
export type ListForm = (typeof LIST_FORMS)[number];

/** What a line says; what it does not say is empty. */
export interface ListedCredential {
  readonly vendor: string;
  readonly product: string;
  readonly protocols: string;
  readonly user: string;
  readonly password: string;
  /** As a `kind` of the project's own columns; empty: not told. */
  readonly kind: string;
  readonly source: string;
}

/** Forms whose lines are cells. */
type SeparatedForm = 'tsv' | 'csv' | 'semicolon';
type Column = keyof ListedCredential;

const SEPARATORS: Readonly<Record<SeparatedForm | 'colon', string>> = {
  tsv: '\t',
  csv: ',',
  semicolon: ';',
  colon: ':',
};
/** Lines that are looked at to recognise the form, and the share of them that has to have the separator. */
const LOOKED_AT = 1000;
const SHARE_MIN = 0.9;

const HEADINGS: Readonly<Record<Column, RegExp>> = {
  vendor: /^(vendor|manufacturer|maker|brand|company|productvendor)$/,
  product: /^(product|model|device|name)$/,
  protocols: /^(protocols?|services?|method|access)$/,
  user: /^(?:default )?(users?|user ?names?|user ?ids?|logins?|accounts?)$/,
  password: /^(?:default )?(passwords?|pass|pwd|passwd|secret|community|credentials?)$/,
  kind: /^kind$/,
  source: /^(source|reference|url)$/,
};
/** Without a heading, by how many columns there are. */
const UNHEADED: Readonly<Record<number, readonly Column[]>> = {
  2: ['user', 'password'],
  3: ['vendor', 'user', 'password'],
  4: ['vendor', 'product', 'user', 'password'],
  7: ['vendor', 'product', 'protocols', 'user', 'password', 'kind', 'source'],
};
const KINDS: ReadonlySet<string> = new Set(CREDENTIAL_KINDS);
/** Columns that a heading without a user names at least. */
const NAMED_MIN = 3;
/** Services of hydra that are called otherwise here. */
const SERVICES: Readonly<Record<string, string>> = { mssql: 'tds', 's7-300': 's7comm', smb2: 'smb' };
const NOTHING: ListedCredential = {
  vendor: '',
  product: '',
  protocols: '',
  user: '',
  password: '',
  kind: '',
  source: '',
};
/** What hydra writes of a credential it has found; some services have no user. */
const FOUND = /^\[\d+\]\[([\w-]+)\] host: \S+(?: +misc: \S+)?(?: +login: (.*?))?(?: +password: (.*))?$/;
/** One of several credentials in a cell: `admin:private`. */
const PAIR = /^([^\s:]+): ?(\S+)$/;
const ADDRESSED = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?::\d{1,5}[ \t]+|[: \t]+)([^:]*):(.*)$/s;

/** A line that only explains: `# …`, or `#!comment` as some lists begin. */
export function isComment(line: string): boolean {
  return /^#(?:[ !]|$)/.test(line);
}

/** By which separator nearly all lines are divided. */
export function recognisedForm(lines: readonly string[]): ListForm {
  const looked = lines.filter((line) => line !== '' && !isComment(line)).slice(0, LOOKED_AT);
  if (looked.some((line) => FOUND.test(line))) return 'hydra';
  for (const form of ['tsv', 'csv', 'semicolon', 'colon'] as const) {
    const divided = looked.filter((line) => line.includes(SEPARATORS[form])).length;
    const others = looked.length - divided;
    if (divided > 0 && (divided >= looked.length * SHARE_MIN || (others === 1 && divided > 2))) return form;
  }
  return 'passwords';
}

/** Takes the lines of one list apart, the first one first. */
export class ListReader {
  readonly #form: ListForm;
  #columns: readonly (Column | null)[] | null = null;
  #isBegun = false;

  constructor(form: ListForm) {
    this.#form = form;
  }

  /** A line that only explains, in front of the others: it may name the columns. */
  explained(line: string): void {
    if (this.#isBegun || this.#form === 'passwords' || this.#form === 'colon' || this.#form === 'hydra') return;
    this.#columns ??= headingOf(this.#form, line.replace(/^# ?/, ''));
  }

  /** The credentials of a line, none where it is a heading or explains; in words: why not. */
  read(line: string): readonly ListedCredential[] | string {
    if (this.#form === 'passwords') return [{ ...NOTHING, password: line }];
    if (this.#form === 'colon') return colonLine(line);
    if (this.#form === 'hydra') return foundLine(line);
    const cells = cellsOf(this.#form, line);
    if (typeof cells === 'string') return cells;
    const [first = '', ...others] = cells;
    if ((first === '' || first.startsWith('#')) && others.length > 0 && others.every((cell) => cell.trim() === ''))
      return [];
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#columns ??= headingOf(this.#form, line);
      if (this.#columns !== null && headingOf(this.#form, line) !== null) return [];
    }
    return this.#row(cells);
  }

  #row(cells: readonly string[]): readonly ListedCredential[] | string {
    const columns = this.#columns ?? UNHEADED[cells.length];
    if (columns === undefined) return `it has ${cells.length} ${cells.length === 1 ? 'column' : 'columns'}`;
    if (cells.length < columns.length && cells.length <= columns.indexOf('password'))
      return 'it has no password column';
    const listed: Record<Column, string> = { ...NOTHING };
    for (const [index, column] of columns.entries()) if (column !== null) listed[column] = cells[index] ?? '';
    if (this.#columns === null && columns.includes('kind') && !KINDS.has(listed.kind))
      return 'what its columns are is not said, and its sixth is no kind';
    return columns.includes('user') ? [listed] : pairsOf(listed);
  }
}

/** Where a heading names no user, `admin:private, user:public`, or a password alone. */
function pairsOf(listed: ListedCredential): readonly ListedCredential[] | string {
  const parts = listed.password.trim().split(/,\s*/);
  const pairs = parts.map((part) => PAIR.exec(part));
  if (pairs.every((pair) => pair !== null))
    return pairs.map((pair) => ({ ...listed, user: pair[1]!, password: pair[2]! }));
  const [only = ''] = parts;
  return parts.length === 1 && /^\S+$/.test(only) ? [listed] : 'it does not say which user has which password';
}

function foundLine(line: string): readonly ListedCredential[] | string {
  const found = FOUND.exec(line);
  if (found === null) return 'it is no credential that was found';
  const [, service = '', user = '', password = ''] = found;
  return [{ ...NOTHING, protocols: SERVICES[service] ?? service.replace(/-.*|\d$/, ''), user, password }];
}

function headingOf(form: SeparatedForm, first: string): readonly (Column | null)[] | null {
  const cells = cellsOf(form, first);
  if (typeof cells === 'string') return null;
  const names = Object.keys(HEADINGS) as Column[];
  const columns = cells.map((cell) => {
    const word = cell.trim().toLowerCase().replaceAll(/[_-]/g, ' ');
    return names.find((name) => HEADINGS[name].test(word)) ?? null;
  });
  // «admin,password» is a credential, and so is «Acme,secret»; a heading names both, or half a dozen columns, each once.
  const hasBoth = columns.includes('password') && (columns.includes('user') || columns.includes('vendor'));
  const named = columns.filter((column) => column !== null).length;
  const isHeading = hasBoth && (columns.includes('user') || named >= NAMED_MIN) && new Set(cells).size === cells.length;
  if (!isHeading) return null;
  return columns.map((column, index) => (columns.indexOf(column) === index ? column : null));
}

function colonLine(line: string): readonly ListedCredential[] | string {
  const addressed = ADDRESSED.exec(line);
  if (addressed !== null) return [{ ...NOTHING, user: addressed[1]!, password: addressed[2]! }];
  const at = line.indexOf(':');
  if (at < 0) return 'it has no colon';
  return [{ ...NOTHING, user: line.slice(0, at), password: line.slice(at + 1) }];
}

/** In CSV a cell may stand in quotes, with quotes inside doubled (RFC 4180); in the other forms quotes are text. */
function cellsOf(form: SeparatedForm, line: string): string[] | string {
  const separator = SEPARATORS[form];
  if (form === 'semicolon') {
    // A password may hold semicolons; a user does not.
    const cells = line.split(separator);
    return cells.length <= 2 ? cells : [cells[0]!, line.slice(cells[0]!.length + 1)];
  }
  if (form !== 'csv') return line.split(separator);
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    if (line[at] !== '"') {
      const end = line.indexOf(separator, at);
      cells.push(line.slice(at, end < 0 ? line.length : end));
      at = end < 0 ? line.length + 1 : end + 1;
      continue;
    }
    const quoted = /"((?:[^"]|"")*)"(?:,|$)/y;
    quoted.lastIndex = at;
    const found = quoted.exec(line);
    if (found === null) return 'a quote in it is not closed';
    cells.push(found[1]!.replaceAll('""', '"'));
    at = found[0].endsWith(',') ? quoted.lastIndex : line.length + 1;
  }
  return cells;
}
