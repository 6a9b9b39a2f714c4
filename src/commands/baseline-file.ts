// Reads and writes baseline files; every mistake in one becomes a usage error of one line.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import type { Baseline } from '../learning/baseline.ts';
import { protocols } from '../protocols/index.ts';
import { BaselineProblem, parsedBaseline } from './baseline-reader.ts';
import { baselineText } from './baseline-text.ts';
import { UsageError } from './command-line.ts';

const PATH_MAX = 400;

export function readBaseline(path: string): Baseline {
  const shown = showable(path, PATH_MAX);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT' ? `no such file: ${shown}` : `${shown} cannot be read: ${showable(message)}`,
    );
  }
  try {
    return parsedBaseline(text, protocols);
  } catch (error) {
    if (!(error instanceof BaselineProblem)) throw error;
    throw new UsageError(`${shown}:${error.line}:${error.column}: ${showable(error.message)}`);
  }
}

/** Whole or not at all: a file that is there is replaced only when the new one is written. */
export function writeBaseline(path: string, baseline: Baseline): void {
  const fresh = `${path}.new`;
  try {
    writeFileSync(fresh, baselineText(baseline, protocols), { flush: true });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UsageError(`${showable(path, PATH_MAX)} cannot be written: ${showable((error as Error).message)}`);
  }
}
