// Follows transfers from their request on port 69 to the conversation between the two ports that were chosen for it.
import { u16be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { FactSink } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setAnswered, startOperation, transferFact, violation, type CarriedTransfer } from '../facts-of-messages.ts';
import { CODE_NOT_DEFINED, ERROR_NAMES, Opcode, REQUEST_KINDS } from './messages.ts';
import * as parse from './parse.ts';

/** A request that nobody answers, and a transfer nothing more was seen of, are over after so long. */
const IDLE_US = 60e6;
/** Transfers followed at a time: the oldest ends, incomplete. */
const TRANSFERS_MAX = 1024;
/** Servers choose no port below. */
const SERVER_PORT_MIN = 1024;

/** RFC 1350 4: the ports of both sides are the transfer's identifiers; the server chooses its own when it answers. */
interface Transfer extends CarriedTransfer {
  flow: number;
  readonly client: number;
  readonly clientPort: number;
  /** The port that was asked, 69. */
  readonly serverPort: number;
  readonly path: Uint8Array;
  readonly isWrite: boolean;
  readonly isNetascii: boolean;
  readonly requestUs: number;
  readonly requestFrame: number;
  lastUs: number;
  lastFrame: number;
  isAnswered: boolean;
  isBegun: boolean;
  isOver: boolean;
  blockBytes: number;
  windowBlocks: number;
  /** Size that was told (RFC 2349), -1 where none was. */
  toldBytes: number;
  /** Counted on where the block number wraps. */
  nextBlock: number;
  /** What the number on the wire is more, for those who leave out block 0 when it wraps. */
  shift: number;
  lastAcknowledged: number;
  size: number;
  isComplete: boolean;
}

export class Sessions {
  readonly #protocol: number;
  /** By host and port of the client, the oldest first. */
  readonly #byClient = new Map<number, Transfer>();
  readonly #byFlow = new Map<number, Transfer>();
  #begun = 0;

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  /**
   * Is this the conversation of a transfer that was asked for? The server that was asked opens it, from a port above
   * those of services: what the client asks of other services is not hidden by a request.
   */
  isAnnounced(context: MessageContext): boolean {
    if (this.#byClient.size === 0) return false;
    const { client, server, clientPort, serverPort } = context;
    const transfer = context.fromClient
      ? this.#waiting(server, serverPort, client, clientPort)
      : this.#waiting(client, clientPort, server, serverPort);
    if (transfer === null) return false;
    if (transfer.flow !== context.flow) this.#byFlow.delete(transfer.flow);
    transfer.flow = context.flow;
    this.#byFlow.set(context.flow, transfer);
    return true;
  }

  #waiting(client: number, port: number, server: number, serverPort: number): Transfer | null {
    if (serverPort < SERVER_PORT_MIN) return null;
    const transfer = this.#byClient.get(placeOf(client, port));
    return transfer?.server === server && !transfer.isAnswered ? transfer : null;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const opcode = parse.opcodeOf(bytes, start, end);
    if (opcode === Opcode.readRequest || opcode === Opcode.writeRequest) {
      this.#request(bytes, start, end, context);
      return;
    }
    let transfer = this.#byFlow.get(context.flow);
    // The next transfer between the same two ports.
    if (transfer?.isOver !== false && this.isAnnounced(context)) transfer = this.#byFlow.get(context.flow);
    if (opcode === 0) violation(context, 'tftp', 'message-malformed', `${end - start} bytes`, bytes, start, end);
    if (opcode === 0 || transfer === undefined || transfer.isOver) return;
    transfer.lastUs = context.timeUs;
    transfer.lastFrame = context.frame;
    if (opcode === Opcode.error) this.#error(transfer, bytes, start, end, context);
    else this.#progress(transfer, opcode, bytes, start, end, context);
  }

  closed(flow: number, context: MessageContext): void {
    const transfer = this.#byFlow.get(flow);
    if (transfer !== undefined) this.#drop(transfer, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const transfer of this.#byClient.values())
      if (timeUs - transfer.lastUs > IDLE_US) this.#drop(transfer, context);
  }

  #request(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const request = parse.requestOf(bytes, start, end);
    if (request === null) {
      violation(context, 'tftp', 'request-malformed', 'no path and mode', bytes, start, end);
      return;
    }
    const isFromClient = context.fromClient;
    const client = isFromClient ? context.client : context.server;
    const clientPort = isFromClient ? context.clientPort : context.serverPort;
    const path = bytes.slice(request.pathStart, request.pathEnd);
    const place = placeOf(client, clientPort);
    const earlier = this.#byClient.get(place);
    if (earlier !== undefined) {
      // Asked again: the answer was late.
      const isSame = earlier.isWrite === request.isWrite && Buffer.compare(earlier.path, path) === 0;
      if (isSame && !earlier.isAnswered) return;
      this.#drop(earlier, context);
    }
    if (this.#byClient.size >= TRANSFERS_MAX)
      for (const oldest of this.#byClient.values()) {
        this.#drop(oldest, context);
        break;
      }
    const options = parse.optionsOf(bytes, request.optionsStart, end);
    const transfer: Transfer = {
      id: `tftp-${++this.#begun}`,
      flow: context.flow,
      client,
      server: isFromClient ? context.server : context.client,
      unit: -1,
      carrier: request.isNetascii ? 'tftp netascii' : 'tftp',
      direction: request.isWrite ? 'to-server' : 'to-client',
      name: printable(path, 0, path.length),
      clientPort,
      serverPort: isFromClient ? context.serverPort : context.clientPort,
      path,
      isWrite: request.isWrite,
      isNetascii: request.isNetascii,
      requestUs: context.timeUs,
      requestFrame: context.frame,
      lastUs: context.timeUs,
      lastFrame: context.frame,
      isAnswered: false,
      isBegun: false,
      isOver: false,
      blockBytes: parse.BLOCK_BYTES_DEFAULT,
      windowBlocks: 1,
      toldBytes: request.isWrite ? options.transferBytes : -1,
      nextBlock: 1,
      shift: 0,
      lastAcknowledged: -1,
      size: 0,
      isComplete: true,
    };
    this.#byClient.set(place, transfer);
    this.#byFlow.set(context.flow, transfer);
  }

  #progress(
    transfer: Transfer,
    opcode: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const isOfClient = saysClient(transfer, context);
    if (!transfer.isAnswered && !isOfClient) this.#answered(transfer, 0, context);
    if (opcode === Opcode.optionAck && !isOfClient) agree(transfer, parse.optionsOf(bytes, start + 2, end));
    else if (opcode === Opcode.data && isOfClient === transfer.isWrite)
      this.#data(transfer, bytes, start, end, context);
    else if (opcode === Opcode.acknowledgment && isOfClient !== transfer.isWrite)
      acknowledged(transfer, u16be(bytes, start + 2));
  }

  #data(transfer: Transfer, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const size = end - start - parse.DATA_HEADER_BYTES;
    const ahead = aheadOf(transfer, u16be(bytes, start + 2));
    // Sent again; or, in a window (RFC 7440 4), after one that was lost on its way and will be sent again.
    if (ahead < 0 || (ahead > 0 && transfer.windowBlocks > 1)) return;
    if (ahead > 0) transfer.isComplete = false;
    transfer.nextBlock += ahead;
    // The agreement on a larger block was not seen.
    if (size > transfer.blockBytes) transfer.blockBytes = size;
    this.#begin(transfer, context.sink);
    if (size > 0) {
      const offset = (transfer.nextBlock - 1) * transfer.blockBytes;
      const piece = bytes.subarray(start + parse.DATA_HEADER_BYTES, end);
      transfer.size += size;
      context.sink.transfer(transferFact(transfer, 'tftp', 'piece', context.timeUs, context.frame, offset, piece));
    }
    transfer.nextBlock++;
    // RFC 1350 6: a block that is not full is the last.
    if (size < transfer.blockBytes) this.#finish(transfer, true, context.sink);
  }

  #error(transfer: Transfer, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const code = u16be(bytes, start + 2);
    // RFC 1350 4: said to a stranger, the transfer goes on.
    if (code === 5 && transfer.isAnswered) return;
    if (!ERROR_NAMES.has(code) && code !== 0)
      violation(context, 'tftp', 'error-code-unknown', `error ${code}`, bytes, start, end, start + 2);
    if (!transfer.isAnswered) this.#answered(transfer, code === 0 ? CODE_NOT_DEFINED : code, context);
    this.#finish(transfer, false, context.sink);
  }

  /** `code` -1: there was no answer. */
  #answered(transfer: Transfer, code: number, context: MessageContext): void {
    transfer.isAnswered = true;
    const kind = REQUEST_KINDS[transfer.isWrite ? 1 : 0];
    const operation = startOperation(context, this.#protocol);
    operation.timeUs = transfer.requestUs;
    operation.requestFrame = transfer.requestFrame;
    operation.client = transfer.client;
    operation.server = transfer.server;
    operation.clientPort = transfer.clientPort;
    operation.serverPort = transfer.serverPort;
    operation.verb = kind.verb;
    operation.function = kind.function;
    operation.space = 1;
    operation.count = 1;
    operation.nameBytes = transfer.path;
    operation.nameEnd = transfer.path.length;
    if (code >= 0) setAnswered(operation, context, code);
    context.sink.operation(operation);
  }

  #begin(transfer: Transfer, sink: FactSink): void {
    if (transfer.isBegun) return;
    transfer.isBegun = true;
    sink.transfer(transferFact(transfer, 'tftp', 'begun', transfer.lastUs, transfer.lastFrame));
  }

  #finish(transfer: Transfer, isWhole: boolean, sink: FactSink): void {
    if (transfer.isOver) return;
    transfer.isOver = true;
    if (!transfer.isBegun) return;
    // netascii changes the size (RFC 1350 1): what was told is that of the file.
    const isOther = !transfer.isNetascii && transfer.toldBytes >= 0 && transfer.toldBytes !== transfer.size;
    transfer.isComplete = transfer.isComplete && isWhole && !isOther;
    sink.transfer(transferFact(transfer, 'tftp', 'ended', transfer.lastUs, transfer.lastFrame));
  }

  #drop(transfer: Transfer, context: MessageContext): void {
    if (!transfer.isAnswered) this.#answered(transfer, -1, context);
    this.#finish(transfer, false, context.sink);
    const place = placeOf(transfer.client, transfer.clientPort);
    if (this.#byClient.get(place) === transfer) this.#byClient.delete(place);
    if (this.#byFlow.get(transfer.flow) === transfer) this.#byFlow.delete(transfer.flow);
  }
}

/** How many blocks `number` is ahead of the next one; negative where it was there before. */
function aheadOf(transfer: Transfer, number: number): number {
  const next = transfer.nextBlock + transfer.shift;
  // Some count from 65535 to 1; the receiver then acknowledges no block 0.
  if (number === 1 && next > 1 && (next & 0xffff) === 0 && transfer.lastAcknowledged !== 0) {
    transfer.shift++;
    return 0;
  }
  return ((number - next) << 16) >> 16;
}

/** The receiver has everything up to `number`: what was not seen of it was lost to us. */
function acknowledged(transfer: Transfer, number: number): void {
  transfer.lastAcknowledged = number;
  const ahead = ((number - transfer.nextBlock - transfer.shift) << 16) >> 16;
  if (ahead < 0) return;
  transfer.nextBlock += ahead + 1;
  transfer.isComplete = false;
}

function agree(transfer: Transfer, options: parse.Options): void {
  if (options.blockBytes > 0) transfer.blockBytes = options.blockBytes;
  if (options.windowBlocks > 0) transfer.windowBlocks = options.windowBlocks;
  if (options.transferBytes >= 0) transfer.toldBytes = options.transferBytes;
}

function saysClient(transfer: Transfer, context: MessageContext): boolean {
  const isClientHere = transfer.client === context.client && transfer.clientPort === context.clientPort;
  return isClientHere === context.fromClient;
}

function placeOf(host: number, port: number): number {
  return host * 65_536 + port;
}
