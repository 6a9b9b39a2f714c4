// Names the kinds of protocol data units of connection-oriented DCE/RPC (C706 12.6.1, MS-RPCE 2.2.2).
import type { KindSink } from '../../facts/protocol.ts';
import { isRpcHeader } from '../rpc-pdu.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'request'],
  [2, 'response'],
  [3, 'fault'],
  [11, 'bind'],
  [12, 'bind_ack'],
  [13, 'bind_nak'],
  [14, 'alter_context'],
  [15, 'alter_context_resp'],
  [16, 'auth3'],
  [17, 'shutdown'],
  [18, 'co_cancel'],
  [19, 'orphaned'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function messageKind(type: number): string {
  return NAMES.get(type) ?? `type ${type}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (isRpcHeader(bytes, start, end)) tell(messageKind(bytes[start + 2]!));
}
