// Pairs requests of CoAP with their answers, by token (RFC 7252, clause 5.3.2) or message id, and turns them into operations.
// Either side may ask: a server of LwM2M reads the device that registered with it, in the same conversation.
import { printable } from '../../bytes/text.ts';
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setNoValues, setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { Identity } from './identity.ts';
import { Code, Observe, RESET_CODE, Space, Type, verbOf } from './messages.ts';
import { observing, type CoapMessage } from './parse.ts';
import { Transfers } from './transfers.ts';
import { PayloadValues } from './values.ts';

const OPEN_MAX = 4096;
/** EXCHANGE_LIFETIME is 247 s (clause 4.8.2); nobody waits so long for a separate answer. */
const TIMEOUT_US = 30_000_000;
/** Paths that are observed; the oldest is forgotten. */
const OBSERVED_MAX = 4096;
const NAME_BYTES_MAX = 255;
const FIRMWARE_PACKAGE = /^5\/\d{1,5}\/0$/;

interface Observed {
  readonly flow: number;
  readonly path: Uint8Array;
}

export class CoapSession {
  readonly #protocol: number;
  readonly #pending = new PendingOperations(OPEN_MAX, TIMEOUT_US);
  readonly #observed = new Map<number, Observed>();
  readonly #values = new PayloadValues();
  readonly #scratch = new Uint8Array(8);
  readonly #view = new DataView(this.#scratch.buffer);
  readonly #name = new Uint8Array(2 * NAME_BYTES_MAX);
  readonly #identity = new Identity();
  readonly #transfers = new Transfers();

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  message(message: CoapMessage, bytes: Uint8Array, end: number, context: MessageContext): void {
    if (message.isRequest) this.#request(message, bytes, end, context);
    else if (message.isResponse) this.#response(message, bytes, end, context);
    else if (message.type === Type.reset) this.#reset(message, context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#pending.closed(flow, context);
    this.#transfers.closed(flow, context);
    for (const [key, observed] of this.#observed) if (observed.flow === flow) this.#observed.delete(key);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
    this.#transfers.tick(timeUs, context);
  }

  #request(message: CoapMessage, bytes: Uint8Array, end: number, context: MessageContext): void {
    const key = keyOf(message, context.fromClient);
    const waiting = this.#pending.find(context.flow, key);
    // Sent again, because the answer was late (clause 4.2).
    if (waiting >= 0 && this.#pending.noteOf(waiting) === message.messageId) return;
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    const path = printable(message.path, 0, message.pathLength);
    const observe = observing(message);
    operation.function = message.code;
    if (message.code === Code.get) operation.subfunction = observe;
    operation.verb = verbOf(message.code, path);
    if (observe === Observe.register) operation.verb = Verb.subscribe;
    else if (observe === Observe.deregister) operation.verb = Verb.cancel;
    if (message.pathLength > 0) named(operation, Space.resource, message.path, message.pathLength);
    if (message.endpointEnd > message.endpointStart && operation.verb === Verb.connect)
      this.#identity.registered(context, operation.client, bytes, message.endpointStart, message.endpointEnd);
    const hasBody = end > message.payloadStart;
    if (hasBody && (message.block1 >= 0 || FIRMWARE_PACKAGE.test(path))) {
      const { block1, payloadStart } = message;
      this.#transfers.piece(context, operation, 'to-server', path, block1, bytes, payloadStart, end);
    } else if (hasBody && message.code !== Code.fetch) {
      this.#values.read(message.format, bytes, message.payloadStart, end);
      if (this.#values.count > 0 && this.#values.names[0] === '') this.#value(operation, 0);
    }
    this.#pending.add(operation, key, message.messageId);
  }

  #response(message: CoapMessage, bytes: Uint8Array, end: number, context: MessageContext): void {
    // The answer has the token of who asked, the other side.
    const slot = this.#find(message, context);
    if (slot < 0) {
      this.#notification(message, bytes, end, context);
      return;
    }
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, message.code < 0x80 ? 0 : message.code);
    const isRead = operation.function === Code.get || operation.function === Code.fetch;
    if (operation.verb === Verb.subscribe && message.code < 0x80 && message.observe >= 0)
      this.#observe(message, operation, context);
    if (isRead && message.code < 0x80) this.#read(message, bytes, end, context);
    else context.sink.operation(operation);
    this.#pending.release(slot);
  }

  /** What a read brought: identity, a block of a file, or values. */
  #read(message: CoapMessage, bytes: Uint8Array, end: number, context: MessageContext): void {
    const { operation } = context;
    const path = printable(operation.nameBytes, operation.nameStart, operation.nameEnd);
    this.#identity.answered(context, operation.server, path, message.format, bytes, message.payloadStart, end);
    if (message.block2 >= 8 && end > message.payloadStart)
      this.#transfers.piece(context, operation, 'to-client', path, message.block2, bytes, message.payloadStart, end);
    else this.#values.read(message.format, bytes, message.payloadStart, end);
    if (message.block2 >= 8) context.sink.operation(operation);
    else this.#tell(context);
  }

  /** An answer to what nobody asked just now: an observed resource has changed (RFC 7641, clause 4.2). */
  #notification(message: CoapMessage, bytes: Uint8Array, end: number, context: MessageContext): void {
    const observed = this.#observed.get(observedKey(context.flow, keyOf(message, !context.fromClient)));
    if (message.observe < 0 && observed === undefined) return;
    const operation = startOperation(context, this.#protocol, context.fromClient);
    operation.verb = Verb.report;
    operation.function = Code.get;
    operation.subfunction = Observe.notification;
    if (observed !== undefined) named(operation, Space.resource, observed.path, observed.path.length);
    setUnasked(operation, context, message.code < 0x80 ? 0 : message.code);
    this.#values.read(message.format, bytes, message.payloadStart, end);
    if (observed === undefined) this.#values.count = 0;
    this.#tell(context);
  }

  /** Hands the record over: once with a value of its own or none, and once for each named member of the payload. */
  #tell(context: MessageContext): void {
    const { operation } = context;
    const values = this.#values;
    const count = values.count;
    values.count = 0;
    if (count > 0 && values.names[0] === '') this.#value(operation, 0);
    context.sink.operation(operation);
    if (count === 0 || values.names[0] === '' || operation.nameEnd === operation.nameStart) return;
    const pathLength = Math.min(NAME_BYTES_MAX, operation.nameEnd - operation.nameStart);
    const path = operation.nameBytes.slice(operation.nameStart, operation.nameStart + pathLength);
    for (let index = 0; index < count; index++) {
      this.#name.set(path);
      this.#name[pathLength] = 0x20;
      const member = Buffer.from(values.names[index]!, 'utf8').subarray(0, NAME_BYTES_MAX - 1);
      this.#name.set(member, pathLength + 1);
      named(operation, Space.member, this.#name, pathLength + 1 + member.length);
      this.#value(operation, index);
      context.sink.operation(operation);
    }
  }

  #value(operation: Operation, index: number): void {
    this.#view.setFloat64(0, this.#values.numbers[index]!);
    setValues(operation, this.#scratch, 0, 8, Encoding.float, 1);
  }

  #observe(message: CoapMessage, operation: Operation, context: MessageContext): void {
    if (this.#observed.size >= OBSERVED_MAX) {
      for (const oldest of this.#observed.keys()) {
        this.#observed.delete(oldest);
        break;
      }
    }
    const path = operation.nameBytes.slice(operation.nameStart, operation.nameEnd);
    this.#observed.set(observedKey(context.flow, keyOf(message, !context.fromClient)), { flow: context.flow, path });
  }

  #find(message: CoapMessage, context: MessageContext): number {
    return this.#pending.find(context.flow, keyOf(message, !context.fromClient));
  }

  /** A reset names the message only (clause 4.2). */
  #reset(message: CoapMessage, context: MessageContext): void {
    const { operation } = context;
    for (let slot = this.#pending.oldestOf(context.flow); slot >= 0; slot = this.#pending.nextOf(slot)) {
      if (this.#pending.noteOf(slot) !== message.messageId) continue;
      this.#pending.recall(slot, operation);
      setAnswered(operation, context, RESET_CODE);
      setNoValues(operation);
      context.sink.operation(operation);
      this.#pending.release(slot);
      return;
    }
  }
}

function named(operation: Operation, space: number, name: Uint8Array, length: number): void {
  operation.space = space;
  operation.count = 1;
  operation.nameBytes = name;
  operation.nameStart = 0;
  operation.nameEnd = length;
}

/** The token; both sides choose their own, so who asked is part of it. Without one, the only request that may be open. */
function keyOf(message: CoapMessage, isAskedByClient: boolean): number {
  const token = message.token ^ Math.imul(message.tokenLength, 0x9e3779b1);
  return isAskedByClient ? token : ~token;
}

function observedKey(flow: number, key: number): number {
  return flow * 2 ** 32 + (key >>> 0);
}
