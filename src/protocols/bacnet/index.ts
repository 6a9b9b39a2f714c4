// BACnet/IP: the protocol's entry in the list, and the running decoder.
import {
  NOT_THIS_PROTOCOL,
  Speaker,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import {
  FRAME_BYTES_MAX,
  KINDS,
  NAME,
  Pdu,
  UNITS,
  codeName,
  functionName,
  isAbsent,
  spaceName,
  verbOfConfirmed,
} from './messages.ts';
import { ApduHeader } from './parse-apdu.ts';
import { LinkMessage, looksLike } from './parse-link.ts';
import { BacnetSession } from './session.ts';

/** 0xBAC0, and the ports next to it where several networks share one wire (J.1.2). */
const PORTS = Array.from({ length: 16 }, (_, index) => 0xbac0 + index);

export const bacnet: Protocol = {
  name: NAME,
  title: 'BACnet/IP',
  transports: ['udp'],
  ports: PORTS,
  frameBytesMax: FRAME_BYTES_MAX,
  functionName,
  spaceName,
  codeName,
  isAbsent,
  family: 'building',
  units: UNITS,
  kinds: KINDS,
  summary: 'all services with objects, properties and values, segmentation, routers, broadcast tables, foreign devices',
  start: (protocol) => new BacnetDecoder(protocol),
};

class BacnetDecoder implements ProtocolDecoder {
  readonly #session: BacnetSession;
  readonly #link = new LinkMessage();
  readonly #apdu = new ApduHeader();

  constructor(protocol: number) {
    this.#session = new BacnetSession(protocol);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  /** Only a request and its acknowledgement tell; what is said to everybody does not make its sender a client. */
  speaker(bytes: Uint8Array, start: number, end: number): number {
    const link = this.#link;
    link.parse(bytes, start, end);
    if (!link.hasNetworkLayer || link.networkMessage >= 0 || link.isBroadcast) return Speaker.unknown;
    if (!this.#apdu.parse(bytes, link.payloadStart, link.end)) return Speaker.unknown;
    switch (this.#apdu.type) {
      case Pdu.confirmedRequest:
        return isNotification(this.#apdu.service) ? Speaker.unknown : Speaker.client;
      case Pdu.simpleAck:
      case Pdu.complexAck:
      case Pdu.error:
        return isNotification(this.#apdu.service) ? Speaker.unknown : Speaker.server;
      default:
        return Speaker.unknown;
    }
  }

  frameSize(): number {
    // Datagrams are whole.
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#session.datagram(bytes, start, end, context);
  }

  gap(flow: number): void {
    this.#session.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.tick(timeUs, context);
  }
}

/** Notifications are said by the server and acknowledged by the client. */
function isNotification(service: number): boolean {
  return verbOfConfirmed(service) === Verb.report;
}
