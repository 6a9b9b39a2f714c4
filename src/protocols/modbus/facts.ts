// Turns paired messages into facts: fills the Operation, and hands on violations.
import { Encoding, Outcome, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { VERB_NAMES, Verb } from '../../facts/verbs.ts';
import { Code, type ModbusMessage, PROBLEMS } from './messages.ts';
import type { PendingRequests } from './pending.ts';

const ACKNOWLEDGE = 5;

const VIOLATION_BYTES_MAX = 32;

/** Verbs whose values stand in the answer; those of the others stand in the request. */
const ANSWER_HAS_VALUES = new Uint8Array(VERB_NAMES.length);
for (const verb of [
  Verb.other,
  Verb.read,
  Verb['file-read'],
  Verb['program-upload'],
  Verb.enumerate,
  Verb.identify,
  Verb.diagnose,
  Verb.connect,
  Verb['keep-alive'],
]) {
  ANSWER_HAS_VALUES[verb] = 1;
}

/** Who talks, once it is settled who is the client. One record, refilled for each message. */
export class Parties {
  client = 0;
  server = 0;
  clientPort = 0;
  serverPort = 0;
  fromClient = true;
  unit = 0;

  set(context: MessageContext, isReversed: boolean): void {
    this.client = isReversed ? context.server : context.client;
    this.server = isReversed ? context.client : context.server;
    this.clientPort = isReversed ? context.serverPort : context.clientPort;
    this.serverPort = isReversed ? context.clientPort : context.serverPort;
    this.fromClient = context.fromClient !== isReversed;
  }
}

export class ModbusFacts {
  readonly #protocol: number;
  readonly #name: string;

  constructor(protocol: number, name: string) {
    this.#protocol = protocol;
    this.#name = name;
  }

  /** What the request alone says: parties, object, times. The outcome is still `unanswered`. */
  fillFromRequest(operation: Operation, pending: PendingRequests, slot: number): void {
    operation.timeUs = pending.timeUs[slot]!;
    operation.elapsedUs = -1;
    operation.flow = pending.flow[slot]!;
    operation.client = pending.client[slot]!;
    operation.server = pending.server[slot]!;
    operation.clientPort = pending.clientPort[slot]!;
    operation.serverPort = pending.serverPort[slot]!;
    operation.protocol = this.#protocol;
    operation.unit = pending.unit[slot]!;
    operation.verb = pending.verb[slot]!;
    operation.function = pending.function[slot]!;
    operation.subfunction = pending.subfunction[slot]!;
    operation.space = pending.space[slot]!;
    operation.first = pending.first[slot]!;
    operation.count = pending.count[slot]!;
    operation.nameBytes = pending.bytes;
    operation.nameStart = pending.nameStart[slot]!;
    operation.nameEnd = pending.nameEnd[slot]!;
    operation.outcome = Outcome.unanswered;
    operation.code = 0;
    operation.requestFrame = pending.frame[slot]!;
    operation.answerFrame = 0;
    operation.isBroadcast = false;
    operation.bytes = pending.bytes;
    operation.valuesStart = 0;
    operation.valueSize = 0;
    operation.encoding = Encoding.none;
    operation.valueCount = 0;
    if (ANSWER_HAS_VALUES[operation.verb] === 0 && pending.valueCount[slot]! > 0) {
      operation.valuesStart = pending.valuesStart[slot]!;
      operation.valueSize = pending.valueSize[slot]!;
      operation.encoding = pending.encoding[slot]!;
      operation.valueCount = pending.valueCount[slot]!;
    }
  }

  /** Adds what the answer says. */
  fillFromAnswer(operation: Operation, context: MessageContext, message: ModbusMessage, bytes: Uint8Array): void {
    // Packets swapped on their way: the answer was captured before the request.
    operation.elapsedUs = Math.max(0, context.timeUs - operation.timeUs);
    operation.answerFrame = context.frame;
    if (message.exception !== 0) {
      operation.outcome = outcomeOf(message.exception);
      operation.code = message.exception;
      return;
    }
    operation.outcome = Outcome.ok;
    if (ANSWER_HAS_VALUES[operation.verb] === 1) this.#fillValues(operation, message, bytes);
    // Only the answer tells how many stand in a queue or a list of objects.
    if (message.function === Code.readFifoQueue || message.function === Code.encapsulatedInterface) {
      operation.count = message.count;
    }
  }

  /** The record for an answer whose request was not seen: what it alone tells. */
  fillFromLoneAnswer(
    operation: Operation,
    context: MessageContext,
    parties: Parties,
    message: ModbusMessage,
    bytes: Uint8Array,
  ): void {
    this.#fillFromMessage(operation, context, parties, message);
    operation.requestFrame = 0;
    operation.answerFrame = context.frame;
    operation.outcome = outcomeOf(message.exception);
    operation.code = message.exception;
    if (message.exception === 0) this.#fillValues(operation, message, bytes);
  }

  /** The record for a request to every device: nobody answers it. */
  fillFromBroadcast(
    operation: Operation,
    context: MessageContext,
    parties: Parties,
    message: ModbusMessage,
    bytes: Uint8Array,
  ): void {
    this.#fillFromMessage(operation, context, parties, message);
    operation.requestFrame = context.frame;
    operation.answerFrame = 0;
    operation.outcome = Outcome.unanswered;
    operation.code = 0;
    operation.isBroadcast = true;
    if (ANSWER_HAS_VALUES[message.verb] === 0) this.#fillValues(operation, message, bytes);
  }

  /** Hands on everything that `message` found wrong in bytes start..end, the whole frame. */
  violations(
    context: MessageContext,
    parties: Parties,
    message: ModbusMessage,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    for (let index = 0; index < message.problemCount; index++) {
      const problem = PROBLEMS[message.problem[index]!]!;
      const at = Math.max(start, Math.min(message.problemAt[index]!, end));
      context.sink.violation({
        fact: 'violation',
        timeUs: context.timeUs,
        frame: context.frame,
        flow: context.flow,
        client: parties.client,
        server: parties.server,
        unit: parties.unit,
        fromClient: parties.fromClient,
        protocol: this.#name,
        rule: problem.rule,
        detail: problem.detail(message.problemA[index]!, message.problemB[index]!),
        offset: at - start,
        bytes: bytes.slice(at, Math.min(end, at + VIOLATION_BYTES_MAX)),
      });
    }
  }

  #fillFromMessage(operation: Operation, context: MessageContext, parties: Parties, message: ModbusMessage): void {
    operation.timeUs = context.timeUs;
    operation.elapsedUs = -1;
    operation.flow = context.flow;
    operation.client = parties.client;
    operation.server = parties.server;
    operation.clientPort = parties.clientPort;
    operation.serverPort = parties.serverPort;
    operation.protocol = this.#protocol;
    operation.unit = parties.unit;
    operation.verb = message.verb;
    operation.function = message.function;
    operation.subfunction = message.subfunction;
    operation.space = message.space;
    operation.first = message.first;
    operation.count = message.count;
    operation.nameStart = 0;
    operation.nameEnd = 0;
    operation.isBroadcast = false;
    operation.valuesStart = 0;
    operation.valueSize = 0;
    operation.encoding = Encoding.none;
    operation.valueCount = 0;
  }

  #fillValues(operation: Operation, message: ModbusMessage, bytes: Uint8Array): void {
    if (message.valueCount === 0) return;
    operation.bytes = bytes;
    operation.valuesStart = message.valuesStart;
    operation.valueSize = message.valueSize;
    operation.encoding = message.encoding;
    operation.valueCount = message.valueCount;
  }
}

/** Exception 5 is none: the device has accepted the request and is still at work on it (V1.1b3, section 7). */
function outcomeOf(exception: number): number {
  return exception === 0 || exception === ACKNOWLEDGE ? Outcome.ok : Outcome.refused;
}
