// Tests a password of the user-based security model: localised keys (RFC 3414 A.2) and the authentication of a message
// (RFC 3414 6 and 7, RFC 7860 4). Nothing of a candidate is kept.
import { createHash, createHmac } from 'node:crypto';

/** A candidate is repeated to this many bytes before it is hashed (RFC 3414 A.2.1). */
const STRETCHED_BYTES = 1_048_576;
/** Shorter ones are not allowed (RFC 3414 11.2), longer ones nobody uses. */
const PASSWORD_BYTES_MAX = 256;
const SHORT_AUTHENTICATION = 12;

/** Which hash gives authentication parameters of so many bytes; 12: HMAC-MD5-96 or HMAC-SHA-96, the wire does not say. */
const HASHES: ReadonlyMap<number, readonly string[]> = new Map([
  [SHORT_AUTHENTICATION, ['md5', 'sha1']],
  [16, ['sha224']],
  [24, ['sha256']],
  [32, ['sha384']],
  [48, ['sha512']],
]);

/** The key of a password for every engine (RFC 3414 A.2.1): what takes so long. The caller overwrites it. */
export function stretchedKey(hash: string, password: string): Buffer {
  const secret = Buffer.from(password, 'utf8');
  const stretched = Buffer.alloc(STRETCHED_BYTES, secret);
  const key = createHash(hash).update(stretched).digest();
  stretched.fill(0);
  secret.fill(0);
  return key;
}

/** The key of a password for one engine; the caller overwrites it. */
export function localisedKey(hash: string, password: string, engineId: Uint8Array): Buffer {
  const key = stretchedKey(hash, password);
  const localised = localisedBy(hash, key, engineId);
  key.fill(0);
  return localised;
}

function localisedBy(hash: string, key: Uint8Array, engineId: Uint8Array): Buffer {
  return createHash(hash).update(key).update(engineId).update(key).digest();
}

/** Is the message authenticated by this key, not yet localised? `message` and `expected` as for `matchesPassword`. */
export function isAuthenticatedBy(
  hash: string,
  stretched: Uint8Array,
  engineId: Uint8Array,
  message: Uint8Array,
  expected: Uint8Array,
): boolean {
  const key = localisedBy(hash, stretched, engineId);
  const computed = createHmac(hash, key).update(message).digest();
  key.fill(0);
  return computed.subarray(0, expected.length).equals(expected);
}

/** The hashes with which authentication parameters of so many bytes are made; none: they cannot be tested. */
export function hashesOf(size: number): readonly string[] {
  return HASHES.get(size) ?? [];
}

/** Can authentication parameters of so many bytes be tested? */
export function isTestable(size: number): boolean {
  return HASHES.has(size);
}

/** `message`: a copy whose authentication parameters are zero; `expected`: what stood there. */
export function matchesPassword(
  candidate: string,
  engineId: Uint8Array,
  message: Uint8Array,
  expected: Uint8Array,
): boolean {
  if (candidate === '' || Buffer.byteLength(candidate) > PASSWORD_BYTES_MAX) return false;
  for (const hash of hashesOf(expected.length)) {
    const key = stretchedKey(hash, candidate);
    const isRight = isAuthenticatedBy(hash, key, engineId, message, expected);
    key.fill(0);
    if (isRight) return true;
  }
  return false;
}
