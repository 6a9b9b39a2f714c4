// Writes docs/protocols.md: every kind of message that is decoded, and how many of them were seen in real captures.
// usage: npm run protocols:page   (needs the collection of captures beside the project)
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { grouped } from '../src/bytes/text.ts';
import type { MessageKind, Protocol } from '../src/facts/protocol.ts';
import { protocols } from '../src/protocols/index.ts';
import { deafSink, readFacts, realCaptures } from './real-captures.ts';

export const PROTOCOLS_PAGE = 'docs/protocols.md';

interface Seen {
  operations: number;
  captures: number;
  capture: string;
}

/** By protocol, then by `function/subfunction`. */
type Counts = ReadonlyMap<string, Map<string, Seen>>;

const HEAD = `# What is decoded

Written by \`npm run protocols:page\`; \`npm test\` checks that it lists what the program decodes. "Seen" counts operations in the collection of real captures the project is tested with: a kind that was never seen there is written against the specification alone. Sub-function -1: the kind has none.
`;

/** The row a kind has on the page, without its counts: what \`npm test\` compares. */
export function kindCells({ function: code, subfunction, name }: MessageKind): string {
  return `| ${code} | ${subfunction} | ${name.replaceAll('|', '\\|')} |`;
}

/** Kinds of one protocol as the page lists them that are not on it. */
export function missingKinds(page: string, protocol: Protocol): string[] {
  const section = sectionOf(page, protocol);
  const rows = section.split('\n').map((line) => line.replace(/\s+/g, ' '));
  return protocol.kinds
    .filter((kind) => !rows.some((row) => row.startsWith(kindCells(kind).replace(/\s+/g, ' '))))
    .map((kind) => `${protocol.name}: '${kind.name}' (${kind.function}/${kind.subfunction})`);
}

function sectionOf(page: string, { title, name }: Protocol): string {
  const start = page.indexOf(`\n## ${heading(title, name)}\n`);
  if (start < 0) return '';
  const end = page.indexOf('\n## ', start + 1);
  return page.slice(start, end < 0 ? undefined : end);
}

function heading(title: string, name: string): string {
  return `${title} (\`${name}\`)`;
}

async function counted(paths: readonly string[]): Promise<Counts> {
  const counts: Counts = new Map(protocols.map(({ name }) => [name, new Map<string, Seen>()]));
  for (const path of paths) {
    await readFacts(
      path,
      deafSink({
        operation({ protocol, function: code, subfunction }) {
          const { name, kinds } = protocols[protocol]!;
          const kind =
            kinds.find((one) => one.function === code && one.subfunction === subfunction) ??
            kinds.find((one) => one.function === code && one.subfunction === -1);
          const key = kind === undefined ? 'other' : `${kind.function}/${kind.subfunction}`;
          const rows = counts.get(name)!;
          const seen = rows.get(key) ?? { operations: 0, captures: 0, capture: '' };
          seen.operations++;
          if (seen.capture !== path) seen.captures++;
          seen.capture = path;
          rows.set(key, seen);
        },
      }),
    );
  }
  return counts;
}

function page(counts: Counts): string {
  const parts = [HEAD, summary(counts)];
  for (const protocol of protocols) {
    const rows = counts.get(protocol.name)!;
    parts.push(`\n## ${heading(protocol.title, protocol.name)}\n`);
    parts.push(`${protocol.summary}\n`);
    parts.push('| function | sub-function | kind | seen | captures |', '| ---: | ---: | --- | ---: | ---: |');
    for (const kind of protocol.kinds) {
      const seen = rows.get(`${kind.function}/${kind.subfunction}`);
      parts.push(`${kindCells(kind)} ${grouped(seen?.operations ?? 0)} | ${seen?.captures ?? 0} |`);
    }
    const other = rows.get('other');
    if (other !== undefined) {
      parts.push('', `Besides, ${grouped(other.operations)} operations of kinds that are not listed.`);
    }
  }
  return `${parts.join('\n')}\n`;
}

function summary(counts: Counts): string {
  const lines = [
    '| protocol | kinds | of these seen | share | operations seen |',
    '| --- | ---: | ---: | ---: | ---: |',
  ];
  for (const { name, title, kinds } of protocols) {
    const rows = counts.get(name)!;
    const seen = kinds.filter((kind) => rows.has(`${kind.function}/${kind.subfunction}`)).length;
    const operations = [...rows.values()].reduce((sum, row) => sum + row.operations, 0);
    const share = kinds.length === 0 ? 0 : Math.round((seen / kinds.length) * 100);
    lines.push(`| ${title} | ${kinds.length} | ${seen} | ${share} % | ${grouped(operations)} |`);
  }
  return lines.join('\n');
}

async function main(): Promise<number> {
  const paths = realCaptures();
  if (paths.length === 0) {
    console.error('protocols:page: there is no collection of captures beside the project');
    return 3;
  }
  writeFileSync(join(resolve(import.meta.dirname, '..'), PROTOCOLS_PAGE), page(await counted(paths)));
  console.log(`${PROTOCOLS_PAGE}: ${protocols.length} protocols, ${paths.length} captures`);
  return 0;
}

if (import.meta.main) process.exitCode = await main();
