// Writes docs/protocols.md: every kind of message that is decoded, and how many of each were seen in real captures.
// usage: npm run protocols:page   (needs the collection of captures beside the project)
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { grouped } from '../src/bytes/text.ts';
import type { MessageKind, Protocol } from '../src/facts/protocol.ts';
import { protocols } from '../src/protocols/index.ts';
import { ARP_KINDS, arpMessages } from './agree-messages/arp.ts';
import { listened } from './agree-messages/ours.ts';
import { deafSink, readFacts, realCaptures } from './real-captures.ts';

/** Of a kind that the protocol does not list. */
const OTHER = 'other';

export const PROTOCOLS_PAGE = 'docs/protocols.md';

interface Seen {
  count: number;
  captures: number;
  capture: string;
}

/** By protocol, then by `function/subfunction` of operations, or by the kind of messages. */
type Counts = ReadonlyMap<string, Map<string, Seen>>;

interface Counted {
  readonly operations: Counts;
  readonly messages: Counts;
}

const HEAD = `# What is decoded

Written by \`npm run protocols:page\`; \`npm test\` checks that it lists what the program decodes. "Seen" counts messages or operations in the collection of real captures the project is tested with: a kind that was never seen there is written against the specification alone. Where a protocol has both, the messages stand first and count here; operations are what modules are told of them. Sub-function -1: the kind has none.
`;

/** The row a kind has on the page, without its counts: what \`npm test\` compares. */
export function kindCells({ function: code, subfunction, name }: MessageKind): string {
  return `| ${code} | ${subfunction} | ${name.replaceAll('|', '\\|')} |`;
}

/** Kinds of one protocol as the page lists them that are not on it. */
export function missingKinds(page: string, protocol: Protocol): string[] {
  const section = sectionOf(page, protocol);
  const rows = section.split('\n').map((line) => line.replace(/\s+/g, ' '));
  const isListed = (cells: string): boolean => rows.some((row) => row.startsWith(cells.replace(/\s+/g, ' ')));
  return [
    ...protocol.kinds
      .filter((kind) => !isListed(kindCells(kind)))
      .map((kind) => `${protocol.name}: '${kind.name}' (${kind.function}/${kind.subfunction})`),
    ...(protocol.messageKinds ?? [])
      .filter((kind) => !isListed(messageCells(kind)))
      .map((kind) => `${protocol.name}: '${kind}'`),
  ];
}

function messageCells(kind: string): string {
  return `| ${kind.replaceAll('|', '\\|')} |`;
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

async function counted(paths: readonly string[]): Promise<Counted> {
  const empty = (): Counts =>
    new Map([...protocols, { name: 'arp' }].map(({ name }) => [name, new Map<string, Seen>()]));
  const operations = empty();
  const messages = empty();
  const note = (counts: Counts, protocol: string, key: string, path: string): void => {
    const rows = counts.get(protocol)!;
    const seen = rows.get(key) ?? { count: 0, captures: 0, capture: '' };
    seen.count++;
    if (seen.capture !== path) seen.captures++;
    seen.capture = path;
    rows.set(key, seen);
  };
  const kindsOf = new Map(protocols.map(({ name, messageKinds }) => [name, new Set(messageKinds)]));
  const noteMessage = (protocol: string, kind: string, path: string): void => {
    note(messages, protocol, kindsOf.get(protocol)?.has(kind) === false ? OTHER : kind, path);
  };
  for (const path of paths) {
    const heard = protocols.map((protocol) =>
      listened(protocol, (name) => (kind, _, carried = name) => {
        noteMessage(carried, kind, path);
      }),
    );
    const isCapture = await readFacts(
      path,
      deafSink({
        operation({ protocol, function: code, subfunction }) {
          const { name, kinds } = protocols[protocol]!;
          const kind =
            kinds.find((one) => one.function === code && one.subfunction === subfunction) ??
            kinds.find((one) => one.function === code && one.subfunction === -1);
          note(operations, name, kind === undefined ? OTHER : `${kind.function}/${kind.subfunction}`, path);
        },
      }),
      heard,
    );
    if (isCapture) for (const { kind } of await arpMessages(path)) noteMessage('arp', kind, path);
  }
  return { operations, messages };
}

function page({ operations, messages }: Counted): string {
  const parts = [HEAD, summary({ operations, messages })];
  for (const { title, name, kinds, messageKinds, summary: line } of protocols) {
    parts.push(`\n## ${heading(title, name)}\n`, `${line}\n`);
    if (messageKinds !== undefined) parts.push(...messageTable(messageKinds, messages.get(name)!));
    if (messageKinds !== undefined && kinds.length > 0) parts.push('');
    if (kinds.length > 0 || messageKinds === undefined) parts.push(...operationTable(kinds, operations.get(name)!));
  }
  parts.push('\n## ARP (in the packet layer)\n', ...messageTable(ARP_KINDS, messages.get('arp')!));
  return `${parts.join('\n')}\n`;
}

function messageTable(kinds: readonly string[], rows: ReadonlyMap<string, Seen>): string[] {
  const lines = kinds.map((kind) => {
    const seen = rows.get(kind);
    return `${messageCells(kind)} ${grouped(seen?.count ?? 0)} | ${seen?.captures ?? 0} |`;
  });
  return ['| message | seen | captures |', '| --- | ---: | ---: |', ...lines, ...besides(rows, 'messages')];
}

function operationTable(kinds: readonly MessageKind[], rows: ReadonlyMap<string, Seen>): string[] {
  const lines = kinds.map((kind) => {
    const seen = rows.get(`${kind.function}/${kind.subfunction}`);
    return `${kindCells(kind)} ${grouped(seen?.count ?? 0)} | ${seen?.captures ?? 0} |`;
  });
  return [
    '| function | sub-function | kind | seen | captures |',
    '| ---: | ---: | --- | ---: | ---: |',
    ...lines,
    ...besides(rows, 'operations'),
  ];
}

function besides(rows: ReadonlyMap<string, Seen>, what: string): string[] {
  const other = rows.get(OTHER);
  return other === undefined ? [] : ['', `Besides, ${grouped(other.count)} ${what} of kinds that are not listed.`];
}

function summary({ operations, messages }: Counted): string {
  const lines = [
    '| protocol | kinds | of these seen | share | seen | of |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
  ];
  const add = (title: string, kinds: readonly string[], rows: ReadonlyMap<string, Seen>, what: string): void => {
    const seen = kinds.filter((kind) => rows.has(kind)).length;
    const count = [...rows.values()].reduce((sum, row) => sum + row.count, 0);
    const share = kinds.length === 0 ? 0 : Math.round((seen / kinds.length) * 100);
    lines.push(`| ${title} | ${kinds.length} | ${seen} | ${share} % | ${grouped(count)} | ${what} |`);
  };
  for (const { name, title, kinds, messageKinds } of protocols) {
    if (messageKinds !== undefined) add(title, messageKinds, messages.get(name)!, 'messages');
    else {
      const keys = kinds.map((kind) => `${kind.function}/${kind.subfunction}`);
      add(title, keys, operations.get(name)!, 'operations');
    }
  }
  add('ARP', ARP_KINDS, messages.get('arp')!, 'messages');
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
