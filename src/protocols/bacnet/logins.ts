// Passwords of DeviceCommunicationControl and ReinitializeDevice, as logins (16.1.1, 16.4.1). A password is kept until
// the device has answered, and then forgotten. Rare messages: plain code with objects.
import { secretCopy } from '../../bytes/secret.ts';
import type { FactSink, Login } from '../../facts/facts.ts';
import type { FrameReference } from '../../facts/frame-reference.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { clearSecret } from '../clear-secret.ts';
import { markSecret } from '../facts-of-messages.ts';
import { Charset } from './identity.ts';
import { Confirmed, NAME, PASSWORD_FAILURE } from './messages.ts';
import { TagReader } from './tags.ts';

/** More that wait: the oldest is told with an unknown outcome. */
const WAITING_MAX = 64;

interface Waiting {
  readonly timeUs: number;
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly requestFrame: number;
  /** The character set in front. */
  readonly password: Uint8Array;
}

export class Logins {
  readonly #waiting: Waiting[] = [];
  readonly #reader = new TagReader();

  /** A request that may carry a password. */
  requested(
    operation: Operation,
    service: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const { sink } = context;
    if (!this.#findPassword(service, bytes, start, end)) return;
    const oldest = this.#waiting.length < WAITING_MAX ? undefined : this.#waiting.shift();
    if (oldest !== undefined) tell(sink, oldest, oldest.timeUs, oldest.requestFrame, 'unknown');
    const { timeUs, flow, client, server, requestFrame } = operation;
    const { start: passwordStart, next: passwordEnd } = this.#reader;
    markSecret(context, bytes, passwordStart, passwordEnd);
    const password = secretCopy(bytes, passwordStart, passwordEnd);
    this.#waiting.push({ timeUs, flow, client, server, requestFrame, password });
  }

  /** The outcome of a request is known, or that none will be. */
  answered(operation: Operation, timeUs: number, sink: FactSink): void {
    if (this.#waiting.length === 0) return;
    const index = this.#waiting.findIndex(
      ({ flow, requestFrame }) => flow === operation.flow && requestFrame === operation.requestFrame,
    );
    if (index < 0) return;
    const [waiting] = this.#waiting.splice(index, 1);
    const { answerFrame, requestFrame, outcome, code } = operation;
    let result: Login['outcome'] = 'unknown';
    if (outcome === Outcome.ok) result = 'accepted';
    else if (outcome === Outcome.refused && code === PASSWORD_FAILURE) result = 'refused';
    tell(sink, waiting!, timeUs, answerFrame > 0 ? answerFrame : requestFrame, result);
  }

  /** Leaves the reader at the password; false where there is none. */
  #findPassword(service: number, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    const isControl = service === Confirmed.deviceCommunicationControl;
    if (!isControl && service !== Confirmed.reinitializeDevice) return false;
    const number = isControl ? 2 : 1;
    for (let at = start; reader.read(bytes, at, end); at = reader.next) {
      if (reader.isOpening || reader.isClosing) return false;
      if (reader.isContext && reader.number === number) return true;
    }
    return false;
  }
}

/** Hands the login over, and overwrites its password. */
function tell(
  sink: FactSink,
  { client, server, flow, password }: Waiting,
  timeUs: number,
  frame: FrameReference,
  outcome: Login['outcome'],
): void {
  sink.login({
    fact: 'login',
    timeUs,
    frame,
    flow,
    client,
    server,
    protocol: NAME,
    mechanism: 'clear',
    user: '',
    outcome,
    ...clearSecret(password),
    test: (candidate) => isPassword(candidate, password),
  });
  password.fill(0);
}

/** Compared as bytes in the password's own character set (20.2.9): nothing of it becomes a string. */
function isPassword(candidate: string, password: Uint8Array): boolean {
  const given = password.subarray(1);
  switch (password[0]) {
    case Charset.utf8:
      return Buffer.from(candidate, 'utf8').equals(given);
    case Charset.latin1:
      return Buffer.from(candidate, 'latin1').equals(given);
    case Charset.ucs2:
      return Buffer.from(candidate, 'utf16le').swap16().equals(given);
    case undefined:
      return candidate === '';
    default:
      return false;
  }
}
