// CIP messages, whatever carried them: requests are unwrapped, become operations and wait for their answer; answers find
// their requests and hand the pair on. One session serves all conversations.
import { u16le, u32le } from '../../bytes/endian.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setUnasked, startOperation, setAnswered, violation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { fillAnswer } from './answers.ts';
import { Class } from './classes.ts';
import { Connections, type Connection } from './connections.ts';
import { ForwardOpen } from './forward-open.ts';
import { Path } from './path.ts';
import { PcccReader } from './pccc.ts';
import { PCCC_FUNCTIONS } from './pccc-functions.ts';
import { fillRequest } from './requests.ts';
import type { Rule } from './rules.ts';
import { ANSWER_BIT, Service, verbOf } from './services.ts';
import { Shown } from './shown.ts';
import { General, cipCode } from './status.ts';
import { setBytes } from './tag-values.ts';

const PENDING_MAX = 32_768;
/** The last piece of a firmware image was seen to be confirmed after 16 s. */
const ANSWER_TIMEOUT_US = 30_000_000;
/** Messages in messages: an unconnected send around a multiple service packet around a request, and one to spare. */
const DEPTH_MAX = 4;
/** Requests that one frame may hold; a frame of the usual size cannot hold more. */
const REQUESTS_PER_FRAME_MAX = 512;
/** Link and node of source and destination before a command on Data Highway Plus. */
const DH_PLUS_HEADER = 8;

/** What is kept with a waiting request: its service as the answer will name it, how it was wrapped, and which frame. */
const Note = { service: 0xff, inPacket: 0x100, wrapped: 0x200, groupShift: 10, groupMask: 0x1f_ffff } as const;
const NONE = -1;

export class CipSession {
  readonly name: string;
  readonly index: number;
  readonly connections = new Connections();
  readonly pending = new PendingOperations(PENDING_MAX, ANSWER_TIMEOUT_US);
  readonly #shown: Shown;
  readonly #path = new Path();
  readonly #routePath = new Path();
  readonly #pccc = new PcccReader();
  readonly #forwardOpen = new ForwardOpen();
  /** The frame that is being read: its bytes for violations, its key, its requests. */
  #frameStart = 0;
  #frameEnd = 0;
  #key = 0;
  #group = 0;
  #left = 0;

  constructor(index: number, name: string) {
    this.index = index;
    this.name = name;
    this.#shown = new Shown(name, this.connections);
  }

  /** A frame begins: where it lies, for violations. */
  frame(start: number, end: number): void {
    this.#frameStart = start;
    this.#frameEnd = end;
    this.#group = (this.#group + 1) & Note.groupMask;
    this.#left = REQUESTS_PER_FRAME_MAX;
  }

  /** A message in bytes[start..end); `key` pairs it within the conversation. */
  message(
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    connection: Connection | null,
    context: MessageContext,
  ): void {
    this.#key = key;
    if (start >= end) {
      this.broken(context, 'message-missing', 'the data item is empty', bytes, start);
      return;
    }
    if (connection?.classId === Class.dhPlus) {
      this.#pcccMessage(bytes, Math.min(end, start + DH_PLUS_HEADER), end, connection.unit, 0, context);
    } else if ((bytes[start]! & ANSWER_BIT) === 0)
      this.#request(bytes, start, end, connection?.unit ?? -1, 0, 0, context);
    else this.#answer(bytes, start, end, 0, context);
  }

  /** PCCC without CIP around it (item 0x91). */
  legacyPccc(bytes: Uint8Array, start: number, end: number, key: number, context: MessageContext): void {
    this.#key = key;
    this.#pcccMessage(bytes, start, end, -1, 0, context);
  }

  /** The encapsulation refused to carry what waits under this key. */
  refused(key: number, code: number, context: MessageContext): void {
    this.#key = key;
    const slot = this.pending.find(context.flow, key);
    if (slot !== NONE) this.#refuseAll(slot, code, context);
  }

  closed(flow: number, context: MessageContext): void {
    this.pending.closed(flow, context);
    this.#shown.closed(flow, context);
    this.connections.closed(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.pending.tick(timeUs, context);
    this.#shown.tick(timeUs, context);
  }

  broken(context: MessageContext, rule: Rule, detail: string, bytes: Uint8Array, at: number): void {
    violation(context, this.name, rule, detail, bytes, this.#frameStart, this.#frameEnd, at);
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
      this.broken(context, 'message-too-short', `${end - start} bytes, a request has at least 2`, bytes, start);
      return;
    }
    if (this.#left-- <= 0) return;
    const service = bytes[start]! & ~ANSWER_BIT;
    const pathSize = bytes[start + 1]! * 2;
    let dataStart = start + 2 + pathSize;
    if (dataStart > end) {
      this.broken(context, 'path-cut-short', `path of ${pathSize} bytes, ${end - start - 2} follow`, bytes, start + 1);
      dataStart = end;
    }
    const path = this.#path;
    path.read(bytes, start + 2, dataStart);
    if (path.problemAt >= 0) {
      this.broken(context, 'path-segment-invalid', 'no segment of a path begins here', bytes, path.problemAt);
    }
    const isRouter = path.classId === Class.messageRouter || path.classId < 0;
    if (path.classId === Class.connectionManager && service === Service.unconnectedSend) {
      if (this.#unwrap(bytes, dataStart, end, depth, context)) return;
    } else if (isRouter && path.nameSize === 0 && service === Service.multipleServicePacket) {
      if (this.#packet(bytes, dataStart, end, unit, wrapping, depth, context)) return;
    } else if (path.classId === Class.pccc && service === Service.executePccc) {
      const requester = dataStart < end ? bytes[dataStart]! : 0;
      this.#pcccMessage(bytes, Math.min(end, dataStart + requester), end, unit, wrapping | service, context);
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
    this.pending.makeRoom(context);
    const operation = startOperation(context, this.index, !context.fromClient);
    operation.unit = unit;
    fillRequest(operation, service, path, bytes, dataStart, end);
    if (path.classId === Class.connectionManager && this.#forwardOpen.readRequest(service, bytes, dataStart, end)) {
      this.#connect(service, operation, bytes, context);
    }
    this.#shown.request(operation, bytes, dataStart, end, context);
    this.pending.add(operation, this.#key, wrapping | service | (this.#group << Note.groupShift));
  }

  /** A Forward Open or Close: where its connection path leads is whom it is about. */
  #connect(service: number, operation: Operation, bytes: Uint8Array, context: MessageContext): void {
    const open = this.#forwardOpen;
    const route = this.#routePath;
    route.read(bytes, open.pathStart, open.pathEnd);
    if (route.problemAt >= 0) {
      this.broken(context, 'path-segment-invalid', 'no segment of a path begins here', bytes, route.problemAt);
    }
    if (route.unit >= 0) operation.unit = route.unit;
    if (service === Service.forwardClose) return;
    const connection = this.connections.add(context.flow);
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
      this.broken(context, 'nesting-too-deep', `messages in messages, ${depth} deep`, bytes, start);
      return false;
    }
    if (start + 4 > end) return false;
    const size = u16le(bytes, start + 2);
    const messageStart = start + 4;
    const messageEnd = messageStart + size;
    if (messageEnd > end || size < 2) {
      this.broken(
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
        this.broken(
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
      this.broken(context, 'nesting-too-deep', `messages in messages, ${depth} deep`, bytes, start);
      return 0;
    }
    if (start + 4 > end) return 0;
    const count = u16le(bytes, start);
    if (count === 0 || start + 2 + count * 2 > end) {
      this.broken(context, 'service-count-invalid', `${count} messages in ${end - start} bytes`, bytes, start);
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
    this.broken(
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
      this.broken(context, 'message-too-short', `${end - start} bytes, an answer has at least 4`, bytes, start);
      return;
    }
    if (this.#left-- <= 0) return;
    const service = bytes[start]! & ~ANSWER_BIT;
    const general = bytes[start + 2]!;
    const extendedSize = bytes[start + 3]! * 2;
    let dataStart = start + 4 + extendedSize;
    if (dataStart > end) {
      this.broken(
        context,
        'status-cut-short',
        `extended status of ${extendedSize} bytes, ${end - start - 4} follow`,
        bytes,
        start + 3,
      );
      dataStart = end;
    }
    const extended = extendedSize >= 2 && start + 6 <= end ? u16le(bytes, start + 4) : 0;
    const slot = this.#slotOf(context.flow, service, depth > 0);
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
    else if (code !== 0 && (this.pending.noteOf(slot) & Note.service) !== service) this.#refuseAll(slot, code, context);
    else this.#pair(slot, bytes, service, dataStart, end, code, context);
  }

  /**
   * The request that this answer belongs to: the oldest with the key of the frame and the service. What wrapped requests
   * is answered in their place where it fails, so 0x0A and 0x52 stand for any.
   */
  #slotOf(flow: number, service: number, isEmbedded: boolean): number {
    const { pending } = this;
    let slot = pending.find(flow, this.#key);
    for (; slot !== NONE; slot = pending.nextOf(slot)) {
      if (pending.keyOf(slot) !== this.#key) continue;
      const note = pending.noteOf(slot);
      const isInPacket = (note & Note.inPacket) !== 0;
      if (isInPacket === isEmbedded && (note & Note.service) === service) return slot;
      if (isEmbedded) continue;
      if (service === Service.multipleServicePacket && isInPacket) return slot;
      if (service === Service.unconnectedSend && (note & Note.wrapped) !== 0) return slot;
    }
    return NONE;
  }

  #isInPacket(slot: number): boolean {
    return (this.pending.noteOf(slot) & Note.inPacket) !== 0;
  }

  /** What wrapped the requests was refused, and they with it. */
  #refuseAll(first: number, code: number, context: MessageContext): void {
    const { pending } = this;
    const group = pending.noteOf(first) >> Note.groupShift;
    for (let slot = first; slot !== NONE;) {
      const next = pending.nextOf(slot);
      if (pending.keyOf(slot) === this.#key && pending.noteOf(slot) >> Note.groupShift === group) {
        pending.recall(slot, context.operation);
        setAnswered(context.operation, context, code);
        context.sink.operation(context.operation);
        pending.release(slot);
      }
      slot = next;
    }
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
    this.pending.recall(slot, operation);
    if (operation.function >= PCCC_FUNCTIONS && code === 0) {
      const requester = dataStart < end ? bytes[dataStart]! : 0;
      this.#pcccAnswer(slot, bytes, Math.min(end, dataStart + requester), end, context);
      return;
    }
    setAnswered(operation, context, code);
    if (code === General.partialTransfer) operation.outcome = Outcome.ok;
    if (operation.outcome === Outcome.ok) fillAnswer(operation, service, bytes, dataStart, end);
    context.sink.operation(operation);
    if (operation.outcome === Outcome.ok) this.#shown.answer(operation, bytes, dataStart, end, context);
    this.pending.release(slot);
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
    const operation = startOperation(context, this.index, context.fromClient);
    operation.function = service;
    operation.verb = loneVerb(service);
    operation.count = 1;
    setUnasked(operation, context, code);
    if (code === General.partialTransfer) operation.outcome = Outcome.ok;
    if (operation.outcome === Outcome.ok) setBytes(operation, bytes, dataStart, end);
    context.sink.operation(operation);
    if (code === 0) this.#shown.loneAnswer(service, bytes, dataStart, end, context);
  }

  /** A command or its answer: bytes[start..end) begins with CMD. `wrapping` holds the service that carried it. */
  #pcccMessage(
    bytes: Uint8Array,
    start: number,
    end: number,
    unit: number,
    wrapping: number,
    context: MessageContext,
  ): void {
    const pccc = this.#pccc;
    if (start < end && (bytes[start]! & 0x40) !== 0) {
      this.#pcccAnswer(this.#slotOf(context.flow, 0, false), bytes, start, end, context);
      return;
    }
    pccc.readCommand(bytes, start, end);
    this.pending.makeRoom(context);
    const operation = startOperation(context, this.index, !context.fromClient);
    operation.unit = unit;
    if (pccc.isShort) {
      this.broken(context, 'pccc-too-short', `${end - start} bytes, a command has at least 4`, bytes, start);
      operation.function = PCCC_FUNCTIONS;
      setBytes(operation, bytes, start, end);
    } else pccc.fill(operation, bytes);
    this.pending.add(operation, this.#key, wrapping | (this.#group << Note.groupShift));
  }

  #pcccAnswer(slot: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const pccc = this.#pccc;
    pccc.readAnswer(bytes, start, end);
    if (pccc.isShort) {
      this.broken(context, 'pccc-too-short', `${end - start} bytes, an answer has at least 4`, bytes, start);
    }
    const { operation } = context;
    if (slot === NONE) {
      startOperation(context, this.index, context.fromClient);
      operation.function = PCCC_FUNCTIONS + pccc.command;
      operation.count = 1;
      setUnasked(operation, context, pccc.code());
    } else {
      this.pending.recall(slot, operation);
      setAnswered(operation, context, pccc.code());
    }
    if (operation.outcome === Outcome.ok) pccc.fillAnswer(operation, bytes);
    context.sink.operation(operation);
    if (slot === NONE) return;
    if (operation.outcome === Outcome.ok) this.#shown.pcccAnswer(operation, bytes, pccc.dataStart, end, context);
    this.pending.release(slot);
  }
}

/** Without its class a service from 0x4B on can be anything. */
function loneVerb(service: number): number {
  switch (service) {
    case Service.start:
    case Service.stop:
    case Service.reset:
      // Which object was told to is not known: no reason to alarm anybody.
      return Verb.other;
    default:
      return verbOf(service, -1);
  }
}

/** The key of a sender context: its eight bytes in one number that no connected message has. */
export function contextKey(bytes: Uint8Array, at: number): number {
  const mixed = Math.imul(u32le(bytes, at), 0x9e3779b1) ^ u32le(bytes, at + 4);
  return 0x4000_0000 | ((mixed ^ (mixed >>> 15)) & 0x3fff_ffff);
}
