// The door of the API: which names it answers to, how often somebody may ask, who is let in, and what they may do.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TOKEN } from './open-api.ts';
import { RequestLimit } from './rate-limits.ts';
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
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;
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

  server.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    if (!limit.take(request.ip, now())) {
      reply.header('retry-after', '1');
      await reply.code(429).send({ error: 'too many requests; wait a second' });
    } else if (!(isOwn === undefined ? LOOPBACK.test(host ?? '') : isOwn(hostName(host ?? '')))) {
      await reply.code(421).send({ error: 'this server answers to its own name only' });
    } else if (origin !== undefined && origin !== `${scheme}://${host ?? ''}`) {
      // A browser names the page that asks. One of another port of this machine is the same site, and brings the cookie.
      await reply.code(403).send({ error: 'another page may not ask this server' });
    } else if (!request.is404 && request.routeOptions.config.isOpen !== true) {
      // By the route and not by the address, which may be written in many ways (`/%61pi/…`).
      const identity = identityOf(request);
      if (identity === null) await reply.code(401).send({ error: 'no session: give your token' });
      else if (
        !READING.includes(request.method) &&
        request.routeOptions.config.forViewers !== true &&
        identity.role !== 'operator'
      )
        await reply.code(403).send({ error: 'a viewer looks only; an operator may do that' });
    }
  });

  server.post<{ Body: { token: string } }>(
    '/api/session',
    { schema: { body: TOKEN }, config: { isOpen: true } },
    async (request, reply) => {
      const opened = sessions.open(request.body.token, request.ip, now());
      if (opened.kind === 'wait') {
        reply.header('retry-after', String(opened.seconds));
        return reply.code(429).send({ error: `too many wrong tokens; wait ${opened.seconds} s` });
      }
      if (opened.kind === 'wrong') {
        if (refusals.isDue(request.ip, now()))
          data.note({ operator: '', action: 'refused', detail: `a wrong token from ${request.ip}`, timeMs: now() });
        return reply.code(401).send({ error: 'the token is wrong, was used already, or has expired' });
      }
      const { session, identity } = opened;
      const detail = `as ${identity.role} from ${request.ip}`;
      data.note({ operator: identity.name, action: 'session', detail, timeMs: now() });
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
