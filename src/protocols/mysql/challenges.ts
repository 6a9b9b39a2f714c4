// How the plugins of MySQL turn a password and the server's salt into the client's response, and what each is called here.
import { createHash } from 'node:crypto';
import { printable } from '../../bytes/text.ts';
import { secretOf, type LoginAttempt } from '../open-logins.ts';

const NATIVE = 'mysql_native_password';
const CACHING_SHA2 = 'caching_sha2_password';
const CLEAR = 'mysql_clear_password';
const PLUGIN_CHARACTERS_MAX = 64;

/** What the client sends for a plugin, as an attempt to log in. No plugin named: the native one is meant. */
export function attemptOf(
  user: string,
  plugin: string,
  salt: Uint8Array | null,
  bytes: Uint8Array,
  start: number,
  end: number,
): LoginAttempt {
  const name = plugin === '' ? NATIVE : plugin;
  const mechanism = mechanismOf(name);
  if (name === CLEAR) return { mechanism, user, secret: secretOf(bytes, start, bytes[end - 1] === 0 ? end - 1 : end) };
  const hash = name === NATIVE ? 'sha1' : 'sha256';
  // Without a password nothing is sent, by the newer plugin a zero byte.
  const isEmpty = end === start || (name === CACHING_SHA2 && end - start === 1 && bytes[start] === 0);
  if (isEmpty && (name === NATIVE || name === CACHING_SHA2)) {
    return { mechanism, user, secret: null, recompute: (candidate) => candidate === '' };
  }
  const isKnown = (name === NATIVE && end - start === 20) || (name === CACHING_SHA2 && end - start === 32);
  if (salt === null || !isKnown) return { mechanism, user, secret: null };
  const response = bytes.slice(start, end);
  const recompute = (candidate: string): boolean => isPassword(hash, candidate, salt, response);
  return { mechanism, user, secret: null, recompute };
}

/** `mysql-native`, `mysql-caching-sha2`, `clear`, `mysql-client-ed25519`. */
export function mechanismOf(plugin: string): string {
  if (plugin === CLEAR) return 'clear';
  const name = plugin
    .replace(/_password$/, '')
    .replace(/^mysql_/, '')
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .toLowerCase();
  return `mysql-${name}`;
}

export function pluginName(bytes: Uint8Array, start: number, end: number): string {
  return printable(bytes, start, end, PLUGIN_CHARACTERS_MAX);
}

/**
 * Native: SHA1(password) xor SHA1(salt, SHA1(SHA1(password))). Caching: SHA256(password) xor
 * SHA256(SHA256(SHA256(password)), salt).
 */
export function isPassword(
  hash: 'sha1' | 'sha256',
  candidate: string,
  salt: Uint8Array,
  response: Uint8Array,
): boolean {
  const digest = (...parts: Uint8Array[]): Buffer => {
    const state = createHash(hash);
    for (const part of parts) state.update(part);
    return state.digest();
  };
  const once = digest(Buffer.from(candidate, 'utf8'));
  const twice = digest(once);
  const mask = hash === 'sha1' ? digest(salt, twice) : digest(twice, salt);
  if (response.length !== once.length) return false;
  for (let at = 0; at < once.length; at++) if ((once[at]! ^ mask[at]!) !== response[at]) return false;
  return true;
}
