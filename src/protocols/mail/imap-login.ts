// The two arguments of LOGIN (RFC 9051 6.2.3), each an atom, a quoted string or a literal. The password stays bytes.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { markSecret } from '../facts-of-messages.ts';
import { secretOf, SECRET_BYTES_MAX, type LoginAttempt } from '../open-logins.ts';
import { skipBlanks, wordEnd } from '../text-lines.ts';

/** Longer literals are nobody's name or password. */
export const LITERAL_READ_MAX = SECRET_BYTES_MAX;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class ImapLogin {
  #count = 0;
  #user = '';
  #secret: Uint8Array | null = null;

  /** Arguments in a line, or in the part of it before a literal. */
  read(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    for (let at = skipBlanks(bytes, start, end); at < end && this.#count < 2; at = skipBlanks(bytes, at, end)) {
      const stop = bytes[at] === QUOTE ? quotedEnd(bytes, at + 1, end) : wordEnd(bytes, at, end);
      if (bytes[at] === QUOTE) this.#addQuoted(bytes, at + 1, stop, context);
      else this.add(bytes, at, stop, context);
      at = Math.min(end, bytes[at] === QUOTE ? stop + 1 : stop);
    }
  }

  /** The next argument, as it is meant. */
  add(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (this.#count === 1) markSecret(context, bytes, start, end);
    this.#take(bytes, start, end);
  }

  /** The next argument is there and is not read. */
  addNothing(): void {
    this.#count++;
  }

  /** Null where arguments are missing. The secret belongs to the attempt from now on. */
  attempt(): LoginAttempt | null {
    const secret = this.#secret;
    this.#secret = null;
    return this.#count < 2 ? null : { mechanism: 'clear', user: this.#user, secret };
  }

  forget(): void {
    this.#secret?.fill(0);
    this.#secret = null;
  }

  /** A backslash stands before a quote or a backslash (RFC 9051 9, `quoted`). */
  #addQuoted(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (this.#count === 1) markSecret(context, bytes, start, end);
    const meant = new Uint8Array(new ArrayBuffer(end - start));
    let size = 0;
    for (let at = start; at < end; at++) {
      if (bytes[at] === BACKSLASH && at + 1 < end) at++;
      meant[size++] = bytes[at]!;
    }
    this.#take(meant, 0, size);
    meant.fill(0);
  }

  #take(bytes: Uint8Array, start: number, end: number): void {
    if (this.#count === 0) this.#user = printable(bytes, start, end);
    else if (this.#count === 1) this.#secret = secretOf(bytes, start, end);
    this.#count++;
  }
}

/** Where the closing quote of the string at `start` stands; `end` where none does. */
export function quotedEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, end);
}
