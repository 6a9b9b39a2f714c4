// Names the kinds of messages of TFTP by operation code (RFC 1350 5, RFC 2347).
import type { KindSink } from '../../facts/protocol.ts';
import { opcodeOf } from './parse.ts';

const NAMES = ['', 'read request', 'write request', 'data', 'acknowledgment', 'error', 'option acknowledgment'];

export const MESSAGE_KINDS: readonly string[] = NAMES.slice(1);

export function messageKind(opcode: number): string {
  return NAMES[opcode] ?? `operation ${opcode}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  const opcode = opcodeOf(bytes, start, end);
  if (opcode > 0) tell(messageKind(opcode));
}
