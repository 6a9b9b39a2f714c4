// Recomputes NTLM's responses to a challenge for a candidate password (MS-NLMP 3.3): LM, NTLMv1 with and without
// extended session security, NTLMv2.
import { createHash, createHmac } from 'node:crypto';
import { utf16Of } from '../bytes/utf16.ts';
import { desEncrypt, desKeyOf } from './des.ts';
import { md4 } from './md4.ts';

export const NTLM_CHALLENGE_BYTES = 8;
/** A response of NTLMv1 or LM; NTLMv2 responses are longer. */
export const NTLM_V1_BYTES = 24;
const PROOF_BYTES = 16;
const LM_CONSTANT = Buffer.from('KGS!@#$%', 'latin1');

/** What answers a challenge. Texts are as the client has sent them. */
export interface NtlmResponse {
  readonly user: string;
  readonly domain: string;
  readonly lm: Uint8Array;
  readonly nt: Uint8Array;
  /** Extended session security, where the LM response holds a challenge of the client. */
  readonly isExtended: boolean;
}

/** `anonymous`, `lm`, `v1`, `v1-ess`, `v2`. */
export type NtlmKind = 'anonymous' | 'lm' | 'v1' | 'v1-ess' | 'v2';

export function ntlmKind(response: NtlmResponse): NtlmKind {
  const { nt, lm, isExtended, user } = response;
  if (nt.length > NTLM_V1_BYTES) return 'v2';
  if (nt.length === NTLM_V1_BYTES) return isExtended ? 'v1-ess' : 'v1';
  if (lm.length === NTLM_V1_BYTES && user !== '') return 'lm';
  return 'anonymous';
}

/** A test of candidates; null where there is nothing to test. Holds the challenge and the responses, no secret. */
export function ntlmTest(
  response: NtlmResponse,
  challenge: Uint8Array | null,
): ((candidate: string) => boolean) | undefined {
  const { nt, lm, user, domain } = response;
  if (challenge?.length !== NTLM_CHALLENGE_BYTES) return undefined;
  switch (ntlmKind(response)) {
    case 'v2':
      return (candidate) => isV2(ntowfV2(candidate, user, domain), challenge, nt);
    case 'v1':
      return (candidate) => isSame(v1Response(ntowfV1(candidate), challenge), nt);
    case 'v1-ess': {
      const both = createHash('md5').update(challenge).update(lm.subarray(0, NTLM_CHALLENGE_BYTES)).digest();
      const mixed = both.subarray(0, NTLM_CHALLENGE_BYTES);
      return (candidate) => isSame(v1Response(ntowfV1(candidate), mixed), nt);
    }
    case 'lm':
      return (candidate) => isSame(v1Response(lmowfV1(candidate), challenge), lm);
    default:
      return undefined;
  }
}

/** NTOWFv1 (3.3.1). */
export function ntowfV1(password: string): Uint8Array {
  const text = utf16Of(password);
  const key = md4(text);
  text.fill(0);
  return key;
}

/** LMOWFv1 (3.3.1): the password's upper-case letters, in two halves of seven. */
export function lmowfV1(password: string): Uint8Array {
  const text = Buffer.alloc(14);
  text.write(upperCase(password), 'latin1');
  const halves = [0, 7].map((from) => desEncrypt(desKeyOf(text, from), LM_CONSTANT));
  text.fill(0);
  return Buffer.concat(halves);
}

/** NTOWFv2 (3.3.2): the user's name in upper case, the domain as it is. */
export function ntowfV2(password: string, user: string, domain: string): Uint8Array {
  return createHmac('md5', ntowfV1(password))
    .update(utf16Of(upperCase(user) + domain))
    .digest();
}

/** DESL (6): the key of 16 bytes, padded to 21, is three keys of 7. */
export function v1Response(key: Uint8Array, challenge: Uint8Array): Uint8Array {
  return Buffer.concat([0, 7, 14].map((from) => desEncrypt(desKeyOf(key, from), challenge)));
}

/** NTProofStr (3.3.2) stands before what it was made over. */
function isV2(key: Uint8Array, challenge: Uint8Array, nt: Uint8Array): boolean {
  const proof = createHmac('md5', key).update(challenge).update(nt.subarray(PROOF_BYTES)).digest();
  return isSame(proof, nt.subarray(0, PROOF_BYTES));
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}

/** Letter by letter, as Windows does it: a letter whose capital is two letters stays. */
function upperCase(text: string): string {
  let upper = '';
  for (let at = 0; at < text.length; at++) {
    const capital = text[at]!.toUpperCase();
    upper += capital.length === 1 ? capital : text[at]!;
  }
  return upper;
}
