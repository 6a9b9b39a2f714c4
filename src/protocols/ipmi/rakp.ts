// The handshake of RMCP+ (IPMI 2.0 13.17 to 13.24): what both sides say is enough to test a password, before anybody is let in.
import { createHmac } from 'node:crypto';
import { printable } from '../../bytes/text.ts';
import type { LoginAttempt } from '../open-logins.ts';
import { algorithmName } from './messages.ts';

const HASHES = ['', 'sha1', 'md5', 'sha256'] as const;
const ID_BYTES = 4;
const RANDOM_BYTES = 16;
const NAME_BYTES_MAX = 16;
const OPEN_RESPONSE_BYTES = 36;
const RAKP1_BYTES = 28;
const RAKP2_BYTES = 40;
const RAKP_BYTES = 8;

/** What was said so far, as it stood on the wire. */
export interface Handshake {
  readonly algorithm: number;
  readonly consoleId: Uint8Array;
  readonly systemId: Uint8Array;
  consoleRandom: Uint8Array;
  /** Privilege that is asked for, length of the name and the name: they are hashed together. */
  roleAndName: Uint8Array;
  systemRandom: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** RMCP+ Open Session Response; null: it was refused, or it is not whole. */
export function readOpenResponse(bytes: Uint8Array, start: number, end: number): Handshake | null {
  if (end - start < OPEN_RESPONSE_BYTES || bytes[start + 1] !== 0) return null;
  return {
    algorithm: bytes[start + 16]! & 0x3f,
    consoleId: bytes.slice(start + 4, start + 4 + ID_BYTES),
    systemId: bytes.slice(start + 8, start + 8 + ID_BYTES),
    consoleRandom: NO_BYTES,
    roleAndName: NO_BYTES,
    systemRandom: NO_BYTES,
  };
}

/** RAKP Message 1: the console's random number, the privilege and the name. */
export function readRakp1(handshake: Handshake, bytes: Uint8Array, start: number, end: number): boolean {
  const length = bytes[start + 27]!;
  if (end - start < RAKP1_BYTES + length || end - start < RAKP1_BYTES || length > NAME_BYTES_MAX) return false;
  handshake.consoleRandom = bytes.slice(start + 8, start + 8 + RANDOM_BYTES);
  const name = bytes.subarray(start + RAKP1_BYTES, start + RAKP1_BYTES + length);
  handshake.roleAndName = Uint8Array.from([bytes[start + 24]!, length, ...name]);
  return true;
}

export function userOf({ roleAndName }: Handshake): string {
  return printable(roleAndName, 2, roleAndName.length, NAME_BYTES_MAX);
}

/** Status of RAKP messages 2 to 4, 0: fine; -1: not whole. */
export function rakpStatus(bytes: Uint8Array, start: number, end: number): number {
  return end - start < RAKP_BYTES ? -1 : bytes[start + 1]!;
}

/**
 * RAKP Message 2: the system proves that it knows the password of the user, to anybody who asks (13.21). That proof can be
 * tested, whether or not the console knows the password.
 */
export function rakp2Attempt(handshake: Handshake, bytes: Uint8Array, start: number, end: number): LoginAttempt {
  const { consoleId, systemId, consoleRandom, roleAndName } = handshake;
  if (end - start < RAKP2_BYTES) return attemptOf(handshake, [], NO_BYTES);
  handshake.systemRandom = bytes.slice(start + 8, start + 8 + RANDOM_BYTES);
  const guid = bytes.slice(start + 24, start + RAKP2_BYTES);
  const said = [consoleId, systemId, consoleRandom, handshake.systemRandom, guid, roleAndName];
  return attemptOf(handshake, said, bytes.slice(start + RAKP2_BYTES, end));
}

/** RAKP Message 3: the console proves that it knows the password (13.22). */
export function rakp3Attempt(handshake: Handshake, bytes: Uint8Array, start: number, end: number): LoginAttempt {
  const { systemRandom, consoleId, roleAndName } = handshake;
  return attemptOf(handshake, [systemRandom, consoleId, roleAndName], bytes.slice(start + RAKP_BYTES, end));
}

function attemptOf(handshake: Handshake, said: readonly Uint8Array[], proof: Uint8Array): LoginAttempt {
  const { algorithm, roleAndName } = handshake;
  const attempt = { mechanism: `ipmi-${algorithmName(algorithm)}`, user: userOf(handshake), secret: null };
  const hash = HASHES[algorithm] ?? '';
  if (hash === '' || proof.length < RANDOM_BYTES || roleAndName.length === 0) return attempt;
  const exchange = Buffer.concat(said);
  // A password is filled up with zeros, which an HMAC does with every key.
  const recompute = (candidate: string): boolean => createHmac(hash, candidate).update(exchange).digest().equals(proof);
  return { ...attempt, recompute };
}
