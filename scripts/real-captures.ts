// The collection of real captures beside the project, where there is one: which files it holds, and the facts of each.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CaptureOpenError } from '../src/capture/frames.ts';
import { openCapture } from '../src/capture/open.ts';
import { Pipeline } from '../src/engine/pipeline.ts';
import type { FactSink } from '../src/facts/facts.ts';
import type { Protocol } from '../src/facts/protocol.ts';
import { HostTable } from '../src/flow/hosts.ts';
import { protocols } from '../src/protocols/index.ts';

export const REAL_CAPTURES = resolve(import.meta.dirname, '../../shared/captures');

/** Paths of all captures of the collection, sorted; none where there is no collection. */
export function realCaptures(): string[] {
  if (!existsSync(REAL_CAPTURES)) return [];
  return globSync('**/*.{pcap,pcapng,cap,dmp,pcap.gz,pcapng.gz}', { cwd: REAL_CAPTURES })
    .sort()
    .map((path) => join(REAL_CAPTURES, path));
}

/** Those in whose row the catalogue of the collection, which tshark made, names one of these protocols. */
export function catalogued(protocols: RegExp): string[] {
  return cataloguedRows()
    .filter(([, names]) => names.some((name) => protocols.test(name)))
    .map(([path]) => path);
}

/** Path of each capture that the catalogue lists and that is there, and the protocols that it names. */
function cataloguedRows(): [string, string[]][] {
  const catalogue = join(REAL_CAPTURES, 'CATALOG.tsv');
  if (!existsSync(catalogue)) return [];
  const [head = '', ...rows] = readFileSync(catalogue, 'utf8').trimEnd().split('\n');
  const column = head.split('\t').indexOf('main_protocols');
  return rows
    .map((row) => row.split('\t'))
    .map((cells): [string, string[]] => [join(REAL_CAPTURES, cells[0] ?? ''), (cells[column] ?? '').split(',')])
    .filter(([path]) => existsSync(path));
}

/** Names that the catalogue lists of a capture at most: of one with so many there may be more. */
const CATALOGUED_NAMES = 7;

/** Captures in which none of these protocols is, by the catalogue. */
export function cataloguedWithout(protocols: RegExp): ReadonlySet<string> {
  const named = new Set(catalogued(protocols));
  const full = new Set(
    cataloguedRows()
      .filter(([, names]) => names.length >= CATALOGUED_NAMES)
      .map(([path]) => path),
  );
  const without = cataloguedRows().map(([path]) => path);
  return new Set(without.filter((path) => !named.has(path) && !full.has(path)));
}

/** A sink that hears nothing, for those who want one fact of seven. */
export function deafSink(heard: Partial<FactSink>): FactSink {
  const ignore = (): void => undefined;
  return {
    operation: ignore,
    conversation: ignore,
    login: ignore,
    transfer: ignore,
    claim: ignore,
    violation: ignore,
    trait: ignore,
    ...heard,
  };
}

/**
 * Reads a whole capture through the pipeline, without modules. False where the file is no capture that can be opened.
 * Unless told otherwise duplicates are kept, so that frames can be compared with those of another decoder.
 */
export async function readFacts(
  path: string,
  sink: FactSink,
  decoded: readonly Protocol[] = protocols,
  how: { hosts?: HostTable; firstPackets?: boolean; keepDuplicates?: boolean } = {},
): Promise<boolean> {
  const pipeline = new Pipeline(sink, { tick: () => undefined }, decoded, how.hosts ?? new HostTable(), {
    keepDuplicates: how.keepDuplicates ?? true,
    firstPackets: how.firstPackets ?? false,
  });
  let source;
  try {
    source = await openCapture([path]);
  } catch (error) {
    if (error instanceof CaptureOpenError) return false;
    throw error;
  }
  try {
    for (let batch = await source.next(); batch !== null; batch = await source.next()) pipeline.batch(batch);
  } finally {
    source.close();
  }
  pipeline.end();
  return true;
}
