// Causes of transmission (IEC 60870-5-101:2003, clause 7.2.3): their names, which a type may have in which direction
// (clauses 7.3.1 to 7.3.6), and who says them.
import { Speaker } from '../../facts/protocol.ts';
import { ELEMENT_OF, Element, Type, isMonitorType } from './types.ts';

export const Cause = {
  periodic: 1,
  background: 2,
  spontaneous: 3,
  initialised: 4,
  requested: 5,
  activation: 6,
  activationConfirmed: 7,
  deactivation: 8,
  deactivationConfirmed: 9,
  activationTerminated: 10,
  remoteReturn: 11,
  localReturn: 12,
  file: 13,
  interrogated: 20,
  interrogatedLast: 36,
  counters: 37,
  countersLast: 41,
  unknownType: 44,
  unknownCause: 45,
  unknownCommonAddress: 46,
  unknownObjectAddress: 47,
} as const;

const CAUSE_NAMES: Readonly<Record<number, string>> = {
  1: 'periodic',
  2: 'background scan',
  3: 'spontaneous',
  4: 'initialised',
  5: 'requested',
  6: 'activation',
  7: 'activation confirmation',
  8: 'deactivation',
  9: 'deactivation confirmation',
  10: 'activation termination',
  11: 'return information after a remote command',
  12: 'return information after a local command',
  13: 'file transfer',
  14: 'authentication',
  15: 'maintenance of session key',
  16: 'maintenance of user role and update key',
  20: 'interrogated by station',
  37: 'requested by general counter request',
  44: 'unknown type identification',
  45: 'unknown cause of transmission',
  46: 'unknown common address',
  47: 'unknown information object address',
};

export function causeName(cause: number): string {
  const name = CAUSE_NAMES[cause];
  if (name !== undefined) return name;
  if (cause > Cause.interrogated && cause <= Cause.interrogatedLast) return `interrogated by group ${cause - 20}`;
  if (cause > Cause.counters && cause <= Cause.countersLast) return `requested by counter group ${cause - 37}`;
  return cause >= PRIVATE_CAUSE_MIN ? `private cause ${cause}` : `reserved cause ${cause}`;
}

/** Causes from here on are for special use (clause 7.2.3). */
const PRIVATE_CAUSE_MIN = 48;

export function isReservedCause(cause: number): boolean {
  return cause === 0 || (cause >= 17 && cause <= 19) || cause === 42 || cause === 43;
}

/** The answer of a station that does not know what it was asked for. */
export function isUnknown(cause: number): boolean {
  return cause >= Cause.unknownType && cause <= Cause.unknownObjectAddress;
}

/** Causes that confirm or refuse: there the negative bit means something. */
export function isConfirmation(cause: number): boolean {
  return (
    cause === Cause.activationConfirmed ||
    cause === Cause.deactivationConfirmed ||
    cause === Cause.activationTerminated ||
    isUnknown(cause)
  );
}

const INTERROGATED = range(Cause.interrogated, Cause.interrogatedLast);
const COUNTED = range(Cause.counters, Cause.countersLast);
const UNKNOWN = range(Cause.unknownType, Cause.unknownObjectAddress);
const RETURN = [Cause.remoteReturn, Cause.localReturn];
const CONFIRMED = [7, 9, 10, ...UNKNOWN];

/** Types, causes towards the controlling station, causes towards the controlled one. */
const ALLOWED: readonly (readonly [
  types: readonly number[],
  monitor: readonly number[],
  control: readonly number[],
])[] = [
  [[1, 3, 5, 7, 20], [2, 3, 5, ...RETURN, ...INTERROGATED], []],
  [[9, 11, 13, 21], [1, 2, 3, 5, ...RETURN, ...INTERROGATED], []],
  [[2, 4, 6, 8, 10, 12, 14, 30, 31, 32, 33, 34, 35, 36], [3, 5, ...RETURN], []],
  [[15, 16, 37], [3, ...COUNTED], []],
  [[17, 18, 19, 38, 39, 40], [3], []],
  [[...range(45, 51), ...range(58, 64), 100, 101, 113], CONFIRMED, [6, 8]],
  [[70], [4], []],
  [[102], UNKNOWN, [5]],
  [[103], [3, 7, ...UNKNOWN], [6]],
  [[104, 105, 107], [7, ...UNKNOWN], [6]],
  [[106], [7, ...UNKNOWN], [3, 6]],
  [[110, 111, 112], [7, ...INTERROGATED, ...UNKNOWN], [6]],
  [
    [120, 121, 123, 124, 125],
    [13, ...UNKNOWN],
    [13, ...UNKNOWN],
  ],
  [[122], [13, ...UNKNOWN], [5, 13, ...UNKNOWN]],
  [[126], [3, 5], []],
  [[127], UNKNOWN, [5, 13]],
];

/** At type * 64 + cause: bit 0 towards the controlling station, bit 1 towards the controlled one. */
const ALLOWED_BITS = new Uint8Array(256 * 64);
for (const [types, monitor, control] of ALLOWED) {
  for (const type of types) {
    for (const cause of monitor) ALLOWED_BITS[type * 64 + cause]! |= 1;
    for (const cause of control) ALLOWED_BITS[type * 64 + cause]! |= 2;
  }
}

/** Private causes and types, and those of the security extension, may be anything. */
export function isCauseOfType(type: number, cause: number): boolean {
  return ELEMENT_OF[type] === Element.unknown || cause >= PRIVATE_CAUSE_MIN || ALLOWED_BITS[type * 64 + cause]! !== 0;
}

/** Who says this type with this cause; Speaker.unknown where both may. */
export function speakerOf(type: number, cause: number): number {
  if (isMonitorType(type)) return Speaker.server;
  const bits = ALLOWED_BITS[type * 64 + cause]!;
  if (bits === 1) return Speaker.server;
  if (bits === 2) return Speaker.client;
  if (bits === 3) return Speaker.unknown;
  if (cause === Cause.activation || cause === Cause.deactivation) return Speaker.client;
  if (isConfirmation(cause)) return Speaker.server;
  return type === Type.read && cause === Cause.requested ? Speaker.client : Speaker.unknown;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
