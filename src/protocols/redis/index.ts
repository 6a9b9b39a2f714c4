// Redis: the protocol's entry in the list, and the running decoder.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { ERRORS, KINDS } from './messages.ts';
import { ARRAY, FRAME_BYTES_MAX, looksLike } from './parse.ts';
import { Sessions } from './session.ts';
import { MESSAGE_KINDS } from './kinds.ts';

export const redis: Protocol = {
  name: 'redis',
  title: 'Redis',
  transports: ['tcp'],
  ports: [6379],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => KINDS.find((kind) => kind.function === code)?.name ?? `command ${code}`,
  spaceName: (space) => (space === 1 ? 'setting' : ''),
  codeName: (code) => ERRORS[code - 1] ?? 'other error',
  family: 'it',
  kinds: KINDS,
  messageKinds: MESSAGE_KINDS,
  summary: 'Databases in memory (Redis, Valkey): logins and their outcome, version and system, changes of the server',
  start: (index) => new RedisDecoder(index),
};

class RedisDecoder implements ProtocolDecoder {
  readonly #sessions: Sessions;

  constructor(index: number) {
    this.#sessions = new Sessions(index);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  /** An array may be a request or an answer; a line of words is a request, all else an answer. */
  speaker(bytes: Uint8Array, start: number): number {
    const first = bytes[start] ?? 0;
    if (first === ARRAY) return Speaker.unknown;
    return (first | 0x20) >= 0x61 && (first | 0x20) <= 0x7a ? Speaker.client : Speaker.server;
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

  gap(flow: number, fromClient: boolean, context: MessageContext): void {
    this.#sessions.gap(flow, fromClient, context);
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
