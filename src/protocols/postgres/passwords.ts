// What the server of PostgreSQL asks for, and how the client's answer lets a password be tested (PostgreSQL documentation 55.2, 55.3).
import { createHash } from 'node:crypto';
import { secretOf, type LoginAttempt } from '../open-logins.ts';
import { scramTest } from '../scram.ts';
import { zeroAt } from './parse.ts';

const MD5_TEXT_BYTES = 35;

export interface User {
  /** As it stands on the wire: it is part of what is hashed. */
  readonly bytes: Uint8Array;
  /** Printable. */
  readonly text: string;
}

/** PasswordMessage in clear. */
export function clearAttempt(user: User, bytes: Uint8Array, start: number, end: number): LoginAttempt {
  return { mechanism: 'clear', user: user.text, secret: secretOf(bytes, start, zeroAt(bytes, start, end)) };
}

/** PasswordMessage with `md5` and the digest of the password, the user and the salt. */
export function md5Attempt(user: User, salt: Uint8Array, bytes: Uint8Array, start: number, end: number): LoginAttempt {
  const attempt = { mechanism: 'postgres-md5', user: user.text, secret: null };
  const stop = zeroAt(bytes, start, end);
  if (stop - start !== MD5_TEXT_BYTES) return attempt;
  const response = bytes.slice(start, stop);
  const recompute = (candidate: string): boolean => {
    const inner = createHash('md5').update(candidate, 'utf8').update(user.bytes).digest('hex');
    return Buffer.from(`md5${createHash('md5').update(inner, 'latin1').update(salt).digest('hex')}`).equals(response);
  };
  return { ...attempt, recompute };
}

/** `postgres-scram-sha-256`: the client's last message holds the proof. */
export function scramAttempt(
  user: User,
  mechanism: string,
  clientFirst: Uint8Array,
  serverFirst: Uint8Array,
  clientFinal: Uint8Array,
): LoginAttempt {
  const attempt = { mechanism, user: user.text, secret: null };
  const recompute = mechanism.endsWith('sha-256') ? scramTest('sha256', clientFirst, serverFirst, clientFinal) : null;
  return recompute === null ? attempt : { ...attempt, recompute };
}
