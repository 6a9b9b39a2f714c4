// AtomicReadFile and AtomicWriteFile, gathered into transfers with a begin, pieces and an end (clause 14). Rare messages:
// plain code with objects, bounded.
import type { TransferEnding } from '../../facts/facts.ts';
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { type CarriedTransfer, transferFact } from '../facts-of-messages.ts';
import { NAME } from './messages.ts';
import { Tag, TagReader } from './tags.ts';

/** More open transfers than this: the oldest ends, incomplete. */
const OPEN_TRANSFERS_MAX = 256;
/** A transfer nothing was added to for this long has ended. */
const IDLE_US = 60_000_000;
/** Files whose size a client has set and that were not written since. */
const SIZES_MAX = 256;
const STREAM = 0;
const RECORDS = 1;

interface OpenTransfer extends CarriedTransfer {
  lastUs: number;
  frame: number;
  size: number;
  /** Every piece so far followed the one before. */
  isComplete: boolean;
  /** Position in the file of the last piece and of the next one: octets, or records. */
  lastPosition: number;
  nextPosition: number;
  /** The File_Size that was told last, -1 where none was. */
  toldSize: number;
  ending?: TransferEnding;
}

export class Transfers {
  readonly #open = new Map<string, OpenTransfer>();
  /** Sizes that clients have set before they wrote, by the key of the write. */
  readonly #sizes = new Map<string, number>();
  readonly #reader = new TagReader();
  #begun = 0;

  /** An answer to AtomicReadFile: whether it is the end, then [0] or [1] with position and data. */
  read(context: MessageContext, operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    if (!reader.isApplication(bytes, start, end, Tag.boolean)) return false;
    const isEnd = reader.value === 1;
    this.#end(context, keyOf(operation, true), 'read-back');
    const transfer = this.#data(context, operation, false, bytes, reader.next, end);
    if (transfer === null) return false;
    if (isEnd) this.#end(context, keyOf(operation, false), undefined);
    return true;
  }

  /** A request of AtomicWriteFile from behind its object identifier on. */
  write(context: MessageContext, operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const transfer = this.#data(context, operation, true, bytes, start, end);
    if (transfer === null) return false;
    const key = keyOf(operation, true);
    if (this.#sizes.get(key) === transfer.size) this.#end(context, key, 'size');
    return true;
  }

  /**
   * The File_Size of a file was read or, `isSet`, written (12.13.8): as long as what was written since, it is whole. One
   * that is set before tells how long the file will be.
   */
  sizeTold(context: MessageContext, server: number, unit: number, file: number, size: number, isSet: boolean): void {
    const key = writeKey(context.flow, server, unit, file);
    const transfer = this.#open.get(key);
    if (transfer !== undefined) {
      // It may go on, and be asked for again.
      transfer.toldSize = size;
      return;
    }
    if (!isSet || !(size > 0)) return;
    if (this.#sizes.size >= SIZES_MAX) {
      const oldest = this.#sizes.keys().next();
      if (oldest.done !== true) this.#sizes.delete(oldest.value);
    }
    this.#sizes.set(key, size);
  }

  /** The device was told to restart: what was written before is used now. */
  restarted(context: MessageContext, server: number, unit: number): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open) {
      if (transfer.server === server && transfer.unit === unit && transfer.direction === 'to-server')
        this.#end(context, key, 'restart');
    }
  }

  closed(flow: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open) if (transfer.flow === flow) this.#end(context, key, 'closed');
  }

  tick(timeUs: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open)
      if (timeUs - transfer.lastUs > IDLE_US) this.#end(context, key, 'silence');
  }

  /** [0] { position, octets }, or [1] { position, number of records, octets for each }. */
  #data(
    context: MessageContext,
    operation: Operation,
    isWrite: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): OpenTransfer | null {
    const reader = this.#reader;
    if (!reader.read(bytes, start, end) || !reader.isOpening || reader.number > RECORDS) return null;
    const access = reader.number === STREAM ? STREAM : RECORDS;
    if (!reader.isApplication(bytes, reader.next, end, Tag.signed)) return null;
    const position = reader.signed(bytes);
    if (access === RECORDS && !reader.isApplication(bytes, reader.next, end, Tag.unsigned)) return null;
    const key = keyOf(operation, isWrite);
    const before = this.#open.get(key);
    // Its beginning is written once more, and not as a retry.
    if (isWrite && position === 0 && before !== undefined && before.lastPosition > 0)
      this.#end(context, key, 'begun-anew');
    const transfer = this.#open.get(key) ?? this.#begin(context, key, operation, isWrite, position);
    // Position -1 appends (14.2).
    const at = position < 0 ? transfer.nextPosition : position;
    transfer.lastUs = context.timeUs;
    transfer.frame = context.frame;
    // The same piece once more is a retry.
    if (at === transfer.lastPosition && transfer.size > 0) return transfer;
    if (at !== transfer.nextPosition) transfer.isComplete = false;
    transfer.lastPosition = at;
    let next = at;
    while (reader.isApplication(bytes, reader.next, end, Tag.octetString)) {
      const { start: from, next: to, length } = reader;
      const offset = access === STREAM ? at : transfer.size;
      transfer.size += length;
      next += access === STREAM ? length : 1;
      if (length > 0)
        context.sink.transfer(
          transferFact(transfer, NAME, 'piece', context.timeUs, context.frame, offset, bytes.slice(from, to)),
        );
      if (access === STREAM) break;
    }
    transfer.nextPosition = next;
    return transfer;
  }

  #begin(context: MessageContext, key: string, operation: Operation, isWrite: boolean, position: number): OpenTransfer {
    if (this.#open.size >= OPEN_TRANSFERS_MAX) {
      const oldest = this.#open.keys().next();
      if (oldest.done !== true) this.#end(context, oldest.value, 'closed');
    }
    const transfer: OpenTransfer = {
      id: `${NAME}-${++this.#begun}`,
      flow: context.flow,
      client: operation.client,
      server: operation.server,
      unit: operation.unit,
      carrier: isWrite ? 'AtomicWriteFile' : 'AtomicReadFile',
      direction: isWrite ? 'to-server' : 'to-client',
      name: operation.first < 0 ? 'file' : `file ${operation.first}`,
      lastUs: context.timeUs,
      frame: context.frame,
      size: 0,
      isComplete: position <= 0,
      lastPosition: -1,
      toldSize: -1,
      nextPosition: Math.max(0, position),
    };
    this.#open.set(key, transfer);
    context.sink.transfer(transferFact(transfer, NAME, 'begun', context.timeUs, context.frame));
    return transfer;
  }

  /** `ending` undefined: the device has said that it is the end. */
  #end(context: MessageContext, key: string, ending: TransferEnding | undefined): void {
    const transfer = this.#open.get(key);
    if (transfer === undefined) return;
    this.#open.delete(key);
    const isWrite = transfer.direction === 'to-server';
    if (isWrite) this.#sizes.delete(key);
    // Nothing in the service says where a written file ends; of one that is read the answers do.
    const isAsLong = isWrite && (ending === 'size' || transfer.toldSize === transfer.size);
    if (isWrite) transfer.ending = isAsLong ? 'size' : (ending ?? 'closed');
    transfer.isComplete = transfer.isComplete && (isAsLong || ending === undefined);
    context.sink.transfer(transferFact(transfer, NAME, 'ended', transfer.lastUs, transfer.frame));
  }
}

function keyOf({ flow, server, unit, first }: Operation, isWrite: boolean): string {
  return isWrite ? writeKey(flow, server, unit, first) : `${flow} ${server} ${unit} ${first} read`;
}

function writeKey(flow: number, server: number, unit: number, file: number): string {
  return `${flow} ${server} ${unit} ${file} write`;
}
