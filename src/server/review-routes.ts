// Routes of what people look through and judge: segmentation, firmware, logins, and the baseline with what is done to it.
import type { FastifyInstance } from 'fastify';
import type { Door } from './access.ts';
import { listRoute } from './list-filters.ts';
import { BASELINE_WISH } from './plant-schemas.ts';
import type { BaselineQuery, FirmwareQuery, LoginQuery, PageQuery, SiteData } from './site-data.ts';

const SHORT = { type: 'string', maxLength: 200, default: '' } as const;
const ID = { type: 'object', properties: { id: { type: 'string', maxLength: 200 } }, required: ['id'] } as const;
const ONCE = { enum: ['', 'once'], default: '' } as const;

/** `paging`: what every list can be asked. */
export function addReview(
  server: FastifyInstance,
  data: SiteData,
  door: Door,
  now: () => number,
  paging: Readonly<Record<string, unknown>>,
): void {
  const queried = (more: Record<string, unknown> = {}): { schema: { querystring: unknown } } => ({
    schema: { querystring: { type: 'object', properties: { ...paging, ...more } } },
  });
  server.get('/api/segmentation', () => data.segmentation());
  server.get<{ Querystring: FirmwareQuery }>('/api/firmware', listRoute('firmware', paging), ({ query }) =>
    data.firmware(query),
  );
  server.get<{ Querystring: LoginQuery }>('/api/logins', listRoute('logins', paging), ({ query }) =>
    data.logins(query),
  );
  server.get<{ Querystring: PageQuery }>('/api/hardening', queried(), ({ query }) => data.hardening(query));
  const baseline = queried({ only: ONCE, address: SHORT });
  server.get<{ Querystring: BaselineQuery }>('/api/baseline', baseline, ({ query }) => data.baseline(query));
  server.get<{ Params: { id: string }; Querystring: PageQuery }>(
    '/api/assets/:id/timeline',
    { schema: { params: ID, ...queried().schema } },
    async ({ params, query }, reply) =>
      data.timeline(params.id, query) ?? reply.code(404).send({ error: 'there is none with this id' }),
  );
  server.post<{ Params: { id: string }; Body: { readonly action: 'approve' | 'forget' } }>(
    '/api/baseline/:id/actions',
    { schema: { params: ID, body: BASELINE_WISH } },
    async (request, reply) => {
      const { params, body } = request;
      const operator = door.identityOf(request)?.name ?? '';
      const outcome = data.actOnBaseline(params.id, body.action, (told) =>
        data.note({ operator, action: 'settings', detail: `baseline ${body.action}: ${told}`, timeMs: now() }),
      );
      if (outcome.kind === 'missing') return reply.code(404).send({ error: 'there is no such line any more' });
      if (outcome.kind === 'refused') return reply.code(409).send({ error: outcome.reason });
      return { told: outcome.told };
    },
  );
}
