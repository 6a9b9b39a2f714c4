// What POP3, SMTP and IMAP have in common as streams: lines, bodies that are passed over, the end where encryption begins,
// losses, and one SASL exchange at a time.
import { type KindSink, type MessageContext, type ProtocolDecoder } from '../../facts/protocol.ts';
import { markSecret } from '../facts-of-messages.ts';
import { NtlmExchanges } from '../ntlm.ts';
import { OpenLogins } from '../open-logins.ts';
import type { SaslExchange } from '../sasl.ts';
import { DotBody, LongLines, lineSize, lineTextEnd } from '../text-lines.ts';
import { UpgradedTls } from '../upgraded-tls.ts';

/** Pieces of bodies and of what is encrypted. */
export const FRAME_BYTES_MAX = 65_536;
/** RFC 5321 4.5.3.1.4 has 512, RFC 4954 12,288 for a line of an exchange, RFC 9051 8192; longer ones are passed over. */
const LINE_BYTES_MAX = 16_384;
/** Sessions followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 16_384;
/** Commands that wait for their reply; with more of them replies are not paired any more. */
const WAITING_MAX = 64;
/** Instead of the kind of a command. */
export const UNKNOWN = -1;

/** What is kept of a conversation. */
export class MailSession {
  /** From the client and from the server. */
  readonly #lines = [new LongLines(), new LongLines()] as const;
  readonly #bodies = [new DotBody(), new DotBody()] as const;
  /** Bytes of a body of known length that are still to come. */
  readonly #rest: [number, number] = [0, 0];
  /** Kinds of the commands that wait for their reply, the oldest first. */
  readonly #waiting: number[] = [];
  #isPaired = true;
  /** Encrypted from here on. */
  isOpaque = false;
  /** The first line of either side was seen. */
  isBegun = false;
  sasl: SaslExchange | null = null;
  /** Size of what the client sends next, read whole although it is no line (a literal of IMAP); 0: it is a line. */
  wanted = 0;

  lines(fromClient: boolean): LongLines {
    return this.#lines[fromClient ? 0 : 1];
  }

  body(fromClient: boolean): DotBody {
    return this.#bodies[fromClient ? 0 : 1];
  }

  /** Bytes of the direction that belong to a body of known length. */
  rest(fromClient: boolean): number {
    return this.#rest[fromClient ? 0 : 1];
  }

  setRest(fromClient: boolean, bytes: number): void {
    this.#rest[fromClient ? 0 : 1] = Math.max(0, bytes);
  }

  /** A command of this kind waits for its reply. */
  waits(kind: number): void {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#isPaired = false;
      this.#waiting.length = 0;
    }
    if (this.#isPaired) this.#waiting.push(kind);
  }

  /** The kind of the command that is replied to, UNKNOWN where it is not known. */
  replied(): number {
    return this.#waiting.shift() ?? UNKNOWN;
  }

  /** Replies or commands were lost: what waits may have been replied to. */
  forget(): void {
    this.#waiting.length = 0;
  }

  wantedSize(fromClient: boolean): number {
    return fromClient ? this.wanted : 0;
  }
}

export abstract class MailDecoder<S extends MailSession> implements ProtocolDecoder {
  /** Replies are told apart by their order alone. */
  protected readonly isInOrder: boolean = true;
  protected readonly logins: OpenLogins;
  protected readonly ntlm: NtlmExchanges;
  readonly #sessions = new Map<number, S>();
  readonly #tls = new UpgradedTls();

  constructor(name: string) {
    this.logins = new OpenLogins(name);
    this.ntlm = new NtlmExchanges(name);
  }

  abstract looksLike(bytes: Uint8Array, start: number, end: number): number;
  abstract speaker(bytes: Uint8Array, start: number, end: number): number;
  protected abstract newSession(): S;
  /** A whole line; its text is bytes[start..end). */
  protected abstract clientSays(
    session: S,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void;
  protected abstract serverSays(
    session: S,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void;

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const { fromClient } = context;
    const session = this.#sessions.get(context.flow);
    const most = Math.min(end, start + FRAME_BYTES_MAX);
    if (session === undefined) {
      if (this.#sessions.size >= SESSIONS_MAX) return most - start;
    } else {
      if (session.isOpaque) return this.#tls.frameSize(bytes, start, end, FRAME_BYTES_MAX, context);
      const rest = session.rest(fromClient);
      if (rest > 0) return Math.min(rest, most - start);
      const wanted = session.wantedSize(fromClient);
      if (wanted > 0) return wanted;
      const body = session.body(fromClient);
      if (body.isOpen) return body.size(bytes, start, most);
    }
    if (isRecord(bytes, start, end)) return this.#tls.frameSize(bytes, start, end, FRAME_BYTES_MAX, context);
    return lineSize(bytes, start, end, LINE_BYTES_MAX);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context);
    if (session === null) return;
    if (session.isOpaque) {
      this.#tls.decode(bytes, start, end, context);
      return;
    }
    const { fromClient } = context;
    const rest = session.rest(fromClient);
    const body = session.body(fromClient);
    if (rest > 0) session.setRest(fromClient, rest - (end - start));
    else if (session.wantedSize(fromClient) > 0) this.literal?.(session, bytes, start, end, context);
    else if (body.isOpen) body.pass(bytes, start, end);
    else if (isRecord(bytes, start, end)) {
      session.isOpaque = true;
      this.#tls.decode(bytes, start, end, context);
    } else if (session.lines(fromClient).isWhole(bytes, start, end)) {
      const textEnd = lineTextEnd(bytes, start, end);
      if (fromClient) this.clientSays(session, bytes, start, textEnd, context);
      else this.serverSays(session, bytes, start, textEnd, context);
      session.isBegun = true;
    } else if (!fromClient && this.isInOrder) this.#loseReplies(session, context);
  }

  /** Names the line that is handed over: a command, or a reply by its code or its first word. */
  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const { fromClient } = context;
    const session = this.#sessions.get(context.flow);
    if (session?.isOpaque === true || isRecord(bytes, start, end)) {
      this.#tls.tellKinds(bytes, start, end, context, tell);
      return;
    }
    if (session !== undefined) {
      if (session.rest(fromClient) > 0 || session.wantedSize(fromClient) > 0) return;
      if (session.body(fromClient).isOpen || session.lines(fromClient).isInside) return;
      if (fromClient && session.sasl !== null) return;
    }
    const textEnd = lineTextEnd(bytes, start, end);
    if (textEnd === end) return;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(textEnd - start, 64)).toString('latin1');
    this.tellLine(text, fromClient, tell);
  }

  /** `text`: the beginning of a line. */
  protected abstract tellLine(text: string, fromClient: boolean, tell: KindSink): void;

  gap(flow: number, fromClient: boolean, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    if (session.isOpaque) this.#tls.gap(flow, fromClient);
    this.#loseReplies(session, context);
    session.sasl = null;
    session.isBegun = true;
    if (session.rest(fromClient) === 0) this.lostLines(session, fromClient);
  }

  /** Wherever it goes on, the next line feed ends something. */
  resumes(flow: number, fromClient: boolean, _context: MessageContext, lostBytes: number): boolean {
    const session = this.#sessions.get(flow);
    if (session === undefined) return false;
    const rest = session.rest(fromClient);
    if (rest > 0) {
      const isInside = lostBytes >= 0 && lostBytes <= rest;
      session.setRest(fromClient, isInside ? rest - lostBytes : 0);
      if (!isInside) session.lines(fromClient).lost();
    }
    return true;
  }

  closed(flow: number, context: MessageContext): void {
    this.logins.settle(context, flow, 'unknown');
    this.ntlm.forget(flow);
    this.#tls.closed(flow);
    this.#sessions.delete(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.logins.tick(timeUs, context);
  }

  /** What the client sent where `wanted` asked for it. */
  protected literal?(session: S, bytes: Uint8Array, start: number, end: number, context: MessageContext): void;

  protected lostLines(session: S, fromClient: boolean): void {
    const body = session.body(fromClient);
    if (body.isOpen) body.lost();
    else session.lines(fromClient).lost();
  }

  /** bytes[start..end) is what the client answers in the exchange. */
  protected saslAnswer(session: S, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    markSecret(context, bytes, start, end);
    const attempt = session.sasl?.answered64(bytes, start, end, context) ?? null;
    if (attempt !== null) this.logins.begin(context, attempt);
  }

  /** A reply to nobody knows what: an exchange that is open ends with it. */
  protected repliedToUnknown(session: S, context: MessageContext): void {
    if (session.sasl === null) return;
    session.sasl = null;
    this.logins.settle(context, context.flow, 'unknown');
  }

  /** The exchange is over. */
  protected saslDecided(session: S, isAccepted: boolean, context: MessageContext): void {
    const attempt = session.sasl?.decided(isAccepted) ?? null;
    if (attempt !== null) this.logins.begin(context, attempt);
    session.sasl = null;
    this.logins.settle(context, context.flow, isAccepted ? 'accepted' : 'refused');
  }

  /** What waits, or what it waits for, may be among what was lost, or in a line that is passed over. */
  #loseReplies(session: S, context: MessageContext): void {
    this.logins.settle(context, context.flow, 'unknown');
    session.forget();
  }

  #of(context: MessageContext): S | null {
    const known = this.#sessions.get(context.flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session = this.newSession();
    this.#sessions.set(context.flow, session);
    return session;
  }
}

/** A record of TLS (RFC 8446 5.1: type 20 to 23, version 3.x) where a line should begin. */
function isRecord(bytes: Uint8Array, start: number, end: number): boolean {
  const type = bytes[start]!;
  return type >= 0x14 && type <= 0x17 && (end - start < 2 || bytes[start + 1] === 3);
}
