// WS-Security UsernameToken (OASIS, UsernameToken Profile 1.1.1, clause 3), with which ONVIF cameras are logged in to.
import { createHash } from 'node:crypto';
import { printable } from '../../bytes/text.ts';
import { type LoginAttempt, secretOf } from '../open-logins.ts';
import { base64Beginning } from '../../bytes/base64.ts';
import { ascii } from './messages.ts';
import { wordAt } from './text-in-bytes.ts';
import { type Element, contentOf, elementOf } from './xml.ts';

const TOKEN = ascii('usernametoken');
const USERNAME = ascii('username');
const PASSWORD = ascii('password');
const NONCE = ascii('nonce');
const CREATED = ascii('created');
const DIGEST = ascii('#passworddigest');
const MATERIAL_BYTES_MAX = 512;

export interface FoundToken {
  readonly attempt: LoginAttempt;
  /** Where the password, or the digest of it, stands. */
  readonly secretStart: number;
  readonly secretEnd: number;
}

/** Null where the message holds no token. */
export function findToken(bytes: Uint8Array, start: number, end: number): FoundToken | null {
  const token = elementOf(bytes, start, end, TOKEN);
  if (token === null) return null;
  const name = elementOf(bytes, token.start, end, USERNAME);
  const password = elementOf(bytes, token.start, end, PASSWORD);
  if (name === null || password === null) return null;
  const userBytes = contentOf(bytes, name.start, name.end);
  const place = { secretStart: password.start, secretEnd: password.end };
  const user = printable(userBytes, 0, userBytes.length);
  if (wordAt(bytes, password.attributesStart, password.attributesEnd, DIGEST) >= 0) {
    const recompute = digestTest(
      bytes,
      password,
      elementOf(bytes, token.start, end, NONCE),
      createdOf(bytes, token.start, end),
    );
    const attempt = { mechanism: 'wsse-digest', user, secret: null };
    return { attempt: recompute === null ? attempt : { ...attempt, recompute }, ...place };
  }
  const content = contentOf(bytes, password.start, password.end);
  const secret = secretOf(content, 0, content.length);
  content.fill(0);
  return { attempt: { mechanism: 'wsse-text', user, secret }, ...place };
}

function createdOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const created = elementOf(bytes, start, end, CREATED);
  return created === null ? new Uint8Array(0) : contentOf(bytes, created.start, created.end);
}

/** Password_Digest = Base64 ( SHA-1 ( nonce + created + password ) ) */
function digestTest(
  bytes: Uint8Array,
  password: Element,
  nonce: Element | null,
  created: Uint8Array,
): ((candidate: string) => boolean) | null {
  const expected = base64Beginning(bytes, password.start, password.end).slice();
  const salt = nonce === null ? new Uint8Array(0) : base64Beginning(bytes, nonce.start, nonce.end).slice();
  if (expected.length !== 20 || salt.length > MATERIAL_BYTES_MAX || created.length > MATERIAL_BYTES_MAX) return null;
  return (candidate) =>
    createHash('sha1').update(salt).update(created).update(candidate, 'utf8').digest().equals(expected);
}
