// Names the kinds of messages of IGMP by type (RFC 3376 4, and the registry for what others say on its number).
import type { KindSink } from '../../facts/protocol.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x11, 'membership query'],
  [0x12, 'membership report, version 1'],
  [0x16, 'membership report, version 2'],
  [0x17, 'leave group'],
  [0x1e, 'multicast traceroute response'],
  [0x1f, 'multicast traceroute'],
  [0x22, 'membership report, version 3'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function messageKind(type: number): string {
  return NAMES.get(type) ?? `type ${type}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (end - start >= 8) tell(messageKind(bytes[start]!));
}
