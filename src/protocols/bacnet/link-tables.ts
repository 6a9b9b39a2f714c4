// Messages of the virtual link layer that are about the link itself (J.2): broadcast distribution tables, foreign devices,
// and the results of both.
import { u16be } from '../../bytes/endian.ts';
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setAnswered, setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { Bvlc, FUNCTION_OF_RESULT, type Rule, bvlcFunction, codeOfResult, verbOfBvlc } from './messages.ts';
import type { LinkMessage } from './parse-link.ts';

/** Address, port, and a mask, or times (J.2.2, J.2.8). */
const TABLE_ENTRY_SIZE = 10;
const RESULT_SIZE = 2;
const TTL_SIZE = 2;
const ADDRESS_SIZE = 6;
/** Keys of PendingOperations that no invoke id has. */
const KEY_FROM = 0x4000_0000;

export class LinkTables {
  readonly #protocol: number;
  readonly #pending: PendingOperations;

  constructor(protocol: number, pending: PendingOperations) {
    this.#protocol = protocol;
    this.#pending = pending;
  }

  /** `unheard` takes what is in the way of a request. The rule that the message breaks, '' if none. */
  message(link: LinkMessage, bytes: Uint8Array, unheard: MessageContext, context: MessageContext): Rule | '' {
    const size = link.end - link.bodyStart;
    switch (link.bvlc) {
      case Bvlc.writeBroadcastTable:
        this.#request(link, bytes, unheard, context);
        return size % TABLE_ENTRY_SIZE === 0 ? '' : 'table-size-invalid';
      case Bvlc.readBroadcastTable:
      case Bvlc.readForeignTable:
        this.#request(link, bytes, unheard, context);
        return '';
      case Bvlc.registerForeignDevice:
        this.#request(link, bytes, unheard, context);
        return size >= TTL_SIZE ? '' : 'length-too-short';
      case Bvlc.deleteForeignEntry:
        this.#request(link, bytes, unheard, context);
        return size >= ADDRESS_SIZE ? '' : 'length-too-short';
      case Bvlc.readBroadcastTableAck:
        this.#table(Bvlc.readBroadcastTable, link, bytes, context);
        return size % TABLE_ENTRY_SIZE === 0 ? '' : 'table-size-invalid';
      case Bvlc.readForeignTableAck:
        this.#table(Bvlc.readForeignTable, link, bytes, context);
        return size % TABLE_ENTRY_SIZE === 0 ? '' : 'table-size-invalid';
      case Bvlc.result:
        return this.#result(link, bytes, context);
      case Bvlc.secure:
        this.#secure(context);
        return '';
      default:
        return '';
    }
  }

  #request(link: LinkMessage, bytes: Uint8Array, unheard: MessageContext, context: MessageContext): void {
    this.#pending.makeRoom(unheard);
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    this.#name(operation, link.bvlc);
    this.#body(operation, link, bytes);
    this.#pending.add(operation, keyOf(context.fromClient, link.bvlc));
  }

  #table(code: number, link: LinkMessage, bytes: Uint8Array, context: MessageContext): void {
    const slot = this.#pending.find(context.flow, keyOf(!context.fromClient, code));
    const operation = this.#begun(slot, code, context);
    setAnswered(operation, context);
    this.#body(operation, link, bytes);
    context.sink.operation(operation);
    if (slot >= 0) this.#pending.release(slot);
  }

  /** A result other than 0 says which function it refuses, 0 only that the last request was carried out. */
  #result(link: LinkMessage, bytes: Uint8Array, context: MessageContext): Rule | '' {
    if (link.end - link.bodyStart < RESULT_SIZE) return 'length-too-short';
    const result = u16be(bytes, link.bodyStart);
    const refused = FUNCTION_OF_RESULT[result >> 4];
    const slot = this.#requestOf(context, result === 0 ? undefined : refused);
    if (slot >= 0 || refused !== undefined) {
      const operation = this.#begun(slot, refused ?? Bvlc.result, context);
      setAnswered(operation, context, codeOfResult(result));
      context.sink.operation(operation);
      if (slot >= 0) this.#pending.release(slot);
    }
    return result === 0 || (refused !== undefined && (result & 0x0f) === 0) ? '' : 'result-unknown';
  }

  #requestOf(context: MessageContext, code: number | undefined): number {
    if (code !== undefined) return this.#pending.find(context.flow, keyOf(!context.fromClient, code));
    for (const confirmed of CONFIRMED_BY_RESULT) {
      const slot = this.#pending.find(context.flow, keyOf(!context.fromClient, confirmed));
      if (slot >= 0) return slot;
    }
    return -1;
  }

  /** What it carries cannot be read: it is counted. */
  #secure(context: MessageContext): void {
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    this.#name(operation, Bvlc.secure);
    context.sink.operation(operation);
  }

  #begun(slot: number, code: number, context: MessageContext): Operation {
    if (slot >= 0) {
      this.#pending.recall(slot, context.operation);
      return context.operation;
    }
    const operation = startOperation(context, this.#protocol, context.fromClient);
    this.#name(operation, code);
    setUnasked(operation, context);
    return operation;
  }

  #name(operation: Operation, code: number): void {
    operation.function = bvlcFunction(code);
    operation.verb = verbOfBvlc(code);
  }

  #body(operation: Operation, link: LinkMessage, bytes: Uint8Array): void {
    const size = link.end - link.bodyStart;
    setValues(operation, bytes, link.bodyStart, size, Encoding.bytes, size > 0 ? 1 : 0);
  }
}

const CONFIRMED_BY_RESULT: readonly number[] = [
  Bvlc.registerForeignDevice,
  Bvlc.writeBroadcastTable,
  Bvlc.deleteForeignEntry,
];

function keyOf(isAskedByClient: boolean, code: number): number {
  return KEY_FROM | (isAskedByClient ? 0x100 : 0) | code;
}
