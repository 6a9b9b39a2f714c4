// What `assets`, `alerts` and `flows` share: the database they read, and the three ways of printing a list.
import { isIPv6 } from 'node:net';
import { SiteStore } from '../store/site-store.ts';
import { UsageError, type CommandLine, type OptionSpecification } from './command-line.ts';
import { csvLine } from './csv.ts';
import { jsonText } from './json-text.ts';
import { LineWriter, writeOutput } from './output.ts';
import { standardTerminal, tableLines, type TableColumn } from './terminal.ts';

export const DATABASE_DEFAULT = 'site.db';
const ROWS_SHOWN = 200;

export const LIST_OPTIONS: readonly OptionSpecification[] = [
  { name: 'db', value: 'FILE', text: `the site database (default ${DATABASE_DEFAULT})` },
  {
    name: 'limit',
    value: 'N',
    text: `at most so many: a number or all (default ${ROWS_SHOWN}, with --json and --csv all)`,
  },
  { name: 'json', text: 'one JSON object instead of the table' },
  { name: 'csv', text: 'comma-separated values instead of the table' },
];

/** A column of the table. */
export interface ListColumn<Item> {
  readonly title: string;
  /** As in TableColumn. */
  readonly weight: number;
  readonly isNumber?: boolean;
  cell(item: Item): string;
}

export interface StoredList<Item> {
  /** What the items are called in the JSON object, and in words. */
  readonly name: string;
  readonly columns: readonly ListColumn<Item>[];
  readonly csvTitles: readonly string[];
  csvCells(item: Item): readonly (string | number | null)[];
  json(item: Item): unknown;
}

/** Runs with the database the command line names, and closes it. */
export function withStore<Result>(line: CommandLine, work: (store: SiteStore) => Result): Result {
  if (line.options.has('json') && line.options.has('csv')) {
    throw new UsageError('--json and --csv cannot be used together');
  }
  const store = new SiteStore(line.options.get('db') ?? DATABASE_DEFAULT, { isMade: false });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

/** `before`: lists that stand before the items in the JSON object. */
export function writeList<Item>(
  line: CommandLine,
  list: StoredList<Item>,
  items: Iterable<Item>,
  before: Readonly<Record<string, readonly unknown[]>> = {},
): void {
  const given = limitOf(line.options.get('limit'));
  if (line.options.has('json')) {
    const limited = { [list.name]: mapped(items, given ?? Infinity, (item) => list.json(item)) };
    writeJsonLists({ ...before, ...limited });
  } else if (line.options.has('csv')) {
    writeOutput(csvLine(list.csvTitles));
    const writer = new LineWriter();
    for (const text of mapped(items, given ?? Infinity, (item) => csvLine(list.csvCells(item)))) writer.text(text);
    writer.flush();
  } else {
    writeTable(line, list, items, given ?? ROWS_SHOWN);
  }
}

function writeTable<Item>(line: CommandLine, list: StoredList<Item>, items: Iterable<Item>, limit: number): void {
  const shown = [...mapped(items, limit + 1, (item) => item)];
  const isMore = shown.length > limit;
  if (isMore) shown.pop();
  if (shown.length === 0) {
    writeOutput(`no ${list.name}\n`);
    return;
  }
  const columns = list.columns.map((column): TableColumn => ({
    title: column.title,
    weight: column.weight,
    cells: shown.map((item) => column.cell(item)),
    ...(column.isNumber === undefined ? {} : { isNumber: column.isNumber }),
  }));
  const lines = tableLines(standardTerminal(line.options.get('color') ?? 'auto'), '', columns);
  if (isMore) lines.push('and more: --limit N or --limit all shows them');
  writeOutput(`${lines.join('\n')}\n`);
}

function* mapped<Item, Result>(items: Iterable<Item>, limit: number, map: (item: Item) => Result): Generator<Result> {
  let count = 0;
  if (limit <= 0) return;
  for (const item of items) {
    yield map(item);
    if (++count >= limit) return;
  }
}

/** As jsonPage, but nothing of a list is kept. */
function writeJsonLists(lists: Readonly<Record<string, Iterable<unknown>>>): void {
  const writer = new LineWriter();
  writer.text('{');
  let listSeparator = '\n';
  for (const [name, elements] of Object.entries(lists)) {
    writer.text(`${listSeparator}  ${jsonText(name)}: [`);
    let separator = '\n';
    for (const element of elements) {
      writer.text(`${separator}    ${jsonText(element)}`);
      separator = ',\n';
    }
    writer.text(separator === '\n' ? ']' : '\n  ]');
    listSeparator = ',\n';
  }
  writer.text('\n}\n');
  writer.flush();
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return Infinity;
  if (!/^[0-9]{1,9}$/.test(text)) throw new UsageError(`option --limit cannot be '${text}'; it is a number or all`);
  return Number(text);
}

/** An address as the program writes it: lower case, IPv6 in its short form. */
export function writtenAddress(text: string): string {
  if (!isIPv6(text) || text.includes('%')) return text.toLowerCase();
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}
