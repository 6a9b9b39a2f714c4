// Application fragments (IEEE 1815-2012, clause 4): requests become operations that wait, responses answer them, and
// what an outstation tells unasked is reported. One operation for each run of neighbouring points.
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setNoValues, setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { Associations, type Association } from './associations.ts';
import { claimAttribute, claimState } from './attributes.ts';
import { Authentication } from './authentication.ts';
import { Commands } from './commands.ts';
import { File, Files } from './files.ts';
import { isBroadcast } from './link.ts';
import * as messages from './messages.ts';
import { Code, CodeFirst, Indication } from './messages.ts';
import { HEADER_RULES, HeaderProblem, ObjectHeader } from './object-headers.ts';
import { Space, spaceOfGroup } from './objects.ts';
import { PointRuns, type RunTarget } from './point-runs.ts';
import type { Problems, Rule } from './problems.ts';
import { StartUp } from './start-up.ts';

const PENDING_MAX = 16_384;
/** Masters wait for seconds; after this a request got no answer. */
const ANSWER_TIMEOUT_US = 30_000_000;
/** A request of the same sequence that is older than this is not answered any more. */
const SAME_SEQUENCE_US = 5_000_000;
/** `note` of a pending operation: the number of its request, and of the objects before it. */
const ORDINAL_BITS = 15;
const SERIAL_MASK = 0xffff;
/** Operations kept of one read, which may name any number of runs; the others are in its answer. */
const READ_OPERATIONS_MAX = 32;
const NOT_FOUND = -1;

const ApplicationControl = { first: 0x80, final: 0x40, unsolicited: 0x10, sequence: 0x0f } as const;
const REQUEST_HEADER_SIZE = 2;
const RESPONSE_HEADER_SIZE = 4;
const DELAY_SIZE = 2;

/** Groups that have no points and get a meaning of their own. */
const Group = {
  attributes: 0,
  frozenAtTime: 50,
  commonTime: 51,
  delay: 52,
  class: 60,
  file: 70,
  indications: 80,
  authentication: 120,
} as const;

/** What the runs of a message become. */
const Mode = { request: 0, answer: 1, continued: 2, alone: 3, told: 4, status: 5 } as const;

export class Dnp3Session implements RunTarget {
  readonly #protocol: number;
  readonly #problems: Problems;
  readonly #associations: Associations;
  readonly #pending = new PendingOperations(PENDING_MAX, ANSWER_TIMEOUT_US);
  readonly #header = new ObjectHeader();
  readonly #runs = new PointRuns(this.#header);
  readonly #commands = new Commands();
  readonly #startUp = new StartUp();
  readonly #files: Files;
  readonly #authentication: Authentication;
  // The fragment that is decoded, for `run`.
  #mode: number = Mode.request;
  #context!: MessageContext;
  #association!: Association;
  #bytes: Uint8Array = new Uint8Array(0);
  #code = 0;
  #sequence = 0;
  #firstGroup = -1;
  #isReversed = false;
  /** Slot of the request that is answered. */
  #slot = NOT_FOUND;
  /** Runs handed on of this message, and objects before this run. */
  #told = 0;
  #ordinal = 0;
  /** Number of the last request. */
  #serial = 0;
  /** Code of the status that a file was answered with, 0 for success. */
  #fileStatus = 0;
  /** Where the delay stands that a restart was answered with, -1 where there is none. */
  #delayAt = -1;
  /** Classes that are asked for one after another: first and count; -1 where none wait. */
  #classFirst = -1;
  #classCount = 0;

  constructor(protocol: number, name: string, problems: Problems, forget: (association: Association) => void) {
    this.#protocol = protocol;
    this.#problems = problems;
    this.#files = new Files(name);
    this.#authentication = new Authentication(name);
    this.#associations = new Associations((association) => {
      this.#files.forget(association);
      this.#authentication.forget(association);
      forget(association);
    });
  }

  association(flow: number, master: number, outstation: number): Association {
    return this.#associations.of(flow, master, outstation);
  }

  firstOf(flow: number): Association | null {
    return this.#associations.first(flow);
  }

  gap(flow: number): void {
    this.#pending.markGap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#pending.closed(flow, context);
    for (let one = this.firstOf(flow); one !== null; one = one.next) {
      this.#context = context;
      this.#association = one;
      this.#isReversed = one.isReversed;
      this.#files.tellLogin(this.#parties(), 'unknown');
    }
    this.#startUp.closed(flow, context);
    this.#files.closed(flow, context);
    this.#associations.closed(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
    this.#startUp.tick(timeUs, context);
    this.#files.tick(timeUs, context);
  }

  /** A whole fragment in bytes[start..end), which the direction bit says comes from the master or not. */
  fragment(
    bytes: Uint8Array,
    start: number,
    end: number,
    association: Association,
    isFromMaster: boolean,
    context: MessageContext,
  ): void {
    const unit = association.outstation;
    const size = end - start;
    const isResponse = size > 1 && messages.isResponse(bytes[start + 1]!);
    if (size < (isResponse ? RESPONSE_HEADER_SIZE : REQUEST_HEADER_SIZE)) {
      this.#problems.add(context, 'fragment-too-short', unit, bytes, start, end, start, size);
      return;
    }
    const code = bytes[start + 1]!;
    this.#context = context;
    this.#bytes = bytes;
    this.#association = association;
    this.#code = code;
    this.#sequence = bytes[start]! & ApplicationControl.sequence;
    this.#told = 0;
    this.#ordinal = 0;
    if (isResponse === isFromMaster) {
      this.#problems.add(context, 'direction-wrong', unit, bytes, start, end, start + 1, code);
      this.#association = this.#associations.of(association.flow, association.outstation, association.master);
    }
    this.#isReversed = isResponse === context.fromClient;
    this.#association.isReversed = this.#isReversed;
    this.#checkControl(bytes, start, end);
    if (isResponse) this.#response(start, end);
    else if (code === Code.confirm) this.#confirm();
    else this.#request(start, end);
  }

  /** A run of points of the message that is decoded. */
  run(runs: PointRuns): void {
    const { group } = runs.header;
    if (this.#mode === Mode.request) {
      this.#requestRun(runs);
      return;
    }
    // Common time belongs to the events that follow it; authentication speaks for itself.
    if (group === Group.commonTime || group === Group.authentication) return;
    if (this.#mode === Mode.status) {
      if (group === Group.file) this.#readFileStatus(runs);
      else if (group === Group.delay) this.#delayAt = runs.valuesStart;
      return;
    }
    const operation = this.#answerRecord();
    if (this.#mode !== Mode.told && operation.verb === Verb.other) operation.verb = verbOfAnswer(group);
    this.#setPoints(operation, runs);
    if (group === Group.file) this.#answeredFile(operation, runs);
    if (group === Group.attributes) this.#claimAttribute(runs, operation.server);
    this.#told++;
    this.#context.sink.operation(operation);
  }

  #checkControl(bytes: Uint8Array, start: number, end: number): void {
    const control = bytes[start]!;
    const code = this.#code;
    const unit = this.#association.outstation;
    const context = this.#context;
    if (!messages.isAssigned(code)) {
      this.#problems.add(context, 'function-unassigned', unit, bytes, start, end, start + 1, code);
    } else if (messages.isObsolete(code)) {
      this.#problems.add(context, 'function-obsolete', unit, bytes, start, end, start + 1, code);
    }
    const isUnsolicited = (control & ApplicationControl.unsolicited) !== 0;
    // Only a confirm can be either (clause 4.2.2.4.4).
    if (code !== Code.confirm && isUnsolicited !== (code === Code.unsolicitedResponse)) {
      this.#problems.add(context, 'unsolicited-flag-wrong', unit, bytes, start, end, start, code);
    }
    const whole = ApplicationControl.first | ApplicationControl.final;
    if (!messages.isResponse(code) && (control & whole) !== whole) {
      this.#problems.add(context, 'request-in-fragments', unit, bytes, start, end, start);
    }
  }

  /** The master has what it was told: nothing answers a confirm. */
  #confirm(): void {
    const context = this.#context;
    const operation = startOperation(context, this.#protocol, this.#isReversed);
    operation.unit = this.#association.outstation;
    operation.function = Code.confirm;
    operation.verb = Verb.acknowledge;
    operation.outcome = 0;
    context.sink.operation(operation);
  }

  #request(start: number, end: number): void {
    const bytes = this.#bytes;
    const code = this.#code;
    const context = this.#context;
    const association = this.#association;
    const objects = start + REQUEST_HEADER_SIZE;
    this.#mode = Mode.request;
    this.#classFirst = -1;
    this.#firstGroup = firstGroup(bytes, objects, end, code);
    if (association.firstRequestUs < 0) association.firstRequestUs = context.timeUs;
    this.#supersede();
    this.#serial = (this.#serial + 1) & SERIAL_MASK;
    if (code === Code.operate || code === Code.select) this.#selection(start, end);
    this.#readObjects(objects, end);
    this.#flushClasses();
    if (this.#told === 0) this.#handOn(this.#requestRecord());
    if (code === Code.disableUnsolicited) association.hasOpenDisable = true;
    if (code === Code.enableUnsolicited || (code === Code.read && this.#firstGroup === Group.class)) {
      this.#startUpGoesOn(association, context, code === Code.read);
      if (code === Code.read) association.isPolled = true;
    }
  }

  /** What disabled unsolicited responses before was part of it, answered or not. */
  #startUpGoesOn(association: Association, context: MessageContext, isPoll: boolean): void {
    this.#startUp.goesOn(association, isPoll, context);
    if (!association.hasOpenDisable) return;
    association.hasOpenDisable = false;
    if (association.isPolled && isPoll) return;
    const pending = this.#pending;
    const { operation } = context;
    for (let slot = pending.oldestOf(context.flow); slot >= 0;) {
      const next = pending.nextOf(slot);
      pending.recall(slot, operation);
      // What is put back comes round again, as `configure`.
      const isDisable = operation.verb === Verb['suppress-alarm'] && operation.unit === association.outstation;
      if (isDisable) {
        const key = pending.keyOf(slot);
        const note = pending.noteOf(slot);
        operation.verb = Verb.configure;
        pending.release(slot);
        pending.add(operation, key, note);
      }
      slot = next;
    }
  }

  /**
   * A master has one request open (clause 4.2.2.4.5), and where it has several of one sequence they are answered in their
   * order. An older one is given up where a later one was answered, or after some seconds.
   */
  #supersede(): void {
    const context = this.#context;
    const pending = this.#pending;
    const key = this.#key();
    for (let slot = pending.find(context.flow, key); slot >= 0; slot = pending.find(context.flow, key)) {
      pending.recall(slot, context.operation);
      const isPassed = ((this.#association.serialAtAnswer - this.#serialOf(slot)) & SERIAL_MASK) <= SERIAL_MASK >> 1;
      if (!isPassed && context.timeUs - context.operation.timeUs < SAME_SEQUENCE_US) return;
      this.#unanswered(slot, context);
    }
  }

  #serialOf(slot: number): number {
    return (this.#pending.noteOf(slot) >> ORDINAL_BITS) & SERIAL_MASK;
  }

  #selection(start: number, end: number): void {
    const bytes = this.#bytes;
    const association = this.#association;
    const sequence = this.#sequence;
    const objects = start + REQUEST_HEADER_SIZE;
    if (this.#code === Code.select) {
      this.#commands.selected(association, sequence, bytes, objects, end);
      return;
    }
    const selectedSequence = association.selectedSequence;
    const rule: Rule | null = this.#commands.operated(association, sequence, bytes, objects, end);
    if (rule === null) return;
    const unit = association.outstation;
    this.#problems.add(this.#context, rule, unit, bytes, start, end, start, sequence, selectedSequence);
  }

  #readObjects(start: number, end: number): void {
    const header = this.#header;
    const bytes = this.#bytes;
    const data = messages.dataOf(this.#code);
    let at = start;
    while (at < end) {
      header.read(bytes, at, end, data);
      if (header.problem !== HeaderProblem.none) this.#tellHeaderProblem(start, end);
      // What cannot be measured names its objects all the same, where it could be read so far.
      if (!header.stops || header.problem >= HeaderProblem.objectUnknown) this.#runs.read(bytes, this);
      if (header.stops) return;
      at = header.next;
    }
  }

  #tellHeaderProblem(start: number, end: number): void {
    const { problem, problemAt, group, variation, qualifier, count, present } = this.#header;
    const rule = HEADER_RULES[problem] as Rule;
    const numbers =
      problem === HeaderProblem.objectUnknown
        ? [group, variation]
        : problem === HeaderProblem.objectsCutShort
          ? [count, group, present]
          : [qualifier, group];
    const unit = this.#association.outstation;
    this.#problems.add(this.#context, rule, unit, this.#bytes, start, end, problemAt, ...numbers);
  }

  #requestRun(runs: PointRuns): void {
    const { header } = runs;
    const { group } = header;
    if (group === Group.authentication) {
      const { objectStart, objectEnd } = runs;
      this.#authentication.requested(
        this.#context,
        this.#association,
        header.variation,
        this.#bytes,
        objectStart,
        objectEnd,
      );
      if (!isAuthentication(this.#code)) return;
    }
    if (group === Group.class && header.variation > 0) {
      this.#addClass(header.variation - 1);
      return;
    }
    this.#flushClasses();
    if (this.#code === Code.read && this.#told >= READ_OPERATIONS_MAX) return;
    const operation = this.#requestRecord();
    this.#setPoints(operation, runs);
    operation.verb = this.#requestVerb(group);
    if (group === Group.file) this.#requestedFile(operation, runs);
    this.#handOn(operation, this.#ordinal);
    this.#ordinal += runs.count;
  }

  /** Classes one after another are one run. */
  #addClass(number: number): void {
    if (this.#classFirst >= 0 && number === this.#classFirst + this.#classCount) {
      this.#classCount++;
      return;
    }
    this.#flushClasses();
    this.#classFirst = number;
    this.#classCount = 1;
  }

  #flushClasses(): void {
    if (this.#classFirst < 0) return;
    const operation = this.#requestRecord();
    operation.space = Space.class;
    operation.first = this.#classFirst;
    operation.count = this.#classCount;
    this.#classFirst = -1;
    this.#handOn(operation);
  }

  /** The context's record with what every operation of this request says. */
  #requestRecord(): Operation {
    const context = this.#context;
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, this.#isReversed);
    operation.unit = this.#association.outstation;
    operation.function = this.#code;
    operation.subfunction = this.#firstGroup;
    operation.verb = messages.verbOf(this.#code);
    operation.isBroadcast = isBroadcast(operation.unit);
    return operation;
  }

  #requestVerb(group: number): number {
    const verb = messages.verbOf(this.#code);
    if (this.#code === Code.read) return group === Group.attributes ? Verb.identify : verb;
    if (this.#code !== Code.write) return verb;
    // An outstation that asked for the time gets it: normal. Clearing the restart indication is part of every start-up.
    if (group === Group.frozenAtTime) {
      const { indications } = this.#association;
      return indications >= 0 && (indications & (Indication.needTime | Indication.deviceRestart)) !== 0
        ? Verb.configure
        : Verb['set-time'];
    }
    const space = spaceOfGroup(group);
    const isSetting =
      space === Space.deviceAttribute || space === Space.internalIndication || space >= Space.application;
    return isSetting ? Verb.configure : verb;
  }

  #setPoints(operation: Operation, runs: PointRuns): void {
    const { group } = runs.header;
    operation.space = spaceOfGroup(group);
    operation.first = runs.first;
    operation.count = runs.count;
    // Other groups have no points here: what was meant is the group.
    if (operation.space === Space.other) operation.first = group;
    if (runs.encoding !== 0) {
      setValues(operation, runs.bytes, runs.valuesStart, runs.valueSize, runs.encoding, runs.valueCount);
      operation.isQuestionable = runs.isDoubtful;
    } else setNoValues(operation);
    if (operation.space === Space.authentication) {
      operation.first = this.#authentication.user;
      setNoValues(operation);
    }
  }

  /** A request waits for its answer, or is handed over where there will be none. `ordinal`: objects before it. */
  #handOn(operation: Operation, ordinal = 0): void {
    this.#told++;
    if (operation.isBroadcast || messages.isWithoutResponse(this.#code)) {
      if (this.#code === Code.disableUnsolicited) this.#startUp.disabled(this.#association, this.#context);
      else this.#context.sink.operation(operation);
      return;
    }
    const note = (this.#serial << ORDINAL_BITS) | Math.min(ordinal, (1 << ORDINAL_BITS) - 1);
    this.#pending.add(operation, this.#key(), note);
  }

  #requestedFile(operation: Operation, runs: PointRuns): void {
    const files = this.#files;
    const { variation } = runs.header;
    files.requested(this.#parties(), this.#code, variation, this.#bytes, runs.objectStart, runs.objectEnd);
    this.#nameFile(operation);
  }

  /** A block of a file that was asked for, or why there is none. */
  #answeredFile(operation: Operation, runs: PointRuns): void {
    this.#fileStatus = 0;
    this.#readFileStatus(runs, operation.function);
    this.#nameFile(operation);
    if (this.#fileStatus !== 0) setAnswered(operation, this.#context, this.#fileStatus);
  }

  #readFileStatus(runs: PointRuns, code = this.#association.continued.function): void {
    const { variation } = runs.header;
    const { objectStart, objectEnd } = runs;
    const status = this.#files.answered(this.#parties(), code, variation, this.#bytes, objectStart, objectEnd);
    if (status === 0) return;
    this.#fileStatus = status + (variation === File.transportStatus ? CodeFirst.fileTransport : CodeFirst.file);
  }

  /** A file is named; its content are the values, and neither handles nor passwords are. */
  #nameFile(operation: Operation): void {
    const files = this.#files;
    setNoValues(operation);
    operation.first = -1;
    operation.count = 1;
    operation.nameBytes = files.nameBytes;
    operation.nameStart = files.nameStart;
    operation.nameEnd = files.nameEnd;
    if (files.verb >= 0) operation.verb = files.verb;
    const size = files.dataEnd - files.dataStart;
    if (size > 0) setValues(operation, this.#bytes, files.dataStart, size, Encoding.bytes, 1);
  }

  #response(start: number, end: number): void {
    const bytes = this.#bytes;
    const context = this.#context;
    const association = this.#association;
    const indications = bytes[start + 2]! | (bytes[start + 3]! << 8);
    const server = this.#isReversed ? context.client : context.server;
    claimState(context, server, association, indications);
    association.indications = indications;
    const objects = start + RESPONSE_HEADER_SIZE;
    this.#firstGroup = firstGroup(bytes, objects, end, this.#code);
    if (this.#code === Code.response) this.#solicited(bytes[start]!, objects, end, indications);
    else if (this.#code === Code.authenticationResponse) this.#authenticated(objects, end, indications);
    else if (this.#code === Code.unsolicitedResponse) this.#toldUnasked(objects, end);
    else this.#aloneWithout(indications);
  }

  #toldUnasked(objects: number, end: number): void {
    this.#mode = Mode.told;
    this.#readObjects(objects, end);
    if (this.#told === 0) this.#context.sink.operation(this.#answerRecord());
  }

  #solicited(control: number, objects: number, end: number, indications: number): void {
    const { continued } = this.#association;
    const isFirst = (control & ApplicationControl.first) !== 0;
    this.#slot = isFirst ? this.#pending.find(this.#context.flow, this.#key()) : NOT_FOUND;
    const slot = this.#slot;
    if (slot >= 0) this.#mode = Mode.answer;
    else if (!isFirst && continued.nextSequence === this.#sequence) this.#mode = Mode.continued;
    else this.#mode = Mode.alone;
    if (slot >= 0) {
      this.#rememberRequest(slot);
      this.#association.serialAtAnswer = this.#serialOf(slot);
    }
    const isFinal = (control & ApplicationControl.final) !== 0;
    continued.nextSequence =
      isFinal || this.#mode === Mode.alone ? -1 : (this.#sequence + 1) & ApplicationControl.sequence;
    if (slot < 0) {
      this.#readObjects(objects, end);
      if (this.#told === 0 && this.#mode === Mode.alone) this.#aloneWithout(indications);
    } else if (isAnsweredByObjects(continued.function)) this.#answeredByObjects(objects, end, indications);
    else this.#answeredByStatus(objects, end, indications);
    this.#answerReplies(0);
  }

  /** A reply to a challenge has the sequence of the request that was challenged, and its answer. */
  #answerReplies(code: number): void {
    const context = this.#context;
    const pending = this.#pending;
    const { operation } = context;
    const key = this.#key();
    for (let slot = pending.find(context.flow, key); slot >= 0; slot = pending.find(context.flow, key)) {
      if (pending.functionOf(slot) !== Code.authenticationRequest) return;
      pending.recall(slot, operation);
      setAnswered(operation, context, code);
      context.sink.operation(operation);
      pending.release(slot);
    }
  }

  /** A response without objects whose request was not seen, or one of a function that is no response's. */
  #aloneWithout(indications: number): void {
    this.#mode = Mode.alone;
    const operation = this.#answerRecord();
    operation.verb = Verb.other;
    setUnasked(operation, this.#context, messages.refusalOf(indications));
    this.#context.sink.operation(operation);
  }

  /** Keeps what further fragments of this answer need to know of the request. */
  #rememberRequest(slot: number): void {
    const { continued } = this.#association;
    const { operation } = this.#context;
    this.#pending.recall(slot, operation);
    continued.timeUs = operation.timeUs;
    continued.requestFrame = operation.requestFrame;
    continued.verb = operation.verb;
    continued.function = operation.function;
    continued.subfunction = operation.subfunction;
  }

  /** A read: its runs stand in the answer; where there are none the request itself is what was answered. */
  #answeredByObjects(objects: number, end: number, indications: number): void {
    this.#readObjects(objects, end);
    if (this.#told > 0) {
      this.#releaseRequest();
      return;
    }
    this.#delayAt = -1;
    this.#answerAll(messages.refusalOf(indications), false);
  }

  #answeredByStatus(objects: number, end: number, indications: number): void {
    const { continued } = this.#association;
    const code = continued.function;
    let refusal = messages.refusalOf(indications);
    this.#delayAt = -1;
    if (messages.isRestart(code)) {
      this.#mode = Mode.status;
      this.#readObjects(objects, end);
    }
    if (messages.isFileFunction(code) || continued.subfunction === Group.file) {
      this.#mode = Mode.status;
      this.#fileStatus = 0;
      this.#readObjects(objects, end);
      if (this.#fileStatus !== 0) refusal = this.#fileStatus;
      if (code === Code.authenticateFile) this.#files.tellLogin(this.#parties(), 'refused');
    }
    const isCommand = messages.isCommand(code);
    if (isCommand) this.#readStatus(objects, end);
    const isAccepted = this.#answerAll(refusal, isCommand);
    if (code === Code.select && !isAccepted) this.#commands.refused(this.#association);
    this.#authentication.settled(this.#context, this.#association, this.#isReversed, 'accepted');
  }

  /** The answer to a command repeats its objects, each with a status. */
  #readStatus(objects: number, end: number): void {
    const header = this.#header;
    const commands = this.#commands;
    commands.statusCount = 0;
    let at = objects;
    while (at < end) {
      header.read(this.#bytes, at, end, messages.dataOf(this.#code));
      for (let index = 0; index < header.present; index++) {
        if (!commands.addStatus(PointRuns.commandStatus(header, this.#bytes, index))) break;
      }
      if (header.stops) return;
      at = header.next;
    }
  }

  /** Hands over every operation of the request. Returns whether all were accepted. */
  #answerAll(refusal: number, isCommand: boolean): boolean {
    const context = this.#context;
    const pending = this.#pending;
    const { operation } = context;
    const key = this.#key();
    let isAccepted = true;
    const serial = this.#slot >= 0 ? this.#serialOf(this.#slot) : -1;
    for (let slot = this.#slot; slot >= 0 && this.#serialOf(slot) === serial; slot = pending.find(context.flow, key)) {
      pending.recall(slot, operation);
      const ordinal = pending.noteOf(slot) & ((1 << ORDINAL_BITS) - 1);
      let code = refusal;
      if (isCommand) code = this.#commands.worstStatus(ordinal, operation.count) || refusal;
      if (code !== 0) isAccepted = false;
      setAnswered(operation, context, code);
      if (this.#delayAt >= 0) setValues(operation, this.#bytes, this.#delayAt, DELAY_SIZE, Encoding.unsignedLittle, 1);
      if (operation.function === Code.disableUnsolicited && code === 0)
        this.#startUp.disabled(this.#association, context);
      else context.sink.operation(operation);
      pending.release(slot);
    }
    return isAccepted;
  }

  /** The request that is answered has been told. */
  #releaseRequest(): void {
    const { flow } = this.#context;
    const key = this.#key();
    const serial = this.#serialOf(this.#slot);
    for (let slot = this.#slot; slot >= 0 && this.#serialOf(slot) === serial; slot = this.#pending.find(flow, key)) {
      this.#pending.release(slot);
    }
  }

  #authenticated(objects: number, end: number, indications: number): void {
    const slot = this.#pending.find(this.#context.flow, this.#key());
    this.#slot = slot;
    this.#mode = Mode.alone;
    this.#authentication.begin();
    const header = this.#header;
    let at = objects;
    while (at < end) {
      header.read(this.#bytes, at, end, messages.dataOf(this.#code));
      if (header.problem !== HeaderProblem.none) this.#tellHeaderProblem(objects, end);
      this.#authentication.answered(header, this.#bytes);
      if (header.stops) break;
      at = header.next;
    }
    this.#tellAuthentication(slot, indications);
  }

  /** A challenge leaves the request waiting; an error or a status answers it. */
  #tellAuthentication(slot: number, indications: number): void {
    const context = this.#context;
    const authentication = this.#authentication;
    const { operation } = context;
    const error = authentication.error === 0 ? 0 : CodeFirst.authentication + authentication.error;
    if (slot >= 0 && !authentication.isChallenge) {
      this.#delayAt = -1;
      this.#answerAll(error || messages.refusalOf(indications), false);
      this.#answerReplies(error);
      if (error !== 0) authentication.settled(context, this.#association, this.#isReversed, 'refused');
      return;
    }
    startOperation(context, this.#protocol, this.#isReversed);
    operation.unit = this.#association.outstation;
    operation.function = Code.authenticationResponse;
    operation.subfunction = this.#firstGroup;
    operation.verb = Verb.authenticate;
    operation.space = Space.authentication;
    operation.first = authentication.user;
    operation.count = authentication.user < 0 ? 0 : 1;
    setUnasked(operation, context, error);
    context.sink.operation(operation);
  }

  /** The context's record as every run of this answer begins. */
  #answerRecord(): Operation {
    const context = this.#context;
    const { operation } = context;
    if (this.#mode === Mode.answer) this.#pending.recall(this.#slot, operation);
    else {
      startOperation(context, this.#protocol, this.#isReversed);
      operation.unit = this.#association.outstation;
      if (this.#mode === Mode.continued) this.#setContinued(operation);
      else {
        operation.function = this.#code;
        operation.subfunction = this.#firstGroup;
        operation.verb = this.#mode === Mode.told ? Verb.report : Verb.other;
        operation.requestFrame = 0;
      }
    }
    setAnswered(operation, context);
    operation.nameStart = operation.nameEnd = 0;
    return operation;
  }

  #setContinued(operation: Operation): void {
    const { continued } = this.#association;
    operation.timeUs = continued.timeUs;
    operation.requestFrame = continued.requestFrame;
    operation.verb = continued.verb;
    operation.function = continued.function;
    operation.subfunction = continued.subfunction;
  }

  #claimAttribute(runs: PointRuns, server: number): void {
    const unit = this.#association.outstation;
    const { variation } = runs.header;
    claimAttribute(this.#context, server, unit, variation, this.#bytes, runs.objectStart, runs.objectEnd);
  }

  #unanswered(slot: number, context: MessageContext): void {
    this.#pending.recall(slot, context.operation);
    context.sink.operation(context.operation);
    this.#pending.release(slot);
  }

  #parties(): Parties {
    const parties = this.#partiesRecord;
    const context = this.#context;
    parties.context = context;
    parties.association = this.#association;
    parties.client = this.#isReversed ? context.server : context.client;
    parties.server = this.#isReversed ? context.client : context.server;
    return parties;
  }

  readonly #partiesRecord = new Parties();

  /** What pairs an answer with its request, besides the conversation: both addresses and the sequence. */
  #key(): number {
    const { master, outstation } = this.#association;
    return (master << 20) | (this.#sequence << 16) | outstation;
  }
}

class Parties {
  context!: MessageContext;
  association!: Association;
  client = 0;
  server = 0;
}

/** Group of the first object that is not authentication, -1 where there is none. */
function firstGroup(bytes: Uint8Array, start: number, end: number, code: number): number {
  if (start + 3 > end) return -1;
  const group = bytes[start]!;
  if (group !== Group.authentication || isAuthentication(code)) return group;
  // Aggressive mode: one object of six octets behind a header of four (A.45.3).
  const next = start + 10;
  return next + 3 <= end ? bytes[next]! : group;
}

function isAuthentication(code: number): boolean {
  return (
    code === Code.authenticationRequest || code === Code.authenticationNoAck || code === Code.authenticationResponse
  );
}

/** Requests whose answer holds what was asked for. */
function isAnsweredByObjects(code: number): boolean {
  return code === Code.read || code === Code.delayMeasurement;
}

/** What an answer was to whose request was not seen. */
function verbOfAnswer(group: number): number {
  if (group === Group.attributes) return Verb.identify;
  // Commands are repeated in the answer to a select as in that to an operate; a delay has several requests.
  return group === 12 || group === 41 || group === 52 || group === Group.file ? Verb.other : Verb.read;
}
