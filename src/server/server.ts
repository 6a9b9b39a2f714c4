// The HTTP API of a site and the dashboard that uses nothing else. It listens on loopback only, wants a session for
// everything but its health, and says in /api/openapi.json what it answers.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { addEvents } from './events.ts';
import { addPlant } from './plant-routes.ts';
import { TOKEN, WANTED_ACTION, openApi } from './open-api.ts';
import { COOKIE, Sessions, sessionOf, type Role } from './sessions.ts';
import type {
  AlertQuery,
  AssetQuery,
  ConversationQuery,
  PageQuery,
  ProofOutcome,
  SiteData,
  WantedAction,
} from './site-data.ts';

/** A file of the dashboard. */
export interface DashboardFile {
  readonly path: string;
  readonly type: string;
  readonly content: string | Uint8Array;
}

export interface ServerOptions {
  readonly data: SiteData;
  readonly dashboard: readonly DashboardFile[];
  /** Each opens one session; shown to who started the program. */
  readonly tokens: Readonly<Partial<Record<Role, string>>>;
  /** Who operates, as the log of what was done names them. */
  readonly operator: string;
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
const READING = ['GET', 'HEAD'];
const ID = { type: 'object', properties: { id: { type: 'string', maxLength: 200 } }, required: ['id'] } as const;

/** Not listening yet: `listen({ host: '127.0.0.1', port })` does that. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  // Loaded only here: no other command needs it.
  const { fastify } = await import('fastify');
  const now = options.now ?? Date.now;
  const sessions = new Sessions(options.tokens);
  const server = fastify({ logger: false, bodyLimit: 4096, routerOptions: { maxParamLength: 200 } });

  server.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value);
    if (!OWN_HOST.test(request.headers.host ?? '')) {
      await reply.code(421).send({ error: 'this server answers to its own name only' });
      return;
    }
    if (isForeign(request.headers.origin, request.headers.host)) {
      await reply.code(403).send({ error: 'another page may not ask this server' });
      return;
    }
    const path = request.url.split('?')[0] ?? '';
    const isOpen = !path.startsWith('/api/') || path === '/api/health' || path === '/api/session';
    if (isOpen) return;
    const role = sessions.roleOf(sessionOf(request.headers.cookie), now());
    if (role === null) await reply.code(401).send({ error: 'open the address that the program printed' });
    else if (!READING.includes(request.method) && role !== 'operator')
      await reply.code(403).send({ error: 'a viewer looks only; open the address for operators' });
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
  addProofs(server, options);
  addActions(server, options, now);
  addPlant(server, options.data, PAGE_QUERY);
  addEvents(server, options.data);
  for (const { path, type, content } of options.dashboard) {
    server.get(path, async (_request, reply) => reply.type(type).send(content));
  }
  return server;
}

function addSessions(server: FastifyInstance, sessions: Sessions, now: () => number): void {
  server.post<{ Body: { token: string } }>('/api/session', { schema: { body: TOKEN } }, async (request, reply) => {
    const opened = sessions.open(request.body.token, now());
    if (opened === null) return reply.code(401).send({ error: 'the token is wrong, or was used already' });
    reply.header('set-cookie', `${COOKIE}=${opened.session}; HttpOnly; SameSite=Strict; Path=/`);
    return { status: 'ok', role: opened.role };
  });
  server.get('/api/me', (request) => ({ role: sessions.roleOf(sessionOf(request.headers.cookie), now()) }));
}

/** A browser names the page that asks. One of another port of this machine is the same site, and brings the cookie. */
function isForeign(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && origin !== `http://${host ?? ''}` && origin !== `https://${host ?? ''}`;
}

/** The frames that prove an alert, to look at and as a capture. */
function addProofs(server: FastifyInstance, { data }: ServerOptions): void {
  const route = { schema: { params: ID } };
  const refuse = async (reply: FastifyReply, outcome: ProofOutcome): Promise<unknown> =>
    outcome.kind === 'gone'
      ? reply.code(410).send({ error: outcome.reason })
      : reply.code(404).send({ error: 'there is none with this id' });
  server.get<{ Params: { id: string } }>('/api/alerts/:id/frames', route, async ({ params }, reply) => {
    const outcome = await data.proof(params.id);
    return outcome.kind === 'done' ? outcome.item : refuse(reply, outcome);
  });
  server.get<{ Params: { id: string } }>('/api/alerts/:id/evidence.pcapng', route, async ({ params }, reply) => {
    const outcome = await data.proof(params.id);
    if (outcome.kind !== 'done') return refuse(reply, outcome);
    reply.header('content-disposition', `attachment; filename="alert-${params.id.replace(/[^\w-]/g, '_')}.pcapng"`);
    return reply.type('application/octet-stream').send(outcome.pcapng);
  });
}

function addActions(server: FastifyInstance, { data, operator }: ServerOptions, now: () => number): void {
  server.post<{ Params: { id: string }; Body: Pick<WantedAction, 'action' | 'scope' | 'reason'> }>(
    '/api/alerts/:id/actions',
    { schema: { params: ID, body: WANTED_ACTION } },
    async ({ params, body }, reply) => {
      const outcome = data.act(params.id, { ...body, operator, timeMs: now() });
      if (outcome.kind === 'done') return outcome.item;
      if (outcome.kind === 'missing') return reply.code(404).send({ error: 'there is none with this id' });
      return reply.code(409).send({ error: outcome.reason });
    },
  );
}

function addLists(server: FastifyInstance, data: SiteData): void {
  const found = async (reply: FastifyReply, item: unknown): Promise<unknown> =>
    item === null ? reply.code(404).send({ error: 'there is none with this id' }) : item;
  const paged = (more: Record<string, unknown> = {}): { schema: { querystring: unknown } } => ({
    schema: { querystring: { type: 'object', properties: { ...PAGE_QUERY, ...more } } },
  });

  server.get('/api/overview', () => data.overview());
  server.get('/api/modules', () => data.modules());
  server.get('/api/protocols', () => data.protocols());
  const assets = paged({
    role: SHORT_TEXT,
    level: { enum: ['', 'unknown', '0', '1', '2', '3', '4', '5'], default: '' },
  });
  server.get<{ Querystring: AssetQuery }>('/api/assets', assets, ({ query }) => data.assets(query));
  server.get<{ Params: { id: string } }>('/api/assets/:id', { schema: { params: ID } }, ({ params }, reply) =>
    found(reply, data.asset(params.id)),
  );
  const alerts = paged({ severity: SHORT_TEXT, asset: SHORT_TEXT, status: SHORT_TEXT });
  server.get<{ Querystring: AlertQuery }>('/api/alerts', alerts, ({ query }) => data.alerts(query));
  server.get<{ Params: { id: string } }>('/api/alerts/:id', { schema: { params: ID } }, ({ params }, reply) =>
    found(reply, data.alert(params.id)),
  );
  server.get<{ Querystring: PageQuery }>('/api/incidents', paged(), ({ query }) => data.incidents(query));
  server.get<{ Params: { id: string } }>('/api/incidents/:id', { schema: { params: ID } }, ({ params }, reply) =>
    found(reply, data.incident(params.id)),
  );
  server.get<{ Querystring: PageQuery }>('/api/actions', paged(), ({ query }) => data.actions(query));
  const conversations = paged({ host: SHORT_TEXT, protocol: SHORT_TEXT });
  server.get<{ Querystring: ConversationQuery }>('/api/conversations', conversations, ({ query }) =>
    data.conversations(query),
  );
}
