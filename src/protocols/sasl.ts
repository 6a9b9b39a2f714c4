// Follows one SASL exchange (RFC 4422), whatever protocol carries it: the mechanism's name, what the client answers to the
// server's challenges, and how a candidate password can be tested. Secrets stay bytes and are overwritten.
import { createHmac } from 'node:crypto';
import { base64Bytes } from '../bytes/base64.ts';
import { printable } from '../bytes/text.ts';
import type { MessageContext } from '../facts/protocol.ts';
import { type NtlmExchanges, findNtlm } from './ntlm.ts';
import { secretOf, type LoginAttempt } from './open-logins.ts';
import { digestMd5Attempt } from './sasl-digest.ts';
import { scramTest, scramUser, type ScramHash } from './scram.ts';

/** No answer of a mechanism that we read is longer. */
const MESSAGE_BYTES_MAX = 4096;
const USER_CHARACTERS_MAX = 256;
const MECHANISM_CHARACTERS_MAX = 20;
/** Answers of one exchange that are looked at. */
const ANSWERS_MAX = 8;
/** RFC 2195: a hyphen-free digest of MD5 in hexadecimal behind the user and a blank. */
const CRAM_DIGEST_CHARACTERS = 32;
const SPACE = 0x20;
const STAR = 0x2a;
const EQUALS = 0x3d;
const EMPTY = new Uint8Array(0);
const NTLM_MECHANISMS: ReadonlySet<string> = new Set(['ntlm', 'gss-spnego']);

const SCRAM_HASHES: Readonly<Record<string, ScramHash>> = {
  'scram-sha-1': 'sha1',
  'scram-sha-1-plus': 'sha1',
  'scram-sha-256': 'sha256',
  'scram-sha-256-plus': 'sha256',
  'scram-sha-512': 'sha512',
  'scram-sha-512-plus': 'sha512',
};

export class SaslExchange {
  /** As in Login.mechanism: `sasl-plain`. */
  readonly mechanism: string;
  readonly #name: string;
  #answers = 0;
  /** An attempt was given to the caller. */
  #isTold = false;
  #user = '';
  /** The server's last challenge, decoded. */
  #challenge: Uint8Array = EMPTY;
  #clientFirst: Uint8Array | null = null;

  readonly #ntlm: NtlmExchanges | null;

  /** The name stands at bytes[start..end). `ntlm`: who reads tokens of NTLM and SPNEGO, where somebody does. */
  constructor(bytes: Uint8Array, start: number, end: number, ntlm: NtlmExchanges | null = null) {
    this.#ntlm = ntlm;
    this.#name = printable(bytes, start, end, MECHANISM_CHARACTERS_MAX).toLowerCase();
    this.mechanism = `sasl-${this.#name}`;
  }

  /** The server's challenge in base64. */
  challenged64(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const decoded = end - start <= MESSAGE_BYTES_MAX ? base64Bytes(bytes, start, end) : null;
    this.challenged(decoded ?? EMPTY, 0, decoded?.length ?? 0, context);
  }

  challenged(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#challenge = end - start <= MESSAGE_BYTES_MAX ? bytes.slice(start, end) : EMPTY;
    if (this.#carriesNtlm) this.#ntlm?.read(context, context.flow, bytes, start, end);
  }

  /** The client's answer in base64. An attempt where it is complete now; once for each exchange. */
  answered64(bytes: Uint8Array, start: number, end: number, context: MessageContext): LoginAttempt | null {
    // RFC 4954 4: `*` takes it back, `=` is an initial answer without a byte.
    if (end - start === 1 && bytes[start] === STAR) {
      this.#isTold = true;
      return null;
    }
    if (end - start === 1 && bytes[start] === EQUALS) return this.answered(EMPTY, 0, 0, context);
    const decoded = end - start <= MESSAGE_BYTES_MAX ? base64Bytes(bytes, start, end) : null;
    if (decoded === null) return this.#noTest('');
    const attempt = this.answered(decoded, 0, decoded.length, context);
    decoded.fill(0);
    return attempt;
  }

  answered(bytes: Uint8Array, start: number, end: number, context: MessageContext): LoginAttempt | null {
    if (this.#isTold || this.#answers >= ANSWERS_MAX || end - start > MESSAGE_BYTES_MAX) return null;
    this.#answers++;
    const attempt = this.#carriesNtlm
      ? this.#negotiated(bytes, start, end, context)
      : this.#attemptOf(bytes, start, end);
    if (attempt !== null) this.#isTold = true;
    return attempt;
  }

  /** The server has decided: what is known of an attempt that was not given yet; null where there was none. */
  decided(isAccepted: boolean): LoginAttempt | null {
    if (this.#isTold || (this.#answers === 0 && !isAccepted)) return null;
    return this.#noTest(this.#user);
  }

  get #carriesNtlm(): boolean {
    return this.#ntlm !== null && NTLM_MECHANISMS.has(this.#name);
  }

  /** NTLM begins with two messages that are no attempt; what else is in SPNEGO cannot be tested. */
  #negotiated(bytes: Uint8Array, start: number, end: number, context: MessageContext): LoginAttempt | null {
    if (end === start && this.#answers === 1) return null;
    if (findNtlm(bytes, start, end) < 0) return this.#noTest('');
    return this.#ntlm!.read(context, context.flow, bytes, start, end);
  }

  #attemptOf(bytes: Uint8Array, start: number, end: number): LoginAttempt | null {
    switch (this.#name) {
      case 'plain':
        return this.#plain(bytes, start, end);
      case 'login':
        return this.#login(bytes, start, end);
      case 'cram-md5':
        return this.#cramMd5(bytes, start, end);
      case 'digest-md5':
        return digestMd5Attempt(bytes, start, end) ?? this.#noTest('');
      default:
        return this.#other(bytes, start, end);
    }
  }

  /** RFC 4616: authorisation identity, NUL, user, NUL, password. */
  #plain(bytes: Uint8Array, start: number, end: number): LoginAttempt {
    const first = zeroAt(bytes, start, end);
    const second = zeroAt(bytes, first + 1, end);
    if (first >= end || second >= end) return this.#noTest('');
    // Some clients put the user in the first place only.
    const user = second > first + 1 ? shownUser(bytes, first + 1, second) : shownUser(bytes, start, first);
    return { mechanism: this.mechanism, user, secret: secretOf(bytes, second + 1, end) };
  }

  /** Never a standard: the user, then the password, each to a prompt. */
  #login(bytes: Uint8Array, start: number, end: number): LoginAttempt | null {
    if (this.#answers === 1) {
      this.#user = shownUser(bytes, start, end);
      return null;
    }
    return { mechanism: this.mechanism, user: this.#user, secret: secretOf(bytes, start, end) };
  }

  /** RFC 2195: the user, a blank, and HMAC-MD5 of the challenge with the password as its key. */
  #cramMd5(bytes: Uint8Array, start: number, end: number): LoginAttempt {
    const digestStart = end - CRAM_DIGEST_CHARACTERS;
    const challenge = this.#challenge;
    if (digestStart <= start || bytes[digestStart - 1] !== SPACE) return this.#noTest('');
    const user = shownUser(bytes, start, digestStart - 1);
    if (challenge.length === 0) return this.#noTest(user);
    const digest = Buffer.from(bytes.subarray(digestStart, end)).toString('latin1').toLowerCase();
    const recompute = (candidate: string): boolean =>
      createHmac('md5', candidate).update(challenge).digest('hex') === digest;
    return { mechanism: this.mechanism, user, secret: null, recompute };
  }

  #other(bytes: Uint8Array, start: number, end: number): LoginAttempt | null {
    const hash = SCRAM_HASHES[this.#name];
    if (hash !== undefined) return this.#scram(hash, bytes, start, end);
    // RFC 7628 and what came before it: `user=` or `a=`, and a token.
    const isToken = this.#name === 'xoauth2' || this.#name === 'oauthbearer';
    return this.#noTest(isToken ? userOfToken(bytes, start, end) : '');
  }

  #scram(hash: ScramHash, bytes: Uint8Array, start: number, end: number): LoginAttempt | null {
    const first = this.#clientFirst;
    if (first === null) {
      // Without an initial answer some carriers begin with an empty one.
      if (end === start) return null;
      this.#clientFirst = bytes.slice(start, end);
      this.#user = scramUserOf(bytes, start, end);
      return null;
    }
    const recompute = scramTest(hash, first, this.#challenge, bytes.subarray(start, end));
    if (recompute === null) return this.#noTest(this.#user);
    return { mechanism: this.mechanism, user: this.#user, secret: null, recompute };
  }

  #noTest(user: string): LoginAttempt {
    this.#isTold = true;
    return { mechanism: this.mechanism, user, secret: null };
  }
}

/** Where the next zero stands, `end` where there is none. */
function zeroAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 0) at++;
  return at;
}

function shownUser(bytes: Uint8Array, start: number, end: number): string {
  return printable(bytes, start, end, USER_CHARACTERS_MAX);
}

function scramUserOf(bytes: Uint8Array, start: number, end: number): string {
  const user = scramUser(Buffer.from(bytes.subarray(start, end)).toString('latin1'));
  const raw = Buffer.from(user, 'latin1');
  return shownUser(raw, 0, raw.length);
}

/** Up to the separator before the token, which stays bytes. */
function userOfToken(bytes: Uint8Array, start: number, end: number): string {
  let stop = start;
  while (stop < end && bytes[stop] !== 0x01) stop++;
  for (let at = start; at + 2 < stop; at++) {
    if (bytes[at + 1] === EQUALS && bytes[at] === 0x61 && (at === start || bytes[at - 1] === 0x2c)) {
      let userEnd = at + 2;
      while (userEnd < stop && bytes[userEnd] !== 0x2c) userEnd++;
      return shownUser(bytes, at + 2, userEnd);
    }
  }
  const isUser = stop - start > 5 && Buffer.from(bytes.subarray(start, start + 5)).equals(USER_FIELD);
  return isUser ? shownUser(bytes, start + 5, stop) : '';
}

const USER_FIELD = Buffer.from('user=');
