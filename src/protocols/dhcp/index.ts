// DHCP for IPv4: the protocol's entry in the list, and the running decoder.
import {
  NOT_THIS_PROTOCOL,
  Speaker,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { FUNCTION_NAMES } from './messages.ts';
import { FRAME_BYTES_MAX, looksLike } from './parse.ts';
import { DhcpSession } from './session.ts';

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

  // What is kept belongs to transactions, not to conversations, and is bounded by count.
  gap(): void {}

  closed(): void {}

  tick(): void {}
}
