// EtherNet/IP on TCP and UDP 44818: recognises it by the header of its encapsulation, frames a stream by its length
// field, and hands what is inside to the session of CIP.
import { u16le, u32le } from '../../bytes/endian.ts';
import { Outcome } from '../../facts/operation.ts';
import {
  Match,
  NEED_MORE,
  NOT_THIS_PROTOCOL,
  Speaker,
  type MessageContext,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import {
  At,
  Command,
  FRAME_BYTES_MAX,
  HEADER,
  ITEMS_AT,
  REGISTER_SIZE,
  VERSION,
  commandFunction,
  commandVerb,
  isHeader,
  isKnownCommand,
  isKnownStatus,
} from './commands.ts';
import { Class } from './classes.ts';
import type { Connection } from './connections.ts';
import { Exchange, NONE } from './exchange.ts';
import { claimsOfListIdentity } from './identity.ts';
import { Item, Items } from './items.ts';
import { isAnswerAt, looksLikeBody, speakerOf } from './recognise.ts';
import { CipSession } from './session.ts';
import { encapsulationCode } from './status.ts';
import { setBytes } from './tag-values.ts';

/** No service has this number: what the encapsulation itself asks waits under it. */
const COMMAND_NOTE = 0xff;
/** A sequence count stands before the message that a connection carries. */
const SEQUENCE_SIZE = 2;
const IDENTITIES_MAX = 16;

export class EnipDecoder implements ProtocolDecoder {
  readonly #exchange: Exchange;
  readonly #session: CipSession;
  readonly #items = new Items();

  constructor(index: number, name: string) {
    this.#exchange = new Exchange(index, name);
    this.#session = new CipSession(this.#exchange);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < HEADER || !isHeader(bytes, start)) return Match.no;
    return looksLikeBody(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < HEADER) return Speaker.unknown;
    return speakerOf(bytes, start, Math.min(end, start + HEADER + u16le(bytes, start + At.length)), this.#items);
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < HEADER) return NEED_MORE;
    const size = HEADER + u16le(bytes, start + At.length);
    return size <= FRAME_BYTES_MAX && isHeader(bytes, start) ? size : NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const exchange = this.#exchange;
    exchange.frame(start, end);
    if (end - start < HEADER) {
      exchange.broken(context, 'header-too-short', `${end - start} bytes, the header has ${HEADER}`, bytes, start);
      return;
    }
    const length = u16le(bytes, start + At.length);
    let stop = start + HEADER + length;
    if (stop !== end) {
      // A stream is cut by the length; a datagram may contradict it.
      const detail = `the header says ${length} bytes follow, there are ${end - start - HEADER}`;
      exchange.broken(context, 'length-mismatch', detail, bytes, start + At.length);
      stop = Math.min(stop, end);
    }
    const command = u16le(bytes, start);
    const status = u32le(bytes, start + At.status);
    if (!isKnownStatus(status)) {
      exchange.broken(context, 'status-unknown', `status ${status}`, bytes, start + At.status);
    }
    if (u32le(bytes, start + At.options) !== 0) {
      exchange.broken(
        context,
        'options-not-zero',
        `options ${u32le(bytes, start + At.options)}`,
        bytes,
        start + At.options,
      );
    }
    this.#command(command, status, bytes, start, stop, context);
  }

  gap(flow: number): void {
    this.#exchange.pending.markGap(flow);
    this.#exchange.shown.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#exchange.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#exchange.tick(timeUs, context);
  }

  #command(
    command: number,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    switch (command) {
      case Command.nop:
        return;
      case Command.sendRRData:
        this.#unconnected(status, bytes, start, end, context);
        return;
      case Command.sendUnitData:
        this.#connected(bytes, start, end, context);
        return;
      case Command.unregisterSession:
        this.#unregister(status, bytes, start, end, context);
        return;
      default:
        if (!isKnownCommand(command)) {
          this.#exchange.broken(context, 'command-unknown', `command ${command}`, bytes, start);
        }
        if (this.#isRequest(bytes, start, end, context)) this.#request(command, bytes, start, end, context);
        else this.#answer(command, status, bytes, start, end, context);
    }
  }

  #isRequest(bytes: Uint8Array, start: number, end: number, context: MessageContext): boolean {
    const speaker = speakerOf(bytes, start, end, this.#items);
    return speaker === Speaker.unknown ? context.fromClient : speaker === Speaker.client;
  }

  #request(command: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { pending, index } = this.#exchange;
    if (command === Command.registerSession) this.#checkVersion(bytes, start, end, context);
    pending.makeRoom(context);
    const operation = startOperation(context, index, !context.fromClient);
    operation.function = commandFunction(command);
    operation.verb = commandVerb(command);
    // Asked of everybody, where no answer comes back in this conversation.
    operation.isBroadcast = !context.isTcp && operation.verb === Verb.identify;
    pending.add(operation, contextKey(bytes, start + At.context), COMMAND_NOTE);
  }

  #answer(
    command: number,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const { pending, index } = this.#exchange;
    const code = encapsulationCode(status);
    const slot = this.#slotOf(context.flow, contextKey(bytes, start + At.context), commandFunction(command));
    const { operation } = context;
    if (slot === NONE) {
      startOperation(context, index, context.fromClient);
      operation.function = commandFunction(command);
      operation.verb = commandVerb(command);
      setUnasked(operation, context, code);
    } else {
      pending.recall(slot, operation);
      operation.isBroadcast = false;
      setAnswered(operation, context, code);
    }
    if (code === 0 && command !== Command.registerSession) setBytes(operation, bytes, start + HEADER, end);
    context.sink.operation(operation);
    const { server } = operation;
    if (slot !== NONE) pending.release(slot);
    if (code !== 0) return;
    if (command === Command.registerSession) this.#checkVersion(bytes, start, end, context);
    else if (command === Command.listIdentity) this.#identities(server, bytes, start, end, context);
  }

  #slotOf(flow: number, key: number, code: number): number {
    const { pending } = this.#exchange;
    let slot = pending.find(flow, key);
    while (slot !== NONE && (pending.keyOf(slot) !== key || pending.functionOf(slot) !== code))
      slot = pending.nextOf(slot);
    return slot;
  }

  /** Nobody answers it: the session is over (2-4.5). */
  #unregister(status: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start > HEADER) {
      this.#exchange.broken(
        context,
        'length-mismatch',
        `${end - start - HEADER} bytes where none belong`,
        bytes,
        start + At.length,
      );
    }
    const code = encapsulationCode(status);
    const operation = startOperation(context, this.#exchange.index, status !== 0 && !context.fromClient);
    operation.function = commandFunction(Command.unregisterSession);
    operation.verb = commandVerb(Command.unregisterSession);
    if (status === 0) operation.outcome = Outcome.ok;
    else setUnasked(operation, context, code);
    context.sink.operation(operation);
  }

  #checkVersion(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (start + HEADER + REGISTER_SIZE > end) {
      this.#exchange.broken(
        context,
        'register-too-short',
        `${end - start - HEADER} bytes, ${REGISTER_SIZE} are needed`,
        bytes,
        start + HEADER,
      );
    } else if (u16le(bytes, start + HEADER) !== VERSION) {
      this.#exchange.broken(
        context,
        'version-unknown',
        `version ${u16le(bytes, start + HEADER)}`,
        bytes,
        start + HEADER,
      );
    }
  }

  /** One device may show several identities, for itself and for what stands behind it. */
  #identities(server: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const items = this.#items;
    items.read(bytes, start + HEADER, end);
    this.#checkItems(bytes, context);
    let at = start + HEADER + 2;
    for (let index = 0; index < Math.min(items.count, IDENTITIES_MAX) && at + 4 <= end; index++) {
      const itemEnd = at + 4 + u16le(bytes, at + 2);
      if (itemEnd > end) return;
      if (u16le(bytes, at) === Item.identity) claimsOfListIdentity(context, server, bytes, at + 4, itemEnd);
      at = itemEnd;
    }
  }

  #unconnected(status: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const exchange = this.#exchange;
    exchange.key = contextKey(bytes, start + At.context);
    if (status !== 0) {
      const slot = exchange.pending.find(context.flow, exchange.key);
      if (slot !== NONE) exchange.refuseAll(slot, encapsulationCode(status), context);
      return;
    }
    const items = this.#items;
    if (!this.#readItems(bytes, start, end, context)) return;
    const { dataType, dataStart, dataEnd } = items;
    if (dataType === Item.unconnectedData || dataType === Item.unconnectedUdp) {
      this.#session.message(bytes, dataStart, dataEnd, null, context);
    } else if (dataType === Item.legacyPccc) this.#session.legacyPccc(bytes, dataStart, dataEnd, context);
    else if (dataType === Item.connectedData && items.hasConnection) this.#overConnection(bytes, context);
    else this.#missing('no item with unconnected data', bytes, start, end, context);
  }

  #connected(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const items = this.#items;
    if (!this.#readItems(bytes, start, end, context)) return;
    if (items.dataType === Item.connectedData && items.hasConnection) this.#overConnection(bytes, context);
    else this.#missing('no items with a connection and its data', bytes, start, end, context);
  }

  #missing(detail: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#exchange.broken(context, 'item-missing', detail, bytes, Math.min(end, start + ITEMS_AT));
  }

  /** Sequence count, then a message (volume 1, 3-6.3): an answer has the count of its request. */
  #overConnection(bytes: Uint8Array, context: MessageContext): void {
    const exchange = this.#exchange;
    const { dataStart, dataEnd, connection: id } = this.#items;
    if (dataEnd - dataStart <= SEQUENCE_SIZE) {
      const detail = `${dataEnd - dataStart} bytes of connected data`;
      exchange.broken(context, 'message-too-short', detail, bytes, dataStart);
      return;
    }
    const { flow } = context;
    const sequence = u16le(bytes, dataStart);
    const start = dataStart + SEQUENCE_SIZE;
    const { connections } = exchange;
    const isAnswer = isAnswerAt(bytes, start);
    let connection = isAnswer || connections.hasHighway ? connections.ofAnswer(flow, id) : null;
    if (connection?.classId !== Class.dhPlus) {
      if (isAnswer) connection ??= this.#answering(flow, id, sequence);
      else {
        connection = connections.ofRequest(flow, id);
        if (this.#isRepeated(connection, flow, sequence)) return;
      }
    }
    exchange.key = connection === null ? NO_KEY : keyOf(connection, sequence);
    this.#session.message(bytes, start, dataEnd, connection, context);
  }

  /** The same count again is the same request again, as long as that waits. */
  #isRepeated(connection: Connection, flow: number, sequence: number): boolean {
    const isSame = connection.sequence === sequence;
    connection.sequence = sequence;
    return isSame && this.#exchange.pending.find(flow, keyOf(connection, sequence)) !== NONE;
  }

  /** The connection in which a request with this count waits; from now on its answers are known by their id. */
  #answering(flow: number, id: number, sequence: number): Connection | null {
    const { connections, pending } = this.#exchange;
    for (const connection of connections.withoutAnswer(flow)) {
      if (pending.find(flow, keyOf(connection, sequence)) === NONE) continue;
      connection.learnOriginator(id);
      return connection;
    }
    return null;
  }

  #readItems(bytes: Uint8Array, start: number, end: number, context: MessageContext): boolean {
    if (start + ITEMS_AT > end) {
      const detail = `${end - start - HEADER} bytes, the interface and the timeout have 6`;
      this.#exchange.broken(context, 'items-too-short', detail, bytes, start + HEADER);
      return false;
    }
    this.#items.read(bytes, start + ITEMS_AT, end);
    this.#checkItems(bytes, context);
    return true;
  }

  #checkItems(bytes: Uint8Array, context: MessageContext): void {
    const { problemAt, missing } = this.#items;
    if (problemAt >= 0)
      this.#exchange.broken(context, 'item-cut-short', `${missing} bytes are missing`, bytes, problemAt);
  }
}

/** No request has it. */
const NO_KEY = 0x3fff_ffff;

/** Connection and sequence count in one number. */
function keyOf(connection: Connection, sequence: number): number {
  return (connection.index << 16) | sequence;
}

/** The key of a sender context: its eight bytes in one number that no connected message has. */
export function contextKey(bytes: Uint8Array, at: number): number {
  const mixed = Math.imul(u32le(bytes, at), 0x9e3779b1) ^ u32le(bytes, at + 4);
  return 0x4000_0000 | ((mixed ^ (mixed >>> 15)) & 0x3fff_ffff);
}
