// Fills an operation with what the parameters of a confirmed service say (clauses 13 to 17).
import { Encoding, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { setValues } from '../facts-of-messages.ts';
import { CANCEL_SUBSCRIPTION, Confirmed, RELINQUISH, Space, confirmedFunction, verbOfConfirmed } from './messages.ts';
import { OBJECT_TYPE_FILE, Property } from './names.ts';
import { ObjectReference } from './objects.ts';
import { Tag, TagReader } from './tags.ts';
import { ValueReader } from './values.ts';

const PRIORITY_LOWEST = 16;
const SUBFUNCTION_MAX = 32_766;

export class RequestFiller {
  readonly object = new ObjectReference();
  readonly value = new ValueReader();
  readonly #reader = new TagReader();

  /** False where the parameters do not have the form of the service; what could be read is told all the same. */
  fill(operation: Operation, service: number, bytes: Uint8Array, start: number, end: number): boolean {
    this.object.clear();
    operation.function = confirmedFunction(service);
    operation.subfunction = -1;
    operation.verb = verbOfConfirmed(service);
    const isFormed = this.#parameters(operation, service, bytes, start, end);
    this.object.tell(operation);
    if (service === Confirmed.privateTransfer) this.tellPrivate(operation);
    return isFormed;
  }

  #parameters(operation: Operation, service: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this;
    switch (service) {
      case Confirmed.readProperty:
      case Confirmed.readRange:
        if (!this.#property(bytes, start, end)) return false;
        operation.verb = object.readVerb;
        if (service === Confirmed.readProperty) return object.next === end;
        // What part of the list is asked for; without it, all.
        return object.next === end || this.#reader.read(bytes, object.next, end);
      case Confirmed.writeProperty:
        return (
          this.#property(bytes, start, end) &&
          this.written(operation, bytes, object.next, end, 3, 4) &&
          object.next === end
        );
      case Confirmed.readPropertyMultiple:
      case Confirmed.writePropertyMultiple:
        return this.#multiple(operation, bytes, start, end);
      case Confirmed.subscribeCov:
        return this.#subscription(operation, bytes, start, end);
      case Confirmed.subscribeCovProperty:
        return this.#subscription(operation, bytes, start, end) && this.#subscribedProperty(bytes, end);
      case Confirmed.subscribeCovPropertyMultiple:
        return this.#subscribedMultiple(operation, bytes, start, end);
      case Confirmed.addListElement:
      case Confirmed.removeListElement:
        return (
          this.#property(bytes, start, end) &&
          this.#enclosed(operation, bytes, object.next, end, 3) &&
          object.next === end
        );
      case Confirmed.atomicReadFile:
      case Confirmed.atomicWriteFile:
        return object.readApplicationObject(bytes, start, end) && object.objectType === OBJECT_TYPE_FILE;
      case Confirmed.createObject:
        return this.#created(operation, bytes, start, end);
      case Confirmed.deleteObject:
        return object.readApplicationObject(bytes, start, end) && object.next === end;
      case Confirmed.acknowledgeAlarm:
        return this.#acknowledged(operation, bytes, start, end);
      case Confirmed.deviceCommunicationControl:
        return this.#communication(operation, bytes, start, end);
      case Confirmed.reinitializeDevice:
        return this.#reinitialized(operation, bytes, start, end);
      case Confirmed.privateTransfer:
        return this.privateTransfer(operation, bytes, start, end);
      case Confirmed.textMessage:
        return this.textMessage(operation, bytes, start, end);
      case Confirmed.lifeSafetyOperation:
        return this.#lifeSafety(operation, bytes, start, end);
      case Confirmed.getEventInformation:
        return start === end || object.readObject(bytes, start, end, 0);
      case Confirmed.auditLogQuery:
        return object.readObject(bytes, start, end, 0);
      default:
        setValues(operation, bytes, start, end - start, Encoding.bytes, start < end ? 1 : 0);
        return true;
    }
  }

  /** [0] object, [1] property, [2] index. */
  #property(bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this;
    return object.readObject(bytes, start, end, 0) && object.readProperty(bytes, object.next, end, 1);
  }

  /** The value inside context tag `valueTag`, and a priority in `priorityTag`; both set `verb` and sub-function. */
  written(
    operation: Operation,
    bytes: Uint8Array,
    at: number,
    end: number,
    valueTag: number,
    priorityTag: number,
  ): boolean {
    const { object, value } = this;
    const reader = this.#reader;
    if (!this.#enclosed(operation, bytes, at, end, valueTag)) return false;
    operation.verb = object.writeVerb(value, bytes);
    let priority = -1;
    let isValid = true;
    if (reader.isContextValue(bytes, object.next, end, priorityTag)) {
      priority = reader.unsigned(bytes);
      isValid = priority >= 1 && priority <= PRIORITY_LOWEST;
      object.next = reader.next;
    }
    operation.subfunction = isValid ? priority : -1;
    if (value.tag === Tag.null && (priority > 0 || object.property === Property.presentValue)) {
      operation.subfunction = RELINQUISH + (isValid && priority > 0 ? priority : PRIORITY_LOWEST);
    }
    return isValid;
  }

  /** Values between the opening and the closing context tag `number`; `object.next` is behind it. */
  #enclosed(operation: Operation, bytes: Uint8Array, at: number, end: number, number: number): boolean {
    const reader = this.#reader;
    if (!reader.isOpeningTag(bytes, at, end, number)) return false;
    const next = this.value.fillEnclosed(operation, bytes, reader.next, end, number);
    if (next < 0) return false;
    this.object.next = next;
    return true;
  }

  /** The first object and property; the whole list stays with the operation, to be told apart later. */
  #multiple(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this;
    setValues(operation, bytes, start, end - start, Encoding.bytes, start < end ? 1 : 0);
    if (!object.readObject(bytes, start, end, 0)) return false;
    if (!this.#reader.isOpeningTag(bytes, object.next, end, 1)) return false;
    object.readProperty(bytes, this.#reader.next, end, 0);
    return true;
  }

  /** [0] process, [1] object, [2] confirmed or not, [3] lifetime; the last two are missing where it ends (13.14.1). */
  #subscription(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this;
    const reader = this.#reader;
    if (!reader.isContextValue(bytes, start, end, 0)) return false;
    if (!object.readObject(bytes, reader.next, end, 1)) return false;
    let isCancelled = true;
    for (let number = 2; number <= 3; number++) {
      if (!reader.isContextValue(bytes, object.next, end, number)) continue;
      object.next = reader.next;
      isCancelled = false;
    }
    if (isCancelled) {
      operation.verb = Verb.cancel;
      operation.subfunction = CANCEL_SUBSCRIPTION;
    }
    return true;
  }

  /** [4] property reference, [5] increment. */
  #subscribedProperty(bytes: Uint8Array, end: number): boolean {
    const { object } = this;
    if (!this.#reader.isOpeningTag(bytes, object.next, end, 4)) return false;
    return object.readProperty(bytes, this.#reader.next, end, 0);
  }

  /** [0] process, [1] confirmed or not, [2] lifetime, [3] delay, [4] list of objects with lists of references. */
  #subscribedMultiple(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this;
    const reader = this.#reader;
    let at = start;
    let hasLifetime = false;
    for (let number = 0; number <= 3; number++) {
      if (!reader.isContextValue(bytes, at, end, number)) continue;
      if (number === 1 || number === 2) hasLifetime = true;
      at = reader.next;
    }
    if (!hasLifetime) {
      operation.verb = Verb.cancel;
      operation.subfunction = CANCEL_SUBSCRIPTION;
    }
    if (!reader.isOpeningTag(bytes, at, end, 4)) return false;
    const from = reader.next;
    const to = reader.closingAt(bytes, from, end);
    if (to < 0) return false;
    setValues(operation, bytes, from, to - from, Encoding.bytes, from < to ? 1 : 0);
    return object.readObject(bytes, from, to, 0);
  }

  /** [0] { [0] type or [1] object }, [1] list of initial values (15.3.1). */
  #created(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this;
    const reader = this.#reader;
    if (!reader.isOpeningTag(bytes, start, end, 0)) return false;
    const from = reader.next;
    if (reader.isContextValue(bytes, from, end, 0)) {
      object.objectType = reader.unsigned(bytes);
      object.next = reader.next;
      if (object.objectType < 0) return false;
    } else if (!object.readObject(bytes, from, end, 1)) return false;
    if (!reader.isClosingTag(bytes, object.next, end, 0)) return false;
    const behind = reader.next;
    return behind === end || this.#enclosed(operation, bytes, behind, end, 1);
  }

  /** [0] process, [1] event object, [2] state, [3] time stamp, [4] source, [5] time (13.5.1). */
  #acknowledged(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this;
    const reader = this.#reader;
    if (!reader.isContextValue(bytes, start, end, 0)) return false;
    if (!object.readObject(bytes, reader.next, end, 1)) return false;
    object.property = Property.ackedTransitions;
    if (!reader.isContextValue(bytes, object.next, end, 2)) return false;
    setValues(operation, bytes, reader.start, reader.length, Encoding.bytes, reader.length > 0 ? 1 : 0);
    return true;
  }

  /** [0] duration, [1] what to do, [2] password (16.1.1). The password is not told here. */
  #communication(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    const at = reader.isContextValue(bytes, start, end, 0) ? reader.next : start;
    if (!reader.isContextValue(bytes, at, end, 1)) return false;
    const state = reader.unsigned(bytes);
    operation.subfunction = state <= DISABLE_INITIATION ? state : -1;
    if (state === 1) operation.verb = Verb['listen-only'];
    else if (state === 2) operation.verb = Verb['suppress-alarm'];
    return state >= 0 && state <= DISABLE_INITIATION;
  }

  /** [0] state, [1] password (16.4.1). The password is not told here. */
  #reinitialized(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    if (!reader.isContextValue(bytes, start, end, 0)) return false;
    const state = reader.unsigned(bytes);
    operation.subfunction = state < REINITIALIZE_VERBS.length ? state : -1;
    operation.verb = REINITIALIZE_VERBS[state] ?? Verb.other;
    return state >= 0 && state < REINITIALIZE_VERBS.length;
  }

  /** [0] vendor, [1] number of the service, [2] its parameters (16.2.1, 16.3.1). */
  privateTransfer(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const { object } = this;
    const reader = this.#reader;
    this.#privateService = -1;
    if (!reader.isContextValue(bytes, start, end, 0)) return false;
    operation.subfunction = Math.min(reader.unsigned(bytes), SUBFUNCTION_MAX);
    if (!reader.isContextValue(bytes, reader.next, end, 1)) return false;
    this.#privateService = reader.unsigned(bytes);
    object.next = reader.next;
    return object.next === end || this.#enclosed(operation, bytes, object.next, end, 2);
  }

  #privateService = -1;

  tellPrivate(operation: Operation): void {
    operation.space = Space.privateService;
    operation.first = this.#privateService < SERVICE_MAX ? this.#privateService : -1;
    operation.count = operation.first < 0 ? 0 : 1;
  }

  /** [0] who says it, [1] class, [2] priority, [3] text (16.5.1): the text is the value. */
  textMessage(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    if (!this.object.readObject(bytes, start, end, 0)) return false;
    let at = this.object.next;
    // Who says it is not what it is about.
    this.object.clear();
    if (reader.isOpeningTag(bytes, at, end, 1)) {
      if (reader.closingAt(bytes, reader.next, end) < 0) return false;
      at = reader.next;
    }
    if (!reader.isContextValue(bytes, at, end, 2) || !reader.isContextValue(bytes, reader.next, end, 3)) return false;
    setValues(operation, bytes, reader.start, reader.length, Encoding.bytes, reader.length > 0 ? 1 : 0);
    return true;
  }

  /** [0] process, [1] who, [2] operation, [3] object (13.13.1). */
  #lifeSafety(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    if (!reader.isContextValue(bytes, start, end, 0) || !reader.isContextValue(bytes, reader.next, end, 1))
      return false;
    if (!reader.isContextValue(bytes, reader.next, end, 2)) return false;
    const what = reader.unsigned(bytes);
    operation.subfunction = what <= UNSILENCE_LAST ? what : -1;
    if (what >= SILENCE_FIRST && what <= SILENCE_LAST) operation.verb = Verb['suppress-alarm'];
    return reader.next === end || this.object.readObject(bytes, reader.next, end, 3);
  }
}

const SERVICE_MAX = 0x4000_0000;
const SILENCE_FIRST = 1;
const SILENCE_LAST = 3;
/** Operations behind it are proprietary. */
const UNSILENCE_LAST = 9;
const DISABLE_INITIATION = 2;

/** By reinitialised state: cold start, warm start, backup, restore, abort of a restore, changes made valid. */
const REINITIALIZE_VERBS: readonly number[] = [
  Verb.restart,
  Verb.restart,
  Verb['program-upload'],
  Verb['program-upload'],
  Verb['program-download'],
  Verb['program-download'],
  Verb.cancel,
  Verb.configure,
];
