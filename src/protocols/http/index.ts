// HTTP/1.x: the protocol's entry in the list, and the running decoder that ties framing and conversations together.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { METHODS, methodName, statusName } from './messages.ts';
import { FRAME_BYTES_MAX, Framing } from './framing.ts';
import { Start, startOf } from './head.ts';
import { isFirstSettings } from './http2-frames.ts';
import { looksLike } from './recognise.ts';
import { Session } from './session.ts';
import { MESSAGE_KINDS } from './kinds.ts';

export const http: Protocol = {
  name: 'http',
  title: 'HTTP',
  transports: ['tcp'],
  ports: [80, 8080, 8000, 8008, 8081, 8888, 3128, 5000, 5985, 49152],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: methodName,
  spaceName: (space) => (space === 0 ? '' : 'path'),
  codeName: statusName,
  family: 'it',
  kinds: METHODS.map((name, index) => ({ function: index + 1, subfunction: -1, name })),
  messageKinds: MESSAGE_KINDS,
  summary: 'Web pages of devices: what they say they are, logins, what is uploaded and downloaded',
  start: (protocol) => new HttpDecoder(new Session(protocol)),
};

export class HttpDecoder implements ProtocolDecoder {
  readonly #session: Session;
  readonly #framing: Framing;

  constructor(session: Session) {
    this.#session = session;
    this.#framing = new Framing(session);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    const kind = startOf(bytes, start, end);
    if (kind === Start.response || isFirstSettings(bytes, start, end)) return Speaker.server;
    return kind === Start.request ? Speaker.client : Speaker.unknown;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    return this.#framing.frameSize(bytes, start, end, context);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#framing.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    this.#framing.tellKinds(bytes, start, end, context, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#framing.gap(flow, fromClient);
  }

  resumes(flow: number, fromClient: boolean, context: MessageContext, lostBytes: number): boolean {
    return this.#framing.resumes(flow, fromClient, context, lostBytes);
  }

  ended(flow: number, fromClient: boolean, context: MessageContext): void {
    this.#framing.ended(flow, fromClient, context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.tick(timeUs, context);
  }
}
