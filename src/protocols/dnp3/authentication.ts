// Secure authentication (group 120, IEEE 1815-2012, clauses 7 and A.45): user numbers, challenges, replies and errors,
// and logins that come of them. Codes and keys are not looked at.
import { u16le } from '../../bytes/endian.ts';
import type { Login } from '../../facts/facts.ts';
import type { Association } from './associations.ts';
import type { Fragment } from './fragment.ts';
import type { ObjectHeader } from './object-headers.ts';

/** Variations of group 120. */
const Authenticate = {
  challenge: 1,
  reply: 2,
  aggressive: 3,
  keyStatusRequest: 4,
  keyStatus: 5,
  keyChange: 6,
  error: 7,
} as const;

const GROUP = 120;
/** Sequence number before the user number. */
const SEQUENCE_SIZE = 4;
/** Of the error object: sequence, user, association, code. */
const ERROR_CODE_AT = 8;
/** Users that wait for what becomes of their login; the oldest is forgotten. */
const WAITING_MAX = 1024;

export class Authentication {
  readonly #protocol: string;
  /** User number of the object that was read last, -1 where it has none. */
  user = -1;
  /** Of the response that is read. */
  error = 0;
  isChallenge = false;
  /** Who proved to be a user and waits to be believed. */
  readonly #waiting = new Map<string, number>();

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** A response begins. */
  begin(): void {
    this.user = -1;
    this.error = 0;
    this.isChallenge = false;
  }

  /** An object of the request in start..end. */
  requested(fragment: Fragment, variation: number, start: number, end: number): void {
    this.user = userOf(variation, fragment.bytes, start, end);
    const isProof = variation === Authenticate.reply || variation === Authenticate.aggressive;
    if (!isProof || this.user < 0) return;
    if (this.#waiting.size >= WAITING_MAX) {
      for (const oldest of this.#waiting.keys()) {
        this.#waiting.delete(oldest);
        break;
      }
    }
    this.#waiting.set(keyOf(fragment.association), this.user);
  }

  /** An object of a response. */
  answered(header: ObjectHeader, bytes: Uint8Array): void {
    if (header.group !== GROUP || header.present === 0) return;
    const start = header.dataStart + header.prefixSize;
    const end = header.isSizePrefixed ? header.objectEnd(bytes, header.dataStart, header.next) : header.next;
    if (end < start) return;
    const user = userOf(header.variation, bytes, start, end);
    if (user >= 0) this.user = user;
    if (header.variation === Authenticate.challenge) this.isChallenge = true;
    if (header.variation === Authenticate.error) {
      this.error = start + ERROR_CODE_AT < end ? bytes[start + ERROR_CODE_AT]! : 0xff;
    }
  }

  /** The request whose sender had to prove who it is was answered: the proof was accepted, or refused. */
  settled(fragment: Fragment, outcome: Login['outcome']): void {
    if (this.#waiting.size === 0) return;
    const { context, association, client, server } = fragment;
    const key = keyOf(association);
    const user = this.#waiting.get(key);
    if (user === undefined) return;
    this.#waiting.delete(key);
    const { timeUs, frame, flow } = context;
    context.sink.login({
      fact: 'login',
      timeUs,
      frame,
      flow,
      client,
      server,
      protocol: this.#protocol,
      mechanism: 'dnp3-secure-authentication',
      user: `user ${user}`,
      outcome,
    });
  }

  forget(association: Association): void {
    if (this.#waiting.size > 0) this.#waiting.delete(keyOf(association));
  }
}

/** User number of an object, -1 where it has none or is cut. */
function userOf(variation: number, bytes: Uint8Array, start: number, end: number): number {
  switch (variation) {
    case Authenticate.challenge:
    case Authenticate.reply:
    case Authenticate.aggressive:
    case Authenticate.keyStatus:
    case Authenticate.keyChange:
    case Authenticate.error:
      return start + SEQUENCE_SIZE + 2 <= end ? u16le(bytes, start + SEQUENCE_SIZE) : -1;
    case Authenticate.keyStatusRequest:
      return start + 2 <= end ? u16le(bytes, start) : -1;
    default:
      return -1;
  }
}

function keyOf({ flow, master, outstation }: Association): string {
  return `${flow} ${master} ${outstation}`;
}
