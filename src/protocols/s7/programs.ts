// Jobs that are about the program and the state of a controller: set-up of communication, download and upload of blocks,
// program invocations, stop. Rare messages: plain code with objects.
import { u16be, u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { Encoding, Outcome, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setAnswered, setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { Place, blockTypeName, spaceOf } from './areas.ts';
import { blockHeader, blockName, digits, fileName, type BlockName } from './blocks.ts';
import { Job, invocationOf, invocationVerb, jobVerb } from './codes.ts';
import { isSaidByServer, type S7Message } from './message.ts';
import { Transfers } from './transfers.ts';
import type { Report } from './variables.ts';

/** Function, status, error or reserved word, four bytes (of an upload its id), then a name with its length. */
const NAME_LENGTH_AT = 8;
/** Length and two bytes before the bytes of a block. */
const PIECE_HEADER = 4;
/** Blocks of one program invocation that are told. */
const BLOCKS_MAX = 32;
const NAME_BYTES_MAX = 64;

export class Programs {
  readonly #protocol: number;
  readonly #pending: PendingOperations;
  readonly transfers: Transfers;

  constructor(protocol: number, name: string, pending: PendingOperations) {
    this.#protocol = protocol;
    this.#pending = pending;
    this.transfers = new Transfers(name);
  }

  request(bytes: Uint8Array, message: S7Message, key: number, context: MessageContext, report: Report): void {
    const { function: code, paramStart, paramEnd } = message;
    if (code === Job.programInvocation) {
      this.#invocation(bytes, message, key, context, report);
      return;
    }
    const operation = this.#start(message, context);
    let note = 0;
    if (code >= Job.requestDownload && code <= Job.startUpload) {
      const name = this.#name(bytes, message, report);
      if (name !== null) setBlock(operation, name);
      if (code === Job.requestDownload) note = announcedSize(bytes, paramStart, paramEnd);
      else if (code === Job.downloadEnded && paramEnd - paramStart >= 4) note = u16be(bytes, paramStart + 2);
    } else if (code === Job.upload || code === Job.endUpload) {
      if (paramStart + NAME_LENGTH_AT > paramEnd) report('parameters-cut-short', 'no upload id', paramStart);
      else {
        note = u32be(bytes, paramStart + 4) | 0;
        const open = this.transfers.find(context.flow, uploadKey(note));
        if (open !== undefined) setObject(operation, open.space, open.first, open.name);
      }
    } else if (code === Job.stop) {
      const at = paramStart + 6;
      if (at >= paramEnd || at + 1 + bytes[at]! > paramEnd)
        report('parameters-cut-short', 'no program name', paramStart);
    } else if (code === Job.setupCommunication && paramEnd - paramStart < 8) {
      report('parameters-cut-short', `${paramEnd - paramStart} of 8 bytes`, paramStart);
    }
    this.#pending.add(operation, key, note);
  }

  /** Answers every operation the job became; `code` 0 where it was accepted. */
  answer(
    bytes: Uint8Array,
    message: S7Message,
    key: number,
    code: number,
    context: MessageContext,
    report: Report,
  ): void {
    const pending = this.#pending;
    const { operation } = context;
    let isFound = false;
    for (let slot = pending.find(context.flow, key); slot >= 0; slot = pending.find(context.flow, key)) {
      if (message.function >= 0 && pending.functionOf(slot) !== message.function) break;
      isFound = true;
      const note = pending.noteOf(slot);
      pending.recall(slot, operation);
      setAnswered(operation, context, code);
      pending.release(slot);
      this.#tell(bytes, message, note, context, report);
    }
    if (isFound || message.function < 0) return;
    this.#fill(
      operation,
      message,
      context,
      isSaidByServer(message.function) ? !context.fromClient : context.fromClient,
    );
    setUnasked(operation, context, code);
    this.#tell(bytes, message, -1, context, report);
  }

  gap(flow: number): void {
    this.transfers.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.transfers.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.transfers.tick(timeUs, context);
  }

  /** The context's record is the operation with its answer: hands it over, and what it means for a transfer. */
  #tell(bytes: Uint8Array, message: S7Message, note: number, context: MessageContext, report: Report): void {
    const { operation } = context;
    const { function: code, paramStart, paramEnd } = message;
    const isAccepted = operation.code === 0;
    if (code === Job.setupCommunication && paramEnd - paramStart >= 8) {
      // Parallel jobs of both sides, and the length of a message, as they were agreed on.
      setValues(operation, bytes, paramStart + 2, 2, Encoding.unsigned, 3);
    }
    // A download says at its end whether it went well, in the job itself.
    if (code === Job.downloadEnded && note > 0) {
      operation.outcome = Outcome.refused;
      operation.code = note;
    }
    const parties = {
      client: operation.client,
      server: operation.server,
      space: operation.space,
      first: operation.first,
      name: objectName(operation),
    };
    context.sink.operation(operation);
    if (!isAccepted) return;
    if (code === Job.requestDownload) this.#begin(context, downloadKey(parties.name), parties, true, note, true);
    else if (code === Job.downloadBlock) {
      const key = this.#downloadKey(context.flow, parties.name);
      if (this.transfers.find(context.flow, key) === undefined) this.#begin(context, key, parties, true, -1, false);
      this.#piece(bytes, message, key, context, report);
    } else if (code === Job.downloadEnded) {
      this.transfers.end(context, this.#downloadKey(context.flow, parties.name), note <= 0);
    } else if (code === Job.startUpload) {
      const id = paramEnd - paramStart >= NAME_LENGTH_AT ? u32be(bytes, paramStart + 4) | 0 : 0;
      this.#begin(context, uploadKey(id), parties, false, uploadSize(bytes, paramStart, paramEnd), true);
    } else if (code === Job.upload) {
      const key = this.#uploadKey(context.flow, note);
      if (this.transfers.find(context.flow, key) === undefined) this.#begin(context, key, parties, false, -1, false);
      this.#piece(bytes, message, key, context, report);
    } else if (code === Job.endUpload) this.transfers.end(context, this.#uploadKey(context.flow, note), true);
  }

  /** Where the job was lost, and with it the name, it is the one download that is under way. */
  #downloadKey(flow: number, name: string): string {
    return (name === '' ? this.transfers.only(flow, true) : null) ?? downloadKey(name);
  }

  #uploadKey(flow: number, id: number): string {
    return (id === -1 ? this.transfers.only(flow, false) : null) ?? uploadKey(id);
  }

  #begin(
    context: MessageContext,
    key: string,
    parties: { readonly client: number; readonly server: number; space: number; first: number; name: string },
    isDownload: boolean,
    announced: number,
    isFromStart: boolean,
  ): void {
    const carrier = isDownload ? 'S7 block download' : 'S7 block upload';
    const name = parties.name === '' ? 'block' : parties.name;
    this.transfers.begin(context, { ...parties, name, key, isDownload, carrier, announced, isFromStart });
  }

  /** Length, two bytes, then the bytes of the block. */
  #piece(bytes: Uint8Array, message: S7Message, key: string, context: MessageContext, report: Report): void {
    const { dataStart, dataEnd } = message;
    if (dataEnd - dataStart < PIECE_HEADER) return;
    const start = dataStart + PIECE_HEADER;
    const length = u16be(bytes, dataStart);
    if (start + length > dataEnd) report('piece-cut-short', `${length} bytes, ${dataEnd - start} follow`, dataStart);
    const end = Math.min(dataEnd, start + length);
    const open = this.transfers.find(context.flow, key);
    if (open?.size === 0) {
      const header = blockHeader(bytes, start, end);
      if (header !== null) {
        const isSame = open.space === spaceOf(Place.block, header.type) && open.first === header.number;
        if (open.first >= 0 && open.space >>> 16 === Place.block && !isSame) {
          const found = `${blockTypeName(header.type)}${header.number}`;
          report('block-header-mismatch', `${open.name} announced, ${found} in the header`, start);
        }
        this.transfers.announce(context, key, header.loadBytes);
      }
    }
    this.transfers.piece(context, key, bytes, start, end, message.reference);
  }

  #start(message: S7Message, context: MessageContext): Operation {
    this.#pending.makeRoom(context);
    const { operation } = context;
    // In a download the controller asks; whoever is asked is the client all the same.
    const isReversed = isSaidByServer(message.function) ? context.fromClient : !context.fromClient;
    this.#fill(operation, message, context, isReversed);
    return operation;
  }

  #fill(operation: Operation, message: S7Message, context: MessageContext, isReversed: boolean): void {
    startOperation(context, this.#protocol, isReversed);
    operation.verb = jobVerb(message.function);
    operation.function = message.function;
  }

  #name(bytes: Uint8Array, message: S7Message, report: Report): BlockName | null {
    const at = message.paramStart + NAME_LENGTH_AT;
    if (at >= message.paramEnd || at + 1 + bytes[at]! > message.paramEnd) {
      report('parameters-cut-short', 'no file name', message.paramStart);
      return null;
    }
    return fileName(bytes, at + 1, at + 1 + bytes[at]!);
  }

  /** Seven bytes, the argument with its length in two bytes, the service's name with its length in one. */
  #invocation(bytes: Uint8Array, message: S7Message, key: number, context: MessageContext, report: Report): void {
    const { paramStart, paramEnd } = message;
    const argumentStart = paramStart + 10;
    const argumentEnd = argumentStart > paramEnd ? paramEnd : argumentStart + u16be(bytes, paramStart + 8);
    const isWhole = argumentEnd < paramEnd && argumentEnd + 1 + bytes[argumentEnd]! <= paramEnd;
    if (!isWhole) report('parameters-cut-short', 'no name of a program invocation', paramStart);
    const name = isWhole
      ? printable(bytes, argumentEnd + 1, argumentEnd + 1 + bytes[argumentEnd]!, NAME_BYTES_MAX)
      : '';
    const argument = isWhole ? printable(bytes, argumentStart, argumentEnd, NAME_BYTES_MAX) : '';
    const invocation = invocationOf(name, argument);
    const blocks = isWhole ? blockList(bytes, argumentStart, argumentEnd) : [];
    for (let index = 0; index < Math.max(1, blocks.length); index++) {
      const operation = this.#start(message, context);
      operation.subfunction = invocation;
      operation.verb = invocationVerb(invocation);
      const block = blocks[index];
      if (block !== undefined) setBlock(operation, block);
      this.#pending.add(operation, key);
    }
  }
}

/** Number of blocks, a reserved byte, then eight characters each; empty where the argument is something else. */
function blockList(bytes: Uint8Array, start: number, end: number): BlockName[] {
  const blocks: BlockName[] = [];
  if (end - start < 2 || end - start !== 2 + bytes[start]! * 8) return blocks;
  for (let at = start + 2; at < end && blocks.length < BLOCKS_MAX; at += 8) {
    const block = blockName(bytes, at);
    if (block === null) return [];
    blocks.push(block);
  }
  return blocks;
}

function setBlock(operation: Operation, block: BlockName): void {
  if (block.type >= 0) setObject(operation, spaceOf(Place.block, block.type), block.number, block.text);
  else setObject(operation, spaceOf(Place.file), -1, block.text);
}

/** The object of an operation: a block has a number, a file its name. */
function setObject(operation: Operation, space: number, first: number, name: string): void {
  operation.space = space;
  operation.first = first;
  operation.count = 1;
  if (first >= 0) return;
  const bytes = Buffer.from(name).subarray(0, NAME_BYTES_MAX);
  operation.nameBytes = bytes;
  operation.nameStart = 0;
  operation.nameEnd = bytes.length;
}

function objectName(operation: Operation): string {
  if (operation.first >= 0) return `${blockTypeName(operation.space & 0xffff)}${operation.first}`;
  return printable(operation.nameBytes, operation.nameStart, operation.nameEnd, NAME_BYTES_MAX);
}

/** Behind the file name of a download: `1`, six digits of load memory, six of code. */
function announcedSize(bytes: Uint8Array, paramStart: number, paramEnd: number): number {
  const at = paramStart + NAME_LENGTH_AT;
  const lengthAt = at < paramEnd ? at + 1 + bytes[at]! : paramEnd;
  if (lengthAt + 8 > paramEnd || bytes[lengthAt]! < 7) return -1;
  return digits(bytes, lengthAt + 2, lengthAt + 8, 10);
}

/** An upload is answered with its length in characters, behind the id. */
function uploadSize(bytes: Uint8Array, paramStart: number, paramEnd: number): number {
  const at = paramStart + NAME_LENGTH_AT;
  if (at >= paramEnd || at + 1 + bytes[at]! > paramEnd || bytes[at]! === 0 || bytes[at]! > 9) return -1;
  return digits(bytes, at + 1, at + 1 + bytes[at]!, 10);
}

function downloadKey(name: string): string {
  return `download ${name}`;
}

function uploadKey(id: number): string {
  return `upload ${id}`;
}
