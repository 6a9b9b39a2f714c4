// Reads the credentials of an Authorization header (RFC 9110 11.6, RFC 7617, RFC 7616, RFC 6750, RFC 4559, MS-NTHT).
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { digestHashName, digestTest, parseDigest } from '../digest.ts';
import { type NtlmExchanges, findNtlm } from '../ntlm.ts';
import { type LoginAttempt, secretOf } from '../open-logins.ts';
import { base64Beginning } from '../../bytes/base64.ts';
import { ascii } from './messages.ts';
import { isWord } from './text-in-bytes.ts';

const BASIC = ascii('basic');
const DIGEST = ascii('digest');
const NTLM = ascii('ntlm');
const NEGOTIATE = ascii('negotiate');
const COLON = 0x3a;
const SCHEME_CHARACTERS_MAX = 32;
const SCHEME = /^[a-z0-9][a-z0-9-]*$/;

export interface Credentials {
  readonly attempt: LoginAttempt;
  /** Hash over the content that the test needs, '' for none. */
  readonly bodyHash: string;
  /** Makes the test when that hash is known. */
  readonly testOf: ((bodyHash: string) => ((candidate: string) => boolean) | null) | null;
}

/** Null where nobody logs in with it. `method`: as the request has it. */
export function credentialsOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  method: string,
  context: MessageContext,
  ntlm: NtlmExchanges,
): Credentials | null {
  let schemeEnd = start;
  while (schemeEnd < end && bytes[schemeEnd]! > 0x20) schemeEnd++;
  let at = schemeEnd;
  while (at < end && bytes[at]! <= 0x20) at++;
  if (schemeEnd === start) return null;
  if (isWord(bytes, start, schemeEnd, BASIC)) return basic(bytes, at, end);
  if (isWord(bytes, start, schemeEnd, DIGEST)) return digest(bytes, at, end, method);
  if (isWord(bytes, start, schemeEnd, NTLM) || isWord(bytes, start, schemeEnd, NEGOTIATE)) {
    return negotiated(base64Beginning(bytes, at, end), context, ntlm);
  }
  // A token is a secret itself, and is not shown; nor is what stands alone, which may be one.
  const scheme = printable(bytes, start, schemeEnd, SCHEME_CHARACTERS_MAX).toLowerCase();
  return at < end && SCHEME.test(scheme) ? untested(`http-${scheme}`, '') : null;
}

/** `user:password` in base64; the password may hold colons (RFC 7617 2). */
function basic(bytes: Uint8Array, start: number, end: number): Credentials | null {
  const decoded = base64Beginning(bytes, start, end);
  const colon = decoded.indexOf(COLON);
  if (colon < 0) {
    decoded.fill(0);
    return null;
  }
  const user = printable(decoded, 0, colon);
  const secret = secretOf(decoded, colon + 1, decoded.length);
  decoded.fill(0);
  return { attempt: { mechanism: 'http-basic', user, secret }, bodyHash: '', testOf: null };
}

function digest(bytes: Uint8Array, start: number, end: number, method: string): Credentials | null {
  const credentials = parseDigest(bytes, start, end);
  if (credentials === null) return null;
  const { user, qop } = credentials;
  const attempt = { mechanism: 'http-digest', user, secret: null };
  if (qop === 'auth-int') {
    const bodyHash = digestHashName(credentials) ?? '';
    return { attempt, bodyHash, testOf: (hash) => digestTest(credentials, method, hash) };
  }
  const recompute = digestTest(credentials, method);
  return {
    attempt: recompute === null ? attempt : { ...attempt, recompute },
    bodyHash: '',
    testOf: null,
  };
}

/** NTLM as it is, or inside SPNEGO; what else is in SPNEGO is taken for Kerberos. */
function negotiated(token: Uint8Array, context: MessageContext, ntlm: NtlmExchanges): Credentials | null {
  if (findNtlm(token, 0, token.length) < 0) {
    return token[0] === 0x60 || token[0] === 0xa1 ? untested('kerberos', '') : null;
  }
  const attempt = ntlm.read(context, context.flow, token, 0, token.length);
  return attempt === null ? null : { attempt, bodyHash: '', testOf: null };
}

function untested(mechanism: string, user: string): Credentials {
  return { attempt: { mechanism, user, secret: null }, bodyHash: '', testOf: null };
}
