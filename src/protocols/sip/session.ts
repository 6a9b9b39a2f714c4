// Follows SIP conversations: which software and which account a phone has, and who logs in with what outcome.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { authParameters } from '../digest.ts';
import { Trust, claim, violation } from '../facts-of-messages.ts';
import { HeaderLogins } from '../header-logins.ts';
import type { HeaderMessage } from '../header-messages.ts';
import { ACK, CANCEL, Field, REGISTER, RULES } from './messages.ts';

/** Conversations that are followed; of more the logins alone are told. */
const FLOWS_MAX = 16_384;
const TEXT_CHARACTERS_MAX = 128;

/** What is known of the side that opened the conversation (index 0) and of the other (1). */
interface Flow {
  readonly isSoftwareTold: [boolean, boolean];
  account: string;
  realm: string;
  /** A REGISTER without credentials that waits for its answer: its number, -1 for none, and who registers. */
  openSequence: number;
  openUser: string;
  isOpenFromClient: boolean;
}

export class Conversations {
  readonly #logins = new HeaderLogins('sip', true);
  readonly #flows = new Map<number, Flow>();

  message(message: HeaderMessage, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (message.problemAt >= 0) {
      const rule = 'header-without-colon';
      violation(context, 'sip', rule, RULES[rule], bytes, start, end, message.problemAt);
    }
    if (message.isAnswer) this.#answer(message, bytes, context);
    else this.#request(message, bytes, context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#flows.delete(flow);
    this.#logins.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
  }

  #request(message: HeaderMessage, bytes: Uint8Array, context: MessageContext): void {
    const flow = this.#of(context.flow);
    // Only who sends a request first put one Via there: of what was passed on, the software is another's.
    if (flow !== null && message.counts[Field.via] === 1) softwareOf(flow, message, bytes, context, Trust.selfDeclared);
    // The answer to both is another's, or there is none (RFC 3261 22.1).
    if (message.method === ACK || message.method === CANCEL) return;
    const user = message.method === REGISTER ? userOfFrom(message, bytes) : '';
    const field = message.has(Field.authorization) ? Field.authorization : Field.proxyAuthorization;
    if (message.has(field)) {
      if (flow !== null) flow.openSequence = -1;
      const { method: number, methodStart, methodEnd, bodyStart, bodyEnd } = message;
      this.#logins.request(askedBySender(context), bytes, {
        start: message.starts[field]!,
        end: message.ends[field]!,
        method: Buffer.from(bytes.subarray(methodStart, methodEnd)).toString('latin1'),
        bodyStart,
        bodyEnd,
        sequence: numberOf(message, bytes, number),
      });
    } else if (flow !== null && message.method === REGISTER) {
      flow.openSequence = numberOf(message, bytes, REGISTER);
      flow.openUser = user;
      flow.isOpenFromClient = context.fromClient;
    }
    if (flow === null || user === '' || flow.account === user) return;
    flow.account = user;
    tellTrait(context, 'sip-account', user);
  }

  #answer(message: HeaderMessage, bytes: Uint8Array, context: MessageContext): void {
    const flow = this.#of(context.flow);
    if (flow !== null) softwareOf(flow, message, bytes, context, Trust.inferred);
    const field = message.has(Field.challenge) ? Field.challenge : Field.proxyChallenge;
    let isStale = false;
    if (message.has(field)) {
      const parameters = authParameters(bytes, message.starts[field]!, message.ends[field]!);
      isStale = parameters.get('stale')?.toLowerCase() === 'true';
      this.#realm(flow, parameters.get('realm') ?? '', context);
    }
    const sequence = numberOf(message, bytes, methodOfSequence(message, bytes));
    this.#logins.answer(context, sequence, message.status, isStale);
    if (flow === null || message.status < 200 || flow.openSequence !== sequence) return;
    flow.openSequence = -1;
    // Without a challenge: whoever asks may be anybody.
    if (message.status >= 300 || flow.isOpenFromClient === context.fromClient) return;
    this.#logins.anonymous(askedByReceiver(context), flow.openUser);
  }

  #realm(flow: Flow | null, realm: string, context: MessageContext): void {
    if (flow === null || realm === '' || flow.realm !== '') return;
    flow.realm = realm;
    const raw = Buffer.from(realm, 'latin1');
    tellTrait(context, 'sip-realm', printable(raw, 0, raw.length, TEXT_CHARACTERS_MAX));
  }

  #of(flow: number): Flow | null {
    const known = this.#flows.get(flow);
    if (known !== undefined) return known;
    if (this.#flows.size >= FLOWS_MAX) return null;
    const fresh: Flow = {
      isSoftwareTold: [false, false],
      account: '',
      realm: '',
      openSequence: -1,
      openUser: '',
      isOpenFromClient: true,
    };
    this.#flows.set(flow, fresh);
    return fresh;
  }
}

/** The number of CSeq and the method, in one number; -1 where either is missing. */
function numberOf(message: HeaderMessage, bytes: Uint8Array, method: number): number {
  const sequence = message.numberOf(bytes, Field.sequence);
  return sequence < 0 || method < 0 ? -1 : sequence * 16 + method;
}

/** `314159 INVITE` */
function methodOfSequence(message: HeaderMessage, bytes: Uint8Array): number {
  let end = message.ends[Field.sequence]!;
  while (end > message.starts[Field.sequence]! && bytes[end - 1]! <= 0x20) end--;
  let at = end;
  while (at > message.starts[Field.sequence]! && bytes[at - 1]! > 0x20) at--;
  return message.methodOf(bytes, at, end);
}

function softwareOf(
  flow: Flow,
  message: HeaderMessage,
  bytes: Uint8Array,
  context: MessageContext,
  trust: number,
): void {
  const side = context.fromClient ? 0 : 1;
  const field = message.has(Field.userAgent) ? Field.userAgent : Field.server;
  if (flow.isSoftwareTold[side] || !message.has(field)) return;
  flow.isSoftwareTold[side] = true;
  const value = printable(bytes, message.starts[field]!, message.ends[field]!, TEXT_CHARACTERS_MAX);
  claim(context, speakerOf(context), -1, 'application', value, 'sip header', trust);
}

/** `"Gate" <sip:4711@example.org;transport=udp>;tag=1` (RFC 3261 20.20): what stands before the at sign. */
function userOfFrom(message: HeaderMessage, bytes: Uint8Array): string {
  const end = message.ends[Field.from]!;
  let at = message.starts[Field.from]!;
  const open = bytes.indexOf(0x3c, at);
  if (open >= at && open < end) at = open + 1;
  const colon = bytes.indexOf(0x3a, at);
  if (colon < 0 || colon >= end) return '';
  const sign = bytes.indexOf(0x40, colon);
  return sign < 0 || sign >= end ? '' : printable(bytes, colon + 1, sign, TEXT_CHARACTERS_MAX);
}

/** Both ends of a conversation may ask. */
function askedBySender(context: MessageContext): MessageContext {
  return context.fromClient ? context : reversed(context);
}

function askedByReceiver(context: MessageContext): MessageContext {
  return context.fromClient ? reversed(context) : context;
}

function reversed(context: MessageContext): MessageContext {
  return { ...context, client: context.server, server: context.client };
}

function speakerOf(context: MessageContext): number {
  return context.fromClient ? context.client : context.server;
}

function tellTrait(context: MessageContext, trait: string, value: string): void {
  const { timeUs, frame, sink } = context;
  if (value !== '') sink.trait({ fact: 'trait', timeUs, frame, host: speakerOf(context), trait, value });
}
