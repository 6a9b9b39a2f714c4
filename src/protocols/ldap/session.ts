// Follows the binds of each conversation to their results, and the moment from which it is encrypted.
import { printable } from '../../bytes/text.ts';
import { NEED_MORE, NOT_THIS_PROTOCOL, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { BerReader, BerTag, berInteger } from '../ber.ts';
import { markSecret } from '../facts-of-messages.ts';
import { LongFrames } from '../long-frames.ts';
import { NtlmExchanges } from '../ntlm.ts';
import { OpenLogins, secretOf, type LoginAttempt } from '../open-logins.ts';
import { SaslExchange } from '../sasl.ts';
import { UpgradedTls } from '../upgraded-tls.ts';
import { Authentication, Operation, Result, START_TLS, Tag } from './messages.ts';
import { isBufferCut, messageSize, signedEnd, signedSize, signedStart } from './parse.ts';
import { readRoot } from './root.ts';
import { tellKinds } from './kinds.ts';

/** A longer message is passed over: binds and root entries are short. */
export const FRAME_BYTES_MAX = 65_536;
/** What is signed as a whole has to be there as a whole. */
export const SIGNED_BYTES_MAX = 256 * 1024;
/** Conversations with something to keep; of more, messages are read one by one. */
const SESSIONS_MAX = 16_384;
const NOTHING = -1;
/** Type of the record with which TLS begins (RFC 8446 5.1). */
const HANDSHAKE = 0x16;

interface Session {
  readonly long: LongFrames;
  isOpaque: boolean;
  /** The client binds by SASL: what follows may be wrapped by it (RFC 4422 3.7). */
  isWrapped: boolean;
  /** Number of the bind that waits for its result. */
  bind: number;
  startTls: number;
  sasl: SaslExchange | null;
  /** What the server says of itself was told. */
  isRootTold: boolean;
}

export class Sessions {
  readonly #logins = new OpenLogins('ldap');
  readonly #ntlm = new NtlmExchanges('ldap');
  readonly #sessions = new Map<number, Session>();
  readonly #message = new BerReader();
  readonly #field = new BerReader();
  readonly #inner = new BerReader();
  readonly #tls = new UpgradedTls();

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const available = Math.min(end - start, FRAME_BYTES_MAX);
    const session = this.#sessions.get(context.flow);
    if (session?.isOpaque === true) return this.#tls.frameSize(bytes, start, end, FRAME_BYTES_MAX, context);
    const inside = session?.long.inside(context.fromClient, available) ?? 0;
    if (inside > 0) return inside;
    const size = messageSize(bytes, start, end);
    if (size === 0) return NEED_MORE;
    // Neither TLS nor what SASL wraps begins as a message does.
    if (size < 0 && bytes[start] === HANDSHAKE) return this.#tls.frameSize(bytes, start, end, FRAME_BYTES_MAX, context);
    if (size < 0 && session?.isWrapped !== true) return NOT_THIS_PROTOCOL;
    if (size < 0) {
      if (isBufferCut(bytes, start, end)) return NEED_MORE;
      const signed = signedSize(bytes, start, end);
      return signed > 0 && signed <= SIGNED_BYTES_MAX ? signed : available;
    }
    return size > FRAME_BYTES_MAX ? available : size;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context);
    if (session === null) return;
    if (session.isOpaque) {
      this.#tls.decode(bytes, start, end, context);
      return;
    }
    if (session.long.isInside(context.fromClient, end - start)) return;
    const size = messageSize(bytes, start, end);
    const signed = size < 0 && session.isWrapped ? signedSize(bytes, start, end) : 0;
    const whole = Math.max(size, signed);
    if (whole <= 0 && size < 0) {
      session.isOpaque = context.isTcp;
      if (context.isTcp) this.#tls.decode(bytes, start, end, context);
    } else if (whole > end - start && context.isTcp) session.long.begins(context.fromClient, whole, end - start);
    else if (signed > 0)
      this.#readAll(session, bytes, signedStart(bytes, start), signedEnd(bytes, start, end), context);
    else this.#readAll(session, bytes, start, end, context);
  }

  /** What is signed together, or sent in one datagram, may be several messages. */
  #readAll(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    let at = start;
    while (at < end) {
      this.#read(session, bytes, at, end, context);
      const size = messageSize(bytes, at, end);
      if (size <= 0) return;
      at += size;
    }
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const session = this.#sessions.get(context.flow);
    const isRecord = messageSize(bytes, start, end) < 0 && bytes[start] === HANDSHAKE && context.isTcp;
    if (session?.isOpaque === true || isRecord) this.#tls.tellKinds(bytes, start, end, context, tell);
    else if (session?.long.isAmid(context.fromClient) === true) return;
    else if (session?.isWrapped === true && signedSize(bytes, start, end) > 0)
      tellKinds(bytes, signedStart(bytes, start), signedEnd(bytes, start, end), tell);
    else tellKinds(bytes, start, end, tell);
  }

  gap(flow: number, fromClient: boolean, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    if (session.isOpaque) this.#tls.gap(flow, fromClient);
    this.#logins.settle(context, flow, 'unknown');
    session.sasl = null;
    session.bind = NOTHING;
    session.startTls = NOTHING;
  }

  resumes(flow: number, fromClient: boolean, lostBytes: number): boolean {
    const session = this.#sessions.get(flow);
    return session !== undefined && (session.isOpaque || session.long.resumes(fromClient, lostBytes));
  }

  closed(flow: number, context: MessageContext): void {
    this.#logins.settle(context, flow, 'unknown');
    this.#ntlm.forget(flow);
    this.#tls.closed(flow);
    this.#sessions.delete(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
  }

  #of(context: MessageContext): Session | null {
    const known = this.#sessions.get(context.flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session: Session = {
      long: new LongFrames(),
      isOpaque: false,
      isWrapped: false,
      bind: NOTHING,
      startTls: NOTHING,
      sasl: null,
      isRootTold: false,
    };
    this.#sessions.set(context.flow, session);
    return session;
  }

  #read(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const message = this.#message;
    if (!message.expect(BerTag.sequence, bytes, start, end)) return;
    const messageEnd = message.end;
    if (!message.expect(BerTag.integer, bytes, message.start, messageEnd)) return;
    const number = berInteger(bytes, message.start, message.end);
    if (!message.read(bytes, message.end, messageEnd)) return;
    switch (message.tag) {
      case Operation.bindRequest:
        this.#bind(session, number, bytes, message.start, message.end, context);
        return;
      case Operation.bindResponse:
        if (number === session.bind) this.#bound(session, bytes, message.start, message.end, context);
        // A bind that was not seen may have been one by SASL.
        else session.isWrapped = true;
        return;
      case Operation.searchEntry:
        if (!session.isRootTold) session.isRootTold = readRoot(bytes, message.start, message.end, context);
        return;
      case Operation.extendedRequest:
        if (this.#isStartTls(bytes, message.start, message.end)) session.startTls = number;
        return;
      case Operation.extendedResponse:
        if (number !== session.startTls) return;
        session.startTls = NOTHING;
        session.isOpaque = this.#result(bytes, message.start, message.end) === Result.success;
        return;
      default:
    }
  }

  /** RFC 4511 4.2: version, name, authentication. */
  #bind(
    session: Session,
    number: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const field = this.#field;
    if (!field.expect(BerTag.integer, bytes, start, end)) return;
    if (!field.expect(BerTag.octetString, bytes, field.end, end)) return;
    const user = printable(bytes, field.start, field.end);
    if (!field.read(bytes, field.end, end)) return;
    session.bind = number;
    switch (field.tag) {
      case Authentication.simple:
        session.sasl = null;
        this.#simple(user, bytes, field.start, field.end, context);
        return;
      case Authentication.sasl:
        this.#sasl(session, user, bytes, field.start, field.end, context);
        return;
      case Authentication.sicilyNegotiate:
        session.sasl = null;
        session.isWrapped = true;
        this.#ntlm.read(context, context.flow, bytes, field.start, field.end);
        return;
      case Authentication.sicilyResponse:
        session.sasl = null;
        markSecret(context, bytes, field.start, field.end);
        this.#sicily(user, bytes, field.start, field.end, context);
        return;
      default:
        session.sasl = null;
        session.bind = NOTHING;
    }
  }

  /** RFC 4513 5.1: without a password nobody is authenticated, with or without a name. */
  #simple(user: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (start === end) {
      this.#logins.begin(context, {
        mechanism: user === '' ? 'anonymous' : 'ldap-unauthenticated',
        user,
        secret: null,
      });
      return;
    }
    markSecret(context, bytes, start, end);
    this.#logins.begin(context, { mechanism: 'clear', user, secret: secretOf(bytes, start, end) });
  }

  #sasl(session: Session, user: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const field = this.#inner;
    if (!field.expect(BerTag.octetString, bytes, start, end)) return;
    const exchange = new SaslExchange(bytes, field.start, field.end, this.#ntlm);
    const isNext = session.sasl?.mechanism === exchange.mechanism;
    const sasl = isNext && session.sasl !== null ? session.sasl : exchange;
    session.sasl = sasl;
    session.isWrapped = true;
    if (!field.expect(BerTag.octetString, bytes, field.end, end)) return;
    markSecret(context, bytes, field.start, field.end);
    this.#begin(sasl.answered(bytes, field.start, field.end, context), user, context);
  }

  /** MS-ADTS 5.1.1.1.3: the answer to a challenge that stands where the result has a name. */
  #sicily(user: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const attempt = this.#ntlm.read(context, context.flow, bytes, start, end);
    this.#begin(attempt ?? { mechanism: 'ldap-sicily-ntlm', user, secret: null }, user, context);
  }

  /** The mechanism's own name of the user goes before the name of the bind. */
  #begin(attempt: LoginAttempt | null, user: string, context: MessageContext): void {
    if (attempt !== null) this.#logins.begin(context, attempt.user === '' ? { ...attempt, user } : attempt);
  }

  #bound(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    session.bind = NOTHING;
    const result = this.#result(bytes, start, end);
    const { sasl } = session;
    if (result === Result.saslBindInProgress) {
      if (sasl !== null && this.#credentials(bytes, end))
        sasl.challenged(bytes, this.#field.start, this.#field.end, context);
      return;
    }
    if (result < 0) return;
    if (sasl === null) this.#ntlm.read(context, context.flow, bytes, start, end);
    const isAccepted = result === Result.success;
    if (sasl !== null) {
      this.#begin(sasl.decided(isAccepted), '', context);
      session.sasl = null;
    }
    this.#logins.settle(context, context.flow, isAccepted ? 'accepted' : 'refused');
  }

  /** RFC 4511 4.1.9: the result code; -1 where none stands there. `#field` is then behind it. */
  #result(bytes: Uint8Array, start: number, end: number): number {
    const field = this.#field;
    if (!field.expect(BerTag.enumerated, bytes, start, end)) return -1;
    const result = berInteger(bytes, field.start, field.end);
    return result >= 0 ? result : -1;
  }

  /** Goes from the result code to the server's credentials (RFC 4511 4.2.2). */
  #credentials(bytes: Uint8Array, end: number): boolean {
    const field = this.#field;
    while (field.read(bytes, field.end, end)) if (field.tag === Tag.serverCredentials) return true;
    return false;
  }

  #isStartTls(bytes: Uint8Array, start: number, end: number): boolean {
    const field = this.#field;
    if (!field.expect(Tag.extendedName, bytes, start, end)) return false;
    return field.end - field.start === START_TLS.length && printable(bytes, field.start, field.end) === START_TLS;
  }
}
