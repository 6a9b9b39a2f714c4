// Finds in a session's security token who logs in: NTLM, bare or in SPNEGO, or Kerberos.
import type { MessageContext } from '../../facts/protocol.ts';
import type { NtlmExchanges } from '../ntlm.ts';
import type { LoginAttempt } from '../open-logins.ts';

/** The object identifier of Kerberos 5 and the token identifier of AP-REQ (RFC 4121 4.1). */
const KERBEROS_REQUEST = Uint8Array.of(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02, 0x01, 0x00);
const SEARCH_BYTES_MAX = 512;

/** The attempt that the client's token in bytes[start..end) is, `key` its exchange; null where it only begins an exchange. */
export function sessionAttempt(
  ntlm: NtlmExchanges,
  context: MessageContext,
  key: number | string,
  bytes: Uint8Array,
  start: number,
  end: number,
): LoginAttempt | null {
  const attempt = ntlm.read(context, key, bytes, start, end);
  if (attempt !== null) return attempt;
  return holdsKerberos(bytes, start, end) ? { mechanism: 'kerberos-no-test', user: '', secret: null } : null;
}

function holdsKerberos(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + SEARCH_BYTES_MAX) - KERBEROS_REQUEST.length;
  for (let at = start; at <= stop; at++) {
    let same = 0;
    while (same < KERBEROS_REQUEST.length && bytes[at + same] === KERBEROS_REQUEST[same]) same++;
    if (same === KERBEROS_REQUEST.length) return true;
  }
  return false;
}
