// VNC: the protocol's entry in the list, and the running decoder that ties framing and sessions together.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { FRAME_BYTES_MAX, looksLike } from './parse.ts';
import { Sessions } from './session.ts';
import { MESSAGE_KINDS } from './kinds.ts';

export const vnc: Protocol = {
  name: 'vnc',
  title: 'VNC',
  transports: ['tcp'],
  ports: [5900, 5901, 5902, 5903],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `message ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'Remote screens (RFB): versions, security types, logins and their outcome, the name of the desktop',
  start: () => new VncDecoder(),
};

class VncDecoder implements ProtocolDecoder {
  readonly #sessions = new Sessions();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  /** Both sides say the same line. */
  speaker(): number {
    return Speaker.unknown;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    return this.#sessions.frameSize(bytes, start, end, context);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#sessions.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    this.#sessions.tellKinds(bytes, start, end, context, tell);
  }

  gap(flow: number): void {
    this.#sessions.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#sessions.closed(flow, context);
  }

  tick(): void {}
}
