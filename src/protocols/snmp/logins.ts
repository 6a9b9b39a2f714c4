// Communities and users as logins. A community is kept until an answer shows that it was accepted, and then overwritten;
// that one was refused is not visible (RFC 1157 4.1: such a message is dropped). Of version 3 the message is kept.
import { secretCopy } from '../../bytes/secret.ts';
import { printable } from '../../bytes/text.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { clearSecret } from '../clear-secret.ts';
import { markSecret } from '../facts-of-messages.ts';
import { type Challenge, type FlowState, type OpenLogin, markOf, tellOnce } from './flows.ts';
import { Flag, NAME, Pdu, USER_SECURITY_MODEL, UsmStats, Version } from './messages.ts';
import type { SnmpMessage } from './parse.ts';
import { isTestable, matchesPassword } from './usm.ts';

const SECRET_BYTES_MAX = 256;
const USER_CHARACTERS_MAX = 32;
const MESSAGE_BYTES_MAX = 2048;
const WAIT_US = 30_000_000;
/** Open at once: in a conversation, and in all of them. */
const OPEN_PER_FLOW_MAX = 8;
const OPEN_FLOWS_MAX = 1024;
/** Changes the mark of a login whose outcome was told as unknown: that it is accepted later is told as well. */
const UNKNOWN = 0x5bd1_e995;
/** Kinds of marks. */
const COMMUNITY = 1;
const USER = 2;

export class Logins {
  /** Conversations with open logins, the oldest first. */
  readonly #open = new Map<number, FlowState>();

  /** A message that asks, or tells unasked. `isByClient`: by the one that the conversation takes for the client. */
  asked(
    context: MessageContext,
    state: FlowState,
    message: SnmpMessage,
    bytes: Uint8Array,
    range: Range,
    isByClient = context.fromClient,
  ): void {
    const isV3 = message.version === Version.v3;
    if (isV3 && !isOfUser(message)) return;
    const mark = isV3
      ? markOf(USER, bytes, message.userStart, message.userEnd)
      : markOf(COMMUNITY, bytes, message.communityStart, message.communityEnd);
    // Nobody answers a trap.
    const isTrap = message.pdu === Pdu.trapV1 || message.pdu === Pdu.trapV2;
    if (state.told.has(mark) || (isTrap && state.told.has(mark ^ UNKNOWN))) return;
    if (state.open.some((login) => login.mark === mark)) return;
    this.#makeRoom(context, state);
    if (!isV3) markSecret(context, bytes, message.communityStart, message.communityEnd);
    const isKept = !isV3 && message.communityEnd - message.communityStart <= SECRET_BYTES_MAX;
    state.open.push({
      timeUs: context.timeUs,
      frame: context.frame,
      client: isByClient ? context.client : context.server,
      server: isByClient ? context.server : context.client,
      mark,
      messageId: message.messageId,
      user: isV3 ? printable(bytes, message.userStart, message.userEnd, USER_CHARACTERS_MAX) : '',
      secret: isKept ? secretCopy(bytes, message.communityStart, message.communityEnd) : null,
      challenge: isV3 ? challengeOf(message, bytes, range) : null,
    });
    this.#open.set(context.flow, state);
    if (isTrap) this.#settle(context, context.flow, state, state.open.length - 1, 'unknown');
  }

  /** An answer was seen. `report`: which counter a Report of the user-based security model names, 0 for none. */
  answered(
    context: MessageContext,
    state: FlowState,
    message: SnmpMessage,
    bytes: Uint8Array,
    range: Range,
    report: number,
  ): void {
    if (message.version === Version.v3) {
      if (state.open.length === 0) return;
      const index = state.open.findIndex((login) => login.messageId === message.messageId && login.secret === null);
      if (index < 0) return;
      if (report === UsmStats.notInTimeWindows || report === UsmStats.unknownEngineIds) {
        // The question is asked again, with what the answer taught.
        wipe(state.open.splice(index, 1)[0]!);
        if (state.open.length === 0) this.#open.delete(context.flow);
      } else this.#settle(context, context.flow, state, index, outcomeOf(message, report));
      return;
    }
    const mark = markOf(COMMUNITY, bytes, message.communityStart, message.communityEnd);
    if (state.told.has(mark)) return;
    let index = state.open.findIndex((login) => login.mark === mark);
    if (index < 0) {
      // The question was not seen: the answer alone shows a community that was accepted.
      this.asked(context, state, message, bytes, range, !context.fromClient);
      index = state.open.length - 1;
    }
    this.#settle(context, context.flow, state, index, 'accepted');
  }

  closed(context: MessageContext, flow: number, state: FlowState): void {
    while (state.open.length > 0) this.#settle(context, flow, state, 0, 'unknown');
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const [flow, state] of this.#open) {
      while (state.open.length > 0 && timeUs - state.open[0]!.timeUs >= WAIT_US)
        this.#settle(context, flow, state, 0, 'unknown');
    }
  }

  #makeRoom(context: MessageContext, state: FlowState): void {
    if (state.open.length >= OPEN_PER_FLOW_MAX) this.#settle(context, context.flow, state, 0, 'unknown');
    if (this.#open.size < OPEN_FLOWS_MAX || this.#open.has(context.flow)) return;
    const oldest = this.#open.entries().next();
    if (oldest.done !== true) this.closed(context, oldest.value[0], oldest.value[1]);
  }

  #settle(context: MessageContext, flow: number, state: FlowState, index: number, outcome: Login['outcome']): void {
    const [login] = state.open.splice(index, 1);
    if (state.open.length === 0) this.#open.delete(flow);
    if (login === undefined) return;
    // Each refusal is told: they are what guessing looks like.
    const mark = outcome === 'unknown' ? login.mark ^ UNKNOWN : login.mark;
    if (outcome === 'refused' || tellOnce(state, mark)) context.sink.login(loginFact(flow, login, outcome));
    wipe(login);
  }
}

/** Where the message lies. */
export interface Range {
  start: number;
  end: number;
}

/** The search for an engine has no user and no engine (RFC 3414 4). */
function isOfUser(message: SnmpMessage): boolean {
  return (
    message.securityModel === USER_SECURITY_MODEL &&
    message.userEnd > message.userStart &&
    message.engineEnd > message.engineStart
  );
}

function challengeOf(message: SnmpMessage, bytes: Uint8Array, { start, end }: Range): Challenge | null {
  const { authStart, authEnd } = message;
  if ((message.flags & Flag.authenticated) === 0 || !isTestable(authEnd - authStart)) return null;
  if (end - start > MESSAGE_BYTES_MAX) return null;
  const copy = bytes.slice(start, end);
  copy.fill(0, authStart - start, authEnd - start);
  return {
    engineId: bytes.slice(message.engineStart, message.engineEnd),
    message: copy,
    authentication: bytes.slice(authStart, authEnd),
  };
}

function outcomeOf(message: SnmpMessage, report: number): Login['outcome'] {
  if (report === UsmStats.unknownUserNames || report === UsmStats.wrongDigests) return 'refused';
  if (report === UsmStats.unsupportedSecLevels) return 'refused';
  return message.pdu === Pdu.report ? 'unknown' : 'accepted';
}

function wipe(login: OpenLogin): void {
  login.secret?.fill(0);
}

function loginFact(flow: number, login: OpenLogin, outcome: Login['outcome']): Login {
  const { timeUs, frame, client, server, user, secret, challenge } = login;
  const fact = { fact: 'login', timeUs, frame, flow, client, server, protocol: NAME, user, outcome } as const;
  if (challenge !== null) {
    const { engineId, message, authentication } = challenge;
    const test = (candidate: string): boolean => matchesPassword(candidate, engineId, message, authentication);
    return { ...fact, mechanism: 'snmp-usm', test, mayWait: true };
  }
  if (secret === null) return { ...fact, mechanism: user === '' ? 'snmp-community' : 'snmp-usm-no-test' };
  return {
    ...fact,
    mechanism: 'snmp-community',
    ...clearSecret(secret),
  };
}
