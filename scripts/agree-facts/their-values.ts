// The values that tshark shows of one capture, by row.
import { spawnSync } from 'node:child_process';
import type { Fields } from './row.ts';
import { ROWS } from './rows.ts';
import type { StrangePorts } from './tshark-ports.ts';

const ESCAPED: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
/** Between the values of a field: in no text that is shown. */
const SEPARATOR = '\x1f';
const FIELDS = [...new Set([...ROWS.flatMap(({ fields }) => fields), 'frame.protocols', '_ws.malformed'])];
const FILTER = [...new Set(ROWS.map(({ filter }) => `(${filter})`))].join(' or ');
/** Between Teredo's clients the ports are any. */
const HEURISTICS = ['--enable-heuristic', 'teredo_udp'];
const OPTIONS = [...HEURISTICS, '-Y', FILTER, '-T', 'fields', '-E', 'occurrence=a', '-E', `aggregator=${SEPARATOR}`];
const REFUSED = /isn't valid|aren't valid|not a valid|unexpected/;
/** Of a link that tshark does not know. */
const UNKNOWN_LINK = /network type \d+ unknown or unsupported/;
/** A message quoted in an ICMP error was not sent where it stands. */
const QUOTED = /:icmp(?:v6)?:ip/;

export interface TheirValues {
  readonly certain: Set<string>;
  /** Of frames that tshark calls malformed. */
  readonly doubtful: Set<string>;
}

/** Null where tshark cannot read the capture at all. */
export function theirValues(
  path: string,
  ports: StrangePorts,
  spelled: (value: string) => string,
): TheirValues[] | null {
  const found = ROWS.map((): TheirValues => ({ certain: new Set(), doubtful: new Set() }));
  for (const told of ports.readings()) {
    const lines = shownLines(path, told);
    if (lines === null) return null;
    for (const line of lines) if (line !== '') note(line, found, spelled);
  }
  return found;
}

function shownLines(path: string, told: readonly string[]): string[] | null {
  const options = ['-n', '-2', '-r', path, ...told, ...OPTIONS];
  const run = spawnSync('tshark', [...options, ...FIELDS.flatMap((field) => ['-e', field])], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  // Of a capture that is cut it shows what came before; of options that it does not know, nothing.
  if (REFUSED.test(run.stderr)) throw new Error(`tshark: ${run.stderr.trim()}`);
  return UNKNOWN_LINK.test(run.stderr) ? null : run.stdout.split('\n');
}

function note(line: string, found: readonly TheirValues[], spelled: (value: string) => string): void {
  const fields = fieldsOf(line.split('\t'));
  if (QUOTED.test(fields('frame.protocols')[0] ?? '')) return;
  const isDoubtful = fields('_ws.malformed').length > 0;
  for (const [index, row] of ROWS.entries()) {
    const { certain, doubtful } = found[index]!;
    for (const value of row.theirs(fields))
      if (value !== '') (isDoubtful ? doubtful : certain).add(spelled(unescaped(value)));
  }
}

function fieldsOf(columns: readonly string[]): Fields {
  return (name) => {
    const column = columns[FIELDS.indexOf(name)] ?? '';
    return column === '' ? [] : column.split(SEPARATOR).filter((value) => value !== '<MISSING>');
  };
}

/** tshark writes what does not show as in C. */
function unescaped(value: string): string {
  // Of a share the backslashes are its own.
  return value.startsWith('\\\\') ? value : value.replace(/\\([rnt\\])/g, (_, letter: string) => ESCAPED[letter]!);
}
