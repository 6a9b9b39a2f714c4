// Names and numbers of NTP: modes (RFC 5905, figure 10) and the requests of mode 6 (RFC 9327, clause 2) and of mode 7 of ntpd.
import type { MessageKind } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';

export const Mode = { active: 1, passive: 2, client: 3, server: 4, broadcast: 5, control: 6, private: 7 } as const;
export const MODE_NAMES = ['reserved', 'symmetric', 'symmetric', 'client', 'server', 'broadcast', 'control', 'private'];

const CONTROL_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'read status'],
  [2, 'read variables'],
  [3, 'write variables'],
  [4, 'read clock variables'],
  [5, 'write clock variables'],
  [6, 'set trap'],
  [8, 'configure'],
  [9, 'save configuration'],
  [10, 'read most recently used'],
  [11, 'read ordered list'],
  [12, 'request nonce'],
  [31, 'unset trap'],
]);
const CONTROL_WRITES: ReadonlySet<number> = new Set([3, 5, 6, 8, 9, 31]);

/** Of ntpd's ntp_request.h, those that are known to be asked by others than its own tools. */
const PRIVATE_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'peer list'],
  [1, 'peer list summary'],
  [2, 'peer information'],
  [4, 'system information'],
  [8, 'loop filter information'],
  [10, 'add peer'],
  [11, 'remove peer'],
  [16, 'restrict list'],
  [20, 'monitor list'],
  [28, 'authentication information'],
  [38, 'kernel information'],
  [42, 'monitor list'],
]);
/** Codes 0 to 9 read; of the others, these: restrictions, monitor lists, keys' state, traps, counters, clocks, interfaces. */
const PRIVATE_WRITES_FROM = 10;
const PRIVATE_READS: ReadonlySet<number> = new Set([16, 20, 28, 29, 34, 35, 36, 38, 39, 42, 43, 44]);

export const KINDS: readonly MessageKind[] = [
  ...[...CONTROL_NAMES].map(([code, name]) => ({ function: Mode.control, subfunction: code, name })),
  ...[...PRIVATE_NAMES].map(([code, name]) => ({ function: Mode.private, subfunction: code, name: `private ${name}` })),
];

export function functionName(code: number, subfunction: number): string {
  for (const kind of KINDS) if (kind.function === code && kind.subfunction === subfunction) return kind.name;
  return `${MODE_NAMES[code] ?? 'mode'} request ${subfunction}`;
}

export function verbOf(mode: number, code: number): number {
  if (mode === Mode.control) return CONTROL_WRITES.has(code) ? Verb.configure : Verb.identify;
  return code < PRIVATE_WRITES_FROM || PRIVATE_READS.has(code) ? Verb.identify : Verb.configure;
}
