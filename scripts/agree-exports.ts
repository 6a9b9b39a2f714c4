// `npm run agree:exports`: the files that are carved out of FTP, HTTP, TFTP and SMB against those that tshark exports, by
// hash, for each committed capture and each of the collection; with paths of captures, for those alone. With --write the
// table in docs/scores.md is written again. Exit code 0 where all are the same, 1 where not, 3 where tshark or the
// captures are missing.
import { spawnSync } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { tsharkVersion } from './agree/tshark.ts';
import { REAL_CAPTURES, cataloguedWithout, deafSink, readFacts, realCaptures } from './real-captures.ts';
import { writeScore } from './score-judging.ts';

/** Our protocols, and what tshark calls what it exports of them. */
const EXPORTED: Readonly<Record<string, string>> = { ftp: 'ftp-data', http: 'http', tftp: 'tftp', smb: 'smb' };
const LISTED = /^(?:ftp|ftp-data|http|tftp|smb2?)$/;
const ROOT = resolve(import.meta.dirname, '..');

interface File {
  readonly name: string;
  readonly size: number;
  readonly sha1: string;
}

interface Count {
  captures: number;
  theirs: number;
  ours: number;
  same: number;
}

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const version = tsharkVersion()?.replace(/\.$/, '') ?? null;
  const named = words.filter((word) => !word.startsWith('--'));
  const own = globSync('src/protocols/*/captures/*.{pcap,pcapng}', { cwd: ROOT }).sort();
  const paths = named.length > 0 ? named : [...own.map((path) => join(ROOT, path)), ...realCaptures()];
  if (version === null || paths.length === 0) {
    console.log('skipped: there is no tshark, or no ../shared/captures');
    return 3;
  }
  const without = named.length > 0 ? new Set() : cataloguedWithout(LISTED);
  const counts = new Map(Object.keys(EXPORTED).map((name) => [name, { captures: 0, theirs: 0, ours: 0, same: 0 }]));
  for (const path of paths) {
    const ours = await ourFiles(path);
    if (without.has(path) && ours.size === 0) continue;
    const theirs = theirFiles(path);
    for (const [protocol, count] of counts) {
      const where = `${relative(REAL_CAPTURES, resolve(path))}, ${protocol}`;
      compare(where, theirs.get(protocol) ?? [], ours.get(protocol) ?? [], count);
    }
  }
  const table = tableOf(counts, version);
  console.log(`\n${table}`);
  if (words.includes('--write')) await writeScore('agree:exports', table);
  return [...counts.values()].every(({ theirs, ours, same }) => theirs === same && ours === same) ? 0 : 1;
}

/** A file that is there twice has to be there twice. */
function compare(where: string, theirs: readonly File[], ours: readonly File[], count: Count): void {
  if (theirs.length > 0 || ours.length > 0) count.captures++;
  count.theirs += theirs.length;
  count.ours += ours.length;
  const left = [...ours];
  for (const file of theirs) {
    const at = left.findIndex(({ sha1 }) => sha1 === file.sha1);
    if (at < 0) console.log(`${where}: only tshark: ${file.size} bytes, ${file.name}`);
    else {
      left.splice(at, 1);
      count.same++;
    }
  }
  for (const file of left) console.log(`${where}: only here: ${file.size} bytes, ${file.name}`);
}

async function ourFiles(path: string): Promise<Map<string, File[]>> {
  const found = new Map<string, File[]>();
  const open = new Map<string, { hash: Hash; size: number }>();
  const sink = deafSink({
    transfer: ({ protocol, phase, transfer, bytes, name }) => {
      if (!(protocol in EXPORTED)) return;
      if (phase === 'begun') open.set(transfer, { hash: createHash('sha1'), size: 0 });
      const file = open.get(transfer);
      if (file === undefined) return;
      if (phase === 'piece') {
        file.hash.update(bytes);
        file.size += bytes.length;
      } else if (phase === 'ended') {
        open.delete(transfer);
        // tshark exports no empty ones.
        const list = found.get(protocol) ?? [];
        if (file.size > 0) list.push({ name, size: file.size, sha1: file.hash.digest('hex') });
        if (list.length > 0) found.set(protocol, list);
      }
    },
  });
  await readFacts(path, sink);
  return found;
}

function theirFiles(path: string): Map<string, File[]> {
  const folder = mkdtempSync(join(tmpdir(), 'exported-'));
  try {
    const options = Object.entries(EXPORTED).flatMap(([name, kind]) => [
      '--export-objects',
      `${kind},${join(folder, name)}`,
    ]);
    spawnSync('tshark', ['-q', '-n', '-r', path, ...options]);
    return new Map(Object.keys(EXPORTED).map((name) => [name, filesIn(join(folder, name))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function filesIn(folder: string): File[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
    .filter(({ bytes }) => bytes.length > 0)
    .map(({ name, bytes }) => ({ name, size: bytes.length, sha1: createHash('sha1').update(bytes).digest('hex') }));
}

function tableOf(counts: ReadonlyMap<string, Count>, version: string): string {
  return [
    `Files of all captures, by hash, against what ${version} exports.`,
    '',
    '| protocol | captures | tshark | here | same |',
    '| --- | --- | --- | --- | --- |',
    ...[...counts].map(
      ([name, { captures, theirs, ours, same }]) => `| ${name} | ${captures} | ${theirs} | ${ours} | ${same} |`,
    ),
  ].join('\n');
}
