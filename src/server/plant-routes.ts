// Routes of what is done in the plant: the map, operations, points.
import { Readable } from 'node:stream';
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
  addCsv(server, data, paging);
}

/** Every list as a file, with the filters of the list; asked for part by part, so that other questions come in between. */
function addCsv(server: FastifyInstance, data: SiteData, paging: Readonly<Record<string, unknown>>): void {
  const filters = Object.fromEntries(
    [
      'asset',
      'role',
      'level',
      'severity',
      'status',
      'host',
      'protocol',
      'side',
      'verb',
      'outcome',
      'access',
      'what',
    ].map((name) => [name, SHORT]),
  );
  const schema = { querystring: { type: 'object', properties: { search: paging['search'], ...filters } } };
  for (const list of data.csvLists) {
    server.get<{ Querystring: PageQuery }>(`/api/${list}.csv`, { schema }, async ({ query }, reply) => {
      reply.header('content-disposition', `attachment; filename="${list}.csv"`);
      return reply.type('text/csv; charset=utf-8').send(Readable.from(data.csv(list, query)));
    });
  }
}
