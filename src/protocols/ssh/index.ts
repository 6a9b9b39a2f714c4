// SSH: the protocol's entry in the list, and the running decoder that ties framing and sessions together.
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

export const ssh: Protocol = {
  name: 'ssh',
  title: 'SSH',
  transports: ['tcp'],
  ports: [22],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `message ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: MESSAGE_KINDS,
  summary: 'Secure shell: software and key exchange of both sides, and whether the user was let in',
  start: () => new SshDecoder(),
};

class SshDecoder implements ProtocolDecoder {
  readonly #sessions = new Sessions();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  /** Both sides say the same lines and KEXINIT. */
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

  resumes(flow: number, fromClient: boolean): boolean {
    return this.#sessions.resumes(flow, fromClient);
  }

  closed(flow: number, context: MessageContext): void {
    this.#sessions.closed(flow, context);
  }

  tick(): void {}
}
