// Messages between routers (6.4): who routes to which network, what is refused, and what changes the way of messages.
import { u16be } from '../../bytes/endian.ts';
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import type { IdentityClaims } from './identity.ts';
import {
  NetworkMessage,
  type Rule,
  Space,
  codeOfNetworkReject,
  networkFunction,
  verbOfNetworkMessage,
} from './messages.ts';
import type { LinkMessage } from './parse-link.ts';
import type { UnansweredRequests } from './unanswered.ts';

const SUBFUNCTION_MAX = 32_766;
const KEY_FROM = 0x5000_0000;
/** Units of networks from here on are hashed: their network cannot be told. */
const NETWORK_IN_UNIT_MAX = 0xefff;

export class NetworkLayer {
  readonly #protocol: number;
  readonly #pending: PendingOperations;
  readonly #identity: IdentityClaims;
  readonly #unanswered: UnansweredRequests;

  constructor(protocol: number, pending: PendingOperations, identity: IdentityClaims, unanswered: UnansweredRequests) {
    this.#protocol = protocol;
    this.#pending = pending;
    this.#identity = identity;
    this.#unanswered = unanswered;
  }

  /** `unheard` takes what is in the way of a request. The rule that the message breaks, '' if none. */
  message(link: LinkMessage, bytes: Uint8Array, unheard: MessageContext, context: MessageContext): Rule | '' {
    const start = link.payloadStart;
    const { end, networkMessage } = link;
    switch (networkMessage) {
      case NetworkMessage.whoIsRouter:
      case NetworkMessage.whatIsNetworkNumber:
        this.#asked(link, bytes, context, start, end);
        return '';
      case NetworkMessage.iAmRouter:
      case NetworkMessage.routerBusy:
      case NetworkMessage.routerAvailable:
        this.#toldNetworks(link, bytes, context, start, end);
        return (end - start) % 2 === 0 ? '' : 'network-message-cut-short';
      case NetworkMessage.iCouldBeRouter:
      case NetworkMessage.networkNumberIs:
        if (end - start < 3) return 'network-message-cut-short';
        this.#toldNetworks(link, bytes, context, start, start + 2);
        return '';
      case NetworkMessage.reject:
        return this.#reject(link, bytes, context, start, end);
      case NetworkMessage.initializeRouting:
        return this.#routingTable(link, bytes, unheard, context, start, end);
      case NetworkMessage.initializeRoutingAck:
        this.#routingTableAck(link, bytes, context, start, end);
        return '';
      case NetworkMessage.establishConnection:
      case NetworkMessage.disconnectConnection:
        this.#asked(link, bytes, context, start, end);
        return end - start >= 2 ? '' : 'network-message-cut-short';
      default:
        this.#other(link, bytes, context, start, end);
        return networkMessage > NetworkMessage.networkNumberIs && networkMessage < NetworkMessage.proprietary
          ? 'network-message-unknown'
          : '';
    }
  }

  /** A request to which no answer can be told for certain, about one network or about all. */
  #asked(link: LinkMessage, bytes: Uint8Array, context: MessageContext, start: number, end: number): void {
    const operation = this.#request(link, context);
    if (end - start >= 2) tellNetworks(operation, u16be(bytes, start), 1);
    context.sink.operation(operation);
  }

  /** The networks listed in start..end, an operation for each run of neighbours. */
  #toldNetworks(link: LinkMessage, bytes: Uint8Array, context: MessageContext, start: number, end: number): void {
    const operation = this.#told(link, context);
    if (link.networkMessage === NetworkMessage.iAmRouter) {
      this.#identity.about(context, operation.server, operation.unit);
      this.#identity.fromRouter();
      this.#identity.about(null, 0, -1);
    }
    if (end - start < 2) {
      context.sink.operation(operation);
      return;
    }
    let first = u16be(bytes, start);
    let count = 1;
    for (let at = start + 2; at + 2 <= end; at += 2) {
      const network = u16be(bytes, at);
      if (network === first + count) {
        count++;
        continue;
      }
      tellNetworks(operation, first, count);
      context.sink.operation(operation);
      first = network;
      count = 1;
    }
    tellNetworks(operation, first, count);
    context.sink.operation(operation);
  }

  /** Reason, network: what waits for an answer from that network waits in vain. */
  #reject(link: LinkMessage, bytes: Uint8Array, context: MessageContext, start: number, end: number): Rule | '' {
    if (end - start < 3) return 'network-message-cut-short';
    const code = codeOfNetworkReject(bytes[start]!);
    const network = u16be(bytes, start + 1);
    const slot = this.#oldestTo(context, network);
    if (slot >= 0) {
      const { operation } = context;
      this.#pending.recall(slot, operation);
      setAnswered(operation, context, code);
      this.#unanswered.expand(operation, context.sink);
      this.#pending.release(slot);
      return '';
    }
    const operation = this.#told(link, context);
    tellNetworks(operation, network, 1);
    setAnswered(operation, context, code);
    context.sink.operation(operation);
    return '';
  }

  /** The oldest request of the one who is told to a device on that network. */
  #oldestTo(context: MessageContext, network: number): number {
    if (network > NETWORK_IN_UNIT_MAX) return -1;
    const asker = context.fromClient ? context.server : context.client;
    for (let slot = this.#pending.oldestOf(context.flow); slot >= 0; slot = this.#pending.nextOf(slot)) {
      this.#pending.recall(slot, context.operation);
      if (context.operation.client === asker && context.operation.unit >> 8 === network) return slot;
    }
    return -1;
  }

  /** Number of ports; 0 asks for the table, others replace it (6.4.7). */
  #routingTable(
    link: LinkMessage,
    bytes: Uint8Array,
    unheard: MessageContext,
    context: MessageContext,
    start: number,
    end: number,
  ): Rule | '' {
    this.#pending.makeRoom(unheard);
    const operation = this.#request(link, context);
    if (start < end && bytes[start] === 0) operation.verb = Verb.read;
    setValues(operation, bytes, start, end - start, Encoding.bytes, start < end ? 1 : 0);
    this.#pending.add(operation, keyOf(context.fromClient));
    return start < end ? '' : 'network-message-cut-short';
  }

  #routingTableAck(link: LinkMessage, bytes: Uint8Array, context: MessageContext, start: number, end: number): void {
    const slot = this.#pending.find(context.flow, keyOf(!context.fromClient));
    let { operation } = context;
    if (slot < 0) operation = this.#told(link, context);
    else {
      this.#pending.recall(slot, operation);
      setAnswered(operation, context);
    }
    if (start < end) setValues(operation, bytes, start, end - start, Encoding.bytes, 1);
    context.sink.operation(operation);
    if (slot >= 0) this.#pending.release(slot);
  }

  #other(link: LinkMessage, bytes: Uint8Array, context: MessageContext, start: number, end: number): void {
    const operation = this.#request(link, context);
    if (link.vendor >= 0) operation.subfunction = Math.min(link.vendor, SUBFUNCTION_MAX);
    setValues(operation, bytes, start, end - start, Encoding.bytes, start < end ? 1 : 0);
    context.sink.operation(operation);
  }

  #request(link: LinkMessage, context: MessageContext): Operation {
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    this.#name(operation, link);
    operation.unit = link.destinationUnit;
    return operation;
  }

  #told(link: LinkMessage, context: MessageContext): Operation {
    const operation = startOperation(context, this.#protocol, context.fromClient);
    this.#name(operation, link);
    operation.unit = link.sourceUnit;
    setUnasked(operation, context);
    return operation;
  }

  #name(operation: Operation, link: LinkMessage): void {
    operation.function = networkFunction(link.networkMessage);
    operation.verb = verbOfNetworkMessage(link.networkMessage);
    operation.isBroadcast = link.isBroadcast;
  }
}

function tellNetworks(operation: Operation, first: number, count: number): void {
  operation.space = Space.network;
  operation.first = first;
  operation.count = count;
}

function keyOf(isAskedByClient: boolean): number {
  return KEY_FROM | (isAskedByClient ? 1 : 0);
}
