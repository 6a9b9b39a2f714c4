// Digest access authentication (RFC 7616; RFC 2617 and 2069 before it), as HTTP, RTSP and SIP carry it: reads the
// credentials of an Authorization header, and recomputes the response for a candidate password.
import { createHash } from 'node:crypto';
import { printable } from '../bytes/text.ts';

/** Longer parameters are nobody's; the header is then not testable. */
const PARAMETER_BYTES_MAX = 1024;
const PARAMETERS_MAX = 32;

/** What an Authorization header says. Parameters are latin-1 text of the bytes, quotes and their escapes removed. */
export interface DigestCredentials {
  /** Printable, for showing. */
  readonly user: string;
  readonly realm: string;
  /** `MD5`, `MD5-sess`, `SHA-256`, `SHA-256-sess`, `SHA-512-256`…, as written; `MD5` where nothing is. */
  readonly algorithm: string;
  /** `auth`, `auth-int`, or empty (RFC 2069). */
  readonly qop: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Parses `bytes[start..end)`, which follow the word `Digest`; null where user, nonce or response are missing. */
export function parseDigest(bytes: Uint8Array, start: number, end: number): DigestCredentials | null {
  const parameters = authParameters(bytes, start, end);
  const userName = parameters.get('username');
  if (userName === undefined || !parameters.has('nonce') || !parameters.has('response')) return null;
  const raw = Buffer.from(userName, 'latin1');
  return {
    user: printable(raw, 0, raw.length),
    realm: parameters.get('realm') ?? '',
    algorithm: parameters.get('algorithm') ?? 'MD5',
    qop: (parameters.get('qop') ?? '').toLowerCase(),
    parameters,
  };
}

/**
 * A test of candidates against the response; null where the algorithm is not known. `method`: of the request.
 * `bodyHash`: what `qop=auth-int` needs, the hash of the message's body in lower-case hexadecimal, else empty.
 */
export function digestTest(
  credentials: DigestCredentials,
  method: string,
  bodyHash = '',
): ((candidate: string) => boolean) | null {
  const { parameters, algorithm, qop } = credentials;
  const isSession = /-sess$/i.test(algorithm);
  const hashName = HASHES[algorithm.toLowerCase().replace(/-sess$/, '')];
  if (hashName === undefined || (qop === 'auth-int' && bodyHash === '')) return null;
  const hash = (text: string | Buffer): string => createHash(hashName).update(text).digest('hex');
  const of = (name: string): string => parameters.get(name) ?? '';
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
  const expected = of('response').toLowerCase();
  const a2 = `${method}:${of('uri')}${qop === 'auth-int' ? `:${bodyHash}` : ''}`;
  const ha2 = hash(latin1(a2));
  const middle = qop === '' ? of('nonce') : [of('nonce'), of('nc'), of('cnonce'), of('qop')].join(':');
  const head = latin1(`${of('username')}:${of('realm')}:`);
  return (candidate) => {
    let ha1 = hash(Buffer.concat([head, Buffer.from(candidate, 'utf8')]));
    if (isSession) ha1 = hash(latin1(`${ha1}:${of('nonce')}:${of('cnonce')}`));
    return hash(latin1(`${ha1}:${middle}:${ha2}`)) === expected;
  };
}

/** The hash that `bodyHash` has to be made with (a name of node:crypto), or null. */
export function digestHashName(credentials: DigestCredentials): string | null {
  return HASHES[credentials.algorithm.toLowerCase().replace(/-sess$/, '')] ?? null;
}

/** `name=token` and `name="quoted"` separated by commas (RFC 9110, 11.2); names in lower case, latin-1 values. */
export function authParameters(bytes: Uint8Array, start: number, end: number): Map<string, string> {
  const parameters = new Map<string, string>();
  let at = start;
  while (at < end && parameters.size < PARAMETERS_MAX) {
    while (at < end && isSeparator(bytes[at]!)) at++;
    const nameStart = at;
    while (at < end && bytes[at] !== EQUALS && !isSeparator(bytes[at]!)) at++;
    const name = latin1Of(bytes, nameStart, at).toLowerCase();
    while (at < end && isBlank(bytes[at]!)) at++;
    if (at >= end || bytes[at] !== EQUALS) {
      if (at === nameStart) break;
      continue;
    }
    at++;
    while (at < end && isBlank(bytes[at]!)) at++;
    let value: string;
    if (bytes[at] === QUOTE && at < end) {
      at++;
      const from = at;
      let hasEscape = false;
      while (at < end && bytes[at] !== QUOTE) {
        if (bytes[at] === BACKSLASH) {
          hasEscape = true;
          at++;
        }
        at++;
      }
      value = latin1Of(bytes, from, Math.min(at, end));
      if (hasEscape) value = value.replace(/\\(.)/gs, '$1');
      at++;
    } else {
      const from = at;
      while (at < end && !isSeparator(bytes[at]!)) at++;
      value = latin1Of(bytes, from, at);
    }
    if (name !== '' && !parameters.has(name)) parameters.set(name, value);
  }
  return parameters;
}

function latin1Of(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, PARAMETER_BYTES_MAX)).toString(
    'latin1',
  );
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

function isSeparator(byte: number): boolean {
  return byte === 0x2c || isBlank(byte) || byte === 0x0d || byte === 0x0a;
}

const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HASHES: Readonly<Record<string, string | undefined>> = {
  md5: 'md5',
  'sha-256': 'sha256',
  'sha-512-256': 'sha512-256',
};
