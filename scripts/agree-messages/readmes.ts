// Writes into the README of each protocol how its messages agree with tshark's, by kind, and why those that differ do.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { FOLDERS } from '../agree-facts/readmes.ts';
import { replacedSection } from '../score-judging.ts';
import type { Agreed } from './compare.ts';
import { percent, reasons, sentence, type ProtocolCounts } from './table.ts';
import type { Difference } from './view.ts';

const PROTOCOLS = resolve(import.meta.dirname, '../../src/protocols');
const MARK = 'agree:messages';
/** Of fewer the share says nothing. */
const EXAMPLES_MIN = 20;
const LOW = 0.99;

export async function writeReadmes(
  protocols: readonly ProtocolCounts[],
  rows: readonly Agreed[],
  differences: readonly Difference[],
): Promise<void> {
  const pages = new Map<string, string[]>();
  for (const counts of protocols) {
    const { protocol, doubtful } = counts;
    const path = join(PROTOCOLS, FOLDERS[protocol] ?? protocol, 'README.md');
    if (!existsSync(path)) continue;
    const aside = doubtful === 0 ? '' : ` ${doubtful} that tshark calls malformed are set aside.`;
    const low = rows
      .filter((row) => row.protocol === protocol && isLow(row))
      .map((row) => `${row.kind} ${percent(row)}`);
    const lines = [`${protocol}: ${sentence(counts)}${aside}`];
    if (low.length > 0) lines.push('', `Kinds with ${EXAMPLES_MIN} messages or more below 99 %: ${low.join(', ')}.`);
    const differing = reasons(differences.filter((difference) => difference.protocol === protocol));
    if (differing.length > 0) lines.push('', ...differing.map(([, text]) => `- ${text}`));
    pages.set(path, [...(pages.get(path) ?? []), ...lines, '']);
  }
  for (const [path, lines] of pages) {
    let document = readFileSync(path, 'utf8');
    if (!document.includes(`<!-- ${MARK} begins -->`)) {
      const place = `<!-- ${MARK} begins -->\n<!-- ${MARK} ends -->`;
      document = `${document.trimEnd()}\n\n## Messages against tshark\n\n\`npm run agree:messages -- --write\` writes this: every message by frame and kind.\n\n${place}\n`;
    }
    const options = await resolveConfig(path);
    const written = replacedSection(document, MARK, lines.join('\n'));
    writeFileSync(path, await format(written, { ...options, parser: 'markdown' }));
  }
}

function isLow({ agreed, disagreements }: Agreed): boolean {
  const all = agreed + disagreements;
  return all >= EXAMPLES_MIN && agreed / all < LOW;
}
