// Names the kinds of bridge protocol data units (IEEE 802.1D 9.3, 802.1Q 14); with each goes the version of the protocol.
import type { KindSink } from '../../facts/protocol.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'configuration'],
  [2, 'rapid or multiple spanning tree'],
  [0x80, 'topology change notification'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function messageKind(type: number): string {
  return NAMES.get(type) ?? `type ${type}`;
}

/** `at`: where the data unit begins. */
export function tellKinds(bytes: Uint8Array, at: number, tell: KindSink): void {
  tell(messageKind(bytes[at + 3]!), `version ${bytes[at + 2]!}`);
}
