// QUIC, which carries HTTP/3: the protocol's entry in the list, and the running decoder.
import {
  NOT_THIS_PROTOCOL,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { LongHeader, looksLike, speaker } from './packets.ts';
import { Sessions } from './session.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

export const quic: Protocol = {
  name: 'quic',
  title: 'QUIC',
  transports: ['udp'],
  ports: [443],
  frameBytesMax: 65_535,
  functionName: (code) => `packet ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'Encrypted web traffic over UDP: fingerprints of both sides, server name, version, cipher',
  start: () => new QuicDecoder(),
};

class QuicDecoder implements ProtocolDecoder {
  readonly #sessions = new Sessions();
  readonly #header = new LongHeader();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end, this.#header);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return speaker(bytes, start, end, this.#header);
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#sessions.datagram(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  gap(): void {}

  closed(flow: number): void {
    this.#sessions.closed(flow);
  }

  tick(): void {}
}
