// The tables of agreement by protocol and by kind of message, and what explains the differences, in Markdown.
import type { Agreed } from './compare.ts';
import type { Difference } from './view.ts';

export interface ProtocolCounts {
  readonly protocol: string;
  readonly theirs: number;
  readonly ours: number;
  readonly agreed: number;
  readonly disagreements: number;
  readonly explained: number;
  /** Messages that tshark calls malformed itself, and that are not the same here. */
  readonly doubtful: number;
}

export function byProtocol(
  rows: readonly Agreed[],
  differences: readonly Difference[],
  doubtful: ReadonlyMap<string, number>,
): ProtocolCounts[] {
  const names = [...new Set([...rows.map(({ protocol }) => protocol), ...doubtful.keys()])].sort();
  return names.map((protocol) => {
    const of = rows.filter((row) => row.protocol === protocol);
    const sum = (key: 'theirs' | 'ours' | 'agreed' | 'disagreements'): number =>
      of.reduce((total, row) => total + row[key], 0);
    return {
      protocol,
      theirs: sum('theirs'),
      ours: sum('ours'),
      agreed: sum('agreed'),
      disagreements: sum('disagreements'),
      explained: differences.filter((one) => one.protocol === protocol && one.why !== '').length,
      doubtful: doubtful.get(protocol) ?? 0,
    };
  });
}

const HEAD = '| tshark | here | both | agreement | of the differences explained |';
const LINE = '| ---: | ---: | ---: | ---: | ---: |';

export function tableOf(
  rows: readonly Agreed[],
  differences: readonly Difference[],
  doubtful: ReadonlyMap<string, number>,
  version: string,
  captures: number,
  unread: readonly string[],
): string {
  const protocols = byProtocol(rows, differences, doubtful);
  const all = total(protocols);
  const sorted = [...rows].sort((a, b) => compareText(a.protocol, b.protocol) || b.theirs - a.theirs);
  return [
    `Every message of ${captures} captures by frame, protocol and kind, against ${version}: ${sentence(all)}`,
    '',
    'Set aside are messages that tshark calls malformed itself and that are not the same here.',
    ...(unread.length === 0 ? [] : ['', `Not compared, since tshark does not read their link: ${unread.join(', ')}.`]),
    '',
    `| protocol ${HEAD} set aside |`,
    `| --- ${LINE} ---: |`,
    ...protocols.map((counts) => `| ${counts.protocol} ${cells(counts)} | ${counts.doubtful} |`),
    '',
    'By kind:',
    '',
    `| protocol | kind ${HEAD}`,
    `| --- | --- ${LINE}`,
    ...sorted.map(
      (row) => `| ${row.protocol} | ${row.kind} ${cells({ ...row, explained: explainedOf(row, differences) })} |`,
    ),
    '',
    'Differences:',
    '',
    ...reasons(differences).map(([protocol, text]) => `- ${protocol}: ${text}`),
  ].join('\n');
}

type Counted = Pick<ProtocolCounts, 'theirs' | 'ours' | 'agreed' | 'disagreements' | 'explained'>;

/** `12 messages by tshark, 12 here, 12 the same (100.00 %).` */
export function sentence({ theirs, ours, agreed, disagreements, explained }: Counted): string {
  const rest = disagreements === 0 ? '' : `; ${disagreements} differences, ${explained} of them explained`;
  return `${theirs} messages by tshark, ${ours} here, ${agreed} the same (${percent({ agreed, disagreements })})${rest}.`;
}

/** Of one protocol or of all: why messages differ, and how many. */
export function reasons(differences: readonly Difference[]): [string, string][] {
  const found = new Map<string, { protocol: string; text: string; count: number }>();
  for (const { protocol, side, why } of differences) {
    const who = side === 'both' ? 'read otherwise' : `only ${side}`;
    const text = `${who}: ${why === '' ? 'not explained' : why}`;
    const key = `${protocol} ${text}`;
    const entry = found.get(key) ?? { protocol, text, count: 0 };
    entry.count++;
    found.set(key, entry);
  }
  return [...found.values()]
    .sort((a, b) => compareText(a.protocol, b.protocol) || b.count - a.count)
    .map(({ protocol, text, count }) => [protocol, `${count} ${text}`]);
}

/** Of all messages that one of the two has, those that both have, explained or not. */
export function percent({ agreed, disagreements }: Pick<Counted, 'agreed' | 'disagreements'>): string {
  const all = agreed + disagreements;
  // Never rounded up to what it is not.
  return all === 0 ? '–' : `${(Math.floor((agreed / all) * 10_000) / 100).toFixed(2)} %`;
}

function total(protocols: readonly ProtocolCounts[]): Counted {
  const sum = { theirs: 0, ours: 0, agreed: 0, disagreements: 0, explained: 0 };
  for (const counts of protocols) for (const key of Object.keys(sum) as (keyof Counted)[]) sum[key] += counts[key];
  return sum;
}

function cells({ theirs, ours, agreed, disagreements, explained }: Counted): string {
  const told = disagreements === 0 ? '' : `${explained} of ${disagreements}`;
  return `| ${theirs} | ${ours} | ${agreed} | ${percent({ agreed, disagreements })} | ${told}`;
}

function explainedOf({ protocol, kind }: Agreed, differences: readonly Difference[]): number {
  return differences.filter((one) => one.protocol === protocol && one.kind === kind && one.why !== '').length;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
