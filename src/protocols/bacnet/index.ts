// BACnet/IP and BACnet on Ethernet itself: two protocols with one meaning, and the running decoder.
import {
  NOT_THIS_PROTOCOL,
  Speaker,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import {
  BVLC_FROM,
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
import { LLC_SERVICE_ACCESS_POINT, LinkMessage, frameLooksLike, looksLike } from './parse-link.ts';
import { BacnetSession } from './session.ts';

const ETHERNET_NAME = 'bacnet-ethernet';
/** ISO 8802-3: no frame carries more. */
const ETHERNET_BYTES_MAX = 1500;
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
  start: (protocol) => new BacnetDecoder(protocol, false),
};

export const bacnetEthernet: Protocol = {
  ...bacnet,
  name: ETHERNET_NAME,
  title: 'BACnet on Ethernet',
  transports: ['link'],
  ports: [LLC_SERVICE_ACCESS_POINT],
  frameBytesMax: ETHERNET_BYTES_MAX,
  kinds: KINDS.filter(({ function: code }) => code < BVLC_FROM),
  summary: 'the same messages in frames of ISO 8802-3, without IP (clause 7)',
  start: (protocol) => new BacnetDecoder(protocol, true),
};

class BacnetDecoder implements ProtocolDecoder {
  readonly #session: BacnetSession;
  readonly #link = new LinkMessage();
  readonly #apdu = new ApduHeader();
  readonly #isEthernet: boolean;

  constructor(protocol: number, isEthernet: boolean) {
    this.#isEthernet = isEthernet;
    this.#session = new BacnetSession(protocol, isEthernet ? ETHERNET_NAME : NAME);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return this.#isEthernet ? frameLooksLike(bytes, start, end) : looksLike(bytes, start, end);
  }

  /** Who requests, or hears a notification, is the client; what is said to everybody makes nobody one. */
  speaker(bytes: Uint8Array, start: number, end: number): number {
    const link = this.#link;
    // Of a frame to everybody the sender is the client before anybody asks.
    if (this.#isEthernet) link.parseFrame(bytes, start, end, false);
    else link.parse(bytes, start, end);
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
    if (this.#isEthernet) this.#session.frame(bytes, start, end, context);
    else this.#session.datagram(bytes, start, end, context);
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
