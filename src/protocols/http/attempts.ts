// Finds the login that a request's head carries: in Authorization, in Proxy-Authorization, in the query of its target.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { markSecret } from '../facts-of-messages.ts';
import type { NtlmExchanges } from '../ntlm.ts';
import { credentialsOf } from './authorization.ts';
import type { Exchange } from './exchange.ts';
import type { Head } from './head.ts';
import { urlEncodedFields } from './forms.ts';
import { type HttpLogin, type HttpLogins, Judged } from './logins.ts';
import { ascii } from './messages.ts';
import { pathEnd } from './names.ts';
import { wordAt } from './text-in-bytes.ts';

/** What remains to be done when the content was seen: the name of the hash that a test needs over it, '' for none. */
export interface BodyHash {
  readonly name: string;
  readonly testOf: ((hash: string) => ((candidate: string) => boolean) | null) | null;
}

export const NO_BODY_HASH: BodyHash = { name: '', testOf: null };

export function authenticate(
  exchange: Exchange,
  head: Head,
  bytes: Uint8Array,
  start: number,
  context: MessageContext,
  logins: HttpLogins,
  ntlm: NtlmExchanges,
): BodyHash {
  const field = head.has('authorization') ? 'authorization' : 'proxy-authorization';
  if (!head.has(field)) {
    exchange.login = queryLogin(head, bytes, context, logins);
    return NO_BODY_HASH;
  }
  const method = printable(bytes, start, head.methodEnd, 32);
  markSecret(context, bytes, head.start(field), head.end(field));
  const found = credentialsOf(bytes, head.start(field), head.end(field), method, context, ntlm);
  if (found === null) return NO_BODY_HASH;
  exchange.login = logins.begin(context, found.attempt, Judged.credentials);
  return { name: found.bodyHash, testOf: found.testOf };
}

const HINTS = ['pass', 'pwd', 'psw', 'psd'].map(ascii);

/** A chunk of a form that comes in several: where a secret stands in it will be known too late to be marked. */
export function markHinted(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  if (HINTS.some((hint) => wordAt(bytes, start, end, hint) >= 0)) markSecret(context, bytes, start, end);
}

/** `/login.cgi?user=admin&pwd=…`: the worst place for a password, and a common one. */
function queryLogin(head: Head, bytes: Uint8Array, context: MessageContext, logins: HttpLogins): HttpLogin | null {
  const start = pathEnd(bytes, head.targetStart, head.targetEnd) + 1;
  const end = head.targetEnd;
  if (start >= end || HINTS.every((hint) => wordAt(bytes, start, end, hint) < 0)) return null;
  const found = urlEncodedFields(bytes, start, end);
  if (found.hasSecret) markSecret(context, bytes, found.secretStart, found.secretEnd);
  const attempt = found.attempt('http-query');
  return attempt === null ? null : logins.begin(context, attempt, Judged.form);
}
