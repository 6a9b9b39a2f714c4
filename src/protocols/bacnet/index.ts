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
  Bvlc,
  FRAME_BYTES_MAX,
  KINDS,
  NAME,
  Pdu,
  UNITS,
  codeName,
  functionName,
  isAbsent,
  spaceName,
  verbOfBvlc,
  verbOfConfirmed,
  verbOfUnconfirmed,
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

  /** Who requests, or hears a notification, is the client; what is said to everybody makes nobody one. */
  speaker(bytes: Uint8Array, start: number, end: number): number {
    const link = this.#link;
    link.parse(bytes, start, end);
    if (link.isBroadcast) return Speaker.unknown;
    if (!link.hasNetworkLayer) return SPEAKER_OF_LINK_MESSAGE[link.bvlc] ?? Speaker.unknown;
    const apdu = this.#apdu;
    if (link.networkMessage >= 0 || !apdu.parse(bytes, link.payloadStart, link.end)) return Speaker.unknown;
    switch (apdu.type) {
      case Pdu.confirmedRequest:
        return verbOfConfirmed(apdu.service) === Verb.report ? Speaker.server : Speaker.client;
      case Pdu.unconfirmedRequest:
        return verbOfUnconfirmed(apdu.service) === Verb.report ? Speaker.server : Speaker.client;
      case Pdu.simpleAck:
      case Pdu.complexAck:
      case Pdu.error:
        return verbOfConfirmed(apdu.service) === Verb.report ? Speaker.client : Speaker.server;
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

/** By BVLC function: results and tables are answers, the others that carry nothing are requests. */
const SPEAKER_OF_LINK_MESSAGE: readonly (number | undefined)[] = Array.from({ length: Bvlc.secure }, (_, code) => {
  if (code === Bvlc.result || code === Bvlc.readBroadcastTableAck || code === Bvlc.readForeignTableAck) {
    return Speaker.server;
  }
  return verbOfBvlc(code) === Verb.other ? undefined : Speaker.client;
});
