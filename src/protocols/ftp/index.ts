// FTP: the protocol's entry in the list, and the running decoder that ties control and data conversations together.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { Announcements } from './announced.ts';
import { ControlSessions } from './control.ts';
import { Logins } from './logins.ts';
import { OPERATION_KINDS, REPLY_NAMES } from './messages.ts';
import { FRAME_BYTES_MAX, looksLike, replyCode } from './parse.ts';
import { Transfers } from './transfers.ts';
import { MESSAGE_KINDS } from './kinds.ts';

export const ftp: Protocol = {
  name: 'ftp',
  title: 'FTP',
  transports: ['tcp'],
  ports: [21],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code, subfunction) =>
    OPERATION_KINDS.find((kind) => kind.function === code && kind.subfunction === subfunction)?.name ??
    `command ${code}`,
  spaceName: (space) => (space === 0 ? '' : 'path'),
  codeName: (code) => REPLY_NAMES.get(code) ?? `reply ${code}`,
  family: 'it',
  kinds: OPERATION_KINDS.map(({ function: code, subfunction, name }) => ({ function: code, subfunction, name })),
  messageKinds: MESSAGE_KINDS,
  summary:
    'File transfer: logins, files with their names and bytes on their data conversations, what is deleted or renamed',
  start: (protocol) => new FtpDecoder(protocol),
};

class FtpDecoder implements ProtocolDecoder {
  readonly #announced = new Announcements();
  readonly #transfers = new Transfers();
  readonly #logins = new Logins();
  readonly #control: ControlSessions;
  /** The conversation that is being recognised was announced: its content says nothing of who speaks. */
  #isData = false;

  constructor(protocol: number) {
    this.#control = new ControlSessions(protocol, this.#announced, this.#transfers, this.#logins);
  }

  isAnnounced(context: MessageContext): boolean {
    const announcement = this.#announced.take(context);
    this.#isData = announcement !== null;
    if (announcement !== null) this.#transfers.adopt(context.flow, announcement);
    return this.#isData;
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (this.#isData) return Speaker.unknown;
    return replyCode(bytes, start, end) === 0 ? Speaker.client : Speaker.server;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    if (this.#transfers.isData(context.flow)) return Math.min(end - start, FRAME_BYTES_MAX);
    return this.#control.frameSize(bytes, start, end, context);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (this.#transfers.isData(context.flow)) this.#transfers.piece(bytes, start, end, context);
    else this.#control.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    if (!this.#transfers.isData(context.flow)) this.#control.tellKinds(bytes, start, end, context, tell);
  }

  gap(flow: number, fromClient: boolean, context: MessageContext): void {
    if (!this.#transfers.isData(flow)) this.#control.gap(flow, fromClient, context);
  }

  resumes(flow: number, _fromClient: boolean, context: MessageContext, lostBytes: number): boolean {
    return this.#transfers.lost(context, lostBytes) || this.#control.isOpaque(flow);
  }

  ended(_flow: number, _fromClient: boolean, context: MessageContext): void {
    this.#transfers.ended(context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#transfers.closed(flow, context);
    this.#control.closed(flow, context);
    this.#logins.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#announced.tick(timeUs);
    this.#transfers.tick(timeUs, context);
    this.#logins.tick(timeUs, context);
  }
}
