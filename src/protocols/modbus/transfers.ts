// File records (functions 20 and 21) and UMAS program blocks, gathered into transfers with a begin, pieces and an end.
// Rare messages: plain code with objects, bounded.
import type { TransferEnding } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { type CarriedTransfer, transferFact } from '../facts-of-messages.ts';

/** More open transfers than this: the oldest ends, incomplete. */
const OPEN_TRANSFERS_MAX = 256;
/** A transfer nothing was added to for this long has ended. */
const IDLE_US = 60_000_000;

interface OpenTransfer extends CarriedTransfer {
  lastUs: number;
  frame: number;
  size: number;
  isComplete: boolean;
  /** Number of the next block (UMAS), -1 where none is expected. */
  nextBlock: number;
  /** Of the largest block so far (UMAS): all but the last have it. */
  blockBytes: number;
  /** Where the next block begins. */
  nextOffset: number;
  /** Size told at the beginning, -1 where it was not. */
  announced: number;
  /** Where the last piece begins. */
  lastOffset: number;
  ending?: TransferEnding;
}

/** Who carries it; the same parties for all facts of a transfer. */
export interface TransferParties {
  client: number;
  server: number;
  unit: number;
}

export class Transfers {
  readonly #protocol: string;
  readonly #open = new Map<string, OpenTransfer>();
  #begun = 0;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** A record of a file was carried; records are words, so the record number is half the offset. */
  filePiece(
    context: MessageContext,
    parties: TransferParties,
    isWrite: boolean,
    file: number,
    record: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const direction = isWrite ? 'to-server' : 'to-client';
    const key = fileKey(context.flow, parties.unit, direction, file);
    if (!isWrite) this.#end(context, fileKey(context.flow, parties.unit, 'to-server', file), false, 'read-back');
    // Its beginning comes once more, and not as a retry.
    else if (record === 0 && (this.#open.get(key)?.lastOffset ?? 0) > 0) this.#end(context, key, false, 'begun-anew');
    const transfer =
      this.#open.get(key) ?? this.#begin(context, key, parties, 'file record', direction, `file ${file}`, -1);
    // Nothing on the wire says how long a file is: complete is only said of what is known to be.
    transfer.isComplete = false;
    transfer.lastOffset = record * 2;
    this.#piece(context, transfer, record * 2, bytes, start, end);
  }

  /** A program transfer was begun, `announced` bytes long or -1. */
  programBegun(context: MessageContext, parties: TransferParties, isDownload: boolean, announced: number): void {
    const key = programKey(context.flow, parties.unit, isDownload);
    this.#end(context, key, false);
    this.#beginProgram(context, key, parties, isDownload, announced, 1);
  }

  /** Block number `block` of a program; blocks count from 1. */
  programPiece(
    context: MessageContext,
    parties: TransferParties,
    isDownload: boolean,
    block: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const key = programKey(context.flow, parties.unit, isDownload);
    const transfer = this.#open.get(key) ?? this.#beginProgram(context, key, parties, isDownload, -1, block);
    // A block asked for again is the same block again.
    if (block === transfer.nextBlock - 1) return;
    const size = end - start;
    transfer.blockBytes = Math.max(transfer.blockBytes, size);
    if (block !== transfer.nextBlock) {
      transfer.isComplete = false;
      transfer.nextOffset = Math.max(transfer.nextOffset, (block - 1) * transfer.blockBytes);
    }
    transfer.nextBlock = block + 1;
    this.#piece(context, transfer, transfer.nextOffset, bytes, start, end);
    transfer.nextOffset += size;
  }

  programEnded(context: MessageContext, parties: TransferParties, isDownload: boolean): void {
    this.#end(context, programKey(context.flow, parties.unit, isDownload), true);
  }

  /** The device was told to restart: what was written before is used now. */
  restarted(context: MessageContext, { server, unit }: TransferParties): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open) {
      if (transfer.server === server && transfer.unit === unit && isOfFile(transfer))
        this.#end(context, key, false, 'restart');
    }
  }

  closed(flow: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open) if (transfer.flow === flow) this.#end(context, key, false, 'closed');
  }

  tick(timeUs: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open)
      if (timeUs - transfer.lastUs > IDLE_US) this.#end(context, key, false, 'silence');
  }

  #beginProgram(
    context: MessageContext,
    key: string,
    parties: TransferParties,
    isDownload: boolean,
    announced: number,
    block: number,
  ): OpenTransfer {
    const carrier = isDownload ? 'UMAS download' : 'UMAS upload';
    const direction = isDownload ? 'to-server' : 'to-client';
    const transfer = this.#begin(context, key, parties, carrier, direction, 'program', announced);
    transfer.isComplete = block === 1;
    // One that is found under way has blocks before it.
    transfer.nextBlock = 1;
    return transfer;
  }

  #begin(
    context: MessageContext,
    key: string,
    parties: TransferParties,
    carrier: string,
    direction: 'to-server' | 'to-client',
    name: string,
    announced: number,
  ): OpenTransfer {
    if (this.#open.size >= OPEN_TRANSFERS_MAX) {
      const oldest = this.#open.keys().next();
      if (oldest.done !== true) this.#end(context, oldest.value, false);
    }
    const transfer: OpenTransfer = {
      id: `${this.#protocol}-${++this.#begun}`,
      flow: context.flow,
      client: parties.client,
      server: parties.server,
      unit: parties.unit,
      carrier,
      direction,
      name,
      lastUs: context.timeUs,
      frame: context.frame,
      size: 0,
      isComplete: true,
      nextBlock: -1,
      blockBytes: 0,
      nextOffset: 0,
      announced,
      lastOffset: -1,
    };
    this.#open.set(key, transfer);
    context.sink.transfer(transferFact(transfer, this.#protocol, 'begun', context.timeUs, context.frame));
    return transfer;
  }

  #piece(
    context: MessageContext,
    transfer: OpenTransfer,
    offset: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    transfer.lastUs = context.timeUs;
    transfer.frame = context.frame;
    transfer.size += end - start;
    const copy = bytes.slice(start, end);
    context.sink.transfer(transferFact(transfer, this.#protocol, 'piece', context.timeUs, context.frame, offset, copy));
  }

  #end(context: MessageContext, key: string, isEndSeen: boolean, ending?: TransferEnding): void {
    const transfer = this.#open.get(key);
    if (transfer === undefined) return;
    this.#open.delete(key);
    if (isOfFile(transfer)) transfer.ending = ending ?? 'closed';
    const isWhole = transfer.announced < 0 || transfer.announced === transfer.size;
    transfer.isComplete = transfer.isComplete && isEndSeen && isWhole;
    const frame = isEndSeen ? context.frame : transfer.frame;
    const timeUs = isEndSeen ? context.timeUs : transfer.lastUs;
    context.sink.transfer(transferFact(transfer, this.#protocol, 'ended', timeUs, frame));
  }
}

/** Files have no end of their own; programs are told to have ended. */
function isOfFile({ nextBlock }: OpenTransfer): boolean {
  return nextBlock < 0;
}

function fileKey(flow: number, unit: number, direction: string, file: number): string {
  return `${flow} ${unit} ${direction} ${file}`;
}

function programKey(flow: number, unit: number, isDownload: boolean): string {
  return `${flow} ${unit} ${isDownload ? 'download' : 'upload'}`;
}
