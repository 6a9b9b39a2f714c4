// Services by which a device tells something unasked, or asks everybody: notifications (clause 13) and the unconfirmed
// services of clause 16. Fills the record that the session has begun, and hands it over.
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setNoValues, setValues } from '../facts-of-messages.ts';
import type { IdentityClaims } from './identity.ts';
import { Space, Unconfirmed, unconfirmedFunction, verbOfUnconfirmed } from './messages.ts';
import type { MultipleProperties, OperationSink } from './multiple.ts';
import { OBJECT_TYPE_DEVICE, Property } from './names.ts';
import type { RequestFiller } from './requests.ts';
import { INSTANCE_MASK, Tag, TagReader } from './tags.ts';

const DATE_AND_TIME_TAGS_SIZE = 10;

export class ToldServices {
  readonly #filler: RequestFiller;
  readonly #multiple: MultipleProperties;
  readonly #identity: IdentityClaims;
  readonly #reader = new TagReader();

  constructor(filler: RequestFiller, multiple: MultipleProperties, identity: IdentityClaims) {
    this.#filler = filler;
    this.#multiple = multiple;
    this.#identity = identity;
  }

  /** [0] process, [1] device, [2] object, [3] time left, [4] list of values (13.6.1). */
  covNotification(operation: Operation, bytes: Uint8Array, start: number, end: number, sink: OperationSink): boolean {
    const { object } = this.#filler;
    const reader = this.#reader;
    object.clear();
    if (!reader.isContextValue(bytes, start, end, 0) || !reader.isContextValue(bytes, reader.next, end, 1))
      return false;
    if (!object.readObject(bytes, reader.next, end, 2)) return false;
    if (!reader.isContextValue(bytes, object.next, end, 3) || !reader.isOpeningTag(bytes, reader.next, end, 4)) {
      return false;
    }
    const from = reader.next;
    const to = reader.closingAt(bytes, from, end);
    const isFormed = this.#multiple.reported(operation, bytes, from, to < 0 ? end : to, sink);
    if (this.#multiple.count === 0) this.#withoutValues(operation, sink);
    return isFormed && to >= 0;
  }

  /** [0] process, [1] device, [2] time left, [3] time stamp, [4] objects with lists of values (13.17.1). */
  covNotificationMultiple(
    operation: Operation,
    bytes: Uint8Array,
    start: number,
    end: number,
    sink: OperationSink,
  ): boolean {
    const reader = this.#reader;
    if (!reader.isContextValue(bytes, start, end, 0) || !reader.isContextValue(bytes, reader.next, end, 1))
      return false;
    if (!reader.isContextValue(bytes, reader.next, end, 2)) return false;
    let at = reader.next;
    if (reader.isOpeningTag(bytes, at, end, 3)) {
      if (reader.closingAt(bytes, reader.next, end) < 0) return false;
      at = reader.next;
    }
    if (!reader.isOpeningTag(bytes, at, end, 4)) return false;
    const from = reader.next;
    const to = reader.closingAt(bytes, from, end);
    const isFormed = this.#multiple.reportedObjects(operation, bytes, from, to < 0 ? end : to, sink);
    if (this.#multiple.count === 0) this.#withoutValues(operation, sink);
    return isFormed && to >= 0;
  }

  /** Of a list that cannot be read at least what it is about. */
  #withoutValues(operation: Operation, sink: OperationSink): void {
    setNoValues(operation);
    operation.isQuestionable = false;
    this.#filler.object.tell(operation);
    sink.operation(operation);
  }

  /** The state an object has gone to (13.8.1): [2] object, [11] to state; the others are passed over. */
  eventNotification(operation: Operation, bytes: Uint8Array, start: number, end: number, sink: OperationSink): boolean {
    const { object } = this.#filler;
    const reader = this.#reader;
    object.clear();
    setNoValues(operation);
    let isFormed = true;
    for (let at = start; at < end && isFormed; at = reader.next) {
      if (!reader.read(bytes, at, end) || !reader.isContext || reader.isClosing) isFormed = false;
      else if (reader.isOpening) isFormed = reader.closingAt(bytes, reader.next, end) >= 0;
      else if (reader.number === 2) isFormed = object.readObject(bytes, at, end, 2);
      else if (reader.number === 11 && reader.length >= 1 && reader.length <= 2) {
        setValues(operation, bytes, reader.start, reader.length, Encoding.unsigned, 1);
      }
    }
    if (object.objectType < 0) return false;
    object.property = Property.eventState;
    object.tell(operation);
    sink.operation(operation);
    return isFormed;
  }

  /** An unconfirmed service that is not a notification. False where its parameters are malformed. */
  unconfirmed(
    operation: Operation,
    service: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
    source: string,
  ): boolean {
    operation.function = unconfirmedFunction(service);
    operation.verb = verbOfUnconfirmed(service);
    const { object } = this.#filler;
    object.clear();
    if (service === Unconfirmed.writeGroup) return this.#writeGroup(operation, bytes, start, end, context.sink);
    const isFormed = this.#parameters(operation, service, bytes, start, end, source);
    if (service === Unconfirmed.privateTransfer) this.#filler.tellPrivate(operation);
    context.sink.operation(operation);
    return isFormed;
  }

  #parameters(
    operation: Operation,
    service: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    source: string,
  ): boolean {
    const filler = this.#filler;
    switch (service) {
      case Unconfirmed.iAm:
        return this.#iAm(operation, bytes, start, end, source);
      case Unconfirmed.iHave:
        return this.#iHave(operation, bytes, start, end);
      case Unconfirmed.privateTransfer:
        return filler.privateTransfer(operation, bytes, start, end);
      case Unconfirmed.textMessage:
        return filler.textMessage(operation, bytes, start, end);
      case Unconfirmed.timeSynchronization:
      case Unconfirmed.utcTimeSynchronization:
        return this.#time(operation, bytes, start, end);
      case Unconfirmed.whoHas:
        return this.#whoHas(operation, bytes, start, end);
      case Unconfirmed.whoIs:
        return this.#whoIs(operation, bytes, start, end);
      case Unconfirmed.whoAmI:
        this.#identity.fromWhoAmI(bytes, start, end);
        return this.#raw(operation, bytes, start, end);
      default:
        return this.#raw(operation, bytes, start, end);
    }
  }

  /** Device, longest message, segmentation, vendor (16.10.2). */
  #iAm(operation: Operation, bytes: Uint8Array, start: number, end: number, source: string): boolean {
    const { object } = this.#filler;
    const reader = this.#reader;
    this.#raw(operation, bytes, start, end);
    if (!object.readApplicationObject(bytes, start, end)) return false;
    object.tell(operation);
    const isFormed =
      reader.isApplication(bytes, object.next, end, Tag.unsigned) &&
      reader.isApplication(bytes, reader.next, end, Tag.enumerated) &&
      reader.isApplication(bytes, reader.next, end, Tag.unsigned);
    const vendor = isFormed ? reader.unsigned(bytes) : -1;
    if (object.objectType !== OBJECT_TYPE_DEVICE) return false;
    this.#identity.fromIAm(object.instance, vendor, source);
    return isFormed;
  }

  /** Device, object, the object's name (16.9.2). */
  #iHave(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this.#filler;
    const reader = this.#reader;
    if (!object.readApplicationObject(bytes, start, end)) return false;
    if (!object.readApplicationObject(bytes, object.next, end)) return false;
    object.tell(operation);
    if (!reader.isApplication(bytes, object.next, end, Tag.characterString)) return false;
    setValues(operation, bytes, reader.start, reader.length, Encoding.bytes, reader.length > 0 ? 1 : 0);
    return true;
  }

  /** Application date, application time (16.7.1). */
  #time(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    setValues(operation, bytes, start, end - start, Encoding.bytes, start < end ? 1 : 0);
    return (
      end - start === DATE_AND_TIME_TAGS_SIZE &&
      reader.isApplication(bytes, start, end, Tag.date) &&
      reader.isApplication(bytes, reader.next, end, Tag.time)
    );
  }

  /** The devices that shall answer: [0] from, [1] to; all without (16.10.1). */
  #whoIs(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    const { object } = this.#filler;
    object.objectType = OBJECT_TYPE_DEVICE;
    object.instance = 0;
    const isFormed = start === end || this.#range(bytes, start, end);
    object.tell(operation);
    operation.count = this.#rangeCount;
    if (start === end) operation.count = INSTANCE_MASK + 1;
    return isFormed && (start === end || reader.next === end);
  }

  #rangeCount = 0;

  #range(bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    this.#rangeCount = 0;
    if (!reader.isContextValue(bytes, start, end, 0)) return false;
    const low = reader.unsigned(bytes);
    if (!reader.isContextValue(bytes, reader.next, end, 1)) return false;
    const high = reader.unsigned(bytes);
    if (low < 0 || high < low || high > INSTANCE_MASK) return false;
    this.#filler.object.instance = low;
    this.#rangeCount = high - low + 1;
    return true;
  }

  /** [0] and [1] the devices, then [2] object or [3] name (16.9.1). */
  #whoHas(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    const { object } = this.#filler;
    let at = start;
    if (reader.isContextValue(bytes, at, end, 0)) {
      if (!reader.isContextValue(bytes, reader.next, end, 1)) return false;
      at = reader.next;
    }
    if (object.readObject(bytes, at, end, 2)) {
      object.tell(operation);
      return true;
    }
    if (!reader.isContextValue(bytes, at, end, 3)) return false;
    operation.space = Space.objectName;
    operation.first = -1;
    operation.count = 1;
    operation.nameBytes = bytes;
    // Behind the octet of the character set.
    operation.nameStart = Math.min(reader.start + 1, reader.next);
    operation.nameEnd = reader.next;
    return reader.length > 1;
  }

  #raw(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    setValues(operation, bytes, start, end - start, Encoding.bytes, start < end ? 1 : 0);
    return true;
  }

  /**
   * [0] group, [1] priority, [2] list of [0] channel, [1] priority of its own, value (15.11.1): an operation for each
   * channel, whose name is group and channel.
   */
  #writeGroup(operation: Operation, bytes: Uint8Array, start: number, end: number, sink: OperationSink): boolean {
    const reader = this.#reader;
    operation.verb = Verb.write;
    if (!reader.isContextValue(bytes, start, end, 0)) return false;
    const group = reader.unsigned(bytes);
    if (!reader.isContextValue(bytes, reader.next, end, 1)) return false;
    const groupPriority = priorityOf(reader.unsigned(bytes));
    if (!reader.isOpeningTag(bytes, reader.next, end, 2)) return false;
    const from = reader.next;
    const to = reader.closingAt(bytes, from, end);
    if (to < 0) return false;
    for (let at = from; at < to;) {
      if (!reader.isContextValue(bytes, at, to, 0)) return false;
      const name = Buffer.from(`${group}/${reader.unsigned(bytes)}`);
      operation.space = Space.groupChannel;
      operation.count = 1;
      operation.nameBytes = name;
      operation.nameStart = 0;
      operation.nameEnd = name.length;
      operation.subfunction = groupPriority;
      let next = reader.next;
      if (reader.isContextValue(bytes, next, to, 1)) {
        operation.subfunction = priorityOf(reader.unsigned(bytes));
        next = reader.next;
      }
      // The value is a choice of application values; constructed ones stand in context tags.
      if (!reader.read(bytes, next, to)) return false;
      if (reader.isOpening && reader.closingAt(bytes, reader.next, to) < 0) return false;
      at = reader.next;
      this.#filler.value.fill(operation, bytes, next, at);
      sink.operation(operation);
    }
    return true;
  }
}

const PRIORITY_LOWEST = 16;

function priorityOf(value: number): number {
  return value >= 1 && value <= PRIORITY_LOWEST ? value : -1;
}
