// Names the kinds of packets of TDS by type (MS-TDS 2.2.3.1.1).
import type { KindSink } from '../../facts/protocol.ts';
import { isHeader } from './parse.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'SQL batch'],
  [2, 'login before version 7'],
  [3, 'RPC'],
  [4, 'response'],
  [6, 'attention'],
  [7, 'bulk load'],
  [8, 'federated authentication token'],
  [14, 'transaction manager request'],
  [16, 'LOGIN7'],
  [17, 'SSPI'],
  [18, 'PRELOGIN'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function messageKind(type: number): string {
  return NAMES.get(type) ?? `packet type ${type}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (isHeader(bytes, start, end)) tell(messageKind(bytes[start]!));
}
