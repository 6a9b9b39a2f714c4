// Pairs requests and answers: what a request waits for, and the number that its answer has to have.
import { Cause } from './causes.ts';
import type { Asdu } from './parse.ts';
import { Type } from './types.ts';

/** t1, after which a station gives the connection up (IEC 60870-5-104, clause 9.6). */
export const ANSWER_TIMEOUT_US = 15_000_000;

/** What a request waits for, part of its key. */
export const Wait = { activation: 1, deactivation: 2, request: 3, control: 4 } as const;

export function waitOf(asdu: Asdu): number {
  const { cause } = asdu;
  if (cause === Cause.deactivation || cause === Cause.deactivationConfirmed) return Wait.deactivation;
  return cause === Cause.requested ? Wait.request : Wait.activation;
}

/** Pairs requests and answers: type, station, object, what is waited for, and who asks (0 client, 1 server). */
export function keyOf(type: number, commonAddress: number, address: number, wait: number, asker: number): number {
  const place = Math.imul(address, 0x9e3779b1) ^ Math.imul((commonAddress << 9) | type, 0x85ebca6b);
  return Math.imul(place ^ (place >>> 15), 0x2c1b3c6d) ^ (wait << 1) ^ asker;
}

/** Value and qualifier of an object in one number; 0 where a confirmation need not repeat them. */
export function orderOf(asdu: Asdu, bytes: Uint8Array, index: number): number {
  // A station confirms a clock command with the time that it had (clause 7.3.4.4).
  if (index < 0 || asdu.type === Type.clock || asdu.type === Type.delay) return 0;
  const at = asdu.elementAt(index);
  let order = 0x811c9dc5 | 0;
  for (let octet = 0; octet < asdu.objectSize - asdu.timeSize; octet++) {
    order = Math.imul(order ^ bytes[at + octet]!, 0x01000193);
  }
  return order;
}
