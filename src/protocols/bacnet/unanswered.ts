// Requests without an answer, and those that were refused as a whole, on their way to the sink: a request about several
// properties becomes one operation for each, and a password that waited for the outcome becomes a login.
import type { FactSink } from '../../facts/facts.ts';
import { emptyOperation, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { NO_HOSTS } from '../../facts/protocol.ts';
import type { Logins } from './logins.ts';
import { Confirmed } from './messages.ts';
import type { MultipleProperties } from './multiple.ts';

/** Stands in for the context of the flow stage where requests are handed over that get no answer. */
export class UnansweredRequests {
  readonly #multiple: MultipleProperties;
  readonly #context: MessageContext;
  #real: FactSink = NOBODY;

  constructor(multiple: MultipleProperties, logins: Logins) {
    this.#multiple = multiple;
    const operation = (given: Operation): void => {
      this.expand(given, this.#real);
      logins.answered(given, given.timeUs, this.#real);
    };
    this.#context = {
      timeUs: 0.5,
      frame: 0.5,
      flow: 0,
      client: 0,
      server: 0,
      clientPort: 0,
      serverPort: 0,
      fromClient: true,
      isTcp: false,
      operation: emptyOperation(),
      hosts: NO_HOSTS,
      sink: { ...NOBODY, operation },
    };
  }

  /** The same conversation and time, with a record and a sink of its own. */
  prepared(context: MessageContext): MessageContext {
    const own = this.#context;
    this.#real = context.sink;
    own.timeUs = context.timeUs;
    own.frame = context.frame;
    own.flow = context.flow;
    return own;
  }

  /** Hands over one operation, or one for each property that the request named and that was kept. */
  expand(operation: Operation, sink: FactSink): void {
    const multiple = this.#multiple;
    const { bytes, valuesStart, valueSize, valueCount } = operation;
    const end = valuesStart + valueSize * valueCount;
    multiple.count = 0;
    if (valueCount === 1 && operation.function === Confirmed.readPropertyMultiple) {
      multiple.requested(operation, bytes, valuesStart, end, sink);
    } else if (valueCount === 1 && operation.function === Confirmed.writePropertyMultiple) {
      multiple.written(operation, bytes, valuesStart, end, sink, null);
    } else if (valueCount === 1 && operation.function === Confirmed.subscribeCovPropertyMultiple) {
      multiple.subscribed(operation, bytes, valuesStart, end, sink);
    }
    if (multiple.count === 0) sink.operation(operation);
  }
}

function ignore(): void {
  // PendingOperations hands over operations only.
}

const NOBODY: FactSink = {
  operation: ignore,
  conversation: ignore,
  login: ignore,
  transfer: ignore,
  claim: ignore,
  violation: ignore,
  trait: ignore,
};
