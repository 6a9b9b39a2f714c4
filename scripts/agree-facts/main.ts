// `npm run agree:facts`: what is told of captures around the plant against what tshark shows: the distinct values of each
// capture that is committed, or of which the catalogue of the real ones names one of the protocols; with paths of
// captures, of those alone. What devices say again is told once, so that frames cannot be counted. With --write the
// table in docs/scores.md is written again. Exit code 0 where each row agrees to 99.9 %, 1 where not, 3 where tshark or
// the captures are missing.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { showable } from '../../src/bytes/text.ts';
import { protocols } from '../../src/protocols/index.ts';
import { tsharkVersion } from '../agree/tshark.ts';
import { REAL_CAPTURES, catalogued, deafSink, readFacts } from '../real-captures.ts';
import { writeScore } from '../score-judging.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows.ts';

const AGREEMENT_MIN = 0.999;
const DIFFERENCES_SHOWN = 400;
const ROOT = resolve(import.meta.dirname, '../..');
const TEXT_COMPARED_MAX = 200;
const ESCAPED: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
/** Between the values of a field: in no text that is shown. */
const SEPARATOR = '\x1f';

interface Counts {
  captures: number;
  theirs: number;
  ours: number;
  same: number;
}

/** Recorded for the project, and committed. */
const OWN = globSync('src/protocols/*/captures/*.{pcap,pcapng}', { cwd: ROOT })
  .sort()
  .map((path) => join(ROOT, path));

/** As the catalogue names the layers in which the rows have their fields. */
const LISTED =
  /^(?:ntp|stp|cdp|vrrp|hsrp|lldp|igmp|icmpv6|dhcp|dhcpv6|ftp|pop|radius|ldap|smb|smb2|mysql|tds|sip|rdp|kerberos|vnc|http|coap|tls|ntlmssp|tftp)$/;

const FIELDS = [...new Set(ROWS.flatMap(({ fields }) => fields))];
const FILTER = [...new Set(ROWS.map(({ filter }) => `(${filter})`))].join(' or ');

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const version = tsharkVersion()?.replace(/\.$/, '') ?? null;
  const named = words.filter((word) => !word.startsWith('--'));
  const paths = named.length > 0 ? named : [...OWN, ...catalogued(LISTED)];
  if (version === null || paths.length === 0) {
    console.log('skipped: there is no tshark, or no ../shared/captures');
    return 3;
  }
  const counts = ROWS.map((): Counts => ({ captures: 0, theirs: 0, ours: 0, same: 0 }));
  const differences: string[] = [];
  for (const path of paths) {
    const theirs = theirValues(path);
    const ours = await ourValues(path);
    for (const [index, row] of ROWS.entries()) {
      const their = theirs[index]!;
      const our = ours[index]!;
      const count = counts[index]!;
      if (their.size > 0 || our.size > 0) count.captures++;
      count.theirs += their.size;
      count.ours += our.size;
      count.same += [...their].filter((value) => our.has(value)).length;
      const where = `${relative(REAL_CAPTURES, path)}, ${row.protocol} ${row.what}`;
      for (const value of their) if (!our.has(value)) differences.push(`${where}: only tshark: ${value}`);
      for (const value of our) if (!their.has(value)) differences.push(`${where}: only here: ${value}`);
    }
  }
  const table = tableOf(counts, version);
  console.log(`${table}\n\n${differences.slice(0, DIFFERENCES_SHOWN).join('\n')}`);
  if (words.includes('--write')) await writeScore('agree:facts', table);
  return counts.every((count) => shareOf(count) >= AGREEMENT_MIN) ? 0 : 1;
}

/** Of all values that one of the two has, those that both have. */
function shareOf({ theirs, ours, same }: Counts): number {
  const all = theirs + ours - same;
  return all === 0 ? 1 : same / all;
}

function tableOf(counts: readonly Counts[], version: string): string {
  const rows = ROWS.map(({ protocol, what }, index) => {
    const count = counts[index]!;
    const share = count.theirs + count.ours === 0 ? '–' : `${(shareOf(count) * 100).toFixed(1)} %`;
    return `| ${protocol} | ${what} | ${count.captures} | ${count.theirs} | ${count.ours} | ${count.same} | ${share} |`;
  });
  return [
    `Distinct values of each capture, added up, against ${version}.`,
    '',
    '| protocol | what | captures | tshark | here | both | agreement |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

async function ourValues(path: string): Promise<Set<string>[]> {
  const found = ROWS.map(() => new Set<string>());
  const note = (read: (row: Row) => string | undefined): void => {
    for (const [index, row] of ROWS.entries()) {
      const value = read(row);
      if (value !== undefined) found[index]!.add(compared(value));
    }
  };
  const sink = deafSink({
    trait: (trait) => note((row) => row.trait?.(trait)),
    claim: (claim) => note((row) => row.claim?.(claim)),
    login: (login) => note((row) => row.login?.(login)),
    operation: ({ protocol: index, function: code, subfunction, nameBytes, nameStart, nameEnd }) => {
      const protocol = protocols[index]!;
      if (protocol.family === 'process') return;
      const name = Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('utf8');
      const request = {
        protocol: protocol.name,
        function: protocol.functionName(code, subfunction),
        name: showable(name),
      };
      note((row) => row.request?.(request));
    },
  });
  await readFacts(path, sink);
  return found;
}

function theirValues(path: string): Set<string>[] {
  const found = ROWS.map(() => new Set<string>());
  const options = [
    '-n',
    '-2',
    '-r',
    path,
    '-Y',
    FILTER,
    '-T',
    'fields',
    '-E',
    'occurrence=a',
    '-E',
    `aggregator=${SEPARATOR}`,
  ];
  const run = spawnSync('tshark', [...options, ...FIELDS.flatMap((field) => ['-e', field])], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  for (const line of run.stdout.split('\n')) {
    if (line === '') continue;
    const columns = line.split('\t');
    const fields = (name: string): readonly string[] => {
      const column = columns[FIELDS.indexOf(name)] ?? '';
      return column === '' ? [] : column.split(SEPARATOR);
    };
    for (const [index, row] of ROWS.entries())
      for (const value of row.theirs(fields)) if (value !== '') found[index]!.add(compared(unescaped(value)));
  }
  return found;
}

/** tshark cuts long texts at places of its own. */
function compared(value: string): string {
  return showable(value).slice(0, TEXT_COMPARED_MAX);
}

/** tshark writes what does not show as in C. */
function unescaped(value: string): string {
  // Of a share the backslashes are its own.
  return value.startsWith('\\\\') ? value : value.replace(/\\([rnt\\])/g, (_, letter: string) => ESCAPED[letter]!);
}
