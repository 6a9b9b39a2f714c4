// Routes of what is done in the plant: the map, operations, points.
import type { FastifyInstance } from 'fastify';
import type { MapQuery, OperationQuery, PageQuery, SiteData } from './site-data.ts';

const SHORT = { type: 'string', maxLength: 200, default: '' } as const;
const WHEN = { type: 'string', maxLength: 40, pattern: '^(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z)?$', default: '' } as const;
const choice = (...values: readonly string[]): object => ({ enum: ['', ...values], default: '' });

/** `paging`: what every list can be asked. */
export function addPlant(server: FastifyInstance, data: SiteData, paging: Readonly<Record<string, unknown>>): void {
  const queried = (properties: Record<string, unknown>): { schema: { querystring: unknown } } => ({
    schema: { querystring: { type: 'object', properties } },
  });
  server.get<{ Querystring: MapQuery }>('/api/map', queried({ from: WHEN, until: WHEN, group: SHORT }), ({ query }) =>
    data.map(query),
  );
  server.get<{ Querystring: OperationQuery }>(
    '/api/operations',
    queried({
      ...paging,
      ...{ asset: SHORT, verb: SHORT, protocol: SHORT },
      side: choice('client', 'server'),
      outcome: choice('ok', 'refused', 'unanswered'),
      access: choice('read', 'write', 'engineering'),
    }),
    ({ query }) => data.operations(query),
  );
  server.get<{ Querystring: PageQuery & { readonly asset: string } }>(
    '/api/points',
    queried({ ...paging, asset: SHORT }),
    ({ query }) => data.points(query),
  );
}
