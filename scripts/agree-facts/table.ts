// The table of agreement, and what explains the differences, in Markdown.
import type { Difference } from './explained.ts';
import type { Row } from './row.ts';

export interface Counts {
  captures: number;
  theirs: number;
  ours: number;
  same: number;
  /** Differences of which is known why. */
  explained: number;
}

const HEAD = ['| captures | tshark | here | both | agreement | explained |', '| --- | --- | --- | --- | --- | --- |'];

export function tableOf(
  rows: readonly Row[],
  counts: readonly Counts[],
  version: string,
  captures: number,
  differences: readonly Difference[],
): string {
  const all = total(counts);
  return [
    `Distinct values of each of ${captures} captures, added up, against ${version}: ${sentence(all)}`,
    '',
    `| protocol | what ${HEAD[0]!}`,
    `| --- | --- ${HEAD[1]!}`,
    ...rows.map(({ protocol, what }, index) => `| ${protocol} | ${what} ${cells(counts[index]!)}`),
    '',
    'By protocol:',
    '',
    `| protocol ${HEAD[0]!}`,
    `| --- ${HEAD[1]!}`,
    ...byProtocol(rows, counts).map(([protocol, count]) => `| ${protocol} ${cells(count)}`),
    '',
    'Differences:',
    '',
    ...reasons(differences).map(([protocol, text]) => `- ${protocol}: ${text}`),
  ].join('\n');
}

export function byProtocol(rows: readonly Row[], counts: readonly Counts[]): [string, Counts][] {
  const names = [...new Set(rows.map(({ protocol }) => protocol))];
  return names.map((name) => [name, total(counts.filter((_, index) => rows[index]!.protocol === name))]);
}

export function sentence(count: Counts): string {
  const { theirs, ours, same, explained } = count;
  const differing = theirs + ours - 2 * same;
  const rest = differing === 0 ? '' : `; ${differing} differences, ${explained} of them explained`;
  return `${theirs} values by tshark, ${ours} here, ${same} the same (${percent(count)})${rest}.`;
}

/** Of one protocol or of all: why values differ, and how many. */
export function reasons(differences: readonly Difference[]): [string, string][] {
  const found = new Map<string, { protocol: string; why: string; values: number }>();
  for (const { row, side, why } of differences) {
    const text = `only ${side === 'tshark' ? 'tshark' : 'here'}: ${why === '' ? 'not explained' : why}`;
    const key = `${row.protocol} ${text}`;
    const entry = found.get(key) ?? { protocol: row.protocol, why: text, values: 0 };
    entry.values++;
    found.set(key, entry);
  }
  return [...found.values()].map(({ protocol, why, values }) => [protocol, `${values} ${why}`]);
}

function total(counts: readonly Counts[]): Counts {
  const sum = { captures: 0, theirs: 0, ours: 0, same: 0, explained: 0 };
  for (const count of counts) for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += count[key];
  return sum;
}

function cells(count: Counts): string {
  const { captures, theirs, ours, same, explained } = count;
  const differing = theirs + ours - 2 * same;
  const told = differing === 0 ? '' : `${explained} of ${differing}`;
  return `| ${captures} | ${theirs} | ${ours} | ${same} | ${percent(count)} | ${told} |`;
}

/** Of all values that one of the two has, those that both have. */
function percent({ theirs, ours, same }: Counts): string {
  const all = theirs + ours - same;
  return all === 0 ? '–' : `${((same / all) * 100).toFixed(1)} %`;
}
