// TLS and SSL over TCP: the protocol's entry in the list, and the running decoder.
import type { KindSink, MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { FRAME_BYTES_MAX, looksLike, speaker } from './records.ts';
import { Conversations } from './session.ts';
import { MESSAGE_KINDS } from './kinds.ts';

/** HTTPS, mail, directory, FTP, SIP, MQTT and DNS; Modbus Security (802) and IEC 62351-3 on IEC 104 (19998). */
const PORTS = [443, 465, 636, 802, 853, 989, 990, 993, 995, 5061, 8443, 8883, 19_998];

export const tls: Protocol = {
  name: 'tls',
  title: 'TLS',
  transports: ['tcp'],
  ports: PORTS,
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `message ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'Encrypted conversations: fingerprints of both sides, server name, version, cipher, certificate',
  start: () => new TlsDecoder(),
};

class TlsDecoder implements ProtocolDecoder {
  readonly #conversations = new Conversations();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return speaker(bytes, start, end);
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    return this.#conversations.frameSize(bytes, start, end, context);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#conversations.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    this.#conversations.tellKinds(bytes, start, end, context, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#conversations.gap(flow, fromClient);
  }

  closed(flow: number): void {
    this.#conversations.closed(flow);
  }

  tick(): void {}
}
