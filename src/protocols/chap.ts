// CHAP (RFC 1994 4.1): the response is MD5 over the identifier, the secret and the challenge. RADIUS and EAP use it as well.
import { createHash } from 'node:crypto';

export const CHAP_RESPONSE_BYTES = 16;
/** Longer challenges are none of anybody's. */
export const CHAP_CHALLENGE_BYTES_MAX = 253;

/** A test of passwords. Challenge and response are copies that belong to it from now on. */
export function chapTest(
  identifier: number,
  challenge: Uint8Array,
  response: Uint8Array,
): (candidate: string) => boolean {
  return (candidate) =>
    createHash('md5')
      .update(Uint8Array.of(identifier))
      .update(candidate, 'utf8')
      .update(challenge)
      .digest()
      .equals(response);
}
