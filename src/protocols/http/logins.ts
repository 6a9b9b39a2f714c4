// Logins whose answer is awaited, one for each request that carries credentials. A secret stands here as bytes until the
// login is handed over, and is overwritten then.
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { loginTests } from '../clear-secret.ts';
import type { LoginAttempt } from '../open-logins.ts';

/** What the answer says of a login: by its status alone, and whether it leads away with a session. */
export const Judged = { credentials: 0, form: 1, token: 2 } as const;

const WAIT_US = 30e6;
const OPEN_MAX = 4096;

export class HttpLogin {
  readonly attempt: LoginAttempt;
  /** How the answer is read: see Judged. */
  readonly judged: number;
  readonly timeUs: number;
  readonly frame: number;
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  recompute: ((candidate: string) => boolean) | undefined;

  constructor(context: MessageContext, attempt: LoginAttempt, judged: number) {
    this.attempt = attempt;
    this.judged = judged;
    this.timeUs = context.timeUs;
    this.frame = context.frame;
    this.flow = context.flow;
    this.client = context.client;
    this.server = context.server;
    this.recompute = attempt.recompute;
  }
}

export class HttpLogins {
  /** The oldest first. */
  readonly #open = new Set<HttpLogin>();

  begin(context: MessageContext, attempt: LoginAttempt, judged: number): HttpLogin {
    if (this.#open.size >= OPEN_MAX) {
      for (const oldest of this.#open) {
        this.settle(context, oldest, 'unknown');
        break;
      }
    }
    const login = new HttpLogin(context, attempt, judged);
    this.#open.add(login);
    return login;
  }

  /** The outcome is known, or never will be. A login that was handed over already is left alone. */
  settle(context: MessageContext, login: HttpLogin | null, outcome: Login['outcome']): void {
    if (login === null || !this.#open.delete(login)) return;
    const { timeUs, frame, flow, client, server, attempt, recompute } = login;
    const { mechanism, user, secret } = attempt;
    const fact = {
      fact: 'login',
      timeUs,
      frame,
      flow,
      client,
      server,
      protocol: 'http',
      mechanism,
      user,
      outcome,
    } as const;
    context.sink.login({ ...fact, ...loginTests(secret, recompute) });
    secret?.fill(0);
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const login of this.#open) {
      if (timeUs - login.timeUs < WAIT_US) return;
      this.settle(context, login, 'unknown');
    }
  }
}

/**
 * What the answer says. Credentials: 401 and 407 refuse, 2xx, 3xx and 404, 405 let in, the rest says nothing. A form: 401
 * and 403 refuse, a redirect that sets a cookie and does not lead back lets in. A token in the message (WS-Security): 400,
 * 401 and 403 refuse, 2xx lets in.
 */
export function outcomeOf(
  judged: number,
  status: number,
  hasSession: boolean,
  leadsAway: boolean,
  isStale: boolean,
): Login['outcome'] {
  const isDone = status >= 200 && status < 300;
  const isRedirect = status >= 300 && status < 400;
  if (judged === Judged.form) {
    if (status === 401 || status === 403) return 'refused';
    return isRedirect && hasSession && leadsAway ? 'accepted' : 'unknown';
  }
  if (judged === Judged.token) {
    if (status === 400 || status === 401 || status === 403) return 'refused';
    return isDone ? 'accepted' : 'unknown';
  }
  if (status === 401 || status === 407) return isStale ? 'unknown' : 'refused';
  return isDone || isRedirect || status === 404 || status === 405 ? 'accepted' : 'unknown';
}
