// TLS that begins within a conversation of another protocol (AUTH TLS, STARTTLS, STLS, the SSLRequest of databases): its
// hellos and certificates are read, what follows is passed over.
import { NOT_THIS_PROTOCOL, type KindSink, type MessageContext } from '../facts/protocol.ts';
import { Conversations } from './tls/session.ts';

export class UpgradedTls {
  readonly #conversations = new Conversations();

  /** A record; of what is none all that is there, at most `bytesMax`. */
  frameSize(bytes: Uint8Array, start: number, end: number, bytesMax: number, context: MessageContext): number {
    const size = this.#conversations.frameSize(bytes, start, end, context);
    return size === NOT_THIS_PROTOCOL ? Math.min(end - start, bytesMax) : size;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end <= start || this.#conversations.frameSize(bytes, start, end, context) <= 0) return;
    this.#conversations.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    if (end <= start || this.#conversations.frameSize(bytes, start, end, context) <= 0) return;
    this.#conversations.tellKinds(bytes, start, end, context, (kind) => {
      tell(kind, '', 'tls');
    });
  }

  /** Only of a conversation that is encrypted already. */
  gap(flow: number, fromClient: boolean): void {
    this.#conversations.gap(flow, fromClient);
  }

  closed(flow: number): void {
    this.#conversations.closed(flow);
  }
}
