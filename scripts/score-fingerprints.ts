// `npm run score:fingerprints`: JA3, JA3S, JA4 and HASSH of the real captures against what tshark reads in the same frames.
// tshark 4.0 tells no JA4: it is put together here from the fields that tshark shows, without our decoder. With --write
// the part of docs/scores.md is written again. Exit code 0 where no value differs, 1 where one does, 3 where tshark or
// the captures are missing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { frameOf } from '../src/facts/frame-reference.ts';
import { tsharkVersion } from './agree/tshark.ts';
import { REAL_CAPTURES, catalogued, deafSink, readFacts, realCaptures } from './real-captures.ts';
import { writeScore } from './score-judging.ts';

/** Our trait, and where tshark has it. */
const FIELDS = {
  ja3: 'tls.handshake.ja3',
  ja3s: 'tls.handshake.ja3s',
  hassh: 'ssh.kex.hassh',
  'hassh-server': 'ssh.kex.hasshserver',
} as const;

/** What JA4 is made of. */
const HELLO_FIELDS = [
  'frame.number',
  'frame.protocols',
  'tls.handshake.type',
  'tls.handshake.version',
  'tls.handshake.ciphersuite',
  'tls.handshake.extension.type',
  'tls.handshake.sig_hash_alg',
  'tls.handshake.extensions.supported_version',
  'tls.handshake.extensions_alpn_str',
] as const;

const CLIENT_HELLO = '1';

interface Counts {
  theirs: number;
  ours: number;
  same: number;
  /** Frames in which both have one, and not the same. */
  differing: number;
  readonly captures: Set<string>;
}

type Told = Map<string, string>;

async function main(): Promise<number> {
  const version = tsharkVersion()?.replace(/\.$/, '') ?? null;
  const paths = realCaptures();
  if (version === null || paths.length === 0) {
    console.log('skipped: there is no tshark, or no ../shared/captures');
    return 3;
  }
  const counts = new Map<string, Counts>();
  const only: string[] = [];
  const listed = new Set(catalogued(/^(?:tls|ssl|ssh|quic)$/));
  for (const path of paths) {
    const ours = await ourTold(path);
    if (ours.size === 0 && !listed.has(path)) continue;
    const theirs = theirTold(path);
    const capture = relative(REAL_CAPTURES, path);
    for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
      const problem = count(counts, key, capture, ours.get(key), theirs.get(key));
      if (problem !== '') only.push(`${capture}, ${key}: ${problem}`);
    }
  }
  const table = tableOf(counts, version);
  console.log(`${table}\n\n${only.join('\n')}`);
  if (process.argv.includes('--write')) await writeScore('score:fingerprints', table);
  return [...counts.values()].every(({ differing }) => differing === 0) ? 0 : 1;
}

function count(
  counts: Map<string, Counts>,
  key: string,
  capture: string,
  our: string | undefined,
  their: string | undefined,
): string {
  const trait = key.slice(key.indexOf(' ') + 1);
  let row = counts.get(trait);
  if (row === undefined) {
    row = { theirs: 0, ours: 0, same: 0, differing: 0, captures: new Set() };
    counts.set(trait, row);
  }
  if (their !== undefined) row.theirs++;
  if (our !== undefined) row.ours++;
  row.captures.add(capture);
  if (our === their) row.same++;
  else if (our !== undefined && their !== undefined) row.differing++;
  else return our === undefined ? `only tshark, ${their}` : `only here, ${our}`;
  return our === their ? '' : `${our} here, ${their} in tshark`;
}

function tableOf(counts: ReadonlyMap<string, Counts>, version: string): string {
  const rows = [...counts].sort(([a], [b]) => a.localeCompare(b));
  return [
    `Against ${version}, frame by frame, in the captures of the collection of which the catalogue names TLS, SSH or QUIC, or in which one is found here.`,
    '',
    '| fingerprint | captures | tshark | here | the same | differing values |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(
      ([trait, { captures, theirs, ours, same, differing }]) =>
        `| \`${trait}\` | ${captures.size} | ${theirs} | ${ours} | ${same} | ${differing} |`,
    ),
  ].join('\n');
}

/** By frame and fingerprint; several of a frame in their order. */
async function ourTold(path: string): Promise<Told> {
  const told: Told = new Map();
  const sink = deafSink({
    trait: ({ trait, value, frame }) => {
      if (trait in FIELDS || trait === 'ja4') add(told, `${frameOf(frame)} ${trait}`, value);
    },
  });
  await readFacts(path, sink);
  return told;
}

function theirTold(path: string): Told {
  const told: Told = new Map();
  const traits = Object.keys(FIELDS);
  const filter = ['tls.handshake.type == 1', ...Object.values(FIELDS)].join(' or ');
  for (const row of fieldsOf(path, filter, [...HELLO_FIELDS, ...Object.values(FIELDS)])) {
    const frame = row[0]!;
    for (const [index, trait] of traits.entries())
      for (const value of split(row[HELLO_FIELDS.length + index])) add(told, `${frame} ${trait}`, value);
    if (split(row[2]).includes(CLIENT_HELLO)) add(told, `${frame} ja4`, ja4(row));
  }
  return told;
}

function fieldsOf(path: string, filter: string, fields: readonly string[]): string[][] {
  const options = ['-n', '-2', '-r', path, '-Y', filter, '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=;'];
  const run = spawnSync('tshark', [...options, ...fields.flatMap((field) => ['-e', field])], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

/** FoxIO, technical details of JA4, from the values that tshark shows of a ClientHello. */
function ja4(row: readonly string[]): string {
  const [, protocols = '', , versions, ciphers, extensions, signatures, supported, alpn] = row;
  const all = real(extensions);
  const suites = real(ciphers);
  const offered = real(supported);
  const highest = offered.length === 0 ? real(versions)[0] : Math.max(...offered);
  const name = split(alpn)[0] ?? '';
  const ends = name === '' ? '00' : `${name[0]}${name.at(-1)}`;
  const head =
    (protocols.includes('quic') ? 'q' : 't') +
    (NAMES[highest ?? 0] ?? '00') +
    (all.includes(0) ? 'd' : 'i') +
    [suites, all].map(({ length }) => String(Math.min(length, 99)).padStart(2, '0')).join('') +
    ends;
  const hashed = sorted(all.filter((type) => type !== 0 && type !== 16)).join(',');
  const algorithms = real(signatures).map(asHex).join(',');
  const tail = [hashed, algorithms].filter((part) => part !== '').join('_');
  return `${head}_${digest(sorted(suites).join(','))}_${hashed === '' ? NOTHING : digest(tail)}`;
}

const NAMES: Readonly<Record<number, string>> = { 2: 's2', 768: 's3', 769: '10', 770: '11', 771: '12', 772: '13' };
const NOTHING = '000000000000';

/** The numbers of a field without GREASE (RFC 8701). */
function real(field: string | undefined): number[] {
  return split(field)
    .map(Number)
    .filter((value) => (value & 0x0f0f) !== 0x0a0a || value >> 8 !== (value & 0xff));
}

function split(field: string | undefined): string[] {
  return field === undefined || field === '' ? [] : field.split(';');
}

function sorted(values: readonly number[]): string[] {
  return values.map(asHex).sort();
}

function asHex(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function digest(text: string): string {
  return text === '' ? NOTHING : createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function add(told: Told, key: string, value: string): void {
  const before = told.get(key);
  told.set(key, before === undefined ? value : `${before} ${value}`);
}

process.exitCode = await main();
