// Messages about several properties at once (15.7, 15.10, 13.6, 13.16, 13.17): one operation for each property, all
// with what the record said before. They are handed to the sink one after the other.
import { Outcome, type Operation } from '../../facts/operation.ts';
import { setNoValues } from '../facts-of-messages.ts';
import { UNREADABLE_ERROR, codeOfError } from './messages.ts';
import { Property } from './names.ts';
import type { ObjectReference } from './objects.ts';
import type { RequestFiller } from './requests.ts';
import { Tag, TagReader } from './tags.ts';
import type { ValueReader } from './values.ts';

/** Takes an operation, borrowed until it returns. */
export interface OperationSink {
  operation(operation: Operation): void;
}

/** Hears each property that a device told, right after its operation. */
export interface PropertyListener {
  told(object: ObjectReference, value: ValueReader, bytes: Uint8Array): void;
}

/** Context tags of one property in a list: its identifier, its value; -1 where the list has none. */
interface ListForm {
  readonly property: number;
  readonly value: number;
  readonly error: number;
}

const REQUESTED: ListForm = { property: 0, value: -1, error: -1 };
const WRITTEN: ListForm = { property: 0, value: 2, error: -1 };
const RESULTS: ListForm = { property: 2, value: 4, error: 5 };
const REPORTED: ListForm = { property: 0, value: 2, error: -1 };

/** Fault and out-of-service in the octet of status flags. */
const NOT_RELIABLE = 0x50;

/** Where a write of several properties was given up (15.10). */
export class FailedWrite {
  objectType = -1;
  instance = -1;
  property = -1;
  index = -1;
  code = 0;
}

export class MultipleProperties {
  /** Operations handed over by the last call. */
  count = 0;
  readonly #filler: RequestFiller;
  readonly #reader = new TagReader();
  readonly #listener: PropertyListener;

  constructor(filler: RequestFiller, listener: PropertyListener) {
    this.#filler = filler;
    this.#listener = listener;
  }

  /** The list of a ReadPropertyMultiple request: what was asked for, without values. False where it is malformed. */
  requested(operation: Operation, bytes: Uint8Array, start: number, end: number, sink: OperationSink): boolean {
    setNoValues(operation);
    return this.#objects(operation, bytes, start, end, REQUESTED, sink);
  }

  /** The list of an answer to ReadPropertyMultiple. */
  results(operation: Operation, bytes: Uint8Array, start: number, end: number, sink: OperationSink): boolean {
    return this.#objects(operation, bytes, start, end, RESULTS, sink);
  }

  /** The list of a WritePropertyMultiple request; `failed` is null where all writes had the same outcome. */
  written(
    operation: Operation,
    bytes: Uint8Array,
    start: number,
    end: number,
    sink: OperationSink,
    failed: FailedWrite | null,
  ): boolean {
    this.#failed = failed;
    if (failed !== null) {
      operation.outcome = Outcome.ok;
      operation.code = 0;
    }
    const isFormed = this.#objects(operation, bytes, start, end, WRITTEN, sink);
    this.#failed = null;
    return isFormed;
  }

  /** The list of values of one object in a notification. */
  reported(operation: Operation, bytes: Uint8Array, start: number, end: number, sink: OperationSink): boolean {
    this.count = 0;
    return this.#properties(operation, bytes, start, end, REPORTED, sink);
  }

  /** The objects and values of a notification about several: [0] object, [1] list. */
  reportedObjects(operation: Operation, bytes: Uint8Array, start: number, end: number, sink: OperationSink): boolean {
    return this.#objects(operation, bytes, start, end, REPORTED, sink);
  }

  /** Objects and references of SubscribeCOVPropertyMultiple: [0] object, [1] list of { [0] { reference } … }. */
  subscribed(operation: Operation, bytes: Uint8Array, start: number, end: number, sink: OperationSink): boolean {
    this.count = 0;
    setNoValues(operation);
    const { object } = this.#filler;
    const reader = this.#reader;
    for (let at = start; at < end;) {
      object.clear();
      if (!object.readObject(bytes, at, end, 0) || !reader.isOpeningTag(bytes, object.next, end, 1)) return false;
      let item = reader.next;
      const close = reader.closingAt(bytes, item, end);
      if (close < 0) return false;
      at = reader.next;
      while (item < close) {
        if (reader.isOpeningTag(bytes, item, close, 0)) {
          const from = reader.next;
          const to = reader.closingAt(bytes, from, close);
          if (to < 0) return false;
          item = reader.next;
          if (!object.readProperty(bytes, from, to, 0)) return false;
          this.#handOver(operation, sink);
        } else if (reader.read(bytes, item, close)) item = reader.next;
        else return false;
      }
    }
    return true;
  }

  #failed: FailedWrite | null = null;

  #objects(
    operation: Operation,
    bytes: Uint8Array,
    start: number,
    end: number,
    form: ListForm,
    sink: OperationSink,
  ): boolean {
    this.count = 0;
    const { object } = this.#filler;
    const reader = this.#reader;
    for (let at = start; at < end;) {
      object.clear();
      if (!object.readObject(bytes, at, end, 0) || !reader.isOpeningTag(bytes, object.next, end, 1)) return false;
      const from = reader.next;
      const to = reader.closingAt(bytes, from, end);
      // A list that was cut is told as far as it goes.
      if (to < 0) {
        this.#properties(operation, bytes, from, end, form, sink);
        return false;
      }
      at = reader.next;
      if (!this.#properties(operation, bytes, from, to, form, sink)) return false;
    }
    return true;
  }

  #properties(
    operation: Operation,
    bytes: Uint8Array,
    start: number,
    end: number,
    form: ListForm,
    sink: OperationSink,
  ): boolean {
    const { object } = this.#filler;
    const isQuestionable = form.value >= 0 && form !== WRITTEN && this.#isQuestionable(bytes, start, end, form);
    let at = start;
    while (at < end) {
      if (!object.readProperty(bytes, at, end, form.property)) return false;
      at = object.next;
      if (form.value >= 0) {
        at = this.#value(operation, bytes, at, end, form);
        if (at < 0) return false;
      } else operation.verb = object.readVerb;
      operation.isQuestionable = isQuestionable && object.property === Property.presentValue;
      if (this.#failed !== null) this.#judgeFailed(operation, this.#failed);
      this.#handOver(operation, sink);
      if (form.value >= 0 && form !== WRITTEN && operation.outcome === Outcome.ok) {
        this.#listener.told(object, this.#filler.value, bytes);
      }
    }
    return true;
  }

  /** The value or the error of one property. Returns where it ends, -1 where it is malformed. */
  #value(operation: Operation, bytes: Uint8Array, at: number, end: number, form: ListForm): number {
    const { object, value } = this.#filler;
    const reader = this.#reader;
    if (form === WRITTEN) {
      const isValid = this.#filler.written(operation, bytes, at, end, form.value, 3);
      return isValid || object.next > at ? object.next : -1;
    }
    if (form === RESULTS) {
      operation.verb = object.readVerb;
      operation.outcome = Outcome.ok;
      operation.code = 0;
    }
    if (reader.isOpeningTag(bytes, at, end, form.value)) {
      let next = value.fillEnclosed(operation, bytes, reader.next, end, form.value);
      if (next < 0) return -1;
      // The priority or the time of a notification.
      if (form === REPORTED && reader.read(bytes, next, end) && reader.isContext && reader.number === 3) {
        next = reader.isOpening && reader.closingAt(bytes, reader.next, end) < 0 ? -1 : reader.next;
      }
      return next;
    }
    if (form.error < 0 || !reader.isOpeningTag(bytes, at, end, form.error)) return -1;
    setNoValues(operation);
    operation.outcome = Outcome.refused;
    operation.code = readError(reader, bytes, reader.next, end);
    return reader.closingAt(bytes, reader.next, end) < 0 ? -1 : reader.next;
  }

  /** Writes before the one that failed were carried out, those behind it were not (15.10). */
  #judgeFailed(operation: Operation, failed: FailedWrite): void {
    const { object } = this.#filler;
    const isIt =
      object.objectType === failed.objectType &&
      object.instance === failed.instance &&
      object.property === failed.property &&
      object.index === failed.index;
    if (!isIt && operation.outcome === Outcome.ok) return;
    operation.outcome = Outcome.refused;
    operation.code = failed.code;
  }

  #handOver(operation: Operation, sink: OperationSink): void {
    this.count++;
    this.#filler.object.tell(operation);
    sink.operation(operation);
  }

  /** The list tells status flags that say fault or out of service. */
  #isQuestionable(bytes: Uint8Array, start: number, end: number, form: ListForm): boolean {
    const reader = this.#reader;
    for (let at = start; at < end; at = reader.next) {
      if (!reader.read(bytes, at, end)) return false;
      if (reader.isOpening) {
        if (reader.closingAt(bytes, reader.next, end) < 0) return false;
        continue;
      }
      if (!reader.isContext || reader.number !== form.property) continue;
      if (reader.unsigned(bytes) !== Property.statusFlags) continue;
      if (!reader.isOpeningTag(bytes, reader.next, end, form.value)) return false;
      return (
        reader.isApplication(bytes, reader.next, end, Tag.bitString) &&
        reader.length >= 2 &&
        (bytes[reader.start + 1]! & NOT_RELIABLE) !== 0
      );
    }
    return false;
  }
}

/** Class and code, both enumerated (20.1.7); leaves the reader behind them. */
export function readError(reader: TagReader, bytes: Uint8Array, start: number, end: number): number {
  if (!reader.isApplication(bytes, start, end, Tag.enumerated)) {
    reader.next = start;
    return UNREADABLE_ERROR;
  }
  const errorClass = reader.unsigned(bytes);
  if (!reader.isApplication(bytes, reader.next, end, Tag.enumerated)) {
    reader.next = start;
    return UNREADABLE_ERROR;
  }
  const errorCode = reader.unsigned(bytes);
  return errorClass < 0 || errorCode < 0 ? UNREADABLE_ERROR : codeOfError(errorClass, errorCode);
}
