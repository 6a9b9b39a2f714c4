// USER, PASS and ACCT with the replies to them, as logins (RFC 959 4.1.1 and 5.4).
import { printable } from '../../bytes/text.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { markSecret } from '../facts-of-messages.ts';
import { OpenLogins, secretOf } from '../open-logins.ts';
import { Command, Reply } from './messages.ts';

/** Users whose password is awaited. */
const USERS_MAX = 4096;

interface NamedUser {
  readonly user: string;
  readonly timeUs: number;
  readonly frame: number;
  /** The server wants no password; some clients send one all the same. */
  isAccepted: boolean;
}

export class Logins {
  readonly #open = new OpenLogins('ftp');
  /** By conversation: who was named and has not given a password yet. */
  readonly #users = new Map<number, NamedUser>();

  user(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
    this.#open.settle(context, context.flow, 'unknown');
    this.#withoutPassword(context, 'unknown');
    if (this.#users.size >= USERS_MAX) return;
    const { timeUs, frame } = context;
    this.#users.set(context.flow, { user: printable(bytes, start, end), timeUs, frame, isAccepted: false });
  }

  password(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
    markSecret(context, bytes, start, end);
    const user = this.#users.get(context.flow)?.user ?? '';
    this.#users.delete(context.flow);
    this.#open.begin(context, { mechanism: 'clear', user, secret: secretOf(bytes, start, end) });
  }

  /** The last reply to USER, PASS or ACCT; `command` 0 where it is not known what it answers. */
  replied(context: MessageContext, command: number, code: number): void {
    if (code === Reply.needPassword || code === Reply.needAccount) return;
    const isAccepted = code === Reply.loggedIn || code === Reply.superfluous;
    if (command === Command.USER) {
      const named = this.#users.get(context.flow);
      if (isAccepted && named !== undefined) named.isAccepted = true;
      else this.#withoutPassword(context, 'refused');
      return;
    }
    if (isAccepted) this.#open.settle(context, context.flow, 'accepted');
    else if (code >= 400) this.#open.settle(context, context.flow, 'refused');
  }

  /** The client goes on with another command. */
  wentOn(context: MessageContext): void {
    if (this.#users.get(context.flow)?.isAccepted === true) this.#withoutPassword(context, 'accepted');
  }

  closed(flow: number, context: MessageContext): void {
    this.#withoutPassword(context, 'unknown');
    this.#open.settle(context, flow, 'unknown');
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#open.tick(timeUs, context);
  }

  /** A user that gave no password: let in without one, refused, or never heard of again. */
  #withoutPassword(context: MessageContext, outcome: Login['outcome']): void {
    const named = this.#users.get(context.flow);
    if (named === undefined) return;
    this.#users.delete(context.flow);
    const known = named.isAccepted ? 'accepted' : outcome;
    // The frame that named the user is the proof: a conversation that ends has none of its own.
    this.#open.begin(
      { ...context, timeUs: named.timeUs, frame: named.frame },
      {
        mechanism: 'clear',
        user: named.user,
        secret: known === 'accepted' ? new Uint8Array(0) : null,
      },
    );
    this.#open.settle(context, context.flow, known);
  }
}
