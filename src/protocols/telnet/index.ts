// Telnet: the protocol's entry in the list, and the running decoder.
import type { KindSink, MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { FRAME_BYTES_MAX, looksLike, speakerOf } from './parse.ts';
import { Sessions } from './session.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

export const telnet: Protocol = {
  name: 'telnet',
  title: 'Telnet',
  transports: ['tcp'],
  ports: [23],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `command ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary:
    'Terminals without encryption: logins with their outcome, what systems show before them, terminals and users',
  start: () => new TelnetDecoder(),
};

class TelnetDecoder implements ProtocolDecoder {
  readonly #sessions = new Sessions();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return speakerOf(bytes, start, end);
  }

  /** Bytes mean the same however they are cut. */
  frameSize(_bytes: Uint8Array, start: number, end: number): number {
    return Math.min(end - start, FRAME_BYTES_MAX);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#sessions.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#sessions.gap(flow, fromClient);
  }

  /** Every byte is one of Telnet. */
  resumes(): boolean {
    return true;
  }

  closed(flow: number, context: MessageContext): void {
    this.#sessions.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#sessions.tick(timeUs, context);
  }
}
