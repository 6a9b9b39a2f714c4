// The reports of a site: HTML that a browser shows in a page of its own, in which nothing runs.
import type { FastifyInstance } from 'fastify';
import type { ReportQuery, SiteData } from './site-data.ts';

/** The report names the hash of its own style in its head; here everything else is forbidden. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
const TIME = { type: 'string', maxLength: 40, default: '' } as const;
const SCHEMA = {
  params: { type: 'object', properties: { id: { type: 'string', maxLength: 40 } }, required: ['id'] },
  querystring: { type: 'object', properties: { since: TIME, until: TIME } },
} as const;

export function addReports(server: FastifyInstance, data: SiteData): void {
  server.get('/api/reports', () => data.reports());
  server.get<{ Params: { id: string }; Querystring: ReportQuery }>(
    '/api/reports/:id',
    { schema: SCHEMA },
    async ({ params, query }, reply) => {
      const outcome = data.report(params.id, query);
      if (outcome.kind === 'missing') return reply.code(404).send({ error: 'there is no report of this name' });
      if (outcome.kind === 'refused') return reply.code(400).send({ error: outcome.reason });
      reply.header('content-security-policy', POLICY);
      return reply.type('text/html; charset=utf-8').send(outcome.html);
    },
  );
}
