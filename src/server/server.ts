// The HTTP API of a site and the dashboard that uses nothing else. It wants a session for everything but its health, and
// says in /api/openapi.json what it answers.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { addCaptures } from './captures.ts';
import { CONNECTION_LIMITS, limitConnections, type ConnectionLimits } from './connections.ts';
import { addEvents } from './events.ts';
import { addReview } from './review-routes.ts';
import { addPlant } from './plant-routes.ts';
import { addReports } from './reports.ts';
import { addSettings, type Settings } from './settings.ts';
import { addAccess, type AccessOptions, type Door } from './access.ts';
import { listRoute } from './list-filters.ts';
import { WANTED_ACTION, openApi } from './open-api.ts';
import type {
  AlertQuery,
  AssetQuery,
  ConversationQuery,
  PageQuery,
  ProofOutcome,
  SiteData,
  WantedAction,
} from './site-data.ts';
import type { Uploads } from './uploads.ts';

/** A file of the dashboard. */
export interface DashboardFile {
  readonly path: string;
  readonly type: string;
  readonly content: string | Uint8Array;
}

export interface ServerOptions extends AccessOptions {
  readonly data: SiteData;
  readonly dashboard: readonly DashboardFile[];
  /** What 1sec.yaml says; absent: no settings are shown. */
  readonly settings?: Settings;
  /** Absent: it takes no captures. */
  readonly uploads?: Uploads;
  /** A certificate and its key (PEM): it speaks TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly connections?: ConnectionLimits;
  /** For tests: the time in milliseconds. */
  readonly now?: () => number;
}

const LIMIT_MAX = 1000;
/** For a whole request, an upload over a slow line among them. */
const REQUEST_TIME_MAX_MS = 900_000;
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
const PAGE_QUERY = {
  offset: { type: 'integer', minimum: 0, default: 0 },
  limit: { type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: 100 },
  search: { type: 'string', maxLength: 200, default: '' },
} as const;
const ID = { type: 'object', properties: { id: { type: 'string', maxLength: 200 } }, required: ['id'] } as const;

/** Not listening yet: `listen({ host: '127.0.0.1', port })` does that. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  // Loaded only here: no other command needs it.
  const { fastify } = await import('fastify');
  const now = options.now ?? Date.now;
  const headers = options.tls === undefined ? HEADERS : { ...HEADERS, 'strict-transport-security': 'max-age=31536000' };
  const server = newServer(fastify, options.tls, headers);
  limitConnections(server, options.connections ?? CONNECTION_LIMITS);
  server.addHook('onRequest', (_request, reply, done) => {
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    done();
  });
  const door = addAccess(server, options.data, options, now);
  server.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ error: 'there is nothing here' }));
  server.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    // The disk is full, another program holds the database, a file is gone: its line says so.
    if (error.name === 'StoreError' || error.name === 'UsageError')
      return reply.code(503).send({ error: error.message });
    const code = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 500;
    return reply.code(code).send({ error: code === 500 ? 'the server failed' : error.message });
  });

  server.get('/api/health', { config: { isOpen: true } }, () => ({ status: 'ok' }));
  server.get('/api/openapi.json', () => openApi());
  addLists(server, options.data);
  addProofs(server, options);
  addActions(server, options.data, door, now);
  const uploads = options.uploads ?? null;
  addCaptures(server, options.data, uploads, door, now);
  addEvents(server, options.data, uploads, door);
  addReports(server, options.data, door, now);
  if (options.settings !== undefined) addSettings(server, options.data, options.settings, door, now);
  addPlant(server, options.data, PAGE_QUERY);
  addReview(server, options.data, door, now, PAGE_QUERY);
  for (const { path, type, content } of options.dashboard) {
    server.get(path, { config: { isOpen: true } }, async (_request, reply) => reply.type(type).send(content));
  }
  return server;
}

type Fastify = typeof import('fastify').fastify;

function newServer(
  fastify: Fastify,
  tls: ServerOptions['tls'],
  headers: Readonly<Record<string, string>>,
): FastifyInstance {
  const options = {
    logger: false,
    bodyLimit: 4096,
    requestTimeout: REQUEST_TIME_MAX_MS,
    routerOptions: { maxParamLength: 200 },
    // No hook sees an address that cannot be read.
    frameworkErrors: (error: Error & { statusCode?: number }, _request: unknown, reply: FastifyReply) => {
      void reply
        .headers({ ...headers, connection: 'close' })
        .code(error.statusCode ?? 400)
        .send({ error: 'the address cannot be read' });
    },
  } as const;
  return tls === undefined
    ? fastify(options)
    : fastify({ ...options, https: { cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' } });
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

function addActions(server: FastifyInstance, data: SiteData, door: Door, now: () => number): void {
  server.post<{ Params: { id: string }; Body: Pick<WantedAction, 'action' | 'scope' | 'reason'> }>(
    '/api/alerts/:id/actions',
    { schema: { params: ID, body: WANTED_ACTION } },
    async (request, reply) => {
      const { params, body } = request;
      const operator = door.identityOf(request)!.name;
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
  const paged = { schema: { querystring: { type: 'object', properties: PAGE_QUERY } } };

  server.get('/api/overview', () => data.overview());
  server.get('/api/modules', () => data.modules());
  server.get('/api/protocols', () => data.protocols());
  server.get<{ Querystring: AssetQuery }>('/api/assets', listRoute('assets', PAGE_QUERY), ({ query }) =>
    data.assets(query),
  );
  server.get<{ Params: { id: string } }>('/api/assets/:id', { schema: { params: ID } }, ({ params }, reply) =>
    found(reply, data.asset(params.id)),
  );
  server.get<{ Querystring: AlertQuery }>('/api/alerts', listRoute('alerts', PAGE_QUERY), ({ query }) =>
    data.alerts(query),
  );
  server.get<{ Params: { id: string } }>('/api/alerts/:id', { schema: { params: ID } }, ({ params }, reply) =>
    found(reply, data.alert(params.id)),
  );
  server.get<{ Querystring: PageQuery }>('/api/incidents', paged, ({ query }) => data.incidents(query));
  server.get<{ Params: { id: string } }>('/api/incidents/:id', { schema: { params: ID } }, ({ params }, reply) =>
    found(reply, data.incident(params.id)),
  );
  server.get<{ Querystring: PageQuery }>('/api/actions', paged, ({ query }) => data.actions(query));
  server.get<{ Querystring: PageQuery }>('/api/log', paged, ({ query }) => data.log(query));
  const conversations = listRoute('conversations', PAGE_QUERY);
  server.get<{ Querystring: ConversationQuery }>('/api/conversations', conversations, ({ query }) =>
    data.conversations(query),
  );
}
