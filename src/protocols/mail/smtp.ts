// SMTP and submission (RFC 5321, RFC 4954): greeting, names, logins by AUTH, where encryption begins; messages are passed
// over, whether DATA or BDAT carries them.
import { Match, Speaker, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { SaslExchange } from '../sasl.ts';
import {
  decimalOf,
  holdsWord,
  indexOfWord,
  isText,
  lineTextEnd,
  replyCodeOf,
  skipBlanks,
  startsWithWord,
  wordEnd,
} from '../text-lines.ts';
import { claimsOfClient, claimsOfGreeting } from './greetings.ts';
import { tellSmtp } from './kinds.ts';
import { MailDecoder, MailSession, UNKNOWN } from './mail-decoder.ts';
import { firstLineEnd, isBeginning } from './pop3.ts';

/** Commands of RFC 5321, RFC 2033 (LHLO), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 3030 (BDAT). */
const COMMANDS = [
  'EHLO',
  'HELO',
  'LHLO',
  'AUTH',
  'STARTTLS',
  'DATA',
  'BDAT',
  'MAIL',
  'RCPT',
  'RSET',
  'NOOP',
  'QUIT',
  'VRFY',
  'EXPN',
  'HELP',
] as const;
const Kind = { other: 0, exchange: 1, startTls: 2 } as const;
const CHUNK_BYTES_MAX = 0xffff_ffff;
const HYPHEN = 0x2d;

/** Replies (RFC 5321 4.2.3, RFC 4954 6). */
const Reply = { ready: 220, challenge: 334, startMail: 354 } as const;

class SmtpSession extends MailSession {
  /** The name of the client was claimed. */
  isNamed = false;
}

export class SmtpDecoder extends MailDecoder<SmtpSession> {
  constructor() {
    super('smtp');
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    const size = firstLineEnd(bytes, start, end);
    if (size === 0) return isBeginning(bytes, start, end, '220') ? Match.later : Match.no;
    if (!isText(bytes, start, size)) return Match.no;
    const textEnd = lineTextEnd(bytes, start, size);
    const code = replyCodeOf(bytes, start, textEnd);
    if (code !== 0) return code === Reply.ready && holdsWord(bytes, start, textEnd, 'SMTP') ? Match.yes : Match.maybe;
    const verbEnd = wordEnd(bytes, start, textEnd);
    const command = indexOfWord(bytes, start, verbEnd, COMMANDS);
    if (command < 0) return Match.no;
    const argument = skipBlanks(bytes, verbEnd, textEnd);
    // FTP has no HELO, and its MAIL (RFC 959, appendix) no FROM.
    const isHello = command <= 2 && argument < textEnd && verbEnd - start === 4;
    const isPath =
      startsWithWord(bytes, argument, textEnd, 'FROM:') || startsWithWord(bytes, argument, textEnd, 'TO:<');
    return isHello || isPath ? Match.yes : Match.maybe;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return replyCodeOf(bytes, start, end) === 0 ? Speaker.client : Speaker.server;
  }

  protected tellLine(text: string, fromClient: boolean, tell: KindSink): void {
    tellSmtp(text, fromClient, tell);
  }

  protected newSession(): SmtpSession {
    return new SmtpSession();
  }

  protected clientSays(
    session: SmtpSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    if (session.sasl !== null) {
      this.saslAnswer(session, bytes, start, end, context);
      return;
    }
    const verbEnd = wordEnd(bytes, start, end);
    const argument = skipBlanks(bytes, verbEnd, end);
    switch (COMMANDS[indexOfWord(bytes, start, verbEnd, COMMANDS)]) {
      case 'EHLO':
      case 'HELO':
        if (!session.isNamed) claimsOfClient(context, bytes, argument, end);
        session.isNamed = true;
        session.waits(Kind.other);
        return;
      case 'AUTH':
        session.waits(Kind.exchange);
        this.#auth(session, bytes, argument, end, context);
        return;
      case 'STARTTLS':
        session.waits(Kind.startTls);
        return;
      case 'BDAT':
        // RFC 3030 2: the chunk follows at once.
        session.setRest(true, decimalOf(bytes, argument, wordEnd(bytes, argument, end), CHUNK_BYTES_MAX));
        session.waits(Kind.other);
        return;
      default:
        session.waits(Kind.other);
    }
  }

  protected serverSays(
    session: SmtpSession,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const code = replyCodeOf(bytes, start, end);
    if (!session.isBegun && code === Reply.ready)
      claimsOfGreeting(context, 'smtp', bytes, Math.min(end, start + 4), end);
    // All lines of a reply but the last have a hyphen (RFC 5321 4.2.1).
    if (code === 0 || (end - start > 3 && bytes[start + 3] === HYPHEN)) return;
    if (code === Reply.challenge) {
      session.sasl?.challenged64(bytes, Math.min(end, start + 4), end, context);
      return;
    }
    const message = session.body(true);
    if (code === Reply.startMail) {
      message.begin();
      return;
    }
    // The final dot was lost: the server has seen it.
    if (message.isOpen && message.isUncertain) message.stop();
    const kind = session.replied();
    const isOk = code < 300;
    if (kind === Kind.exchange) this.saslDecided(session, isOk, context);
    else if (kind === UNKNOWN) this.repliedToUnknown(session, context);
    else if (kind === Kind.startTls && isOk) session.isOpaque = true;
  }

  /** RFC 4954 4: the mechanism, and perhaps the first answer. */
  #auth(session: SmtpSession, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const nameEnd = wordEnd(bytes, start, end);
    session.sasl = new SaslExchange(bytes, start, nameEnd);
    const answer = skipBlanks(bytes, nameEnd, end);
    if (answer < end) this.saslAnswer(session, bytes, answer, end, context);
  }
}
