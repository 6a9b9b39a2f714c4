// Opens the SQLite file of a site: makes it where it is missing, brings older ones up to date, and refuses what is no
// site database with one clear line.
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { showable } from '../bytes/text.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/** The site database cannot be used: told in one line, exit code 2. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

export interface OpenOptions {
  /** Make the file where it is missing; else a missing file is an error. */
  readonly isMade: boolean;
  /** How long to wait for another program that is writing; 10 s unless told. */
  readonly busyTimeoutMs?: number;
  /** For tests: other versions than ours. */
  readonly migrations?: readonly string[];
}

const BUSY_TIMEOUT_MS = 10_000;
const PATH_MAX = 400;
const SQLITE_BUSY = 5;
const JOURNAL_WAIT_MS = 20;
const NEVER = new Int32Array(new SharedArrayBuffer(4));
/** What only a mistake of ours can bring about: a wrong statement, a constraint, a type, a misuse. */
const DEFECTS = [1, 19, 20, 21, 25];

/** Throws StoreError. The file is readable and writable for its owner only. */
export function openDatabase(path: string, options: OpenOptions): DatabaseSync {
  return told(path, () => {
    prepareFile(path, options.isMade);
    const database = new DatabaseSync(path, {
      timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
      enableForeignKeyConstraints: true,
    });
    try {
      setUp(database, path, options);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  });
}

/** Runs `work`; what SQLite or the file system cannot do becomes a StoreError that names the file. */
export function told<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const { code = '', errcode = 0, message } = error as Error & { code?: string; errcode?: number };
    const isOfSqlite = code === 'ERR_SQLITE_ERROR' && !DEFECTS.includes(errcode & 0xff);
    const isOfSystem = /^E[A-Z0-9]+$/.test(code);
    if (!isOfSqlite && !isOfSystem) throw error;
    throw new StoreError(`${showable(path, PATH_MAX)} ${reason(code, errcode, message)}`, { cause: error });
  }
}

/** Everything `work` writes, or nothing of it. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function prepareFile(path: string, isMade: boolean): void {
  if (existsSync(path)) {
    if (!statSync(path).isFile()) throw new StoreError(`${showable(path, PATH_MAX)} is no file`);
    return;
  }
  if (!isMade) {
    throw new StoreError(
      `${showable(path, PATH_MAX)} is not there; '1sec analyze --save ${showable(path, PATH_MAX)} FILE' makes it`,
    );
  }
  // SQLite gives its journal the permissions of the database.
  closeSync(openSync(path, 'a', 0o600));
}

function setUp(database: DatabaseSync, path: string, options: OpenOptions): void {
  const migrations = options.migrations ?? MIGRATIONS;
  const version = consistently(database, () => versionOf(database, path, migrations.length));
  if (version === 0 && !options.isMade)
    throw new StoreError(`${showable(path, PATH_MAX)} is no site database: it is empty`);
  database.exec('PRAGMA synchronous = FULL');
  if (version === migrations.length) return;
  startJournal(database, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
  inTransaction(database, () => {
    // Another program may have done it meanwhile.
    const known = versionOf(database, path, migrations.length);
    for (const migration of migrations.slice(known)) database.exec(migration);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`);
  });
}

/** All that `work` reads is of one moment, whoever writes meanwhile. */
function consistently<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN');
  try {
    return work();
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}

/** Two programs that make the same database: SQLite does not wait for the other one here, as it does elsewhere. */
function startJournal(database: DatabaseSync, busyTimeoutMs: number): void {
  for (let waitedMs = 0; ; waitedMs += JOURNAL_WAIT_MS) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const { errcode = 0 } = error as { errcode?: number };
      if ((errcode & 0xff) !== SQLITE_BUSY || waitedMs >= busyTimeoutMs) throw error;
      Atomics.wait(NEVER, 0, 0, JOURNAL_WAIT_MS);
    }
  }
}

/** 0 for an empty file. Reads only: a file that is not ours is left as it is. */
function versionOf(database: DatabaseSync, path: string, newest: number): number {
  const shown = showable(path, PATH_MAX);
  const application = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  if (application !== APPLICATION_ID) {
    const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
    if (!isEmpty || application !== 0 || version !== 0)
      throw new StoreError(`${shown} is a database of another program`);
    return 0;
  }
  if (version > newest) {
    throw new StoreError(
      `${shown} was written by a newer version of this program (its format is ${version}, this one knows up to ${newest})`,
    );
  }
  return version;
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
function reason(code: string, resultCode: number, message: string): string {
  switch (resultCode & 0xff) {
    case 5:
    case 6:
      return 'is in use by another program; try again when that is done';
    case 8:
      return 'cannot be written: it is read-only';
    case 11:
      return 'is damaged; restore it from a backup';
    case 13:
      return 'cannot be written: the disk is full';
    case 14:
      return 'cannot be opened';
    case 26:
      return 'is no site database';
    default:
      return code === 'EACCES' || code === 'EPERM'
        ? 'cannot be used: permission denied'
        : code === 'ENOENT'
          ? 'cannot be made: no such directory'
          : `cannot be used: ${message}`;
  }
}
