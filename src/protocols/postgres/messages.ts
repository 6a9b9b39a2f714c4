// The message types of PostgreSQL's frontend/backend protocol 3 (PostgreSQL documentation, chapter 55), with the statements
// and errors that matter.
import { StatementKinds, type StatementKind } from '../sql-statements.ts';

/** First numbers of a connection (55.7 StartupMessage, SSLRequest, GSSENCRequest, CancelRequest). */
export const Start = { major: 3, cancel: 80_877_102, ssl: 80_877_103, gss: 80_877_104 } as const;

/** What an Authentication message asks for. */
export const Ask = { ok: 0, clear: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;

const ASK_NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'kerberos'],
  [7, 'gss'],
  [9, 'sspi'],
]);

/** `postgres-gss` for what cannot be tested. */
export function askName(ask: number): string {
  return `postgres-${ASK_NAMES.get(ask) ?? `type-${ask}`}`;
}

/** Letters that only a server says, and letters that only a client says. */
export const SERVER_LETTERS = 'RZTKN123ItnsGAVWv';
export const CLIENT_LETTERS = 'QPBpXFf';
const BOTH_LETTERS = 'CDEHSdc';

export const LETTERS: ReadonlySet<number> = new Set(
  Buffer.from(SERVER_LETTERS + CLIENT_LETTERS + BOTH_LETTERS, 'latin1'),
);

const Kind = { program: 1, file: 2, system: 3, extension: 4, language: 5, account: 6 } as const;

/** Statements in which passwords are set. */
export const ACCOUNT_KIND = Kind.account;

export const KIND_NAMES: ReadonlyMap<number, string> = new Map([
  [Kind.program, 'COPY PROGRAM'],
  [Kind.file, 'files of the server'],
  [Kind.system, 'ALTER SYSTEM'],
  [Kind.extension, 'CREATE EXTENSION'],
  [Kind.language, 'function in an untrusted language'],
  [Kind.account, 'accounts and rights'],
]);

const PHRASES: readonly StatementKind[] = [
  { kind: Kind.program, phrase: 'from program' },
  { kind: Kind.program, phrase: 'to program' },
  { kind: Kind.file, phrase: 'pg_read_file' },
  { kind: Kind.file, phrase: 'pg_read_binary_file' },
  { kind: Kind.file, phrase: 'pg_ls_dir' },
  { kind: Kind.file, phrase: 'lo_import' },
  { kind: Kind.file, phrase: 'lo_export' },
  { kind: Kind.system, phrase: 'alter system' },
  { kind: Kind.extension, phrase: 'create extension' },
  { kind: Kind.language, phrase: 'language c' },
  { kind: Kind.language, phrase: 'language plpythonu' },
  { kind: Kind.language, phrase: 'language plpython3u' },
  { kind: Kind.language, phrase: 'language plperlu' },
  { kind: Kind.account, phrase: 'create role' },
  { kind: Kind.account, phrase: 'create user' },
  { kind: Kind.account, phrase: 'alter role' },
  { kind: Kind.account, phrase: 'alter user' },
  { kind: Kind.account, phrase: 'drop role' },
];

export const STATEMENTS = new StatementKinds(PHRASES);

/** Query and Parse: the letters of the messages are their numbers. */
export const Message = { query: 0x51, parse: 0x50 } as const;

export const MESSAGE_NAMES: ReadonlyMap<number, string> = new Map([
  [Message.parse, 'Parse'],
  [Message.query, 'Query'],
]);

/** `Query COPY PROGRAM`. */
export function functionName(code: number, kind: number): string {
  const message = MESSAGE_NAMES.get(code) ?? `message ${code}`;
  const statement = KIND_NAMES.get(kind);
  return statement === undefined ? message : `${message} ${statement}`;
}

/** The five characters of an SQLSTATE are digits to the base of 36: so an error is a number. */
const CODE_BASE = 36;
const CODE_CHARACTERS = 5;

const STATE_NAMES: ReadonlyMap<string, string> = new Map([
  ['28000', 'authorization refused'],
  ['28P01', 'password refused'],
  ['38000', 'program failed'],
  ['42501', 'privilege missing'],
  ['42601', 'syntax error'],
  ['42710', 'exists already'],
  ['58P01', 'no such file'],
]);

export function codeOfState(state: string): number {
  return /^[0-9A-Z]{5}$/.test(state) ? parseInt(state, CODE_BASE) : 1;
}

/** `42501 privilege missing`. */
export function codeName(code: number): string {
  const state = code.toString(CODE_BASE).toUpperCase().padStart(CODE_CHARACTERS, '0');
  const name = STATE_NAMES.get(state);
  return name === undefined ? state : `${state} ${name}`;
}
