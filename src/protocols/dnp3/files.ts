// Files (group 70, IEEE 1815-2012, clause A.27): names and handles of what is open, and pieces gathered into transfers.
// Rare messages: plain code with objects, bounded.
import { u16le, u32le } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { CONTENT_UNSEEN, type Transfer } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import type { Association } from './associations.ts';
import type { Fragment } from './fragment.ts';
import type { FileLogins } from './file-logins.ts';
import { Code } from './messages.ts';

/** Variations of group 70. */
export const File = {
  identifier: 1,
  authentication: 2,
  command: 3,
  commandStatus: 4,
  transport: 5,
  transportStatus: 6,
  descriptor: 7,
  specification: 8,
} as const;

/** Files open at one time; the oldest ends, incomplete. */
const OPEN_FILES_MAX = 256;
/** A file nothing was heard of for this long is given up. */
const IDLE_US = 120_000_000;
const COMMAND_SIZE = 26;
const STATUS_SIZE = 13;
const TRANSPORT_SIZE = 8;
const TRANSPORT_STATUS_SIZE = 9;
/** Sizes of files are numbers of 32 bits. */
const OFFSET_MAX = 0xffff_ffff;
const LAST_BLOCK = 0x8000_0000;
const MODE_WRITE = 2;
const MODE_APPEND = 3;

interface OpenFile {
  readonly key: string;
  readonly id: string;
  readonly association: Association;
  readonly client: number;
  readonly server: number;
  readonly nameBytes: Uint8Array;
  readonly isWrite: boolean;
  lastUs: number;
  frame: number;
  size: number;
  nextBlock: number;
  /** Of the largest block so far: all but the last have it. */
  blockBytes: number;
  /** Where the next block begins. */
  nextOffset: number;
  hasAll: boolean;
  hasLast: boolean;
}

interface Request {
  readonly nameBytes: Uint8Array;
  readonly isWrite: boolean;
}

export class Files {
  readonly #protocol: string;
  readonly #open = new Map<string, OpenFile>();
  /** What the last open of a pair asked for. */
  readonly #asked = new Map<Association, Request>();
  readonly #logins: FileLogins;
  #begun = 0;
  /** What the object that was read last says: its verb (-1 keeps the function's), its name, its values. */
  verb = -1;
  nameBytes: Uint8Array = NO_BYTES;
  nameStart = 0;
  nameEnd = 0;
  dataStart = 0;
  dataEnd = 0;

  constructor(protocol: string, logins: FileLogins) {
    this.#protocol = protocol;
    this.#logins = logins;
  }

  /** An object of a request in start..end. */
  requested(fragment: Fragment, variation: number, start: number, end: number): void {
    const { bytes, code } = fragment;
    this.#clear();
    if (code === Code.read) this.verb = Verb['file-read'];
    else if (code === Code.write) this.verb = Verb['file-write'];
    switch (variation) {
      case File.command:
        this.#command(fragment, start, end);
        return;
      case File.commandStatus:
        if (start + 4 <= end) this.#nameOf(fragment, u32le(bytes, start));
        return;
      case File.transport:
        this.#blockRequested(fragment, start, end);
        return;
      case File.authentication:
        this.#logins.asked(fragment, start, end);
        return;
      case File.descriptor:
        this.#nameWithin(bytes, start, end);
        return;
      case File.specification:
        this.#setName(bytes, start, end);
        return;
      default:
    }
  }

  /** An object of the answer to function `code`. Returns its status, 0 where it has none. */
  answered(fragment: Fragment, code: number, variation: number, start: number, end: number): number {
    const { bytes } = fragment;
    this.#clear();
    switch (variation) {
      case File.commandStatus:
        return this.#commandStatus(fragment, code, start, end);
      case File.transport:
        this.#blockRead(fragment, start, end);
        return 0;
      case File.transportStatus:
        if (start + 4 <= end) this.#nameOf(fragment, u32le(bytes, start));
        return start + TRANSPORT_STATUS_SIZE <= end ? bytes[start + 8]! : 0;
      case File.descriptor:
        this.#nameWithin(bytes, start, end);
        return 0;
      case File.authentication:
        this.#logins.answered(fragment, start, end);
        return 0;
      default:
        return 0;
    }
  }

  /** A pair of addresses is forgotten. */
  forget(association: Association): void {
    this.#asked.delete(association);
  }

  closed(flow: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const file of [...this.#open.values()]) if (file.association.flow === flow) this.#end(file, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const file of [...this.#open.values()]) if (timeUs - file.lastUs > IDLE_US) this.#end(file, context);
  }

  #clear(): void {
    this.verb = -1;
    this.nameBytes = NO_BYTES;
    this.nameStart = this.nameEnd = this.dataStart = this.dataEnd = 0;
  }

  #setName(bytes: Uint8Array, start: number, end: number): void {
    this.nameBytes = bytes;
    this.nameStart = start;
    this.nameEnd = Math.max(start, end);
  }

  /** Name of an object that begins with the offset and size of one. */
  #nameWithin(bytes: Uint8Array, start: number, end: number): void {
    if (start + 4 > end) return;
    const from = start + u16le(bytes, start);
    this.#setName(bytes, Math.min(from, end), Math.min(end, from + u16le(bytes, start + 2)));
  }

  /** A handle whose open was not seen stands for itself. */
  #nameOf(fragment: Fragment, handle: number): void {
    const file = this.#open.get(keyOf(fragment.association, handle));
    const name = file?.nameBytes ?? bytesOfText(`handle ${handle}`);
    this.#setName(name, 0, name.length);
  }

  #command(fragment: Fragment, start: number, end: number): void {
    const { bytes, code, association } = fragment;
    if (start + COMMAND_SIZE > end) return;
    this.#nameWithin(bytes, start, end);
    if (code !== Code.openFile) return;
    const mode = u16le(bytes, start + 20);
    const isWrite = mode === MODE_WRITE || mode === MODE_APPEND;
    this.verb = isWrite ? Verb['file-write'] : Verb['file-read'];
    if (this.#asked.size >= OPEN_FILES_MAX) this.#asked.delete(firstOf(this.#asked.keys())!);
    const nameBytes = this.nameBytes.slice(this.nameStart, this.nameEnd);
    this.#asked.set(association, { nameBytes, isWrite });
  }

  #blockRequested(fragment: Fragment, start: number, end: number): void {
    if (start + TRANSPORT_SIZE > end) return;
    if (fragment.code === Code.write) this.#piece(fragment, true, start, end);
    else this.#nameOf(fragment, u32le(fragment.bytes, start));
  }

  #blockRead(fragment: Fragment, start: number, end: number): void {
    if (start + TRANSPORT_SIZE <= end) this.#piece(fragment, false, start, end);
  }

  #commandStatus(fragment: Fragment, code: number, start: number, end: number): number {
    const { bytes } = fragment;
    if (start + STATUS_SIZE > end) return 0;
    const handle = u32le(bytes, start);
    const status = bytes[start + 12]!;
    const file = this.#open.get(keyOf(fragment.association, handle));
    if (code === Code.openFile && status === 0) {
      if (file !== undefined) this.#end(file, fragment.context);
      this.#begin(fragment, handle);
    } else if ((code === Code.closeFile || code === Code.abortFile) && status === 0 && file !== undefined) {
      this.#end(file, fragment.context);
    }
    return status;
  }

  #begin(fragment: Fragment, handle: number): OpenFile {
    const { context, association, client, server } = fragment;
    const asked = this.#asked.get(association);
    this.#asked.delete(association);
    if (this.#open.size >= OPEN_FILES_MAX) this.#end(firstOf(this.#open.values())!, context);
    const file: OpenFile = {
      key: keyOf(association, handle),
      id: `${this.#protocol} ${++this.#begun}`,
      association,
      client,
      server,
      nameBytes: asked?.nameBytes ?? bytesOfText(`handle ${handle}`),
      isWrite: asked?.isWrite ?? false,
      lastUs: context.timeUs,
      frame: context.frame,
      size: 0,
      nextBlock: 0,
      blockBytes: 0,
      nextOffset: 0,
      hasAll: asked !== undefined,
      hasLast: false,
    };
    this.#open.set(file.key, file);
    context.sink.transfer(this.#fact(file, 'begun', context, -1, NO_BYTES));
    return file;
  }

  /** A block of a file: handle, number, data. A block that is sent again is the same block again. */
  #piece(fragment: Fragment, isWrite: boolean, start: number, end: number): void {
    const { context, association, bytes } = fragment;
    const handle = u32le(bytes, start);
    const numberAndLast = u32le(bytes, start + 4);
    const block = numberAndLast % LAST_BLOCK;
    this.dataStart = start + TRANSPORT_SIZE;
    this.dataEnd = end;
    this.#nameOf(fragment, handle);
    const file = this.#open.get(keyOf(association, handle)) ?? this.#joined(fragment, handle, isWrite, block);
    if (block === file.nextBlock - 1) return;
    file.hasLast = numberAndLast >= LAST_BLOCK;
    const piece = bytes.slice(this.dataStart, end);
    file.blockBytes = Math.max(file.blockBytes, piece.length);
    if (block !== file.nextBlock) {
      file.hasAll = false;
      // Blocks are as large as the outstation granted, but for the last.
      file.nextOffset = Math.min(OFFSET_MAX, Math.max(file.nextOffset, block * file.blockBytes));
    }
    file.nextBlock = block + 1;
    if (piece.length > 0) context.sink.transfer(this.#fact(file, 'piece', context, file.nextOffset, piece));
    file.nextOffset += piece.length;
    file.size += piece.length;
    file.lastUs = context.timeUs;
    file.frame = context.frame;
  }

  /** A file whose open was not seen. */
  #joined(fragment: Fragment, handle: number, isWrite: boolean, block: number): OpenFile {
    this.#asked.set(fragment.association, { nameBytes: bytesOfText(`handle ${handle}`), isWrite });
    const file = this.#begin(fragment, handle);
    // The blocks before it were not seen.
    file.hasAll = block === 0;
    return file;
  }

  #end(file: OpenFile, context: MessageContext): void {
    this.#open.delete(file.key);
    context.sink.transfer(this.#fact(file, 'ended', context, -1, NO_BYTES));
  }

  #fact(
    file: OpenFile,
    phase: Transfer['phase'],
    context: MessageContext,
    offset: number,
    bytes: Uint8Array,
  ): Transfer {
    const isEnd = phase === 'ended';
    return {
      fact: 'transfer',
      phase,
      timeUs: context.timeUs,
      frame: isEnd ? file.frame : context.frame,
      flow: file.association.flow,
      client: file.client,
      server: file.server,
      unit: file.association.outstation,
      protocol: this.#protocol,
      carrier: 'dnp3 file',
      direction: file.isWrite ? 'to-server' : 'to-client',
      transfer: file.id,
      name: printable(file.nameBytes, 0, file.nameBytes.length),
      offset,
      bytes,
      size: isEnd ? file.size : 0,
      isComplete: isEnd && file.hasLast && file.hasAll,
      ...CONTENT_UNSEEN,
    };
  }
}

const NO_BYTES = new Uint8Array(0);

function keyOf(association: Association, handle: number): string {
  return `${association.flow} ${association.master} ${association.outstation} ${handle}`;
}

function firstOf<Item>(items: Iterable<Item>): Item | undefined {
  for (const item of items) return item;
  return undefined;
}

function bytesOfText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
