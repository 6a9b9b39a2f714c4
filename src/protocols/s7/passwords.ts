// The password of a controller's protection level: eight characters, hidden by a chain of exclusive-or with a constant
// that every engineering tool knows. What is kept of one is its hidden form, until the controller has answered.
import { secretCopy } from '../../bytes/secret.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { clearSecret } from '../clear-secret.ts';
import { markSecret } from '../facts-of-messages.ts';

const PASSWORD_BYTES = 8;
const MASK = 0x55;
const PAD = 0x20;
/** Passwords whose answer is awaited. */
const OPEN_MAX = 64;

interface SentPassword {
  readonly hidden: Uint8Array;
  readonly timeUs: number;
  readonly frame: number;
  readonly client: number;
  readonly server: number;
}

export class Passwords {
  readonly #protocol: string;
  readonly #open = new Map<string, SentPassword>();

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** A password in its hidden form was sent under `key`; the parties are those of the context's operation. */
  sent(context: MessageContext, key: number, bytes: Uint8Array, start: number, end: number): void {
    if (end - start < PASSWORD_BYTES) return;
    const { timeUs, frame, flow, operation } = context;
    const { client, server } = operation;
    if (this.#open.size >= OPEN_MAX) {
      for (const [oldest, { hidden }] of this.#open) {
        hidden.fill(0);
        this.#open.delete(oldest);
        break;
      }
    }
    markSecret(context, bytes, start, start + PASSWORD_BYTES);
    const hidden = secretCopy(bytes, start, start + PASSWORD_BYTES);
    this.#open.set(`${flow} ${key}`, { hidden, timeUs, frame, client, server });
  }

  /** The answer to the password sent under `key`. */
  answered(context: MessageContext, key: number, outcome: Login['outcome']): void {
    const place = `${context.flow} ${key}`;
    const sent = this.#open.get(place);
    if (sent === undefined) return;
    this.#open.delete(place);
    this.#tell(context, sent, context.timeUs, context.frame, outcome);
  }

  closed(context: MessageContext): void {
    if (this.#open.size === 0) return;
    const prefix = `${context.flow} `;
    for (const [place, sent] of this.#open) {
      if (!place.startsWith(prefix)) continue;
      this.#open.delete(place);
      this.#tell(context, sent, sent.timeUs, sent.frame, 'unknown');
    }
  }

  #tell(
    context: MessageContext,
    { hidden, client, server }: SentPassword,
    timeUs: number,
    frame: number,
    outcome: Login['outcome'],
  ): void {
    context.sink.login({
      fact: 'login',
      timeUs,
      frame,
      flow: context.flow,
      client,
      server,
      protocol: this.#protocol,
      mechanism: 's7-password',
      user: '',
      outcome,
      ...clearSecret(hidden),
      test: (candidate) => isPassword(candidate, hidden),
    });
    hidden.fill(0);
  }
}

/** Does this candidate, hidden as the tools do it, give these bytes? */
export function isPassword(candidate: string, hidden: Uint8Array): boolean {
  const plain = new Uint8Array(PASSWORD_BYTES).fill(PAD);
  if (candidate.length > PASSWORD_BYTES) return false;
  for (let index = 0; index < candidate.length; index++) {
    const code = candidate.charCodeAt(index);
    if (code > 0xff) return false;
    plain[index] = code;
  }
  for (let index = 0; index < PASSWORD_BYTES; index++) {
    // The first two are masked; every other is masked and chained with the hidden one two places before.
    const chained = index < 2 ? 0 : hidden[index - 2]!;
    if ((plain[index]! ^ MASK ^ chained) !== hidden[index]) return false;
  }
  return true;
}
