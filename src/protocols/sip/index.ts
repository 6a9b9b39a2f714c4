// SIP, the signalling of telephones and intercoms: the protocol's entry in the list, and the running decoder.
import {
  Match,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import {
  BODY_BYTES_MAX,
  HEAD_BYTES_MAX,
  HeaderFrames,
  HeaderMessage,
  blankLength,
  headerFrameSize,
} from '../header-messages.ts';
import { DIALECT, REGISTER } from './messages.ts';
import { Conversations } from './session.ts';
import { headerKinds, statusKind } from '../header-kinds.ts';

export const sip: Protocol = {
  name: 'sip',
  title: 'SIP',
  transports: ['udp', 'tcp'],
  ports: [5060],
  frameBytesMax: HEAD_BYTES_MAX + BODY_BYTES_MAX,
  functionName: (code) => DIALECT.methods[code] ?? `method ${code}`,
  spaceName: () => '',
  codeName: (code) => `status ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: headerKinds(DIALECT.methods),
  summary: 'Telephones and intercoms: software, accounts, logins that can be tested',
  start: () => new SipDecoder(),
};

class SipDecoder implements ProtocolDecoder {
  readonly #conversations = new Conversations();
  readonly #frames = new HeaderFrames();
  readonly #message = new HeaderMessage(DIALECT);

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return this.#message.isCertain(bytes, start, end) ? Match.yes : Match.no;
  }

  /** Both sides ask; a telephone registers. */
  speaker(bytes: Uint8Array, start: number, end: number): number {
    const message = this.#message;
    if (!message.read(bytes, start, end) || message.isAnswer) return Speaker.unknown;
    return message.method === REGISTER ? Speaker.client : Speaker.unknown;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const left = this.#frames.left(context.flow, context.fromClient);
    if (left > 0) return Math.min(left, end - start, HEAD_BYTES_MAX);
    return headerFrameSize(this.#message, bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { flow, fromClient } = context;
    const message = this.#message;
    if (context.isTcp && this.#frames.took(flow, fromClient, end - start)) return;
    const at = start + blankLength(bytes, start, end);
    if (at >= end || !message.read(bytes, at, end)) return;
    this.#conversations.message(message, bytes, at, end, context);
    if (context.isTcp) this.#frames.pass(flow, fromClient, message.contentLength - (end - message.bodyStart));
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const message = this.#message;
    if (context.isTcp && this.#frames.left(context.flow, context.fromClient) > 0) return;
    const at = start + blankLength(bytes, start, end);
    if (at >= end || !message.read(bytes, at, end)) return;
    const method = Buffer.from(bytes.subarray(message.methodStart, message.methodEnd)).toString('latin1');
    tell(message.isAnswer ? statusKind(message.status) : method);
  }

  gap(): void {}

  resumes(flow: number, fromClient: boolean, _context: MessageContext, lostBytes: number): boolean {
    return this.#frames.resumes(flow, fromClient, lostBytes);
  }

  closed(flow: number, context: MessageContext): void {
    this.#frames.forget(flow);
    this.#conversations.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#conversations.tick(timeUs, context);
  }
}
