// Names the kinds of messages of Kerberos by their application tags (RFC 4120 5.4, 5.9), which are their types as well (7.5.7).
import type { KindSink } from '../../facts/protocol.ts';
import { MessageTag } from './messages.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [10, 'AS-REQ'],
  [11, 'AS-REP'],
  [12, 'TGS-REQ'],
  [13, 'TGS-REP'],
  [30, 'KRB-ERROR'],
]);
const TAGS: readonly number[] = Object.values(MessageTag);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function messageKind(type: number): string {
  return NAMES.get(type) ?? `type ${type}`;
}

/** `start`: behind the length that a stream has. */
export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (end > start && TAGS.includes(bytes[start]!)) tell(messageKind(bytes[start]! & 0x1f));
}
