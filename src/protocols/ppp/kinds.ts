// Names the kinds of what is said before a port is opened or IP begins: EAPoL (IEEE 802.1X 11.3), EAP (RFC 3748 4), PAP
// (RFC 1334 2), CHAP (RFC 1994 4).
import { u16be } from '../../bytes/endian.ts';
import type { KindSink } from '../../facts/protocol.ts';

const EAPOL = ['packet', 'start', 'logoff', 'key', 'alert', 'key agreement', 'announcement'];
const CODES: Readonly<Record<string, readonly string[]>> = {
  EAP: ['request', 'response', 'success', 'failure'],
  PAP: ['request', 'ack', 'nak'],
  CHAP: ['challenge', 'response', 'success', 'failure'],
};
const CARRIED: ReadonlyMap<number, string> = new Map([
  [0xc023, 'PAP'],
  [0xc223, 'CHAP'],
  [0xc227, 'EAP'],
]);

function codesOf(protocol: string): string[] {
  return CODES[protocol]!.map((_, index) => codeKind(protocol, index + 1));
}

export const EAPOL_KINDS: readonly string[] = [...codesOf('EAP'), ...EAPOL.slice(1)];
export const PPP_KINDS: readonly string[] = [...CARRIED.values()].flatMap(codesOf);

export function codeKind(protocol: string, code: number): string {
  return `${protocol} ${CODES[protocol]?.[code - 1] ?? `code ${code}`}`;
}

export function eapolKind(type: number, code: number): string {
  return type === 0 && code > 0 ? codeKind('EAP', code) : (EAPOL[type] ?? `type ${type}`);
}

export function tellEapol(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (end - start >= 4) tell(eapolKind(bytes[start + 1]!, end - start >= 8 ? bytes[start + 4]! : 0));
}

/** `at`: where the number of what PPP carries stands. */
export function tellPpp(bytes: Uint8Array, at: number, end: number, tell: KindSink): void {
  const carried = end - at >= 6 ? CARRIED.get(u16be(bytes, at)) : undefined;
  if (carried !== undefined) tell(codeKind(carried, bytes[at + 2]!));
}
