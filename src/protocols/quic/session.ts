// Follows QUIC connections up to the two hellos, which are all that anybody but the two ends can read.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { tellClientHello, tellServerHello } from '../tls/facts.ts';
import { readClientHello, readServerHello } from '../tls/hello.ts';
import { HelloStream } from './hello-stream.ts';
import { LongHeader, PacketType, versionName } from './packets.ts';
import { type PacketKeys, initialKeys, unprotected } from './protection.ts';

/** Connections followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 8192;
/** So many Initial packets of a side are opened before its hello is given up. */
const PACKETS_MAX = 16;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const HANDSHAKE_HEADER_BYTES = 4;

interface Session {
  keys: { client: PacketKeys; server: PacketKeys } | null;
  /** Of client and server; null once it was read or given up. */
  readonly hellos: [HelloStream | null, HelloStream | null];
  readonly packets: [number, number];
}

export class Sessions {
  readonly #sessions = new Map<number, Session>();
  readonly #header = new LongHeader();

  datagram(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const header = this.#header;
    // Several packets may share a datagram (RFC 9000 12.2).
    for (let at = start; at < end && (bytes[at]! & 0x80) !== 0; at = header.end) {
      if (!header.read(bytes, at, end) || header.end <= at) return;
      if (header.type === PacketType.retry) this.#retry(context);
      else if (header.type === PacketType.initial) this.#initial(bytes, at, context);
    }
  }

  closed(flow: number): void {
    this.#sessions.delete(flow);
  }

  /** The client begins again, to another identifier, with other keys (RFC 9001 5.2). */
  #retry(context: MessageContext): void {
    const session = this.#sessions.get(context.flow);
    if (session !== undefined && !context.fromClient) session.keys = null;
  }

  #initial(bytes: Uint8Array, at: number, context: MessageContext): void {
    const header = this.#header;
    const side = context.fromClient ? 0 : 1;
    const session = this.#of(context.flow);
    if (session === null) return;
    // The server's keys follow from the client's first packet, too.
    if (session.keys === null && context.fromClient) {
      session.keys = initialKeys(header.version, bytes.subarray(header.targetStart, header.targetEnd));
    }
    const hello = session.hellos[side];
    if (hello === null || session.keys === null) return;
    if (++session.packets[side] > PACKETS_MAX) {
      session.hellos[side] = null;
      return;
    }
    const frames = unprotected(bytes, at, header, side === 0 ? session.keys.client : session.keys.server);
    if (frames === null) {
      if (side === 0) session.keys = null;
      return;
    }
    hello.add(frames);
    if (!hello.isWhole) return;
    session.hellos[side] = null;
    tellHello(hello, header.version, context);
  }

  #of(flow: number): Session | null {
    const known = this.#sessions.get(flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session: Session = { keys: null, hellos: [new HelloStream(), new HelloStream()], packets: [0, 0] };
    this.#sessions.set(flow, session);
    return session;
  }
}

function tellHello({ bytes, end }: HelloStream, version: number, context: MessageContext): void {
  if (bytes[0] === CLIENT_HELLO && context.fromClient) {
    const hello = readClientHello(bytes, HANDSHAKE_HEADER_BYTES, end);
    if (hello === null) return;
    tellClientHello(context, hello, bytes, 'q');
    tellTrait(context, 'quic-version', versionName(version));
    tellTrait(context, 'quic-alpn', printable(bytes, hello.alpnStart, hello.alpnEnd, 64));
  } else if (bytes[0] === SERVER_HELLO && !context.fromClient) {
    const hello = readServerHello(bytes, HANDSHAKE_HEADER_BYTES, end);
    if (hello !== null && !hello.isRetry) tellServerHello(context, hello);
  }
}

function tellTrait(context: MessageContext, trait: string, value: string): void {
  const { timeUs, frame, sink } = context;
  const host = context.fromClient ? context.client : context.server;
  if (value !== '') sink.trait({ fact: 'trait', timeUs, frame, host, trait, value });
}
