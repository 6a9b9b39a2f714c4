// Reads and writes a person's own table of fingerprints; every mistake in one becomes a usage error of one line.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import {
  EMPTY_TABLE,
  FingerprintTableError,
  fingerprintText,
  parseFingerprints,
  type FingerprintTable,
} from '../assets/fingerprints/table.ts';
import { showable } from '../bytes/text.ts';
import { UsageError } from './command-line.ts';

const PATH_MAX = 400;

const HEAD = [
  'Behavioural fingerprints of devices, one thing a line, fields parted by tabs.',
  'Made by 1sec fingerprint learn. Remove a setup line to forget it.',
];

/** `mayBeMissing`: a file that is not there is an empty table. */
export function readFingerprints(path: string, mayBeMissing: boolean): FingerprintTable {
  const shown = showable(path, PATH_MAX);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && mayBeMissing) return EMPTY_TABLE;
    throw new UsageError(
      code === 'ENOENT' ? `no such file: ${shown}` : `${shown} cannot be read: ${showable(message)}`,
    );
  }
  try {
    return parseFingerprints(text);
  } catch (error) {
    if (!(error instanceof FingerprintTableError)) throw error;
    throw new UsageError(`${shown} is no table of fingerprints: ${showable(error.message)}`);
  }
}

/** Whole or not at all: a file that is there is replaced only when the new one is written. */
export function writeFingerprints(path: string, table: FingerprintTable): void {
  const fresh = `${path}.new`;
  try {
    writeFileSync(fresh, fingerprintText(table, HEAD), { flush: true });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UsageError(`${showable(path, PATH_MAX)} cannot be written: ${showable((error as Error).message)}`);
  }
}
