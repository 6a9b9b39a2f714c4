// Numbers of SMB 1 and SMB 2 with their names: commands (MS-CIFS 2.2.2.1, MS-SMB2 2.2.1), statuses (MS-ERREF 2.3), dialects.
import type { MessageKind } from '../../facts/protocol.ts';
import { rpcCallName, rpcKinds } from '../rpc-interfaces.ts';

export const Smb2 = {
  negotiate: 0,
  sessionSetup: 1,
  logoff: 2,
  treeConnect: 3,
  treeDisconnect: 4,
  create: 5,
  close: 6,
  read: 8,
  write: 9,
  ioctl: 11,
  setInfo: 17,
} as const;

export const Smb1 = {
  createDirectory: 0x00,
  deleteDirectory: 0x01,
  close: 0x04,
  delete: 0x06,
  rename: 0x07,
  transaction: 0x25,
  openAndX: 0x2d,
  readAndX: 0x2e,
  writeAndX: 0x2f,
  treeDisconnect: 0x71,
  negotiate: 0x72,
  sessionSetup: 0x73,
  logoff: 0x74,
  treeConnect: 0x75,
  ntCreate: 0xa2,
  none: 0xff,
} as const;

/** Functions of operations: SMB 2 commands as they are, calls over named pipes, SMB 1 commands. */
export const RPC_FUNCTIONS = 32;
export const SMB1_FUNCTIONS = 256;

export const Status = {
  success: 0,
  pending: 0x103,
  bufferOverflow: 0x8000_0005,
  endOfFile: 0xc000_0011,
  moreProcessing: 0xc000_0016,
} as const;

const STATUS_NAMES: ReadonlyMap<number, string> = new Map([
  [0xc000_000d, 'invalid parameter'],
  [0xc000_000f, 'no such file'],
  [0xc000_0011, 'end of file'],
  [0xc000_0022, 'access denied'],
  [0xc000_0034, 'object name not found'],
  [0xc000_0035, 'object name collision'],
  [0xc000_003a, 'object path not found'],
  [0xc000_0043, 'sharing violation'],
  [0xc000_0056, 'delete pending'],
  [0xc000_0061, 'privilege not held'],
  [0xc000_006a, 'wrong password'],
  [0xc000_006d, 'logon failure'],
  [0xc000_006e, 'account restriction'],
  [0xc000_006f, 'invalid logon hours'],
  [0xc000_0070, 'invalid workstation'],
  [0xc000_0071, 'password expired'],
  [0xc000_0072, 'account disabled'],
  [0xc000_00ba, 'file is a directory'],
  [0xc000_00bb, 'not supported'],
  [0xc000_00cc, 'bad network name'],
  [0xc000_0121, 'cannot delete'],
  [0xc000_015b, 'logon type not granted'],
  [0xc000_0193, 'account expired'],
  [0xc000_0203, 'user session deleted'],
  [0xc000_0224, 'password must change'],
  [0xc000_0234, 'account locked out'],
]);

export function statusName(status: number): string {
  return STATUS_NAMES.get(status) ?? `status 0x${status.toString(16).padStart(8, '0')}`;
}

/** Errors have the two highest bits set (MS-ERREF 2.3); warnings and information are answers. */
export function isError(status: number): boolean {
  return status >= 0xc000_0000;
}

const DIALECTS: ReadonlyMap<number, string> = new Map([
  [0x0202, 'SMB 2.0.2'],
  [0x0210, 'SMB 2.1'],
  [0x0300, 'SMB 3.0'],
  [0x0302, 'SMB 3.0.2'],
  [0x0311, 'SMB 3.1.1'],
]);

/** Empty for "more than 2.0.2, negotiate again" (0x02ff) and for what does not exist. */
export function dialectName(dialect: number): string {
  return DIALECTS.get(dialect) ?? '';
}

/** What becomes an operation. */
export const KINDS: readonly MessageKind[] = [
  { function: Smb2.treeConnect, subfunction: -1, name: 'SMB2 TREE_CONNECT' },
  { function: Smb2.create, subfunction: -1, name: 'SMB2 CREATE' },
  { function: Smb2.setInfo, subfunction: 10, name: 'SMB2 SET_INFO, rename' },
  { function: Smb2.setInfo, subfunction: 13, name: 'SMB2 SET_INFO, delete' },
  { function: SMB1_FUNCTIONS + Smb1.createDirectory, subfunction: -1, name: 'SMB1 CREATE_DIRECTORY' },
  { function: SMB1_FUNCTIONS + Smb1.deleteDirectory, subfunction: -1, name: 'SMB1 DELETE_DIRECTORY' },
  { function: SMB1_FUNCTIONS + Smb1.delete, subfunction: -1, name: 'SMB1 DELETE' },
  { function: SMB1_FUNCTIONS + Smb1.rename, subfunction: -1, name: 'SMB1 RENAME' },
  { function: SMB1_FUNCTIONS + Smb1.openAndX, subfunction: -1, name: 'SMB1 OPEN_ANDX' },
  { function: SMB1_FUNCTIONS + Smb1.treeConnect, subfunction: -1, name: 'SMB1 TREE_CONNECT_ANDX' },
  { function: SMB1_FUNCTIONS + Smb1.ntCreate, subfunction: -1, name: 'SMB1 NT_CREATE_ANDX' },
  ...rpcKinds(RPC_FUNCTIONS),
];

const KIND_NAMES: ReadonlyMap<number, string> = new Map(
  KINDS.map(({ function: code, subfunction, name }) => [code * 0x10000 + subfunction + 1, name]),
);

export function kindName(code: number, subfunction: number): string {
  if (code >= RPC_FUNCTIONS && code < SMB1_FUNCTIONS) return rpcCallName(code - RPC_FUNCTIONS, subfunction);
  const name = KIND_NAMES.get(code * 0x10000 + subfunction + 1) ?? KIND_NAMES.get(code * 0x10000);
  if (name !== undefined) return name;
  return code >= SMB1_FUNCTIONS ? `SMB1 command ${code - SMB1_FUNCTIONS}` : `SMB2 command ${code}`;
}
