// Names the kinds of messages of RADIUS by code (RFC 2865 4, RFC 2866 4, RFC 5176 3).
import type { KindSink } from '../../facts/protocol.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'Access-Request'],
  [2, 'Access-Accept'],
  [3, 'Access-Reject'],
  [4, 'Accounting-Request'],
  [5, 'Accounting-Response'],
  [11, 'Access-Challenge'],
  [12, 'Status-Server'],
  [13, 'Status-Client'],
  [40, 'Disconnect-Request'],
  [41, 'Disconnect-ACK'],
  [42, 'Disconnect-NAK'],
  [43, 'CoA-Request'],
  [44, 'CoA-ACK'],
  [45, 'CoA-NAK'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function messageKind(code: number): string {
  return NAMES.get(code) ?? `code ${code}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (end - start >= 20) tell(messageKind(bytes[start]!));
}
