// Requests of the link layer itself (IEEE 1815-2012, clause 9.2.4) and their answers: reset, test, request status.
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { Primary, Secondary, isBroadcast, type LinkHeader } from './link.ts';
import { CodeFirst, LINK_FUNCTION_FIRST } from './messages.ts';
import { Space } from './objects.ts';

const PENDING_MAX = 4096;
const ANSWER_TIMEOUT_US = 30_000_000;

export class LinkSession {
  readonly #protocol: number;
  readonly #pending = new PendingOperations(PENDING_MAX, ANSWER_TIMEOUT_US);

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  /** A frame that carries no user data. */
  frame(header: LinkHeader, context: MessageContext): void {
    if (header.isPrimary) {
      if (header.isFromMaster) this.#request(header, context);
      else this.#toldByOutstation(header, context);
    } else if (!header.isFromMaster) this.#answer(header, context);
  }

  gap(flow: number): void {
    this.#pending.markGap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#pending.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
  }

  #request(header: LinkHeader, context: MessageContext): void {
    const { destination, source } = header;
    const key = keyOf(source, destination);
    const pending = this.#pending;
    // The primary station has one request open (clause 9.2).
    for (let slot = pending.find(context.flow, key); slot >= 0; slot = pending.find(context.flow, key)) {
      pending.recall(slot, context.operation);
      context.sink.operation(context.operation);
      pending.release(slot);
    }
    pending.makeRoom(context);
    this.#fill(header, destination, context);
    if (!isBroadcast(destination)) pending.add(context.operation, key);
    else {
      context.operation.isBroadcast = true;
      context.sink.operation(context.operation);
    }
  }

  #fill(header: LinkHeader, unit: number, context: MessageContext): void {
    const operation = startOperation(context, this.#protocol, header.isFromMaster !== context.fromClient);
    const code = header.function;
    operation.unit = unit;
    operation.function = LINK_FUNCTION_FIRST + code;
    operation.verb = verbOfLink(code);
    operation.space = Space.link;
  }

  /** An outstation that asks the master for its status says that it is there: told, not asked. */
  #toldByOutstation(header: LinkHeader, context: MessageContext): void {
    this.#fill(header, header.source, context);
    setUnasked(context.operation, context);
    context.sink.operation(context.operation);
  }

  /** An answer nobody waits for acknowledges user data. */
  #answer(header: LinkHeader, context: MessageContext): void {
    const slot = this.#pending.find(context.flow, keyOf(header.destination, header.source));
    if (slot < 0) return;
    const { operation } = context;
    this.#pending.recall(slot, operation);
    const code = header.function;
    const isAccepted = code === Secondary.ack || code === Secondary.linkStatus;
    setAnswered(operation, context, isAccepted ? 0 : CodeFirst.link + code);
    context.sink.operation(operation);
    this.#pending.release(slot);
  }
}

function keyOf(master: number, outstation: number): number {
  return (master << 16) | outstation;
}

function verbOfLink(code: number): number {
  if (code === Primary.resetLink) return Verb.connect;
  if (code === Primary.resetUserProcess) return Verb.restart;
  return code === Primary.requestLinkStatus || code === Primary.testLink ? Verb['keep-alive'] : Verb.other;
}
