// Requests that change something, as operations: the method, the path without its query, and what the server answered.
import type { MessageContext } from '../../facts/protocol.ts';
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { startOperation } from '../facts-of-messages.ts';
import type { Exchange } from './exchange.ts';
import { Method } from './messages.ts';

/**
 * GET and HEAD are left out: what a browser reads is no reading of a device. DELETE is as ordinary as PUT between an app and
 * its device: not the verb `delete`, which is grave whoever says it.
 */
const VERBS: Readonly<Record<number, number | undefined>> = {
  [Method.post]: Verb.configure,
  [Method.put]: Verb.configure,
  [Method.patch]: Verb.configure,
  [Method.delete]: Verb.configure,
  [Method.mkcol]: Verb.create,
  [Method.copy]: Verb.configure,
  [Method.move]: Verb.configure,
};

export class Operations {
  readonly #protocol: number;

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  isTold(method: number): boolean {
    return VERBS[method] !== undefined;
  }

  answered(exchange: Exchange, status: number, context: MessageContext): void {
    this.#tell(exchange, status < 400 ? Outcome.ok : Outcome.refused, status, context);
  }

  unanswered(exchange: Exchange, context: MessageContext): void {
    this.#tell(exchange, Outcome.unanswered, 0, context);
  }

  #tell(exchange: Exchange, outcome: number, status: number, context: MessageContext): void {
    const verb = VERBS[exchange.method];
    if (verb === undefined) return;
    const operation = startOperation(context, this.#protocol);
    operation.timeUs = exchange.timeUs;
    operation.requestFrame = exchange.frame;
    operation.verb = verb;
    operation.function = exchange.method;
    operation.space = 1;
    operation.count = 1;
    operation.nameBytes = exchange.path;
    operation.nameEnd = exchange.path.length;
    operation.outcome = outcome;
    if (outcome !== Outcome.unanswered) {
      operation.elapsedUs = Math.max(0, context.timeUs - exchange.timeUs);
      operation.answerFrame = context.frame;
    }
    if (outcome === Outcome.refused) operation.code = status;
    context.sink.operation(operation);
  }
}
