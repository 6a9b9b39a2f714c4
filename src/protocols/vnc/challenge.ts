// VNC Authentication (RFC 6143 7.2.2): the password is the key with which the client encrypts the server's challenge.
import { desEncrypt } from '../des.ts';

export const CHALLENGE_BYTES = 16;
const KEY_BYTES = 8;

/** Does this password turn the challenge into the response? DES with its first eight bytes, the bits of each reversed. */
export function isPassword(candidate: string, challenge: Uint8Array, response: Uint8Array): boolean {
  const key = new Uint8Array(KEY_BYTES);
  const password = Buffer.from(candidate, 'utf8');
  for (let at = 0; at < KEY_BYTES && at < password.length; at++) key[at] = reversedBits(password[at]!);
  return Buffer.from(response).equals(desEncrypt(key, challenge));
}

function reversedBits(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) result |= 0x80 >> bit;
  return result;
}
