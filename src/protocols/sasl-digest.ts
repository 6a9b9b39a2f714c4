// DIGEST-MD5 (RFC 2831): who, and a test that recomputes the response from what the client says.
import { createHash } from 'node:crypto';
import { printable } from '../bytes/text.ts';
import { authParameters } from './digest.ts';
import type { LoginAttempt } from './open-logins.ts';

const MECHANISM = 'sasl-digest-md5';
/** RFC 2831 2.1.2.1: stands for the hash of messages that are protected later. */
const NO_BODY = '0'.repeat(32);

/** Null where bytes[start..end) is no digest-response. */
export function digestMd5Attempt(bytes: Uint8Array, start: number, end: number): LoginAttempt | null {
  const parameters = authParameters(bytes, start, end);
  const of = (name: string): string => parameters.get(name) ?? '';
  const response = of('response').toLowerCase();
  if (!parameters.has('username') || response.length !== 32) return null;
  const name = Buffer.from(of('username'), 'latin1');
  const nonces = `${of('nonce')}:${of('cnonce')}`;
  const authorised = parameters.has('authzid') ? `:${of('authzid')}` : '';
  const qop = parameters.get('qop') ?? 'auth';
  const a2 = md5(latin1(`AUTHENTICATE:${of('digest-uri')}${qop === 'auth' ? '' : `:${NO_BODY}`}`)).toString('hex');
  const head = latin1(`${of('username')}:${of('realm')}:`);
  const middle = `${of('nonce')}:${of('nc')}:${of('cnonce')}:${qop}`;
  const recompute = (candidate: string): boolean => {
    const inner = md5(Buffer.concat([head, Buffer.from(candidate, 'utf8')]));
    const a1 = md5(Buffer.concat([inner, latin1(`:${nonces}${authorised}`)])).toString('hex');
    return md5(latin1(`${a1}:${middle}:${a2}`)).toString('hex') === response;
  };
  return { mechanism: MECHANISM, user: printable(name, 0, name.length), secret: null, recompute };
}

function md5(data: Buffer): Buffer {
  return createHash('md5').update(data).digest();
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
