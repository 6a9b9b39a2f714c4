// S7comm-plus from message to facts: requests and answers by their sequence number, each variable an operation of its
// own; notifications as reports; objects that are created and deleted.
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation, violation } from '../facts-of-messages.ts';
import { TsduReassembly } from '../iso-reassembly.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { NAMES_MAX, NAME_BYTES_MAX, PlusNames } from './plus-addresses.ts';
import {
  Attribute,
  Function,
  KEEP_ALIVE,
  Opcode,
  PlusObject,
  PlusSpace,
  REFUSED_PLUS,
  attributeVerb,
  className,
  classVerb,
  isDynamicObject,
  isKnownFunction,
  objectName,
  operatingStateVerb,
  plusFunction,
  plusVerb,
} from './plus-codes.ts';
import { PlusFrame, readPlusFrame } from './plus-message.ts';
import { clientClaims, readObjects, sessionClaims } from './plus-objects.ts';
import { PlusNotifications, setReadValue } from './plus-notifications.ts';
import { PlusReader } from './plus-reader.ts';
import { PlusSubscriptions } from './plus-subscriptions.ts';

const MESSAGE_BYTES_MAX = 65_536;
/** Requests of the side that the connection takes for the server. */
const REVERSED = 0x10000;
/** Records of TLS, which newer projects put in the place of these messages. */
const TLS_FIRST = 0x14;
const TLS_LAST = 0x17;
const SESSION_CLASS = 287;

export class PlusSession {
  readonly #protocol: number;
  readonly #name: string;
  readonly #pending: PendingOperations;
  readonly #frame = new PlusFrame();
  readonly #reader = new PlusReader();
  readonly #names = new PlusNames();
  readonly #subscriptions = new PlusSubscriptions();
  readonly #notifications: PlusNotifications;
  readonly #parts = new TsduReassembly(MESSAGE_BYTES_MAX);
  /** Where the values and errors of an answer stand, by the number of their item; 0 where there is none. */
  readonly #valueAt = new Int32Array(NAMES_MAX + 1);
  readonly #errorAt = new Int32Array(NAMES_MAX + 1);
  /** The message being read. */
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  constructor(protocol: number, name: string, pending: PendingOperations) {
    this.#protocol = protocol;
    this.#name = name;
    this.#pending = pending;
    this.#notifications = new PlusNotifications(protocol, this.#subscriptions);
  }

  message(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const frame = this.#frame;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    if (!readPlusFrame(bytes, start, end, frame)) {
      const isTls =
        bytes[start]! >= TLS_FIRST && bytes[start]! <= TLS_LAST && end - start > 1 && bytes[start + 1] === 3;
      if (!isTls) this.#report(context, 'message-header-wrong', 'no S7comm-plus header', start);
      return;
    }
    if (frame.isMismatch) this.#report(context, 'length-mismatch', `${end - start} bytes are there`, start + 2);
    if (frame.isKeepAlive) {
      this.#keepAlive(context);
      return;
    }
    const { flow, fromClient } = context;
    const isPart = !frame.hasTrailer || this.#parts.isOpen(flow, fromClient);
    if (!isPart) {
      this.#data(bytes, frame.dataStart, frame.dataEnd, context);
      return;
    }
    const done = this.#parts.append(flow, fromClient, bytes, frame.dataStart, frame.dataEnd, frame.hasTrailer);
    if (done === 'more') return;
    if (done === 'too-long') this.#report(context, 'message-too-long', `more than ${MESSAGE_BYTES_MAX} bytes`, start);
    this.#bytes = this.#parts.buffer;
    this.#start = 0;
    this.#end = this.#parts.length;
    this.#data(this.#parts.buffer, 0, this.#parts.length, context);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#parts.forget(flow, fromClient);
  }

  closed(flow: number): void {
    this.#subscriptions.closed(flow);
    this.#parts.forget(flow, true);
    this.#parts.forget(flow, false);
  }

  #data(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const reader = this.#reader.open(bytes, start, end);
    const opcode = reader.u8();
    if (opcode === Opcode.notification) {
      this.#notifications.message(reader, context);
      if (reader.short) this.#report(context, 'message-cut-short', 'the notification ends early', start);
      return;
    }
    reader.skip(2);
    const code = reader.u16();
    reader.skip(2);
    const sequence = reader.u16();
    if (reader.short) {
      this.#report(context, 'message-cut-short', 'no function and sequence number', start);
      return;
    }
    if (!isKnownFunction(code)) this.#report(context, 'function-unknown', `0x${code.toString(16)}`, start + 3);
    if (opcode === Opcode.request) this.#request(code, sequence, context);
    else if (opcode === Opcode.answer || opcode === Opcode.answerOfCyclic) this.#answer(code, sequence, context);
    else this.#report(context, 'opcode-unknown', `0x${opcode.toString(16)}`, start);
  }

  /** Session id and transport flags, then what the function asks for. */
  #request(code: number, sequence: number, context: MessageContext): void {
    const reader = this.#reader;
    const session = reader.u32();
    reader.skip(1);
    const key = sequence | (context.fromClient ? 0 : REVERSED);
    this.#giveUpOlder(key, context);
    if (code === Function.getMultiVariables) this.#items(code, key, session, false, context);
    else if (code === Function.setMultiVariables) this.#items(code, key, session, true, context);
    else if (code === Function.setVariable) this.#setVariable(code, key, session, context);
    else if (code === Function.createObject) this.#create(code, key, context);
    else this.#other(code, key, session, context);
    if (reader.short) this.#report(context, 'message-cut-short', 'the request ends early', this.#start);
  }

  #begin(code: number, context: MessageContext): Operation {
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    operation.verb = plusVerb(code);
    operation.function = plusFunction(code);
    return operation;
  }

  /** An object whose attributes are meant, or 0 and addresses; then, to be written, the values with their numbers. */
  #items(code: number, key: number, session: number, isWrite: boolean, context: MessageContext): void {
    const reader = this.#reader;
    const names = this.#names.clear();
    const object = reader.u32();
    const count = reader.number32();
    reader.number32();
    for (let index = 0; index < count && index < NAMES_MAX && !reader.short; index++) {
      if (object === 0) names.addAddress(reader, session);
      else names.addAttribute(object, reader.number32(), session);
    }
    if (reader.short) names.count = Math.max(0, names.count - 1);
    if (!isWrite || count > NAMES_MAX) {
      for (let index = 0; index < names.count; index++) {
        this.#keep(code, key, index, isWrite ? Verb.write : Verb.read, index + 1, false, context);
      }
      return;
    }
    for (let index = 0; index < count && !reader.short; index++) {
      const number = reader.number32();
      reader.value();
      if (reader.isShort() || number < 1 || number > names.count) break;
      const attribute = names.attribute[number - 1]!;
      const verb = attribute < 0 ? Verb.write : this.#verbOfWrite(object, session, attribute);
      this.#keep(code, key, number - 1, verb, number, true, context);
    }
  }

  /** What writing the value just read to an attribute is. */
  #verbOfWrite(object: number, session: number, attribute: number): number {
    const isState = object === PlusObject.cpuExecutionUnit && attribute === Attribute.operatingStateRequest;
    return isState ? operatingStateVerb(this.#reader.firstNumber) : attributeVerb(object, session, attribute);
  }

  /** Keeps the variable of that name under `key`; `hasValue`: the reader has just read its value. */
  #keep(
    code: number,
    key: number,
    name: number,
    verb: number,
    number: number,
    hasValue: boolean,
    context: MessageContext,
  ): void {
    const names = this.#names;
    const operation = this.#begin(code, context);
    operation.verb = verb;
    operation.space = names.space[name]!;
    operation.count = 1;
    operation.nameBytes = names.bytes;
    operation.nameStart = names.start[name]!;
    operation.nameEnd = names.end[name]!;
    // What proves who asks is kept nowhere.
    if (hasValue && verb !== Verb.authenticate && verb !== Verb.connect) setReadValue(operation, this.#reader);
    this.#pending.add(operation, key, number);
  }

  /** One attribute of an object; the operating state is set this way. */
  #setVariable(code: number, key: number, session: number, context: MessageContext): void {
    const reader = this.#reader;
    const object = reader.u32();
    reader.number32();
    const attribute = reader.number32();
    reader.value();
    this.#names.clear().addAttribute(object, attribute, session);
    const verb = reader.short ? Verb.write : this.#verbOfWrite(object, session, attribute);
    this.#keep(code, key, 0, verb, 1, !reader.short, context);
  }

  /** The id it is created in, a value, four bytes, then the object. */
  #create(code: number, key: number, context: MessageContext): void {
    const reader = this.#reader;
    reader.skip(4);
    reader.value();
    reader.skip(4);
    const tree = readObjects(reader);
    const operation = this.#begin(code, context);
    const { client } = operation;
    if (tree.classId >= 0) {
      operation.verb = classVerb(tree.classId);
      const isProgram = operation.verb === Verb['program-download'];
      const name = isProgram && tree.name !== '' ? `${className(tree.classId)} ${tree.name}` : className(tree.classId);
      setName(operation, PlusSpace.object, name);
    }
    this.#pending.add(operation, key, tree.classId);
    if (tree.classId === SESSION_CLASS) clientClaims(context, client, tree);
    this.#subscriptions.asked(context.flow, key, tree.items);
    reader.short = false;
  }

  /** The rest begin with the id of an object, where they are known at all. */
  #other(code: number, key: number, session: number, context: MessageContext): void {
    const reader = this.#reader;
    const object = hasObject(code) ? reader.u32() : 0;
    const operation = this.#begin(code, context);
    if (code === Function.deleteObject) {
      if (object === session) operation.verb = Verb.disconnect;
      else if (isDynamicObject(object)) operation.verb = Verb.release;
    }
    if (object !== 0) setName(operation, PlusSpace.object, objectName(object, session));
    this.#pending.add(operation, key);
  }

  /** Transport flags and a return value; then, of reads and writes, values and errors by the number of the item. */
  #answer(code: number, sequence: number, context: MessageContext): void {
    const reader = this.#reader;
    const pending = this.#pending;
    reader.skip(1);
    const result = this.#result();
    const key = sequence | (context.fromClient ? REVERSED : 0);
    const slot = pending.find(context.flow, key);
    const isPaired = slot >= 0 && pending.functionOf(slot) === plusFunction(code);
    if (slot >= 0 && !isPaired) {
      this.#report(context, 'answer-other-function', `0x${code.toString(16)} answers another function`, this.#start);
    }
    const hasItems = code === Function.getMultiVariables || code === Function.setMultiVariables;
    if (hasItems && result === 0) this.#findItems(code === Function.getMultiVariables);
    const resume = reader.at;
    if (isPaired) this.#answerItems(code, key, result, hasItems && result === 0, context);
    else this.#loneAnswer(code, result, context);
    reader.at = resume;
    if (code === Function.createObject && result === 0) this.#created(key, context);
    if (reader.short) this.#report(context, 'message-cut-short', 'the answer ends early', this.#start);
  }

  /** 0 where it was accepted, with a warning or without. */
  #result(): number {
    const reader = this.#reader;
    reader.number64();
    if (!reader.isNegative64) return 0;
    return reader.low16 === 0 ? REFUSED_PLUS : reader.low16;
  }

  /** Notes where the values of a read, then the errors, stand. */
  #findItems(hasValues: boolean): void {
    const reader = this.#reader;
    this.#valueAt.fill(0);
    this.#errorAt.fill(0);
    for (let number = hasValues ? reader.number32() : 0; number !== 0 && !reader.short; number = reader.number32()) {
      if (number <= NAMES_MAX) this.#valueAt[number] = reader.at;
      reader.value();
    }
    for (let number = reader.number32(); number !== 0 && !reader.short; number = reader.number32()) {
      if (number <= NAMES_MAX) this.#errorAt[number] = reader.at;
      reader.number64();
    }
  }

  #answerItems(code: number, key: number, result: number, hasItems: boolean, context: MessageContext): void {
    const reader = this.#reader;
    const pending = this.#pending;
    const { operation, sink } = context;
    const { end, short } = reader;
    const function_ = plusFunction(code);
    for (let slot = pending.find(context.flow, key); slot >= 0; slot = pending.find(context.flow, key)) {
      if (pending.functionOf(slot) !== function_) break;
      const number = pending.noteOf(slot);
      pending.recall(slot, operation);
      let itemResult = result;
      if (hasItems && this.#errorAt[number]! > 0) {
        reader.open(reader.bytes, this.#errorAt[number]!, end);
        reader.number64();
        itemResult = reader.low16 === 0 ? REFUSED_PLUS : reader.low16;
      }
      setAnswered(operation, context, itemResult);
      if (hasItems && itemResult === 0 && this.#valueAt[number]! > 0) {
        reader.open(reader.bytes, this.#valueAt[number]!, end);
        reader.value();
        setReadValue(operation, reader);
      }
      sink.operation(operation);
      if (operation.verb === Verb.authenticate) this.#login(operation, itemResult === 0, context);
      pending.release(slot);
    }
    reader.short = short;
  }

  /** What proves who asks is a challenge and its answer, made in ways that are not public: no candidate can be tested. */
  #login(operation: Operation, isAccepted: boolean, context: MessageContext): void {
    const { timeUs, frame, flow, sink } = context;
    sink.login({
      fact: 'login',
      timeUs,
      frame,
      flow,
      client: operation.client,
      server: operation.server,
      protocol: this.#name,
      mechanism: 's7-legitimation',
      user: '',
      outcome: isAccepted ? 'accepted' : 'refused',
    });
  }

  #loneAnswer(code: number, result: number, context: MessageContext): void {
    const operation = startOperation(context, this.#protocol, context.fromClient);
    operation.verb = code === Function.createObject || code === Function.deleteObject ? Verb.other : plusVerb(code);
    operation.function = plusFunction(code);
    setUnasked(operation, context, result);
    context.sink.operation(operation);
  }

  /** Ids of the objects that were created, then what the controller says of them. */
  #created(key: number, context: MessageContext): void {
    const reader = this.#reader;
    const count = reader.u8();
    for (let index = 0; index < count && !reader.short; index++) {
      const id = reader.number32();
      if (index === 0 && !reader.isShort()) this.#subscriptions.created(context.flow, key, id);
    }
    if (reader.short) return;
    const tree = readObjects(reader);
    sessionClaims(context, context.fromClient ? context.client : context.server, tree);
    reader.short = false;
  }

  #keepAlive(context: MessageContext): void {
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    operation.verb = Verb['keep-alive'];
    operation.function = KEEP_ALIVE;
    // Nothing answers it.
    operation.outcome = 0;
    context.sink.operation(operation);
  }

  /** The sequence number is used again: what still waits under it will not be answered. */
  #giveUpOlder(key: number, context: MessageContext): void {
    const { operation, sink, flow } = context;
    for (let slot = this.#pending.find(flow, key); slot >= 0; slot = this.#pending.find(flow, key)) {
      this.#pending.recall(slot, operation);
      sink.operation(operation);
      this.#pending.release(slot);
    }
  }

  #report(context: MessageContext, rule: string, detail: string, at: number): void {
    violation(context, this.#name, rule, detail, this.#bytes, this.#start, this.#end, at);
  }
}

function hasObject(code: number): boolean {
  return (
    code === Function.explore ||
    code === Function.deleteObject ||
    code === Function.getVariable ||
    code === Function.getLink ||
    code === Function.getVarSubStr ||
    code === Function.setVarSubStr ||
    code === Function.invoke
  );
}

function setName(operation: Operation, space: number, name: string): void {
  const bytes = Buffer.from(name).subarray(0, NAME_BYTES_MAX);
  operation.space = space;
  operation.first = -1;
  operation.count = 1;
  operation.nameBytes = bytes;
  operation.nameStart = 0;
  operation.nameEnd = bytes.length;
}
