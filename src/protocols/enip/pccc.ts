// A PCCC command or its answer (1770-6.5.16, chapter 7): what it says becomes the operation's function, object and values.
import { u16le } from '../../bytes/endian.ts';
import { Encoding, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { setValues } from '../facts-of-messages.ts';
import { FILE_TYPE_UNKNOWN, TAG_SPACE, fileSpaceOf } from './classes.ts';
import { Fnc, Pccc, PCCC_FUNCTIONS, hasFnc, pcccVerb } from './pccc-functions.ts';
import { pcccCode } from './status.ts';
import { setBytes } from './tag-values.ts';

/** Command, status, transaction. */
const COMMAND_SIZE = 4;
/** A byte of an address that says that two more follow. */
const LONG = 0xff;
/** Timers, counters and controls are three words. */
const WORDS_OF_STRUCTURE = 3;
/** Sub-elements of other files: numbers of their own, from here on. */
const SUB_ELEMENTS_FIRST = 0x1000_0000;

const REMOTE_PROGRAM = 1;
const REMOTE_RUN = 6;

const Type = { timer: 0x86, control: 0x88, integer: 0x89, float: 0x8a, long: 0x91 } as const;

export class PcccReader {
  command = 0;
  fnc = -1;
  /** STS and EXT STS of an answer. */
  status = 0;
  extended = 0;
  dataStart = 0;
  dataEnd = 0;
  /** Less than a command is there. */
  isShort = false;
  #at = 0;
  #isCut = false;

  /** A command: bytes[start..end) begins with CMD. */
  readCommand(bytes: Uint8Array, start: number, end: number): void {
    this.#readHead(bytes, start, end);
    if (this.isShort || !hasFnc(this.command)) return;
    if (this.dataStart >= end) this.isShort = true;
    else this.fnc = bytes[this.dataStart++]!;
  }

  /** An answer: STS F0 is followed by the extended status. */
  readAnswer(bytes: Uint8Array, start: number, end: number): void {
    this.#readHead(bytes, start, end);
    if (this.isShort) return;
    this.status = bytes[start + 1]!;
    if (this.status === 0xf0 && this.dataStart < end) this.extended = bytes[this.dataStart++]!;
  }

  #readHead(bytes: Uint8Array, start: number, end: number): void {
    this.fnc = -1;
    this.status = 0;
    this.extended = 0;
    this.dataEnd = end;
    this.dataStart = Math.min(end, start + COMMAND_SIZE);
    this.isShort = end - start < COMMAND_SIZE;
    this.command = this.isShort ? 0 : bytes[start]! & 0x0f;
  }

  /** The code of the answer that was read. */
  code(): number {
    return pcccCode(this.status, this.extended);
  }

  /** Values of the answer that was read, into the operation of its command. */
  fillAnswer(operation: Operation, bytes: Uint8Array): void {
    const { dataStart, dataEnd } = this;
    const command = operation.function - PCCC_FUNCTIONS;
    const fnc = operation.subfunction;
    if (command === Pccc.unprotectedRead || (command === Pccc.typed && fnc === Fnc.wordRangeRead))
      setWords(operation, bytes, dataStart, dataEnd);
    else if (command === Pccc.typed && (fnc === Fnc.readTwo || fnc === Fnc.readThree))
      setFileValues(operation, ((operation.space >> 16) & 0x7f) | 0x80, bytes, dataStart, dataEnd);
    else if (operation.encoding === Encoding.none || operation.verb === Verb.identify)
      setBytes(operation, bytes, dataStart, dataEnd);
  }

  /** Puts the command that was read into the operation. */
  fill(operation: Operation, bytes: Uint8Array): void {
    operation.function = PCCC_FUNCTIONS + this.command;
    operation.subfunction = this.fnc;
    operation.verb = pcccVerb(this.command, this.fnc);
    operation.count = 1;
    this.#at = this.dataStart;
    this.#isCut = false;
    if (this.command === Pccc.typed) this.#fillTyped(operation, bytes);
    else if (this.command === Pccc.unprotectedRead) this.#fillByAddress(operation, bytes, false);
    else if (this.command !== Pccc.diagnostics && this.command !== Pccc.modes)
      this.#fillByAddress(operation, bytes, true);
    else setBytes(operation, bytes, this.dataStart, this.dataEnd);
  }

  #fillTyped(operation: Operation, bytes: Uint8Array): void {
    switch (this.fnc) {
      case Fnc.readTwo:
      case Fnc.readThree:
      case Fnc.writeTwo:
      case Fnc.writeThree:
      case Fnc.maskedWriteThree:
        this.#fillLogical(operation, bytes);
        return;
      case Fnc.wordRangeRead:
      case Fnc.wordRangeWrite:
      case Fnc.typedRead:
      case Fnc.typedWrite:
        this.#at += 4;
        this.#fillSystemAddress(operation, bytes);
        return;
      case Fnc.bitWrite:
        this.#fillSystemAddress(operation, bytes);
        return;
      case Fnc.changeMode:
        setBytes(operation, bytes, this.dataStart, this.dataEnd);
        if (this.dataStart < this.dataEnd) setModeVerb(operation, bytes[this.dataStart]!);
        return;
      default:
        setBytes(operation, bytes, this.dataStart, this.dataEnd);
    }
  }

  /** Size in bytes, file, type, element, and for three fields the sub-element. */
  #fillLogical(operation: Operation, bytes: Uint8Array): void {
    const size = this.#byte(bytes);
    const file = this.#field(bytes);
    const type = this.#byte(bytes);
    const element = this.#field(bytes);
    const hasSub = this.fnc !== Fnc.readTwo && this.fnc !== Fnc.writeTwo;
    const sub = hasSub ? this.#field(bytes) : 0;
    if (this.#isCut) return;
    operation.space = fileSpaceOf(type, file);
    setPlace(operation, type, element, sub, size);
    const isRead = this.fnc === Fnc.readTwo || this.fnc === Fnc.readThree;
    if (this.fnc === Fnc.maskedWriteThree) setBytes(operation, bytes, this.#at, this.dataEnd);
    else if (!isRead) setFileValues(operation, type, bytes, this.#at, this.dataEnd);
  }

  /** The address of a PLC-5: levels flagged in its first byte, or a text after `00 $`. */
  #fillSystemAddress(operation: Operation, bytes: Uint8Array): void {
    const flags = this.#byte(bytes);
    if (flags === 0 && bytes[this.#at] === 0x24 && this.#at < this.dataEnd) {
      const nameStart = this.#at + 1;
      let nameEnd = nameStart;
      while (nameEnd < this.dataEnd && bytes[nameEnd] !== 0) nameEnd++;
      operation.space = TAG_SPACE;
      operation.nameBytes = bytes;
      operation.nameStart = nameStart;
      operation.nameEnd = nameEnd;
      this.#at = Math.min(this.dataEnd, nameEnd + 1);
    } else {
      if ((flags & 1) !== 0) this.#field(bytes);
      const file = (flags & 2) !== 0 ? this.#field(bytes) : 0;
      const element = (flags & 4) !== 0 ? this.#field(bytes) : 0;
      const sub = (flags & 8) !== 0 ? this.#field(bytes) : 0;
      for (let level = 4; level < 8; level++) if ((flags & (1 << level)) !== 0) this.#field(bytes);
      if (this.#isCut) return;
      operation.space = fileSpaceOf(FILE_TYPE_UNKNOWN, file);
      operation.first = sub === 0 ? element : SUB_ELEMENTS_FIRST + element * 256 + (sub & 0xff);
    }
    if (this.fnc === Fnc.wordRangeRead) {
      if (operation.first >= 0) operation.count = Math.max(1, this.#byte(bytes) >> 1);
    } else if (this.fnc === Fnc.wordRangeWrite) {
      setWords(operation, bytes, this.#at, this.dataEnd);
      if (operation.first >= 0 && operation.encoding !== Encoding.bytes)
        operation.count = Math.max(1, operation.valueCount);
    } else if (this.fnc !== Fnc.typedRead) setBytes(operation, bytes, this.#at, this.dataEnd);
  }

  /** Commands with a byte address: it, then for a read the size. */
  #fillByAddress(operation: Operation, bytes: Uint8Array, isWrite: boolean): void {
    if (this.dataStart + 2 > this.dataEnd) return;
    operation.space = fileSpaceOf(FILE_TYPE_UNKNOWN, 0);
    operation.first = u16le(bytes, this.dataStart) >> 1;
    if (isWrite) setWords(operation, bytes, this.dataStart + 2, this.dataEnd);
    else if (this.dataStart + 2 < this.dataEnd) operation.count = Math.max(1, bytes[this.dataStart + 2]! >> 1);
    if (isWrite && operation.encoding !== Encoding.bytes) operation.count = Math.max(1, operation.valueCount);
  }

  #byte(bytes: Uint8Array): number {
    if (this.#at >= this.dataEnd) {
      this.#isCut = true;
      return 0;
    }
    return bytes[this.#at++]!;
  }

  #field(bytes: Uint8Array): number {
    const first = this.#byte(bytes);
    if (first !== LONG) return first;
    if (this.#at + 2 > this.dataEnd) {
      this.#isCut = true;
      return 0;
    }
    this.#at += 2;
    return u16le(bytes, this.#at - 2);
  }
}

/** Remote program stops the controller, remote run starts it; the others are tests. */
function setModeVerb(operation: Operation, mode: number): void {
  if (mode === REMOTE_PROGRAM) operation.verb = Verb.stop;
  else if (mode === REMOTE_RUN) operation.verb = Verb.start;
}

function isStructure(type: number): boolean {
  return type >= Type.timer && type <= Type.control;
}

function elementSize(type: number): number {
  return type === Type.float || type === Type.long ? 4 : 2;
}

function setPlace(operation: Operation, type: number, element: number, sub: number, size: number): void {
  operation.count = Math.max(1, Math.floor(size / elementSize(type)));
  if (isStructure(type)) operation.first = element * WORDS_OF_STRUCTURE + sub;
  else operation.first = sub === 0 ? element : SUB_ELEMENTS_FIRST + element * 256 + (sub & 0xff);
}

function setFileValues(operation: Operation, type: number, bytes: Uint8Array, start: number, end: number): void {
  const size = elementSize(type);
  const encoding =
    type === Type.float
      ? Encoding.floatLittle
      : type === Type.long || type === Type.integer
        ? Encoding.signedLittle
        : Encoding.unsignedLittle;
  if (end - start < size) setBytes(operation, bytes, start, end);
  else setValues(operation, bytes, start, size, encoding, Math.floor((end - start) / size));
}

function setWords(operation: Operation, bytes: Uint8Array, start: number, end: number): void {
  if (end - start < 2) setBytes(operation, bytes, start, end);
  else setValues(operation, bytes, start, 2, Encoding.unsignedLittle, (end - start) >> 1);
}
