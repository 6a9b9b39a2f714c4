// Names the kinds of messages of SMB: session packets (RFC 1002 4.3.1), and commands of SMB 1 (MS-CIFS 2.2.2.1) and SMB 2
// (MS-SMB2 2.2.1), as a request or an answer. Chains have several.
import { u16le, u32be, u32le } from '../../bytes/endian.ts';
import type { KindSink } from '../../facts/protocol.ts';
import { Magic, SessionPacket } from './parse.ts';

const PACKETS: ReadonlyMap<number, string> = new Map([
  [SessionPacket.request, 'session request'],
  [SessionPacket.positive, 'positive session response'],
  [SessionPacket.negative, 'negative session response'],
  [SessionPacket.retarget, 'retarget session response'],
  [SessionPacket.alive, 'session keep-alive'],
]);
const SMB1: ReadonlyMap<number, string> = new Map([
  [0x00, 'CREATE_DIRECTORY'],
  [0x01, 'DELETE_DIRECTORY'],
  [0x02, 'OPEN'],
  [0x03, 'CREATE'],
  [0x04, 'CLOSE'],
  [0x05, 'FLUSH'],
  [0x06, 'DELETE'],
  [0x07, 'RENAME'],
  [0x08, 'QUERY_INFORMATION'],
  [0x09, 'SET_INFORMATION'],
  [0x0a, 'READ'],
  [0x0b, 'WRITE'],
  [0x10, 'CHECK_DIRECTORY'],
  [0x24, 'LOCKING_ANDX'],
  [0x25, 'TRANSACTION'],
  [0x26, 'TRANSACTION_SECONDARY'],
  [0x2b, 'ECHO'],
  [0x2d, 'OPEN_ANDX'],
  [0x2e, 'READ_ANDX'],
  [0x2f, 'WRITE_ANDX'],
  [0x32, 'TRANSACTION2'],
  [0x33, 'TRANSACTION2_SECONDARY'],
  [0x34, 'FIND_CLOSE2'],
  [0x70, 'TREE_CONNECT'],
  [0x71, 'TREE_DISCONNECT'],
  [0x72, 'NEGOTIATE'],
  [0x73, 'SESSION_SETUP_ANDX'],
  [0x74, 'LOGOFF_ANDX'],
  [0x75, 'TREE_CONNECT_ANDX'],
  [0x80, 'QUERY_INFORMATION_DISK'],
  [0xa0, 'NT_TRANSACT'],
  [0xa1, 'NT_TRANSACT_SECONDARY'],
  [0xa2, 'NT_CREATE_ANDX'],
  [0xa4, 'NT_CANCEL'],
  [0xa5, 'NT_RENAME'],
]);
const SMB2 =
  'NEGOTIATE SESSION_SETUP LOGOFF TREE_CONNECT TREE_DISCONNECT CREATE CLOSE FLUSH READ WRITE LOCK IOCTL CANCEL ECHO QUERY_DIRECTORY CHANGE_NOTIFY QUERY_INFO SET_INFO OPLOCK_BREAK'.split(
    ' ',
  );
const SMB2_HEADER_BYTES = 64;
const SMB1_HEADER_BYTES = 32;
const CHAIN_MAX = 64;

export const ENCRYPTED = 'encrypted';
export const COMPRESSED = 'compressed';

export const MESSAGE_KINDS: readonly string[] = [
  ...PACKETS.values(),
  ...[...SMB1.keys()].flatMap((command) => [smb1Kind(command, false), smb1Kind(command, true)]),
  ...SMB2.flatMap((_, command) => [smb2Kind(command, false), smb2Kind(command, true)]),
  ENCRYPTED,
  COMPRESSED,
];

export function packetKind(type: number): string {
  return PACKETS.get(type) ?? `session packet ${type}`;
}

export function smb1Kind(command: number, isAnswer: boolean): string {
  return `SMB1 ${SMB1.get(command) ?? `command ${command}`} ${isAnswer ? 'response' : 'request'}`;
}

export function smb2Kind(command: number, isAnswer: boolean): string {
  return `SMB2 ${SMB2[command] ?? `command ${command}`} ${isAnswer ? 'response' : 'request'}`;
}

/** A session packet, or a message behind its length. */
export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (bytes[start] !== SessionPacket.message) tell(packetKind(bytes[start]!));
  const at = start + 4;
  if (bytes[start] !== SessionPacket.message || end - at < 4) return;
  switch (u32be(bytes, at)) {
    case Magic.smb1:
      if (end - at >= SMB1_HEADER_BYTES) tell(smb1Kind(bytes[at + 4]!, (bytes[at + 9]! & 0x80) !== 0));
      return;
    case Magic.smb2:
      tellChain(bytes, at, end, tell);
      return;
    case Magic.encrypted:
      tell(ENCRYPTED);
      return;
    case Magic.compressed:
      tell(COMPRESSED);
      return;
    default:
  }
}

function tellChain(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  let at = start;
  for (let count = 0; count < CHAIN_MAX && end - at >= SMB2_HEADER_BYTES; count++) {
    if (u32be(bytes, at) !== Magic.smb2) return;
    tell(smb2Kind(u16le(bytes, at + 12), (u32le(bytes, at + 16) & 1) !== 0));
    const next = u32le(bytes, at + 20);
    if (next < SMB2_HEADER_BYTES) return;
    at += next;
  }
}
