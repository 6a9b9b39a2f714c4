// CIP messages, whatever carried them: requests are unwrapped, become operations and wait for their answer; answers find
// their requests and hand the pair on.
import { u16le } from '../../bytes/endian.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import { fillAnswer } from './answers.ts';
import { Class } from './classes.ts';
import type { Connection } from './connections.ts';
import { NONE, Note, type Exchange } from './exchange.ts';
import { ForwardOpen } from './forward-open.ts';
import { Path } from './path.ts';
import { PCCC_FUNCTIONS } from './pccc-functions.ts';
import { PcccSession } from './pccc-session.ts';
import { fillRequest } from './requests.ts';
import { ANSWER_BIT, Service, verbOf } from './services.ts';
import { General, cipCode } from './status.ts';
import { setBytes } from './tag-values.ts';

/** Messages in messages: an unconnected send around a multiple service packet around a request, and one to spare. */
const DEPTH_MAX = 4;

export class CipSession {
  readonly #exchange: Exchange;
  readonly #pccc: PcccSession;
  readonly #path = new Path();
  readonly #routePath = new Path();
  readonly #forwardOpen = new ForwardOpen();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#pccc = new PcccSession(exchange);
  }

  /** A message in bytes[start..end), of the frame and with the key of the exchange; `connection`: it came over that. */
  message(bytes: Uint8Array, start: number, end: number, connection: Connection | null, context: MessageContext): void {
    if (start >= end) this.#exchange.broken(context, 'message-missing', 'the data item is empty', bytes, start);
    else if (connection?.classId === Class.dhPlus) this.#pccc.onHighway(bytes, start, end, connection.unit, context);
    else if ((bytes[start]! & ANSWER_BIT) !== 0) this.#answer(bytes, start, end, 0, context);
    else this.#request(bytes, start, end, connection?.unit ?? -1, 0, 0, context);
  }

  /** PCCC without CIP around it (item 0x91). */
  legacyPccc(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#pccc.bare(bytes, start, end, -1, context);
  }

  #request(
    bytes: Uint8Array,
    start: number,
    end: number,
    unit: number,
    wrapping: number,
    depth: number,
    context: MessageContext,
  ): void {
    if (end - start < 2) {
      this.#exchange.broken(
        context,
        'message-too-short',
        `${end - start} bytes, a request has at least 2`,
        bytes,
        start,
      );
      return;
    }
    if (!this.#exchange.takeMessage()) return;
    const service = bytes[start]! & ~ANSWER_BIT;
    const pathSize = bytes[start + 1]! * 2;
    let dataStart = start + 2 + pathSize;
    if (dataStart > end) {
      this.#exchange.broken(
        context,
        'path-cut-short',
        `path of ${pathSize} bytes, ${end - start - 2} follow`,
        bytes,
        start + 1,
      );
      dataStart = end;
    }
    const path = this.#path;
    path.read(bytes, start + 2, dataStart);
    if (path.problemAt >= 0) {
      this.#exchange.broken(context, 'path-segment-invalid', 'no segment of a path begins here', bytes, path.problemAt);
    }
    const isRouter = path.classId === Class.messageRouter || path.classId < 0;
    if (path.classId === Class.connectionManager && service === Service.unconnectedSend) {
      if (this.#unwrap(bytes, dataStart, end, depth, context)) return;
    } else if (isRouter && path.nameSize === 0 && service === Service.multipleServicePacket) {
      if (this.#packet(bytes, dataStart, end, unit, wrapping, depth, context)) return;
    } else if (path.classId === Class.pccc && service === Service.executePccc) {
      this.#pccc.executed(bytes, dataStart, end, unit, wrapping, service, context);
      return;
    }
    this.#keep(bytes, service, dataStart, end, unit, wrapping, context);
  }

  /** One request becomes an operation that waits for its answer. `#path` is its path. */
  #keep(
    bytes: Uint8Array,
    service: number,
    dataStart: number,
    end: number,
    unit: number,
    wrapping: number,
    context: MessageContext,
  ): void {
    const path = this.#path;
    const operation = this.#exchange.startRequest(unit, context);
    fillRequest(operation, service, path, bytes, dataStart, end);
    if (path.classId === Class.connectionManager && this.#forwardOpen.readRequest(service, bytes, dataStart, end)) {
      this.#connect(service, operation, bytes, context);
    }
    this.#exchange.shown.request(operation, bytes, dataStart, end, context);
    this.#exchange.keep(operation, wrapping, service);
  }

  /** A Forward Open or Close: where its connection path leads is whom it is about. */
  #connect(service: number, operation: Operation, bytes: Uint8Array, context: MessageContext): void {
    const open = this.#forwardOpen;
    const route = this.#routePath;
    route.read(bytes, open.pathStart, open.pathEnd);
    if (route.problemAt >= 0) {
      this.#exchange.broken(
        context,
        'path-segment-invalid',
        'no segment of a path begins here',
        bytes,
        route.problemAt,
      );
    }
    if (route.unit >= 0) operation.unit = route.unit;
    if (service === Service.forwardClose) return;
    const connection = this.#exchange.connections.add(context.flow);
    connection.serial = open.serial;
    connection.vendor = open.vendor;
    connection.originator = open.originator;
    connection.unit = operation.unit;
    connection.classId = route.classId;
    connection.isExplicit = open.isExplicit;
    connection.keyVendor = route.keyVendor;
    connection.keyProductCode = route.keyProductCode;
  }

  /** Unconnected Send (volume 1, 3-5.5.4): the message and the route it takes. False: it cannot be read. */
  #unwrap(bytes: Uint8Array, start: number, end: number, depth: number, context: MessageContext): boolean {
    if (depth >= DEPTH_MAX) {
      this.#exchange.broken(context, 'nesting-too-deep', `messages in messages, ${depth} deep`, bytes, start);
      return false;
    }
    if (start + 4 > end) return false;
    const size = u16le(bytes, start + 2);
    const messageStart = start + 4;
    const messageEnd = messageStart + size;
    if (messageEnd > end || size < 2) {
      this.#exchange.broken(
        context,
        'embedded-size-invalid',
        `message of ${size} bytes, ${end - messageStart} follow`,
        bytes,
        start + 2,
      );
      return false;
    }
    const routeAt = messageEnd + (size & 1);
    const route = this.#routePath;
    route.read(bytes, end, end);
    if (routeAt + 2 <= end) {
      const routeEnd = routeAt + 2 + bytes[routeAt]! * 2;
      if (routeEnd > end) {
        this.#exchange.broken(
          context,
          'path-cut-short',
          `route of ${bytes[routeAt]! * 2} bytes, ${end - routeAt - 2} follow`,
          bytes,
          routeAt,
        );
      }
      route.read(bytes, routeAt + 2, Math.min(end, routeEnd));
    }
    this.#request(bytes, messageStart, messageEnd, route.unit, Note.wrapped, depth + 1, context);
    return true;
  }

  /** Multiple Service Packet (volume 1, appendix ): each message in it is a request of its own. */
  #packet(
    bytes: Uint8Array,
    start: number,
    end: number,
    unit: number,
    wrapping: number,
    depth: number,
    context: MessageContext,
  ): boolean {
    const count = this.#countOf(bytes, start, end, depth, context);
    if (count === 0) return false;
    for (let index = 0; index < count; index++) {
      const from = start + u16le(bytes, start + 2 + index * 2);
      const to = index + 1 < count ? start + u16le(bytes, start + 4 + index * 2) : end;
      if (!this.#isWithin(bytes, start, count, from, to, end, context)) return true;
      this.#request(bytes, from, to, unit, wrapping | Note.inPacket, depth + 1, context);
    }
    return true;
  }

  /** Messages in a packet; 0 where it cannot be read. */
  #countOf(bytes: Uint8Array, start: number, end: number, depth: number, context: MessageContext): number {
    if (depth >= DEPTH_MAX) {
      this.#exchange.broken(context, 'nesting-too-deep', `messages in messages, ${depth} deep`, bytes, start);
      return 0;
    }
    if (start + 4 > end) return 0;
    const count = u16le(bytes, start);
    if (count === 0 || start + 2 + count * 2 > end) {
      this.#exchange.broken(
        context,
        'service-count-invalid',
        `${count} messages in ${end - start} bytes`,
        bytes,
        start,
      );
      return 0;
    }
    return count;
  }

  #isWithin(
    bytes: Uint8Array,
    start: number,
    count: number,
    from: number,
    to: number,
    end: number,
    context: MessageContext,
  ): boolean {
    if (from >= start + 2 + count * 2 && from < to && to <= end) return true;
    this.#exchange.broken(
      context,
      'service-offset-invalid',
      `message from ${from - start} to ${to - start} of ${end - start}`,
      bytes,
      start + 2,
    );
    return false;
  }

  #answer(bytes: Uint8Array, start: number, end: number, depth: number, context: MessageContext): void {
    if (end - start < 4) {
      this.#exchange.broken(
        context,
        'message-too-short',
        `${end - start} bytes, an answer has at least 4`,
        bytes,
        start,
      );
      return;
    }
    if (!this.#exchange.takeMessage()) return;
    const service = bytes[start]! & ~ANSWER_BIT;
    const general = bytes[start + 2]!;
    const extendedSize = bytes[start + 3]! * 2;
    let dataStart = start + 4 + extendedSize;
    if (dataStart > end) {
      this.#exchange.broken(
        context,
        'status-cut-short',
        `extended status of ${extendedSize} bytes, ${end - start - 4} follow`,
        bytes,
        start + 3,
      );
      dataStart = end;
    }
    const extended = extendedSize >= 2 && start + 6 <= end ? u16le(bytes, start + 4) : 0;
    const slot = this.#exchange.slotOf(context.flow, service, depth > 0);
    const isPacket = service === Service.multipleServicePacket && (slot === NONE || this.#isInPacket(slot));
    if (isPacket && (general === General.success || general === General.embeddedServiceError)) {
      const count = this.#countOf(bytes, dataStart, end, depth, context);
      for (let index = 0; index < count; index++) {
        const from = dataStart + u16le(bytes, dataStart + 2 + index * 2);
        const to = index + 1 < count ? dataStart + u16le(bytes, dataStart + 4 + index * 2) : end;
        if (!this.#isWithin(bytes, dataStart, count, from, to, end, context)) return;
        this.#answer(bytes, from, to, depth + 1, context);
      }
      if (count > 0) return;
    }
    const code = cipCode(general, extended);
    if (slot === NONE) this.#lone(bytes, service, dataStart, end, code, context);
    else if (code !== 0 && (this.#exchange.pending.noteOf(slot) & Note.service) !== service)
      this.#exchange.refuseAll(slot, code, context);
    else this.#pair(slot, bytes, service, dataStart, end, code, context);
  }

  #isInPacket(slot: number): boolean {
    return (this.#exchange.pending.noteOf(slot) & Note.inPacket) !== 0;
  }

  #pair(
    slot: number,
    bytes: Uint8Array,
    service: number,
    dataStart: number,
    end: number,
    code: number,
    context: MessageContext,
  ): void {
    const { operation } = context;
    this.#exchange.pending.recall(slot, operation);
    if (operation.function >= PCCC_FUNCTIONS && code === 0) {
      this.#pccc.executedAnswer(slot, bytes, dataStart, end, context);
      return;
    }
    setAnswered(operation, context, code);
    if (code === General.partialTransfer) operation.outcome = Outcome.ok;
    if (operation.outcome === Outcome.ok) fillAnswer(operation, service, bytes, dataStart, end);
    context.sink.operation(operation);
    if (operation.outcome === Outcome.ok) this.#exchange.shown.answer(operation, bytes, dataStart, end, context);
    this.#exchange.pending.release(slot);
  }

  /** The request was not seen: only the service says what was asked. */
  #lone(
    bytes: Uint8Array,
    service: number,
    dataStart: number,
    end: number,
    code: number,
    context: MessageContext,
  ): void {
    const operation = startOperation(context, this.#exchange.index, context.fromClient);
    operation.function = service;
    operation.verb = loneVerb(service);
    operation.count = 1;
    setUnasked(operation, context, code);
    if (code === General.partialTransfer) operation.outcome = Outcome.ok;
    if (operation.outcome === Outcome.ok) setBytes(operation, bytes, dataStart, end);
    context.sink.operation(operation);
    if (code === 0) this.#exchange.shown.loneAnswer(service, bytes, dataStart, end, context);
  }
}

/** Without its class a service from 0x4B on can be anything. */
function loneVerb(service: number): number {
  switch (service) {
    case Service.start:
    case Service.stop:
    case Service.reset:
    case Service.delete:
      // Which object was told to is not known: no reason to alarm anybody.
      return Verb.other;
    default:
      return verbOf(service, -1);
  }
}
