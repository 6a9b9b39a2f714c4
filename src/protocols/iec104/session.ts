// The running decoder: control functions, numbers of I and S frames, commands with their confirmations, and what the
// controlled station reports. One decoder serves all conversations; what waits is kept in bounded tables.
import { u16le } from '../../bytes/endian.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Speaker, type MessageContext, type ProtocolDecoder } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import * as apci from './apci.ts';
import { Cause, isConfirmation, isUnknown } from './causes.ts';
import { BROADCAST_ADDRESS, checkDirection, checkHeader, isTestCommand } from './check-asdu.ts';
import { checkMonitored, checkOrdered, checkTime } from './check-element.ts';
import { ClockOffsets } from './clock-offsets.ts';
import { Values, isQuestionable } from './elements.ts';
import { codeOf, fillObject, isSelect, selectAt, setFrom } from './facts.ts';
import { Files } from './files.ts';
import { FlowStates, Roles } from './flows.ts';
import { ControlFunction, controlFunction } from './messages.ts';
import { Asdu } from './parse.ts';
import { Problems } from './problems.ts';
import { Selects, Verdict } from './selects.ts';
import { Element, SPACE_OF, Type, isCommandType, isMonitorType, withoutTime } from './types.ts';

const PENDING_MAX = 32_768;
/** t1, after which a station gives the connection up (IEC 60870-5-104, clause 9.6). */
const ANSWER_TIMEOUT_US = 15_000_000;
const CONTROL_VERBS = [Verb.connect, Verb.disconnect, Verb['keep-alive']] as const;
/** What a request waits for, part of its key. */
const Wait = { activation: 1, deactivation: 2, request: 3, control: 4 } as const;

export class Iec104Decoder implements ProtocolDecoder {
  readonly #index: number;
  readonly #ports: readonly number[];
  readonly #pending = new PendingOperations(PENDING_MAX, ANSWER_TIMEOUT_US);
  readonly #flows = new FlowStates();
  readonly #selects = new Selects();
  readonly #clocks = new ClockOffsets();
  readonly #asdu = new Asdu();
  readonly #values = new Values();
  readonly #problems: Problems;
  readonly #files: Files;

  constructor(index: number, name: string, ports: readonly number[]) {
    this.#index = index;
    this.#ports = ports;
    this.#problems = new Problems(name);
    this.#files = new Files(index, name, this.#pending, this.#problems);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return apci.looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return apci.speakerOfFrame(bytes, start, end);
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    return apci.frameSize(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const problems = this.#problems;
    problems.begin(context, bytes, start, end);
    const size = end - start;
    if (size < apci.APCI) {
      problems.add('length-invalid', `a frame of ${size} bytes`, start + 1);
    } else {
      const control = bytes[start + 2]!;
      const most = (control & 1) === 0 ? apci.LENGTH_MAX : apci.LENGTH_MIN;
      if (size - apci.PREFIX > most) problems.add('length-invalid', `length ${size - apci.PREFIX}`, start + 1);
      const row = this.#flows.row(context.flow);
      this.#settleRoles(row, bytes, start, end, context);
      if ((control & 3) === 3) this.#control(row, bytes, start, context);
      else this.#numbered(row, bytes, start, end, context);
    }
    problems.done();
  }

  gap(flow: number, fromClient: boolean): void {
    this.#flows.gap(this.#flows.row(flow), fromClient ? 0 : 1);
    this.#pending.markGap(flow);
    this.#files.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#pending.closed(flow, context);
    this.#files.closed(flow, context);
    this.#flows.delete(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
    this.#files.tick(timeUs, context);
  }

  /** Who is the controlling station: the usual port tells, else the first frame that only one of them says. */
  #settleRoles(row: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (this.#flows.roles(row) !== Roles.undecided) return;
    if (this.#ports.includes(context.serverPort)) this.#flows.setRoles(row, Roles.asConversation);
    else if (this.#ports.includes(context.clientPort)) this.#flows.setRoles(row, Roles.reversed);
    else {
      const speaker = apci.speakerOfFrame(bytes, start, end);
      if (speaker === Speaker.unknown) return;
      const isAsConversation = (speaker === Speaker.client) === context.fromClient;
      this.#flows.setRoles(row, isAsConversation ? Roles.asConversation : Roles.reversed);
    }
  }

  /** A U frame (IEC 60870-5-104, clauses 5.2 and 5.3). */
  #control(row: number, bytes: Uint8Array, start: number, context: MessageContext): void {
    const octet = bytes[start + 2]!;
    const code = controlFunction(octet);
    if (code < 0) {
      this.#problems.add('control-function-invalid', `control octet 0x${octet.toString(16)}`, start + 2);
      return;
    }
    if (bytes[start + 3] !== 0 || bytes[start + 4] !== 0 || bytes[start + 5] !== 0) {
      this.#problems.add('control-reserved-bits', 'control octets 2 to 4 of a U frame are not 0', start + 3);
    }
    const direction = context.fromClient ? 0 : 1;
    const bit = 1 << (code - ControlFunction.start);
    if (apci.isConfirmedControl(octet)) this.#controlConfirmed(row, 1 - direction, code, bit, start, context);
    else {
      this.#flows.controlAsked(row, direction, bit);
      const isReversed = this.#flows.roles(row) === Roles.reversed;
      if (code === ControlFunction.start && context.fromClient === isReversed) this.#flows.setDual(row);
      this.#pending.makeRoom(context);
      this.#fillControl(row, code, context, !context.fromClient);
      this.#pending.add(context.operation, keyOf(code, 0, 0, Wait.control, direction));
    }
  }

  /** `direction`: whose question this confirms. */
  #controlConfirmed(
    row: number,
    direction: number,
    code: number,
    bit: number,
    start: number,
    context: MessageContext,
  ): void {
    if (!this.#flows.controlConfirmed(row, direction, bit)) {
      this.#problems.add('confirmation-unasked', 'nothing was asked that this confirms', start + 2);
    }
    if (code === ControlFunction.start) this.#flows.dataStarts(row);
    else if (code === ControlFunction.stop && !this.#flows.isDual(row)) this.#flows.dataStops(row);
    const { operation, sink } = context;
    const slot = this.#pending.find(context.flow, keyOf(code, 0, 0, Wait.control, direction));
    if (slot >= 0) {
      this.#pending.recall(slot, operation);
      setAnswered(operation, context);
      sink.operation(operation);
      this.#pending.release(slot);
      return;
    }
    this.#fillControl(row, code, context, context.fromClient);
    setUnasked(operation, context);
    sink.operation(operation);
  }

  /** Either side may test the connection: who asks whom is then what it is for everything else. */
  #fillControl(row: number, code: number, context: MessageContext, isReversed: boolean): void {
    const isTest = code === ControlFunction.test;
    const operation = startOperation(
      context,
      this.#index,
      isTest ? this.#flows.roles(row) === Roles.reversed : isReversed,
    );
    operation.function = code;
    operation.verb = CONTROL_VERBS[code - ControlFunction.start]!;
  }

  /** An S or an I frame. */
  #numbered(row: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const problems = this.#problems;
    const direction = context.fromClient ? 0 : 1;
    const control = u16le(bytes, start + 2);
    const received = u16le(bytes, start + 4);
    const isSupervisory = (control & 1) !== 0;
    if ((received & 1) !== 0 || (isSupervisory && control !== 1)) {
      problems.add('control-reserved-bits', `control octets ${control & 0xff} and ${received & 0xff}`, start + 2);
    }
    if (!isSupervisory) this.#flows.sent(row, direction, control >> 1, context.timeUs, problems, start + 2);
    this.#flows.received(row, direction, received >> 1, context.timeUs, problems, start + 4);
    if (isSupervisory) return;
    if (this.#flows.isStopped(row)) {
      problems.add('data-while-stopped', 'an I frame after the data transfer was stopped', start);
      this.#flows.dataStarts(row);
    }
    this.#data(row, bytes, start + apci.APCI, end, context);
  }

  #data(row: number, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const asdu = this.#asdu;
    const problems = this.#problems;
    asdu.parse(bytes, start, end);
    if (asdu.isShort) {
      problems.add('asdu-too-short', `${end - start} bytes`, start);
      return;
    }
    problems.unit = asdu.commonAddress;
    checkHeader(asdu, bytes, start, problems);
    const roles = this.#flows.roles(row);
    if (roles !== Roles.undecided && !this.#flows.isDual(row)) {
      checkDirection(asdu, start, context.fromClient === (roles === Roles.asConversation), problems);
    }
    if (isTestCommand(asdu)) problems.add('command-marked-as-test', 'a command with the test bit', start + 2);
    const { type, cause } = asdu;
    if (type >= Type.fileReady && type <= Type.queryLog)
      this.#files.message(asdu, bytes, context, context.fromClient === (roles !== Roles.reversed));
    else if (isMonitorType(type)) this.#monitored(row, asdu, bytes, context);
    else if (isConfirmation(cause)) this.#confirmed(row, asdu, bytes, context);
    else if (this.#isRequest(asdu)) this.#ordered(row, asdu, bytes, context);
    else this.#told(row, asdu, bytes, context);
  }

  #isRequest(asdu: Asdu): boolean {
    const { type, cause } = asdu;
    if (cause === Cause.activation || cause === Cause.deactivation) return true;
    return type === Type.read && cause === Cause.requested;
  }

  /** Process information: one operation for each run of neighbours that are equally reliable. */
  #monitored(row: number, asdu: Asdu, bytes: Uint8Array, context: MessageContext): void {
    const { element, count, timeSize, isTest } = asdu;
    if (element === Element.unknown || element === Element.initialisation || count === 0) {
      this.#told(row, asdu, bytes, context);
      return;
    }
    const values = this.#values;
    const problems = this.#problems;
    let first = 0;
    let isSpoilt = false;
    values.clear();
    for (let index = 0; index < count; index++) {
      const at = asdu.elementAt(index);
      const address = asdu.address(bytes, index);
      const isUnreliable = isTest || isQuestionable(element, bytes, at);
      if (values.count > 0 && (address !== first + values.count || isUnreliable !== isSpoilt)) {
        this.#report(asdu, first, isSpoilt, context);
        values.clear();
      }
      if (values.count === 0) {
        first = address;
        isSpoilt = isUnreliable;
      }
      values.add(element, bytes, at);
      checkMonitored(element, bytes, at, problems);
      if (timeSize > 0) checkTime(timeSize, bytes, at + asdu.objectSize - timeSize, problems);
    }
    this.#report(asdu, first, isSpoilt, context);
  }

  #report(asdu: Asdu, first: number, isSpoilt: boolean, context: MessageContext): void {
    const values = this.#values;
    const { type, cause, element, commonAddress } = asdu;
    const slot = cause === Cause.requested && values.count === 1 ? this.#readOf(asdu, first, context) : -1;
    let { operation } = context;
    if (slot >= 0) {
      this.#pending.recall(slot, operation);
      setAnswered(operation, context);
    } else {
      operation = startOperation(context, this.#index, context.fromClient);
      operation.verb = Verb.report;
      operation.function = type;
      operation.subfunction = cause;
      operation.unit = commonAddress;
      operation.first = first;
      operation.count = values.count;
      setUnasked(operation, context);
    }
    operation.space = SPACE_OF[type]!;
    setFrom(operation, values, element);
    operation.isQuestionable = isSpoilt;
    context.sink.operation(operation);
    if (slot >= 0) this.#pending.release(slot);
  }

  #readOf(asdu: Asdu, address: number, context: MessageContext): number {
    const asker = context.fromClient ? 1 : 0;
    return this.#pending.find(context.flow, keyOf(Type.read, asdu.commonAddress, address, Wait.request, asker));
  }

  /** A request: kept until its confirmation. */
  #ordered(row: number, asdu: Asdu, bytes: Uint8Array, context: MessageContext): void {
    const wait = waitOf(asdu);
    const direction = context.fromClient ? 0 : 1;
    // A request whose object is cut off is a request all the same.
    for (let index = asdu.count === 0 ? -1 : 0; index < asdu.count; index++) {
      this.#check(asdu, bytes, index);
      this.#pending.makeRoom(context);
      const operation = startOperation(context, this.#index, !context.fromClient);
      fillObject(operation, this.#values, asdu, bytes, index);
      const address = index < 0 ? 0 : asdu.address(bytes, index);
      if (asdu.type === Type.clock && index >= 0 && !asdu.isTest) {
        operation.verb = this.#clocks.verb(operation.server, bytes, asdu.elementAt(index), context.timeUs);
      }
      if (isCommandType(asdu.type) && index >= 0) this.#checkSelect(row, asdu, bytes, index, operation, context);
      if (operation.isBroadcast) this.#flows.setBroadcast(row, asdu.type, context.timeUs, context.frame);
      const key = keyOf(asdu.type, asdu.commonAddress, address, wait, direction);
      this.#pending.add(operation, key, orderOf(asdu, bytes, index));
    }
  }

  #check(asdu: Asdu, bytes: Uint8Array, index: number): void {
    if (index < 0) return;
    const at = asdu.elementAt(index);
    checkOrdered(asdu.element, bytes, at, this.#problems);
    const { timeSize, objectSize } = asdu;
    if (timeSize > 0) checkTime(timeSize, bytes, at + objectSize - timeSize, this.#problems);
  }

  #checkSelect(
    row: number,
    asdu: Asdu,
    bytes: Uint8Array,
    index: number,
    operation: Operation,
    context: MessageContext,
  ): void {
    const { element, commonAddress, type } = asdu;
    const at = asdu.elementAt(index);
    const qualifierAt = selectAt(element);
    if (qualifierAt < 0 || asdu.isTest) return;
    const key = selectKey(operation.server, commonAddress, withoutTime(type), operation.first);
    const gaps = this.#flows.gaps(row);
    if (asdu.cause === Cause.deactivation) {
      this.#selects.deselect(key, context.flow);
      return;
    }
    const order = orderText(bytes, at, qualifierAt);
    if (isSelect(element, bytes, at)) {
      this.#selects.select(key, context.flow, gaps, order);
      return;
    }
    const selected = this.#selects.orderOf(key);
    const verdict = this.#selects.execute(key, context.flow, gaps, order);
    if (verdict === Verdict.notSelected) {
      this.#problems.add('execute-without-select', `point ${operation.first} is used with a select before`, at);
    } else if (verdict === Verdict.differs) {
      this.#problems.add('execute-differs-from-select', `selected ${selected}, executed ${order}`, at);
    }
  }

  /** A confirmation, or the word that something is not known: the answer to a request. */
  #confirmed(row: number, asdu: Asdu, bytes: Uint8Array, context: MessageContext): void {
    // The command was confirmed before; that it has ended is no second operation.
    if (asdu.cause === Cause.activationTerminated) return;
    for (let index = asdu.count === 0 ? -1 : 0; index < asdu.count; index++) {
      const slot = this.#requestOf(row, asdu, bytes, index, context);
      if (slot >= 0) this.#answered(slot, asdu, context);
      else this.#answeredAlone(row, asdu, bytes, index, context);
    }
  }

  /** Of requests for one object the oldest with this value and qualifier, else the oldest. */
  #requestOf(row: number, asdu: Asdu, bytes: Uint8Array, index: number, context: MessageContext): number {
    const { type, commonAddress, cause } = asdu;
    const address = index < 0 ? 0 : asdu.address(bytes, index);
    const order = orderOf(asdu, bytes, index);
    const asker = context.fromClient ? 1 : 0;
    for (let wait: number = Wait.activation; wait <= Wait.request; wait++) {
      if (!isUnknown(cause) && wait !== waitOf(asdu)) continue;
      const slot = this.#find(context.flow, keyOf(type, commonAddress, address, wait, asker), order);
      if (slot >= 0) {
        this.#checkMirror(row, slot, asdu, order, index);
        return slot;
      }
      const broadcast = this.#find(context.flow, keyOf(type, BROADCAST_ADDRESS, address, wait, asker), order);
      if (broadcast >= 0) return broadcast;
    }
    return -1;
  }

  #find(flow: number, key: number, order: number): number {
    const pending = this.#pending;
    const oldest = pending.find(flow, key);
    if (oldest < 0 || pending.noteOf(oldest) === order) return oldest;
    for (let slot = pending.nextOf(oldest); slot >= 0; slot = pending.nextOf(slot)) {
      if (pending.keyOf(slot) === key && pending.noteOf(slot) === order) return slot;
    }
    return oldest;
  }

  /** A confirmation says the command again (clause 7.3.2), unless a request in between was lost. */
  #checkMirror(row: number, slot: number, asdu: Asdu, order: number, index: number): void {
    if (index < 0 || this.#pending.noteOf(slot) === order || this.#flows.gaps(row) > 0) return;
    const at = asdu.elementAt(index);
    this.#problems.add('confirmation-differs', 'the confirmation has another value or qualifier than the request', at);
  }

  #answered(slot: number, asdu: Asdu, context: MessageContext): void {
    const { operation, sink } = context;
    this.#pending.recall(slot, operation);
    operation.unit = asdu.commonAddress;
    const code = codeOf(asdu);
    setAnswered(operation, context, code);
    if (code !== 0 && operation.verb === Verb.select) {
      this.#selects.deselect(selectKeyOf(operation), context.flow);
    }
    sink.operation(operation);
    this.#pending.release(slot);
  }

  /** The request was not seen, or it went to every station and another one has answered already. */
  #answeredAlone(row: number, asdu: Asdu, bytes: Uint8Array, index: number, context: MessageContext): void {
    const operation = startOperation(context, this.#index, context.fromClient);
    fillObject(operation, this.#values, asdu, bytes, index);
    const flows = this.#flows;
    const sinceUs = context.timeUs - flows.broadcastTimeUs(row);
    if (flows.broadcastType(row) === asdu.type && sinceUs < ANSWER_TIMEOUT_US) {
      operation.timeUs = flows.broadcastTimeUs(row);
      operation.requestFrame = flows.broadcastFrame(row);
      operation.isBroadcast = true;
      setAnswered(operation, context, codeOf(asdu));
    } else setUnasked(operation, context, codeOf(asdu));
    context.sink.operation(operation);
  }

  /** Said without a question and not to be answered: end of initialisation, private types, odd causes. */
  #told(row: number, asdu: Asdu, bytes: Uint8Array, context: MessageContext): void {
    const isReport = isMonitorType(asdu.type);
    const isReversed = this.#flows.roles(row) === Roles.reversed;
    const fromController = context.fromClient !== isReversed;
    for (let index = asdu.count === 0 ? -1 : 0; index < asdu.count; index++) {
      this.#check(asdu, bytes, index);
      const operation = startOperation(context, this.#index, isReport ? context.fromClient : isReversed);
      fillObject(operation, this.#values, asdu, bytes, index);
      if (isReport) operation.subfunction = asdu.cause;
      operation.isQuestionable = asdu.isTest;
      if (isReport || !fromController) setUnasked(operation, context);
      // Nobody answers it: that it was said is all there is.
      else operation.outcome = Outcome.ok;
      context.sink.operation(operation);
    }
  }
}

function waitOf(asdu: Asdu): number {
  const { cause } = asdu;
  if (cause === Cause.deactivation || cause === Cause.deactivationConfirmed) return Wait.deactivation;
  return cause === Cause.requested ? Wait.request : Wait.activation;
}

/** Pairs requests and answers: type, station, object, what is waited for, and who asks (0 client, 1 server). */
function keyOf(type: number, commonAddress: number, address: number, wait: number, asker: number): number {
  const place = Math.imul(address, 0x9e3779b1) ^ Math.imul((commonAddress << 9) | type, 0x85ebca6b);
  return Math.imul(place ^ (place >>> 15), 0x2c1b3c6d) ^ (wait << 1) ^ asker;
}

function selectKey(server: number, commonAddress: number, type: number, address: number): string {
  return `${server} ${commonAddress} ${type} ${address}`;
}

function selectKeyOf(operation: Operation): string {
  return selectKey(operation.server, operation.unit, withoutTime(operation.function), operation.first);
}

/** Value and qualifier of an object in one number; 0 where a confirmation need not repeat them. */
function orderOf(asdu: Asdu, bytes: Uint8Array, index: number): number {
  // A station confirms a clock command with the time that it had (clause 7.3.4.4).
  if (index < 0 || asdu.type === Type.clock || asdu.type === Type.delay) return 0;
  const at = asdu.elementAt(index);
  let order = 0x811c9dc5 | 0;
  for (let octet = 0; octet < asdu.objectSize - asdu.timeSize; octet++) {
    order = Math.imul(order ^ bytes[at + octet]!, 0x01000193);
  }
  return order;
}

/** Value and qualifier without the select bit, in hexadecimal. */
function orderText(bytes: Uint8Array, at: number, qualifierAt: number): string {
  let text = '';
  for (let octet = 0; octet <= qualifierAt; octet++) {
    const value = octet === qualifierAt ? bytes[at + octet]! & 0x7f : bytes[at + octet]!;
    text += value.toString(16).padStart(2, '0');
  }
  return text;
}
