// Names the kinds of messages of ICMP and ICMPv6 by type (the registries of RFC 2780 and RFC 4443); with each goes the code.
import type { KindSink } from '../../facts/protocol.ts';

/** Below 128 ICMP has its own meanings; where both use a type, which of the two it is stands in the IP header alone. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'echo reply'],
  [1, 'destination unreachable (v6)'],
  [2, 'packet too big (v6)'],
  [3, 'destination unreachable, or time exceeded (v6)'],
  [4, 'source quench, or parameter problem (v6)'],
  [5, 'redirect'],
  [8, 'echo'],
  [9, 'router advertisement'],
  [10, 'router solicitation'],
  [11, 'time exceeded'],
  [12, 'parameter problem'],
  [13, 'timestamp'],
  [14, 'timestamp reply'],
  [15, 'information request'],
  [16, 'information reply'],
  [17, 'address mask request'],
  [18, 'address mask reply'],
  [128, 'echo (v6)'],
  [129, 'echo reply (v6)'],
  [130, 'listener query'],
  [131, 'listener report'],
  [132, 'listener done'],
  [133, 'router solicitation (v6)'],
  [134, 'router advertisement (v6)'],
  [135, 'neighbour solicitation'],
  [136, 'neighbour advertisement'],
  [137, 'redirect (v6)'],
  [143, 'listener report, version 2'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function messageKind(type: number): string {
  return NAMES.get(type) ?? `type ${type}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (end - start >= 4) tell(messageKind(bytes[start]!), `code ${bytes[start + 1]!}`);
}
