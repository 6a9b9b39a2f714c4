// IMAP (RFC 9051, RFC 3501): logins by LOGIN and AUTHENTICATE, what both sides say of themselves (greeting, ID of
// RFC 2971), where encryption begins; messages in literals are passed over by their size.
import { Match, Speaker, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { SaslExchange } from '../sasl.ts';
import { decimalOf, holdsWord, indexOfWord, isText, isWord, lineTextEnd, skipBlanks, wordEnd } from '../text-lines.ts';
import { claimsOfGreeting } from './greetings.ts';
import { claimsOfId } from './imap-id.ts';
import { ImapLogin, LITERAL_READ_MAX } from './imap-login.ts';
import { tellImap } from './kinds.ts';
import { MailDecoder, MailSession } from './mail-decoder.ts';
import { firstLineEnd, isBeginning } from './pop3.ts';

/** Commands that no other protocol of lines has behind a tag. */
const OWN_COMMANDS = ['CAPABILITY', 'AUTHENTICATE', 'LSUB', 'NAMESPACE', 'EXAMINE', 'UID', 'XLIST', 'ENABLE'] as const;
const COMMANDS = [
  'LOGIN',
  'LOGOUT',
  'STARTTLS',
  'SELECT',
  'LIST',
  'STATUS',
  'APPEND',
  'NOOP',
  'IDLE',
  'ID',
  'CLOSE',
  'EXPUNGE',
  'SEARCH',
  'FETCH',
  'STORE',
  'COPY',
  'CHECK',
  'CREATE',
] as const;
const STATES = ['OK', 'NO', 'BAD', 'PREAUTH', 'BYE'] as const;
/** What the server says of a mailbox: `* 13 EXISTS`. */
const COUNTED = ['EXISTS', 'RECENT', 'EXPUNGE', 'FETCH'] as const;
const LITERAL_BYTES_MAX = 0xffff_ffff;
const TAG_BYTES_MAX = 64;
const PLUS = 0x2b;
const MINUS = 0x2d;
const STAR = 0x2a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** What waits for the reply with its tag. */
const Kind = { none: 0, login: 1, exchange: 2, startTls: 3 } as const;

class ImapSession extends MailSession {
  kind: number = Kind.none;
  /** Of the command of that kind. */
  tag: Uint8Array = new Uint8Array(0);
  login: ImapLogin | null = null;
  /** The next line of the client goes on with a command, behind a literal. */
  isContinued = false;
  /** The client has announced a literal and waits to be told to send it (RFC 9051 4.3). */
  awaitsGo = false;

  override forget(): void {
    super.forget();
    this.kind = Kind.none;
    this.login?.forget();
    this.login = null;
    this.isContinued = false;
    this.awaitsGo = false;
    this.wanted = 0;
  }
}

export class ImapDecoder extends MailDecoder<ImapSession> {
  /** Each has its tag (RFC 9051 2.2.1). */
  protected override readonly isInOrder = false;

  constructor() {
    super('imap');
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    const size = firstLineEnd(bytes, start, end);
    if (size === 0) return isBeginning(bytes, start, end, '* OK ') ? Match.later : Match.no;
    if (!isText(bytes, start, size)) return Match.no;
    const textEnd = lineTextEnd(bytes, start, size);
    const firstEnd = wordEnd(bytes, start, textEnd);
    const second = skipBlanks(bytes, firstEnd, textEnd);
    const secondEnd = wordEnd(bytes, second, textEnd);
    if (firstEnd - start === 1 && bytes[start] === STAR) return untagged(bytes, second, secondEnd, textEnd);
    if (!isTag(bytes, start, firstEnd) || second === firstEnd) return Match.no;
    if (indexOfWord(bytes, second, secondEnd, OWN_COMMANDS) >= 0) return Match.yes;
    if (indexOfWord(bytes, second, secondEnd, COMMANDS) >= 0) return Match.maybe;
    return indexOfWord(bytes, second, secondEnd, STATES) >= 0 ? Match.maybe : Match.no;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (bytes[start] === STAR || bytes[start] === PLUS) return Speaker.server;
    const second = skipBlanks(bytes, wordEnd(bytes, start, end), end);
    const secondEnd = wordEnd(bytes, second, end);
    return indexOfWord(bytes, second, secondEnd, STATES) >= 0 ? Speaker.server : Speaker.client;
  }

  protected tellLine(text: string, fromClient: boolean, tell: KindSink): void {
    tellImap(text, fromClient, tell);
  }

  protected newSession(): ImapSession {
    return new ImapSession();
  }

  protected clientSays(
    session: ImapSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    if (session.sasl !== null) {
      this.saslAnswer(session, bytes, start, end, context);
      return;
    }
    const brace = literalStart(bytes, start, end);
    const argumentsEnd = brace < 0 ? end : brace;
    if (!session.isContinued) this.#command(session, bytes, start, argumentsEnd, context);
    else session.login?.read(bytes, start, argumentsEnd, context);
    session.isContinued = brace >= 0;
    if (brace >= 0) announce(session, bytes, brace, end);
    else if (session.login !== null) this.#finish(session, session.login, context);
  }

  protected serverSays(
    session: ImapSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const brace = literalStart(bytes, start, end);
    if (brace >= 0) session.setRest(false, literalSize(bytes, brace, end));
    const firstEnd = wordEnd(bytes, start, end);
    const second = skipBlanks(bytes, firstEnd, end);
    if (firstEnd - start === 1 && bytes[start] === PLUS) {
      session.awaitsGo = false;
      session.sasl?.challenged64(bytes, second, end, context);
      return;
    }
    const secondEnd = wordEnd(bytes, second, end);
    if (firstEnd - start === 1 && bytes[start] === STAR) {
      const isState = indexOfWord(bytes, second, secondEnd, STATES) >= 0;
      if (!session.isBegun && isState) claimsOfGreeting(context, 'imap', bytes, skipBlanks(bytes, secondEnd, end), end);
      else if (isWord(bytes, second, secondEnd, 'ID'))
        claimsOfId(context, context.server, 'imap id', bytes, secondEnd, end);
      return;
    }
    if (indexOfWord(bytes, second, secondEnd, STATES) >= 0)
      this.#completed(session, bytes, start, firstEnd, isWord(bytes, second, secondEnd, 'OK'), context);
  }

  protected override literal(
    session: ImapSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    session.wanted = 0;
    session.login?.add(bytes, start, end, context);
  }

  #command(session: ImapSession, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const tagEnd = wordEnd(bytes, start, end);
    const verb = skipBlanks(bytes, tagEnd, end);
    const verbEnd = wordEnd(bytes, verb, end);
    const argument = skipBlanks(bytes, verbEnd, end);
    let kind: number = Kind.none;
    if (isWord(bytes, verb, verbEnd, 'LOGIN')) {
      kind = Kind.login;
      session.login = new ImapLogin();
      session.login.read(bytes, argument, end, context);
    } else if (isWord(bytes, verb, verbEnd, 'AUTHENTICATE')) {
      kind = Kind.exchange;
      const nameEnd = wordEnd(bytes, argument, end);
      session.sasl = new SaslExchange(bytes, argument, nameEnd);
      // RFC 4959: the first answer may stand here.
      const answer = skipBlanks(bytes, nameEnd, end);
      if (answer < end) this.saslAnswer(session, bytes, answer, end, context);
    } else if (isWord(bytes, verb, verbEnd, 'STARTTLS')) kind = Kind.startTls;
    else if (isWord(bytes, verb, verbEnd, 'ID')) claimsOfId(context, context.client, 'imap id', bytes, argument, end);
    if (kind === Kind.none || tagEnd - start > TAG_BYTES_MAX) return;
    session.kind = kind;
    session.tag = bytes.slice(start, tagEnd);
  }

  /** All of LOGIN was read. */
  #finish(session: ImapSession, login: ImapLogin, context: MessageContext): void {
    session.login = null;
    const attempt = login.attempt();
    if (attempt === null) session.kind = Kind.none;
    else this.logins.begin(context, attempt);
  }

  /** The reply that ends the command with the tag bytes[start..end). */
  #completed(
    session: ImapSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    isOk: boolean,
    context: MessageContext,
  ): void {
    if (session.awaitsGo) {
      // Refused before the literal was sent: it never comes.
      session.setRest(true, 0);
      session.forget();
      return;
    }
    const { kind, tag } = session;
    if (kind === Kind.none || !isSame(tag, bytes, start, end)) return;
    session.kind = Kind.none;
    if (kind === Kind.login) this.logins.settle(context, context.flow, isOk ? 'accepted' : 'refused');
    else if (kind === Kind.exchange) this.saslDecided(session, isOk, context);
    else if (isOk) session.isOpaque = true;
  }
}

/** A literal follows the line: its bytes are read where they are part of a login, else passed over. */
function announce(session: ImapSession, bytes: Uint8Array, brace: number, end: number): void {
  const size = literalSize(bytes, brace, end);
  session.awaitsGo = bytes[end - 2] !== PLUS && bytes[end - 2] !== MINUS;
  if (session.login === null) session.setRest(true, size);
  else if (size > 0 && size <= LITERAL_READ_MAX) session.wanted = size;
  else {
    session.login.addNothing();
    session.setRest(true, size);
  }
}

/** Where `{120}` or `{120+}` begins, which ends the line (RFC 9051 4.3); -1 where none does. */
function literalStart(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 3 || bytes[end - 1] !== CLOSE_BRACE) return -1;
  const digitsEnd = bytes[end - 2] === PLUS || bytes[end - 2] === MINUS ? end - 2 : end - 1;
  let at = digitsEnd;
  while (at > start && bytes[at - 1]! >= 0x30 && bytes[at - 1]! <= 0x39) at--;
  if (at === digitsEnd || at === start || bytes[at - 1] !== OPEN_BRACE) return -1;
  return decimalOf(bytes, at, digitsEnd, LITERAL_BYTES_MAX) < 0 ? -1 : at - 1;
}

function literalSize(bytes: Uint8Array, brace: number, end: number): number {
  const hasMark = bytes[end - 2] === PLUS || bytes[end - 2] === MINUS;
  return decimalOf(bytes, brace + 1, hasMark ? end - 2 : end - 1, LITERAL_BYTES_MAX);
}

/** `* ` and what stands at bytes[start..stop), of a line that ends at `end`. */
function untagged(bytes: Uint8Array, start: number, stop: number, end: number): number {
  if (isWord(bytes, start, stop, 'OK') || isWord(bytes, start, stop, 'PREAUTH')) return Match.yes;
  if (isWord(bytes, start, stop, 'CAPABILITY')) return holdsWord(bytes, stop, end, 'IMAP') ? Match.yes : Match.maybe;
  const word = skipBlanks(bytes, stop, end);
  if (decimalOf(bytes, start, stop, LITERAL_BYTES_MAX) < 0) return Match.maybe;
  return indexOfWord(bytes, word, wordEnd(bytes, word, end), COUNTED) >= 0 ? Match.yes : Match.no;
}

/** Letters, digits and a few marks (RFC 9051 9, `tag`); clients use no others. */
function isTag(bytes: Uint8Array, start: number, end: number): boolean {
  if (end <= start || end - start > TAG_BYTES_MAX) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    const isMark = byte === 0x2e || byte === MINUS || byte === 0x5f || byte === 0x24 || byte === 0x23;
    if (!isLetter && !isMark && (byte < 0x30 || byte > 0x39)) return false;
  }
  return true;
}

function isSame(tag: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== tag.length) return false;
  for (let at = 0; at < tag.length; at++) if (bytes[start + at] !== tag[at]) return false;
  return true;
}
