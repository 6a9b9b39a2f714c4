// Logins of IPMI 1.5: Activate Session with the authentication code of its session header (IPMI 2.0 22.17).
import { createHash } from 'node:crypto';
import { secretCopy } from '../../bytes/secret.ts';
import type { LoginAttempt } from '../open-logins.ts';
import { Auth } from './messages.ts';
import { AUTH_CODE_BYTES, type Envelope } from './parse.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [Auth.none, 'ipmi-none'],
  [Auth.md2, 'ipmi-md2'],
  [Auth.oem, 'ipmi-oem'],
]);

export function activateAttempt(user: string, bytes: Uint8Array, envelope: Envelope): LoginAttempt {
  const { auth, authCodeAt, sessionAt, sequenceAt, payloadStart, payloadEnd } = envelope;
  if (auth === Auth.straight) {
    let end = authCodeAt + AUTH_CODE_BYTES;
    while (end > authCodeAt && bytes[end - 1] === 0) end--;
    return { mechanism: 'clear', user, secret: secretCopy(bytes, authCodeAt, end) };
  }
  if (auth !== Auth.md5) return { mechanism: NAMES.get(auth) ?? `ipmi-type-${auth}`, user, secret: null };
  const code = bytes.slice(authCodeAt, authCodeAt + AUTH_CODE_BYTES);
  const said = Buffer.concat([
    bytes.subarray(sessionAt, sessionAt + 4),
    bytes.subarray(payloadStart, payloadEnd),
    bytes.subarray(sequenceAt, sequenceAt + 4),
  ]);
  return { mechanism: 'ipmi-md5', user, secret: null, recompute: (candidate) => isPassword(candidate, said, code) };
}

/** MD5 over the password, filled up with zeros, the session, the message, the sequence, and the password again. */
function isPassword(candidate: string, said: Uint8Array, code: Uint8Array): boolean {
  const password = Buffer.from(candidate, 'utf8');
  if (password.length > AUTH_CODE_BYTES) return false;
  const filled = Buffer.concat([password], AUTH_CODE_BYTES);
  return createHash('md5').update(filled).update(said).update(filled).digest().equals(code);
}
