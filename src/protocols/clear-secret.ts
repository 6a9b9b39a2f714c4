// What a login with a secret in clear gives to those who judge it: a comparison and a keyed hash, both valid only while
// the callback runs, since the secret is overwritten afterwards.
import { createHmac } from 'node:crypto';
import type { Login } from '../facts/facts.ts';

/** What is known of an attempt to log in, clear secret or challenge, as a login carries it. */
export function loginTests(
  secret: Uint8Array | null,
  recompute: ((candidate: string) => boolean) | undefined,
): Pick<Login, 'test' | 'keyedHash' | 'mayWait'> {
  if (secret !== null) return clearSecret(secret);
  return recompute === undefined ? {} : { test: recompute, mayWait: true };
}

export function clearSecret(secret: Uint8Array): Required<Pick<Login, 'test' | 'keyedHash'>> {
  return {
    test: (candidate) => Buffer.from(candidate, 'utf8').equals(secret),
    keyedHash: (key) => createHmac('sha256', key).update(secret).digest('base64'),
  };
}
