// PostgreSQL: the protocol's entry in the list, and the running decoder that ties framing and sessions together.
import type { KindSink, MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { KIND_NAMES, MESSAGE_NAMES, codeName, functionName } from './messages.ts';
import { FRAME_BYTES_MAX, looksLike, speakerOf } from './parse.ts';
import { Sessions } from './session.ts';
import { MESSAGE_KINDS } from './kinds.ts';

export const postgres: Protocol = {
  name: 'postgres',
  title: 'PostgreSQL',
  transports: ['tcp'],
  ports: [5432],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName,
  spaceName: () => '',
  codeName,
  family: 'it',
  kinds: [...MESSAGE_NAMES.keys()].flatMap((message) =>
    [...KIND_NAMES.keys()].map((kind) => ({ function: message, subfunction: kind, name: functionName(message, kind) })),
  ),
  messageKinds: MESSAGE_KINDS,
  summary: 'PostgreSQL: versions, logins and their outcome, statements that reach programs, files or accounts',
  start: (protocol) => new PostgresDecoder(protocol),
};

class PostgresDecoder implements ProtocolDecoder {
  readonly #sessions: Sessions;

  constructor(protocol: number) {
    this.#sessions = new Sessions(protocol);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return speakerOf(bytes, start, end);
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    return this.#sessions.frameSize(bytes, start, end, context);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#sessions.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    this.#sessions.tellKinds(bytes, start, end, context, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#sessions.gap(flow, fromClient);
  }

  resumes(flow: number, fromClient: boolean, _context: MessageContext, lostBytes: number): boolean {
    return this.#sessions.resumes(flow, fromClient, lostBytes);
  }

  closed(flow: number, context: MessageContext): void {
    this.#sessions.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#sessions.tick(timeUs, context);
  }
}
