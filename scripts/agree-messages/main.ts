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
import { MessageComparison } from './compare.ts';
import { ourMessages } from './ours.ts';
import { ROWS } from './rows.ts';
import { theirMessages } from './theirs.ts';

/** As the catalogue, which tshark made, names the layers of the rows. */
const LISTED = new RegExp(`^(?:${[...new Set(ROWS.map(({ layer }) => layer))].join('|')})$`);
const ROOT = resolve(import.meta.dirname, '../..');
const DIFFERENCES_SHOWN = 5000;

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
  let shown = 0;
  for (const path of paths) {
    const ports = new StrangePorts();
    const sink = deafSink({
      conversation: (conversation) => {
        ports.conversation(conversation);
      },
    });
    const ours = await ourMessages(path, sink);
    // Where neither has anything, there is nothing to compare.
    if (without.has(path) && ours.length === 0) continue;
    const theirs = theirMessages(path, ROWS, ports, values.cache);
    for (const difference of comparison.add(ours, theirs.messages, theirs.framesOf)) {
      if (shown++ > DIFFERENCES_SHOWN) continue;
      const { side, frame, protocol, kind, detail, ours: our } = difference;
      const stack = theirs.frames.get(frame)?.stack.join(':') ?? '';
      console.log(`${captureName(path)} #${frame} ${protocol} ${side}: ${kind} (${detail}) ${our} [${stack}]`);
    }
  }
  for (const row of [...comparison.rows.values()].sort((a, b) => (a.protocol < b.protocol ? -1 : 1)))
    console.log(`${row.protocol} | ${row.kind} | ${row.theirs} | ${row.ours} | ${row.agreed} | ${row.disagreements}`);
  return shown === 0 ? 0 : 1;
}

function captureName(path: string): string {
  const own = relative(ROOT, resolve(path));
  return own.startsWith('..') ? relative(REAL_CAPTURES, resolve(path)) : own;
}
