// `npm run agree:messages`: every message of the protocols around the plant, by frame, protocol and kind, against tshark's
// fields of the same frames: in each capture that is committed and each of the collection; with paths of captures, in those
// alone. --write: the tables in docs/scores.md and the part of it in the README of each protocol. --cache FOLDER: what tshark
// prints is kept there. Exit code 0 where each difference is explained and each explanation is of one, 1 where not, 3 where
// tshark or the captures are missing.
import { globSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StrangePorts } from '../agree-facts/tshark-ports.ts';
import { tsharkVersion } from '../agree/tshark.ts';
import { REAL_CAPTURES, cataloguedWithout, deafSink, realCaptures } from '../real-captures.ts';
import { writeScore } from '../score-judging.ts';
import { MessageComparison, wordsOf } from './compare.ts';
import { explanationOf, staleRules } from './explained.ts';
import { ourMessages } from './ours.ts';
import { writeReadmes } from './readmes.ts';
import { ROWS } from './rows.ts';
import { byProtocol, tableOf } from './table.ts';
import { theirMessages } from './theirs.ts';
import { CaptureView, type Difference } from './view.ts';

/** As the catalogue, which tshark made, names the layers of the rows. */
const LISTED = new RegExp(`^(?:${[...new Set(ROWS.map(({ layer }) => layer))].join('|')})$`);
const ROOT = resolve(import.meta.dirname, '../..');
/** Of others tshark shows nothing of its own. */
const COMPARED = new Set(ROWS.map(({ protocol }) => protocol));

process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { write: { type: 'boolean' }, cache: { type: 'string' } },
  });
  const version = tsharkVersion()?.replace(/\.$/, '') ?? null;
  const own = globSync('src/protocols/*/captures/*.{pcap,pcapng}', { cwd: ROOT }).sort();
  const paths = positionals.length > 0 ? positionals : [...own.map((path) => join(ROOT, path)), ...realCaptures()];
  if (version === null || paths.length === 0) {
    console.log('skipped: there is no tshark, or no ../shared/captures');
    return 3;
  }
  const without = positionals.length > 0 ? new Set() : cataloguedWithout(LISTED);
  const comparison = new MessageComparison();
  const differences: Difference[] = [];
  const unread: string[] = [];
  for (const path of paths) {
    const ports = new StrangePorts();
    const sink = deafSink({
      conversation: (conversation) => {
        ports.conversation(conversation);
      },
    });
    const ours = (await ourMessages(path, sink)).filter(({ protocol }) => COMPARED.has(protocol));
    // Where neither has anything, there is nothing to compare.
    if (without.has(path) && ours.length === 0) continue;
    const theirs = theirMessages(path, ROWS, ports, values.cache);
    if (theirs.frames.size === 0) {
      if (ours.length > 0) unread.push(captureName(path));
      continue;
    }
    const view = new CaptureView(captureName(path), ours, theirs);
    for (const found of comparison.add(ours, theirs.messages, theirs.framesOf)) {
      const difference = { ...found, capture: view.capture, why: explanationOf(found, view) };
      differences.push(difference);
      if (difference.why === '') show(difference, view);
    }
  }
  const rows = [...comparison.rows.values()];
  const table = tableOf(rows, differences, comparison.doubtful, version, paths.length - unread.length, unread);
  console.log(`\n${table}`);
  if (values.write === true) {
    await writeScore('agree:messages', table);
    await writeReadmes(byProtocol(rows, differences, comparison.doubtful), rows, differences);
  }
  const stale = positionals.length > 0 ? [] : staleRules();
  for (const rule of stale) console.log(`explains nothing any more: ${rule}`);
  return stale.length === 0 && differences.every(({ why }) => why !== '') ? 0 : 1;
}

function show({ capture, frame, protocol, side, kind, detail, ours }: Difference, view: CaptureView): void {
  const read = side === 'both' ? `, here ${ours}` : '';
  console.log(
    `${capture} #${frame}, ${protocol} ${side}: ${wordsOf({ kind, detail })}${read} [${view.stack(frame).join(':')}]`,
  );
}

function captureName(path: string): string {
  const own = relative(ROOT, resolve(path));
  return own.startsWith('..') ? relative(REAL_CAPTURES, resolve(path)) : own;
}
