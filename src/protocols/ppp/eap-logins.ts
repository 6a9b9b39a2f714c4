// Logins by EAP (RFC 3748) on a link: who asks, who answers, by which method, and with what outcome. Requests and responses
// belong together by their identifier, as on Ethernet both sides may speak to a group address.
import { printable } from '../../bytes/text.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { chapTest } from '../chap.ts';
import {
  EapCode,
  EapType,
  eapMethodName,
  md5Value,
  msChapNameStart,
  msChapValue,
  readEap,
  type EapPacket,
} from '../eap.ts';
import { markSecret } from '../facts-of-messages.ts';
import { msChapV2Test } from '../ms-chap.ts';
import { OpenLogins, secretOf, type LoginAttempt } from '../open-logins.ts';

const NONE = -1;
const IDENTITY_CHARACTERS_MAX = 253;
/** Hosts whose identity is remembered. */
const HOSTS_MAX = 4096;

/** The last exchange with an identifier; 256 of them at most. */
interface Exchange {
  /** Who has asked, and with which challenge. */
  readonly asker: number;
  readonly challenge: Uint8Array | null;
  /** Conversation of the answer, NONE: there is none so far. */
  flow: number;
}

export class EapLogins {
  readonly #protocol: string;
  readonly #logins: OpenLogins;
  readonly #exchanges = new Map<number, Exchange>();
  readonly #identities = new Map<number, string>();
  /** Mechanism of the open login of a conversation. */
  readonly #mechanisms = new Map<number, string>();

  constructor(protocol: string) {
    this.#protocol = protocol;
    this.#logins = new OpenLogins(protocol);
  }

  packet(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const packet = readEap(bytes, start, end);
    if (packet === null) return;
    if (packet.code === EapCode.request) this.#request(packet, bytes, context);
    else if (packet.code === EapCode.response) this.#response(packet, bytes, context);
    else this.#outcome(packet, context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#settle(context, flow, 'unknown');
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
    for (const flow of this.#mechanisms.keys()) if (!this.#logins.isOpen(flow)) this.#mechanisms.delete(flow);
  }

  #request(packet: EapPacket, bytes: Uint8Array, context: MessageContext): void {
    const asker = senderOf(context);
    const challenge = md5Value(bytes, packet) ?? msChapValue(bytes, packet);
    this.#exchanges.set(packet.identifier, { asker, challenge, flow: NONE });
  }

  #response(packet: EapPacket, bytes: Uint8Array, context: MessageContext): void {
    const { identifier, type, dataStart, dataEnd } = packet;
    const sender = senderOf(context);
    const exchange = this.#exchanges.get(identifier);
    if (exchange !== undefined) exchange.flow = context.flow;
    if (type === EapType.identity) {
      this.#identity(sender, printable(bytes, dataStart, dataEnd, IDENTITY_CHARACTERS_MAX), context);
      return;
    }
    // The method is not wanted, and another is asked for.
    if (type === EapType.nak || type === EapType.notification) return;
    const mechanism = `${this.#protocol}-${eapMethodName(type)}`;
    // Many methods have several rounds.
    if (this.#mechanisms.get(context.flow) === mechanism && this.#logins.isOpen(context.flow)) return;
    const user = this.#identities.get(sender) ?? '';
    const other = context.fromClient ? context.server : context.client;
    this.#logins.begin(
      { ...context, client: sender, server: exchange?.asker ?? other },
      attemptOf(mechanism, user, packet, exchange?.challenge ?? null, bytes),
    );
    this.#mechanisms.set(context.flow, mechanism);
    if (type === EapType.token) markSecret(context, bytes, dataStart, dataEnd);
  }

  #identity(host: number, identity: string, context: MessageContext): void {
    if (identity === '' || this.#identities.get(host) === identity) return;
    if (this.#identities.size >= HOSTS_MAX) this.#identities.clear();
    this.#identities.set(host, identity);
    const { timeUs, frame, sink } = context;
    sink.trait({ fact: 'trait', timeUs, frame, host, trait: 'eap-identity', value: identity });
  }

  #outcome(packet: EapPacket, context: MessageContext): void {
    const outcome = packet.code === EapCode.success ? 'accepted' : 'refused';
    if (this.#logins.isOpen(context.flow)) {
      this.#settle(context, context.flow, outcome);
      return;
    }
    // To a group address the two sides are two conversations. RFC 3748 4.2: the identifier is that of the response.
    const exchange = this.#exchanges.get(packet.identifier);
    if (exchange !== undefined && exchange.flow !== NONE) this.#settle(context, exchange.flow, outcome);
  }

  #settle(context: MessageContext, flow: number, outcome: Login['outcome']): void {
    this.#mechanisms.delete(flow);
    this.#logins.settle(context, flow, outcome);
  }
}

function attemptOf(
  mechanism: string,
  user: string,
  packet: EapPacket,
  challenge: Uint8Array | null,
  bytes: Uint8Array,
): LoginAttempt {
  const { identifier, type, dataStart, dataEnd } = packet;
  if (type === EapType.token) return { mechanism, user, secret: secretOf(bytes, dataStart, dataEnd) };
  const own = challenge === null ? null : msChapValue(bytes, packet);
  if (challenge !== null && own !== null) {
    const name = printable(bytes, msChapNameStart(packet), dataEnd, IDENTITY_CHARACTERS_MAX);
    const recompute = msChapV2Test(name, challenge, own);
    return { mechanism, user: name, secret: null, ...(recompute === null ? {} : { recompute }) };
  }
  const response = md5Value(bytes, packet);
  if (challenge === null || response === null) return { mechanism, user, secret: null };
  return { mechanism, user, secret: null, recompute: chapTest(identifier, challenge, response) };
}

export function senderOf(context: MessageContext): number {
  return context.fromClient ? context.client : context.server;
}
