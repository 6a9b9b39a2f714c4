// Names the kinds of messages of HSRP by version and operation (RFC 2281 5.1).
import type { KindSink } from '../../facts/protocol.ts';

const OPERATIONS = ['hello', 'coup', 'resign', 'advertise'];

export const MESSAGE_KINDS: readonly string[] = [1, 2].flatMap((version) =>
  OPERATIONS.slice(0, version === 1 ? 4 : 3).map((_, operation) => messageKind(version, operation)),
);

export function messageKind(version: number, operation: number): string {
  return `version ${version}, ${OPERATIONS[operation] ?? `operation ${operation}`}`;
}

/** The group state element of version 2 has the operation behind its type, length and version. */
export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (end - start < 8) return;
  if (bytes[start] === 0) tell(messageKind(1, bytes[start + 1]!));
  else if (bytes[start] === 1 && bytes[start + 2] === 2) tell(messageKind(2, bytes[start + 3]!));
}
