// The file of tokens that people were given (1sec-tokens.json): who, with which role, until when; of each token only its
// hash. What was revoked stays, so that the file tells who could look and act at any time.
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import { newToken, tokenHash, type Account, type Role } from '../server/sessions.ts';
import { UsageError } from './command-line.ts';
import { OutputError } from './output.ts';
import { timeOf, timestamp } from './timestamp.ts';

export const TOKENS_DEFAULT = '1sec-tokens.json';

export interface TokenEntry {
  readonly name: string;
  readonly role: Role;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** RFC 3339. */
  readonly created: string;
  /** Account of the machine that made it. */
  readonly by: string;
  readonly expires: string | null;
  readonly revoked: string | null;
}

const VERSION = 1;
const PATH_MAX = 400;
const BYTES_MAX = 4 * 1024 * 1024;
const ENTRIES_MAX = 10_000;
export const TOKEN_NAME = /^[\w.@-]{1,64}$/;

/** Throws UsageError where it is no such file. */
export function readTokens(path: string): TokenEntry[] {
  const shown = showable(path, PATH_MAX);
  let text: string;
  try {
    if (statSync(path).size > BYTES_MAX) throw new UsageError(`${shown} is too large for a file of tokens`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`${shown} is not there; '1sec tokens add NAME' makes it`);
    throw new UsageError(`${shown} cannot be read: ${message}`);
  }
  const entries = entriesOf(text);
  if (entries === null) throw new UsageError(`${shown} is no file of tokens; '1sec tokens add NAME' makes one`);
  return entries;
}

function entriesOf(text: string): TokenEntry[] | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  const { version, tokens } = (read ?? {}) as { version?: unknown; tokens?: unknown };
  if (version !== VERSION || !Array.isArray(tokens) || tokens.length > ENTRIES_MAX) return null;
  return tokens.every(isEntry) ? tokens : null;
}

function isEntry(value: unknown): value is TokenEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { name, role, hash, created, by, expires, revoked } = value as Record<string, unknown>;
  const isTime = (time: unknown): boolean => typeof time === 'string' && timeOf(time) !== null;
  return (
    typeof name === 'string' &&
    TOKEN_NAME.test(name) &&
    (role === 'viewer' || role === 'operator') &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash) &&
    typeof by === 'string' &&
    isTime(created) &&
    (expires === null || isTime(expires)) &&
    (revoked === null || isTime(revoked))
  );
}

/** Those that open something now. */
export function accountsOf(entries: readonly TokenEntry[]): Account[] {
  return entries
    .filter(({ revoked }) => revoked === null)
    .map(({ name, role, hash, expires }) => ({
      name,
      role,
      hash,
      expiresMs: expires === null ? null : timeOf(expires)! / 1000,
    }));
}

export function isInForce({ expires, revoked }: TokenEntry, nowMs: number): boolean {
  return revoked === null && (expires === null || nowMs < timeOf(expires)! / 1000);
}

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly by: string;
  /** Null: it does not expire. */
  readonly days: number | null;
  readonly nowMs: number;
}

/** The token, which is shown once and kept nowhere. The file is made where it is missing. */
export function addToken(path: string, { name, role, by, days, nowMs }: NewToken): string {
  const entries = existsSync(path) ? readTokens(path) : [];
  if (entries.some((entry) => entry.name === name && isInForce(entry, nowMs)))
    throw new UsageError(`${name} has a token already; '1sec tokens revoke ${name}' takes it away`);
  if (entries.length >= ENTRIES_MAX) throw new UsageError(`${showable(path, PATH_MAX)} is full`);
  const token = newToken();
  const expires = days === null ? null : timestamp((nowMs + days * 86_400_000) * 1000)!;
  const created = timestamp(nowMs * 1000)!;
  writeTokens(path, [...entries, { name, role, hash: tokenHash(token), created, by, expires, revoked: null }]);
  return token;
}

export function revokeToken(path: string, name: string, nowMs: number): void {
  const entries = readTokens(path);
  const isMeant = (entry: TokenEntry): boolean => entry.name === name && entry.revoked === null;
  if (!entries.some(isMeant)) throw new UsageError(`no token of '${showable(name)}' is in force`);
  const revoked = timestamp(nowMs * 1000)!;
  writeTokens(
    path,
    entries.map((entry) => (isMeant(entry) ? { ...entry, revoked } : entry)),
  );
}

/** Beside and moved into place: a power cut leaves the old file or the new one. */
function writeTokens(path: string, tokens: readonly TokenEntry[]): void {
  const temporary = `${path}.tmp`;
  try {
    rmSync(temporary, { force: true });
    writeFileSync(temporary, `${JSON.stringify({ version: VERSION, tokens }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    throw new OutputError(showable(path, PATH_MAX), error as Error);
  }
}

/** Follows the file: what is revoked there opens nothing from the next request on, and ends its sessions. */
export class TokenFile {
  readonly #path: string;
  readonly #changed: (text: string) => void;
  #version = '';
  #entries: readonly TokenEntry[];
  #accounts: readonly Account[];

  /** Throws UsageError. `changed`: told in words what is different since the last look. */
  constructor(path: string, changed: (text: string) => void) {
    this.#path = path;
    this.#changed = changed;
    this.#version = versionOf(path);
    this.#entries = readTokens(path);
    this.#accounts = accountsOf(this.#entries);
  }

  inForce(nowMs: number): number {
    return this.#entries.filter((entry) => isInForce(entry, nowMs)).length;
  }

  accounts(): readonly Account[] {
    const version = versionOf(this.#path);
    if (version === this.#version) return this.#accounts;
    this.#version = version;
    const before = this.#entries;
    try {
      this.#entries = readTokens(this.#path);
    } catch (error) {
      // A file that cannot be read opens nothing.
      this.#entries = [];
      this.#changed(error instanceof Error ? error.message : String(error));
    }
    this.#accounts = accountsOf(this.#entries);
    for (const text of differences(before, this.#entries)) this.#changed(text);
    return this.#accounts;
  }
}

function differences(before: readonly TokenEntry[], after: readonly TokenEntry[]): string[] {
  const former = new Map(before.map((entry) => [entry.hash, entry]));
  const now = new Map(after.map((entry) => [entry.hash, entry]));
  const told: string[] = [];
  for (const { hash, name, role, by, revoked } of after) {
    const known = former.get(hash);
    if (known === undefined) told.push(`token of ${name} (${role}) made by ${showable(by)}`);
    else if (known.revoked !== revoked) told.push(`token of ${name} (${role}) revoked`);
  }
  for (const { hash, name, role } of before) if (!now.has(hash)) told.push(`token of ${name} (${role}) taken out`);
  return told;
}

function versionOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.ino} ${found.mtimeMs} ${found.size}`;
}
