// Routes of what is done in the plant: the map, operations, points.
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { listRoute } from './list-filters.ts';
import type { MapQuery, OperationQuery, PageQuery, SiteData } from './site-data.ts';

const SHORT = { type: 'string', maxLength: 200, default: '' } as const;
const WHEN = { type: 'string', maxLength: 40, pattern: '^(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z)?$', default: '' } as const;

/** `paging`: what every list can be asked. */
export function addPlant(server: FastifyInstance, data: SiteData, paging: Readonly<Record<string, unknown>>): void {
  const queried = (properties: Record<string, unknown>): { schema: { querystring: unknown } } => ({
    schema: { querystring: { type: 'object', properties } },
  });
  server.get<{ Querystring: MapQuery }>('/api/map', queried({ from: WHEN, until: WHEN, group: SHORT }), ({ query }) =>
    data.map(query),
  );
  server.get<{ Querystring: OperationQuery }>('/api/operations', listRoute('operations', paging), ({ query }) =>
    data.operations(query),
  );
  server.get<{ Querystring: PageQuery & { readonly asset: string } }>(
    '/api/points',
    listRoute('points', paging),
    ({ query }) => data.points(query),
  );
  addCsv(server, data, paging);
}

/** Every list as a file, with the filters of the list; asked for part by part, so that other questions come in between. */
function addCsv(server: FastifyInstance, data: SiteData, paging: Readonly<Record<string, unknown>>): void {
  for (const list of data.csvLists) {
    const route = listRoute(list, { search: paging['search'] });
    server.get<{ Querystring: PageQuery }>(`/api/${list}.csv`, route, async ({ query }, reply) => {
      reply.header('content-disposition', `attachment; filename="${list}.csv"`);
      return reply.type('text/csv; charset=utf-8').send(Readable.from(data.csv(list, query)));
    });
  }
}
