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
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import {
  At,
  Command,
  FRAME_BYTES_MAX,
  HEADER,
  commandFunction,
  commandVerb,
  isHeader,
  isKnownCommand,
  isKnownStatus,
} from './commands.ts';
import type { Connection } from './connections.ts';
import { claimsOfListIdentity } from './identity.ts';
import { Item, Items } from './items.ts';
import { ANSWER_BIT } from './services.ts';
import { CipSession, contextKey } from './session.ts';
import { encapsulationCode } from './status.ts';
import { setBytes } from './tag-values.ts';

/** Interface handle and timeout before the items of a message. */
const ITEMS_AT = HEADER + 6;
/** Version and option flags of Register Session. */
const REGISTER_SIZE = 4;
const VERSION = 1;
/** Items that a message begins with. */
const FIRST_ITEMS_MAX = 8;
/** No service has this number: what the encapsulation itself asks waits under it. */
const COMMAND_NOTE = 0xff;
const NONE = -1;
/** An answer says that it is one in the highest bit of its service. */
const SERVICE_IN_UNCONNECTED = 0;
const SERVICE_IN_CONNECTED = 2;
const IDENTITIES_MAX = 16;

export class EnipDecoder implements ProtocolDecoder {
  readonly #session: CipSession;
  readonly #items = new Items();

  constructor(index: number, name: string) {
    this.#session = new CipSession(index, name);
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
    return isHeader(bytes, start) ? HEADER + u16le(bytes, start + At.length) : NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const session = this.#session;
    session.frame(start, end);
    if (end - start < HEADER) {
      session.broken(context, 'header-too-short', `${end - start} bytes, the header has ${HEADER}`, bytes, start);
      return;
    }
    const length = u16le(bytes, start + At.length);
    let stop = start + HEADER + length;
    if (stop !== end) {
      // A stream is cut by the length; a datagram may contradict it.
      const detail = `the header says ${length} bytes follow, there are ${end - start - HEADER}`;
      session.broken(context, 'length-mismatch', detail, bytes, start + At.length);
      stop = Math.min(stop, end);
    }
    const command = u16le(bytes, start);
    const status = u32le(bytes, start + At.status);
    if (!isKnownStatus(status)) {
      session.broken(context, 'status-unknown', `status ${status}`, bytes, start + At.status);
    }
    if (u32le(bytes, start + At.options) !== 0) {
      session.broken(
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
    this.#session.pending.markGap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.tick(timeUs, context);
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
          this.#session.broken(context, 'command-unknown', `command ${command}`, bytes, start);
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
    const { pending, index } = this.#session;
    if (command === Command.registerSession) this.#checkVersion(bytes, start, end, context);
    pending.makeRoom(context);
    const operation = startOperation(context, index, !context.fromClient);
    operation.function = commandFunction(command);
    operation.verb = commandVerb(command);
    // Asked of everybody, where no answer comes back in this conversation.
    operation.isBroadcast = !context.isTcp;
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
    const { pending, index } = this.#session;
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
    const { pending } = this.#session;
    let slot = pending.find(flow, key);
    while (slot !== NONE && (pending.keyOf(slot) !== key || pending.functionOf(slot) !== code))
      slot = pending.nextOf(slot);
    return slot;
  }

  /** Nobody answers it: the session is over (2-4.5). */
  #unregister(status: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start > HEADER) {
      this.#session.broken(
        context,
        'length-mismatch',
        `${end - start - HEADER} bytes where none belong`,
        bytes,
        start + At.length,
      );
    }
    const code = encapsulationCode(status);
    const operation = startOperation(context, this.#session.index, status !== 0 && !context.fromClient);
    operation.function = commandFunction(Command.unregisterSession);
    operation.verb = commandVerb(Command.unregisterSession);
    if (status === 0) operation.outcome = Outcome.ok;
    else setUnasked(operation, context, code);
    context.sink.operation(operation);
  }

  #checkVersion(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (start + HEADER + REGISTER_SIZE > end) {
      this.#session.broken(
        context,
        'register-too-short',
        `${end - start - HEADER} bytes, ${REGISTER_SIZE} are needed`,
        bytes,
        start + HEADER,
      );
    } else if (u16le(bytes, start + HEADER) !== VERSION) {
      this.#session.broken(
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
    const session = this.#session;
    const key = contextKey(bytes, start + At.context);
    if (status !== 0) {
      session.refused(key, encapsulationCode(status), context);
      return;
    }
    const items = this.#items;
    if (!this.#readItems(bytes, start, end, context)) return;
    const { dataType, dataStart, dataEnd } = items;
    if (dataType === Item.unconnectedData || dataType === Item.unconnectedUdp) {
      session.message(bytes, dataStart, dataEnd, key, null, context);
    } else if (dataType === Item.legacyPccc) session.legacyPccc(bytes, dataStart, dataEnd, key, context);
    else if (dataType === Item.connectedData && items.hasConnection) this.#overConnection(bytes, context);
    else
      session.broken(context, 'item-missing', 'no item with unconnected data', bytes, Math.min(end, start + ITEMS_AT));
  }

  #connected(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const items = this.#items;
    if (!this.#readItems(bytes, start, end, context)) return;
    if (items.dataType !== Item.connectedData || !items.hasConnection) {
      const detail = 'no items with a connection and its data';
      this.#session.broken(context, 'item-missing', detail, bytes, Math.min(end, start + ITEMS_AT));
      return;
    }
    this.#overConnection(bytes, context);
  }

  /** Sequence count, then a message (volume 1, 3-6.3): an answer has the count of its request. */
  #overConnection(bytes: Uint8Array, context: MessageContext): void {
    const session = this.#session;
    const { dataStart, dataEnd, connection: id } = this.#items;
    if (dataEnd - dataStart < SERVICE_IN_CONNECTED + 1) {
      session.broken(context, 'message-too-short', `${dataEnd - dataStart} bytes of connected data`, bytes, dataStart);
      return;
    }
    const { flow } = context;
    const sequence = u16le(bytes, dataStart);
    const messageStart = dataStart + SERVICE_IN_CONNECTED;
    let connection: Connection | null;
    if (isAnswerAt(bytes, messageStart)) connection = this.#answering(flow, id, sequence);
    else {
      connection = session.connections.ofRequest(flow, id);
      const isRepeated =
        connection.sequence === sequence && session.pending.find(flow, keyOf(connection, sequence)) !== NONE;
      connection.sequence = sequence;
      // The same count again is the same request again.
      if (isRepeated) return;
    }
    const key = connection === null ? NO_KEY : keyOf(connection, sequence);
    session.message(bytes, messageStart, dataEnd, key, connection, context);
  }

  /** The connection of an answer: known, or the one in which a request with this count waits. */
  #answering(flow: number, id: number, sequence: number): Connection | null {
    const { connections, pending } = this.#session;
    const known = connections.ofAnswer(flow, id);
    if (known !== null) return known;
    for (const connection of connections.withoutAnswer(flow)) {
      if (pending.find(flow, keyOf(connection, sequence)) === NONE) continue;
      connection.toOriginator = id;
      return connection;
    }
    return null;
  }

  #readItems(bytes: Uint8Array, start: number, end: number, context: MessageContext): boolean {
    if (start + ITEMS_AT > end) {
      const detail = `${end - start - HEADER} bytes, the interface and the timeout have 6`;
      this.#session.broken(context, 'items-too-short', detail, bytes, start + HEADER);
      return false;
    }
    this.#items.read(bytes, start + ITEMS_AT, end);
    this.#checkItems(bytes, context);
    return true;
  }

  #checkItems(bytes: Uint8Array, context: MessageContext): void {
    const { problemAt, missing } = this.#items;
    if (problemAt >= 0)
      this.#session.broken(context, 'item-cut-short', `${missing} bytes are missing`, bytes, problemAt);
  }
}

/** No request has it. */
const NO_KEY = 0x3fff_ffff;

/** Connection and sequence count in one number. */
function keyOf(connection: Connection, sequence: number): number {
  return (connection.index << 16) | sequence;
}

function isAnswerAt(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & ANSWER_BIT) !== 0;
}

function speakerOf(bytes: Uint8Array, start: number, end: number, items: Items): number {
  switch (u16le(bytes, start)) {
    case Command.listTargets:
    case Command.listServices:
    case Command.listIdentity:
    case Command.listInterfaces:
      return end - start > HEADER ? Speaker.server : Speaker.client;
    case Command.registerSession:
      if (u32le(bytes, start + At.status) !== 0) return Speaker.server;
      return u32le(bytes, start + At.session) === 0 ? Speaker.client : Speaker.server;
    case Command.unregisterSession:
      return Speaker.client;
    case Command.sendRRData:
      return u32le(bytes, start + At.status) !== 0 ? Speaker.server : serviceSpeaker(bytes, start, end, items);
    case Command.sendUnitData:
      return serviceSpeaker(bytes, start, end, items);
    default:
      return Speaker.unknown;
  }
}

/** Who says the message in the items: the highest bit of its service tells. */
function serviceSpeaker(bytes: Uint8Array, start: number, end: number, seen: Items): number {
  if (start + ITEMS_AT > end) return Speaker.unknown;
  seen.read(bytes, start + ITEMS_AT, end);
  const at =
    seen.dataType === Item.connectedData
      ? seen.dataStart + SERVICE_IN_CONNECTED
      : seen.dataType === Item.unconnectedData
        ? seen.dataStart + SERVICE_IN_UNCONNECTED
        : seen.dataEnd;
  if (at >= seen.dataEnd) return Speaker.unknown;
  return isAnswerAt(bytes, at) ? Speaker.server : Speaker.client;
}

/** The header fits: does what follows it, so far as it is there? Commands that carry little are believed on a usual port. */
function looksLikeBody(bytes: Uint8Array, start: number, end: number): number {
  const length = u16le(bytes, start + At.length);
  const status = u32le(bytes, start + At.status);
  const session = u32le(bytes, start + At.session);
  switch (u16le(bytes, start)) {
    case Command.registerSession:
      if (length !== REGISTER_SIZE || start + HEADER + REGISTER_SIZE > end) return Match.no;
      return u32le(bytes, start + HEADER) === VERSION ? Match.yes : Match.maybe;
    case Command.listServices:
    case Command.listIdentity:
    case Command.listInterfaces:
      if (length === 0) return session === 0 && status === 0 ? Match.yes : Match.maybe;
      return looksLikeList(bytes, start, end, length) ? Match.yes : Match.no;
    case Command.sendRRData:
    case Command.sendUnitData:
      if (length === 0) return status === 0 ? Match.no : Match.maybe;
      return looksLikeItems(bytes, start, end) ? Match.yes : Match.no;
    case Command.listTargets:
      return length === 0 || looksLikeList(bytes, start, end, length) ? Match.maybe : Match.no;
    case Command.unregisterSession:
      return length === 0 && session !== 0 ? Match.maybe : Match.no;
    default:
      // Nothing but zeros may be anything.
      return status === 0 && session !== 0 ? Match.maybe : Match.no;
  }
}

/** Interface handle 0, a timeout, then items of which the first is an address. */
function looksLikeItems(bytes: Uint8Array, start: number, end: number): boolean {
  const at = start + ITEMS_AT;
  if (at + 6 > end || u32le(bytes, start + HEADER) !== 0) return false;
  const count = u16le(bytes, at);
  if (count === 0 || count > FIRST_ITEMS_MAX) return false;
  const type = u16le(bytes, at + 2);
  const length = u16le(bytes, at + 4);
  if (type === Item.nullAddress) return length === 0;
  if (type === Item.connectedAddress) return length === 4;
  return type === Item.sequencedAddress && length === 8;
}

function looksLikeList(bytes: Uint8Array, start: number, end: number, length: number): boolean {
  const at = start + HEADER;
  if (at + 2 > end) return false;
  const count = u16le(bytes, at);
  if (length === 2) return count === 0;
  if (at + 6 > end || count === 0 || count > FIRST_ITEMS_MAX) return false;
  const itemSize = u16le(bytes, at + 4);
  return 6 + itemSize <= length && (count > 1 || 6 + itemSize === length);
}

export { FRAME_BYTES_MAX };
