// Follows requests and answers of each conversation in their order: logins, what the server says of itself, and the commands
// that change it.
import { printable } from '../../bytes/text.ts';
import { NEED_MORE, NOT_THIS_PROTOCOL, type KindSink, type MessageContext } from '../../facts/protocol.ts';
import { markSecret, setAnswered, startOperation } from '../facts-of-messages.ts';
import { OpenLogins, secretOf } from '../open-logins.ts';
import { PendingOperations } from '../pending-operations.ts';
import { indexOfWord, isWord, wordEnd } from '../text-lines.ts';
import { AnswerReader } from './answers.ts';
import { Command, commandOf, ERRORS, FIRST_WORDS, OTHER_ERROR, secondWord, VERBS } from './messages.ts';
import { FRAME_BYTES_MAX, Request, STRING, STRING_BYTES_MAX, headerSize, numberOf } from './parse.ts';
import { SelfDescription } from './self-description.ts';
import { answerKind, requestKind } from './kinds.ts';

const SESSIONS_MAX = 16_384;
const OPERATIONS_MAX = 4096;
const OPERATION_WAIT_US = 30e6;
/** Numbers of requests start anew here; they are keys of 32 bits. */
const NUMBER_MAX = 0x3fff_ffff;
const SETTING_SPACE = 1;
/** Who asks again after so long has got what was asked before. */
const QUIET_US = 1e6;
/** User of AUTH with a password alone (Redis 6: ACL). */
const DEFAULT_USER = 'default';

class Session {
  /** Requests seen, and answers to them. */
  asked = 0;
  answered = 0;
  /** Numbers of the requests whose answer is looked at; 0: none. */
  login = 0;
  told = 0;
  /** The server speaks unasked from here on: nothing is paired. */
  isPaired = true;
  /** Bytes were lost while several requests waited: nobody knows which are answered next. */
  isInDoubt = false;
  /** Time of the last request or answer. */
  lastUs = 0;
  isOpaque = false;
  /** Of the client's request: bytes of the string that is passed over, strings behind it. */
  restBytes = 0;
  restStrings = 0;
  readonly answers = new AnswerReader();
  readonly self = new SelfDescription();
}

export class Sessions {
  readonly #protocol: number;
  readonly #sessions = new Map<number, Session>();
  readonly #logins = new OpenLogins('redis');
  readonly #pending = new PendingOperations(OPERATIONS_MAX, OPERATION_WAIT_US);
  readonly #request = new Request();

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const session = this.#sessions.get(context.flow);
    const available = Math.min(end - start, FRAME_BYTES_MAX);
    if (session === undefined && this.#sessions.size >= SESSIONS_MAX) return available;
    if (session?.isOpaque === true) return available;
    if (!context.fromClient) return (session?.answers ?? NO_ANSWER).frameSize(bytes, start, end);
    if (session !== undefined && session.restBytes > 0) return Math.min(session.restBytes, available);
    if (session !== undefined && session.restStrings > 0) return stringHeaderSize(bytes, start, end);
    return this.#request.read(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context);
    if (session === null || session.isOpaque) return;
    if (!context.fromClient) this.#answer(session, bytes, start, end, context);
    else if (session.restBytes > 0) session.restBytes = Math.max(0, session.restBytes - (end - start));
    else if (session.restStrings > 0) {
      session.restStrings--;
      session.restBytes = Math.max(0, numberOf(bytes, start + 1, end, STRING_BYTES_MAX)) + 2;
    } else {
      const request = this.#request;
      const size = request.read(bytes, start, end);
      if (size <= 0 || size > end - start) return;
      session.restBytes = request.restBytes;
      session.restStrings = request.restStrings;
      if (request.count > 0) this.#ask(session, bytes, context);
    }
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const session = this.#sessions.get(context.flow);
    if (session?.isOpaque === true) return;
    if (!context.fromClient) {
      if ((session?.answers ?? NO_ANSWER).isBeginning) tell(answerKind(String.fromCharCode(bytes[start]!)));
      return;
    }
    if (session !== undefined && (session.restBytes > 0 || session.restStrings > 0)) return;
    const request = this.#request;
    if (request.read(bytes, start, end) <= 0 || request.known === 0) return;
    tell(requestKind(Buffer.from(bytes.subarray(request.starts[0], request.ends[0])).toString('latin1')));
  }

  /** What comes next belongs to a request that may not have been seen: pairing begins anew. */
  gap(flow: number, fromClient: boolean, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    this.#logins.settle(context, flow, 'unknown');
    this.#pending.markGap(flow);
    session.login = 0;
    session.told = 0;
    const waiting = session.asked - session.answered;
    // What waits alone has lost its answer; of several that were sent without waiting, answers are still to come.
    if (fromClient ? waiting > 0 : waiting > 1) session.isInDoubt = true;
    session.answered = session.asked;
    if (!fromClient) session.answers.forget();
    else if (session.restBytes === 0) session.restStrings = 0;
  }

  /** Within a string of known length it goes on. */
  resumes(flow: number, fromClient: boolean, lostBytes: number): boolean {
    const session = this.#sessions.get(flow);
    if (session === undefined) return false;
    if (session.isOpaque) return true;
    if (!fromClient) return false;
    const isInside = lostBytes >= 0 && lostBytes < session.restBytes;
    session.restBytes = isInside ? session.restBytes - lostBytes : 0;
    if (!isInside) session.restStrings = 0;
    return isInside;
  }

  closed(flow: number, context: MessageContext): void {
    this.#logins.settle(context, flow, 'unknown');
    this.#pending.closed(flow, context);
    this.#sessions.delete(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
    this.#pending.tick(timeUs, context);
  }

  #of(context: MessageContext): Session | null {
    const known = this.#sessions.get(context.flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session = new Session();
    this.#sessions.set(context.flow, session);
    return session;
  }

  /** A request; its arguments are known to `#request`. */
  #ask(session: Session, bytes: Uint8Array, context: MessageContext): void {
    if (session.isInDoubt && context.timeUs - session.lastUs > QUIET_US) {
      session.isInDoubt = false;
      session.answered = session.asked;
    }
    session.lastUs = context.timeUs;
    session.asked = session.asked >= NUMBER_MAX ? 1 : session.asked + 1;
    if (session.asked === 1) session.answered = 0;
    const { starts, ends, known } = this.#request;
    if (known === 0) return;
    const command = this.#commandOf(bytes);
    if (command === Command.auth && known > 1) {
      const at = known > 2 ? 2 : 1;
      const user = at === 2 ? printable(bytes, starts[1]!, ends[1]!) : DEFAULT_USER;
      this.#login(session, user, bytes, at, context);
    } else if (command === Command.hello) this.#hello(session, bytes, context);
    else if (command === Command.info) session.told = session.asked;
    else if (command === Command.subscribe) session.isPaired = false;
    else if (command === Command.replicate) session.isOpaque = true;
    else if (VERBS[command] !== undefined) this.#change(session, command, VERBS[command], bytes, context);
    if (!session.isPaired || session.isOpaque) this.#logins.settle(context, context.flow, 'unknown');
  }

  #commandOf(bytes: Uint8Array): number {
    const { starts, ends, known } = this.#request;
    const first = indexOfWord(bytes, starts[0]!, ends[0]!, FIRST_WORDS);
    if (first < 0) return Command.other;
    for (let index = first; index < FIRST_WORDS.length; index++) {
      if (FIRST_WORDS[index] !== FIRST_WORDS[first]) continue;
      const second = secondWord(index);
      if (second === '' || (known > 1 && isWord(bytes, starts[1]!, ends[1]!, second))) return commandOf(index);
    }
    return Command.other;
  }

  /** The password is the argument `at`. */
  #login(session: Session, user: string, bytes: Uint8Array, at: number, context: MessageContext): void {
    const start = this.#request.starts[at]!;
    const end = this.#request.ends[at]!;
    markSecret(context, bytes, start, end);
    this.#logins.begin(context, { mechanism: 'clear', user, secret: secretOf(bytes, start, end) });
    session.login = session.isPaired && !session.isInDoubt ? session.asked : 0;
  }

  /** HELLO version AUTH user password. */
  #hello(session: Session, bytes: Uint8Array, context: MessageContext): void {
    const { starts, ends, known } = this.#request;
    session.told = session.asked;
    if (known < 5 || !isWord(bytes, starts[2]!, ends[2]!, 'AUTH')) return;
    this.#login(session, printable(bytes, starts[3]!, ends[3]!), bytes, 4, context);
  }

  #change(session: Session, command: number, verb: number, bytes: Uint8Array, context: MessageContext): void {
    const { starts, ends, known } = this.#request;
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol);
    operation.verb = verb;
    operation.function = command;
    const name = nameArgument(command);
    if (name > 0 && name < known) {
      operation.space = SETTING_SPACE;
      operation.count = 1;
      operation.nameBytes = bytes;
      operation.nameStart = starts[name]!;
      operation.nameEnd = ends[name]!;
    }
    this.#pending.add(operation, session.asked);
    // Passwords may stand among the values of settings and the rules of users.
    const hasSecrets = command === Command.configSet || command === Command.aclSetUser;
    for (let index = 3; hasSecrets && index < known; index++) markSecret(context, bytes, starts[index]!, ends[index]!);
  }

  #answer(session: Session, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { answers, self } = session;
    session.lastUs = context.timeUs;
    if (!session.isPaired || session.isInDoubt) {
      answers.read(bytes, start, end, false);
      return;
    }
    const isOpen = session.answered !== session.asked;
    const number = session.answered >= NUMBER_MAX ? 1 : session.answered + 1;
    const isToldOf = isOpen && session.told === number;
    answers.read(bytes, start, end, isToldOf);
    if (isToldOf && answers.textEnd > answers.textStart) {
      self.read(bytes, answers.textStart, answers.textEnd, context);
    }
    if (!answers.isComplete || answers.isPush || !isOpen) return;
    session.answered = number;
    const code = answers.isError ? errorOf(bytes, start, end) : 0;
    if (session.login === number) this.#logins.settle(context, context.flow, code === 0 ? 'accepted' : 'refused');
    const slot = this.#pending.find(context.flow, number);
    if (slot < 0) return;
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, code);
    context.sink.operation(operation);
    this.#pending.release(slot);
  }
}

/** Which argument names what is changed; 0: none does. */
function nameArgument(command: number): number {
  if (command === Command.configSet || command === Command.moduleLoad || command === Command.aclSetUser) return 2;
  return command === Command.replicaOf ? 1 : 0;
}

/** Code of the error whose line is bytes[start..end). */
function errorOf(bytes: Uint8Array, start: number, end: number): number {
  const index = indexOfWord(bytes, start + 1, wordEnd(bytes, start + 1, end), ERRORS);
  return index < 0 ? OTHER_ERROR : index + 1;
}

function stringHeaderSize(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== STRING) return NOT_THIS_PROTOCOL;
  const size = headerSize(bytes, start, end);
  if (size <= 0) return size === 0 ? NEED_MORE : NOT_THIS_PROTOCOL;
  return numberOf(bytes, start + 1, start + size, STRING_BYTES_MAX) < 0 ? NOT_THIS_PROTOCOL : size;
}

const NO_ANSWER = new AnswerReader();
