// ICMP (RFC 792) and ICMPv6 (RFC 4443) with what is spoken on it: neighbours, routers, listeners. The protocol's entry in
// the list, and the running decoder.
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { EchoAnswers } from './echo-answers.ts';
import { EchoShapes } from './echo.ts';
import { Neighbours } from './neighbours.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

/** IP protocol numbers of ICMP and ICMPv6; the types below are of one of them only. */
const IP_PROTOCOLS = [1, 58];
const HEADER_BYTES = 4;
const Type = {
  echoReply: 0,
  echo: 8,
  echo6: 128,
  echoReply6: 129,
  listenerReport: 131,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
  listenerReport2: 143,
} as const;

export const icmp: Protocol = {
  name: 'icmp',
  title: 'ICMP and ICMPv6',
  transports: ['ip'],
  ports: IP_PROTOCOLS,
  frameBytesMax: 65_535,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'who has which IPv6 address, routers, members of multicast groups, echoes that carry data',
  start: () => new IcmpDecoder(),
};

class IcmpDecoder implements ProtocolDecoder {
  readonly #echoes = new EchoShapes();
  readonly #answers = new EchoAnswers();
  readonly #neighbours = new Neighbours();

  /** There is nothing else on these numbers. */
  looksLike(_bytes: Uint8Array, start: number, end: number): number {
    return end - start >= HEADER_BYTES ? Match.yes : Match.no;
  }

  speaker(): number {
    return Speaker.unknown;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < HEADER_BYTES) return;
    switch (bytes[start]) {
      case Type.echo:
      case Type.echo6:
        this.#echoes.request(context);
        this.#echoes.echo(bytes, start, end, context);
        this.#answers.request(bytes, start, end, context);
        return;
      case Type.echoReply:
      case Type.echoReply6:
        this.#echoes.echo(bytes, start, end, context);
        this.#answers.reply(bytes, start, end, context);
        return;
      case Type.neighbourSolicitation:
        this.#neighbours.solicitation(bytes, start, end, context);
        return;
      case Type.neighbourAdvertisement:
        this.#neighbours.advertisement(bytes, start, end, context);
        return;
      case Type.routerAdvertisement:
        this.#neighbours.router(bytes, start, end, context);
        return;
      case Type.listenerReport:
        this.#neighbours.listener(bytes, start, end, context);
        return;
      case Type.listenerReport2:
        this.#neighbours.listeners(bytes, start, end, context);
        return;
      default:
    }
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  gap(): void {
    // Packets are whole.
  }

  closed(flow: number): void {
    this.#echoes.closed(flow);
    this.#answers.closed(flow);
  }

  tick(): void {
    // Nothing waits.
  }
}
