// Follows conversations: which answer belongs to which request, how long each body is (RFC 9112 6.3), and what becomes of
// heads and bodies.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import { NtlmExchanges } from '../ntlm.ts';
import { authenticate } from './attempts.ts';
import { Bodies } from './bodies.ts';
import { Exchange, unknownExchange } from './exchange.ts';
import { Conversation, Phase, isInBody, type Side } from './exchanges.ts';
import { tellOfClient, tellOfServer, trait } from './facts.ts';
import type { Head } from './head.ts';
import { Http2, Http2Scratch, PREFACE_LINE_BYTES } from './http2.ts';
import { HttpLogins } from './logins.ts';
import { Method, RULES, ascii } from './messages.ts';
import { lastPart, pathEnd, pathStart } from './names.ts';
import { Told } from './told.ts';
import { Operations } from './operations.ts';
import { judge } from './outcome.ts';
import { contentOfTunnel } from './tunnelled.ts';
import { isWord } from './text-in-bytes.ts';

/** Conversations followed at a time; more are recognised and not looked into. */
const CONVERSATIONS_MAX = 16_384;
const PATH_BYTES_MAX = 512;
/** Connections of HTTP/2 that are followed at once, each with its tables of fields. */
const CONNECTIONS_MAX = 1024;
const H2C = ascii('h2c');

export class Session {
  readonly #conversations = new Map<number, Conversation>();
  readonly #logins = new HttpLogins();
  readonly #ntlm = new NtlmExchanges('http');
  readonly #bodies = new Bodies(this.#logins);
  readonly #operations: Operations;
  readonly #told = new Told();
  readonly #scratch = new Http2Scratch();
  #connections = 0;

  constructor(protocol: number) {
    this.#operations = new Operations(protocol);
  }

  /** Null: there are too many. */
  of(flow: number): Conversation | null {
    let conversation = this.#conversations.get(flow);
    if (conversation === undefined) {
      if (this.#conversations.size >= CONVERSATIONS_MAX) return null;
      this.#conversations.set(flow, (conversation = new Conversation(this.#told)));
    }
    return conversation;
  }

  known(flow: number): Conversation | null {
    return this.#conversations.get(flow) ?? null;
  }

  request(conversation: Conversation, head: Head, bytes: Uint8Array, start: number, context: MessageContext): void {
    const { client: side, waiting } = conversation;
    if (head.method === Method.pri) {
      this.beginHttp2(conversation, PREFACE_LINE_BYTES, context);
      return;
    }
    const exchange = new Exchange(head.method, context.timeUs, context.frame, context.acknowledged?.() ?? -1);
    waiting.ask(exchange, isInBody(conversation.server));
    this.#tellGivenUp(conversation, context);
    side.exchange = exchange;
    tellOfClient(conversation, head, bytes, context);
    if (head.method === Method.connect) {
      exchange.target = printable(bytes, head.targetStart, head.targetEnd);
      // What follows is the tunnel's, unless the answer says that there is none.
      side.phase = Phase.opaque;
      authenticate(exchange, head, bytes, start, context, this.#logins, this.#ntlm);
      return;
    }
    const pathAt = pathStart(bytes, head.targetStart, head.targetEnd);
    const pathStop = pathEnd(bytes, pathAt, head.targetEnd);
    exchange.name = lastPart(bytes, pathAt, pathStop);
    if (this.#operations.isTold(head.method)) {
      exchange.path = bytes.slice(pathAt, Math.min(pathStop, pathAt + PATH_BYTES_MAX));
    }
    const bodyHash = authenticate(exchange, head, bytes, start, context, this.#logins, this.#ntlm);
    exchange.expectsContinue = exchange.awaitsContinue = head.has('expect');
    if (head.hasCoding) side.phase = head.isChunked ? Phase.chunkSize : Phase.opaque;
    else if (head.contentLength > 0) {
      side.phase = Phase.length;
      side.remaining = head.contentLength;
    } else {
      side.phase = Phase.head;
      return;
    }
    if (side.phase === Phase.opaque) return;
    side.waitsForAll = this.#bodies.mayHoldSecret(head, bytes);
    side.body = this.#bodies.ofRequest(exchange, head, bytes, bodyHash, context);
  }

  /** The head of an answer; `position`: where it begins in the stream of the server, -1 where that tells nothing. */
  response(conversation: Conversation, head: Head, bytes: Uint8Array, context: MessageContext, position = -1): void {
    const side = conversation.server;
    const { status } = head;
    tellOfServer(conversation, head, bytes, context, this.#ntlm);
    if (status === 101) {
      // RFC 9110 15.2.2: another protocol from here on, in both directions.
      if (head.has('upgrade')) {
        const name = printable(bytes, head.start('upgrade'), head.end('upgrade'), 64);
        trait(conversation, context, context.server, 'http-upgrade', name.toLowerCase());
      }
      if (isWord(bytes, head.start('upgrade'), head.end('upgrade'), H2C)) {
        this.beginHttp2(conversation, 0, context)?.upgraded(this.#exchangeOf(conversation, position, context));
        return;
      }
      this.#answered(conversation, head, bytes, position, context);
      beginOpaque(conversation);
      return;
    }
    // Others of 1xx announce an answer that is still to come.
    if (status < 200) {
      conversation.waiting.continued();
      side.phase = Phase.head;
      return;
    }
    const exchange = this.#answered(conversation, head, bytes, position, context);
    side.exchange = exchange;
    if (exchange.method === Method.connect) {
      if (status < 300) {
        trait(conversation, context, context.client, 'http-connect', exchange.target);
        conversation.tunnel = exchange.target;
        conversation.client.phase = conversation.server.phase = Phase.tunnel;
        return;
      }
      conversation.client.phase = Phase.head;
    }
    side.phase = bodyPhase(head, exchange.method);
    side.remaining = Math.max(0, head.contentLength);
    if (side.phase !== Phase.head && side.phase !== Phase.opaque) {
      side.body = this.#bodies.ofResponse(exchange, head, bytes, context);
    }
  }

  /**
   * From here on both directions are HTTP/2; the client has sent so much of its preface. Null where there are too many, or
   * where this is inside such a connection already.
   */
  beginHttp2(conversation: Conversation, seenBytes: number, context: MessageContext): Http2 | null {
    trait(conversation, context, context.client, 'http-version', '2');
    if (this.#conversations.get(context.flow) !== conversation || this.#connections >= CONNECTIONS_MAX) {
      beginOpaque(conversation);
      return null;
    }
    this.#connections++;
    conversation.client.phase = conversation.server.phase = Phase.http2;
    return (conversation.http2 = new Http2(this, this.#scratch, conversation, seenBytes));
  }

  /** The first bytes of one side inside a tunnel: what begins there decides, and the other side is not asked any more. */
  insideTunnel(
    conversation: Conversation,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const content = contentOfTunnel(bytes, start, end, context.fromClient);
    if (content !== '')
      trait(conversation, context, context.client, 'http-connect-content', `${conversation.tunnel} ${content}`);
    beginOpaque(conversation);
  }

  /** The body of a direction is over; `isWhole`: all of it was sent, as far as anybody knows. */
  bodyEnded(conversation: Conversation, side: Side, context: MessageContext, isWhole: boolean): void {
    const { body, exchange } = side;
    side.phase = Phase.head;
    side.body = null;
    side.exchange = null;
    side.waitsForAll = false;
    if (body === null) return;
    if (side === conversation.client) this.#bodies.requestEnded(body, exchange, context, isWhole);
    else this.#bodies.responseEnded(body, conversation, context, isWhole);
  }

  /** No start line where one has to be: told once, then the next is looked for. */
  lostStart(side: Side, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    side.phase = Phase.search;
    if (side.isLost) return;
    side.isLost = true;
    violation(context, 'http', 'start-line-invalid', RULES['start-line-invalid'], bytes, start, end);
  }

  /**
   * Whole messages of one direction may be missing. `isBeginning`: the beginning of one certainly is; `isOther`: what
   * follows may be another stream.
   */
  lostMessages(conversation: Conversation, isBeginning: boolean, isOther: boolean, context: MessageContext): void {
    const { waiting } = conversation;
    if (isOther) waiting.giveUpAll();
    else if (!context.fromClient) waiting.doubt(isBeginning ? (context.positionOf?.(0) ?? 0) : -1);
    else if (isBeginning) waiting.askedUnseen(context.timeUs);
    this.#tellGivenUp(conversation, context);
  }

  closed(flow: number, context: MessageContext): void {
    const conversation = this.#conversations.get(flow);
    if (conversation === undefined) return;
    this.#conversations.delete(flow);
    this.#ntlm.forget(flow);
    this.closeOne(conversation, context);
    if (conversation.http2 === null) return;
    this.#connections--;
    conversation.http2.closed(context);
    conversation.http2 = null;
  }

  /** A conversation, or a stream of one, is over: what is open is handed over as it is. */
  closeOne(conversation: Conversation, context: MessageContext): void {
    for (const side of [conversation.client, conversation.server]) {
      if (side.body === null) continue;
      // Nothing was seen just now: what follows from the body is proved by its last frame.
      const { frame } = context;
      context.frame = side.body.frame;
      this.bodyEnded(conversation, side, context, false);
      context.frame = frame;
    }
    conversation.waiting.giveUpAll();
    this.#tellGivenUp(conversation, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
  }

  /** The request that this answers; a made-up one where it was not seen. */
  #exchangeOf(conversation: Conversation, position: number, context: MessageContext): Exchange {
    const exchange = conversation.waiting.answered(position);
    this.#tellGivenUp(conversation, context);
    return exchange ?? unknownExchange(context.timeUs);
  }

  #answered(
    conversation: Conversation,
    head: Head,
    bytes: Uint8Array,
    position: number,
    context: MessageContext,
  ): Exchange {
    const exchange = this.#exchangeOf(conversation, position, context);
    this.#operations.answered(exchange, head.status, context);
    this.#logins.settle(context, exchange.login, judge(exchange, head, bytes));
    return exchange;
  }

  #tellGivenUp(conversation: Conversation, context: MessageContext): void {
    const { givenUp } = conversation.waiting;
    while (givenUp.length > 0) {
      const exchange = givenUp.shift()!;
      this.#operations.unanswered(exchange, context);
      this.#logins.settle(context, exchange.login, 'unknown');
    }
  }
}

function beginOpaque(conversation: Conversation): void {
  conversation.client.phase = Phase.opaque;
  conversation.server.phase = Phase.opaque;
}

/** RFC 9112 6.3, of an answer with a final status. */
function bodyPhase(head: Head, method: number): number {
  if (method === Method.head || head.status === 204 || head.status === 304) return Phase.head;
  if (head.hasCoding) return head.isChunked ? Phase.chunkSize : Phase.close;
  if (head.contentLength > 0) return Phase.length;
  return head.contentLength === 0 ? Phase.head : Phase.close;
}
