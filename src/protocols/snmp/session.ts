// The running decoder of SNMP: pairs answers with requests, and hands messages to logins and identity.
import { Speaker, type KindSink, type MessageContext, type ProtocolDecoder } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setNoValues, setUnasked, startOperation, violation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { Flows, type FlowState } from './flows.ts';
import { Identity, tellEngine } from './identity.ts';
import { tellKinds } from './kinds.ts';
import { Logins, type Range } from './logins.ts';
import { NAME, NO_PDU, Pdu, REPORT_CODE, UsmStats, Version } from './messages.ts';
import { Objects } from './objects.ts';
import { Binding, SnmpMessage, messageSize, recognise } from './parse.ts';

/** Requests that wait in all conversations, and for how long. */
const PENDING_MAX = 4096;
const WAIT_US = 10_000_000;
/** So many objects of one SetRequest are told one by one. */
const SET_OBJECTS_MAX = 32;

export class SnmpDecoder implements ProtocolDecoder {
  readonly #protocol: number;
  readonly #message = new SnmpMessage();
  readonly #binding = new Binding();
  readonly #objects = new Objects();
  readonly #pending = new PendingOperations(PENDING_MAX, WAIT_US);
  readonly #flows = new Flows();
  readonly #logins = new Logins();
  readonly #identity = new Identity();
  readonly #range: Range = { start: 0, end: 0 };

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return recognise(this.#message, bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (!this.#message.parse(bytes, start, end) || this.#message.pdu === NO_PDU) return Speaker.unknown;
    const { pdu } = this.#message;
    return pdu === Pdu.response || pdu === Pdu.report ? Speaker.server : Speaker.client;
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    return messageSize(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const message = this.#message;
    if (!message.parse(bytes, start, end)) {
      this.#broken(bytes, start, end, context);
      return;
    }
    this.#range.start = start;
    this.#range.end = end;
    const state = this.#flows.of(context.flow);
    switch (message.pdu) {
      case NO_PDU:
        this.#encrypted(bytes, context, state);
        break;
      case Pdu.response:
      case Pdu.report:
        this.#answer(bytes, start, end, context, state);
        break;
      case Pdu.trapV1:
      case Pdu.trapV2:
      case Pdu.inform:
        this.#trap(bytes, start, end, context, state);
        break;
      default:
        this.#request(bytes, start, end, context, state);
    }
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  // A message stands for itself; what waits for an answer that is lost times out.
  gap(): void {}

  closed(flow: number, context: MessageContext): void {
    this.#pending.closed(flow, context);
    const state = this.#flows.known(flow);
    if (state === undefined) return;
    this.#logins.closed(context, flow, state);
    this.#flows.forget(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
    this.#logins.tick(timeUs, context);
  }

  #request(bytes: Uint8Array, start: number, end: number, context: MessageContext, state: FlowState | undefined): void {
    const { pdu } = this.#message;
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    operation.function = pdu;
    operation.verb = this.#verb();
    this.#nameFirst(bytes, start, end, context);
    if (pdu === Pdu.set && operation.nameEnd > 0) this.#objects.setValue(operation, bytes, this.#binding);
    this.#pending.add(operation, this.#key());
    if (state !== undefined) this.#logins.asked(context, state, this.#message, bytes, this.#range);
  }

  /** The one that sends is asked nothing and tells: it is the server of the operation. */
  #trap(bytes: Uint8Array, start: number, end: number, context: MessageContext, state: FlowState | undefined): void {
    const message = this.#message;
    const operation = startOperation(context, this.#protocol, context.fromClient);
    operation.function = message.pdu;
    operation.verb = Verb.report;
    this.#nameFirst(bytes, start, end, context);
    this.#objects.nameTrap(operation, bytes, message, this.#binding);
    setUnasked(operation, context);
    const host = operation.server;
    context.sink.operation(operation);
    if (state === undefined) return;
    if (message.pdu === Pdu.inform) state.informId = message.requestId;
    else if (message.version === Version.v3) tellEngine(context, state, host, message, bytes);
    this.#logins.asked(context, state, message, bytes, this.#range);
  }

  #answer(bytes: Uint8Array, start: number, end: number, context: MessageContext, state: FlowState | undefined): void {
    const message = this.#message;
    const report = message.pdu === Pdu.report ? this.#reported(bytes) : 0;
    const code = message.pdu === Pdu.report ? REPORT_CODE + report : message.errorStatus;
    const slot = this.#pending.find(context.flow, this.#key());
    const { operation } = context;
    if (slot >= 0) {
      this.#pending.recall(slot, operation);
      // An engine that is looked for says so in a Report: that is the answer.
      const isFound = operation.verb === Verb.identify && report === UsmStats.unknownEngineIds;
      setAnswered(operation, context, isFound ? 0 : code);
      if (operation.function === Pdu.get && message.pdu === Pdu.response) this.#readValue(bytes, context);
      context.sink.operation(operation);
      if (operation.function === Pdu.set && message.pdu === Pdu.response) this.#setFurther(bytes, context);
      this.#pending.release(slot);
    } else if (message.pdu === Pdu.response && state?.informId !== message.requestId) {
      startOperation(context, this.#protocol, context.fromClient);
      operation.verb = Verb.other;
      this.#nameFirst(bytes, start, end, context);
      setUnasked(operation, context, code);
      context.sink.operation(operation);
    }
    if (state === undefined) return;
    const host = context.fromClient ? context.client : context.server;
    if (message.version === Version.v3 && state.informId !== message.requestId)
      tellEngine(context, state, host, message, bytes);
    this.#logins.answered(context, state, message, bytes, this.#range, report);
    if (message.pdu === Pdu.response && code === 0) this.#identify(bytes, context, state, host);
  }

  /** Whether it asks or answers is not visible: the one taken for the client asks. */
  #encrypted(bytes: Uint8Array, context: MessageContext, state: FlowState | undefined): void {
    if (state === undefined) return;
    if (context.fromClient) {
      this.#logins.asked(context, state, this.#message, bytes, this.#range);
      return;
    }
    tellEngine(context, state, context.server, this.#message, bytes);
    this.#logins.answered(context, state, this.#message, bytes, this.#range, 0);
  }

  #identify(bytes: Uint8Array, context: MessageContext, state: FlowState, host: number): void {
    const { bindingsStart, bindingsEnd } = this.#message;
    const binding = this.#binding;
    for (let at = bindingsStart; binding.read(bytes, at, bindingsEnd); at = binding.next)
      this.#identity.told(context, state, host, bytes, binding);
  }

  #verb(): number {
    const { pdu, version, engineStart, engineEnd } = this.#message;
    // The search for an engine (RFC 3414 4).
    if (version === Version.v3 && engineEnd === engineStart) return Verb.identify;
    if (pdu === Pdu.set) return Verb.write;
    return pdu === Pdu.get ? Verb.read : Verb.enumerate;
  }

  /** Name and count of the bindings; leaves the reader at the first. */
  #nameFirst(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { bindingsStart, bindingsEnd } = this.#message;
    const { operation } = context;
    const binding = this.#binding;
    let count = 0;
    let at = bindingsStart;
    for (; at < bindingsEnd && binding.read(bytes, at, bindingsEnd); at = binding.next) count++;
    if (at < bindingsEnd)
      violation(context, NAME, 'binding-invalid', `binding ${count + 1} is not valid`, bytes, start, end, at);
    operation.count = count;
    if (count === 0 || !binding.read(bytes, bindingsStart, bindingsEnd)) return;
    if (this.#objects.name(operation, bytes, binding.nameStart, binding.nameEnd)) operation.space = 1;
    else {
      const detail = 'the first name is not a valid object identifier';
      violation(context, NAME, 'object-identifier-invalid', detail, bytes, start, end, binding.nameStart);
    }
  }

  /** The answer to a SetRequest repeats what was to be set (RFC 3416 4.2.5): each object behind the first. */
  #setFurther(bytes: Uint8Array, context: MessageContext): void {
    const { bindingsStart, bindingsEnd } = this.#message;
    const binding = this.#binding;
    if (!binding.read(bytes, bindingsStart, bindingsEnd)) return;
    for (let count = 1; count < SET_OBJECTS_MAX && binding.read(bytes, binding.next, bindingsEnd); count++) {
      setNoValues(context.operation);
      if (!this.#objects.name(context.operation, bytes, binding.nameStart, binding.nameEnd)) continue;
      this.#objects.setValue(context.operation, bytes, binding);
      context.sink.operation(context.operation);
    }
  }

  /** What was read, where it is one object and the one that was asked for. */
  #readValue(bytes: Uint8Array, context: MessageContext): void {
    const { bindingsStart, bindingsEnd } = this.#message;
    setNoValues(context.operation);
    if (context.operation.code !== 0 || !this.#binding.read(bytes, bindingsStart, bindingsEnd)) return;
    this.#objects.setValue(context.operation, bytes, this.#binding);
  }

  #reported(bytes: Uint8Array): number {
    const { bindingsStart, bindingsEnd } = this.#message;
    if (!this.#binding.read(bytes, bindingsStart, bindingsEnd)) return 0;
    return this.#objects.usmCounter(bytes, this.#binding.nameStart, this.#binding.nameEnd);
  }

  #key(): number {
    const message = this.#message;
    return (message.version === Version.v3 ? message.messageId : message.requestId) | 0;
  }

  /** The bytes before the data unit hold the community: they are never shown. */
  #broken(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { problem, problemAt, pduStart, version } = this.#message;
    const isShown = version === Version.v3 || (pduStart > 0 && problemAt >= pduStart);
    const detail = `${problem.replaceAll('-', ' ')} at byte ${problemAt - start} is missing, cut or of another type`;
    violation(context, NAME, 'field-invalid', detail, bytes, start, isShown ? end : problemAt, problemAt);
  }
}
