// Files that are open over SMB and what was read from and written to them: transfers with pieces, and whether all of a
// file was seen.
import type { MessageContext } from '../../facts/protocol.ts';
import { type CarriedTransfer, transferFact } from '../facts-of-messages.ts';

const NAME = 'smb';
/** Stretches that lie apart from each other; where there are more, the file does not count as whole. */
const STRETCHES_MAX = 256;

interface OpenTransfer extends CarriedTransfer {
  size: number;
  isComplete: boolean;
  lastUs: number;
  frame: number;
  readonly seen: Stretches;
}

/** One file or pipe that a client has opened. */
export interface OpenFile {
  /** With the share before it. */
  readonly name: string;
  isPipe: boolean;
  readonly client: number;
  readonly server: number;
  /** Bytes of the file, -1: not known. */
  size: number;
  read: OpenTransfer | null;
  written: OpenTransfer | null;
}

export class FileTransfers {
  #begun = 0;

  /** Bytes of the file at `offset` passed by. */
  piece(
    context: MessageContext,
    file: OpenFile,
    isWrite: boolean,
    offset: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (end <= start || file.isPipe || !Number.isSafeInteger(offset + end - start)) return;
    const transfer = (isWrite ? file.written : file.read) ?? this.#begin(context, file, isWrite);
    transfer.size += end - start;
    transfer.lastUs = context.timeUs;
    transfer.frame = context.frame;
    transfer.seen.add(offset, offset + end - start);
    const part = bytes.subarray(start, end);
    context.sink.transfer(transferFact(transfer, NAME, 'piece', context.timeUs, context.frame, offset, part));
  }

  /** A write was refused: the file is not what was sent. */
  refused(file: OpenFile): void {
    if (file.written !== null) file.written.isComplete = false;
  }

  /** The file was closed, or nobody will know more. */
  ended(context: MessageContext, file: OpenFile): void {
    const { read, written } = file;
    file.read = null;
    file.written = null;
    if (read !== null) {
      read.isComplete &&= file.size >= 0 && read.seen.isWhole(file.size);
      context.sink.transfer(transferFact(read, NAME, 'ended', read.lastUs, read.frame));
    }
    if (written !== null) {
      // The last byte written ends the file, unless it was longer before.
      written.isComplete &&= written.seen.isWhole(Math.max(file.size, written.seen.end));
      context.sink.transfer(transferFact(written, NAME, 'ended', written.lastUs, written.frame));
    }
  }

  #begin(context: MessageContext, file: OpenFile, isWrite: boolean): OpenTransfer {
    const transfer: OpenTransfer = {
      id: `${NAME}-${++this.#begun}`,
      flow: context.flow,
      client: file.client,
      server: file.server,
      unit: -1,
      carrier: isWrite ? 'SMB write' : 'SMB read',
      direction: isWrite ? 'to-server' : 'to-client',
      name: file.name,
      size: 0,
      isComplete: true,
      lastUs: context.timeUs,
      frame: context.frame,
      seen: new Stretches(),
    };
    if (isWrite) file.written = transfer;
    else file.read = transfer;
    context.sink.transfer(transferFact(transfer, NAME, 'begun', context.timeUs, context.frame));
    return transfer;
  }
}

/** Which bytes of a whole were seen: stretches in order, none touching the next. */
export class Stretches {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #isFull = false;

  add(start: number, end: number): void {
    const starts = this.#starts;
    const ends = this.#ends;
    let first = starts.length;
    while (first > 0 && ends[first - 1]! >= start) first--;
    let last = first;
    let from = start;
    let to = end;
    while (last < starts.length && starts[last]! <= to) {
      from = Math.min(from, starts[last]!);
      to = Math.max(to, ends[last]!);
      last++;
    }
    if (last === first && starts.length >= STRETCHES_MAX) {
      this.#isFull = true;
      return;
    }
    starts.splice(first, last - first, from);
    ends.splice(first, last - first, to);
  }

  /** Behind the last byte seen. */
  get end(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** All of a whole of `size` bytes. */
  isWhole(size: number): boolean {
    return !this.#isFull && this.#starts.length === 1 && this.#starts[0] === 0 && this.end >= size;
  }
}
