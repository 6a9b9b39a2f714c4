// User data: everything that is neither a variable nor a block on its way. Tests and forces of the programmer, cyclic
// reading, lists of blocks, status lists, messages and alarms, passwords, the clock; requests, answers, and what a
// controller tells unasked. Answers in several parts are put together.
import { u16be, u32be } from '../../bytes/endian.ts';
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { Trust, claim, setAnswered, setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { Place, TYPE_SIZE, encodingOf, spaceOf } from './areas.ts';
import { blockName, digits } from './blocks.ts';
import {
  BlockFunction,
  CpuFunction,
  CyclicFunction,
  Group,
  ProgrammerFunction,
  SecurityFunction,
  USER_DATA,
  isKnownUserData,
  userDataVerb,
} from './codes.ts';
import { CyclicJobs, readAreas } from './cyclic.ts';
import { Syntax } from './items.ts';
import { USER_DATA_HEAD, UserDataType, type S7Message } from './message.ts';
import { Passwords } from './passwords.ts';
import { TRANSITIONS, listClaims, listVerb } from './status-lists.ts';
import { readVariableTable, tableData } from './variable-table.ts';
import type { Report } from './variables.ts';

/** Head, method, type and group, function, sequence. */
const PARAMETERS_MIN = 8;
/** Then: number of the data unit, whether it is the last, error. */
const PARAMETERS_LONG = 12;
/** Return code, kind of length, length. */
const DATA_HEADER = 4;
/** Answers in parts: so many at a time, so many bytes of one. */
const PARTS_MAX = 64;
const PART_BYTES_MAX = 16_384;
const CLOCK_BYTES = 10;
/** Jobs of the programmer are numbered apart from those of cyclic reading. */
const PROGRAMMER_JOB = 0x100;
/** Syntaxes of the objects of an alarm, with the number of associated values and the number of the alarm behind. */
const ALARM_SYNTAXES = [Syntax.alarmIndication, Syntax.notifyIndication];
/** Numbers of objects have 30 bits. */
const NUMBER_BITS = 0x3fffffff;
/** A time stamp of eight bytes, a byte, the number of objects; then the first object. */
const ALARM_OBJECT_AT = 10;

/** What one message of user data says of itself; refilled. */
class UserData {
  type = 0;
  group = 0;
  subfunction = 0;
  sequence = 0;
  isLast = true;
  error = 0;
  contentStart = 0;
  contentEnd = 0;
}

interface Parts {
  readonly space: number;
  readonly first: number;
  bytes: Uint8Array;
  length: number;
}

export class UserDataSession {
  readonly #protocol: number;
  readonly #name: string;
  readonly #pending: PendingOperations;
  readonly #cyclic: CyclicJobs;
  readonly #passwords: Passwords;
  readonly #parts = new Map<string, Parts>();
  readonly #data = new UserData();

  constructor(protocol: number, name: string, pending: PendingOperations) {
    this.#protocol = protocol;
    this.#name = name;
    this.#pending = pending;
    this.#cyclic = new CyclicJobs(protocol);
    this.#passwords = new Passwords(name);
  }

  message(bytes: Uint8Array, message: S7Message, key: number, context: MessageContext, report: Report): void {
    const data = this.#data;
    if (!readUserData(bytes, message, data)) {
      report('parameters-cut-short', 'user data without type and function', message.paramStart);
      return;
    }
    if (!isKnownUserData(data.group, data.subfunction)) {
      report('function-unknown', `group ${data.group}, function ${data.subfunction}`, message.paramStart + 5);
    }
    if (data.type === UserDataType.request || data.type === UserDataType.ncRequest) {
      this.#request(bytes, key, context);
    } else if (data.type === UserDataType.answer || data.type === UserDataType.ncAnswer) {
      this.#answer(bytes, key, context);
    } else if (data.type === UserDataType.push || data.type === UserDataType.ncPush) this.#push(bytes, context);
    else report('user-data-type-unknown', `type ${data.type}`, message.paramStart + 5);
  }

  gap(flow: number): void {
    this.#forgetParts(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#forgetParts(flow);
    this.#cyclic.closed(flow);
    this.#passwords.closed(context);
  }

  #request(bytes: Uint8Array, key: number, context: MessageContext): void {
    const data = this.#data;
    if (data.group === Group.cyclic && isSubscription(data.subfunction)) this.#subscribe(bytes, key, context);
    else if (data.group === Group.programmer && hasTable(data.subfunction)) this.#table(bytes, key, context);
    else {
      const operation = this.#start(context);
      this.#setObject(operation, bytes, context.flow);
      if (data.group === Group.security && data.subfunction === SecurityFunction.set) {
        this.#passwords.sent(context, key, bytes, data.contentStart, data.contentEnd);
      }
      this.#pending.add(operation, key, data.contentStart < data.contentEnd ? bytes[data.contentEnd - 1]! : 0);
    }
  }

  #start(context: MessageContext): Operation {
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    this.#fill(operation);
    return operation;
  }

  #fill(operation: Operation): void {
    const { group, subfunction } = this.#data;
    operation.verb = userDataVerb(group, subfunction);
    operation.function = USER_DATA + group;
    operation.subfunction = group === Group.pbc ? -1 : subfunction;
  }

  /** What a request is about, as far as its content says it. */
  #setObject(operation: Operation, bytes: Uint8Array, flow: number): void {
    const { group, subfunction, contentStart: at, contentEnd: end } = this.#data;
    if (group === Group.cpu && subfunction === CpuFunction.readList) {
      if (end - at >= 4) {
        setNumbered(operation, spaceOf(Place.systemStatusList, u16be(bytes, at)), u16be(bytes, at + 2));
        operation.verb = listVerb(u16be(bytes, at));
      } else this.#setFromParts(operation, flow);
    } else if (group === Group.blocks && subfunction === BlockFunction.listType) {
      const type = end - at === 2 ? digits(bytes, at, end, 16) : -1;
      if (type >= 0) operation.space = spaceOf(Place.block, type);
      else this.#setFromParts(operation, flow);
    } else if (group === Group.blocks && subfunction === BlockFunction.info) {
      const block = end - at >= 8 ? blockName(bytes, at) : null;
      if (block !== null) setNumbered(operation, spaceOf(Place.block, block.type), block.number);
    } else if (group === Group.time) {
      setNumbered(operation, spaceOf(Place.clock), 0);
      if (end - at === CLOCK_BYTES) setValues(operation, bytes, at, CLOCK_BYTES, Encoding.bytes, 1);
    } else if (group === Group.security) operation.space = spaceOf(Place.password);
    else if (group === Group.programmer) operation.space = spaceOf(Place.diagnosticJob);
    else if (group === Group.cpu) operation.space = spaceOf(Place.alarm);
    else if (group === Group.cyclic && subfunction === CyclicFunction.unsubscribe && end - at >= 2) {
      setNumbered(operation, spaceOf(Place.cyclicJob), bytes[at + 1]!);
    }
  }

  /** A request for the next part of an answer names no object: it is that of the first part. */
  #setFromParts(operation: Operation, flow: number): void {
    const parts = this.#parts.get(this.#partsKey(flow));
    if (parts === undefined) return;
    if (parts.first >= 0) setNumbered(operation, parts.space, parts.first);
    else operation.space = parts.space;
    if (parts.space >>> 16 === Place.systemStatusList) operation.verb = listVerb(parts.space & 0xffff);
  }

  #subscribe(bytes: Uint8Array, key: number, context: MessageContext): void {
    const { contentStart, contentEnd } = this.#data;
    const areas = readAreas(bytes, contentStart, contentEnd);
    this.#cyclic.asked(context.flow, key, areas);
    if (areas.length === 0) this.#pending.add(this.#start(context), key);
    for (const area of areas) {
      const operation = this.#start(context);
      operation.space = area.space;
      operation.first = area.first;
      operation.count = area.count;
      this.#pending.add(operation, key);
    }
  }

  /** Monitoring or changing the variables of a table; to change them for good is a force. */
  #table(bytes: Uint8Array, key: number, context: MessageContext): void {
    const { contentStart, contentEnd, subfunction } = this.#data;
    const isWrite = subfunction !== ProgrammerFunction.variableStatus;
    const table = readVariableTable(bytes, contentStart, contentEnd, isWrite);
    if (!isWrite) {
      const areas = table.items.map((item, index) => ({ ...item, item: index, isNested: false }));
      this.#cyclic.asked(context.flow, key, areas);
    }
    if (table.items.length === 0) {
      const operation = this.#start(context);
      if (isWrite && table.isForced) operation.verb = Verb.force;
      this.#pending.add(operation, key);
    }
    for (const item of table.items) {
      const operation = this.#start(context);
      if (isWrite && table.isForced) operation.verb = Verb.force;
      operation.space = item.space;
      operation.first = item.first;
      operation.count = item.count;
      const size = TYPE_SIZE[item.dataType]!;
      const encoding = encodingOf(item.dataType, item.count);
      const most = encoding === Encoding.bits ? 1 : Math.floor((item.valueEnd - item.valueStart) / size);
      if (item.valueEnd > item.valueStart) {
        setValues(operation, bytes, item.valueStart, size, encoding, Math.min(item.count, most));
      }
      this.#pending.add(operation, key);
    }
  }

  #answer(bytes: Uint8Array, key: number, context: MessageContext): void {
    const pending = this.#pending;
    const data = this.#data;
    const { operation } = context;
    const code = USER_DATA + data.group;
    let isFound = false;
    for (let slot = pending.find(context.flow, key); slot >= 0; slot = pending.find(context.flow, key)) {
      if (pending.functionOf(slot) !== code) break;
      const note = pending.noteOf(slot);
      pending.recall(slot, operation);
      setAnswered(operation, context, data.error);
      pending.release(slot);
      this.#addAnswer(bytes, key, note, !isFound, context);
      isFound = true;
    }
    if (isFound) return;
    startOperation(context, this.#protocol, context.fromClient);
    this.#fill(operation);
    if (data.group === Group.cpu && data.subfunction === CpuFunction.readList) {
      const { contentStart: at, contentEnd: end } = data;
      if (end - at >= 4 && !this.#parts.has(this.#partsKey(context.flow))) {
        setNumbered(operation, spaceOf(Place.systemStatusList, u16be(bytes, at)), u16be(bytes, at + 2));
        operation.verb = listVerb(u16be(bytes, at));
      }
    }
    setUnasked(operation, context, data.error);
    this.#addAnswer(bytes, key, 0, true, context);
  }

  /** The context's record is answered: adds what the answer holds, hands it over, and tells what follows from it. */
  #addAnswer(bytes: Uint8Array, key: number, note: number, isFirst: boolean, context: MessageContext): void {
    const data = this.#data;
    const { operation, sink } = context;
    const { group, subfunction } = data;
    if (group === Group.time && operation.verb === Verb.diagnose) {
      if (data.contentEnd - data.contentStart === CLOCK_BYTES) {
        setValues(operation, bytes, data.contentStart, CLOCK_BYTES, Encoding.bytes, 1);
      }
    }
    const { server, space, first } = operation;
    const isAccepted = data.error === 0;
    sink.operation(operation);
    if (!isFirst) return;
    if (group === Group.security && subfunction === SecurityFunction.set) {
      this.#passwords.answered(context, key, isAccepted ? 'accepted' : 'refused');
    } else if (group === Group.cyclic && isSubscription(subfunction)) {
      this.#cyclic.started(context.flow, key, data.sequence, isAccepted);
    } else if (group === Group.programmer && subfunction === ProgrammerFunction.variableStatus) {
      this.#cyclic.started(context.flow, key, PROGRAMMER_JOB + data.sequence, isAccepted);
    } else if (group === Group.cyclic && subfunction === CyclicFunction.unsubscribe && isAccepted) {
      this.#cyclic.stopped(context.flow, note);
    } else if (group === Group.cpu && subfunction === CpuFunction.readList && isAccepted) {
      this.#list(bytes, server, space, first, context);
    } else if (group === Group.blocks && subfunction === BlockFunction.listType) {
      this.#gather(bytes, space, first, context.flow);
    }
  }

  /** A status list, or a part of one. */
  #list(bytes: Uint8Array, host: number, space: number, first: number, context: MessageContext): void {
    const data = this.#data;
    if (data.isLast && (this.#parts.size === 0 || !this.#parts.has(this.#partsKey(context.flow)))) {
      listClaims(context, host, bytes, data.contentStart, data.contentEnd);
      return;
    }
    const parts = this.#gather(bytes, space, first, context.flow);
    if (parts !== null) listClaims(context, host, parts.bytes, 0, parts.length);
  }

  /** Keeps a part of an answer; gives the whole where this was the last. */
  #gather(bytes: Uint8Array, space: number, first: number, flow: number): Parts | null {
    const data = this.#data;
    const key = this.#partsKey(flow);
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      if (data.isLast) return null;
      if (this.#parts.size >= PARTS_MAX) {
        for (const oldest of this.#parts.keys()) {
          this.#parts.delete(oldest);
          break;
        }
      }
      parts = { space, first, bytes: new Uint8Array(0), length: 0 };
      this.#parts.set(key, parts);
    }
    const size = Math.min(data.contentEnd - data.contentStart, PART_BYTES_MAX - parts.length);
    if (size > 0) {
      const joined = new Uint8Array(parts.length + size);
      joined.set(parts.bytes);
      joined.set(bytes.subarray(data.contentStart, data.contentStart + size), parts.length);
      parts.bytes = joined;
      parts.length = joined.length;
    }
    if (!data.isLast) return null;
    this.#parts.delete(key);
    return parts;
  }

  #partsKey(flow: number): string {
    const { group, subfunction, sequence } = this.#data;
    return `${flow} ${group} ${subfunction} ${sequence}`;
  }

  #forgetParts(flow: number): void {
    if (this.#parts.size === 0) return;
    const prefix = `${flow} `;
    for (const key of this.#parts.keys()) if (key.startsWith(prefix)) this.#parts.delete(key);
  }

  /** What a controller tells unasked. */
  #push(bytes: Uint8Array, context: MessageContext): void {
    const data = this.#data;
    const { group, subfunction, contentStart, contentEnd, sequence } = data;
    const code = USER_DATA + group;
    if (group === Group.cyclic && isSubscription(subfunction)) {
      if (this.#cyclic.values(context, bytes, contentStart, contentEnd, code, subfunction, sequence)) return;
    }
    if (group === Group.programmer && subfunction === ProgrammerFunction.variableStatus) {
      const start = tableData(bytes, contentStart, contentEnd);
      const job = PROGRAMMER_JOB + sequence;
      if (this.#cyclic.values(context, bytes, start, contentEnd, code, subfunction, job)) return;
    }
    const operation = startOperation(context, this.#protocol, context.fromClient);
    this.#fill(operation);
    operation.verb = group === Group.pbc ? Verb.publish : Verb.report;
    if (group === Group.programmer) operation.space = spaceOf(Place.diagnosticJob);
    else if (group === Group.cpu) {
      operation.space = spaceOf(Place.alarm);
      const alarm = alarmNumber(bytes, contentStart, contentEnd);
      if (alarm >= 0) setNumbered(operation, operation.space, alarm);
    } else if (group === Group.cyclic) setNumbered(operation, spaceOf(Place.cyclicJob), sequence);
    setUnasked(operation, context, data.error);
    const { server } = operation;
    context.sink.operation(operation);
    const mode = group === Group.modeTransition ? TRANSITIONS[subfunction] : undefined;
    if (mode !== undefined) {
      claim(context, server, -1, 'run-state', mode, `${this.#name} mode transition`, Trust.selfDeclared);
    }
  }
}

function readUserData(bytes: Uint8Array, message: S7Message, data: UserData): boolean {
  const { paramStart: at, paramEnd, dataStart, dataEnd } = message;
  if (paramEnd - at < PARAMETERS_MIN) return false;
  data.type = bytes[at + USER_DATA_HEAD + 1]! >> 4;
  data.group = bytes[at + USER_DATA_HEAD + 1]! & 15;
  data.subfunction = bytes[at + USER_DATA_HEAD + 2]!;
  data.sequence = bytes[at + USER_DATA_HEAD + 3]!;
  const isLong = paramEnd - at >= PARAMETERS_LONG;
  data.isLast = !isLong || bytes[at + 9] === 0;
  data.error = isLong ? u16be(bytes, at + 10) : 0;
  data.contentStart = Math.min(dataEnd, dataStart + DATA_HEADER);
  data.contentEnd = data.contentStart;
  if (dataEnd - dataStart >= DATA_HEADER) {
    data.contentEnd = Math.min(dataEnd, data.contentStart + u16be(bytes, dataStart + 2));
  }
  return true;
}

/** The number of the first alarm that is told, -1 where it is not known where it stands. */
function alarmNumber(bytes: Uint8Array, start: number, end: number): number {
  const at = start + ALARM_OBJECT_AT;
  if (at + 8 > end || !ALARM_SYNTAXES.includes(bytes[at + 2]! as 0x16)) return -1;
  return u32be(bytes, at + 4) & NUMBER_BITS;
}

function isSubscription(subfunction: number): boolean {
  return (
    subfunction === CyclicFunction.transfer ||
    subfunction === CyclicFunction.onChange ||
    subfunction === CyclicFunction.modify
  );
}

function hasTable(subfunction: number): boolean {
  return (
    subfunction === ProgrammerFunction.variableStatus ||
    subfunction === ProgrammerFunction.modifyVariable ||
    subfunction === ProgrammerFunction.force
  );
}

function setNumbered(operation: Operation, space: number, first: number): void {
  operation.space = space;
  operation.first = first;
  operation.count = 1;
}
