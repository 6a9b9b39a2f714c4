// Turns requests and replies into logins and traits: who asks for which ticket, and whether the centre believes them.
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim, violation, trait } from '../facts-of-messages.ts';
import { ErrorCode, MessageTag, PreAuth, RULES, encryptionName, errorName, isWeak } from './messages.ts';
import { type KerberosMessage, readMessage } from './parse.ts';

/** Conversations whose request waits for its reply. */
const OPEN_MAX = 4096;
const WAIT_US = 30e6;
/** RFC 8062: a client that does not say who it is. */
const ANONYMOUS = 'WELLKNOWN/ANONYMOUS';

interface OpenRequest {
  readonly timeUs: number;
  readonly frame: number;
  readonly client: number;
  readonly server: number;
  readonly user: string;
  /** '' where the request proves nothing yet. */
  readonly mechanism: string;
}

export class Exchanges {
  /** By conversation, the oldest first. */
  readonly #open = new Map<number, OpenRequest>();

  message(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const message = readMessage(bytes, start, end);
    if (message === null) return;
    if (message.isCut) violation(context, 'kerberos', 'message-cut', RULES['message-cut'], bytes, start, end);
    if (message.tag === MessageTag.asRequest) this.#asked(message, context);
    else if (message.tag === MessageTag.tgsRequest) tellRequest(message, context);
    else if (message.tag === MessageTag.error) this.#failed(message, context);
    else this.#replied(message, context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#settle(context, flow, 'unknown');
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const [flow, request] of this.#open) {
      if (timeUs - request.timeUs < WAIT_US) return;
      this.#settle(context, flow, 'unknown');
    }
  }

  #asked(message: KerberosMessage, context: MessageContext): void {
    tellRequest(message, context);
    const { timeUs, frame, client, server, flow } = context;
    const user = nameOf(message);
    const mechanism = mechanismOf(message);
    const known = this.#open.get(flow);
    // The same again: the reply was lost, or the datagram was captured twice.
    if (known?.user === user && known.mechanism === mechanism) return;
    this.#settle(context, flow, 'unknown');
    if (this.#open.size >= OPEN_MAX) {
      for (const oldest of this.#open.keys()) {
        this.#settle(context, oldest, 'unknown');
        break;
      }
    }
    this.#open.set(flow, { timeUs, frame, client, server, user, mechanism });
  }

  #replied(message: KerberosMessage, context: MessageContext): void {
    const { server } = context;
    trait(context, server, 'kerberos-realm', message.realm);
    if (isWeak(message.ticketEncryption)) {
      const value = `${encryptionName(message.ticketEncryption)} for ${message.service}`;
      trait(context, server, 'kerberos-weak-ticket', value);
    }
    if (message.tag !== MessageTag.asReply) return;
    const request = this.#open.get(context.flow);
    // An answer without any proof: what it holds can be guessed at by anybody who asks.
    if (request?.mechanism === '' && message.client !== ANONYMOUS) {
      trait(context, server, 'kerberos-without-preauth', request.user);
    }
    this.#settle(context, context.flow, 'accepted');
  }

  #failed(message: KerberosMessage, context: MessageContext): void {
    const { errorCode } = message;
    if (errorCode === ErrorCode.preAuthRequired || errorCode === ErrorCode.tooBig) {
      // The client asks again, with a proof or over TCP.
      this.#open.delete(context.flow);
      return;
    }
    trait(context, context.client, 'kerberos-error', errorName(errorCode));
    this.#settle(context, context.flow, REFUSALS.has(errorCode) ? 'refused' : 'unknown');
  }

  #settle(context: MessageContext, flow: number, outcome: Login['outcome']): void {
    const request = this.#open.get(flow);
    if (request === undefined) return;
    this.#open.delete(flow);
    // Without a proof only a refusal says something: there is no such user, or it is locked.
    if (request.user === '' || (request.mechanism === '' && outcome !== 'refused')) return;
    const { timeUs, frame, client, server, user } = request;
    const mechanism = request.mechanism === '' ? 'kerberos' : request.mechanism;
    context.sink.login({
      fact: 'login',
      timeUs,
      frame,
      flow,
      client,
      server,
      protocol: 'kerberos',
      mechanism,
      user,
      outcome,
    });
  }
}

const REFUSALS: ReadonlySet<number> = new Set([ErrorCode.unknownPrincipal, ErrorCode.revoked, ErrorCode.preAuthFailed]);

/** What the client proves itself with; '' for nothing. */
function mechanismOf(message: KerberosMessage): string {
  if (!Number.isNaN(message.preAuthEncryption)) return `kerberos-${encryptionName(message.preAuthEncryption)}`;
  const has = (type: number): boolean => message.preAuth.includes(type);
  if (has(PreAuth.publicKey) || has(PreAuth.publicKeyOld)) return 'kerberos-pkinit';
  if (has(PreAuth.encryptedChallenge)) return 'kerberos-encrypted-challenge';
  return has(PreAuth.fast) ? 'kerberos-fast' : '';
}

/** `User1@EXAMPLE.ORG` */
function nameOf({ client, realm }: KerberosMessage): string {
  return client === '' || realm === '' ? client : `${client}@${realm}`;
}

function tellRequest(message: KerberosMessage, context: MessageContext): void {
  const { client } = context;
  if (message.tag === MessageTag.asRequest) {
    trait(context, client, 'kerberos-principal', nameOf(message));
    // An account with a dollar sign at its end is a computer's own.
    const computer = message.client.endsWith('$') ? message.client.slice(0, -1) : '';
    claim(context, client, -1, 'name', computer, 'kerberos principal', Trust.inferred);
    claim(context, client, -1, 'name', message.netbiosName, 'kerberos address', Trust.selfDeclared);
  } else trait(context, client, 'kerberos-service', message.service);
  if (message.encryptions.length > 0 && message.encryptions.every(isWeak)) {
    trait(context, client, 'kerberos-weak-offer', message.encryptions.map(encryptionName).join(' '));
  }
}
