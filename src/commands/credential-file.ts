// Reads and writes a person's own list of credentials: text with the columns of the shipped table. A mistake in one is
// told in one line.
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { grouped, showable } from '../bytes/text.ts';
import type { CredentialRow } from '../facts/credential.ts';
import { CREDENTIAL_COLUMNS, credentialRow, credentialTable } from '../modules/credential-auditor/table.ts';
import { protocols } from '../protocols/index.ts';
import { UsageError } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';

/** Every row is tried against every login of its user. */
export const CREDENTIALS_MAX = 100_000;
const FILE_BYTES_MAX = 64 * 1024 * 1024;
const PATH_MAX = 400;

/** The rows, called by the name of the file without its folder. */
export function readCredentials(path: string): CredentialRow[] {
  const shown = showable(path, PATH_MAX);
  const file = basename(path);
  const rows: CredentialRow[] = [];
  for (const [index, text] of listText(path).split('\n').entries()) {
    const row = credentialRow(text, index + 1, file);
    if (row === null) continue;
    const problem = typeof row === 'string' ? row : unknownProtocol(row.protocols);
    if (problem !== null) {
      throw new UsageError(`${shown}:${index + 1}: ${problem}; '1sec credentials import' reads other forms of lists`);
    }
    if (typeof row !== 'string') rows.push(row);
    if (rows.length > CREDENTIALS_MAX) throw new UsageError(`${shown} has more than ${grouped(CREDENTIALS_MAX)} rows`);
  }
  return rows;
}

/** The text of a list; `-` is standard input. */
export function listText(path: string): string {
  const shown = path === '-' ? 'standard input' : showable(path, PATH_MAX);
  let bytes: Buffer;
  try {
    const size = path === '-' ? 0 : statSync(path).size;
    if (size > FILE_BYTES_MAX) throw new UsageError(`${shown} is larger than 64 MiB`);
    bytes = readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT' ? `no such file: ${shown}` : `${shown} cannot be read: ${showable(message)}`,
    );
  }
  if (bytes.includes(0)) throw new UsageError(`${shown} is no text: it has a zero byte`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Lists that are older than UTF-8.
    return bytes.toString('latin1');
  }
}

/** Those that are decoded, and those that the shipped table names. */
export function knownProtocols(): readonly string[] {
  return [...new Set([...protocols.map(({ name }) => name), ...credentialTable().flatMap((row) => row.protocols)])];
}

/** In words, which of them is no protocol; null: all are. */
export function unknownProtocol(names: readonly string[]): string | null {
  const known = knownProtocols();
  const other = names.find((name) => !known.includes(name));
  return other === undefined
    ? null
    : `'${showable(other, 40)}' is no protocol${didYouMean(other, known)} (1sec protocols)`;
}

/** As a text in the columns of the shipped table. */
export function credentialsText(rows: readonly CredentialRow[]): string {
  const lines = rows.map(({ vendor, product, protocols: list, user, password, kind, source }) =>
    [vendor, product, list.join(','), user, password, kind, source].join('\t'),
  );
  return `${[`# ${CREDENTIAL_COLUMNS.join('\t')}`, ...lines].join('\n')}\n`;
}

/** Whole or not at all, and for its owner alone. */
export function writeCredentials(path: string, rows: readonly CredentialRow[]): void {
  const fresh = `${path}.new`;
  try {
    writeFileSync(fresh, credentialsText(rows), { flush: true, mode: 0o600 });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UsageError(`${showable(path, PATH_MAX)} cannot be written: ${showable((error as Error).message)}`);
  }
}
