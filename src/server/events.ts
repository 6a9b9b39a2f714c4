// Live changes as server-sent events (HTML, 9.2): a line whenever the site changed, so that a page asks again.
import type { FastifyInstance } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { SiteData } from './site-data.ts';

const LOOK_EVERY_MS = 1000;
/** A line without meaning, so that nobody in between takes the silence for the end. */
const BREATHE_EVERY_LOOKS = 15;
const LISTENERS_MAX = 32;

export function addEvents(server: FastifyInstance, data: SiteData): void {
  const listeners = new Set<ServerResponse>();
  let told = '';
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const version = data.version();
    if (version !== told) {
      told = version;
      for (const listener of listeners) listener.write('event: changed\ndata: {}\n\n');
    } else if (++looks % BREATHE_EVERY_LOOKS === 0) {
      for (const listener of listeners) listener.write(': here\n\n');
    }
  };
  const forget = (listener: ServerResponse): void => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  server.get('/api/events', async (_request, reply) => {
    if (listeners.size >= LISTENERS_MAX) return reply.code(429).send({ error: 'too many pages are open' });
    // What Fastify was told of headers is not written once the answer is taken over.
    const headers = reply.getHeaders() as Record<string, string>;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', connection: 'keep-alive' });
    raw.write('retry: 3000\n\n');
    listeners.add(raw);
    raw.on('close', () => forget(raw));
    if (timer !== undefined) return reply;
    told = data.version();
    timer = setInterval(look, LOOK_EVERY_MS);
    timer.unref();
    return reply;
  });
  // Before the listening ends: it waits for open answers.
  server.addHook('preClose', (done) => {
    for (const listener of listeners) listener.end();
    done();
  });
}
