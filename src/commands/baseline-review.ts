// The baseline file of a site, looked through line by line: what was learned of each device, and what of it no person has
// confirmed yet. To approve a line is to delete its mark, to forget it is to delete the line: as in an editor.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { showable } from '../bytes/text.ts';
import { protocols } from '../protocols/index.ts';
import type { BaselineOutcome, BaselineQuery, Page } from '../server/site-data.ts';
import { readBaseline } from './baseline-file.ts';
import { parsedBaseline } from './baseline-reader.ts';

const HEAD = /^ {2}"?(\S+) (\S+?)"?: \|$/;
const LINE = /^ {4}(\S.*)$/;
/** Of sightings, and of the writes of points. */
const MARKS: readonly RegExp[] = [/, once$/, / once from \S+ to [^\s,]+/];
const ID_DIGITS = 24;

interface Entry {
  /** Of device and line: another text is another entry. */
  readonly id: string;
  readonly segment: string;
  readonly address: string;
  readonly text: string;
  readonly isOnce: boolean;
  /** Line of the file, 0-based. */
  readonly line: number;
}

/** Where no file was given. */
export const NO_BASELINE = { total: 0, file: '', once: 0, items: [] };

/** The file as it was read last. */
interface ReadFile {
  readonly writtenMs: number;
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
}

export class BaselineReview {
  readonly #path: string;
  #read: ReadFile | null = null;

  /** Throws UsageError where it is no baseline. */
  constructor(path: string) {
    readBaseline(path);
    this.#path = path;
  }

  page({ offset, limit, only, address }: BaselineQuery, words: readonly string[]): Page {
    const { entries } = this.#ready();
    const found = entries.filter(
      (entry) =>
        (only !== 'once' || entry.isOnce) &&
        (address === '' || entry.address === address) &&
        words.every((word) => `${entry.segment} ${entry.address} ${entry.text}`.toLowerCase().includes(word)),
    );
    return {
      total: found.length,
      ...{ file: showable(basename(this.#path)), once: entries.filter(({ isOnce }) => isOnce).length },
      items: found
        .slice(offset, offset + limit)
        .map(({ id, segment, address: host, text, isOnce }) => ({ id, segment, address: host, text, isOnce })),
    };
  }

  /** `before` is called when nothing stands in the way any more. */
  act(id: string, action: 'approve' | 'forget', before: (told: string) => void): BaselineOutcome {
    const { lines, entries } = this.#ready();
    const entry = entries.find((each) => each.id === id);
    if (entry === undefined) return { kind: 'missing' };
    if (action === 'approve' && !entry.isOnce) return { kind: 'refused', reason: 'it is confirmed already' };
    const changed = [...lines];
    if (action === 'forget') changed.splice(entry.line, 1);
    else changed[entry.line] = MARKS.reduce((line, mark) => line.replace(mark, ''), lines[entry.line]!);
    const text = changed.join('\n');
    // What would not be read again is not written.
    parsedBaseline(text, protocols);
    const told = `${entry.segment} ${entry.address}: ${entry.text}`;
    before(told);
    const fresh = `${this.#path}.new`;
    try {
      writeFileSync(fresh, text, { flush: true, mode: statSync(this.#path).mode });
      renameSync(fresh, this.#path);
    } catch (error) {
      rmSync(fresh, { force: true });
      return { kind: 'refused', reason: `the file cannot be written: ${showable((error as Error).message)}` };
    }
    return { kind: 'done', told };
  }

  /** Read again only where it was written to. */
  #ready(): ReadFile {
    const writtenMs = statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (this.#read?.writtenMs !== writtenMs) {
      const lines = readFileSync(this.#path, 'utf8').split('\n');
      this.#read = { writtenMs, lines, entries: entriesOf(lines) };
    }
    return this.#read;
  }
}

function entriesOf(lines: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  let place: readonly [segment: string, address: string] | null = null;
  for (const [line, written] of lines.entries()) {
    const head = HEAD.exec(written);
    if (head !== null) place = [head[1]!, head[2]!];
    const text = LINE.exec(written)?.[1];
    if (place === null || text === undefined || text.startsWith('#')) continue;
    const [segment, address] = place;
    const id = createHash('sha256').update(`${segment} ${address} ${text}`).digest('hex').slice(0, ID_DIGITS);
    entries.push({ id, segment, address, text, isOnce: MARKS.some((mark) => mark.test(text)), line });
  }
  return entries;
}
