// Logins whose outcome is still awaited: one for each conversation, bounded in number and time. The secret stands here
// as bytes until the login is handed over, and is overwritten then.
import { secretCopy } from '../bytes/secret.ts';
import type { Login } from '../facts/facts.ts';
import type { MessageContext } from '../facts/protocol.ts';
import { loginTests } from './clear-secret.ts';

/** Longer secrets are tokens: nobody guesses them. */
export const SECRET_BYTES_MAX = 1024;
const WAIT_US = 30e6;
const OPEN_MAX = 4096;

/** What an attempt shows before its outcome is known. */
export interface LoginAttempt {
  readonly mechanism: string;
  /** Printable. */
  readonly user: string;
  /** A clear secret, as a copy that belongs to this login from now on. Null: none was seen, or it cannot be compared. */
  readonly secret: Uint8Array | null;
  /** Recomputes a challenge's response; holds no secret. */
  readonly recompute?: (candidate: string) => boolean;
}

interface OpenLogin extends LoginAttempt {
  readonly timeUs: number;
  readonly frame: number;
  readonly client: number;
  readonly server: number;
}

export class OpenLogins {
  readonly #protocol: string;
  /** By conversation, the oldest first. */
  readonly #open = new Map<number, OpenLogin>();

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** An attempt was seen; an earlier one of the conversation has no outcome then. */
  begin(context: MessageContext, attempt: LoginAttempt): void {
    this.settle(context, context.flow, 'unknown');
    if (this.#open.size >= OPEN_MAX) {
      for (const flow of this.#open.keys()) {
        this.settle(context, flow, 'unknown');
        break;
      }
    }
    const { timeUs, frame, client, server } = context;
    this.#open.set(context.flow, { ...attempt, timeUs, frame, client, server });
  }

  /** The attempt was none: the server asks for it in another way, and another attempt follows. */
  drop(flow: number): void {
    this.#open.get(flow)?.secret?.fill(0);
    this.#open.delete(flow);
  }

  isOpen(flow: number): boolean {
    return this.#open.has(flow);
  }

  /** The outcome is known, or never will be: the login is handed over, its secret overwritten. */
  settle(context: MessageContext, flow: number, outcome: Login['outcome']): void {
    const login = this.#open.get(flow);
    if (login === undefined) return;
    this.#open.delete(flow);
    context.sink.login(this.#fact(flow, login, outcome));
    login.secret?.fill(0);
  }

  /** Attempts that were not answered for half a minute have an unknown outcome. */
  tick(timeUs: number, context: MessageContext): void {
    for (const [flow, login] of this.#open) {
      if (timeUs - login.timeUs < WAIT_US) return;
      this.settle(context, flow, 'unknown');
    }
  }

  #fact(flow: number, login: OpenLogin, outcome: Login['outcome']): Login {
    const { timeUs, frame, client, server, mechanism, user, secret, recompute } = login;
    const fact = {
      fact: 'login',
      timeUs,
      frame,
      flow,
      client,
      server,
      protocol: this.#protocol,
      mechanism,
      user,
      outcome,
    } as const;
    return { ...fact, ...loginTests(secret, recompute) };
  }
}

/** A copy of bytes[start..end) that a login may own; null where it is longer than anybody's password. */
export function secretOf(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  return end - start <= SECRET_BYTES_MAX ? secretCopy(bytes, start, end) : null;
}
