// The door of the API: which names it answers to, how often somebody may ask, who is let in, and what they may do.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TOKEN } from './open-api.ts';
import { RequestLimit, networkOf } from './rate-limits.ts';
import { COOKIE, Sessions, bearerOf, sessionOf, type Account, type Identity, type Role } from './sessions.ts';
import type { SiteData } from './site-data.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no session. */
    readonly isOpen?: boolean;
    /** Changes something, and viewers may all the same. */
    readonly forViewers?: boolean;
  }
}

export interface AccessOptions {
  /** Each opens one session; shown to who started the program. */
  readonly tokens: Readonly<Partial<Record<Role, string>>>;
  /** Who started it, as the log of what was done names the sessions of those tokens. */
  readonly operator: string;
  /** Tokens that people were given, as they are at this moment. */
  readonly accounts?: () => readonly Account[];
  /** Whether the certificate names this host; absent: it listens on loopback, without one. */
  readonly isOwnName?: (host: string) => boolean;
  /** Requests that one address may send at once, and each second from then on. */
  readonly requests?: { readonly burst: number; readonly perSecond: number };
}

/** Who asks; known behind the door. */
export interface Door {
  identityOf: (request: FastifyRequest) => Identity | null;
}

/** Names under which a browser on this machine may ask: another one is a page that tricks it (DNS rebinding). */
const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])(?::\d{1,5})?$/;
const OTHER_PAGE = 'another page may not ask this server';
/** What a browser says of who asks; `none`: a person, in the address line. */
const OWN_SITES: readonly unknown[] = [undefined, 'same-origin', 'none'];
const READING = ['GET', 'HEAD'];
/** A page asks for some ten things; scripts for more. */
const REQUESTS = { burst: 600, perSecond: 60 } as const;
const ENDED = `${COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`;

export function addAccess(
  server: FastifyInstance,
  data: Pick<SiteData, 'note'>,
  options: AccessOptions,
  now: () => number,
): Door {
  const sessions = new Sessions(options.tokens, options.operator, options.accounts);
  const { burst, perSecond } = options.requests ?? REQUESTS;
  const limit = new RequestLimit(burst, perSecond);
  const refusals = new RefusalNotes();
  const isOwn = options.isOwnName;
  const scheme = isOwn === undefined ? 'http' : 'https';
  const identityOf = (request: FastifyRequest): Identity | null => {
    const token = bearerOf(request.headers.authorization);
    if (token !== '') return sessions.bearer(token, request.ip, now());
    return sessions.identityOf(sessionOf(request.headers.cookie), now());
  };

  const refusalOf = (request: FastifyRequest): readonly [code: number, error: string] | null => {
    const { host = '', origin, 'sec-fetch-site': site } = request.headers;
    if (!limit.take(networkOf(request.ip), now())) return [429, 'too many requests; wait a second'];
    if (!(isOwn === undefined ? LOOPBACK.test(host) : isOwn(hostName(host))))
      return [421, 'this server answers to its own name only'];
    // A browser names the page that asks. One of another port of this machine is the same site, and brings the cookie.
    if (origin !== undefined && origin !== `${scheme}://${host}`) return [403, OTHER_PAGE];
    // By the route and not by the address, which may be written in many ways (`/%61pi/…`).
    const { isOpen, forViewers } = request.routeOptions.config;
    if (request.is404 || isOpen === true) return null;
    // An image or a frame names no origin.
    if (!OWN_SITES.includes(site)) return [403, OTHER_PAGE];
    const identity = identityOf(request);
    if (identity === null) return [401, 'no session: give your token'];
    const isAllowed = READING.includes(request.method) || forViewers === true || identity.role === 'operator';
    return isAllowed ? null : [403, 'a viewer looks only; an operator may do that'];
  };

  server.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request);
    if (refusal === null) return;
    const [code, error] = refusal;
    if (code === 429) reply.header('retry-after', '1');
    await reply.code(code).send({ error });
  });

  server.post<{ Body: { token: string } }>(
    '/api/session',
    { schema: { body: TOKEN }, config: { isOpen: true } },
    async (request, reply) => {
      const opened = sessions.open(request.body.token, request.ip, now(), ({ name, role }) => {
        data.note({ operator: name, action: 'session', detail: `as ${role} from ${request.ip}`, timeMs: now() });
      });
      if (opened.kind === 'wait') {
        reply.header('retry-after', String(opened.seconds));
        return reply.code(429).send({ error: `too many tries; wait ${opened.seconds} s` });
      }
      if (opened.kind === 'wrong') {
        if (refusals.isDue(networkOf(request.ip), now())) noteRefusal(data, request.ip, now());
        return reply.code(401).send({ error: 'the token is wrong, was used already, or has expired' });
      }
      const { session, identity } = opened;
      const secure = isOwn === undefined ? '' : '; Secure';
      reply.header('set-cookie', `${COOKIE}=${session}; HttpOnly; SameSite=Strict; Path=/${secure}`);
      return { status: 'ok', role: identity.role };
    },
  );
  server.post('/api/session/end', { config: { forViewers: true } }, (request, reply) => {
    const identity = identityOf(request)!;
    sessions.end(sessionOf(request.headers.cookie));
    data.note({ operator: identity.name, action: 'session-end', detail: `from ${request.ip}`, timeMs: now() });
    reply.header('set-cookie', ENDED);
    return { status: 'ok' };
  });
  server.get('/api/me', (request) => ({ ...identityOf(request)! }));
  return { identityOf };
}

/** `plant.example` of `plant.example:8470`, `2001:db8::1` of `[2001:db8::1]:8470`. */
function hostName(host: string): string {
  return /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(host)?.[1] ?? /^([\w.-]+)(?::\d{1,5})?$/.exec(host)?.[1] ?? '';
}

/** What the database cannot take now, and where it lies, is nobody's business who has no token. */
function noteRefusal(data: Pick<SiteData, 'note'>, address: string, timeMs: number): void {
  try {
    data.note({ operator: '', action: 'refused', detail: `a wrong token from ${address}`, timeMs });
  } catch (error) {
    if ((error as Error).name !== 'StoreError') throw error;
  }
}

/** Who guesses is in the log, but does not fill it. */
class RefusalNotes {
  #sinceMs = 0;
  readonly #told = new Set<string>();

  isDue(address: string, nowMs: number): boolean {
    if (nowMs - this.#sinceMs >= REFUSALS_EVERY_MS) {
      this.#sinceMs = nowMs;
      this.#told.clear();
    }
    if (this.#told.has(address) || this.#told.size >= REFUSALS_MAX) return false;
    this.#told.add(address);
    return true;
  }
}

const REFUSALS_EVERY_MS = 3_600_000;
/** Addresses of which it is noted in an hour. */
const REFUSALS_MAX = 64;
