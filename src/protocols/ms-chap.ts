// MS-CHAP (RFC 2433 and, version 2, RFC 2759) as PPP and RADIUS carry it: recomputes a response from a candidate password.
import { createHash } from 'node:crypto';
import { NTLM_CHALLENGE_BYTES, NTLM_V1_BYTES, lmowfV1, ntowfV1, v1Response } from './ntlm-responses.ts';

/** Of a response as PPP carries it, both versions. */
export const MS_CHAP_BYTES = 49;
/** Challenges of version 1 have 8 bytes, those of version 2 this many, on both sides. */
export const MS_CHAP_V2_CHALLENGE_BYTES = 16;
const FLAGS_AT = 48;

type Test = (candidate: string) => boolean;

/** RFC 2433 4: responses of LAN Manager and of NT, and a flag that says which counts. Null: nothing can be tested. */
export function msChapTest(challenge: Uint8Array, response: Uint8Array): Test | null {
  if (challenge.length !== NTLM_CHALLENGE_BYTES || response.length !== MS_CHAP_BYTES) return null;
  const isNt = response[FLAGS_AT] === 1;
  const said = response.subarray(isNt ? NTLM_V1_BYTES : 0, isNt ? FLAGS_AT : NTLM_V1_BYTES);
  return (candidate) => isSame(v1Response(isNt ? ntowfV1(candidate) : lmowfV1(candidate), challenge), said);
}

/** RFC 2759 4: the client's own challenge, eight zeros, the response, flags. `user`: as it was sent. */
export function msChapV2Test(user: string, challenge: Uint8Array, response: Uint8Array): Test | null {
  if (challenge.length !== MS_CHAP_V2_CHALLENGE_BYTES || response.length !== MS_CHAP_BYTES) return null;
  // 8.2: the domain before the name takes no part.
  const name = user.slice(user.lastIndexOf('\\') + 1);
  const both = createHash('sha1')
    .update(response.subarray(0, MS_CHAP_V2_CHALLENGE_BYTES))
    .update(challenge)
    .update(name, 'utf8')
    .digest()
    .subarray(0, NTLM_CHALLENGE_BYTES);
  const said = response.subarray(NTLM_V1_BYTES, FLAGS_AT);
  return (candidate) => isSame(v1Response(ntowfV1(candidate), both), said);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}
