// DHCP for IPv4, and DHCPv6: the entries in the list of protocols, and the running decoders.
import {
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { FUNCTION_NAMES } from './messages.ts';
import { FRAME_BYTES_MAX, looksLike } from './parse.ts';
import { DhcpSession } from './session.ts';
import { FUNCTION_NAMES_6, isOfServer } from './v6-messages.ts';
import { looksLike6 } from './v6-parse.ts';
import { Dhcp6Session } from './v6-session.ts';
import { MESSAGE_KINDS, MESSAGE_KINDS_6, messageKind6, tellKinds } from './kinds.ts';

export const dhcp: Protocol = {
  name: 'dhcp',
  title: 'DHCP',
  transports: ['udp'],
  ports: [67, 68],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => FUNCTION_NAMES.get(code) ?? `message type ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [...FUNCTION_NAMES].map(([code, kind]) => ({ function: code, subfunction: -1, name: kind })),
  messageKinds: MESSAGE_KINDS,
  summary: 'who was given which address, what clients say of themselves, what servers hand out',
  start: () => new DhcpDecoder(),
};

class DhcpDecoder implements ProtocolDecoder {
  readonly #session = new DhcpSession();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number): number {
    return bytes[start] === 1 ? Speaker.client : Speaker.server;
  }

  frameSize(): number {
    // Datagrams are whole.
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#session.datagram(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  gap(): void {}

  closed(flow: number, context: MessageContext): void {
    this.#session.unanswered(flow, context.timeUs, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.unanswered(0, timeUs, context);
  }
}

export const dhcpv6: Protocol = {
  name: 'dhcpv6',
  title: 'DHCPv6',
  transports: ['udp'],
  ports: [546, 547],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => FUNCTION_NAMES_6.get(code) ?? `message type ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [...FUNCTION_NAMES_6].map(([code, kind]) => ({ function: code, subfunction: -1, name: kind })),
  messageKinds: MESSAGE_KINDS_6,
  summary: 'who was given which IPv6 address or prefix, what clients say of themselves',
  start: () => new Dhcp6Decoder(),
};

class Dhcp6Decoder implements ProtocolDecoder {
  readonly #session = new Dhcp6Session();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike6(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number): number {
    return isOfServer(bytes[start]!) ? Speaker.server : Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#session.datagram(bytes, start, end, context);
  }

  // What was told is bounded by count and belongs to hosts.
  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (end > start) tell(messageKind6(bytes[start]!));
  }

  gap(): void {}

  closed(): void {}

  tick(): void {}
}
