// Follows the conversations of PostgreSQL: startup, what the server asks for, the client's answer, then statements.
import { u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { NEED_MORE, NOT_THIS_PROTOCOL, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { Trust, claim, markSecret, setAnswered, startOperation } from '../facts-of-messages.ts';
import { LongFrames } from '../long-frames.ts';
import { OpenLogins, type LoginAttempt } from '../open-logins.ts';
import { PendingOperations } from '../pending-operations.ts';
import { UpgradedTls } from '../upgraded-tls.ts';
import { ACCOUNT_KIND, Ask, LETTERS, Message, STATEMENTS, Start, askName, codeOfState } from './messages.ts';
import {
  FRAME_BYTES_MAX,
  HEADER_BYTES,
  MESSAGE_BYTES_MAX,
  STARTUP_BYTES_MAX,
  errorFieldAt,
  isStart,
  isText,
  parameterAt,
  zeroAt,
} from './parse.ts';
import { clearAttempt, md5Attempt, scramAttempt, type User } from './passwords.ts';
import { messageKind, startKind } from './kinds.ts';

/** Conversations followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 16_384;
/** Statements that wait for their answer. */
const PENDING_MAX = 1024;
const PENDING_US = 30e6;
const NONE = -1;
const TEXT_CHARACTERS_MAX = 128;
const SASL_BYTES_MAX = 2048;
const NOBODY: User = { bytes: new Uint8Array(0), text: '' };
const NO_BYTES = new Uint8Array(0);

/** `startup`: the client's next message has no letter. */
const Phase = { startup: 0, authentication: 1, statements: 2, opaque: 3 } as const;

interface Session {
  phase: number;
  /** The client has asked for encryption: the server's answer is one byte. */
  isEncryptionAsked: boolean;
  /** A StartupMessage was seen, and the login has not ended. */
  isLoginOpen: boolean;
  /** The server has accepted the password, and the session has still to begin. */
  isProven: boolean;
  user: User;
  /** What the server has asked for last, and its salt or its first message of SASL. */
  ask: number;
  asked: Uint8Array;
  mechanism: string;
  clientFirst: Uint8Array;
  readonly frames: LongFrames;
}

export class Sessions {
  readonly #protocol: number;
  readonly #sessions = new Map<number, Session>();
  readonly #logins = new OpenLogins('postgres');
  readonly #tls = new UpgradedTls();
  readonly #pending = new PendingOperations(PENDING_MAX, PENDING_US);

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const available = Math.min(end - start, FRAME_BYTES_MAX);
    const session = this.#of(bytes, start, end, context);
    if (session === null) return available;
    if (session.phase === Phase.opaque) return this.#tls.frameSize(bytes, start, end, FRAME_BYTES_MAX, context);
    const inside = session.frames.inside(context.fromClient, available);
    if (inside > 0) return inside;
    if (context.fromClient ? session.phase === Phase.startup : session.isEncryptionAsked) {
      return context.fromClient ? startSize(bytes, start, end) : 1;
    }
    if (!LETTERS.has(bytes[start]!)) return NOT_THIS_PROTOCOL;
    if (end - start < HEADER_BYTES) return NEED_MORE;
    const length = u32be(bytes, start + 1);
    return length < 4 || length > MESSAGE_BYTES_MAX ? NOT_THIS_PROTOCOL : Math.min(1 + length, FRAME_BYTES_MAX);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(bytes, start, end, context);
    if (session === null || end <= start) return;
    if (session.phase === Phase.opaque) {
      this.#tls.decode(bytes, start, end, context);
      return;
    }
    const { fromClient } = context;
    if (session.frames.isInside(fromClient, end - start)) return;
    if (fromClient ? session.phase === Phase.startup : session.isEncryptionAsked) {
      if (fromClient) this.#start(session, bytes, start, end, context);
      else answerEncryption(session, bytes[start]!);
      return;
    }
    if (end - start < HEADER_BYTES) return;
    session.frames.begins(fromClient, 1 + u32be(bytes, start + 1), end - start);
    if (fromClient) this.#ofClient(session, bytes, start, end, context);
    else this.#ofServer(session, bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const session = this.#of(bytes, start, end, context);
    if (session === null || end <= start) return;
    const { fromClient } = context;
    if (session.phase === Phase.opaque) this.#tls.tellKinds(bytes, start, end, context, tell);
    else if (session.frames.isAmid(fromClient)) return;
    else if (fromClient && session.phase === Phase.startup) {
      if (end - start >= 8) tell(startKind(bytes, start));
    } else if (end - start >= HEADER_BYTES) tell(messageKind(String.fromCharCode(bytes[start]!), fromClient));
  }

  gap(flow: number, fromClient: boolean): void {
    const session = this.#sessions.get(flow);
    if (session?.phase === Phase.opaque) this.#tls.gap(flow, fromClient);
    if (session === undefined || session.phase === Phase.opaque || session.frames.isAmid(fromClient)) return;
    this.#pending.markGap(flow);
    session.isEncryptionAsked = false;
    session.isLoginOpen = false;
    session.phase = Phase.statements;
  }

  resumes(flow: number, fromClient: boolean, lostBytes: number): boolean {
    const session = this.#sessions.get(flow);
    if (session === undefined) return false;
    return session.phase === Phase.opaque || session.frames.resumes(fromClient, lostBytes);
  }

  closed(flow: number, context: MessageContext): void {
    const isProven = this.#sessions.get(flow)?.isProven === true;
    this.#sessions.delete(flow);
    this.#tls.closed(flow);
    this.#logins.settle(context, flow, isProven ? 'accepted' : 'unknown');
    this.#pending.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
    this.#pending.tick(timeUs, context);
  }

  /** Null: there are too many conversations. */
  #of(bytes: Uint8Array, start: number, end: number, context: MessageContext): Session | null {
    const known = this.#sessions.get(context.flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session: Session = {
      phase: isStart(bytes, start, end) ? Phase.startup : Phase.statements,
      isEncryptionAsked: false,
      isLoginOpen: false,
      isProven: false,
      user: NOBODY,
      ask: NONE,
      asked: NO_BYTES,
      mechanism: 'postgres-sasl',
      clientFirst: NO_BYTES,
      frames: new LongFrames(),
    };
    this.#sessions.set(context.flow, session);
    return session;
  }

  #start(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < 8) return;
    const number = u32be(bytes, start + 4);
    if (number === Start.ssl || number === Start.gss) {
      session.isEncryptionAsked = true;
      return;
    }
    if (number === Start.cancel) return;
    session.phase = Phase.authentication;
    session.isLoginOpen = true;
    const value = (name: string): Uint8Array => {
      const at = parameterAt(bytes, start, end, name);
      return at < 0 ? NO_BYTES : bytes.slice(at, zeroAt(bytes, at, end));
    };
    const user = value('user');
    session.user = { bytes: user, text: whole(user) };
    claim(context, context.client, -1, 'application', whole(value('application_name')), 'postgres startup', Trust.hint);
    const database = whole(value('database')) || session.user.text;
    const { timeUs, frame, server, sink } = context;
    if (database !== '') sink.trait({ fact: 'trait', timeUs, frame, host: server, trait: 'database', value: database });
  }

  #ofClient(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const letter = bytes[start]!;
    if (letter === 0x70) {
      if (session.isLoginOpen) this.#password(session, bytes, start + HEADER_BYTES, end, context);
      return;
    }
    if (letter !== Message.query && letter !== Message.parse) return;
    this.#pending.askedAgain(context.flow, context);
    const statement = letter === Message.query ? start + HEADER_BYTES : zeroAt(bytes, start + HEADER_BYTES, end) + 1;
    const kind = STATEMENTS.find(bytes, statement, zeroAt(bytes, statement, end));
    if (kind === 0) return;
    // It may hold a new password, nobody knows where.
    if (kind === ACCOUNT_KIND) markSecret(context, bytes, statement, end);
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol);
    operation.function = letter;
    operation.subfunction = kind;
    operation.verb = Verb.configure;
    this.#pending.add(operation, 0);
  }

  #ofServer(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const body = start + HEADER_BYTES;
    switch (bytes[start]) {
      case 0x52: // R: Authentication…
        if (session.isLoginOpen && end - body >= 4) this.#asked(session, bytes, body, end, context);
        return;
      case 0x53: // S: ParameterStatus
        readStatus(bytes, body, end, context);
        return;
      case 0x5a: // Z: ReadyForQuery
        this.#end(session, 'accepted', context);
        this.#answer(context, 0);
        return;
      case 0x45: {
        // E: ErrorResponse
        if (session.isLoginOpen && session.ask === NONE) this.#attempt(session, null, context);
        this.#end(session, 'refused', context);
        const at = errorFieldAt(bytes, start, end, 0x43);
        this.#answer(context, codeOfState(at < 0 ? '' : printable(bytes, at, zeroAt(bytes, at, end), 5)));
        return;
      }
      case 0x31: // 1: ParseComplete
      case 0x43: // C: CommandComplete
        this.#answer(context, 0);
        return;
      default:
    }
  }

  #asked(session: Session, bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
    const ask = u32be(bytes, body);
    if (ask === Ask.saslFinal) return;
    if (ask === Ask.ok) {
      if (session.ask === NONE) this.#attempt(session, null, context);
      session.ask = Ask.ok;
      session.isProven = true;
      return;
    }
    session.ask = ask;
    session.asked = bytes.slice(body + 4, Math.min(end, body + 4 + SASL_BYTES_MAX));
  }

  #password(session: Session, bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
    const { ask, user } = session;
    if (ask === Ask.clear) {
      markSecret(context, bytes, body, end);
      this.#attempt(session, clearAttempt(user, bytes, body, end), context);
    } else if (ask === Ask.md5) this.#attempt(session, md5Attempt(user, session.asked, bytes, body, end), context);
    else if (ask === Ask.sasl) {
      const nameEnd = zeroAt(bytes, body, end);
      session.mechanism = `postgres-${printable(bytes, body, nameEnd, 32).toLowerCase()}`;
      session.clientFirst = bytes.slice(Math.min(end, nameEnd + 5), Math.min(end, nameEnd + 5 + SASL_BYTES_MAX));
    } else if (ask === Ask.saslContinue) {
      const final = bytes.slice(body, Math.min(end, body + SASL_BYTES_MAX));
      const attempt = scramAttempt(user, session.mechanism, session.clientFirst, session.asked, final);
      this.#attempt(session, attempt, context);
    } else this.#attempt(session, { mechanism: askName(ask), user: user.text, secret: null }, context);
  }

  /** Null: the server has asked for no password. */
  #attempt(session: Session, attempt: LoginAttempt | null, context: MessageContext): void {
    this.#logins.begin(context, attempt ?? { mechanism: 'postgres-none', user: session.user.text, secret: null });
  }

  #end(session: Session, outcome: 'accepted' | 'refused', context: MessageContext): void {
    if (!session.isLoginOpen) return;
    session.isLoginOpen = false;
    session.isProven = false;
    session.phase = Phase.statements;
    session.asked = session.clientFirst = NO_BYTES;
    this.#logins.settle(context, context.flow, outcome);
  }

  #answer(context: MessageContext, code: number): void {
    const slot = this.#pending.oldestOf(context.flow);
    if (slot === NONE) return;
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, code);
    context.sink.operation(operation);
    this.#pending.release(slot);
  }
}

function startSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 4) return NEED_MORE;
  const length = u32be(bytes, start);
  return length < 8 || length > STARTUP_BYTES_MAX ? NOT_THIS_PROTOCOL : length;
}

/** 55.2.10: `S` or `G`: what follows is encrypted; anything else: it begins again without. */
function answerEncryption(session: Session, answer: number): void {
  session.isEncryptionAsked = false;
  if (answer === 0x53 || answer === 0x47) session.phase = Phase.opaque;
}

function readStatus(bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
  const nameEnd = zeroAt(bytes, body, end);
  if (!isText(bytes, body, nameEnd, 'server_version')) return;
  const version = printable(bytes, nameEnd + 1, zeroAt(bytes, nameEnd + 1, end), TEXT_CHARACTERS_MAX);
  if (version !== '') claim(context, context.server, -1, 'application', `PostgreSQL ${version}`, 'postgres status');
}

function whole(bytes: Uint8Array): string {
  return printable(bytes, 0, bytes.length, TEXT_CHARACTERS_MAX);
}
