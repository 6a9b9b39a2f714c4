// The reports of a site: HTML that a browser shows in a page of its own, in which nothing runs.
import type { FastifyInstance } from 'fastify';
import type { Door } from './access.ts';
import { RequestLimit } from './rate-limits.ts';
import type { ReportQuery, SiteData } from './site-data.ts';

/** The report names the hash of its own style in its head; here everything else is forbidden. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
const TIME = { type: 'string', maxLength: 40, default: '' } as const;
const SCHEMA = {
  params: { type: 'object', properties: { id: { type: 'string', maxLength: 40 } }, required: ['id'] },
  querystring: { type: 'object', properties: { since: TIME, until: TIME } },
} as const;

/**
 * A report of a large site takes seconds, in which nothing else is answered and a watch writes nothing down: each person
 * may have so many at once and in a minute, and all together.
 */
const OF_ONE = { burst: 6, perSecond: 1 / 10 } as const;
const OF_ALL = { burst: 12, perSecond: 1 / 10 } as const;
const WAIT_SECONDS = 10;

export function addReports(server: FastifyInstance, data: SiteData, door: Door, now: () => number): void {
  const ofOne = new RequestLimit(OF_ONE.burst, OF_ONE.perSecond);
  const ofAll = new RequestLimit(OF_ALL.burst, OF_ALL.perSecond);
  server.get('/api/reports', () => data.reports());
  server.get<{ Params: { id: string }; Querystring: ReportQuery }>(
    '/api/reports/:id',
    { schema: SCHEMA },
    async (request, reply) => {
      const { params, query } = request;
      const who = door.identityOf(request)?.name ?? '';
      if (!ofOne.take(who, now()) || !ofAll.take('', now())) {
        reply.header('retry-after', String(WAIT_SECONDS));
        return reply.code(429).send({ error: `too many reports at once; wait ${WAIT_SECONDS} s` });
      }
      const outcome = data.report(params.id, query);
      if (outcome.kind === 'missing') return reply.code(404).send({ error: 'there is no report of this name' });
      if (outcome.kind === 'refused') return reply.code(400).send({ error: outcome.reason });
      reply.header('content-security-policy', POLICY);
      return reply.type('text/html; charset=utf-8').send(outcome.html);
    },
  );
}
