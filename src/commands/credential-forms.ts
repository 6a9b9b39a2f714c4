// The forms in which lists of credentials are passed around, and how a line of each is taken apart.

export const LIST_FORMS = ['tsv', 'csv', 'semicolon', 'colon', 'passwords'] as const;
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

type Column = keyof ListedCredential;

const SEPARATORS: Readonly<Record<Exclude<ListForm, 'passwords'>, string>> = {
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
  user: /^(users?|user ?names?|user ?ids?|logins?|accounts?)$/,
  password: /^(passwords?|pass|pwd|passwd|secret|community)$/,
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
const NOTHING: ListedCredential = {
  vendor: '',
  product: '',
  protocols: '',
  user: '',
  password: '',
  kind: '',
  source: '',
};
const ADDRESSED = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?::\d{1,5}[ \t]+|[: \t]+)([^:]*):(.*)$/s;

/** A line that only explains: `# …`, or `#!comment` as some lists begin. */
export function isComment(line: string): boolean {
  return /^#(?:[ !]|$)/.test(line);
}

/** By which separator nearly all lines are divided. */
export function recognisedForm(lines: readonly string[]): ListForm {
  const looked = lines.filter((line) => line !== '' && !isComment(line)).slice(0, LOOKED_AT);
  for (const form of ['tsv', 'csv', 'semicolon', 'colon'] as const) {
    const divided = looked.filter((line) => line.includes(SEPARATORS[form])).length;
    const others = looked.length - divided;
    if (divided > 0 && (divided >= looked.length * SHARE_MIN || (others === 1 && divided > 2))) return form;
  }
  return 'passwords';
}

/** Takes the lines of one list apart. */
export class ListReader {
  readonly #form: ListForm;
  readonly #headed: readonly (Column | null)[] | null;

  /** `first`: the first line, which may be a heading. */
  constructor(form: ListForm, first: string) {
    this.#form = form;
    this.#headed = headingOf(form, first.replace(/^# ?/, ''));
  }

  get hasHeading(): boolean {
    return this.#headed !== null;
  }

  /** In words: why not. */
  read(line: string): ListedCredential | string {
    if (this.#form === 'passwords') return { ...NOTHING, password: line };
    if (this.#form === 'colon') return colonLine(line);
    const cells = cellsOf(this.#form, line);
    if (typeof cells === 'string') return cells;
    const columns = this.#headed ?? UNHEADED[cells.length];
    if (columns === undefined) return `it has ${cells.length} ${cells.length === 1 ? 'column' : 'columns'}`;
    if (cells.length < columns.length && cells.length <= columns.indexOf('password'))
      return 'it has no password column';
    const listed: Record<Column, string> = { ...NOTHING };
    for (const [index, column] of columns.entries()) if (column !== null) listed[column] = cells[index] ?? '';
    return listed;
  }
}

function headingOf(form: ListForm, first: string): readonly (Column | null)[] | null {
  if (form === 'passwords' || form === 'colon') return null;
  const cells = cellsOf(form, first);
  if (typeof cells === 'string') return null;
  const names = Object.keys(HEADINGS) as Column[];
  const columns = cells.map((cell) => {
    const word = cell.trim().toLowerCase().replaceAll(/[_-]/g, ' ');
    return names.find((name) => HEADINGS[name].test(word)) ?? null;
  });
  // «admin,password» is a credential; a heading names both, each once.
  const isHeading = columns.includes('password') && columns.includes('user') && new Set(cells).size === cells.length;
  if (!isHeading) return null;
  return columns.map((column, index) => (columns.indexOf(column) === index ? column : null));
}

function colonLine(line: string): ListedCredential | string {
  const addressed = ADDRESSED.exec(line);
  if (addressed !== null) return { ...NOTHING, user: addressed[1]!, password: addressed[2]! };
  const at = line.indexOf(':');
  if (at < 0) return 'it has no colon';
  return { ...NOTHING, user: line.slice(0, at), password: line.slice(at + 1) };
}

/** In CSV a cell may stand in quotes, with quotes inside doubled (RFC 4180); in the other forms quotes are text. */
function cellsOf(form: Exclude<ListForm, 'passwords'>, line: string): string[] | string {
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
