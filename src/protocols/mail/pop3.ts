// POP3 (RFC 1939, RFC 2449, RFC 5034): pairs commands with replies, logins by USER and PASS, APOP and AUTH; messages are
// passed over.
import { createHash } from 'node:crypto';
import { printable } from '../../bytes/text.ts';
import { Match, Speaker, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { markSecret } from '../facts-of-messages.ts';
import { secretOf } from '../open-logins.ts';
import { SaslExchange } from '../sasl.ts';
import {
  holdsWord,
  indexOfWord,
  isText,
  isWord,
  lineTextEnd,
  skipBlanks,
  startsWithWord,
  wordEnd,
} from '../text-lines.ts';
import { claimsOfGreeting } from './greetings.ts';
import { tellPop3 } from './kinds.ts';
import { MailDecoder, MailSession, UNKNOWN } from './mail-decoder.ts';

/** Commands of RFC 1939, RFC 2449 (CAPA), RFC 2595 (STLS), RFC 5034 (AUTH), RFC 6856 (UTF8, LANG). */
const COMMANDS = [
  'USER',
  'PASS',
  'APOP',
  'AUTH',
  'STLS',
  'CAPA',
  'RETR',
  'TOP',
  'LIST',
  'UIDL',
  'STAT',
  'DELE',
  'NOOP',
  'RSET',
  'QUIT',
  'UTF8',
  'LANG',
] as const;
/** Which of them a reply is for, as far as it matters. */
const Kind = { other: 0, login: 1, exchange: 2, startTls: 3, manyLines: 4 } as const;
/** A digest of MD5 in hexadecimal (RFC 1939 clause 7). */
const DIGEST_CHARACTERS = 32;
const STAMP_BYTES_MAX = 512;
const PLUS = 0x2b;

class Pop3Session extends MailSession {
  user = '';
  /** The time stamp of the greeting that APOP hashes, with its angle brackets. */
  stamp: Uint8Array | null = null;
}

export class Pop3Decoder extends MailDecoder<Pop3Session> {
  constructor() {
    super('pop3');
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    const size = firstLineEnd(bytes, start, end);
    if (size === 0) return isBeginning(bytes, start, end, '+OK ') ? Match.later : Match.no;
    if (!isText(bytes, start, size)) return Match.no;
    const textEnd = lineTextEnd(bytes, start, size);
    if (isReply(bytes, start, textEnd)) return isGreeting(bytes, start, textEnd) ? Match.yes : Match.maybe;
    const verbEnd = wordEnd(bytes, start, textEnd);
    const command = indexOfWord(bytes, start, verbEnd, COMMANDS);
    if (command < 0) return Match.no;
    // No other protocol has these: CAPABILITIES of NNTP is longer, and APOP has its digest.
    const isAlone = verbEnd === textEnd;
    if (isAlone && (COMMANDS[command] === 'CAPA' || COMMANDS[command] === 'UIDL')) return Match.yes;
    return COMMANDS[command] === 'APOP' && digestStart(bytes, verbEnd, textEnd) > 0 ? Match.yes : Match.maybe;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return isReply(bytes, start, end) ? Speaker.server : Speaker.client;
  }

  protected tellLine(text: string, fromClient: boolean, tell: KindSink): void {
    tellPop3(text, fromClient, tell);
  }

  protected newSession(): Pop3Session {
    return new Pop3Session();
  }

  protected clientSays(
    session: Pop3Session,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const listing = session.body(false);
    // The end of a listing was lost: whoever asks the next thing has seen it.
    if (listing.isOpen && listing.isUncertain) listing.stop();
    if (session.sasl !== null) {
      this.saslAnswer(session, bytes, start, end, context);
      return;
    }
    const verbEnd = wordEnd(bytes, start, end);
    const argument = skipBlanks(bytes, verbEnd, end);
    session.waits(this.#command(session, bytes, start, verbEnd, argument, end, context));
  }

  protected serverSays(
    session: Pop3Session,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const isOk = startsWithWord(bytes, start, end, '+OK');
    if (!isOk && !startsWithWord(bytes, start, end, '-ERR')) {
      if (session.sasl !== null && end > start && bytes[start] === PLUS)
        session.sasl.challenged64(bytes, skipBlanks(bytes, start + 1, end), end, context);
      return;
    }
    if (!session.isBegun) {
      greet(session, bytes, skipBlanks(bytes, start + 3, end), end, context);
      return;
    }
    const kind = session.replied();
    if (kind === Kind.login) this.logins.settle(context, context.flow, isOk ? 'accepted' : 'refused');
    else if (kind === Kind.exchange) this.saslDecided(session, isOk, context);
    else if (kind === UNKNOWN) this.repliedToUnknown(session, context);
    else if (kind === Kind.startTls && isOk) session.isOpaque = true;
    else if (kind === Kind.manyLines && isOk) session.body(false).begin();
  }

  /** The kind of the command whose word is bytes[start..verbEnd). */
  #command(
    session: Pop3Session,
    bytes: Uint8Array,
    start: number,
    verbEnd: number,
    argument: number,
    end: number,
    context: MessageContext,
  ): number {
    const hasArgument = argument < end;
    switch (COMMANDS[indexOfWord(bytes, start, verbEnd, COMMANDS)]) {
      case 'USER':
        session.user = printable(bytes, argument, end);
        return Kind.other;
      case 'PASS':
        markSecret(context, bytes, argument, end);
        this.logins.begin(context, { mechanism: 'clear', user: session.user, secret: secretOf(bytes, argument, end) });
        return Kind.login;
      case 'APOP':
        this.#apop(session, bytes, argument, end, context);
        return Kind.login;
      case 'AUTH':
        if (!hasArgument) return Kind.manyLines;
        this.#auth(session, bytes, argument, end, context);
        return Kind.exchange;
      case 'STLS':
        return Kind.startTls;
      case 'CAPA':
      case 'RETR':
      case 'TOP':
        return Kind.manyLines;
      case 'LIST':
      case 'UIDL':
      case 'LANG':
        return hasArgument ? Kind.other : Kind.manyLines;
      default:
        return Kind.other;
    }
  }

  #apop(session: Pop3Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const at = digestStart(bytes, start, end);
    const user = printable(bytes, start, at > 0 ? at - 1 : end);
    const { stamp } = session;
    if (at === 0 || stamp === null) {
      this.logins.begin(context, { mechanism: 'apop', user, secret: null });
      return;
    }
    const recompute = apopTest(stamp, printable(bytes, at, end));
    this.logins.begin(context, { mechanism: 'apop', user, secret: null, recompute });
  }

  /** RFC 5034 4: the mechanism, and perhaps the first answer. */
  #auth(session: Pop3Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const nameEnd = wordEnd(bytes, start, end);
    session.sasl = new SaslExchange(bytes, start, nameEnd);
    const answer = skipBlanks(bytes, nameEnd, end);
    if (answer < end) this.saslAnswer(session, bytes, answer, end, context);
  }
}

/** RFC 1939 7: MD5 over the time stamp of the greeting and the password, in hexadecimal. */
export function apopTest(stamp: Uint8Array, digest: string): (candidate: string) => boolean {
  const expected = digest.toLowerCase();
  return (candidate) => createHash('md5').update(stamp).update(candidate, 'utf8').digest('hex') === expected;
}

function greet(session: Pop3Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  claimsOfGreeting(context, 'pop3', bytes, start, end);
  const stampStart = bytes.indexOf(0x3c, start);
  const stampEnd = bytes.indexOf(0x3e, start) + 1;
  if (stampStart < start || stampEnd <= stampStart || stampEnd > end || stampEnd - stampStart > STAMP_BYTES_MAX) return;
  session.stamp = bytes.slice(stampStart, stampEnd);
}

/** Where the digest of APOP begins, which ends the line behind a blank; 0 where none does. */
function digestStart(bytes: Uint8Array, start: number, end: number): number {
  const at = end - DIGEST_CHARACTERS;
  if (at - 2 < start || bytes[at - 1] !== 0x20) return 0;
  for (let index = at; index < end; index++) {
    const byte = bytes[index]! | 0x20;
    if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) return 0;
  }
  return at;
}

function isReply(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = wordEnd(bytes, start, end);
  return isWord(bytes, start, stop, '+OK') || isWord(bytes, start, stop, '-ERR');
}

/** Redis says +OK too, with nothing behind it; a greeting says what is ready, or has a time stamp. */
function isGreeting(bytes: Uint8Array, start: number, end: number): boolean {
  if (!startsWithWord(bytes, start, end, '+OK ')) return false;
  if (holdsWord(bytes, start, end, 'POP') || holdsWord(bytes, start, end, ' READY')) return true;
  const stamp = bytes.indexOf(0x3c, start);
  const at = bytes.indexOf(0x40, start);
  return stamp >= start && at > stamp && at < end && bytes[end - 1] === 0x3e;
}

/** Where the first line ends, with its feed; 0 where it does not. */
export function firstLineEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === 0x0a) return at + 1;
  return 0;
}

/** A line of text without its end that begins with `word`: more of it has to be seen. */
export function isBeginning(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  return startsWithWord(bytes, start, end, word) && isText(bytes, start, end);
}
