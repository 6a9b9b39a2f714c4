// Who may ask, and what: a token opens a session of its role; a session is a cookie that scripts cannot read. Of tokens and
// sessions only hashes are kept. Tokens that were printed open one session each; those of accounts open sessions until
// they are revoked or expire, and a session ends with its token.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { forgetOldest } from '../bytes/forgetting.ts';
import { FailureLimit, RequestLimit } from './rate-limits.ts';

const SESSIONS_MAX = 256;
/** Of one token: who opens more ends their own, and not those of others. */
const SESSIONS_OF_ONE_MAX = 16;
/** Sessions that one token opens in an hour. */
const OPENINGS_PER_HOUR = 30;
const SECONDS_PER_HOUR = 3600;
const SESSION_HOURS = 12;
/** A session that nothing is asked in, and no page of which is open, ends earlier. */
const IDLE_MINUTES = 120;
const MINUTE_MS = 60_000;
/** A session is not written anew for every request. */
const RENEW_EVERY_MS = 10_000;
export const COOKIE = '1sec_session';

/** A viewer sees everything and changes nothing. */
export type Role = 'viewer' | 'operator';

/** Who asks, as the log of what was done names them. */
export interface Identity {
  readonly name: string;
  readonly role: Role;
}

/** A token that a person was given. */
export interface Account extends Identity {
  /** SHA-256, hexadecimal: a token has 192 random bits, so that nobody guesses it from there. */
  readonly hash: string;
  /** Null: it does not expire. */
  readonly expiresMs: number | null;
}

export type Opened =
  | { readonly kind: 'opened'; readonly session: string; readonly identity: Identity }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly seconds: number };

interface Session {
  readonly identity: Identity;
  /** Of the account; null: the token was good once, and its session lasts. */
  readonly accountHash: string | null;
  readonly endsMs: number;
  usedMs: number;
}

interface OneTimeToken {
  readonly hash: Buffer;
  readonly identity: Identity;
  isUsed: boolean;
}

export class Sessions {
  readonly #tokens: readonly OneTimeToken[];
  readonly #accounts: () => readonly Account[];
  /** By hash, the oldest first. */
  readonly #sessions = new Map<string, Session>();
  readonly #failures = new FailureLimit();
  readonly #openings = new RequestLimit(OPENINGS_PER_HOUR, OPENINGS_PER_HOUR / SECONDS_PER_HOUR);

  /** `tokens`: each opens one session in the name `operator`. `accounts`: those of this moment. */
  constructor(
    tokens: Readonly<Partial<Record<Role, string>>>,
    operator: string,
    accounts: () => readonly Account[] = () => [],
  ) {
    this.#accounts = accounts;
    this.#tokens = Object.entries(tokens).map(([role, token]) => ({
      hash: digest(token),
      identity: { name: operator, role: role as Role },
      isUsed: false,
    }));
  }

  /**
   * `address`: who tries, so that one who guesses keeps nobody else out. `before` is called when nothing stands in the way
   * any more: where it throws, the token is as good as before.
   */
  open(token: string, address: string, nowMs: number, before: (identity: Identity) => void = () => {}): Opened {
    const seconds = this.#failures.waitSeconds(address, nowMs);
    if (seconds > 0) return { kind: 'wait', seconds };
    const hash = digest(token);
    const account = this.#account(hash, nowMs);
    const printed = this.#tokens.find((each) => timingSafeEqual(hash, each.hash) && !each.isUsed);
    const known = account ?? printed?.identity;
    if (known === undefined) return this.#wrong(address, nowMs);
    // Each is a line of the log, which is never forgotten: who may only look must not be able to fill it.
    if (account !== undefined && !this.#openings.take(account.hash, nowMs))
      return { kind: 'wait', seconds: SECONDS_PER_HOUR / OPENINGS_PER_HOUR };
    const identity = { name: known.name, role: known.role };
    before(identity);
    if (printed !== undefined) printed.isUsed = true;
    const session = randomBytes(24).toString('base64url');
    this.#makeRoom(account?.hash ?? null);
    this.#sessions.set(digest(session).toString('hex'), {
      identity,
      accountHash: account?.hash ?? null,
      endsMs: nowMs + SESSION_HOURS * 60 * MINUTE_MS,
      usedMs: nowMs,
    });
    return { kind: 'opened', session, identity };
  }

  /** Null: no such session, or it has ended. Asking keeps it from ending for want of use. */
  identityOf(session: string, nowMs: number): Identity | null {
    const key = digest(session).toString('hex');
    const known = this.#sessions.get(key);
    if (known === undefined) return null;
    if (!this.#holds(known, nowMs)) {
      this.#sessions.delete(key);
      return null;
    }
    if (nowMs - known.usedMs > RENEW_EVERY_MS) known.usedMs = nowMs;
    return known.identity;
  }

  /** Of a token that comes with the request itself, as programs send it; null: it is none of an account. */
  bearer(token: string, address: string, nowMs: number): Identity | null {
    if (this.#failures.waitSeconds(address, nowMs) > 0) return null;
    const account = this.#account(digest(token), nowMs);
    if (account === undefined) this.#failures.note(address, nowMs);
    return account === undefined ? null : { name: account.name, role: account.role };
  }

  #wrong(address: string, nowMs: number): Opened {
    // A right token is never kept waiting by what others guess: that would be theirs to decide.
    const seconds = this.#failures.waitSecondsOfAll(nowMs);
    if (seconds > 0) return { kind: 'wait', seconds };
    this.#failures.note(address, nowMs);
    return { kind: 'wrong' };
  }

  #makeRoom(accountHash: string | null): void {
    const own = [...this.#sessions].filter(([, session]) => session.accountHash === accountHash);
    if (own.length >= SESSIONS_OF_ONE_MAX) this.#sessions.delete(own[0]![0]);
    forgetOldest(this.#sessions, SESSIONS_MAX);
  }

  end(session: string): void {
    this.#sessions.delete(digest(session).toString('hex'));
  }

  #holds({ endsMs, usedMs, accountHash }: Session, nowMs: number): boolean {
    if (nowMs >= endsMs || nowMs - usedMs > IDLE_MINUTES * MINUTE_MS) return false;
    return accountHash === null || this.#account(Buffer.from(accountHash, 'hex'), nowMs) !== undefined;
  }

  #account(hash: Buffer, nowMs: number): Account | undefined {
    return this.#accounts().find((account) => {
      const own = Buffer.from(account.hash, 'hex');
      if (own.length !== hash.length || !timingSafeEqual(own, hash)) return false;
      return account.expiresMs === null || nowMs < account.expiresMs;
    });
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

/** Of an `Authorization` header (RFC 6750): the token; empty where there is none. */
export function bearerOf(header: string | undefined): string {
  return /^Bearer ([\w-]{1,200})$/i.exec(header ?? '')?.[1] ?? '';
}

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** As accounts keep it. */
export function tokenHash(token: string): string {
  return digest(token).toString('hex');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
