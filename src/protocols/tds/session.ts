// Follows the conversations of TDS: prelogin, login, then batches and procedures, of which few matter to a monitor.
import { u16be } from '../../bytes/endian.ts';
import { NEED_MORE, NOT_THIS_PROTOCOL, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { Trust, claim, markSecret, setAnswered, startOperation } from '../facts-of-messages.ts';
import { NtlmExchanges } from '../ntlm.ts';
import { OpenLogins } from '../open-logins.ts';
import { PendingOperations } from '../pending-operations.ts';
import {
  ACCOUNT_KIND,
  Encryption,
  Field,
  INTEGRATED,
  LOGIN_FIXED_BYTES,
  OPTIONS2_AT,
  Option,
  Packet,
  STATEMENTS,
  Token,
  productName,
} from './messages.ts';
import {
  FRAME_BYTES_MAX,
  HEADER_BYTES,
  STATUS_LAST,
  isHeader,
  isPrelogin,
  loginField,
  optionAt,
  packetLength,
  tlsRecordSize,
  wideText,
} from './parse.ts';
import { clearPassword } from './passwords.ts';
import { readTokens } from './tokens.ts';
import { tellKinds } from './kinds.ts';

/** Conversations followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 16_384;
/** Statements that wait for their answer. */
const PENDING_MAX = 1024;
const PENDING_US = 30e6;
const NONE = -1;
/** Of the token: type and length (2.2.7.22). */
const SSPI_HEADER_BYTES = 3;
const TEXT_CHARACTERS_MAX = 128;
const TLS_APPLICATION_DATA = 0x17;
/** Most significant byte of the version. */
const VERSION_7_2 = 0x72;

interface Session {
  /** All that follows is encrypted. */
  isOpaque: boolean;
  /** The server wants the login encrypted, and nothing else. */
  isLoginHidden: boolean;
  /** A login was seen or is hidden, the next result tells its outcome. */
  isLoginOpen: boolean;
  isVersionTold: boolean;
  isNameTold: boolean;
  /** The next packet of the client, of the server, continues a message. */
  readonly isAmid: [boolean, boolean];
}

export class Sessions {
  readonly #protocol: number;
  readonly #sessions = new Map<number, Session>();
  readonly #logins = new OpenLogins('tds');
  readonly #ntlm = new NtlmExchanges('tds');
  readonly #pending = new PendingOperations(PENDING_MAX, PENDING_US);

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const session = this.#of(context);
    if (session === null || session.isOpaque) return Math.min(end - start, FRAME_BYTES_MAX);
    if (end - start < HEADER_BYTES) return NEED_MORE;
    const recordSize = tlsRecordSize(bytes, start, end);
    if (recordSize > 0) return Math.min(recordSize, FRAME_BYTES_MAX);
    return isHeader(bytes, start, end) ? packetLength(bytes, start) : NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context);
    if (session === null || session.isOpaque || end <= start) return;
    if (tlsRecordSize(bytes, start, end) > 0) {
      this.#encrypted(session, bytes[start]!, context);
      return;
    }
    if (end - start <= HEADER_BYTES) return;
    const side = context.fromClient ? 0 : 1;
    const isContinued = session.isAmid[side];
    session.isAmid[side] = (bytes[start + 1]! & STATUS_LAST) === 0;
    if (isContinued) return;
    if (context.fromClient) this.#ofClient(session, bytes, start, end, context);
    else if (bytes[start] === Packet.result) this.#ofServer(session, bytes, start + HEADER_BYTES, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    if (this.#sessions.get(context.flow)?.isOpaque !== true) tellKinds(bytes, start, end, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    this.#pending.markGap(flow);
    session.isAmid[fromClient ? 0 : 1] = false;
    if (!fromClient) session.isLoginOpen = false;
  }

  resumes(flow: number): boolean {
    return this.#sessions.get(flow)?.isOpaque === true;
  }

  closed(flow: number, context: MessageContext): void {
    this.#sessions.delete(flow);
    this.#ntlm.forget(flow);
    this.#logins.settle(context, flow, 'unknown');
    this.#pending.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
    this.#pending.tick(timeUs, context);
  }

  /** Null: there are too many conversations. */
  #of(context: MessageContext): Session | null {
    const known = this.#sessions.get(context.flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session: Session = {
      isOpaque: false,
      isLoginHidden: false,
      isLoginOpen: false,
      isVersionTold: false,
      isNameTold: false,
      isAmid: [false, false],
    };
    this.#sessions.set(context.flow, session);
    return session;
  }

  /** 2.2.6.5: with encryption "off" the login alone is a TLS record, and what follows is in clear again. */
  #encrypted(session: Session, type: number, context: MessageContext): void {
    if (!context.fromClient || !session.isLoginHidden || type !== TLS_APPLICATION_DATA) return;
    session.isLoginHidden = false;
    session.isLoginOpen = true;
    this.#logins.begin(context, { mechanism: 'tds-encrypted', user: '', secret: null });
  }

  #ofClient(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const type = bytes[start]!;
    if (type === Packet.batch || type === Packet.procedure) this.#pending.askedAgain(context.flow, context);
    if (type === Packet.login) this.#login(session, bytes, start + HEADER_BYTES, end, context);
    else if (type === Packet.sspi) this.#token(session, bytes, start + HEADER_BYTES, end, context);
    else if (type === Packet.batch || type === Packet.procedure) this.#statement(type, bytes, start, end, context);
  }

  #login(session: Session, bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
    if (end - body < LOGIN_FIXED_BYTES) return;
    const text = (field: number): string => wideText(loginField(bytes, body, end, field), TEXT_CHARACTERS_MAX);
    const { client, server, timeUs, frame, sink } = context;
    claim(context, client, -1, 'name', text(Field.host), 'tds login', Trust.inferred);
    claim(context, client, -1, 'application', text(Field.application), 'tds login', Trust.hint);
    const database = text(Field.database);
    if (database !== '') sink.trait({ fact: 'trait', timeUs, frame, host: server, trait: 'database', value: database });
    session.isLoginOpen = true;
    const isIntegrated = (bytes[body + OPTIONS2_AT]! & INTEGRATED) !== 0;
    const mechanism = isIntegrated ? 'tds-integrated' : 'clear';
    const password = loginField(bytes, body, end, Field.password);
    if (!isIntegrated) markField(context, bytes, password);
    // From 7.2 on a new password can stand beside the old one.
    if (bytes[body + 7]! >= VERSION_7_2) markField(context, bytes, loginField(bytes, body, end, Field.newPassword));
    const secret = isIntegrated ? null : clearPassword(password);
    this.#logins.begin(context, { mechanism, user: text(Field.user), secret });
  }

  /** 2.2.6.8: the next step of the exchange that LOGIN7 has begun; with NTLM it is the last, and says who logs in. */
  #token(session: Session, bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
    const attempt = this.#ntlm.read(context, context.flow, bytes, body, end);
    if (attempt === null || !session.isLoginOpen) return;
    this.#logins.drop(context.flow);
    this.#logins.begin(context, attempt);
  }

  #statement(type: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const body = start + HEADER_BYTES;
    let kind = STATEMENTS.find(bytes, body, end, 2);
    // Texts among the parameters of a procedure begin anywhere.
    if (kind === 0 && type === Packet.procedure) kind = STATEMENTS.find(bytes, body + 1, end, 2);
    if (kind === 0) return;
    // It may hold a new password, nobody knows where.
    if (kind === ACCOUNT_KIND) markSecret(context, bytes, body, end);
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol);
    operation.function = type;
    operation.subfunction = kind;
    operation.verb = Verb.configure;
    this.#pending.add(operation, 0);
  }

  #ofServer(session: Session, bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
    if (!session.isLoginOpen && isPrelogin(bytes, body, end)) {
      readPrelogin(session, bytes, body, end, context);
      return;
    }
    const slot = this.#pending.oldestOf(context.flow);
    if (!session.isLoginOpen && slot === NONE) return;
    if (session.isLoginOpen && bytes[body] === Token.sspi) {
      this.#ntlm.read(context, context.flow, bytes, body + SSPI_HEADER_BYTES, end);
    }
    const result = readTokens(bytes, body, end);
    if (session.isLoginOpen) this.#outcome(session, result, context);
    else this.#answer(slot, result.error, context);
  }

  #outcome(session: Session, result: ReturnType<typeof readTokens>, context: MessageContext): void {
    const { isLoginAccepted, error, program, version, server } = result;
    // A step of Windows' own exchange, or nothing that can be read.
    if (!isLoginAccepted && error === 0) return;
    session.isLoginOpen = false;
    this.#logins.settle(context, context.flow, isLoginAccepted ? 'accepted' : 'refused');
    if (program !== '' && !session.isVersionTold) {
      session.isVersionTold = true;
      claim(context, context.server, -1, 'application', `${program} ${version}`.trim(), 'tds login');
    }
    if (session.isNameTold) return;
    session.isNameTold = true;
    claim(context, context.server, -1, 'name', server.split('\\')[0]!, 'tds message');
  }

  #answer(slot: number, code: number, context: MessageContext): void {
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, code);
    context.sink.operation(operation);
    this.#pending.release(slot);
  }
}

/** `field`: a view of `bytes`. */
function markField(context: MessageContext, bytes: Uint8Array, field: Uint8Array): void {
  const start = field.byteOffset - bytes.byteOffset;
  if (field.length > 0) markSecret(context, bytes, start, start + field.length);
}

/** The server's half of PRELOGIN decides what is encrypted. */
function readPrelogin(session: Session, bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
  const version = optionAt(bytes, body, end, Option.version, 4);
  if (version >= 0 && !session.isVersionTold) {
    session.isVersionTold = true;
    const said = `${bytes[version]!}.${bytes[version + 1]!}.${u16be(bytes, version + 2)}`;
    claim(context, context.server, -1, 'application', productName(said), 'tds prelogin');
  }
  const encryption = optionAt(bytes, body, end, Option.encryption, 1);
  const mode = encryption < 0 ? Encryption.notSupported : bytes[encryption]!;
  if (mode === Encryption.on || mode === Encryption.required) session.isOpaque = true;
  else session.isLoginHidden = mode === Encryption.loginOnly;
}
