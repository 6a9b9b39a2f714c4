// Logins in Authorization headers as RTSP and SIP carry them (RFC 2326 16, RFC 7826 19.1, RFC 3261 22): Basic, Digest, and
// others that cannot be tested. A request begins one, the answer with its number decides it.
import { createHash } from 'node:crypto';
import { base64Beginning } from '../bytes/base64.ts';
import { printable } from '../bytes/text.ts';
import type { Login } from '../facts/facts.ts';
import type { MessageContext } from '../facts/protocol.ts';
import { digestHashName, digestTest, parseDigest } from './digest.ts';
import { markSecret } from './facts-of-messages.ts';
import { isWord, latin1 } from './header-messages.ts';
import { OpenLogins, secretOf, type LoginAttempt } from './open-logins.ts';

const BASIC = latin1('basic');
const DIGEST = latin1('digest');
const COLON = 0x3a;
const SCHEME_CHARACTERS_MAX = 24;
/** Conversations whose last login is remembered, so that it is not told with every request. */
const FLOWS_MAX = 16_384;

interface FlowLogin {
  /** Number of the request whose answer is awaited. */
  sequence: number;
  /** Mechanism and user of that request. */
  attempt: string;
  /** Mechanism and user that were last let in. */
  accepted: string;
}

/** Where the credentials stand, and what the request is that carries them. */
export interface HeaderCredentials {
  readonly start: number;
  readonly end: number;
  readonly method: string;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly sequence: number;
}

export class HeaderLogins {
  readonly #logins: OpenLogins;
  readonly #flows = new Map<number, FlowLogin>();

  readonly #isEachTold: boolean;

  /** `isEachTold`: also who was just let in, each time again. */
  constructor(protocol: string, isEachTold: boolean) {
    this.#logins = new OpenLogins(protocol);
    this.#isEachTold = isEachTold;
  }

  /** A request with credentials; `context` names as the client who sent it. */
  request(context: MessageContext, bytes: Uint8Array, credentials: HeaderCredentials): void {
    // A response to a challenge is no secret; a password, or a token of whatever kind, is.
    if (!isDigest(bytes, credentials)) markSecret(context, bytes, credentials.start, credentials.end);
    const known = this.#flows.get(context.flow);
    // The same request again: it was lost on its way, or is the next try of the same.
    if (known?.sequence === credentials.sequence && this.#logins.isOpen(context.flow)) return;
    const attempt = attemptOf(bytes, credentials);
    if (attempt === null) return;
    const name = `${attempt.mechanism} ${attempt.user}`;
    const state = known ?? { sequence: 0, attempt: '', accepted: '' };
    if (known === undefined && this.#flows.size < FLOWS_MAX) this.#flows.set(context.flow, state);
    state.sequence = credentials.sequence;
    state.attempt = name;
    if (state.accepted === name && !this.#isEachTold) attempt.secret?.fill(0);
    else this.#logins.begin(context, attempt);
  }

  /** Somebody is let in without credentials: told at once. */
  anonymous(context: MessageContext, user: string): void {
    const state = this.#flows.get(context.flow) ?? { sequence: 0, attempt: '', accepted: '' };
    const name = `anonymous ${user}`;
    if (state.accepted === name || this.#flows.size >= FLOWS_MAX) return;
    state.accepted = name;
    this.#flows.set(context.flow, state);
    this.#logins.begin(context, { mechanism: 'anonymous', user, secret: null });
    this.#logins.settle(context, context.flow, 'accepted');
  }

  /** The answer to request number `sequence`; others decide nothing. `isStale`: only the nonce was too old (RFC 7616 3.3). */
  answer(context: MessageContext, sequence: number, status: number, isStale: boolean): void {
    const state = this.#flows.get(context.flow);
    if (state?.sequence !== sequence || status <= 100) return;
    const outcome = isStale ? 'unknown' : outcomeOf(status);
    if (this.#logins.isOpen(context.flow)) {
      this.#logins.settle(context, context.flow, outcome);
      if (outcome === 'accepted') state.accepted = state.attempt;
    } else if (outcome === 'refused' && state.accepted === state.attempt) state.accepted = '';
  }

  closed(flow: number, context: MessageContext): void {
    this.#flows.delete(flow);
    this.#logins.settle(context, flow, 'unknown');
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
  }
}

/** A call that rings was let in; other errors come before or after the credentials are looked at: nobody can tell. */
function outcomeOf(status: number): Login['outcome'] {
  if (status < 300) return 'accepted';
  return status === 401 || status === 403 || status === 407 ? 'refused' : 'unknown';
}

function isDigest(bytes: Uint8Array, { start, end }: HeaderCredentials): boolean {
  return end - start > DIGEST.length && isWord(bytes, start, start + DIGEST.length, DIGEST);
}

function attemptOf(bytes: Uint8Array, credentials: HeaderCredentials): LoginAttempt | null {
  const { start, end } = credentials;
  let schemeEnd = start;
  while (schemeEnd < end && bytes[schemeEnd]! > 0x20) schemeEnd++;
  let at = schemeEnd;
  while (at < end && bytes[at]! <= 0x20) at++;
  if (at === end) return null;
  if (isWord(bytes, start, schemeEnd, BASIC)) return basic(bytes, at, end);
  if (isWord(bytes, start, schemeEnd, DIGEST)) return digest(bytes, at, credentials);
  const scheme = printable(bytes, start, schemeEnd, SCHEME_CHARACTERS_MAX).toLowerCase();
  return /^[a-z0-9][a-z0-9-]*$/.test(scheme) ? { mechanism: `http-${scheme}`, user: '', secret: null } : null;
}

/** `user:password` in base64 (RFC 7617 2). */
function basic(bytes: Uint8Array, start: number, end: number): LoginAttempt | null {
  const decoded = base64Beginning(bytes, start, end);
  const colon = decoded.indexOf(COLON);
  const attempt = {
    mechanism: 'http-basic',
    user: printable(decoded, 0, Math.max(0, colon)),
    secret: secretOf(decoded, colon + 1, decoded.length),
  };
  decoded.fill(0);
  if (colon >= 0) return attempt;
  attempt.secret?.fill(0);
  return null;
}

function digest(bytes: Uint8Array, start: number, request: HeaderCredentials): LoginAttempt | null {
  const credentials = parseDigest(bytes, start, request.end);
  if (credentials === null) return null;
  let bodyHash = '';
  const hashName = digestHashName(credentials);
  if (credentials.qop === 'auth-int' && hashName !== null) {
    bodyHash = createHash(hashName).update(bytes.subarray(request.bodyStart, request.bodyEnd)).digest('hex');
  }
  const recompute = digestTest(credentials, request.method, bodyHash);
  const attempt = { mechanism: 'http-digest', user: credentials.user, secret: null };
  return recompute === null ? attempt : { ...attempt, recompute };
}
