// Writes into the README of each protocol how its facts agree with tshark's, and why those that differ do.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { replacedSection } from '../score-judging.ts';
import type { Difference } from './explained.ts';
import type { Row } from './row.ts';
import { byProtocol, reasons, sentence, type Counts } from './table.ts';

const PROTOCOLS = resolve(import.meta.dirname, '../../src/protocols');
/** Where the page of a protocol is, if not in a folder of its name. */
export const FOLDERS: Readonly<Record<string, string>> = {
  dhcpv6: 'dhcp',
  mdns: 'dns',
  llmnr: 'dns',
  nbns: 'dns',
  pop3: 'mail',
  imap: 'mail',
  smtp: 'mail',
  ntlm: 'smb',
  eapol: 'ppp',
};
const MARK = 'agree:facts';

export async function writeReadmes(
  rows: readonly Row[],
  counts: readonly Counts[],
  differences: readonly Difference[],
): Promise<void> {
  const pages = new Map<string, string[]>();
  for (const [protocol, count] of byProtocol(rows, counts)) {
    const path = join(PROTOCOLS, FOLDERS[protocol] ?? protocol, 'README.md');
    if (!existsSync(path)) continue;
    const lines = pages.get(path) ?? [];
    pages.set(path, lines);
    const compared = rows.filter((row) => row.protocol === protocol).map(({ what }) => what);
    lines.push(`${protocol} (${compared.join(', ')}): ${sentence(count)}`);
    const differing = reasons(differences.filter((difference) => difference.row.protocol === protocol));
    if (differing.length > 0) lines.push('', ...differing.map(([, text]) => `- ${text}`));
    lines.push('');
  }
  for (const [path, lines] of pages) {
    let document = readFileSync(path, 'utf8');
    if (!document.includes(`<!-- ${MARK} begins -->`)) {
      const place = `<!-- ${MARK} begins -->\n<!-- ${MARK} ends -->`;
      document = `${document.trimEnd()}\n\n## Values against tshark\n\n\`npm run agree:facts -- --write\` writes this: distinct values of each capture, added up.\n\n${place}\n`;
    }
    const options = await resolveConfig(path);
    const written = replacedSection(document, MARK, lines.join('\n'));
    writeFileSync(path, await format(written, { ...options, parser: 'markdown' }));
  }
}
