// What one address may hold of the server before it has shown a token: so many connections, and a body that comes in time.
import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import { networkOf } from './rate-limits.ts';

export interface ConnectionLimits {
  /** Of all. */
  readonly connections: number;
  /** Of one address: a browser opens six, a proxy some more. */
  readonly ofOneAddress: number;
  /** For the body of a request that is no upload. */
  readonly bodyTimeMs: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = { connections: 512, ofOneAddress: 128, bodyTimeMs: 20_000 };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body may take as long as a request may. */
    readonly isUpload?: boolean;
  }
}

export function limitConnections(
  server: FastifyInstance,
  { connections, ofOneAddress, bodyTimeMs }: ConnectionLimits,
): void {
  const open = new Map<string, number>();
  server.server.maxConnections = connections;
  server.server.on('connection', (socket: Socket) => {
    const who = networkOf(socket.remoteAddress ?? '');
    const count = (open.get(who) ?? 0) + 1;
    open.set(who, count);
    socket.once('close', () => {
      const left = open.get(who)! - 1;
      if (left === 0) open.delete(who);
      else open.set(who, left);
    });
    if (count > ofOneAddress) socket.destroy();
  });

  // Of a whole request, the time is that of an upload over a slow line: too long for who has not shown a token.
  const late = new WeakMap<object, NodeJS.Timeout>();
  server.addHook('preParsing', (request, _reply, _payload, done) => {
    if (request.routeOptions.config.isUpload !== true)
      late.set(
        request,
        setTimeout(() => request.raw.destroy(), bodyTimeMs),
      );
    done();
  });
  server.addHook('preValidation', (request, _reply, done) => {
    clearTimeout(late.get(request));
    done();
  });
  server.addHook('onResponse', (request, _reply, done) => {
    clearTimeout(late.get(request));
    done();
  });
}
