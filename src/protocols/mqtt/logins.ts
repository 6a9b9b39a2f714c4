// Turns CONNECT and its CONNACK into a login: who, by which mechanism, with what outcome, and how a candidate password can be
// tested. The password is kept until the outcome is known, and then overwritten.
import { secretCopy } from '../../bytes/secret.ts';
import { printable } from '../../bytes/text.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { clearSecret } from '../clear-secret.ts';
import { markSecret } from '../facts-of-messages.ts';
import type { FlowState, OpenLogin } from './flows.ts';
import type { MqttPacket } from './packet.ts';

/** Longer passwords are tokens: nobody guesses them. */
const SECRET_BYTES_MAX = 1024;
const USER_CHARACTERS_MAX = 256;
/** A CONNECT that is not answered for so long has an unknown outcome. */
const WAIT_US = 30_000_000;
/** Logins whose outcome is awaited. */
const OPEN_MAX = 4096;

export class Logins {
  /** Conversations with an open login, the oldest first. */
  readonly #open = new Map<number, FlowState>();

  /** A CONNECT was read. */
  begun(context: MessageContext, state: FlowState, packet: MqttPacket, bytes: Uint8Array): void {
    this.#settle(context, context.flow, state, 'unknown');
    // The rest of it, where the user might stand, was not seen.
    if (packet.isShort) return;
    if (this.#open.size >= OPEN_MAX) {
      const oldest = this.#open.entries().next();
      if (oldest.done !== true) this.#settle(context, oldest.value[0], oldest.value[1], 'unknown');
    }
    const isSecretKept = packet.hasUser && packet.passwordEnd - packet.passwordStart <= SECRET_BYTES_MAX;
    if (packet.hasUser) markSecret(context, bytes, packet.passwordStart, packet.passwordEnd);
    state.login = {
      timeUs: context.timeUs,
      frame: context.frame,
      client: state.isReversed ? context.server : context.client,
      server: state.isReversed ? context.client : context.server,
      mechanism: mechanismOf(packet, bytes),
      user: packet.hasUser ? printable(bytes, packet.userStart, packet.userEnd, USER_CHARACTERS_MAX) : '',
      secret: isSecretKept ? secretCopy(bytes, packet.passwordStart, packet.passwordEnd) : null,
    };
    this.#open.set(context.flow, state);
  }

  /** The broker has answered. */
  answered(context: MessageContext, state: FlowState, isAccepted: boolean): void {
    this.#settle(context, context.flow, state, isAccepted ? 'accepted' : 'refused');
  }

  closed(context: MessageContext, flow: number, state: FlowState): void {
    this.#settle(context, flow, state, 'unknown');
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const [flow, state] of this.#open) {
      if (state.login !== null && timeUs - state.login.timeUs < WAIT_US) return;
      this.#settle(context, flow, state, 'unknown');
    }
  }

  #settle(context: MessageContext, flow: number, state: FlowState, outcome: Login['outcome']): void {
    const { login } = state;
    if (login === null) return;
    state.login = null;
    this.#open.delete(flow);
    context.sink.login(loginFact(flow, login, outcome));
    login.secret?.fill(0);
  }
}

function mechanismOf(packet: MqttPacket, bytes: Uint8Array): string {
  if (packet.authMethodEnd > packet.authMethodStart) {
    return `mqtt-${printable(bytes, packet.authMethodStart, packet.authMethodEnd, 64).toLowerCase()}`;
  }
  return packet.hasUser ? 'clear' : 'anonymous';
}

function loginFact(flow: number, login: OpenLogin, outcome: Login['outcome']): Login {
  const { timeUs, frame, client, server, mechanism, user, secret } = login;
  const fact = {
    fact: 'login',
    timeUs,
    frame,
    flow,
    client,
    server,
    protocol: 'mqtt',
    mechanism,
    user,
    outcome,
  } as const;
  return secret === null ? fact : { ...fact, ...clearSecret(secret) };
}
