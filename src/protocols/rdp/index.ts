// RDP, the remote desktop of Windows: the protocol's entry in the list, and the running decoder.
import type { KindSink, MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { FRAME_BYTES_MAX as RECORD_BYTES_MAX } from '../tls/records.ts';
import { Connection, FRAME_BYTES_MAX, looksLike, speaker } from './parse.ts';
import { Sessions } from './session.ts';
import { MESSAGE_KINDS } from './kinds.ts';

export const rdp: Protocol = {
  name: 'rdp',
  title: 'RDP',
  transports: ['tcp'],
  ports: [3389],
  frameBytesMax: Math.max(FRAME_BYTES_MAX, RECORD_BYTES_MAX),
  functionName: (code) => `message ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'Remote desktop: security offered and chosen, name, build and keyboard of the client, its certificate',
  start: () => new RdpDecoder(),
};

class RdpDecoder implements ProtocolDecoder {
  readonly #sessions = new Sessions();
  readonly #connection = new Connection();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end, this.#connection);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return speaker(bytes, start, end);
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

  gap(): void {}

  /** What is encrypted goes on behind a loss. */
  resumes(flow: number, fromClient: boolean): boolean {
    return this.#sessions.gap(flow, fromClient);
  }

  closed(flow: number, context: MessageContext): void {
    this.#sessions.closed(flow, context);
  }

  tick(): void {}
}
