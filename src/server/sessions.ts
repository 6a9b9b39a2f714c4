// Who may ask: one token in the address that is printed opens one session; a session is a cookie that scripts cannot
// read. Only hashes of both are kept.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SESSIONS_MAX = 64;
const SESSION_HOURS = 12;
/** Wrong tokens for each minute before nobody is listened to for the rest of it. */
const WRONG_MAX = 20;
const MINUTE_MS = 60_000;
export const COOKIE = '1sec_session';

export class Sessions {
  #token: Buffer | null;
  /** By hash: when it ends. */
  readonly #sessions = new Map<string, number>();
  #wrong = 0;
  #wrongSinceMs = 0;

  /** `token`: opens one session, and is then used up. */
  constructor(token: string) {
    this.#token = hashOf(token);
  }

  /** The cookie's value of a new session; null where the token is wrong, used up, or was guessed at too often. */
  open(token: string, nowMs: number): string | null {
    if (nowMs - this.#wrongSinceMs > MINUTE_MS) {
      this.#wrong = 0;
      this.#wrongSinceMs = nowMs;
    }
    if (this.#wrong >= WRONG_MAX) return null;
    if (this.#token === null || !timingSafeEqual(hashOf(token), this.#token)) {
      this.#wrong++;
      return null;
    }
    this.#token = null;
    const session = randomBytes(24).toString('base64url');
    if (this.#sessions.size >= SESSIONS_MAX) this.#sessions.clear();
    this.#sessions.set(hashOf(session).toString('hex'), nowMs + SESSION_HOURS * 60 * MINUTE_MS);
    return session;
  }

  isOpen(session: string, nowMs: number): boolean {
    const ends = this.#sessions.get(hashOf(session).toString('hex'));
    return ends !== undefined && ends > nowMs;
  }
}

/** Of a `Cookie` header: the session, empty where there is none. */
export function sessionOf(header: string | undefined): string {
  for (const part of (header ?? '').split(';')) {
    const [name = '', value = ''] = part.trim().split('=');
    if (name === COOKIE) return value;
  }
  return '';
}

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
