// RTSP, by which cameras and recorders are told to stream: the protocol's entry in the list, and the running decoder.
import {
  Match,
  NEED_MORE,
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
import { CLIENT_METHODS, DIALECT } from './messages.ts';
import { Conversations } from './session.ts';
import { headerKinds, statusKind } from '../header-kinds.ts';

const DOLLAR = 0x24;
const INTERLEAVED_HEADER_BYTES = 4;
/** Version 2, no extension worth speaking of: the first octet of RTP and RTCP (RFC 3550 5.1). */
const RTP_VERSION_BITS = 0x80;

export const rtsp: Protocol = {
  name: 'rtsp',
  title: 'RTSP',
  transports: ['tcp'],
  ports: [554, 8554],
  frameBytesMax: HEAD_BYTES_MAX + BODY_BYTES_MAX,
  functionName: (code) => DIALECT.methods[code] ?? `method ${code}`,
  spaceName: () => '',
  codeName: (code) => `status ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: headerKinds(DIALECT.methods),
  summary: 'Cameras and recorders: software of both sides, the session described, logins that can be tested',
  start: () => new RtspDecoder(),
};

class RtspDecoder implements ProtocolDecoder {
  readonly #conversations = new Conversations();
  readonly #frames = new HeaderFrames();
  readonly #message = new HeaderMessage(DIALECT);

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    if (this.#message.isCertain(bytes, start, end)) return Match.yes;
    return isInterleaved(bytes, start, end) ? Match.maybe : Match.no;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    const message = this.#message;
    if (bytes[start] === DOLLAR) return Speaker.unknown;
    if (!message.read(bytes, start, end)) return Speaker.unknown;
    if (message.isAnswer) return Speaker.server;
    return message.method >= 0 && message.method < CLIENT_METHODS ? Speaker.client : Speaker.unknown;
  }

  /** Streams between `$` and their length are passed over (RFC 2326 10.12). */
  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const left = this.#frames.left(context.flow, context.fromClient);
    if (left > 0) return Math.min(left, end - start, HEAD_BYTES_MAX);
    if (bytes[start] === DOLLAR) return end - start < INTERLEAVED_HEADER_BYTES ? NEED_MORE : INTERLEAVED_HEADER_BYTES;
    return headerFrameSize(this.#message, bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { flow, fromClient } = context;
    const frames = this.#frames;
    if (end <= start || frames.took(flow, fromClient, end - start)) return;
    if (bytes[start] === DOLLAR && end - start === INTERLEAVED_HEADER_BYTES) {
      frames.pass(flow, fromClient, bytes[start + 2]! * 256 + bytes[start + 3]!);
      return;
    }
    const message = this.#message;
    if (blankLength(bytes, start, end) > 0 || !message.read(bytes, start, end)) return;
    this.#conversations.message(message, bytes, start, end, context);
    frames.pass(flow, fromClient, message.contentLength - (end - message.bodyStart));
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const message = this.#message;
    if (this.#frames.left(context.flow, context.fromClient) > 0) return;
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

/** Between messages, on the usual port: a channel, a length, and a packet of RTP or RTCP behind it. */
function isInterleaved(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < INTERLEAVED_HEADER_BYTES + 8 || bytes[start] !== DOLLAR) return false;
  const length = bytes[start + 2]! * 256 + bytes[start + 3]!;
  return length >= 8 && (bytes[start + INTERLEAVED_HEADER_BYTES]! & 0xc0) === RTP_VERSION_BITS;
}
