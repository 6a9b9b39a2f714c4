// Follows the conversations of MySQL: greeting, login, then commands, of which few matter to a monitor.
import { u16le, u32le } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { NEED_MORE, NOT_THIS_PROTOCOL, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { Trust, claim, markSecret, setAnswered, startOperation } from '../facts-of-messages.ts';
import { LongFrames } from '../long-frames.ts';
import { OpenLogins, type LoginAttempt } from '../open-logins.ts';
import { PendingOperations } from '../pending-operations.ts';
import { UpgradedTls } from '../upgraded-tls.ts';
import { attemptOf, pluginName } from './challenges.ts';
import { ACCOUNT_KIND, Answer, Capability, Command, PROGRESS_CODE, STATEMENTS } from './messages.ts';
import {
  FRAME_BYTES_MAX,
  HEADER_BYTES,
  isGreeting,
  isResponse,
  payloadLength,
  readChangeUser,
  readGreeting,
  readResponse,
  sequence,
  zeroAt,
  type LoginFields,
} from './parse.ts';
import { ERROR, GREETING, LOGIN, commandKind } from './kinds.ts';

/** Conversations followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 16_384;
/** Statements that wait for their answer. */
const PENDING_MAX = 1024;
const PENDING_US = 30e6;
/** A client's demand for TLS is the beginning of a login, up to the user. */
const SSL_REQUEST_BYTES = HEADER_BYTES + 32;
const NONE = -1;
const USER_CHARACTERS_MAX = 128;

const Phase = { greeting: 0, response: 1, authentication: 2, commands: 3, opaque: 4 } as const;

interface Session {
  phase: number;
  /** The last salt of the server. */
  salt: Uint8Array | null;
  user: string;
  /** The plugin that the server has asked for; the client's next packet is its response. */
  switchedTo: string | null;
  isCompressed: boolean;
  readonly frames: LongFrames;
}

export class Sessions {
  readonly #protocol: number;
  readonly #sessions = new Map<number, Session>();
  readonly #logins = new OpenLogins('mysql');
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
    if (end - start < HEADER_BYTES) return NEED_MORE;
    const size = HEADER_BYTES + payloadLength(bytes, start);
    if (session.phase !== Phase.commands && size > FRAME_BYTES_MAX) return NOT_THIS_PROTOCOL;
    return Math.min(size, FRAME_BYTES_MAX);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(bytes, start, end, context);
    if (session === null) return;
    if (session.phase === Phase.opaque) {
      this.#tls.decode(bytes, start, end, context);
      return;
    }
    if (session.frames.isInside(context.fromClient, end - start) || end - start < HEADER_BYTES) return;
    session.frames.begins(context.fromClient, HEADER_BYTES + payloadLength(bytes, start), end - start);
    if (end - start === HEADER_BYTES) return;
    if (context.fromClient) this.#ofClient(session, bytes, start, end, context);
    else this.#ofServer(session, bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const session = this.#of(bytes, start, end, context);
    if (session === null || end - start <= HEADER_BYTES) return;
    if (session.phase === Phase.opaque) this.#tls.tellKinds(bytes, start, end, context, tell);
    if (session.phase === Phase.opaque || session.frames.isAmid(context.fromClient)) return;
    const first = bytes[start + HEADER_BYTES]!;
    if (!context.fromClient) {
      if (session.phase === Phase.greeting && isGreeting(bytes, start, end)) tell(GREETING);
      else if (first === Answer.error) tell(ERROR);
    } else if (session.phase === Phase.response) tell(LOGIN);
    else if (session.phase === Phase.commands && sequence(bytes, start) === 0) tell(commandKind(first));
  }

  gap(flow: number, fromClient: boolean): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    this.#pending.markGap(flow);
    if (session.phase === Phase.opaque) this.#tls.gap(flow, fromClient);
    // Which packet of the login was lost nobody knows.
    if (session.phase !== Phase.opaque && !session.frames.isAmid(fromClient)) session.phase = Phase.commands;
  }

  resumes(flow: number, fromClient: boolean, lostBytes: number): boolean {
    const session = this.#sessions.get(flow);
    if (session === undefined) return false;
    return session.phase === Phase.opaque || session.frames.resumes(fromClient, lostBytes);
  }

  closed(flow: number, context: MessageContext): void {
    this.#sessions.delete(flow);
    this.#tls.closed(flow);
    this.#logins.settle(context, flow, 'unknown');
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
    let phase: number = Phase.commands;
    if (end - start > HEADER_BYTES && isGreeting(bytes, start, end)) phase = Phase.greeting;
    else if (isResponse(bytes, start, end)) phase = Phase.response;
    const frames = new LongFrames();
    const session: Session = { phase, salt: null, user: '', switchedTo: null, isCompressed: false, frames };
    this.#sessions.set(context.flow, session);
    return session;
  }

  #ofClient(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (session.phase === Phase.response) this.#response(session, bytes, start, end, context);
    else if (session.phase === Phase.authentication) this.#switched(session, bytes, start, end, context);
    else if (session.phase === Phase.commands && sequence(bytes, start) === 0) {
      this.#command(session, bytes, start, end, context);
    }
  }

  #ofServer(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (session.phase === Phase.greeting) greet(session, bytes, start, end, context);
    else if (session.phase === Phase.authentication) this.#outcome(session, bytes, start, end, context);
    else if (session.phase === Phase.commands) this.#answer(bytes, start, end, context);
  }

  #response(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start === SSL_REQUEST_BYTES && (u32le(bytes, start + HEADER_BYTES) & Capability.ssl) !== 0) {
      session.phase = Phase.opaque;
      return;
    }
    const fields = readResponse(bytes, start, end);
    // A client before 4.1 names itself in another form.
    session.phase = fields === null ? Phase.commands : Phase.authentication;
    if (fields === null) return;
    session.isCompressed = (fields.capabilities & (Capability.compress | Capability.zstd)) !== 0;
    this.#attempt(session, fields, bytes, context);
  }

  #attempt(session: Session, fields: LoginFields, bytes: Uint8Array, context: MessageContext): void {
    const { userStart, userEnd, secretStart, secretEnd, pluginStart, pluginEnd } = fields;
    session.user = printable(bytes, userStart, userEnd, USER_CHARACTERS_MAX);
    const plugin = pluginName(bytes, pluginStart, pluginEnd);
    this.#begin(
      attemptOf(session.user, plugin, session.salt, bytes, secretStart, secretEnd),
      bytes,
      secretStart,
      secretEnd,
      context,
    );
  }

  /** The response by the plugin that the server wants; anything else is part of an exchange of keys. */
  #switched(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const plugin = session.switchedTo;
    if (plugin === null) return;
    session.switchedTo = null;
    const body = start + HEADER_BYTES;
    this.#begin(attemptOf(session.user, plugin, session.salt, bytes, body, end), bytes, body, end, context);
  }

  #begin(attempt: LoginAttempt, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (attempt.mechanism === 'clear') markSecret(context, bytes, start, end);
    this.#logins.begin(context, attempt);
  }

  #outcome(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const body = start + HEADER_BYTES;
    switch (bytes[body]) {
      case Answer.ok:
        this.#logins.settle(context, context.flow, 'accepted');
        session.phase = session.isCompressed ? Phase.opaque : Phase.commands;
        return;
      case Answer.error:
        this.#logins.settle(context, context.flow, 'refused');
        session.phase = Phase.commands;
        return;
      case Answer.authSwitch: {
        this.#logins.drop(context.flow);
        const pluginEnd = zeroAt(bytes, body + 1, end);
        session.switchedTo = end === body + 1 ? 'mysql_old_password' : pluginName(bytes, body + 1, pluginEnd);
        session.salt = end - pluginEnd >= 21 ? bytes.slice(pluginEnd + 1, pluginEnd + 21) : null;
        return;
      }
      default:
    }
  }

  #command(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const body = start + HEADER_BYTES;
    const command = bytes[body]!;
    this.#pending.askedAgain(context.flow, context);
    if (command === Command.changeUser) {
      const fields = readChangeUser(bytes, start, end);
      if (fields === null) return;
      session.phase = Phase.authentication;
      this.#attempt(session, fields, bytes, context);
      return;
    }
    const isStatement = command === Command.query || command === Command.prepare;
    const kind = isStatement ? STATEMENTS.find(bytes, body + 1, end) : 0;
    if (kind === 0 && command !== Command.shutdown) return;
    // It may hold a new password, nobody knows where.
    if (kind === ACCOUNT_KIND) markSecret(context, bytes, body + 1, end);
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol);
    operation.function = command;
    operation.subfunction = kind === 0 ? NONE : kind;
    operation.verb = kind === 0 ? Verb.stop : Verb.configure;
    this.#pending.add(operation, 0);
  }

  #answer(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const slot = this.#pending.oldestOf(context.flow);
    const body = start + HEADER_BYTES;
    if (slot === NONE || bytes[body] === Answer.localFile) return;
    const code = bytes[body] === Answer.error && end - body >= 3 ? u16le(bytes, body + 1) : 0;
    if (code === PROGRESS_CODE) return;
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, code);
    context.sink.operation(operation);
    this.#pending.release(slot);
  }
}

/** What the server says of itself; an error in its place ends the conversation. */
function greet(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  const greeting = readGreeting(bytes, start, end);
  session.phase = greeting === null ? Phase.commands : Phase.response;
  if (greeting === null) return;
  session.salt = greeting.salt;
  const said = printable(bytes, greeting.versionStart, greeting.versionEnd, 64);
  // MariaDB puts a version of MySQL that replication understands before its own.
  const version = said.includes('MariaDB') ? `MariaDB ${said.replace(/^5\.5\.5-/, '')}` : `MySQL ${said}`;
  claim(context, context.server, -1, 'application', version, 'mysql greeting', Trust.selfDeclared);
}
