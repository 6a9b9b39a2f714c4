// The numbers of the Tabular Data Stream protocol (MS-TDS 2.2), with the statements and errors that matter.
import { StatementKinds, type StatementKind } from '../sql-statements.ts';

/** Types of packets (2.2.3.1.1). */
export const Packet = {
  batch: 1,
  oldLogin: 2,
  procedure: 3,
  result: 4,
  attention: 6,
  bulk: 7,
  federated: 8,
  transaction: 14,
  login: 16,
  sspi: 17,
  prelogin: 18,
} as const;

export const PACKET_TYPES: ReadonlySet<number> = new Set<number>(Object.values(Packet));

/** Options of PRELOGIN (2.2.6.5) and what its ENCRYPTION says. */
export const Option = { version: 0, encryption: 1, instance: 2, end: 0xff } as const;
export const Encryption = { loginOnly: 0, on: 1, notSupported: 2, required: 3 } as const;

/** Tokens of a result that have their length behind them (2.2.7). */
export const Token = { error: 0xaa, info: 0xab, loginAck: 0xad, environment: 0xe3, sspi: 0xed } as const;
/** DONE, DONEPROC, DONEINPROC: their bit that says "error". */
export const DONE_FIRST = 0xfd;
export const DONE_ERROR = 2;

/** LOGIN7: the offsets of offsets (2.2.6.4). */
export const Field = {
  host: 36,
  user: 40,
  password: 44,
  application: 48,
  server: 52,
  library: 60,
  database: 68,
  newPassword: 86,
} as const;
export const LOGIN_FIXED_BYTES = 86;
export const OPTIONS2_AT = 25;
/** The client is who Windows says it is. */
export const INTEGRATED = 0x80;

const RELEASES: readonly (readonly [prefix: string, name: string])[] = [
  ['8.', '2000'],
  ['9.', '2005'],
  ['10.50.', '2008 R2'],
  ['10.', '2008'],
  ['11.', '2012'],
  ['12.', '2014'],
  ['13.', '2016'],
  ['14.', '2017'],
  ['15.', '2019'],
  ['16.', '2022'],
];

/** `Microsoft SQL Server 2019 (15.0.4153)`. */
export function productName(version: string): string {
  const release = RELEASES.find(([prefix]) => version.startsWith(prefix));
  return release === undefined ? `Microsoft SQL Server ${version}` : `Microsoft SQL Server ${release[1]} (${version})`;
}

const Kind = { shell: 1, ole: 2, registry: 3, assembly: 4, remote: 5, file: 6, account: 7, option: 8 } as const;

/** Statements in which passwords are set. */
export const ACCOUNT_KIND = Kind.account;

export const KIND_NAMES: ReadonlyMap<number, string> = new Map([
  [Kind.shell, 'xp_cmdshell'],
  [Kind.ole, 'OLE automation'],
  [Kind.registry, 'registry'],
  [Kind.assembly, 'assemblies and extended procedures'],
  [Kind.remote, 'OPENROWSET'],
  [Kind.file, 'files of the server'],
  [Kind.account, 'accounts and rights'],
  [Kind.option, 'sp_configure'],
]);

function all(kind: number, ...phrases: readonly string[]): StatementKind[] {
  return phrases.map((phrase) => ({ kind, phrase }));
}

export const STATEMENTS = new StatementKinds([
  ...all(Kind.option, 'sp_configure', 'reconfigure'),
  ...all(Kind.shell, 'xp_cmdshell'),
  ...all(Kind.ole, 'sp_oacreate', 'sp_oamethod', 'sp_oasetproperty'),
  ...all(Kind.registry, 'xp_regread', 'xp_regwrite', 'xp_regdeletekey', 'xp_regdeletevalue', 'xp_instance_regread'),
  ...all(Kind.assembly, 'create assembly', 'sp_addextendedproc'),
  ...all(Kind.remote, 'openrowset', 'opendatasource', 'sp_addlinkedserver'),
  ...all(Kind.file, 'bulk insert', 'xp_dirtree', 'xp_fileexist', 'backup database', 'restore database'),
  ...all(Kind.account, 'create login', 'alter login', 'sp_addlogin', 'sp_addsrvrolemember', 'alter server role'),
]);

export const MESSAGE_NAMES: ReadonlyMap<number, string> = new Map([
  [Packet.batch, 'SQL batch'],
  [Packet.procedure, 'RPC'],
]);

/** `SQL batch xp_cmdshell`. */
export function functionName(code: number, kind: number): string {
  const message = MESSAGE_NAMES.get(code) ?? `packet ${code}`;
  const statement = KIND_NAMES.get(kind);
  return statement === undefined ? message : `${message} ${statement}`;
}

/** DONE says that there was an error, and no ERROR token which. */
export const SOME_ERROR = 1;

export const ERROR_NAMES: ReadonlyMap<number, string> = new Map([
  [SOME_ERROR, 'an error'],
  [102, 'syntax error'],
  [229, 'permission denied'],
  [2812, 'procedure not found'],
  [4060, 'database cannot be opened'],
  [15123, 'option does not exist'],
  [15247, 'permission missing'],
  [15281, 'switched off in the configuration'],
  [18456, 'login failed'],
]);
