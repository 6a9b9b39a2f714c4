// Finds the bundled sample: a file where the sources or the bundle lie, bytes in memory inside the single executable.
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedFile, shippedFileUrl } from '../../knowledge/shipped-file.ts';
import { holdInMemory } from '../capture/open.ts';
import { UsageError } from './command-line.ts';

const SAMPLE = 'samples/plant.pcapng';

/** The path to open it by, short where it lies below the current directory. */
export function samplePath(): string {
  const url = shippedFileUrl(SAMPLE);
  if (url === null) {
    holdInMemory(SAMPLE, shippedFile(SAMPLE));
    return SAMPLE;
  }
  const path = fileURLToPath(url);
  if (!existsSync(path)) throw new UsageError(`the bundled sample, ${SAMPLE}, is missing`);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

/** Whether this path means the sample that the single executable holds. */
export function isSample(path: string): boolean {
  return path === SAMPLE && shippedFileUrl(SAMPLE) === null;
}

/** Before captures are read again in another thread: the sample may be none of the disk. */
export function holdSample(paths: readonly string[]): void {
  if (paths.some(isSample)) holdInMemory(SAMPLE, shippedFile(SAMPLE));
}
