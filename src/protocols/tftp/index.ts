// TFTP: the protocol's entry in the list, and the running decoder.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { ERROR_NAMES, REQUEST_KINDS } from './messages.ts';
import { FRAME_BYTES_MAX, looksLike, requestOf } from './parse.ts';
import { Sessions } from './session.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

export const tftp: Protocol = {
  name: 'tftp',
  title: 'TFTP',
  transports: ['udp'],
  ports: [69],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => REQUEST_KINDS.find((kind) => kind.function === code)?.name ?? `opcode ${code}`,
  spaceName: (space) => (space === 0 ? '' : 'path'),
  codeName: (code) => ERROR_NAMES.get(code) ?? `error ${code}`,
  family: 'it',
  kinds: REQUEST_KINDS.map(({ function: code, name }) => ({ function: code, subfunction: -1, name })),
  messageKinds: MESSAGE_KINDS,
  summary: 'Trivial file transfer: files read and written, with their bytes, options and errors',
  start: (protocol) => new TftpDecoder(protocol),
};

class TftpDecoder implements ProtocolDecoder {
  readonly #sessions: Sessions;

  constructor(protocol: number) {
    this.#sessions = new Sessions(protocol);
  }

  isAnnounced(context: MessageContext): boolean {
    return this.#sessions.isAnnounced(context);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  /** Only who asks can be told; in the conversation that follows, the request says who is who. */
  speaker(bytes: Uint8Array, start: number, end: number): number {
    return requestOf(bytes, start, end) === null ? Speaker.unknown : Speaker.client;
  }

  frameSize(_bytes: Uint8Array, start: number, end: number): number {
    return end - start;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#sessions.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  /** Datagrams: what is missing shows in the block numbers. */
  gap(): void {}

  closed(flow: number, context: MessageContext): void {
    this.#sessions.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#sessions.tick(timeUs, context);
  }
}
