// File services (types 120 to 127; IEC 60870-5-101:2003, clauses 6.11 and 7.3.6): what is asked becomes operations, and
// segments become transfers. The controlling station reads files by calling them, and writes by announcing one.
import type { MessageContext } from '../../facts/protocol.ts';
import { APCI, ASDU_HEADER } from './apci.ts';
import { u16le } from '../../bytes/endian.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { Cause, isUnknown } from './causes.ts';
import { checkOrdered } from './check-element.ts';
import { codeOf } from './facts.ts';
import { FILE_ERROR } from './messages.ts';
import { type Asdu, u24le } from './parse.ts';
import type { Problems } from './problems.ts';
import { Transfers, type FilePlace, type FramePlace } from './transfers.ts';
import { Space, Type } from './types.ts';

/** Set in FRQ and SRQ: not ready. */
const NOT_READY = 0x80;
/** Words of SCQ (clause 7.2.6.30). */
const Call = { directory: 0, selectFile: 1, requestFile: 2, deactivate: 3, delete: 4, requestSection: 6 } as const;
/** Words of LSQ and AFQ (clauses 7.2.6.31 and 7.2.6.32). */
const Last = { file: 1, fileDeactivated: 2, section: 3 } as const;
const Acknowledge = { fileNegative: 2, sectionNegative: 4 } as const;

/** What an operation about a file waits for. */
const Wait = { fileReady: 1, sectionReady: 2, segment: 3, directory: 4, call: 5, nothing: 6 } as const;

export class Files {
  readonly #index: number;
  readonly #pending: PendingOperations;
  readonly #problems: Problems;
  readonly #transfers: Transfers;

  constructor(index: number, name: string, pending: PendingOperations, problems: Problems) {
    this.#index = index;
    this.#pending = pending;
    this.#problems = problems;
    this.#transfers = new Transfers(name);
  }

  /** `fromController`: the controlling station says it. */
  message(asdu: Asdu, bytes: Uint8Array, context: MessageContext, fromController: boolean): void {
    for (let index = 0; index < asdu.count; index++) {
      const at = asdu.elementAt(index);
      checkOrdered(asdu.element, bytes, at, this.#problems);
      if (asdu.type === Type.directory) continue;
      if (isUnknown(asdu.cause)) this.#unknown(asdu, bytes, index, at, context);
      else this.#service(asdu, bytes, index, at, context, fromController);
    }
    if (asdu.type === Type.directory && asdu.count > 0) this.#directory(asdu, bytes, context);
  }

  gap(flow: number): void {
    this.#transfers.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#transfers.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#transfers.tick(timeUs, context);
  }

  #service(
    asdu: Asdu,
    bytes: Uint8Array,
    index: number,
    at: number,
    context: MessageContext,
    fromController: boolean,
  ): void {
    const { commonAddress: unit } = asdu;
    const address = asdu.address(bytes, index);
    const file = u16le(bytes, at);
    const isToServer = asdu.type === Type.fileAcknowledge ? !fromController : fromController;
    // Segments go from who says them; a call or an acknowledgement goes the other way.
    const place: FilePlace = {
      client: context.fromClient === fromController ? context.client : context.server,
      server: context.fromClient === fromController ? context.server : context.client,
      unit,
      address,
      file,
      isToServer,
    };
    switch (asdu.type) {
      case Type.fileReady:
        this.#fileReady(asdu, bytes, at, place, context, fromController);
        return;
      case Type.sectionReady: {
        const isReady = (bytes[at + 6]! & NOT_READY) === 0;
        if (isReady) {
          this.#transfers.section(context, place, bytes[at + 2]!, u24le(bytes, at + 3), frameOf(asdu, context));
        }
        if (!fromController) this.#answer(place, Wait.sectionReady, isReady ? 0 : FILE_ERROR, context);
        return;
      }
      case Type.fileCall:
        if (fromController) this.#called(asdu, bytes, at, place, context);
        else this.#answer(place, Wait.call, errorOf(bytes[at + 3]!), context);
        return;
      case Type.queryLog:
        this.#ask(asdu, place, Verb['file-read'], -1, Wait.fileReady, context);
        return;
      case Type.lastSection:
        if (!fromController) this.#answer(place, Wait.segment, 0, context);
        this.#last(bytes, at, place, context);
        return;
      case Type.fileAcknowledge:
        this.#acknowledged(bytes[at + 3]!, place, context);
        return;
      default:
        if (!fromController) this.#answer(place, Wait.segment, 0, context);
        this.#segment(asdu, bytes, at, place, context);
    }
  }

  #fileReady(
    asdu: Asdu,
    bytes: Uint8Array,
    at: number,
    place: FilePlace,
    context: MessageContext,
    fromController: boolean,
  ): void {
    const isReady = (bytes[at + 5]! & NOT_READY) === 0;
    if (fromController) this.#ask(asdu, place, Verb['file-write'], -1, Wait.call, context);
    else if (!this.#answer(place, Wait.fileReady, isReady ? 0 : FILE_ERROR, context)) {
      this.#fill(asdu, place, Verb['file-read'], -1, context);
      setUnasked(context.operation, context, isReady ? 0 : FILE_ERROR);
      context.sink.operation(context.operation);
    }
    if (isReady) this.#transfers.ready(context, place, u24le(bytes, at + 2));
  }

  #called(asdu: Asdu, bytes: Uint8Array, at: number, place: FilePlace, context: MessageContext): void {
    const word = bytes[at + 3]! & 15;
    if (asdu.cause === Cause.requested) this.#ask(asdu, place, Verb.enumerate, Call.directory, Wait.directory, context);
    else if (word === Call.selectFile) this.#ask(asdu, place, Verb['file-read'], word, Wait.fileReady, context);
    else if (word === Call.requestFile) this.#ask(asdu, place, Verb['file-read'], word, Wait.sectionReady, context);
    else if (word === Call.delete) this.#ask(asdu, place, Verb.delete, word, Wait.nothing, context);
    else if (word === Call.requestSection) this.#ask(asdu, place, Verb['file-read'], word, Wait.segment, context);
    else this.#ask(asdu, place, word === 5 ? Verb['file-read'] : Verb.cancel, word, Wait.nothing, context);
  }

  #segment(asdu: Asdu, bytes: Uint8Array, at: number, place: FilePlace, context: MessageContext): void {
    const start = at + 4;
    const end = Math.min(asdu.end, start + bytes[at + 3]!);
    if (start >= end) return;
    this.#transfers.piece(context, place, bytes[at + 2]!, bytes, start, end, frameOf(asdu, context));
  }

  #last(bytes: Uint8Array, at: number, place: FilePlace, context: MessageContext): void {
    const word = bytes[at + 3]!;
    const isFile = word === Last.file;
    if (isFile || word === Last.section) {
      const sum = this.#transfers.sum(context, place, isFile);
      if (sum >= 0 && sum !== bytes[at + 4]) {
        this.#problems.add('checksum-wrong', `checksum ${bytes[at + 4]!}, the bytes give ${sum}`, at + 4);
      }
    }
    if (isFile || word === Last.fileDeactivated) this.#transfers.ended(context, place, isFile);
  }

  #acknowledged(qualifier: number, place: FilePlace, context: MessageContext): void {
    const word = qualifier & 15;
    if (word === Acknowledge.fileNegative) this.#transfers.ended(context, place, false);
  }

  /** Several files, or one: an operation for the list. */
  #directory(asdu: Asdu, bytes: Uint8Array, context: MessageContext): void {
    const { operation, sink } = context;
    const first = asdu.address(bytes, 0);
    const key = keyOf(asdu.commonAddress, 0, 0, Wait.directory);
    const slot = asdu.cause === Cause.requested ? this.#pending.find(context.flow, key) : -1;
    if (slot >= 0) {
      this.#pending.recall(slot, operation);
      setAnswered(operation, context);
      operation.first = first;
      operation.count = asdu.count;
    } else {
      startOperation(context, this.#index, context.fromClient);
      operation.verb = Verb.report;
      operation.function = asdu.type;
      operation.subfunction = asdu.cause;
      operation.unit = asdu.commonAddress;
      operation.space = Space.file;
      operation.first = first;
      operation.count = asdu.count;
      setUnasked(operation, context);
    }
    sink.operation(operation);
    if (slot >= 0) this.#pending.release(slot);
  }

  /** The station does not know the type, the cause, itself or the object: answers whatever waits for this file. */
  #unknown(asdu: Asdu, bytes: Uint8Array, index: number, at: number, context: MessageContext): void {
    const address = asdu.address(bytes, index);
    const file = u16le(bytes, at);
    for (let wait: number = Wait.fileReady; wait <= Wait.nothing; wait++) {
      const isList = wait === Wait.directory;
      const key = keyOf(asdu.commonAddress, isList ? 0 : address, isList ? 0 : file, wait);
      const slot = this.#pending.find(context.flow, key);
      if (slot < 0) continue;
      this.#answerSlot(slot, codeOf(asdu), context);
      return;
    }
  }

  #ask(asdu: Asdu, place: FilePlace, verb: number, subfunction: number, wait: number, context: MessageContext): void {
    this.#pending.makeRoom(context);
    this.#fill(asdu, place, verb, subfunction, context);
    const isList = wait === Wait.directory;
    this.#pending.add(context.operation, keyOf(place.unit, isList ? 0 : place.address, isList ? 0 : place.file, wait));
  }

  #answer(place: FilePlace, wait: number, code: number, context: MessageContext): boolean {
    const slot = this.#pending.find(context.flow, keyOf(place.unit, place.address, place.file, wait));
    if (slot < 0) return false;
    this.#answerSlot(slot, code, context);
    return true;
  }

  #answerSlot(slot: number, code: number, context: MessageContext): void {
    const { operation, sink } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, code);
    sink.operation(operation);
    this.#pending.release(slot);
  }

  #fill(asdu: Asdu, place: FilePlace, verb: number, subfunction: number, context: MessageContext): void {
    const operation = startOperation(context, this.#index, place.client === context.server);
    operation.verb = verb;
    operation.function = asdu.type;
    operation.subfunction = subfunction;
    operation.unit = place.unit;
    operation.space = Space.file;
    operation.first = place.address;
    operation.count = 1;
  }
}

/** The frame that holds it, with its control fields and the header. */
function frameOf({ start, end }: Asdu, context: MessageContext): FramePlace {
  const frameStart = start - APCI - ASDU_HEADER;
  return { start: context.positionOf?.(frameStart) ?? -1, size: end - frameStart };
}

/** The error of SCQ and AFQ as a code of an operation; 0 for none. */
function errorOf(qualifier: number): number {
  return qualifier >> 4 === 0 ? 0 : FILE_ERROR + (qualifier >> 4);
}

/** Pairs what is asked about a file with its answer. */
function keyOf(unit: number, address: number, file: number, wait: number): number {
  const place = Math.imul(address, 0x9e3779b1) ^ Math.imul((unit << 4) | wait, 0x85ebca6b);
  return Math.imul(place ^ (place >>> 15) ^ Math.imul(file + 1, 0xc2b2ae35), 0x2c1b3c6d);
}
