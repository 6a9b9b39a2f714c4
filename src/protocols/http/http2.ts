// Follows an HTTP/2 connection in clear (RFC 9113): cuts both directions into frames, and gives each stream its heads, as
// HTTP/1.1 would write them, and its content.
import { i32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { NEED_MORE, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import { trait } from './facts.ts';
import { markHinted } from './attempts.ts';
import type { Exchange } from './exchange.ts';
import { Conversation, type Side } from './exchanges.ts';
import { HEAD_BYTES_MAX, Head } from './head.ts';
import { FieldBlocks, FieldTables } from './hpack.ts';
import {
  FRAME_HEAD_BYTES,
  Flag,
  STREAM_MASK,
  Type,
  frameSize,
  lengthAt,
  promisedAt,
  streamAt,
  writeBlock,
} from './http2-frames.ts';
import { frameKind } from './kinds.ts';
import { HeadText } from './head-text.ts';
import { FORM_BYTES_MAX, RULES, ascii, type Rule } from './messages.ts';
import type { Session } from './session.ts';
import { beginsWithWord } from './text-in-bytes.ts';

/** Streams of one connection that are open at once; beyond them the oldest is given up. */
const STREAMS_MAX = 256;
/** Of all connections; beyond them a connection has one. */
const STREAMS_OF_ALL_MAX = 16_384;

/** Clause 3.4: what a client begins with; its first line is read as a request of HTTP/1. */
const PREFACE = ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const PREFACE_LINE_BYTES = 18;

const GRPC = ascii('application/grpc');

const Next = { preface: 0, frame: 1, data: 2, padding: 3, lost: 4 } as const;

/** One direction. */
class Way {
  next: number;
  /** Bytes until `next` is over. */
  remaining = 0;
  padding = 0;
  endsStream = false;
  /** Of what `data` is; null where nobody follows it. */
  stream: Conversation | null = null;
  streamId = 0;
  readonly fields: FieldBlocks;

  constructor(next: number, { fields, tables }: Http2Scratch) {
    this.next = next;
    this.fields = new FieldBlocks(fields, tables);
  }
}

/** What all connections of an analysis share. What is written there does not outlive a call. */
export class Http2Scratch {
  readonly head = new Head();
  readonly text = new HeadText();
  readonly fields = new Uint8Array(HEAD_BYTES_MAX);
  readonly block = new Uint8Array(HEAD_BYTES_MAX);
  readonly tables = new FieldTables();
  openStreams = 0;
}

export class Http2 {
  readonly #session: Session;
  readonly #scratch: Http2Scratch;
  readonly #outer: Conversation;
  readonly #client: Way;
  readonly #server: Way;
  /** The oldest first. */
  readonly #streams = new Map<number, Conversation>();

  /** `seenBytes`: so much of the client's preface was read already. */
  constructor(session: Session, scratch: Http2Scratch, outer: Conversation, seenBytes: number) {
    this.#session = session;
    this.#scratch = scratch;
    this.#outer = outer;
    this.#client = new Way(Next.preface, scratch);
    this.#client.remaining = PREFACE.length - seenBytes;
    this.#server = new Way(Next.frame, scratch);
  }

  /** Clause 3.2 of RFC 7540: the request that asked for HTTP/2 is answered on stream 1. */
  upgraded(exchange: Exchange): void {
    this.#open(1).waiting.ask(exchange, false);
  }

  frameSize(bytes: Uint8Array, start: number, end: number, fromClient: boolean): number {
    const way = this.#way(fromClient);
    const available = end - start;
    switch (way.next) {
      case Next.preface:
        return available < way.remaining ? NEED_MORE : way.remaining;
      case Next.data:
        return isHeld(way, fromClient) ? way.remaining : Math.min(available, way.remaining);
      case Next.padding:
        return Math.min(available, way.remaining);
      case Next.frame:
        return frameSize(bytes, start, end);
      default:
        return available;
    }
  }

  /** Names the frame that begins here; the blocks that continue a head are handed over with it. */
  tellKinds(bytes: Uint8Array, start: number, end: number, fromClient: boolean, tell: KindSink): void {
    if (this.#way(fromClient).next !== Next.frame) return;
    for (let at = start; end - at >= FRAME_HEAD_BYTES; at += FRAME_HEAD_BYTES + lengthAt(bytes, at))
      tell(frameKind(bytes[at + 3]!));
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const way = this.#way(context.fromClient);
    switch (way.next) {
      case Next.preface:
        way.next = isEndOfPreface(bytes, start, end) ? Next.frame : Next.lost;
        if (way.next === Next.lost) this.#breaks('frame-invalid', way, bytes, start, end, context);
        return;
      case Next.data:
        this.#data(way, bytes, start, end, context);
        return;
      case Next.padding:
        way.remaining -= end - start;
        if (way.remaining === 0) way.next = Next.frame;
        return;
      case Next.frame:
        this.#frame(way, bytes, start, end, context);
        return;
      default:
    }
  }

  /** Inside of content reading goes on behind a loss; elsewhere the table of fields cannot be known any more. */
  lose(context: MessageContext, count: number): void {
    const way = this.#way(context.fromClient);
    if (way.next === Next.lost) return;
    if (way.next === Next.data && count >= 0 && count <= way.remaining) {
      way.remaining -= count;
      if (way.stream !== null) this.#sideOf(way.stream, context).body?.lost(context, count);
      if (way.remaining === 0) this.#dataEnded(way, context);
      return;
    }
    if (way.next === Next.padding && count >= 0 && count <= way.remaining) {
      way.remaining -= count;
      if (way.remaining === 0) way.next = Next.frame;
      return;
    }
    this.#giveUp(way, context);
  }

  closed(context: MessageContext): void {
    for (const stream of this.#streams.values()) this.#session.closeOne(stream, context);
    this.#scratch.openStreams -= this.#streams.size;
    this.#streams.clear();
    this.#client.fields.forget();
    this.#server.fields.forget();
  }

  #frame(way: Way, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const size = end - start < FRAME_HEAD_BYTES ? 0 : lengthAt(bytes, start);
    const type = bytes[start + 3]!;
    const flags = bytes[start + 4]!;
    const id = i32be(bytes, start + 5) & STREAM_MASK;
    if (type === Type.data) {
      this.#beginData(way, bytes, start, end, size, flags, id, context);
      return;
    }
    if (type === Type.headers || type === Type.pushPromise) {
      this.#headers(way, bytes, start, end, context);
      return;
    }
    if (type === Type.continuation) this.#breaks('frame-invalid', way, bytes, start, end, context);
    else if (type === Type.resetStream) this.#forget(id, context);
    if (way.next !== Next.frame) return;
    // What is not looked into may be longer than what was handed over.
    way.remaining = size - (end - start - FRAME_HEAD_BYTES);
    if (way.remaining > 0) way.next = Next.padding;
  }

  /** Clause 6.1; the length of the padding, if there is any, was handed over with the head. */
  #beginData(
    way: Way,
    bytes: Uint8Array,
    start: number,
    end: number,
    size: number,
    flags: number,
    id: number,
    context: MessageContext,
  ): void {
    const isPadded = (flags & Flag.padded) !== 0;
    const padding = isPadded ? bytes[start + FRAME_HEAD_BYTES]! : 0;
    const content = size - (isPadded ? 1 : 0) - padding;
    if (content < 0 || id === 0) {
      this.#breaks('frame-invalid', way, bytes, start, end, context);
      return;
    }
    way.next = Next.data;
    way.remaining = content;
    way.padding = padding;
    way.endsStream = (flags & Flag.endStream) !== 0;
    way.stream = this.#streams.get(id) ?? null;
    way.streamId = id;
    if (content === 0) this.#dataEnded(way, context);
  }

  #data(way: Way, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    way.remaining -= end - start;
    if (way.stream !== null) {
      const side = this.#sideOf(way.stream, context);
      if (side.waitsForAll) markHinted(bytes, start, end, context);
      side.body?.piece(context, bytes, start, end);
    }
    if (way.remaining === 0) this.#dataEnded(way, context);
  }

  #dataEnded(way: Way, context: MessageContext): void {
    const { stream } = way;
    way.next = way.padding > 0 ? Next.padding : Next.frame;
    way.remaining = way.padding;
    way.stream = null;
    if (stream !== null && way.endsStream) this.#ended(way.streamId, stream, context);
  }

  /** A head, whole with what continues it: see `frameSize`. */
  #headers(way: Way, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (way.fields.isGivenUp) {
      this.#giveUp(way, context);
      return;
    }
    const { text, head, block } = this.#scratch;
    const blockEnd = writeBlock(bytes, start, end, block);
    if (blockEnd < 0) {
      block.fill(0);
      this.#breaks('frame-invalid', way, bytes, start, end, context);
      return;
    }
    const isPushed = bytes[start + 3] === Type.pushPromise;
    const isLast = !isPushed && (bytes[start + 4]! & Flag.endStream) !== 0;
    text.begin(isLast);
    const isRead = way.fields.read(block, 0, blockEnd, (from, name, nameEnd, value, valueEnd) =>
      text.field(from, name, nameEnd, value, valueEnd),
    );
    block.fill(0, 0, blockEnd);
    if (!isRead) this.#breaks('field-block-invalid', way, bytes, start, end, context);
    else if (text.write()) {
      head.read(text.bytes, 0, text.end);
      this.#head(
        isPushed ? i32be(bytes, promisedAt(bytes, start)) & STREAM_MASK : streamAt(bytes, start),
        isPushed,
        context,
      );
    }
    const id = streamAt(bytes, start);
    text.forget();
    const stream = this.#streams.get(id);
    if (isRead && isLast && stream !== undefined) this.#ended(id, stream, context);
  }

  #head(id: number, isPushed: boolean, context: MessageContext): void {
    const { text, head } = this.#scratch;
    if (text.isRequest) {
      if ((isPushed ? !context.fromClient : context.fromClient) && !this.#streams.has(id))
        this.#request(this.#open(id, context), context);
      return;
    }
    if (!context.fromClient) this.#session.response(this.#open(id, context), head, text.bytes, context);
  }

  #request(stream: Conversation, context: MessageContext): void {
    const { text, head } = this.#scratch;
    const { bytes } = text;
    this.#session.request(stream, head, bytes, 0, context);
    if (!beginsWithWord(bytes, head.start('content-type'), head.end('content-type'), GRPC)) return;
    // `/package.Service/Method`: what a call of gRPC asks for.
    let slash = head.targetEnd - 1;
    while (slash > head.targetStart && bytes[slash] !== 0x2f) slash--;
    trait(stream, context, context.server, 'grpc-service', printable(bytes, head.targetStart + 1, slash));
  }

  /** One side of a stream has said all. */
  #ended(id: number, stream: Conversation, context: MessageContext): void {
    const side = this.#sideOf(stream, context);
    this.#session.bodyEnded(stream, side, context, true);
    if (!context.fromClient) this.#forget(id, context);
  }

  #forget(id: number, context: MessageContext): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    this.#scratch.openStreams--;
    for (const way of [this.#client, this.#server]) if (way.stream === stream) way.stream = null;
    this.#session.closeOne(stream, context);
  }

  #open(id: number, context?: MessageContext): Conversation {
    let stream = this.#streams.get(id);
    if (stream !== undefined) return stream;
    const most = this.#scratch.openStreams >= STREAMS_OF_ALL_MAX ? 1 : STREAMS_MAX;
    if (this.#streams.size >= most && context !== undefined)
      for (const oldest of this.#streams.keys()) {
        this.#forget(oldest, context);
        break;
      }
    this.#scratch.openStreams++;
    this.#streams.set(id, (stream = new Conversation(this.#outer.told)));
    return stream;
  }

  #breaks(rule: Rule, way: Way, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    violation(context, 'http', rule, RULES[rule], bytes, start, end);
    this.#giveUp(way, context);
  }

  #giveUp(way: Way, context: MessageContext): void {
    way.next = Next.lost;
    way.stream = null;
    way.fields.forget();
    for (const stream of this.#streams.values())
      this.#session.bodyEnded(stream, this.#sideOf(stream, context), context, false);
  }

  #way(fromClient: boolean): Way {
    return fromClient ? this.#client : this.#server;
  }

  #sideOf(stream: Conversation, context: MessageContext): Side {
    return context.fromClient ? stream.client : stream.server;
  }
}

/** Content that may hold a secret is read in one piece: then the place of the secret in it is known. */
function isHeld({ stream, remaining }: Way, fromClient: boolean): boolean {
  return stream !== null && (fromClient ? stream.client : stream.server).waitsForAll && remaining <= FORM_BYTES_MAX;
}

function isEndOfPreface(bytes: Uint8Array, start: number, end: number): boolean {
  const from = PREFACE.length - (end - start);
  for (let at = start; at < end; at++) if (bytes[at] !== PREFACE[from + at - start]) return false;
  return from >= 0;
}
