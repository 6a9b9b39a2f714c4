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
    test: (candidate) => mayBe(candidate, secret) && Buffer.from(candidate, 'utf8').equals(secret),
    keyedHash: (key) => createHmac('sha256', key).update(secret).digest('base64'),
  };
}

/** By length and first character, without a copy: whoever sends many logins decides how often hundreds are compared. */
function mayBe(candidate: string, secret: Uint8Array): boolean {
  if (candidate.length > secret.length || secret.length > candidate.length * UTF8_BYTES_MAX) return false;
  const first = candidate.charCodeAt(0);
  return !(first < 0x80) || first === secret[0];
}

/** Of one unit of UTF-16. */
const UTF8_BYTES_MAX = 3;
