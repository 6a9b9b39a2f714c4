// Follows the dialogue of a login: the server's prompts, what the client types, and what the server says then.
import { printable } from '../../bytes/text.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { markSecret, trait } from '../facts-of-messages.ts';
import { OpenLogins, secretOf } from '../open-logins.ts';
import { claimBanner, claimPrompt } from './identity.ts';
import * as messages from './messages.ts';
import { Scanner, Token } from './parse.ts';
import { isPasswordPrompt, isUserPrompt, outcomeOfLine, outcomeOfPrompt } from './prompts.ts';

/** Conversations followed at a time; more are recognised and not looked into. */
const SESSIONS_MAX = 4096;
/** Of a line of the server; of one that is longer the beginning is forgotten. */
const LINE_BYTES_MAX = 256;
/** Of what the client types. */
const INPUT_BYTES_MAX = 256;
/** Lines above the first prompt that are looked at. */
const BANNER_LINES_MAX = 16;
/** So long after a password the line that stands there counts as the last word. */
const SETTLED_US = 3e6;

/** What the client is typing, or what is waited for. */
const Step = { none: 0, user: 1, afterUser: 2, password: 3, afterPassword: 4 } as const;

interface Session {
  readonly fromClient: Scanner;
  readonly fromServer: Scanner;
  step: number;
  /** The server's line so far. */
  readonly line: Uint8Array;
  lineLength: number;
  /** User or password; overwritten when the line ends. */
  readonly input: Uint8Array;
  inputLength: number;
  user: string;
  /** Told by an option (RFC 1572). */
  environmentUser: string;
  bannerLines: number;
  isNamed: boolean;
  hasTerminal: boolean;
  isEncrypted: boolean;
  passwordUs: number;
}

export class Sessions {
  readonly #sessions = new Map<number, Session>();
  readonly #logins = new OpenLogins('telnet');
  /** Conversations whose outcome is awaited. */
  readonly #awaited = new Set<number>();

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#of(context.flow);
    if (session === null) return;
    const scanner = context.fromClient ? session.fromClient : session.fromServer;
    let secretStart = -1;
    for (let at = start; at < end && !session.isEncrypted; at++) {
      const byte = bytes[at]!;
      const token = scanner.take(byte, context.fromClient);
      if (token === Token.nothing) continue;
      if (token === Token.subnegotiation) subnegotiated(session, scanner, context);
      else if (!context.fromClient) this.#shown(session, byte, token, context);
      else {
        this.#typed(session, byte, token === Token.lineEnd, context);
        if (session.step === Step.password) secretStart = secretStart < 0 ? at : secretStart;
        else if (secretStart >= 0) {
          markSecret(context, bytes, secretStart, at);
          secretStart = -1;
        }
      }
    }
    if (secretStart >= 0) markSecret(context, bytes, secretStart, end);
  }

  /** What is typed cannot be told any more; the outcome may still be seen. */
  gap(flow: number, fromClient: boolean): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    (fromClient ? session.fromClient : session.fromServer).reset();
    session.lineLength = 0;
    forgetInput(session);
    if (session.step !== Step.afterPassword) session.step = Step.none;
  }

  closed(flow: number, context: MessageContext): void {
    const session = this.#sessions.get(flow);
    if (session === undefined) return;
    this.#settleByPrompt(session, flow, context);
    this.#settle(session, flow, 'unknown', context);
    forgetInput(session);
    this.#sessions.delete(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const flow of this.#awaited) {
      const session = this.#sessions.get(flow);
      if (session === undefined) this.#awaited.delete(flow);
      else if (timeUs - session.passwordUs > SETTLED_US) this.#settleByPrompt(session, flow, context);
    }
    this.#logins.tick(timeUs, context);
  }

  #of(flow: number): Session | null {
    const known = this.#sessions.get(flow);
    if (known !== undefined) return known;
    if (this.#sessions.size >= SESSIONS_MAX) return null;
    const session: Session = {
      fromClient: new Scanner(),
      fromServer: new Scanner(),
      step: Step.none,
      line: new Uint8Array(LINE_BYTES_MAX),
      lineLength: 0,
      input: new Uint8Array(new ArrayBuffer(INPUT_BYTES_MAX)),
      inputLength: 0,
      user: '',
      environmentUser: '',
      bannerLines: 0,
      isNamed: false,
      hasTerminal: false,
      isEncrypted: false,
      passwordUs: 0,
    };
    this.#sessions.set(flow, session);
    return session;
  }

  /** A byte of text from the client. */
  #typed(session: Session, byte: number, isLineEnd: boolean, context: MessageContext): void {
    if (session.step !== Step.user && session.step !== Step.password) this.#startTyping(session, context);
    if (isLineEnd) this.#entered(session, context);
    else if (session.step === Step.user || session.step === Step.password) edit(session, byte);
  }

  /** The client answers the line that stands there. */
  #startTyping(session: Session, context: MessageContext): void {
    const line = lineOf(session);
    this.#settleByPrompt(session, context.flow, context);
    if (isUserPrompt(line)) {
      if (!session.isNamed) claimPrompt(context, line);
      session.isNamed = true;
      session.step = Step.user;
    } else if (isPasswordPrompt(line)) session.step = Step.password;
    else if (session.step === Step.afterUser) {
      // Some let a user in who has no password.
      if (outcomeOfPrompt(line) === 'accepted') {
        this.#logins.begin(context, { mechanism: 'clear', user: session.user, secret: new Uint8Array(0) });
        this.#logins.settle(context, context.flow, 'accepted');
        session.user = '';
        session.step = Step.none;
      }
    }
  }

  /** The client's line has ended. */
  #entered(session: Session, context: MessageContext): void {
    const { step, input, inputLength } = session;
    if (step === Step.user) {
      session.user = printable(input, 0, inputLength);
      session.step = inputLength === 0 ? Step.none : Step.afterUser;
    } else if (step === Step.password) {
      const user = session.user === '' ? session.environmentUser : session.user;
      this.#logins.begin(context, { mechanism: 'clear', user, secret: secretOf(input, 0, inputLength) });
      session.step = Step.afterPassword;
      session.passwordUs = context.timeUs;
      this.#awaited.add(context.flow);
    }
    if (step === Step.user || step === Step.password) {
      forgetInput(session);
      session.lineLength = 0;
    }
  }

  /** A byte of text from the server. */
  #shown(session: Session, byte: number, token: number, context: MessageContext): void {
    if (token === Token.lineEnd) {
      if (session.lineLength > 0) this.#lineShown(session, context);
      session.lineLength = 0;
      return;
    }
    if (token === Token.restart) session.lineLength = 0;
    if (byte < 0x20 && byte !== 9) return;
    if (session.lineLength === LINE_BYTES_MAX) {
      session.line.copyWithin(0, LINE_BYTES_MAX / 2);
      session.lineLength = LINE_BYTES_MAX / 2;
    }
    session.line[session.lineLength++] = byte;
  }

  #lineShown(session: Session, context: MessageContext): void {
    if (session.step === Step.afterPassword) {
      const outcome = outcomeOfLine(lineOf(session));
      if (outcome !== 'unknown') this.#settle(session, context.flow, outcome, context);
    } else if (session.step === Step.none && !session.isNamed && session.bannerLines < BANNER_LINES_MAX) {
      session.bannerLines = claimBanner(context, lineOf(session)) ? BANNER_LINES_MAX : session.bannerLines + 1;
    }
  }

  #settleByPrompt(session: Session, flow: number, context: MessageContext): void {
    if (session.step !== Step.afterPassword) return;
    const outcome = outcomeOfPrompt(lineOf(session));
    if (outcome !== 'unknown') this.#settle(session, flow, outcome, context);
  }

  #settle(session: Session, flow: number, outcome: Login['outcome'], context: MessageContext): void {
    if (session.step !== Step.afterPassword) return;
    this.#logins.settle(context, flow, outcome);
    this.#awaited.delete(flow);
    session.step = Step.none;
    // Who was refused may be asked for the password again.
    if (outcome !== 'refused') session.user = '';
  }
}

function lineOf(session: Session): string {
  return printable(session.line, 0, session.lineLength);
}

function forgetInput(session: Session): void {
  session.input.fill(0, 0, session.inputLength);
  session.inputLength = 0;
}

/** Keys that change what was typed: backspace and delete, ^U (all of it), ^C (gives up). */
function edit(session: Session, byte: number): void {
  if (byte === 0x08 || byte === 0x7f) {
    if (session.inputLength > 0) session.input[--session.inputLength] = 0;
  } else if (byte === 0x15) forgetInput(session);
  else if (byte === 0x03) {
    forgetInput(session);
    session.step = Step.none;
  } else if (byte >= 0x20 && session.inputLength < INPUT_BYTES_MAX) session.input[session.inputLength++] = byte;
}

/** Options that say who or what sits there (RFC 1091, 1408, 1572), or that nothing can be read any more (2946). */
function subnegotiated(session: Session, scanner: Scanner, context: MessageContext): void {
  const { option, sub, subLength } = scanner;
  if (option === messages.Option.encryption && sub[0] === messages.ENCRYPTION_START && subLength > 0)
    session.isEncrypted = true;
  if (!context.fromClient || subLength < 2) return;
  if (option === messages.Option.terminalType && sub[0] === messages.IS && !session.hasTerminal) {
    session.hasTerminal = true;
    trait(context, context.client, 'telnet-terminal', printable(sub, 1, subLength, 64));
  }
  const isEnvironment = option === messages.Option.newEnvironment || option === messages.Option.environment;
  if (!isEnvironment || (sub[0] !== messages.IS && sub[0] !== messages.INFO)) return;
  const user = environmentUser(sub, subLength);
  if (user === '' || user === session.environmentUser) return;
  session.environmentUser = user;
  trait(context, context.client, 'telnet-user', user);
}

/** The value of USER. The codes of VAR and VALUE are taken either way round. */
function environmentUser(sub: Uint8Array, length: number): string {
  const text = printable(sub, 1, length);
  return /\\x0[01]USER\\x0[01]([^\\]+)/.exec(text)?.[1] ?? '';
}
