// Pairs answers with requests and hands the pair on as facts. One session serves all conversations of one framing; what
// waits is kept in one bounded table.
import { u32le } from '../../bytes/endian.ts';
import { Encoding } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { checkAnswer } from './check-answer.ts';
import { ModbusFacts, Parties } from './facts.ts';
import { IdentityClaims } from './identity.ts';
import { Code, EXCEPTION_BIT, Mei, ModbusMessage, Problem } from './messages.ts';
import { FileGroup, fileObject } from './parse-file.ts';
import { parseAnswer, parseRequest } from './parse.ts';
import { UMAS_BODY } from './parse-umas.ts';
import { ANY_UNIT, PendingRequests } from './pending.ts';
import { ReversedFlows } from './reversed-flows.ts';
import { fitsAnswer, fitsRequest } from './shape.ts';
import { Transfers } from './transfers.ts';
import { Umas } from './umas-functions.ts';

const PENDING_REQUESTS_MAX = 32_768;
const ANSWER_TIMEOUT_US = 10_000_000;
/** Requests handed over as unanswered by one tick; the rest waits for the next. */
const EXPIRED_PER_TICK_MAX = 4096;

export interface SessionSettings {
  readonly index: number;
  readonly name: string;
  readonly ports: readonly number[];
  /** Serial framing: unit 0 means every device, a unit has one request open, there are no transactions. */
  readonly isSerial: boolean;
}

export class ModbusSession {
  readonly #settings: SessionSettings;
  readonly #pending = new PendingRequests(PENDING_REQUESTS_MAX);
  readonly #facts: ModbusFacts;
  readonly #transfers: Transfers;
  readonly #claims = new IdentityClaims();
  readonly #message = new ModbusMessage();
  readonly #parties = new Parties();
  readonly #reversed = new ReversedFlows();
  readonly #group = new FileGroup();
  readonly #answerGroup = new FileGroup();

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.#facts = new ModbusFacts(settings.index, settings.name);
    this.#transfers = new Transfers(settings.name);
  }

  /**
   * One message: the frame is bytes[frameStart..frameEnd), of which start..end is what begins with the function code.
   * What the framing found wrong is in `problems` and is handed on with the rest.
   */
  message(
    bytes: Uint8Array,
    frameStart: number,
    frameEnd: number,
    start: number,
    end: number,
    transaction: number,
    unit: number,
    context: MessageContext,
    problems: ModbusMessage,
  ): void {
    const parties = this.#parties;
    parties.set(context, this.#isReversed(bytes, start, end, context));
    parties.unit = unit;
    if (problems.problemCount > 0) this.#facts.violations(context, parties, problems, bytes, frameStart, frameEnd);
    if (parties.fromClient) this.#request(bytes, frameStart, frameEnd, start, end, transaction, context);
    else this.#answer(bytes, frameStart, frameEnd, start, end, transaction, context);
  }

  gap(flow: number, fromClient: boolean): void {
    if (fromClient === this.#reversed.has(flow)) this.#pending.markGap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    for (let slot = this.#pending.oldestOf(flow); slot >= 0; slot = this.#pending.oldestOf(flow)) {
      this.#unanswered(slot, context);
    }
    this.#transfers.closed(flow, context);
    this.#reversed.delete(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    for (let count = 0; count < EXPIRED_PER_TICK_MAX; count++) {
      const slot = this.#pending.oldest();
      if (slot < 0 || timeUs - this.#pending.timeUs[slot]! < ANSWER_TIMEOUT_US) break;
      this.#unanswered(slot, context);
    }
    this.#transfers.tick(timeUs, context);
  }

  #request(
    bytes: Uint8Array,
    frameStart: number,
    frameEnd: number,
    start: number,
    end: number,
    transaction: number,
    context: MessageContext,
  ): void {
    const message = this.#message;
    const parties = this.#parties;
    parseRequest(message, bytes, start, end);
    const isBroadcast = this.#settings.isSerial && parties.unit === 0;
    if (isBroadcast && !isForEveryDevice(message.verb)) {
      message.addProblem(Problem['broadcast-not-a-write'], start, message.function, 0);
    }
    if (message.problemCount > 0) this.#facts.violations(context, parties, message, bytes, frameStart, frameEnd);
    if (message.verb === Verb.restart) this.#transfers.restarted(context, parties);
    if (message.verb === Verb['file-write']) this.#writtenPieces(bytes, start, end, context);
    else if (message.subfunction === Umas.downloadBlock && message.function === Code.umas) {
      this.#transfers.programPiece(
        context,
        parties,
        true,
        message.first,
        bytes,
        message.valuesStart,
        message.valuesStart + message.valueCount,
      );
    }
    if (isBroadcast) {
      this.#facts.fillFromBroadcast(context.operation, context, parties, message, bytes);
      context.sink.operation(context.operation);
      return;
    }
    this.#makeRoom(transaction, context);
    const pending = this.#pending;
    const slot = pending.add(context, transaction, parties.unit, message, bytes, start, end);
    pending.client[slot] = parties.client;
    pending.server[slot] = parties.server;
    pending.clientPort[slot] = parties.clientPort;
    pending.serverPort[slot] = parties.serverPort;
  }

  /** On a serial line a unit has one request open: a new one means that the old one got no answer. */
  #makeRoom(transaction: number, context: MessageContext): void {
    if (this.#settings.isSerial) {
      const older = this.#pending.findAny(context.flow, transaction, this.#parties.unit);
      if (older >= 0) this.#unanswered(older, context);
    }
    const inTheWay = this.#pending.inTheWay(context.flow);
    if (inTheWay >= 0) this.#unanswered(inTheWay, context);
  }

  #answer(
    bytes: Uint8Array,
    frameStart: number,
    frameEnd: number,
    start: number,
    end: number,
    transaction: number,
    context: MessageContext,
  ): void {
    const message = this.#message;
    const parties = this.#parties;
    const pending = this.#pending;
    const code = start < end ? bytes[start]! & ~EXCEPTION_BIT : -1;
    let slot = pending.find(context.flow, transaction, parties.unit, code);
    // Some devices answer with a unit of their own; only a transaction can tell that it is an answer all the same.
    if (slot < 0 && !this.#settings.isSerial) slot = pending.find(context.flow, transaction, ANY_UNIT, code);
    if (slot >= 0) parseAnswer(message, bytes, start, end, pending.subfunction[slot]!, pending.count[slot]!);
    else parseAnswer(message, bytes, start, end, -1, 0);

    if (slot < 0) this.#checkLoneAnswer(message, start, transaction, context);
    else if (pending.unit[slot] !== parties.unit) {
      message.addProblem(Problem['answer-other-unit'], start - 1, parties.unit, pending.unit[slot]!);
      parties.unit = pending.unit[slot]!;
    }
    if (slot >= 0 && message.exception === 0) checkAnswer(message, bytes, start, end, pending, slot);
    if (message.problemCount > 0) this.#facts.violations(context, parties, message, bytes, frameStart, frameEnd);

    const operation = context.operation;
    if (slot < 0) {
      this.#facts.fillFromLoneAnswer(operation, context, parties, message, bytes);
      context.sink.operation(operation);
    } else {
      this.#facts.fillFromRequest(operation, pending, slot);
      this.#facts.fillFromAnswer(operation, context, message, bytes);
      context.sink.operation(operation);
      if (message.function >= Code.readFileRecord) this.#furtherParts(slot, context, bytes, start, end);
    }
    if (message.exception === 0 && message.function >= Code.reportServerId) {
      this.#shown(slot, context, message, bytes, start, end);
    }
    if (slot >= 0) pending.release(slot);
  }

  #checkLoneAnswer(message: ModbusMessage, start: number, transaction: number, context: MessageContext): void {
    if (this.#settings.isSerial && this.#parties.unit === 0) {
      message.addProblem(Problem['broadcast-answered'], start, 0, 0);
      return;
    }
    const other = this.#pending.findAny(context.flow, transaction, this.#parties.unit);
    if (other >= 0) {
      message.addProblem(Problem['answer-other-function'], start, message.function, this.#pending.function[other]!);
    }
  }

  /**
   * Some requests are several operations. The first was handed over: for function 23, the write, for the file functions
   * the first record. `end` is -1 where no answer was seen.
   */
  #furtherParts(slot: number, context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
    const code = this.#pending.function[slot]!;
    if (code === Code.readWriteMultipleRegisters) this.#readPart(slot, context, bytes, end >= 0);
    else if (code === Code.readFileRecord) this.#readRecords(slot, context, bytes, start, end);
    else if (code === Code.writeFileRecord) this.#furtherWrittenRecords(slot, context, bytes, end >= 0);
  }

  #readPart(slot: number, context: MessageContext, bytes: Uint8Array, isAnswered: boolean): void {
    const operation = context.operation;
    const pending = this.#pending;
    pending.verb[slot] = Verb.read;
    this.#facts.fillFromRequest(operation, pending, slot);
    operation.first = pending.readFirst[slot]!;
    operation.count = pending.readCount[slot]!;
    if (isAnswered) this.#facts.fillFromAnswer(operation, context, this.#message, bytes);
    context.sink.operation(operation);
  }

  /** Function 20: a record asked for in the request, its data at the same place of the answer. */
  #readRecords(slot: number, context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
    const operation = context.operation;
    const pending = this.#pending;
    const message = this.#message;
    const asked = this.#group;
    const given = this.#answerGroup;
    const requestStart = pending.pduStart(slot);
    const requestEnd = requestStart + pending.pduSize[slot]!;
    let isGiven = end >= 0 && message.exception === 0;
    let givenAt = start + 2;
    for (let at = requestStart + 2; asked.readHeader(pending.bytes, at, requestEnd, false); at = asked.next) {
      isGiven = isGiven && given.readData(bytes, givenAt, end);
      if (isGiven) givenAt = given.next;
      if (at > requestStart + 2) {
        this.#facts.fillFromRequest(operation, pending, slot);
        operation.first = fileObject(asked.file, asked.record);
        operation.count = asked.count;
        if (end >= 0) {
          message.setValues(
            given.dataStart,
            2,
            Encoding.unsigned,
            isGiven ? (given.dataEnd - given.dataStart) >> 1 : 0,
          );
          this.#facts.fillFromAnswer(operation, context, message, bytes);
        }
        context.sink.operation(operation);
      }
      if (isGiven) {
        const { dataStart, dataEnd } = given;
        this.#transfers.filePiece(context, this.#parties, false, asked.file, asked.record, bytes, dataStart, dataEnd);
      }
    }
  }

  /** Function 21: the records after the first. */
  #furtherWrittenRecords(slot: number, context: MessageContext, bytes: Uint8Array, isAnswered: boolean): void {
    const operation = context.operation;
    const pending = this.#pending;
    const written = this.#group;
    const requestStart = pending.pduStart(slot);
    const requestEnd = requestStart + pending.pduSize[slot]!;
    for (let at = requestStart + 2; written.readHeader(pending.bytes, at, requestEnd, true); at = written.next) {
      if (at === requestStart + 2) continue;
      this.#facts.fillFromRequest(operation, pending, slot);
      operation.first = fileObject(written.file, written.record);
      operation.count = written.count;
      operation.valuesStart = written.dataStart;
      operation.valueCount = (written.dataEnd - written.dataStart) >> 1;
      if (isAnswered) this.#facts.fillFromAnswer(operation, context, this.#message, bytes);
      context.sink.operation(operation);
    }
  }

  /** The records of a write go their way as soon as they are seen: whether they are accepted, the operation tells. */
  #writtenPieces(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const written = this.#group;
    for (let at = start + 2; written.readHeader(bytes, at, end, true); at = written.next) {
      const { file, record, dataStart, dataEnd } = written;
      this.#transfers.filePiece(context, this.#parties, true, file, record, bytes, dataStart, dataEnd);
    }
  }

  /** What answers show beyond the operation: identity and programs. `slot` is the request's, -1 where none was seen. */
  #shown(
    slot: number,
    context: MessageContext,
    message: ModbusMessage,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const claims = this.#claims;
    const parties = this.#parties;
    const valuesEnd = message.valuesStart + message.valueCount;
    if (message.function === Code.reportServerId) {
      claims.about(context, parties.server, parties.unit, this.#settings.isSerial);
      claims.fromServerId(bytes, message.valuesStart, valuesEnd);
    } else if (message.function === Code.encapsulatedInterface && message.subfunction === Mei.deviceIdentification) {
      claims.about(context, parties.server, parties.unit, this.#settings.isSerial);
      claims.fromDeviceIdentification(bytes, message.valuesStart, valuesEnd);
    } else if (message.function === Code.umas && slot >= 0) {
      claims.about(context, parties.server, parties.unit, this.#settings.isSerial);
      this.#shownByUmas(slot, context, message, bytes, start, end);
    }
  }

  #shownByUmas(
    slot: number,
    context: MessageContext,
    message: ModbusMessage,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const parties = this.#parties;
    const valuesEnd = message.valuesStart + message.valueCount;
    switch (message.subfunction) {
      case Umas.initComm:
        this.#claims.fromUmasInit(bytes, start, end);
        return;
      case Umas.readId:
        this.#claims.fromUmasId(bytes, start, end);
        return;
      case Umas.readProjectInfo:
        // Other arguments ask for other parts of the project.
        if (this.#pending.bytes[this.#pending.pduStart(slot) + UMAS_BODY] === 0) {
          this.#claims.fromUmasProject(bytes, start, end);
        }
        return;
      case Umas.initDownload:
      case Umas.initUpload:
        this.#transfers.programBegun(
          context,
          parties,
          message.subfunction === Umas.initDownload,
          message.subfunction === Umas.initUpload ? announcedSize(bytes, start, end) : -1,
        );
        return;
      case Umas.uploadBlock: {
        const block = this.#pending.first[slot]!;
        this.#transfers.programPiece(context, parties, false, block, bytes, message.valuesStart, valuesEnd);
        return;
      }
      case Umas.endDownload:
      case Umas.endUpload:
        this.#transfers.programEnded(context, parties, message.subfunction === Umas.endDownload);
        return;
      default:
    }
  }

  #unanswered(slot: number, context: MessageContext): void {
    this.#facts.fillFromRequest(context.operation, this.#pending, slot);
    context.sink.operation(context.operation);
    if (this.#pending.function[slot]! >= Code.readFileRecord) this.#furtherParts(slot, context, NO_BYTES, 0, -1);
    this.#pending.release(slot);
  }

  #isReversed(bytes: Uint8Array, start: number, end: number, context: MessageContext): boolean {
    // A usual port settles who the server is.
    if (this.#settings.ports.includes(context.serverPort)) return false;
    if (this.#reversed.has(context.flow)) return true;
    const isRefusal = start < end && bytes[start]! >= EXCEPTION_BIT;
    if (isRefusal && context.fromClient) {
      this.#reversed.add(context.flow);
      return true;
    }
    const fitsRoles = context.fromClient ? fitsRequest(bytes, start, end) : fitsAnswer(bytes, start, end);
    if (fitsRoles) return false;
    const fitsOthers = context.fromClient ? fitsAnswer(bytes, start, end) : fitsRequest(bytes, start, end);
    if (fitsOthers) this.#reversed.add(context.flow);
    return fitsOthers;
  }
}

const NO_BYTES = new Uint8Array(0);

/** Broadcasts are necessarily writing (MODBUS over serial line V1.02, clause 2.1). */
function isForEveryDevice(verb: number): boolean {
  return verb === Verb.write || verb === Verb['file-write'] || verb === Verb.restart || verb === Verb['listen-only'];
}

/** The answer that begins an upload says how many bytes will come: two bytes of unknown meaning, then the size. */
function announcedSize(bytes: Uint8Array, start: number, end: number): number {
  const body = start + UMAS_BODY;
  return body + 6 <= end ? u32le(bytes, body + 2) : -1;
}
