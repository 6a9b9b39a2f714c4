// The HTTP API of a site and the dashboard that uses nothing else. It listens on loopback only, wants a session for
// everything but its health, and says in /api/openapi.json what it answers.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { openApi } from './open-api.ts';
import { COOKIE, Sessions, sessionOf } from './sessions.ts';
import type { AlertQuery, ConversationQuery, PageQuery, SiteData } from './site-data.ts';

/** A file of the dashboard. */
export interface DashboardFile {
  readonly path: string;
  readonly type: string;
  readonly content: string | Uint8Array;
}

export interface ServerOptions {
  readonly data: SiteData;
  readonly dashboard: readonly DashboardFile[];
  /** Opens one session; shown to who started the program. */
  readonly token: string;
  /** For tests: the time in milliseconds. */
  readonly now?: () => number;
}

const LIMIT_MAX = 1000;
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
/** Names under which a browser on this machine may ask: another one is a page that tricks it (DNS rebinding). */
const OWN_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

const PAGE_QUERY = {
  offset: { type: 'integer', minimum: 0, default: 0 },
  limit: { type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: 100 },
  search: { type: 'string', maxLength: 200, default: '' },
} as const;
const SHORT_TEXT = { type: 'string', maxLength: 200, default: '' } as const;
const ID = { type: 'object', properties: { id: { type: 'string', maxLength: 200 } }, required: ['id'] } as const;

/** Not listening yet: `listen({ host: '127.0.0.1', port })` does that. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  // Loaded only here: no other command needs it.
  const { fastify } = await import('fastify');
  const now = options.now ?? Date.now;
  const sessions = new Sessions(options.token);
  const server = fastify({ logger: false, bodyLimit: 4096, routerOptions: { maxParamLength: 200 } });

  server.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value);
    if (!OWN_HOST.test(request.headers.host ?? '')) {
      await reply.code(421).send({ error: 'this server answers to its own name only' });
      return;
    }
    const path = request.url.split('?')[0] ?? '';
    const isOpen = !path.startsWith('/api/') || path === '/api/health' || path === '/api/session';
    if (isOpen || sessions.isOpen(sessionOf(request.headers.cookie), now())) return;
    await reply.code(401).send({ error: 'open the address that the program printed' });
  });
  server.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ error: 'there is nothing here' }));
  server.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    const code = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
    return reply.code(code).send({ error: code === 500 ? 'the server failed' : error.message });
  });

  server.get('/api/health', () => ({ status: 'ok' }));
  server.get('/api/openapi.json', () => openApi());
  addSessions(server, sessions, now);
  addLists(server, options.data);
  for (const { path, type, content } of options.dashboard) {
    server.get(path, async (_request, reply) => reply.type(type).send(content));
  }
  return server;
}

function addSessions(server: FastifyInstance, sessions: Sessions, now: () => number): void {
  const body = { type: 'object', properties: { token: { type: 'string', maxLength: 200 } }, required: ['token'] };
  server.post<{ Body: { token: string } }>('/api/session', { schema: { body } }, async (request, reply) => {
    const session = sessions.open(request.body.token, now());
    if (session === null) return reply.code(401).send({ error: 'the token is wrong, or was used already' });
    reply.header('set-cookie', `${COOKIE}=${session}; HttpOnly; SameSite=Strict; Path=/`);
    return { status: 'ok' };
  });
}

function addLists(server: FastifyInstance, data: SiteData): void {
  const found = async (reply: FastifyReply, item: unknown): Promise<unknown> =>
    item === null ? reply.code(404).send({ error: 'there is none with this id' }) : item;
  const paged = (more: Record<string, unknown> = {}): { schema: { querystring: unknown } } => ({
    schema: { querystring: { type: 'object', properties: { ...PAGE_QUERY, ...more } } },
  });

  server.get('/api/overview', () => data.overview());
  server.get('/api/map', () => data.map(LIMIT_MAX));
  server.get('/api/modules', () => data.modules());
  server.get('/api/protocols', () => data.protocols());
  server.get<{ Querystring: PageQuery }>('/api/assets', paged(), ({ query }) => data.assets(query));
  server.get<{ Params: { id: string } }>('/api/assets/:id', { schema: { params: ID } }, ({ params }, reply) =>
    found(reply, data.asset(params.id)),
  );
  const alerts = paged({ severity: SHORT_TEXT, asset: SHORT_TEXT });
  server.get<{ Querystring: AlertQuery }>('/api/alerts', alerts, ({ query }) => data.alerts(query));
  server.get<{ Params: { id: string } }>('/api/alerts/:id', { schema: { params: ID } }, ({ params }, reply) =>
    found(reply, data.alert(params.id)),
  );
  const conversations = paged({ host: SHORT_TEXT, protocol: SHORT_TEXT });
  server.get<{ Querystring: ConversationQuery }>('/api/conversations', conversations, ({ query }) =>
    data.conversations(query),
  );
}
