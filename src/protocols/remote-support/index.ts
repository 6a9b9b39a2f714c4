// Tools for remote support with a protocol of their own: the entry in the list, and the running decoder, which names them
// and looks no further.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { PORTS, SHAPES, looksLike, shapeOf } from './parse.ts';

const FRAME_BYTES_MAX = 65_535;
/** Conversations whose tool was told; of more it is told again with a later message. */
const TOLD_MAX = 16_384;

export const remoteSupport: Protocol = {
  name: 'remote-support',
  title: 'Remote support',
  transports: ['tcp', 'udp'],
  ports: PORTS,
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `message ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: [...new Set(SHAPES.map(({ tool }) => tool)), 'RustDesk'],
  summary: 'Tools for remote support by their first bytes: TeamViewer, Radmin, DameWare, RustDesk; others by TLS names',
  start: () => new RemoteSupportDecoder(),
};

class RemoteSupportDecoder implements ProtocolDecoder {
  readonly #told = new Set<number>();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    const shape = shapeOf(bytes, start, end, true);
    if (shape === null || shape.tool === 'TeamViewer') return Speaker.unknown;
    return shape.isSaidByServer ? Speaker.server : Speaker.client;
  }

  /** Nothing behind the first bytes is read. */
  frameSize(_bytes: Uint8Array, start: number, end: number): number {
    return Math.min(end - start, FRAME_BYTES_MAX);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { flow, timeUs, frame, sink } = context;
    if (this.#told.has(flow)) return;
    const shape = shapeOf(bytes, start, end, context.isTcp);
    if (shape === null) return;
    if (this.#told.size < TOLD_MAX) this.#told.add(flow);
    const { tool } = shape;
    for (const host of [context.client, context.server]) {
      sink.trait({ fact: 'trait', timeUs, frame, host, trait: 'remote-support', value: tool });
    }
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const shape = this.#told.has(context.flow) ? null : shapeOf(bytes, start, end, context.isTcp);
    if (shape !== null) tell(shape.tool);
  }

  gap(): void {}

  resumes(): boolean {
    return true;
  }

  closed(flow: number): void {
    this.#told.delete(flow);
  }

  tick(): void {}
}
