// RADIUS: the protocol's entry in the list, and the running decoder.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { CAUSE_NAMES, CLIENT_CODES, FUNCTION_NAMES } from './messages.ts';
import { FRAME_BYTES_MAX, looksLike } from './parse.ts';
import { Session } from './session.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

export const radius: Protocol = {
  name: 'radius',
  title: 'RADIUS',
  transports: ['udp'],
  ports: [1812, 1813, 1645, 1646, 3799],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => FUNCTION_NAMES.get(code) ?? `code ${code}`,
  spaceName: (space) => (space === 0 ? '' : 'user'),
  codeName: (code) => CAUSE_NAMES.get(code) ?? `cause ${code}`,
  family: 'it',
  kinds: [...FUNCTION_NAMES].map(([code, name]) => ({ function: code, subfunction: -1, name })),
  messageKinds: MESSAGE_KINDS,
  summary: 'RADIUS: logins and their outcome, with EAP inside, names of access servers, sessions changed or ended',
  start: (protocol) => new RadiusDecoder(protocol),
};

class RadiusDecoder implements ProtocolDecoder {
  readonly #session: Session;

  constructor(protocol: number) {
    this.#session = new Session(protocol);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number): number {
    return CLIENT_CODES.has(bytes[start]!) ? Speaker.client : Speaker.server;
  }

  /** Datagrams are handed over whole. */
  frameSize(_bytes: Uint8Array, start: number, end: number): number {
    return end - start;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#session.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  gap(): void {}

  closed(flow: number, context: MessageContext): void {
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.tick(timeUs, context);
  }
}
