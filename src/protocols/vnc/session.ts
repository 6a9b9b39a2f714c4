// Follows the handshake of RFB, where each side's next message depends on what both have said, until the screen begins.
import { u16be, u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { Login } from '../../facts/facts.ts';
import { NEED_MORE, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { CHALLENGE_BYTES, isPassword } from './challenge.ts';
import { RESULT_MAX, RESULT_OK, Security, securityName } from './messages.ts';
import {
  FRAME_BYTES_MAX,
  SERVER_INIT_BYTES,
  VERSION_BYTES,
  isVersion,
  minorVersion,
  textSize,
  typesSize,
} from './parse.ts';
import { stepKind } from './kinds.ts';

/** Sessions followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 16_384;
const DESKTOP_CHARACTERS_MAX = 128;

/** What a side says next. */
const Step = {
  version: 0,
  /** Server: the security types (3.7) or the one type (3.3). */
  types: 1,
  /** Client: the type it takes (3.7). */
  choice: 2,
  challenge: 3,
  response: 4,
  result: 5,
  /** Client: shared or not. Server: the screen and its name. */
  init: 6,
  opaque: 7,
  /** Apple's Diffie-Hellman: generator, length, prime and key of the server. */
  exchange: 8,
  /** Name and password, encrypted, and the key of the client. */
  sealed: 9,
} as const;

/** Name and password of 64 bytes each. */
const SEALED_BYTES = 128;
const EXCHANGE_HEADER_BYTES = 4;
/** Keys of 128 bytes are used. */
const KEY_BYTES_MAX = 1024;

interface Attempt {
  readonly timeUs: number;
  readonly frame: number;
  readonly mechanism: string;
  readonly response: Uint8Array | null;
}

interface Session {
  client: number;
  server: number;
  minor: number;
  /** Of Apple's Diffie-Hellman, 0: not told yet. */
  keyBytes: number;
  challenge: Uint8Array | null;
  attempt: Attempt | null;
}

export class Sessions {
  readonly #sessions = new Map<number, Session>();

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const session = this.#of(context, bytes, start, end);
    const size = session === null ? -1 : sizeOf(session, bytes, start, end, context.fromClient);
    return size < 0 ? Math.min(end - start, FRAME_BYTES_MAX) : size;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context, bytes, start, end);
    if (session === null) return;
    if (stepOf(session, context.fromClient) === Step.opaque) return;
    const size = sizeOf(session, bytes, start, end, context.fromClient);
    if (size <= 0 || size > end - start) giveUp(session);
    else if (context.fromClient) clientSays(session, bytes, start, context);
    else serverSays(session, bytes, start, start + size, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const session = this.#of(context, bytes, start, end);
    if (session === null) return;
    const kind = stepKind(stepOf(session, context.fromClient), context.fromClient);
    const size = kind === '' ? 0 : sizeOf(session, bytes, start, end, context.fromClient);
    if (size > 0 && size <= end - start) tell(kind);
  }

  /** What comes next cannot be told any more. */
  gap(flow: number): void {
    const session = this.#sessions.get(flow);
    if (session !== undefined) giveUp(session);
  }

  closed(flow: number, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    this.#sessions.delete(flow);
    settle(session, 'unknown', flow, context);
  }

  /** Null: the beginning was not seen, or there are too many. */
  #of(context: MessageContext, bytes: Uint8Array, start: number, end: number): Session | null {
    const known = this.#sessions.get(context.flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX || !isVersion(bytes, start, end)) return null;
    const session = {
      client: Step.version,
      server: Step.version,
      minor: 0,
      keyBytes: 0,
      challenge: null,
      attempt: null,
    };
    this.#sessions.set(context.flow, session);
    return session;
  }
}

function stepOf(session: Session, fromClient: boolean): number {
  return fromClient ? session.client : session.server;
}

function giveUp(session: Session): void {
  session.client = Step.opaque;
  session.server = Step.opaque;
}

/** -1: not looked into. */
function sizeOf(session: Session, bytes: Uint8Array, start: number, end: number, fromClient: boolean): number {
  switch (stepOf(session, fromClient)) {
    case Step.version:
      if (end - start < VERSION_BYTES) return NEED_MORE;
      return isVersion(bytes, start, end) ? VERSION_BYTES : -1;
    case Step.types:
      if (session.minor === 3) return 4;
      if (end > start && bytes[start] === 0) return textSize(bytes, start, end, 1);
      return typesSize(bytes, start, end);
    case Step.choice:
      return 1;
    case Step.challenge:
    case Step.response:
      return CHALLENGE_BYTES;
    case Step.result:
      return 4;
    case Step.exchange:
      return exchangeSize(bytes, start, end);
    case Step.sealed:
      return session.keyBytes === 0 ? -1 : SEALED_BYTES + session.keyBytes;
    case Step.init:
      return fromClient ? 1 : textSize(bytes, start, end, SERVER_INIT_BYTES - 4);
    default:
      return -1;
  }
}

function exchangeSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < EXCHANGE_HEADER_BYTES) return NEED_MORE;
  const keyBytes = u16be(bytes, start + 2);
  return keyBytes === 0 || keyBytes > KEY_BYTES_MAX ? -1 : EXCHANGE_HEADER_BYTES + 2 * keyBytes;
}

function clientSays(session: Session, bytes: Uint8Array, start: number, context: MessageContext): void {
  switch (session.client) {
    case Step.version:
      session.minor = minorVersion(bytes, start);
      // Without the server's word before it, the order is not known.
      if (session.minor < 0 || session.server !== Step.types) giveUp(session);
      else if (session.minor === 3) session.client = Step.opaque;
      else session.client = Step.choice;
      return;
    case Step.choice:
      choose(session, bytes[start]!, context);
      return;
    case Step.response:
      session.client = Step.init;
      attempt(session, 'vnc-des', bytes.slice(start, start + CHALLENGE_BYTES), context);
      return;
    case Step.sealed:
      session.client = Step.init;
      return;
    default:
      session.client = Step.opaque;
  }
}

function serverSays(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  switch (session.server) {
    case Step.version:
      session.server = minorVersion(bytes, start) < 0 ? Step.opaque : Step.types;
      if (session.server === Step.opaque) session.client = Step.opaque;
      trait(context, 'vnc-version', printable(bytes, start + 4, start + 11));
      return;
    case Step.types:
      readTypes(session, bytes, start, context);
      return;
    case Step.challenge:
      session.challenge = bytes.slice(start, start + CHALLENGE_BYTES);
      session.server = Step.result;
      return;
    case Step.exchange:
      session.keyBytes = u16be(bytes, start + 2);
      session.server = Step.result;
      return;
    case Step.result:
      readResult(session, u32be(bytes, start), context);
      return;
    default:
      trait(context, 'vnc-desktop', desktopName(bytes, start + SERVER_INIT_BYTES, end));
      session.server = Step.opaque;
  }
}

/** Apple puts numbers with zeros between them before the name. */
function desktopName(bytes: Uint8Array, start: number, end: number): string {
  let stop = end;
  while (stop > start && bytes[stop - 1] === 0) stop--;
  let from = stop;
  while (from > start && bytes[from - 1] !== 0) from--;
  return printable(bytes, from, stop, DESKTOP_CHARACTERS_MAX);
}

function readTypes(session: Session, bytes: Uint8Array, start: number, context: MessageContext): void {
  // The client has not answered yet, or was not seen.
  if (session.minor === 0) {
    giveUp(session);
    return;
  }
  const types = session.minor === 3 ? [u32be(bytes, start)] : [...bytes.subarray(start + 1, start + 1 + bytes[start]!)];
  const isRefused = types.length === 0 || types[0] === Security.invalid;
  if (!isRefused) trait(context, 'vnc-security', types.map(securityName).join(','));
  if (isRefused) giveUp(session);
  else if (session.minor === 3) choose(session, types[0]!, context);
}

/** The type is agreed: by the client, or by the server of 3.3. */
function choose(session: Session, type: number, context: MessageContext): void {
  if (type === Security.vnc) {
    session.client = Step.response;
    session.server = Step.challenge;
    return;
  }
  attempt(session, `vnc-${securityName(type)}`, null, context);
  if (type === Security.appleDh && session.minor === 8) {
    session.client = Step.sealed;
    session.server = Step.exchange;
    return;
  }
  if (type !== Security.none) {
    giveUp(session);
    return;
  }
  session.client = Step.init;
  // RFC 6143 7.2.1, appendix A: before 3.8 nobody says that no password is needed.
  session.server = session.minor === 8 ? Step.result : Step.init;
  if (session.minor !== 8) settle(session, 'accepted', context.flow, context);
}

function readResult(session: Session, result: number, context: MessageContext): void {
  if (result > RESULT_MAX) {
    giveUp(session);
    return;
  }
  settle(session, result === RESULT_OK ? 'accepted' : 'refused', context.flow, context);
  if (result === RESULT_OK) session.server = Step.init;
  else giveUp(session);
}

function attempt(session: Session, mechanism: string, response: Uint8Array | null, context: MessageContext): void {
  session.attempt = { timeUs: context.timeUs, frame: context.frame, mechanism, response };
}

/** Hands the login over, once. */
function settle(session: Session, outcome: Login['outcome'], flow: number, context: MessageContext): void {
  const { attempt: made, challenge } = session;
  session.attempt = null;
  session.challenge = null;
  if (made === null) return;
  const { timeUs, frame, mechanism, response } = made;
  const { client, server } = context;
  const login: Login = {
    fact: 'login',
    timeUs,
    frame,
    flow,
    client,
    server,
    protocol: 'vnc',
    mechanism,
    user: '',
    outcome,
  };
  if (challenge === null || response === null) {
    context.sink.login(login);
    return;
  }
  const test = (candidate: string): boolean => isPassword(candidate, challenge, response);
  context.sink.login({ ...login, test, mayWait: true });
}

/** Something of the server. */
function trait(context: MessageContext, name: string, value: string): void {
  const { timeUs, frame, server } = context;
  if (value !== '') context.sink.trait({ fact: 'trait', timeUs, frame, host: server, trait: name, value });
}
