// File logins (function 29, IEEE 1815-2012, clause A.27.2): user and password in clear. The password waits for the
// answer and is wiped. Rare messages: plain code with objects, bounded.
import { u16le, u32le } from '../../bytes/endian.ts';
import { secretCopy } from '../../bytes/secret.ts';
import { printable } from '../../bytes/text.ts';
import type { FrameReference } from '../../facts/frame-reference.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { clearSecret } from '../clear-secret.ts';
import { markSecret } from '../facts-of-messages.ts';
import type { Association } from './associations.ts';
import type { Fragment } from './fragment.ts';

/** Logins that wait for their answer; the oldest is forgotten. */
const WAITING_MAX = 256;
const SECRET_BYTES_MAX = 64;
const OBJECT_SIZE = 12;

interface Waiting {
  readonly user: string;
  readonly secret: Uint8Array;
  readonly timeUs: number;
  readonly frame: FrameReference;
  readonly client: number;
  readonly server: number;
}

export class FileLogins {
  readonly #protocol: string;
  readonly #waiting = new Map<Association, Waiting>();

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** The object of a request in start..end: offsets and sizes of user and password, a key, then both texts. */
  asked(fragment: Fragment, start: number, end: number): void {
    const { bytes, association, context, client, server } = fragment;
    if (start + OBJECT_SIZE > end) return;
    const part = (at: number): Uint8Array => {
      const from = Math.min(end, start + u16le(bytes, at));
      return secretCopy(bytes, from, Math.min(end, from + u16le(bytes, at + 2), from + SECRET_BYTES_MAX));
    };
    this.forget(association);
    if (this.#waiting.size >= WAITING_MAX) this.#forgetOldest();
    const user = part(start);
    const { timeUs, frame } = context;
    const secret = part(start + 4);
    // Checksums stand in between: the place in the fragment is not the place on the wire.
    if (secret.length > 0) markSecret(context, bytes, start, end);
    // The fragment lies in a buffer of ours, where it would stay until another one comes.
    const from = Math.min(end, start + u16le(bytes, start + 4));
    bytes.fill(0, from, from + secret.length);
    this.#waiting.set(association, { user: printable(user, 0, user.length), secret, timeUs, frame, client, server });
  }

  /** The object of the answer has a key where the login is accepted, 0 where not. */
  answered(fragment: Fragment, start: number, end: number): void {
    if (start + OBJECT_SIZE > end) return;
    const isAccepted = u32le(fragment.bytes, start + 8) !== 0;
    this.settled(fragment.association, isAccepted ? 'accepted' : 'refused', fragment.context);
  }

  /** Tells of the login that waits, if one does, and wipes its password. */
  settled(association: Association, outcome: Login['outcome'], context: MessageContext): void {
    const login = this.#waiting.get(association);
    if (login === undefined) return;
    const { secret, user, client, server } = login;
    // At the end of the conversation there is no message that could prove it: the request does.
    const isOver = outcome === 'unknown';
    context.sink.login({
      fact: 'login',
      timeUs: isOver ? login.timeUs : context.timeUs,
      frame: isOver ? login.frame : context.frame,
      flow: association.flow,
      client,
      server,
      protocol: this.#protocol,
      mechanism: 'clear',
      user,
      outcome,
      ...clearSecret(secret),
    });
    this.forget(association);
  }

  forget(association: Association): void {
    this.#waiting.get(association)?.secret.fill(0);
    this.#waiting.delete(association);
  }

  #forgetOldest(): void {
    for (const association of this.#waiting.keys()) {
      this.forget(association);
      return;
    }
  }
}
