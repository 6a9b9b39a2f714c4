// The numbers of MySQL's client/server protocol (MySQL Internals Manual 14, MariaDB Knowledge Base "Clientserver protocol").
import { StatementKinds, type StatementKind } from '../sql-statements.ts';

/** Capability flags of the client and the server. */
export const Capability = {
  connectWithDatabase: 0x0000_0008,
  compress: 0x0000_0020,
  protocol41: 0x0000_0200,
  ssl: 0x0000_0800,
  secureConnection: 0x0000_8000,
  pluginAuth: 0x0008_0000,
  connectAttributes: 0x0010_0000,
  authLengthEncoded: 0x0020_0000,
  zstd: 0x0400_0000,
} as const;

export const Command = { quit: 1, query: 3, shutdown: 8, changeUser: 0x11, prepare: 0x16, max: 0x1f } as const;

/** The first byte of a packet of the server. */
export const Answer = { ok: 0, more: 1, localFile: 0xfb, authSwitch: 0xfe, error: 0xff } as const;

/** MariaDB tells how far it has come in the form of an error with this code. */
export const PROGRESS_CODE = 0xffff;

const Kind = {
  loadData: 1,
  intoOutfile: 2,
  loadFile: 3,
  library: 4,
  systemCommand: 5,
  plugin: 6,
  setGlobal: 7,
  account: 8,
} as const;

/** Statements in which passwords are set. */
export const ACCOUNT_KIND = Kind.account;

export const KIND_NAMES: ReadonlyMap<number, string> = new Map([
  [Kind.loadData, 'LOAD DATA'],
  [Kind.intoOutfile, 'SELECT INTO OUTFILE'],
  [Kind.loadFile, 'LOAD_FILE'],
  [Kind.library, 'CREATE FUNCTION SONAME'],
  [Kind.systemCommand, 'sys_exec'],
  [Kind.plugin, 'INSTALL PLUGIN'],
  [Kind.setGlobal, 'SET GLOBAL'],
  [Kind.account, 'accounts and rights'],
]);

const PHRASES: readonly StatementKind[] = [
  { kind: Kind.loadData, phrase: 'load data' },
  { kind: Kind.loadData, phrase: 'load xml' },
  { kind: Kind.intoOutfile, phrase: 'into outfile' },
  { kind: Kind.intoOutfile, phrase: 'into dumpfile' },
  { kind: Kind.loadFile, phrase: 'load_file' },
  { kind: Kind.library, phrase: 'returns integer soname' },
  { kind: Kind.library, phrase: 'returns string soname' },
  { kind: Kind.library, phrase: 'returns real soname' },
  { kind: Kind.systemCommand, phrase: 'sys_exec' },
  { kind: Kind.systemCommand, phrase: 'sys_eval' },
  { kind: Kind.plugin, phrase: 'install plugin' },
  { kind: Kind.plugin, phrase: 'install soname' },
  { kind: Kind.setGlobal, phrase: 'set global' },
  { kind: Kind.setGlobal, phrase: 'set persist' },
  { kind: Kind.account, phrase: 'create user' },
  { kind: Kind.account, phrase: 'alter user' },
  { kind: Kind.account, phrase: 'drop user' },
  { kind: Kind.account, phrase: 'grant all' },
  { kind: Kind.account, phrase: 'set password' },
];

export const STATEMENTS = new StatementKinds(PHRASES);

/** `COM_QUERY LOAD DATA`. */
export function functionName(code: number, kind: number): string {
  const command = COMMAND_NAMES.get(code) ?? `command ${code}`;
  const statement = KIND_NAMES.get(kind);
  return statement === undefined ? command : `${command} ${statement}`;
}

export const COMMAND_NAMES: ReadonlyMap<number, string> = new Map([
  [Command.query, 'COM_QUERY'],
  [Command.shutdown, 'COM_SHUTDOWN'],
  [Command.prepare, 'COM_STMT_PREPARE'],
]);

/** Errors of the server (MySQL Error Message Reference) that refuse what is decoded. */
export const ERROR_NAMES: ReadonlyMap<number, string> = new Map([
  [1044, 'access to the database denied'],
  [1045, 'access denied'],
  [1064, 'syntax error'],
  [1086, 'file exists'],
  [1126, 'library cannot be opened'],
  [1142, 'command denied'],
  [1227, 'privilege missing'],
  [1290, 'not allowed by the server options'],
]);
