// Cuts each direction into heads, pieces of bodies, and the lines of chunked coding (RFC 9112 6 and 7); keeps step through
// losses. What a piece means is the session's.
import { NEED_MORE, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { Phase, isInBody, type Conversation, type Side } from './exchanges.ts';
import { HEAD_BYTES_MAX, Head, Kind, Start, headEnd, lineEnd, startOf } from './head.ts';
import { FORM_BYTES_MAX, RULES, type Rule } from './messages.ts';
import { isFirstSettings } from './http2-frames.ts';
import { markHinted } from './attempts.ts';
import { tellHead } from './kinds.ts';
import type { Session } from './session.ts';
import { hexDigit } from './text-in-bytes.ts';
import { violation } from '../facts-of-messages.ts';

export const FRAME_BYTES_MAX = 1024 * 1024;
/** A longer line of chunked coding is none. */
const CHUNK_LINE_BYTES_MAX = 4096;
/** Hexadecimal digits of the greatest size of a chunk. */
const CHUNK_DIGITS_MAX = 13;
const LF = 0x0a;
const CR = 0x0d;

export class Framing {
  readonly #session: Session;
  readonly #head = new Head();

  constructor(session: Session) {
    this.#session = session;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const conversation = this.#session.of(context.flow);
    const available = Math.min(end - start, FRAME_BYTES_MAX);
    if (conversation === null) return available;
    const side = sideOf(conversation, context.fromClient);
    if (side.hasGap) this.#lose(conversation, side, context, -1);
    if (isHttp2Server(conversation, side, bytes, start, end)) this.#session.beginHttp2(conversation, 0, context);
    switch (side.phase) {
      case Phase.http2:
        return Math.min(FRAME_BYTES_MAX, conversation.http2!.frameSize(bytes, start, end, context.fromClient));
      case Phase.head:
      case Phase.search:
        return headSize(side, bytes, start, end);
      case Phase.length:
        if (!isBodyLeftOut(side, bytes, start, end)) return pieceSize(side, available);
        this.#session.bodyEnded(conversation, side, context, true);
        return headSize(side, bytes, start, end);
      case Phase.chunk:
        return pieceSize(side, available);
      case Phase.chunkSize:
      case Phase.chunkEnd:
      case Phase.trailer:
        return lineSize(side, bytes, start, end);
      default:
        return available;
    }
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const conversation = this.#session.of(context.flow);
    if (conversation === null) return;
    const side = sideOf(conversation, context.fromClient);
    side.scanned = 0;
    switch (side.phase) {
      case Phase.http2:
        conversation.http2!.decode(bytes, start, end, context);
        return;
      case Phase.tunnel:
        this.#session.insideTunnel(conversation, bytes, start, end, context);
        return;
      case Phase.head:
      case Phase.search:
        this.#readHead(conversation, side, bytes, start, end, context);
        return;
      case Phase.length:
      case Phase.chunk:
        side.remaining -= end - start;
        if (side.exchange !== null) side.exchange.awaitsContinue = false;
        if (side.phase === Phase.chunk && side.waitsForAll) markHinted(bytes, start, end, context);
        side.body?.piece(context, bytes, start, end);
        if (side.remaining > 0) return;
        if (side.phase === Phase.chunk) side.phase = Phase.chunkEnd;
        else this.#session.bodyEnded(conversation, side, context, true);
        return;
      case Phase.close:
        side.body?.piece(context, bytes, start, end);
        return;
      case Phase.chunkSize:
        this.#readChunkSize(conversation, side, bytes, start, end, context);
        return;
      case Phase.chunkEnd:
        // RFC 9112 7.1: nothing but a line end.
        if (isEmptyLine(bytes, start, end)) side.phase = Phase.chunkSize;
        else this.#giveUp(conversation, side, 'chunk-end-missing', bytes, start, end, context);
        return;
      case Phase.trailer:
        side.trailerBytes += end - start;
        if (isEmptyLine(bytes, start, end)) this.#session.bodyEnded(conversation, side, context, true);
        else if (side.trailerBytes > HEAD_BYTES_MAX)
          this.#giveUp(conversation, side, 'head-too-long', bytes, start, end, context);
        return;
      default:
    }
  }

  /** Names the head that is handed over; of a body nothing. */
  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const conversation = this.#session.of(context.flow);
    if (conversation === null) return;
    const side = sideOf(conversation, context.fromClient);
    const isHead = side.phase === Phase.head || side.phase === Phase.search;
    const kind = startOf(bytes, start, end);
    if (side.phase === Phase.http2 && kind !== Start.request)
      conversation.http2!.tellKinds(bytes, start, end, context.fromClient, tell);
    // Its preface is the first that is said behind an upgrade.
    if (!isHead && side.phase !== Phase.http2) return;
    const isOfClient = kind === Start.request;
    if ((kind !== Start.response && !isOfClient) || isOfClient !== context.fromClient) return;
    if (headEnd(bytes, start, start, end) >= 0) tellHead(bytes, start, end, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    const conversation = this.#session.known(flow);
    if (conversation !== null) sideOf(conversation, fromClient).hasGap = true;
  }

  /** Always true: where nothing is known any more, the next start line is looked for here. */
  resumes(flow: number, fromClient: boolean, context: MessageContext, lostBytes: number): boolean {
    const conversation = this.#session.known(flow);
    if (conversation !== null) this.#lose(conversation, sideOf(conversation, fromClient), context, lostBytes);
    return true;
  }

  /** A body that lasts until the sender closes is whole; any other is cut off. */
  ended(flow: number, fromClient: boolean, context: MessageContext): void {
    const conversation = this.#session.known(flow);
    if (conversation === null) return;
    const side = sideOf(conversation, fromClient);
    if (isInBody(side)) this.#session.bodyEnded(conversation, side, context, side.phase === Phase.close);
  }

  #readHead(
    conversation: Conversation,
    side: Side,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const kind = startOf(bytes, start, end);
    if (kind !== Start.request && kind !== Start.response) {
      if (isLineEnd(bytes[start]!)) return;
      // The rest of an answer whose head was not seen.
      if (!context.fromClient) conversation.waiting.doubt(-1);
      if (side.phase === Phase.head) this.#session.lostStart(side, bytes, start, end, context);
      return;
    }
    if (headEnd(bytes, start, start, end) < 0) {
      this.#giveUp(conversation, side, 'head-too-long', bytes, start, end, context);
      return;
    }
    // A request of the one that was connected to, or an answer of the other: nothing that we know.
    if ((kind === Start.request) !== context.fromClient) {
      side.phase = Phase.search;
      return;
    }
    const head = this.#head;
    head.read(bytes, start, end);
    side.isLost = false;
    if (head.problem !== 'none') {
      violation(context, 'http', head.problem, RULES[head.problem], bytes, start, end, head.problemAt);
    }
    if (head.kind === Kind.request) this.#session.request(conversation, head, bytes, start, context);
    else this.#session.response(conversation, head, bytes, context, context.positionOf?.(start));
  }

  /** Size in hexadecimal, extensions behind a semicolon (RFC 9112 7.1). */
  #readChunkSize(
    conversation: Conversation,
    side: Side,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    let at = start;
    let size = 0;
    for (; at < end; at++) {
      const digit = hexDigit(bytes[at]!);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    const isNumber = at > start && at - start <= CHUNK_DIGITS_MAX && end - start <= CHUNK_LINE_BYTES_MAX;
    const behind = bytes[at]!;
    if (!isNumber || !(behind === 0x3b || behind === 0x20 || behind === 0x09 || isLineEnd(behind))) {
      this.#giveUp(conversation, side, 'chunk-size-invalid', bytes, start, end, context);
      return;
    }
    if (side.exchange !== null) side.exchange.awaitsContinue = false;
    side.remaining = size;
    side.trailerBytes = 0;
    side.phase = size === 0 ? Phase.trailer : Phase.chunk;
  }

  #giveUp(
    conversation: Conversation,
    side: Side,
    rule: Rule,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    violation(context, 'http', rule, RULES[rule], bytes, start, end);
    this.#session.bodyEnded(conversation, side, context, false);
    side.phase = Phase.search;
  }

  /** `count` bytes of a direction are missing (-1: unknown): go on inside a body that they end in, else start anew. */
  #lose(conversation: Conversation, side: Side, context: MessageContext, count: number): void {
    side.hasGap = false;
    side.scanned = 0;
    if (side.phase === Phase.opaque) return;
    // What begins in it was lost.
    if (side.phase === Phase.tunnel) {
      conversation.client.phase = conversation.server.phase = Phase.opaque;
      return;
    }
    if (side.phase === Phase.http2) {
      conversation.http2!.lose(context, count);
      return;
    }
    if (side.phase === Phase.close) {
      side.body?.lost(context, count);
      return;
    }
    const isCounted = side.phase === Phase.length || side.phase === Phase.chunk;
    // Of a form the beginning may have waited, and is lost too.
    if (isCounted && !side.waitsForAll && count >= 0 && count <= side.remaining) {
      side.remaining -= count;
      side.body?.lost(context, count);
      if (side.remaining > 0) return;
      if (side.phase === Phase.chunk) side.phase = Phase.chunkEnd;
      else this.#session.bodyEnded(conversation, side, context, false);
      return;
    }
    const isBeginning = side.phase === Phase.head || (side.phase === Phase.length && count > side.remaining);
    if (isInBody(side)) this.#session.bodyEnded(conversation, side, context, false);
    side.phase = Phase.search;
    this.#session.lostMessages(conversation, isBeginning, count < 0, context);
  }
}

/** The server may be the first to speak, and its first word is one of HTTP/2. */
function isHttp2Server(conversation: Conversation, side: Side, bytes: Uint8Array, start: number, end: number): boolean {
  const { client, server, waiting } = conversation;
  const isFresh = client.phase === Phase.search && server.phase === Phase.search && waiting.count === 0;
  return side === server && isFresh && isFirstSettings(bytes, start, end);
}

function sideOf(conversation: Conversation, fromClient: boolean): Side {
  return fromClient ? conversation.client : conversation.server;
}

/**
 * A message follows where a body has to: the server refused before the content was sent (RFC 9110 10.1.1), or what was
 * answered, and not seen, was a HEAD.
 */
function isBodyLeftOut(side: Side, bytes: Uint8Array, start: number, end: number): boolean {
  const { exchange } = side;
  if (exchange === null) return false;
  if (exchange.awaitsContinue) return startOf(bytes, start, end) === Start.request;
  return exchange.frame === 0 && startOf(bytes, start, end) === Start.response;
}

function pieceSize(side: Side, available: number): number {
  return side.waitsForAll && side.remaining <= FORM_BYTES_MAX ? side.remaining : Math.min(side.remaining, available);
}

/** A whole head; line ends before it (RFC 9112 2.2); or, where none begins here, all that is there. */
function headSize(side: Side, bytes: Uint8Array, start: number, end: number): number {
  if (isLineEnd(bytes[start]!)) {
    let at = start;
    while (at < end && at - start < FRAME_BYTES_MAX && isLineEnd(bytes[at]!)) at++;
    return at - start;
  }
  const kind = startOf(bytes, start, end);
  if (kind === Start.no) return Math.min(end - start, FRAME_BYTES_MAX);
  const stop = headEnd(bytes, start, start + side.scanned, Math.min(end, start + HEAD_BYTES_MAX));
  if (stop >= 0) return stop - start;
  if (end - start >= HEAD_BYTES_MAX) return Math.min(end - start, FRAME_BYTES_MAX);
  side.scanned = end - start;
  return NEED_MORE;
}

function lineSize(side: Side, bytes: Uint8Array, start: number, end: number): number {
  const stop = lineEnd(bytes, start + Math.min(side.scanned, end - start), end);
  const isWhole = stop > start && bytes[stop - 1] === LF;
  // What is too long is no line, and told so when it is read.
  if (isWhole || end - start > HEAD_BYTES_MAX) return Math.min(stop - start, FRAME_BYTES_MAX);
  side.scanned = end - start;
  return NEED_MORE;
}

function isEmptyLine(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start <= 2 && isLineEnd(bytes[start]!);
}

function isLineEnd(byte: number): boolean {
  return byte === LF || byte === CR;
}
