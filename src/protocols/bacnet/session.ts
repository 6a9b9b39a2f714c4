// Pairs answers with requests and hands the pair on as facts. Who asks follows from the type of each message: on BACnet/IP
// everybody speaks from the same port. One session serves all conversations.
import { emptyOperation, type Operation } from '../../facts/operation.ts';
import type { FactSink } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { NO_HOSTS } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation, violation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { AnswerReader } from './answers.ts';
import { IdentityClaims } from './identity.ts';
import { LinkTables } from './link-tables.ts';
import { Logins } from './logins.ts';
import {
  Confirmed,
  Pdu,
  RULES,
  type Rule,
  Unconfirmed,
  codeOfAbort,
  codeOfReject,
  confirmedFunction,
  verbOfConfirmed,
  unconfirmedFunction,
} from './messages.ts';
import { MultipleProperties, type PropertyListener } from './multiple.ts';
import { OBJECT_TYPE_FILE, Property } from './names.ts';
import { NetworkLayer } from './network-layer.ts';
import type { ObjectReference } from './objects.ts';
import { ApduHeader } from './parse-apdu.ts';
import { LinkMessage } from './parse-link.ts';
import { RequestFiller } from './requests.ts';
import { Segments, type SegmentedMessage } from './segments.ts';
import { ToldServices } from './told.ts';
import { Transfers } from './transfers.ts';
import { UnansweredRequests } from './unanswered.ts';
import type { ValueReader } from './values.ts';

const PENDING_REQUESTS_MAX = 16_384;
/** Three tries of the usual ten seconds and less (12.11: APDU_Timeout, Number_Of_APDU_Retries). */
const ANSWER_TIMEOUT_US = 30_000_000;
/** PendingOperations keeps no values beyond this (and a name). */
const KEPT_BYTES_MAX = 4000;

export class BacnetSession {
  readonly #protocol: number;
  readonly #name: string;
  readonly #pending = new PendingOperations(PENDING_REQUESTS_MAX, ANSWER_TIMEOUT_US);
  readonly #link = new LinkMessage();
  readonly #apdu = new ApduHeader();
  readonly #filler = new RequestFiller();
  readonly #identity = new IdentityClaims();
  readonly #multiple: MultipleProperties;
  readonly #told: ToldServices;
  readonly #answers: AnswerReader;
  readonly #transfers = new Transfers();
  readonly #logins = new Logins();
  readonly #unanswered: UnansweredRequests;
  readonly #tables: LinkTables;
  readonly #network: NetworkLayer;
  readonly #segments: Segments;
  /** Of a message put together from segments, handed over where no message of its own says so. */
  #sink: FactSink | null = null;

  /** `name`: under which what is wrong with a message is told. */
  constructor(protocol: number, name: string) {
    this.#protocol = protocol;
    this.#name = name;
    const listener: PropertyListener = { told: (object, value, bytes) => this.#propertyTold(object, value, bytes) };
    this.#multiple = new MultipleProperties(this.#filler, listener);
    this.#told = new ToldServices(this.#filler, this.#multiple, this.#identity);
    this.#answers = new AnswerReader(this.#filler, this.#multiple, listener, this.#transfers);
    this.#unanswered = new UnansweredRequests(this.#multiple, this.#logins);
    this.#tables = new LinkTables(protocol, this.#pending);
    this.#network = new NetworkLayer(protocol, this.#pending, this.#identity, this.#unanswered);
    this.#segments = new Segments((message, bytes, isWhole) => this.#assembled(message, bytes, isWhole));
  }

  datagram(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#link.parse(bytes, start, end);
    this.#message(bytes, start, end, context);
  }

  /** What a frame of Ethernet carries, from its LLC header on. */
  frame(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const receiver = context.fromClient ? context.server : context.client;
    this.#link.parseFrame(bytes, start, end, context.hosts.isGroup(receiver));
    this.#message(bytes, start, end, context);
  }

  #message(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const link = this.#link;
    this.#sink = context.sink;
    if (link.rule !== '') this.#broken(context, link.rule, bytes, start, end, link.ruleAt);
    if (!link.hasNetworkLayer) {
      if (link.bvlc >= 0) this.#linkMessage(bytes, start, end, context);
      return;
    }
    if (link.networkMessage >= 0) {
      const rule = this.#network.message(link, bytes, this.#unanswered.prepared(context), context);
      if (rule !== '') this.#broken(context, rule, bytes, start, end, link.payloadStart);
      return;
    }
    this.#application(bytes, start, context);
  }

  gap(flow: number): void {
    this.#pending.markGap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#sink = context.sink;
    this.#segments.closed(flow);
    this.#pending.closed(flow, this.#unanswered.prepared(context));
    this.#transfers.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#sink = context.sink;
    this.#segments.tick(timeUs);
    this.#pending.tick(timeUs, this.#unanswered.prepared(context));
    this.#transfers.tick(timeUs, context);
  }

  #linkMessage(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const rule = this.#tables.message(this.#link, bytes, this.#unanswered.prepared(context), context);
    if (rule !== '') this.#broken(context, rule, bytes, start, end, this.#link.bodyStart);
  }

  #application(bytes: Uint8Array, start: number, context: MessageContext): void {
    const apdu = this.#apdu;
    const { payloadStart, end } = this.#link;
    if (!apdu.parse(bytes, payloadStart, end)) {
      if (apdu.rule !== '') this.#broken(context, apdu.rule, bytes, start, end, payloadStart);
      return;
    }
    if (apdu.isSegmented) {
      if (!this.#segment(bytes, context)) this.#broken(context, 'segments-too-many', bytes, start, end, payloadStart);
      return;
    }
    this.#service(bytes, start, apdu.start, end, context);
  }

  /** bytes[from..end) are the parameters of the service that the header told; `start` is where the message begins. */
  #service(bytes: Uint8Array, start: number, from: number, end: number, context: MessageContext): void {
    const apdu = this.#apdu;
    let isFormed = true;
    switch (apdu.type) {
      case Pdu.confirmedRequest:
        isFormed = this.#request(bytes, from, end, context);
        break;
      case Pdu.unconfirmedRequest:
        isFormed = this.#unconfirmed(bytes, from, end, context);
        break;
      case Pdu.simpleAck:
      case Pdu.complexAck:
      case Pdu.error:
        isFormed = this.#answer(bytes, from, end, context);
        break;
      case Pdu.reject:
        this.#refused(codeOfReject(apdu.reason), context);
        break;
      case Pdu.abort:
        this.#refused(codeOfAbort(apdu.reason), context);
        break;
      default:
        break;
    }
    if (!isFormed) this.#broken(context, 'parameters-invalid', bytes, start, end, from);
    if (apdu.service < 0 || apdu.type > Pdu.error) return;
    const last = apdu.type === Pdu.unconfirmedRequest ? Unconfirmed.youAre : Confirmed.auditLogQuery;
    if (apdu.service > last) this.#broken(context, 'service-unknown', bytes, start, end, from - 1);
  }

  #request(bytes: Uint8Array, from: number, end: number, context: MessageContext): boolean {
    const { service, invokeId } = this.#apdu;
    if (verbOfConfirmed(service) === Verb.report) {
      return this.#notification(service, confirmedFunction(service), bytes, from, end, context);
    }
    const { sourceUnit, destinationUnit, isBroadcast } = this.#link;
    const unheard = this.#unanswered.prepared(context);
    const key = keyOf(context.fromClient, invokeId, sourceUnit, destinationUnit);
    // An invoke id is used again when the request before it is over, or tried again.
    for (let slot = this.#pending.find(context.flow, key); slot >= 0; slot = this.#pending.find(context.flow, key)) {
      this.#pending.recall(slot, unheard.operation);
      unheard.sink.operation(unheard.operation);
      this.#pending.release(slot);
    }
    this.#pending.makeRoom(unheard);
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    operation.unit = destinationUnit;
    operation.isBroadcast = isBroadcast;
    if (isBroadcast) this.#broken(context, 'broadcast-confirmed', bytes, from, end, from);
    let isFormed = this.#filler.fill(operation, service, bytes, from, end);
    if (isFormed && service === Confirmed.atomicWriteFile) {
      isFormed = this.#transfers.write(context, operation, bytes, this.#filler.object.next, end);
    }
    if (isFormed && service === Confirmed.writeProperty) {
      const { object, value } = this.#filler;
      if (isFileSize(object))
        this.#transfers.sizeTold(context, operation.server, operation.unit, object.instance, value.number, true);
    }
    if (operation.verb === Verb.restart) this.#transfers.restarted(context, operation.server, operation.unit);
    this.#logins.requested(operation, service, bytes, from, end, context);
    if (operation.valueCount === 1 && operation.valueSize > KEPT_BYTES_MAX) {
      // Nothing that is written may be hidden by its length: what is too long to wait for the answer is told without it.
      this.#unanswered.expand(operation, context.sink);
      return isFormed;
    }
    this.#pending.add(operation, key, noteOf(context.fromClient, invokeId));
    return isFormed;
  }

  #propertyTold(object: ObjectReference, value: ValueReader, bytes: Uint8Array): void {
    const { context, host, unit } = this.#identity;
    this.#identity.told(object, value, bytes);
    if (context !== null && isFileSize(object))
      this.#transfers.sizeTold(context, host, unit, object.instance, value.number, false);
  }

  /** Somebody tells something: the one who speaks is the server. */
  #notification(
    service: number,
    code: number,
    bytes: Uint8Array,
    from: number,
    end: number,
    context: MessageContext,
  ): boolean {
    const operation = this.#startTold(context);
    operation.function = code;
    operation.verb = Verb.report;
    this.#identity.about(context, operation.server, operation.unit);
    let isFormed = true;
    switch (service) {
      case Confirmed.covNotification:
        isFormed = this.#told.covNotification(operation, bytes, from, end, context.sink);
        break;
      case Confirmed.covNotificationMultiple:
        isFormed = this.#told.covNotificationMultiple(operation, bytes, from, end, context.sink);
        break;
      case Confirmed.eventNotification:
        isFormed = this.#told.eventNotification(operation, bytes, from, end, context.sink);
        break;
      default:
        context.sink.operation(operation);
    }
    this.#identity.about(null, 0, -1);
    return isFormed;
  }

  #startTold(context: MessageContext): Operation {
    const operation = startOperation(context, this.#protocol, context.fromClient);
    operation.unit = this.#link.sourceUnit;
    operation.isBroadcast = this.#link.isBroadcast;
    setUnasked(operation, context);
    return operation;
  }

  #unconfirmed(bytes: Uint8Array, from: number, end: number, context: MessageContext): boolean {
    const { service } = this.#apdu;
    const code = unconfirmedFunction(service);
    switch (service) {
      case Unconfirmed.covNotification:
        return this.#notification(Confirmed.covNotification, code, bytes, from, end, context);
      case Unconfirmed.eventNotification:
        return this.#notification(Confirmed.eventNotification, code, bytes, from, end, context);
      case Unconfirmed.covNotificationMultiple:
        return this.#notification(Confirmed.covNotificationMultiple, code, bytes, from, end, context);
      case Unconfirmed.auditNotification:
        return this.#notification(Confirmed.auditNotification, code, bytes, from, end, context);
      default:
        break;
    }
    const isTold = service === Unconfirmed.iAm || service === Unconfirmed.iHave || service === Unconfirmed.whoAmI;
    let operation;
    if (isTold) operation = this.#startTold(context);
    else {
      operation = startOperation(context, this.#protocol, !context.fromClient);
      operation.unit = this.#link.destinationUnit;
      operation.isBroadcast = this.#link.isBroadcast;
    }
    let source = 'bacnet I-Am';
    if (isTold) {
      this.#identity.about(context, operation.server, operation.unit);
      if (this.#link.originAt >= 0) source += ` forwarded for ${addressText(bytes, this.#link.originAt)}`;
    }
    const isFormed = this.#told.unconfirmed(operation, service, bytes, from, end, context, source);
    this.#identity.about(null, 0, -1);
    return isFormed;
  }

  #answer(bytes: Uint8Array, from: number, end: number, context: MessageContext): boolean {
    const apdu = this.#apdu;
    // That a notification has arrived is no news.
    if (verbOfConfirmed(apdu.service) === Verb.report) return true;
    const slot = this.#find(context, !context.fromClient, apdu.service);
    const operation = this.#begun(slot, context);
    this.#identity.about(context, operation.server, operation.unit);
    let isFormed;
    if (apdu.type === Pdu.error) {
      isFormed = this.#answers.error(operation, apdu.service, bytes, from, end, context);
    } else {
      setAnswered(operation, context);
      isFormed = this.#answers.acknowledged(
        operation,
        apdu.service,
        bytes,
        from,
        end,
        context,
        apdu.type === Pdu.complexAck,
      );
    }
    this.#identity.about(null, 0, -1);
    this.#over(slot, operation, context);
    return isFormed;
  }

  /** Reject and Abort. A client aborts what it has asked for itself. */
  #refused(code: number, context: MessageContext): void {
    const { isFromServer } = this.#apdu;
    const slot = this.#find(context, isFromServer ? !context.fromClient : context.fromClient, -1);
    if (slot < 0) {
      // Without its request all that is known is that the device refused something.
      if (isFromServer) this.#refusedUnknown(code, context);
      return;
    }
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, code);
    this.#unanswered.expand(operation, context.sink);
    this.#over(slot, operation, context);
  }

  #refusedUnknown(code: number, context: MessageContext): void {
    const operation = startOperation(context, this.#protocol, context.fromClient);
    operation.unit = this.#link.sourceUnit;
    setUnasked(operation, context, code);
    context.sink.operation(operation);
  }

  #over(slot: number, operation: Operation, context: MessageContext): void {
    if (slot < 0) return;
    this.#logins.answered(operation, context.timeUs, context.sink);
    this.#pending.release(slot);
  }

  /** The record of the request, or one that knows only that the speaker answered. */
  #begun(slot: number, context: MessageContext): Operation {
    if (slot >= 0) {
      this.#pending.recall(slot, context.operation);
      return context.operation;
    }
    const { service } = this.#apdu;
    const operation = startOperation(context, this.#protocol, context.fromClient);
    operation.unit = this.#link.sourceUnit;
    operation.function = confirmedFunction(service);
    operation.verb = verbOfConfirmed(service);
    setUnasked(operation, context);
    return operation;
  }

  /**
   * The request with this invoke id: of the same two units, else of any, as some routers leave an address out. A service
   * of -1 is any.
   */
  #find(context: MessageContext, isAskedByClient: boolean, service: number): number {
    const { invokeId } = this.#apdu;
    const { sourceUnit, destinationUnit } = this.#link;
    const isAnswer = isAskedByClient !== context.fromClient;
    const key = isAnswer
      ? keyOf(isAskedByClient, invokeId, destinationUnit, sourceUnit)
      : keyOf(isAskedByClient, invokeId, sourceUnit, destinationUnit);
    const pending = this.#pending;
    const code = service < 0 ? -1 : confirmedFunction(service);
    const slot = pending.find(context.flow, key);
    if (slot >= 0 && (code < 0 || pending.functionOf(slot) === code)) return slot;
    const note = noteOf(isAskedByClient, invokeId);
    for (let other = pending.oldestOf(context.flow); other >= 0; other = pending.nextOf(other)) {
      if (pending.noteOf(other) === note && (code < 0 || pending.functionOf(other) === code)) return other;
    }
    return -1;
  }

  /** A segment of a request or of an answer; false where there is no room for it. */
  #segment(bytes: Uint8Array, context: MessageContext): boolean {
    const { type, invokeId, service, sequence, moreFollows, start } = this.#apdu;
    const { sourceUnit, destinationUnit, end } = this.#link;
    const isRequest = type === Pdu.confirmedRequest;
    const segment = { isRequest, invokeId, service, sequence, moreFollows, sourceUnit, destinationUnit };
    return this.#segments.add(context, segment, bytes, start, end);
  }

  /** All segments were there, or what there is of them: the message as if it had come in one. */
  #assembled(message: SegmentedMessage, bytes: Uint8Array, isWhole: boolean): void {
    if (this.#sink === null || (bytes.length === 0 && !isWhole)) return;
    const { flow, client, server, clientPort, serverPort, fromClient, timeUs, frame } = message;
    const context: MessageContext = {
      timeUs,
      frame,
      flow,
      client,
      server,
      clientPort,
      serverPort,
      fromClient,
      isTcp: false,
      operation: emptyOperation(),
      hosts: NO_HOSTS,
      sink: this.#sink,
    };
    const apdu = this.#apdu;
    const link = this.#link;
    apdu.type = message.isRequest ? Pdu.confirmedRequest : Pdu.complexAck;
    apdu.isSegmented = apdu.moreFollows = false;
    apdu.invokeId = message.invokeId;
    apdu.service = message.service;
    link.sourceUnit = message.sourceUnit;
    link.destinationUnit = message.destinationUnit;
    link.isBroadcast = false;
    link.originAt = -1;
    if (!isWhole) {
      this.#broken(context, 'segments-missing', bytes, 0, bytes.length, bytes.length);
      if (message.isRequest) this.#request(bytes, 0, bytes.length, context);
      else this.#answer(bytes, 0, bytes.length, context);
    } else this.#service(bytes, 0, 0, bytes.length, context);
  }

  #broken(context: MessageContext, rule: Rule, bytes: Uint8Array, start: number, end: number, at: number): void {
    violation(context, this.#name, rule, RULES[rule], bytes, start, end, at, this.#link.sourceUnit);
  }
}

/** What pairs an answer with its request, in one number: who asked, the invoke id, both addresses. */
function keyOf(isAskedByClient: boolean, invokeId: number, clientUnit: number, serverUnit: number): number {
  const side = isAskedByClient ? 0x100 : 0;
  return (
    (Math.imul(clientUnit + 1, 0x01000193) ^ Math.imul(serverUnit + 1, 0x9e3779b1) ^ (side | invokeId)) & 0x3fff_ffff
  );
}

function noteOf(isAskedByClient: boolean, invokeId: number): number {
  return (isAskedByClient ? 0x100 : 0) | invokeId;
}

function addressText(bytes: Uint8Array, at: number): string {
  return `${bytes[at]!}.${bytes[at + 1]!}.${bytes[at + 2]!}.${bytes[at + 3]!}`;
}

function isFileSize({ objectType, property }: ObjectReference): boolean {
  return objectType === OBJECT_TYPE_FILE && property === Property.fileSize;
}
