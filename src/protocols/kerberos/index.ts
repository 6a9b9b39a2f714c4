// Kerberos 5, the tickets of Windows domains: the protocol's entry in the list, and the running decoder.
import type { KindSink, MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { errorName } from './messages.ts';
import { FRAME_BYTES_MAX, LENGTH_BYTES, frameSize, looksLike, speaker } from './parse.ts';
import { Exchanges } from './session.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

export const kerberos: Protocol = {
  name: 'kerberos',
  title: 'Kerberos 5',
  transports: ['udp', 'tcp'],
  ports: [88],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `message ${code}`,
  spaceName: () => '',
  codeName: errorName,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'Tickets of Windows domains: users, services, their outcomes, encryption that is too weak',
  start: () => new KerberosDecoder(),
};

class KerberosDecoder implements ProtocolDecoder {
  readonly #exchanges = new Exchanges();

  /** A datagram is a message, a stream has lengths between them: only one of both can fit. */
  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return Math.max(looksLike(bytes, start, end, false), looksLike(bytes, start, end, true));
  }

  speaker(bytes: Uint8Array, start: number): number {
    return speaker(bytes, bytes[start] === 0 ? start + LENGTH_BYTES : start);
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    return frameSize(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#exchanges.message(bytes, context.isTcp ? start + LENGTH_BYTES : start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, context.isTcp ? start + LENGTH_BYTES : start, end, tell);
  }

  gap(): void {}

  closed(flow: number, context: MessageContext): void {
    this.#exchanges.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#exchanges.tick(timeUs, context);
  }
}
