// Names the kinds of messages of NTP by mode (RFC 5905, figure 10); with each goes the version.
import type { KindSink } from '../../facts/protocol.ts';
import { Mode } from './messages.ts';

const NAMES: readonly string[] = ['reserved', 'symmetric active', 'symmetric passive', 'client', 'server', 'broadcast'];

export const MESSAGE_KINDS: readonly string[] = [
  ...NAMES.slice(1),
  'control request',
  'control response',
  'private request',
  'private response',
];

export function messageKind(mode: number, isResponse: boolean): string {
  if (mode === Mode.control) return isResponse ? 'control response' : 'control request';
  if (mode === Mode.private) return isResponse ? 'private response' : 'private request';
  return NAMES[mode] ?? `mode ${mode}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (end - start < 2) return;
  const mode = bytes[start]! & 7;
  const flags = mode === Mode.private ? bytes[start]! : bytes[start + 1]!;
  tell(messageKind(mode, (flags & 0x80) !== 0), `version ${(bytes[start]! >> 3) & 7}`);
}
