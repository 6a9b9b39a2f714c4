// `npm run agree:exports`: the files that are carved out of FTP, HTTP, TFTP and SMB against those that tshark exports, by
// hash, for each committed capture and each of the collection; with paths of captures, for those alone. What only one of
// the two has needs a reason that holds. With --write the tables in docs/scores.md are written again. Exit code 0 where
// all are the same or explained, 1 where not, 3 where tshark or the captures are missing.
import { globSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { tsharkVersion } from '../agree/tshark.ts';
import { REAL_CAPTURES, cataloguedWithout, realCaptures } from '../real-captures.ts';
import { writeScore } from '../score-judging.ts';
import { EXPORTED, unmatched, type CarriedFile } from './files.ts';
import { ourReading, type OurReading } from './ours.ts';
import { OURS, THEIRS, reasonOf, type Evidence, type Reason } from './reasons.ts';
import {
  exportedFiles,
  exportedInOrder,
  exportedOfTunnels,
  http2Bodies,
  httpMessages,
  pipeNames,
  streamOf,
} from './theirs.ts';
import { Tally } from './tally.ts';

const LISTED = /^(?:ftp|ftp-data|http|tftp|smb2?)$/;
const ROOT = resolve(import.meta.dirname, '../..');

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));

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
  const tally = new Tally(Object.keys(EXPORTED));
  for (const path of paths) {
    const ours = await ourReading(path);
    if (without.has(path) && ours.files.length === 0) continue;
    const whole = resolve(path);
    const isOwn = whole.startsWith(`${ROOT}/`);
    await compare(path, relative(isOwn ? ROOT : REAL_CAPTURES, whole), ours, tally);
  }
  const table = tally.tables(version);
  console.log(`\n${table}`);
  if (words.includes('--write')) await writeScore('agree:exports', table);
  return tally.unexplained === 0 ? 0 : 1;
}

async function compare(path: string, where: string, ours: OurReading, tally: Tally): Promise<void> {
  const theirs = exportedFiles(path);
  const left = unmatched(theirs, ours.files);
  tally.compared(theirs, ours.files, left);
  if (left.theirs.length === 0 && left.ours.length === 0) return;
  const evidence: Evidence = {
    ours,
    theirs,
    unmatchedOurs: left.ours,
    unmatchedTheirs: left.theirs,
    inOrder: once(() => exportedInOrder(path)),
    ofTunnels: once(() => exportedOfTunnels(path)),
    messages: once(() => httpMessages(path, left.theirs)),
    http2Bodies: once(() => http2Bodies(path)),
    stream: (frame) => streamOf(path, frame),
    pipeNames: once(() => pipeNames(path)),
  };
  for (const file of left.theirs) tell('only tshark', where, file, await reasonOf(file, THEIRS, evidence), tally);
  for (const file of left.ours) tell('only here', where, file, await reasonOf(file, OURS, evidence), tally);
}

function tell<F extends CarriedFile>(
  side: 'only tshark' | 'only here',
  where: string,
  file: F,
  reason: Reason<F> | null,
  tally: Tally,
): void {
  tally.explained(side, where, file.protocol, reason);
  const { protocol, bytes, name } = file;
  console.log(`${where}, ${protocol}: ${side}: ${bytes.length} bytes, ${name}: ${reason?.why ?? 'NOT EXPLAINED'}`);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
