// Who may ask, and what: a token in the address that is printed opens one session of its role; a session is a cookie that
// scripts cannot read. Only hashes of both are kept.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SESSIONS_MAX = 64;
const SESSION_HOURS = 12;
/** Wrong tokens for each minute before nobody is listened to for the rest of it. */
const WRONG_MAX = 20;
const MINUTE_MS = 60_000;
export const COOKIE = '1sec_session';

/** A viewer sees everything and changes nothing. */
export type Role = 'viewer' | 'operator';

export class Sessions {
  /** What opens one session each, and is then used up. */
  readonly #tokens: { readonly hash: Buffer; readonly role: Role; isUsed: boolean }[];
  /** By hash. */
  readonly #sessions = new Map<string, { readonly endsMs: number; readonly role: Role }>();
  #wrong = 0;
  #wrongSinceMs = 0;

  constructor(tokens: Readonly<Partial<Record<Role, string>>>) {
    this.#tokens = Object.entries(tokens).map(([role, token]) => ({
      hash: hashOf(token),
      role: role as Role,
      isUsed: false,
    }));
  }

  /** The cookie's value of a new session; null where the token is wrong, used up, or was guessed at too often. */
  open(token: string, nowMs: number): { readonly session: string; readonly role: Role } | null {
    if (nowMs - this.#wrongSinceMs > MINUTE_MS) {
      this.#wrong = 0;
      this.#wrongSinceMs = nowMs;
    }
    if (this.#wrong >= WRONG_MAX) return null;
    const hash = hashOf(token);
    const known = this.#tokens.find((each) => timingSafeEqual(hash, each.hash) && !each.isUsed);
    if (known === undefined) {
      this.#wrong++;
      return null;
    }
    known.isUsed = true;
    const session = randomBytes(24).toString('base64url');
    if (this.#sessions.size >= SESSIONS_MAX) this.#sessions.clear();
    const { role } = known;
    this.#sessions.set(hashOf(session).toString('hex'), { endsMs: nowMs + SESSION_HOURS * 60 * MINUTE_MS, role });
    return { session, role };
  }

  /** Null: no such session, or it has ended. */
  roleOf(session: string, nowMs: number): Role | null {
    const known = this.#sessions.get(hashOf(session).toString('hex'));
    return known !== undefined && known.endsMs > nowMs ? known.role : null;
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
