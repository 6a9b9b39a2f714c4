// Files (group 70, IEEE 1815-2012, clause A.27): names and handles of what is open, pieces gathered into transfers, and
// the clear password of a file login. Rare messages: plain code with objects, bounded.
import { u16le, u32le } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { Login, Transfer } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import type { Association } from './associations.ts';
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
const SECRET_BYTES_MAX = 64;
const COMMAND_SIZE = 26;
const STATUS_SIZE = 13;
const TRANSPORT_SIZE = 8;
const TRANSPORT_STATUS_SIZE = 9;
const AUTHENTICATION_SIZE = 12;
const LAST_BLOCK = 0x8000_0000;
const MODE_WRITE = 2;
const MODE_APPEND = 3;

/** Who talks in the message that is decoded. */
export interface FileParties {
  readonly context: MessageContext;
  readonly association: Association;
  readonly client: number;
  readonly server: number;
}

interface OpenFile {
  readonly key: string;
  readonly id: string;
  readonly association: Association;
  readonly client: number;
  readonly server: number;
  readonly nameBytes: Uint8Array;
  readonly isWrite: boolean;
  /** Octets of the file as the outstation or the master told them, -1 where neither did. */
  readonly announced: number;
  lastUs: number;
  frame: number;
  size: number;
  nextBlock: number;
  hasAll: boolean;
  hasLast: boolean;
}

interface Request {
  readonly nameBytes: Uint8Array;
  readonly isWrite: boolean;
  readonly size: number;
}

export class Files {
  readonly #protocol: string;
  readonly #open = new Map<string, OpenFile>();
  /** What the last open of a pair asked for. */
  readonly #asked = new Map<Association, Request>();
  readonly #logins = new Map<Association, { readonly user: string; readonly secret: Uint8Array }>();
  #begun = 0;
  /** What the object that was read last says: its verb (-1 keeps the function's), its name, its values. */
  verb = -1;
  nameBytes: Uint8Array = NO_BYTES;
  nameStart = 0;
  nameEnd = 0;
  dataStart = 0;
  dataEnd = 0;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** An object of a request stands in bytes[start..end). */
  requested(
    parties: FileParties,
    code: number,
    variation: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#clear();
    if (code === Code.read) this.verb = Verb['file-read'];
    else if (code === Code.write) this.verb = Verb['file-write'];
    switch (variation) {
      case File.command:
        this.#command(parties, code, bytes, start, end);
        return;
      case File.commandStatus:
        if (start + 4 <= end) this.#nameOf(parties, u32le(bytes, start));
        return;
      case File.transport:
        this.#transport(parties, code, bytes, start, end);
        return;
      case File.authentication:
        this.#credentials(parties, bytes, start, end);
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
  answered(
    parties: FileParties,
    code: number,
    variation: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    this.#clear();
    switch (variation) {
      case File.commandStatus:
        return this.#commandStatus(parties, code, bytes, start, end);
      case File.transport:
        this.#blockRead(parties, bytes, start, end);
        return 0;
      case File.transportStatus:
        if (start + 4 <= end) this.#nameOf(parties, u32le(bytes, start));
        return start + TRANSPORT_STATUS_SIZE <= end ? bytes[start + 8]! : 0;
      case File.descriptor:
        this.#nameWithin(bytes, start, end);
        return 0;
      case File.authentication:
        this.#admitted(parties, bytes, start, end);
        return 0;
      default:
        return 0;
    }
  }

  /** A pair of addresses is forgotten, or its conversation is over. */
  forget(association: Association): void {
    this.#asked.delete(association);
    this.#logins.get(association)?.secret.fill(0);
    this.#logins.delete(association);
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
  #nameOf(parties: FileParties, handle: number): void {
    const file = this.#open.get(keyOf(parties.association, handle));
    const name = file?.nameBytes ?? bytesOfText(`handle ${handle}`);
    this.#setName(name, 0, name.length);
  }

  #command(parties: FileParties, code: number, bytes: Uint8Array, start: number, end: number): void {
    if (start + COMMAND_SIZE > end) return;
    this.#nameWithin(bytes, start, end);
    const mode = u16le(bytes, start + 20);
    const isWrite = mode === MODE_WRITE || mode === MODE_APPEND;
    if (code !== Code.openFile) return;
    this.verb = isWrite ? Verb['file-write'] : Verb['file-read'];
    if (this.#asked.size >= OPEN_FILES_MAX)
      for (const oldest of this.#asked.keys()) {
        this.#asked.delete(oldest);
        break;
      }
    const nameBytes = this.nameBytes.slice(this.nameStart, this.nameEnd);
    this.#asked.set(parties.association, { nameBytes, isWrite, size: u32le(bytes, start + 16) });
  }

  #transport(parties: FileParties, code: number, bytes: Uint8Array, start: number, end: number): void {
    if (start + TRANSPORT_SIZE > end) return;
    const handle = u32le(bytes, start);
    this.#nameOf(parties, handle);
    if (code !== Code.write) return;
    this.dataStart = start + TRANSPORT_SIZE;
    this.dataEnd = end;
    this.#piece(parties, handle, true, u32le(bytes, start + 4), bytes, start + TRANSPORT_SIZE, end);
  }

  #blockRead(parties: FileParties, bytes: Uint8Array, start: number, end: number): void {
    if (start + TRANSPORT_SIZE > end) return;
    const handle = u32le(bytes, start);
    this.#nameOf(parties, handle);
    this.dataStart = start + TRANSPORT_SIZE;
    this.dataEnd = end;
    this.#piece(parties, handle, false, u32le(bytes, start + 4), bytes, start + TRANSPORT_SIZE, end);
  }

  #commandStatus(parties: FileParties, code: number, bytes: Uint8Array, start: number, end: number): number {
    if (start + STATUS_SIZE > end) return 0;
    const handle = u32le(bytes, start);
    const status = bytes[start + 12]!;
    const file = this.#open.get(keyOf(parties.association, handle));
    if (code === Code.openFile && status === 0) {
      if (file !== undefined) this.#end(file, parties.context);
      this.#begin(parties, handle, u32le(bytes, start + 4));
    } else if ((code === Code.closeFile || code === Code.abortFile) && status === 0 && file !== undefined) {
      this.#end(file, parties.context);
    }
    return status;
  }

  #begin(parties: FileParties, handle: number, sizeTold: number): OpenFile {
    const { context, association, client, server } = parties;
    const asked = this.#asked.get(association);
    this.#asked.delete(association);
    if (this.#open.size >= OPEN_FILES_MAX)
      for (const oldest of this.#open.values()) {
        this.#end(oldest, context);
        break;
      }
    const isWrite = asked?.isWrite ?? false;
    const file: OpenFile = {
      key: keyOf(association, handle),
      id: `${this.#protocol} ${++this.#begun}`,
      association,
      client,
      server,
      nameBytes: asked?.nameBytes ?? bytesOfText(`handle ${handle}`),
      isWrite,
      announced: asked === undefined ? -1 : isWrite ? asked.size : sizeTold,
      lastUs: context.timeUs,
      frame: context.frame,
      size: 0,
      nextBlock: 0,
      hasAll: asked !== undefined,
      hasLast: false,
    };
    this.#open.set(file.key, file);
    context.sink.transfer(this.#fact(file, 'begun', context, -1, NO_BYTES));
    return file;
  }

  /** A block of a file; a block that is sent again is the same block again. */
  #piece(
    parties: FileParties,
    handle: number,
    isWrite: boolean,
    numberAndLast: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const { context, association } = parties;
    let file = this.#open.get(keyOf(association, handle));
    const block = numberAndLast % LAST_BLOCK;
    if (file === undefined) {
      this.#asked.set(association, { nameBytes: bytesOfText(`handle ${handle}`), isWrite, size: 0 });
      file = this.#begin(parties, handle, 0);
      file.hasAll = block === 0;
      file.nextBlock = block;
    }
    if (block === file.nextBlock - 1) return;
    if (block !== file.nextBlock) file.hasAll = false;
    file.nextBlock = block + 1;
    file.hasLast = numberAndLast >= LAST_BLOCK;
    if (end > start) {
      context.sink.transfer(this.#fact(file, 'piece', context, file.size, bytes.slice(start, end)));
    }
    file.size += end - start;
    file.lastUs = context.timeUs;
    file.frame = context.frame;
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
    };
  }

  /** User name and password in clear (A.27.2). The password waits for the answer and is wiped. */
  #credentials(parties: FileParties, bytes: Uint8Array, start: number, end: number): void {
    if (start + AUTHENTICATION_SIZE > end) return;
    const part = (at: number): Uint8Array => {
      const from = Math.min(end, start + u16le(bytes, at));
      return bytes.slice(from, Math.min(end, from + u16le(bytes, at + 2), from + SECRET_BYTES_MAX));
    };
    const user = part(start);
    this.forget(parties.association);
    if (this.#logins.size >= OPEN_FILES_MAX)
      for (const oldest of this.#logins.keys()) {
        this.forget(oldest);
        break;
      }
    this.#logins.set(parties.association, { user: printable(user, 0, user.length), secret: part(start + 4) });
  }

  /** The answer to a login has a key where it is accepted, 0 where not. */
  #admitted(parties: FileParties, bytes: Uint8Array, start: number, end: number): void {
    const login = this.#logins.get(parties.association);
    if (login === undefined || start + AUTHENTICATION_SIZE > end) return;
    this.tellLogin(parties, u32le(bytes, start + 8) === 0 ? 'refused' : 'accepted');
  }

  /** Tells of the login that waits, if one does, and wipes its password. */
  tellLogin(parties: FileParties, outcome: Login['outcome']): void {
    const { context, association, client, server } = parties;
    const login = this.#logins.get(association);
    if (login === undefined) return;
    const { secret, user } = login;
    const { timeUs, frame } = context;
    const { flow } = association;
    context.sink.login({
      fact: 'login',
      timeUs,
      frame,
      flow,
      client,
      server,
      protocol: this.#protocol,
      mechanism: 'clear',
      user,
      outcome,
      test: (candidate) => Buffer.from(candidate, 'latin1').equals(secret),
    });
    secret.fill(0);
    this.#logins.delete(association);
  }
}

const NO_BYTES = new Uint8Array(0);

function keyOf(association: Association, handle: number): string {
  return `${association.flow} ${association.master} ${association.outstation} ${handle}`;
}

function bytesOfText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
