// Read and write jobs with their answers: one operation for each item, with its address, its values and its return code.
// Elements of more than a byte that lie side by side are told one by one, so that each has the number it always has.
import { u16be } from '../../bytes/endian.ts';
import { Encoding, Outcome, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setAnswered, setNoValues, setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { TYPE_SIZE, encodingOf } from './areas.ts';
import { ITEM_OK, Job, REFUSED_WITHOUT_CODE, isKnownItemCode, jobVerb } from './codes.ts';
import { Item, ItemProblem, hasStride, readItem, readSubItem } from './items.ts';
import type { S7Message } from './message.ts';

/** Data of an item: return code, kind of length, length, then the bytes. */
const DATA_HEADER = 4;
/** Kinds of length: those that count bits; the others count bytes. */
const BIT_LENGTHS = [3, 4, 5];
/** Elements of one message that are told one by one; further ones are told as runs of bytes. */
const SINGLE_ELEMENTS_MAX = 64;

/** A rule was broken: told with the offset and two numbers. */
export type Report = (rule: string, detail: string, at: number) => void;

/** Bytes of one item's value; refilled. */
class ItemData {
  code = 0;
  start = 0;
  end = 0;
  next = 0;
  isCut = false;
}

export class Variables {
  readonly #protocol: number;
  readonly #pending: PendingOperations;
  readonly #item = new Item();
  readonly #data = new ItemData();
  #singlesLeft = 0;

  constructor(protocol: number, pending: PendingOperations) {
    this.#protocol = protocol;
    this.#pending = pending;
  }

  /** A job: its items wait for the answer under `key`. */
  request(bytes: Uint8Array, message: S7Message, key: number, context: MessageContext, report: Report): void {
    const count = message.paramStart + 1 < message.paramEnd ? bytes[message.paramStart + 1]! : 0;
    const item = this.#item;
    const data = this.#data;
    let at = message.paramStart + 2;
    data.next = message.dataStart;
    for (let index = 0; index < count; index++) {
      readItem(bytes, at, message.paramEnd, index === count - 1, item);
      if (item.problem === ItemProblem.cutShort) {
        report('item-cut-short', `item ${index + 1} of ${count} does not fit into the parameters`, at);
        at = message.paramEnd;
        break;
      }
      if (item.problem === ItemProblem.specification) {
        report('item-specification-unknown', `item ${index + 1} begins with 0x${bytes[at]!.toString(16)}`, at);
      }
      at = item.next;
      let hasValues = false;
      if (message.function === Job.writeVariable) {
        readItemData(bytes, data.next, message.dataEnd, true, index === count - 1, data);
        hasValues = !data.isCut;
        if (data.isCut) report('item-data-cut-short', `data of item ${index + 1} of ${count}`, data.start);
      }
      this.#keep(bytes, message, key, index, hasValues, context);
      while (readSubItem(bytes, at, item)) this.#keep(bytes, message, key, index, hasValues, context);
    }
    if (count === 0) report('item-count-zero', 'a job about no item', message.paramStart + 1);
    else if (at < message.paramEnd) report('trailing-bytes', `${message.paramEnd - at} bytes behind the items`, at);
  }

  /** The answer: return codes, and of a read the values. */
  answer(bytes: Uint8Array, message: S7Message, key: number, context: MessageContext, report: Report): void {
    const count = message.paramStart + 1 < message.paramEnd ? bytes[message.paramStart + 1]! : 0;
    const isRead = message.function === Job.readVariable;
    const data = this.#data;
    this.#singlesLeft = SINGLE_ELEMENTS_MAX;
    data.next = message.dataStart;
    for (let index = 0; index < count; index++) {
      const at = data.next;
      readItemData(bytes, at, message.dataEnd, isRead, index === count - 1, data);
      if (data.isCut && data.start > message.dataEnd) {
        report('item-data-cut-short', `item ${index + 1} of ${count} has no return code`, message.dataEnd);
        break;
      }
      if (data.isCut) report('item-data-cut-short', `data of item ${index + 1} of ${count}`, at);
      if (!isKnownItemCode(data.code)) report('return-code-unknown', `0x${data.code.toString(16)}`, at);
      this.#answerItem(bytes, message.function, key, index, context);
    }
    const left = this.#pending.find(context.flow, key);
    if (left >= 0 && this.#pending.functionOf(left) === message.function) {
      report('item-count-mismatch', `answer about ${count} items, more were asked for`, message.paramStart + 1);
    }
  }

  #keep(
    bytes: Uint8Array,
    message: S7Message,
    key: number,
    index: number,
    hasValues: boolean,
    context: MessageContext,
  ): void {
    const item = this.#item;
    const data = this.#data;
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, !context.fromClient);
    operation.verb = jobVerb(message.function);
    operation.function = message.function;
    operation.space = item.space;
    operation.first = item.first;
    operation.count = item.count;
    if (item.name !== '') {
      const name = Buffer.from(item.name);
      operation.nameBytes = name;
      operation.nameEnd = name.length;
    }
    if (hasValues) {
      setItemValues(operation, bytes, data.start, data.end, item.dataType);
      if (item.valueBytes >= 0) data.start = Math.min(data.end, data.start + item.valueBytes);
    }
    this.#pending.add(operation, key, noteOf(index, item.dataType, item.valueBytes >= 0));
  }

  /** Tells every run that the item asked for; one whose request was not seen is told alone. */
  #answerItem(bytes: Uint8Array, code: number, key: number, index: number, context: MessageContext): void {
    const pending = this.#pending;
    const data = this.#data;
    const outcome = data.code === ITEM_OK ? 0 : data.code === 0 ? REFUSED_WITHOUT_CODE : data.code;
    let isFound = false;
    for (let slot = pending.find(context.flow, key); slot >= 0; slot = pending.find(context.flow, key)) {
      const note = pending.noteOf(slot);
      if (pending.functionOf(slot) !== code || itemOf(note) > index) break;
      const { operation } = context;
      pending.recall(slot, operation);
      if (itemOf(note) === index) {
        isFound = true;
        const areaCode = outcome === 0 && code === Job.readVariable && isNested(note) ? areaOutcome(bytes, data) : 0;
        setAnswered(operation, context, outcome === 0 ? areaCode : outcome);
        if (outcome === 0 && areaCode === 0 && code === Job.readVariable) {
          const size = operation.count * TYPE_SIZE[typeOf(note)]!;
          setItemValues(operation, bytes, data.start, data.end, typeOf(note));
          data.start = Math.min(data.end, data.start + size);
        }
      }
      this.#tell(operation, typeOf(note), context);
      pending.release(slot);
    }
    if (isFound) return;
    const operation = startOperation(context, this.#protocol, context.fromClient);
    operation.verb = jobVerb(code);
    operation.function = code;
    setUnasked(operation, context, outcome);
    if (outcome === 0 && code === Job.readVariable) {
      setValues(operation, bytes, data.start, 1, Encoding.bytes, data.end - data.start);
    }
    context.sink.operation(operation);
  }

  /** Elements that are larger than the step of their numbers are told one by one, as long as they are not too many. */
  #tell(operation: Operation, dataType: number, context: MessageContext): void {
    const { count, valueSize, valueCount, first } = operation;
    const isSingle = count < 2 || operation.first < 0 || !hasStride(operation.space, dataType);
    if (isSingle || valueCount < count || operation.outcome !== Outcome.ok) {
      context.sink.operation(operation);
      return;
    }
    if (operation.encoding === Encoding.bytes || count > this.#singlesLeft) {
      operation.count = count * TYPE_SIZE[dataType]!;
      setValues(operation, operation.bytes, operation.valuesStart, 1, Encoding.bytes, operation.count);
      context.sink.operation(operation);
      return;
    }
    this.#singlesLeft -= count;
    const { valuesStart } = operation;
    operation.count = 1;
    operation.valueCount = 1;
    for (let index = 0; index < count; index++) {
      operation.first = first + index * valueSize;
      operation.valuesStart = valuesStart + index * valueSize;
      context.sink.operation(operation);
    }
  }
}

/** Values of one run in bytes[start..end), read as the data type says; bytes where it does not. */
function setItemValues(operation: Operation, bytes: Uint8Array, start: number, end: number, dataType: number): void {
  const encoding = encodingOf(dataType, operation.count);
  const available = Math.max(0, end - start);
  if (encoding === Encoding.none) {
    if (available > 0) setValues(operation, bytes, start, 1, Encoding.bytes, available);
    else setNoValues(operation);
    return;
  }
  const size = TYPE_SIZE[dataType]!;
  const most = encoding === Encoding.bits ? available * 8 : Math.floor(available / size);
  setValues(operation, bytes, start, size, encoding, Math.min(operation.count, most));
}

/** A write's answer has return codes alone (`hasValue` false). */
function readItemData(
  bytes: Uint8Array,
  at: number,
  end: number,
  hasValue: boolean,
  isLast: boolean,
  data: ItemData,
): void {
  data.code = at < end ? bytes[at]! : 0;
  data.start = at + 1;
  data.end = Math.min(end, at + 1);
  data.next = at + 1;
  data.isCut = at >= end;
  if (!hasValue || data.isCut) {
    if (data.isCut) data.start = end + 1;
    return;
  }
  if (at + DATA_HEADER > end) {
    data.next = end;
    // A refused item may end with its code.
    data.isCut = data.code === ITEM_OK;
    data.start = data.end;
    return;
  }
  const length = u16be(bytes, at + 2);
  // Some controllers tell a length of what they refuse, although no data of any kind follow.
  const isRefused = data.code !== ITEM_OK && bytes[at + 1] === 0;
  const size = isRefused ? 0 : BIT_LENGTHS.includes(bytes[at + 1]!) ? (length + 7) >> 3 : length;
  data.start = at + DATA_HEADER;
  data.isCut = data.start + size > end;
  data.end = Math.min(end, data.start + size);
  // Values of an odd length are followed by a fill byte, except the last.
  data.next = Math.min(end, !isLast && (size & 1) === 1 ? data.end + 1 : data.end);
}

/** An item of several areas holds a return code before the bytes of each; no bytes follow one that is no success. */
function areaOutcome(bytes: Uint8Array, data: ItemData): number {
  if (data.start >= data.end) return REFUSED_WITHOUT_CODE;
  const code = bytes[data.start++]!;
  return code === ITEM_OK ? 0 : code === 0 ? REFUSED_WITHOUT_CODE : code;
}

/** What is kept with each run: the item it came from, the data type, and whether the item names areas. */
function noteOf(item: number, dataType: number, hasAreas: boolean): number {
  return (hasAreas ? 0x10000 : 0) | (dataType << 8) | item;
}

function itemOf(note: number): number {
  return note & 0xff;
}

function typeOf(note: number): number {
  return (note >> 8) & 0xff;
}

function isNested(note: number): boolean {
  return note >= 0x10000;
}
