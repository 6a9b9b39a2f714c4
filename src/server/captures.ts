// The routes of captures: what the site was made from, and captures that operators send.
import type { FastifyInstance } from 'fastify';
import type { Readable } from 'node:stream';
import type { Door } from './access.ts';
import type { SiteData } from './site-data.ts';
import type { Upload, UploadOutcome, Uploads } from './uploads.ts';

const CODES: Readonly<Record<Exclude<UploadOutcome['kind'], 'done'>, number>> = {
  refused: 400,
  tooLarge: 413,
  full: 409,
};
const NAME = {
  type: 'object',
  properties: { name: { type: 'string', minLength: 1, maxLength: 200 } },
  required: ['name'],
} as const;
const ID = { type: 'object', properties: { id: { type: 'string', maxLength: 200 } }, required: ['id'] } as const;
const TYPE = 'application/octet-stream';

/** `uploads`: null: none are taken. */
export function addCaptures(
  server: FastifyInstance,
  data: SiteData,
  uploads: Uploads | null,
  door: Door,
  now: () => number,
): void {
  server.get('/api/captures', () => ({
    bytesMax: uploads?.bytesMax ?? null,
    uploads: uploads?.list().map(uploadJson) ?? [],
    captures: data.captures(),
  }));
  // As a stream: nothing of it is held in memory, and `bodyLimit` does not count here.
  server.addContentTypeParser(TYPE, (_request, payload, done) => done(null, payload));
  server.post<{ Querystring: { name: string }; Body: unknown }>(
    '/api/captures',
    { schema: { querystring: NAME }, config: { isUpload: true } },
    async (request, reply) => {
      if (uploads === null) return reply.code(409).send({ error: 'this server takes no captures' });
      if (request.headers['content-type'] !== TYPE)
        return reply.code(415).send({ error: `send the capture itself, as ${TYPE}` });
      const operator = door.identityOf(request)!.name;
      const { name } = request.query;
      data.note({ operator, action: 'upload', detail: name, timeMs: now() });
      const length = request.headers['content-length'];
      const size = length === undefined ? null : Number(length);
      const outcome = await uploads.receive(name, size, request.body as Readable, { operator, nowMs: now() });
      if (outcome.kind === 'done') return reply.code(202).send(uploadJson(outcome.upload));
      // The rest of the body is not read.
      reply.header('connection', 'close');
      return reply.code(CODES[outcome.kind]).send({ error: outcome.reason });
    },
  );
  server.post<{ Params: { id: string } }>('/api/captures/:id/cancel', { schema: { params: ID } }, (request, reply) => {
    const known = uploads?.list().find(({ id }) => id === request.params.id);
    if (uploads === null || known === undefined) return reply.code(404).send({ error: 'there is none with this id' });
    const operator = door.identityOf(request)!.name;
    data.note({ operator, action: 'upload-cancel', detail: known.name, timeMs: now() });
    if (uploads.cancel(known.id) !== 'done') return reply.code(409).send({ error: 'it has ended already' });
    return { status: 'ok' };
  });
}

export function uploadJson({ startedMs, ...upload }: Upload): Record<string, unknown> {
  return { ...upload, started: new Date(startedMs).toISOString() };
}
