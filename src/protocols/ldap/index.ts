// LDAP: the protocol's entry in the list, and the running decoder.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { REQUESTS } from './messages.ts';
import { looksLike, operationAt } from './parse.ts';
import { SIGNED_BYTES_MAX, Sessions } from './session.ts';
import { MESSAGE_KINDS } from './kinds.ts';

export const ldap: Protocol = {
  name: 'ldap',
  title: 'LDAP',
  transports: ['tcp', 'udp'],
  ports: [389, 3268],
  frameBytesMax: SIGNED_BYTES_MAX,
  functionName: (code) => `message ${code}`,
  spaceName: () => '',
  codeName: (code) => `result ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'Directories (LDAP): binds with name, mechanism and result, what a server says of itself',
  start: () => new LdapDecoder(),
};

class LdapDecoder implements ProtocolDecoder {
  readonly #sessions = new Sessions();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    const at = operationAt(bytes, start, end);
    if (at === 0) return Speaker.unknown;
    return REQUESTS.has(bytes[at]!) ? Speaker.client : Speaker.server;
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
