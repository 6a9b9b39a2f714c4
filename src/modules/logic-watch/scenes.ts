// What the cases of logic-watch are made of: programs that differ in a few bytes, a station, a maintenance window.
import type { Declaration, HostPattern, Intent, MaintenanceWindow } from '../../facts/intent.ts';
import type { Transfer } from '../../facts/facts.ts';
import { Verb } from '../../facts/verbs.ts';
import type { Rehearsal } from '../rehearsal.ts';

export const MINUTE_US = 60_000_000;
export const PART: Partial<Transfer> = { carrier: 'block download', name: 'FC1' };
/** Nothing on the wire says where it ends. */
export const OPEN_ENDED: Partial<Transfer> = { carrier: 'file record', name: 'file 4', isComplete: false };
export const READ: Partial<Transfer> = { carrier: 'block upload', name: 'FC1', direction: 'to-client' };

/** A program of bytes that do not repeat. */
export function program(bytes = 3000, seed = 1): Uint8Array {
  const content = new Uint8Array(bytes);
  let state = seed;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    content[at] = state >>> 16;
  }
  content[0] = 0x01;
  return content;
}

export function changedAt(content: Uint8Array, ...offsets: readonly number[]): Uint8Array {
  const copy = content.slice();
  for (const offset of offsets) copy[offset]! ^= 0xff;
  return copy;
}

/** A data block as its header marks it. */
export function dataBlock(seed: number): Uint8Array {
  const block = program(400, seed);
  block.set([0x70, 0x70]);
  return block;
}

export const GOOD = program();
export const BAD = changedAt(GOOD, 1200, 1201, 2500);
export const DB: Partial<Transfer> = { name: 'DB1', details: [['block', 'DB1']] };

export const NIGHT: MaintenanceWindow = {
  ...{ name: 'night shift', devices: [], fromUs: null, untilUs: null },
  ...{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, untilMinute: 0, utcOffsetMinutes: 0 },
};

/** Host 1 is the engineering station where there is one; `isWindow`: now is a maintenance window, null: none is declared. */
export function intent(hasStation: boolean, isWindow: boolean | null): Intent {
  const host: HostPattern = { address: '192.0.2.1', segment: null };
  const declared: Declaration = {
    ...{ masters: [], segments: [], zones: [], jumpHosts: [], normal: [], settings: new Map() },
    engineeringStations: hasStation ? [{ name: 'ews', host, level: 2 }] : [],
    windows: isWindow === null ? [] : [NIGHT],
  };
  return {
    declared,
    isMaster: () => false,
    isJumpHost: () => false,
    zoneOf: () => null,
    isEngineeringStation: (client) => hasStation && client === 1,
    windowAt: () => (isWindow === true ? NIGHT : null),
  };
}

export interface Case {
  readonly kind: string;
  readonly what: string;
  readonly intent?: Intent;
  /** What is played while the baseline is learned. */
  readonly learned?: (teacher: Rehearsal) => void;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

export const download = { verb: Verb['program-download'] } as const;
