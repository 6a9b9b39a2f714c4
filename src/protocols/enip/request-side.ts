// Requests: what wraps them is taken off, and each becomes an operation that waits for its answer.
import { u16le } from '../../bytes/endian.ts';
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { Class } from './classes.ts';
import { Note, type Exchange } from './exchange.ts';
import { ForwardOpen } from './forward-open.ts';
import {
  SIGNATURE_SIZE,
  Signed,
  isTooDeep,
  packetCount,
  packetFrom,
  packetTo,
  signedEnd,
  signedStart,
} from './packets.ts';
import { Path } from './path.ts';
import type { PcccSession } from './pccc-session.ts';
import { fillRequest } from './requests.ts';
import { ANSWER_BIT, Service } from './services.ts';

/** An upload that begins: marker, state, and zeros before the request that says what is read. */
const UPLOAD_BEGIN_SIZE = 8;
const UPLOAD_BEGIN = 0x0101;

export class RequestSide {
  readonly #exchange: Exchange;
  readonly #pccc: PcccSession;
  readonly #path = new Path();
  readonly #routePath = new Path();
  readonly #forwardOpen = new ForwardOpen();

  constructor(exchange: Exchange, pccc: PcccSession) {
    this.#exchange = exchange;
    this.#pccc = pccc;
  }

  /** A request in bytes[start..end). `unit`: where it goes, `wrapping`: what it was wrapped in, see Note. */
  read(
    bytes: Uint8Array,
    start: number,
    end: number,
    unit: number,
    wrapping: number,
    depth: number,
    context: MessageContext,
  ): void {
    const exchange = this.#exchange;
    if (end - start < 2) {
      const detail = `${end - start} bytes, a request has at least 2`;
      exchange.broken(context, 'message-too-short', detail, bytes, start);
      return;
    }
    if (!exchange.takeMessage()) return;
    const service = bytes[start]! & ~ANSWER_BIT;
    const pathSize = bytes[start + 1]! * 2;
    let dataStart = start + 2 + pathSize;
    if (dataStart > end) {
      const detail = `path of ${pathSize} bytes, ${end - start - 2} follow`;
      exchange.broken(context, 'path-cut-short', detail, bytes, start + 1);
      dataStart = end;
    }
    const path = this.#path;
    this.#readPath(path, bytes, start + 2, dataStart, context);
    if (path.nameSize > 0 || !this.#isUnwrapped(service, bytes, dataStart, end, unit, wrapping, depth, context)) {
      this.#keep(bytes, service, dataStart, end, unit, wrapping, context);
    }
  }

  #readPath(path: Path, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    path.read(bytes, start, end);
    if (path.problemAt < 0) return;
    const detail = 'no segment of a path begins here';
    this.#exchange.broken(context, 'path-segment-invalid', detail, bytes, path.problemAt);
  }

  /** Messages that only carry others; false where this is none, or cannot be read. */
  #isUnwrapped(
    service: number,
    bytes: Uint8Array,
    dataStart: number,
    end: number,
    unit: number,
    wrapping: number,
    depth: number,
    context: MessageContext,
  ): boolean {
    const { classId } = this.#path;
    switch (classId) {
      case Class.connectionManager:
        return service === Service.unconnectedSend && this.#readRouted(bytes, dataStart, end, wrapping, depth, context);
      case Class.pccc:
        if (service !== Service.executePccc) return false;
        this.#pccc.executed(bytes, dataStart, end, unit, wrapping, service, context);
        return true;
      case Class.messageRouter:
      case -1:
        if (service === Service.multipleServicePacket)
          return this.#readPacket(bytes, dataStart, end, unit, wrapping, depth, context);
        return (
          service >= Signed.send &&
          service <= Signed.upload &&
          this.#readSigned(service, bytes, dataStart, end, unit, wrapping, depth, context)
        );
      default:
        return false;
    }
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
    const exchange = this.#exchange;
    const path = this.#path;
    const operation = exchange.startRequest(unit, context);
    fillRequest(operation, service, path, bytes, dataStart, end);
    if (path.classId === Class.connectionManager && this.#forwardOpen.readRequest(service, bytes, dataStart, end)) {
      this.#connect(service, operation, bytes, context);
    }
    exchange.shown.request(operation, bytes, dataStart, end, context);
    const isUploaded = (wrapping & Note.service) === Signed.upload;
    if (isUploaded) operation.verb = Verb['program-upload'];
    exchange.keep(operation, wrapping, isUploaded ? 0 : service);
  }

  /** A Forward Open or Close: where its connection path leads is whom it is about. */
  #connect(service: number, operation: Operation, bytes: Uint8Array, context: MessageContext): void {
    const open = this.#forwardOpen;
    const route = this.#routePath;
    this.#readPath(route, bytes, open.pathStart, open.pathEnd, context);
    if (route.unit >= 0) operation.unit = route.unit;
    if (service === Service.forwardClose) return;
    const { connections } = this.#exchange;
    const connection = connections.add(context.flow);
    connection.serial = open.serial;
    connection.vendor = open.vendor;
    connection.originator = open.originator;
    connection.unit = operation.unit;
    connection.classId = route.classId;
    if (route.classId === Class.dhPlus) connections.hasHighway = true;
    connection.isExplicit = open.isExplicit;
    connection.keyVendor = route.keyVendor;
    connection.keyProductCode = route.keyProductCode;
  }

  /** Unconnected Send (volume 1, 3-5.5.4): the message and the route it takes. */
  #readRouted(
    bytes: Uint8Array,
    start: number,
    end: number,
    wrapping: number,
    depth: number,
    context: MessageContext,
  ): boolean {
    const exchange = this.#exchange;
    if (isTooDeep(exchange, bytes, start, depth, context) || start + 4 > end) return false;
    const size = u16le(bytes, start + 2);
    const messageStart = start + 4;
    const messageEnd = messageStart + size;
    if (messageEnd > end || size < 2) {
      const detail = `message of ${size} bytes, ${end - messageStart} follow`;
      exchange.broken(context, 'embedded-size-invalid', detail, bytes, start + 2);
      return false;
    }
    const route = this.#routePath;
    const routeAt = messageEnd + (size & 1);
    if (routeAt + 2 <= end) {
      const routeSize = bytes[routeAt]! * 2;
      if (routeAt + 2 + routeSize > end) {
        const detail = `route of ${routeSize} bytes, ${end - routeAt - 2} follow`;
        exchange.broken(context, 'path-cut-short', detail, bytes, routeAt);
      }
      this.#readPath(route, bytes, routeAt + 2, Math.min(end, routeAt + 2 + routeSize), context);
    } else route.read(bytes, end, end);
    this.read(bytes, messageStart, messageEnd, route.unit, wrapping | Note.wrapped, depth + 1, context);
    return true;
  }

  /** Multiple Service Packet (volume 1, appendix ): each message in it is a request of its own. */
  #readPacket(
    bytes: Uint8Array,
    start: number,
    end: number,
    unit: number,
    wrapping: number,
    depth: number,
    context: MessageContext,
  ): boolean {
    const exchange = this.#exchange;
    const count = packetCount(exchange, bytes, start, end, depth, context);
    for (let index = 0; index < count; index++) {
      const to = packetTo(exchange, bytes, start, end, count, index, context);
      if (to < 0) return true;
      this.read(bytes, packetFrom(bytes, start, index), to, unit, wrapping | Note.inPacket, depth + 1, context);
    }
    return count > 0;
  }

  /** What a Logix controller wants signed: the request, number and signature; see README.md. */
  #readSigned(
    service: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    unit: number,
    wrapping: number,
    depth: number,
    context: MessageContext,
  ): boolean {
    const stop = end - SIGNATURE_SIZE;
    if (stop <= start || isTooDeep(this.#exchange, bytes, start, depth, context)) return false;
    if (service === Signed.upload) {
      if (start + UPLOAD_BEGIN_SIZE + 2 > stop || u16le(bytes, start) !== UPLOAD_BEGIN) return false;
      this.read(bytes, start + UPLOAD_BEGIN_SIZE, stop, unit, wrapping | Signed.upload, depth + 1, context);
      return true;
    }
    if (service !== Signed.send && service !== Signed.audited) return false;
    const from = signedStart(service, start, stop);
    const to = signedEnd(service, bytes, start, stop);
    if (to - from < 2) return false;
    this.read(bytes, from, to, unit, wrapping | Note.wrapped, depth + 1, context);
    return true;
  }
}
