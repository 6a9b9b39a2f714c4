// Turns Access-Request and its answer into a login. Requests are told apart by conversation and identifier; an exchange of
// EAP goes over several and is one login.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { printable } from '../../bytes/text.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { CHAP_CHALLENGE_BYTES_MAX, CHAP_RESPONSE_BYTES, chapTest } from '../chap.ts';
import { loginTests } from '../clear-secret.ts';
import { EapCode, EapType, eapMethodName, md5Value, readEap } from '../eap.ts';
import { markSecret } from '../facts-of-messages.ts';
import { MS_CHAP_BYTES, msChapTest, msChapV2Test } from '../ms-chap.ts';
import { secretOf, type LoginAttempt } from '../open-logins.ts';
import { AUTHENTICATOR_AT, HEADER_BYTES, type Fields } from './parse.ts';

/** Requests whose answer is awaited, and challenges of EAP. */
const OPEN_MAX = 4096;
const WAIT_US = 30e6;
const USER_CHARACTERS_MAX = 253;
const IDENTIFIERS = 256;
/** A response of CHAP: identifier and MD5. */
const CHAP_BYTES = 1 + CHAP_RESPONSE_BYTES;

interface Open extends LoginAttempt {
  readonly timeUs: number;
  readonly frame: number;
  readonly flow: number;
  readonly client: number;
  readonly server: number;
}

export class Logins {
  /** By conversation and identifier of RADIUS, the oldest first. */
  readonly #open = new Map<number, Open>();
  /** Challenges of EAP-MD5, by conversation and identifier of EAP. */
  readonly #challenges = new Map<number, Uint8Array>();

  request(context: MessageContext, bytes: Uint8Array, start: number, fields: Fields): void {
    const key = keyOf(context.flow, bytes[start + 1]!);
    const attempt = this.#attemptOf(context.flow, bytes, start, fields);
    if (attempt !== null && attempt.secret !== null) markSecret(context, bytes, fields.eap.start, fields.eap.end);
    // The same request once more, or another that has taken its number: the first had no answer.
    this.#settle(key, 'unknown', context, attempt);
    if (attempt === null) return;
    if (this.#open.size >= OPEN_MAX) this.#settle(this.#open.keys().next().value!, 'unknown', context, null);
    const { timeUs, frame, flow, client, server } = context;
    this.#open.set(key, { ...attempt, timeUs, frame, flow, client, server });
  }

  answer(context: MessageContext, identifier: number, outcome: Login['outcome']): void {
    this.#settle(keyOf(context.flow, identifier), outcome, context, null);
  }

  /** The server wants more: the login goes on in another request. */
  challenge(context: MessageContext, bytes: Uint8Array, start: number, fields: Fields): void {
    const key = keyOf(context.flow, bytes[start + 1]!);
    this.#open.get(key)?.secret?.fill(0);
    this.#open.delete(key);
    const packet = readEap(bytes, fields.eap.start, fields.eap.end);
    if (packet?.code !== EapCode.request) return;
    const value = md5Value(bytes, packet);
    if (value === null) return;
    forgetOldest(this.#challenges, OPEN_MAX);
    this.#challenges.set(keyOf(context.flow, packet.identifier), value);
  }

  closed(flow: number, context: MessageContext): void {
    if (this.#open.size === 0 && this.#challenges.size === 0) return;
    for (let identifier = 0; identifier < IDENTIFIERS; identifier++) {
      this.#settle(keyOf(flow, identifier), 'unknown', context, null);
      this.#challenges.delete(keyOf(flow, identifier));
    }
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const [key, open] of this.#open) {
      if (timeUs - open.timeUs < WAIT_US) return;
      this.#settle(key, 'unknown', context, null);
    }
  }

  #settle(key: number, outcome: Login['outcome'], context: MessageContext, again: LoginAttempt | null): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    const { timeUs, frame, flow, client, server, mechanism, user, secret, recompute } = open;
    const isRepeated = again !== null && again.user === user && again.mechanism === mechanism;
    if (!isRepeated) {
      const fact = {
        fact: 'login',
        timeUs,
        frame,
        flow,
        client,
        server,
        protocol: 'radius',
        mechanism,
        user,
        outcome,
      } as const;
      context.sink.login({ ...fact, ...loginTests(secret, recompute) });
    }
    secret?.fill(0);
  }

  /** Null: the request asks for no login, or only says who comes. */
  #attemptOf(flow: number, bytes: Uint8Array, start: number, fields: Fields): LoginAttempt | null {
    const user = printable(bytes, fields.user.start, fields.user.end, USER_CHARACTERS_MAX);
    if (fields.eap.start > 0) return this.#eapAttempt(user, flow, bytes, fields);
    if (fields.chapPassword.end - fields.chapPassword.start === CHAP_BYTES) {
      return chapAttempt(user, bytes, start, fields);
    }
    if (fields.microsoftChap.start > 0 || fields.microsoftChap2.start > 0) {
      return microsoftAttempt(user, bytes, fields);
    }
    // RFC 2865 5.2: hidden by the shared secret of client and server, which is not on the wire.
    if (fields.password.start > 0) return { mechanism: 'radius-pap-hidden', user, secret: null };
    return user === '' ? null : { mechanism: 'radius-none', user, secret: null };
  }

  #eapAttempt(user: string, flow: number, bytes: Uint8Array, fields: Fields): LoginAttempt | null {
    const packet = readEap(bytes, fields.eap.start, fields.eap.end);
    if (packet?.code !== EapCode.response) return null;
    const { identifier, type, dataStart, dataEnd } = packet;
    const mechanism = `radius-${eapMethodName(type)}`;
    if (type === EapType.token) return { mechanism, user, secret: secretOf(bytes, dataStart, dataEnd) };
    const key = keyOf(flow, identifier);
    const challenge = this.#challenges.get(key);
    const response = md5Value(bytes, packet);
    if (challenge === undefined || response === null) return { mechanism, user, secret: null };
    return { mechanism, user, secret: null, recompute: chapTest(identifier, challenge, response) };
  }
}

/** RFC 2865 5.3, 5.40: the challenge is an attribute or, where there is none, the authenticator of the request. */
/**
 * RFC 2548 2.1.3 and 2.3.2: identifier and flags come first. Version 1 goes on with both responses, version 2 with the
 * client's challenge, zeros and the response; PPP has the flags at the end.
 */
function microsoftAttempt(user: string, bytes: Uint8Array, fields: Fields): LoginAttempt {
  const { microsoftChap, microsoftChap2, microsoftChallenge } = fields;
  const isSecond = microsoftChap2.start > 0;
  const { start, end } = isSecond ? microsoftChap2 : microsoftChap;
  const mechanism = isSecond ? 'radius-ms-chap-v2' : 'radius-ms-chap';
  const response = new Uint8Array(MS_CHAP_BYTES);
  if (end - start !== MS_CHAP_BYTES + 1) return { mechanism, user, secret: null };
  response.set(bytes.subarray(start + 2, end));
  response[MS_CHAP_BYTES - 1] = bytes[start + 1]!;
  const challenge = bytes.slice(microsoftChallenge.start, microsoftChallenge.end);
  const recompute = isSecond ? msChapV2Test(user, challenge, response) : msChapTest(challenge, response);
  return recompute === null ? { mechanism, user, secret: null } : { mechanism, user, secret: null, recompute };
}

function chapAttempt(user: string, bytes: Uint8Array, start: number, fields: Fields): LoginAttempt {
  const { chapPassword, chapChallenge } = fields;
  const size = chapChallenge.end - chapChallenge.start;
  const challenge =
    chapChallenge.start > 0 && size <= CHAP_CHALLENGE_BYTES_MAX
      ? bytes.slice(chapChallenge.start, chapChallenge.end)
      : bytes.slice(start + AUTHENTICATOR_AT, start + HEADER_BYTES);
  const response = bytes.slice(chapPassword.start + 1, chapPassword.end);
  const recompute = chapTest(bytes[chapPassword.start]!, challenge, response);
  return { mechanism: 'radius-chap', user, secret: null, recompute };
}

function keyOf(flow: number, identifier: number): number {
  return flow * IDENTIFIERS + identifier;
}
