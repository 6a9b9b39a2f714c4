// IPMI over LAN with RMCP and ASF: the protocol's entry in the list, and the running decoder.
import type { KindSink, MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { COMMANDS, COMPLETION_NAMES, commandKind } from './messages.ts';
import { FRAME_BYTES_MAX, looksLike, speakerOf } from './parse.ts';
import { Session } from './session.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

export const ipmi: Protocol = {
  name: 'ipmi',
  title: 'IPMI',
  transports: ['udp'],
  ports: [623],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code, subfunction) => commandKind(code, subfunction)?.name ?? `command ${code}`,
  spaceName: () => '',
  codeName: (code) => COMPLETION_NAMES.get(code) ?? `completion code ${code}`,
  family: 'management',
  kinds: COMMANDS.map(({ function: code, subfunction, name }) => ({ function: code, subfunction, name })),
  messageKinds: MESSAGE_KINDS,
  summary: 'Management controllers of servers (IPMI 1.5 and 2.0, ASF): logins with RAKP, power, accounts, identity',
  start: (protocol) => new IpmiDecoder(protocol),
};

class IpmiDecoder implements ProtocolDecoder {
  readonly #session: Session;

  constructor(protocol: number) {
    this.#session = new Session(protocol);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return speakerOf(bytes, start, end);
  }

  /** Datagrams are handed over whole. */
  frameSize(_bytes: Uint8Array, start: number, end: number): number {
    return end - start;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#session.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  gap(): void {}

  closed(flow: number, context: MessageContext): void {
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.tick(timeUs, context);
  }
}
