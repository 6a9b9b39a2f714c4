// Live changes as server-sent events (HTML, 9.2): a line whenever the site changed, so that a page asks again.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { Door } from './access.ts';
import { uploadJson } from './captures.ts';
import type { SiteData } from './site-data.ts';
import type { Uploads } from './uploads.ts';

const LOOK_EVERY_MS = 200;
/** A line without meaning, so that nobody in between takes the silence for the end. */
const BREATHE_EVERY_LOOKS = 75;
const LISTENERS_MAX = 32;
/** Of one person: who opens more pages keeps nobody else from being told. */
const LISTENERS_OF_ONE_MAX = 8;
/** Bytes that wait for a page which does not read: it asks anew when it wakes. */
const WAITING_BYTES_MAX = 256 * 1024;

interface Listener {
  readonly who: string;
  readonly isAllowed: () => boolean;
}

/** Also how far the captures are that are sent and read. */
export function addEvents(server: FastifyInstance, data: SiteData, uploads: Uploads | null, door: Door): void {
  /** With the question whether the session still holds: an open page keeps it in use, and ends with it. */
  const listeners = new Map<ServerResponse, Listener>();
  let told = '';
  let progressTold = 0;
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    for (const [listener, { isAllowed }] of listeners) {
      if (listener.writableLength > WAITING_BYTES_MAX) listener.destroy();
      else if (!isAllowed()) listener.end();
    }
    const progress = uploads?.version() ?? 0;
    if (uploads !== null && progress !== progressTold) {
      progressTold = progress;
      const text = JSON.stringify(uploads.list().map(uploadJson));
      for (const listener of listeners.keys()) listener.write(`event: captures\ndata: ${text}\n\n`);
    }
    const version = data.version();
    if (version !== told) {
      told = version;
      for (const listener of listeners.keys()) listener.write('event: changed\ndata: {}\n\n');
    } else if (++looks % BREATHE_EVERY_LOOKS === 0) {
      for (const listener of listeners.keys()) listener.write(': here\n\n');
    }
  };
  const nameOf = (request: FastifyRequest): string => {
    const identity = door.identityOf(request);
    return identity === null ? '' : `${identity.role} ${identity.name}`;
  };
  const forget = (listener: ServerResponse): void => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  server.get('/api/events', async (request, reply) => {
    const who = nameOf(request);
    const own = [...listeners.values()].filter((listener) => listener.who === who).length;
    if (listeners.size >= LISTENERS_MAX || own >= LISTENERS_OF_ONE_MAX)
      return reply.code(429).send({ error: 'too many pages are open' });
    // What Fastify was told of headers is not written once the answer is taken over.
    const headers = reply.getHeaders() as Record<string, string>;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', connection: 'keep-alive' });
    raw.write('retry: 3000\n\n');
    listeners.set(raw, { who, isAllowed: () => door.identityOf(request) !== null });
    raw.on('close', () => forget(raw));
    if (timer !== undefined) return reply;
    told = data.version();
    progressTold = uploads?.version() ?? 0;
    timer = setInterval(look, LOOK_EVERY_MS);
    timer.unref();
    return reply;
  });
  // Before the listening ends: it waits for open answers.
  server.addHook('preClose', (done) => {
    for (const listener of listeners.keys()) listener.end();
    done();
  });
}
