// Names the kinds of messages of VRRP (RFC 3768 5.1, RFC 9568 5.1) and CARP: there are advertisements only.
import type { KindSink } from '../../facts/protocol.ts';

export const MESSAGE_KINDS: readonly string[] = ['VRRP version 2', 'VRRP version 3', 'CARP'];

export function messageKind(version: number): string {
  return `VRRP version ${version}`;
}

export function tellKinds(bytes: Uint8Array, start: number, isCarp: boolean, tell: KindSink): void {
  tell(isCarp ? 'CARP' : messageKind(bytes[start]! >> 4));
}
