// Passwords of DeviceCommunicationControl and ReinitializeDevice, as logins (16.1.1, 16.4.1). A password is kept until
// the device has answered, and then forgotten. Rare messages: plain code with objects.
import type { Login } from '../../facts/facts.ts';
import type { Operation } from '../../facts/operation.ts';
import { Outcome } from '../../facts/operation.ts';
import type { FactSink } from '../../facts/facts.ts';
import { characters } from './identity.ts';
import { Confirmed, NAME, PASSWORD_FAILURE } from './messages.ts';
import { TagReader } from './tags.ts';

/** More that wait: the oldest is told with an unknown outcome. */
const WAITING_MAX = 64;

interface Waiting {
  readonly flow: number;
  readonly requestFrame: number;
  readonly password: string;
}

export class Logins {
  readonly #waiting: Waiting[] = [];
  readonly #reader = new TagReader();

  /** A request that may carry a password. */
  requested(operation: Operation, service: number, bytes: Uint8Array, start: number, end: number): void {
    const at = this.#passwordAt(service, bytes, start, end);
    if (at < 0) return;
    if (this.#waiting.length >= WAITING_MAX) this.#waiting.shift();
    const { flow, requestFrame } = operation;
    this.#waiting.push({ flow, requestFrame, password: characters(bytes, this.#reader.start, this.#reader.next) });
  }

  /** The outcome of a request is known, or that none will be. */
  answered(operation: Operation, timeUs: number, sink: FactSink): void {
    if (this.#waiting.length === 0) return;
    const index = this.#waiting.findIndex(
      ({ flow, requestFrame }) => flow === operation.flow && requestFrame === operation.requestFrame,
    );
    if (index < 0) return;
    const [waiting] = this.#waiting.splice(index, 1);
    sink.login(loginOf(operation, timeUs, waiting!.password));
  }

  /** Where the tag of the password begins, -1 without one; the reader stands at it. */
  #passwordAt(service: number, bytes: Uint8Array, start: number, end: number): number {
    const reader = this.#reader;
    const isControl = service === Confirmed.deviceCommunicationControl;
    if (!isControl && service !== Confirmed.reinitializeDevice) return -1;
    const number = isControl ? 2 : 1;
    for (let at = start; reader.read(bytes, at, end); at = reader.next) {
      if (reader.isOpening || reader.isClosing) return -1;
      if (reader.isContext && reader.number === number) return at;
    }
    return -1;
  }
}

function loginOf(operation: Operation, timeUs: number, password: string): Login {
  const { client, server, flow, requestFrame, answerFrame, outcome, code } = operation;
  let result: Login['outcome'] = 'unknown';
  if (outcome === Outcome.ok) result = 'accepted';
  else if (outcome === Outcome.refused && code === PASSWORD_FAILURE) result = 'refused';
  return {
    fact: 'login',
    timeUs,
    frame: answerFrame > 0 ? answerFrame : requestFrame,
    flow,
    client,
    server,
    protocol: NAME,
    mechanism: 'clear',
    user: '',
    outcome: result,
    test: (candidate) => candidate === password,
  };
}
