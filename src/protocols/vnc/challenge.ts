// VNC Authentication (RFC 6143 7.2.2): the password is the key with which the client encrypts the server's challenge.
import { createCipheriv } from 'node:crypto';

export const CHALLENGE_BYTES = 16;
const KEY_BYTES = 8;

/**
 * Does this password turn the challenge into the response? DES with the password's first eight bytes, the bits of each in
 * the opposite order. Three rounds with one key are one round: DES alone is not offered any more.
 */
export function isPassword(candidate: string, challenge: Uint8Array, response: Uint8Array): boolean {
  const key = new Uint8Array(KEY_BYTES * 3);
  const password = Buffer.from(candidate, 'utf8');
  for (let at = 0; at < KEY_BYTES && at < password.length; at++) {
    const reversed = reversedBits(password[at]!);
    for (let round = 0; round < 3; round++) key[round * KEY_BYTES + at] = reversed;
  }
  const cipher = createCipheriv('des-ede3-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]).equals(response);
}

function reversedBits(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) result |= 0x80 >> bit;
  return result;
}
