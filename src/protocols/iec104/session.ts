// The running decoder: control functions, numbers of I and S frames, and what the controlled station reports. One
// decoder serves all conversations; what waits is kept in bounded tables.
import { u16le } from '../../bytes/endian.ts';
import { Outcome } from '../../facts/operation.ts';
import { Speaker, type MessageContext, type ProtocolDecoder } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import * as apci from './apci.ts';
import { Cause, isConfirmation } from './causes.ts';
import { checkDirection, checkHeader, isTestCommand } from './check-asdu.ts';
import { checkMonitored, checkTime } from './check-element.ts';
import { Commands, checkObject } from './commands.ts';
import { Values, isQuestionable } from './elements.ts';
import { fillObject, setFrom } from './facts.ts';
import { Files } from './files.ts';
import { FlowStates, Roles } from './flows.ts';
import { ANSWER_TIMEOUT_US, Wait, keyOf } from './keys.ts';
import { ControlFunction, controlFunction } from './messages.ts';
import { Asdu } from './parse.ts';
import { Problems } from './problems.ts';
import { Element, SPACE_OF, Type, isMonitorType } from './types.ts';

const PENDING_MAX = 32_768;
const CONTROL_VERBS = [Verb.connect, Verb.disconnect, Verb['keep-alive']] as const;

export class Iec104Decoder implements ProtocolDecoder {
  readonly #index: number;
  readonly #ports: readonly number[];
  readonly #pending = new PendingOperations(PENDING_MAX, ANSWER_TIMEOUT_US);
  readonly #flows = new FlowStates();
  readonly #asdu = new Asdu();
  readonly #values = new Values();
  readonly #problems: Problems;
  readonly #commands: Commands;
  readonly #files: Files;

  constructor(index: number, name: string, ports: readonly number[]) {
    this.#index = index;
    this.#ports = ports;
    this.#problems = new Problems(name);
    this.#commands = new Commands(index, this.#pending, this.#flows, this.#problems, this.#values);
    this.#files = new Files(index, name, this.#pending, this.#problems);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return apci.looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return apci.speakerOfFrames(bytes, start, end);
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
      this.#flows.timeUs = context.timeUs;
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
    if (!isSupervisory) this.#flows.sent(row, direction, control >> 1, problems, start + 2);
    this.#flows.received(row, direction, received >> 1, problems, start + 4);
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
    else if (isConfirmation(cause)) this.#commands.confirmed(row, asdu, bytes, context);
    else if (this.#isRequest(asdu)) this.#commands.ordered(row, asdu, bytes, context);
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

  /** Said without a question and not to be answered: end of initialisation, private types, odd causes. */
  #told(row: number, asdu: Asdu, bytes: Uint8Array, context: MessageContext): void {
    const isReport = isMonitorType(asdu.type);
    const isReversed = this.#flows.roles(row) === Roles.reversed;
    const fromController = context.fromClient !== isReversed;
    for (let index = asdu.count === 0 ? -1 : 0; index < asdu.count; index++) {
      checkObject(asdu, bytes, index, this.#problems);
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
