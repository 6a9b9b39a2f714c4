// Names the kinds of messages of PostgreSQL by their letter and by who says them (PostgreSQL documentation 55.7); the first of
// a connection has none.
import { u32be } from '../../bytes/endian.ts';
import { Start } from './messages.ts';

const OF_CLIENT: Readonly<Record<string, string>> = {
  B: 'Bind',
  C: 'Close',
  d: 'CopyData',
  c: 'CopyDone',
  f: 'CopyFail',
  D: 'Describe',
  E: 'Execute',
  H: 'Flush',
  F: 'FunctionCall',
  P: 'Parse',
  p: 'authentication message',
  Q: 'Query',
  S: 'Sync',
  X: 'Terminate',
};
const OF_SERVER: Readonly<Record<string, string>> = {
  R: 'Authentication',
  K: 'BackendKeyData',
  '2': 'BindComplete',
  '3': 'CloseComplete',
  C: 'CommandComplete',
  d: 'CopyData',
  c: 'CopyDone',
  G: 'CopyInResponse',
  H: 'CopyOutResponse',
  W: 'CopyBothResponse',
  D: 'DataRow',
  I: 'EmptyQueryResponse',
  E: 'ErrorResponse',
  V: 'FunctionCallResponse',
  v: 'NegotiateProtocolVersion',
  n: 'NoData',
  N: 'NoticeResponse',
  A: 'NotificationResponse',
  t: 'ParameterDescription',
  S: 'ParameterStatus',
  '1': 'ParseComplete',
  s: 'PortalSuspended',
  Z: 'ReadyForQuery',
  T: 'RowDescription',
};

export const STARTUP = 'StartupMessage';
const STARTS: ReadonlyMap<number, string> = new Map([
  [Start.ssl, 'SSLRequest'],
  [Start.gss, 'GSSENCRequest'],
  [Start.cancel, 'CancelRequest'],
]);

export const MESSAGE_KINDS: readonly string[] = [
  STARTUP,
  ...STARTS.values(),
  ...Object.keys(OF_CLIENT).map((letter) => messageKind(letter, true)),
  ...Object.keys(OF_SERVER).map((letter) => messageKind(letter, false)),
];

export function messageKind(letter: string, fromClient: boolean): string {
  const name = (fromClient ? OF_CLIENT : OF_SERVER)[letter] ?? `message ${letter}`;
  return `${name} of the ${fromClient ? 'client' : 'server'}`;
}

export function startKind(bytes: Uint8Array, start: number): string {
  return STARTS.get(u32be(bytes, start + 4)) ?? STARTUP;
}
