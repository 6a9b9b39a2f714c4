// What an acknowledgement or an error adds to the operation of its request, which is then handed over (clauses 13 to 17).
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setAnswered, setNoValues, setValues } from '../facts-of-messages.ts';
import { Confirmed, UNREADABLE_ERROR } from './messages.ts';
import { FailedWrite, type MultipleProperties, type PropertyListener, readError } from './multiple.ts';
import type { RequestFiller } from './requests.ts';
import { TagReader } from './tags.ts';
import type { Transfers } from './transfers.ts';

export class AnswerReader {
  readonly #filler: RequestFiller;
  readonly #multiple: MultipleProperties;
  readonly #listener: PropertyListener;
  readonly #transfers: Transfers;
  readonly #reader = new TagReader();
  readonly #failed = new FailedWrite();

  constructor(filler: RequestFiller, multiple: MultipleProperties, listener: PropertyListener, transfers: Transfers) {
    this.#filler = filler;
    this.#multiple = multiple;
    this.#listener = listener;
    this.#transfers = transfers;
  }

  /** `operation` is the request with its outcome. False where the parameters of the answer are malformed. */
  acknowledged(
    operation: Operation,
    service: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
    isComplex: boolean,
  ): boolean {
    const { sink } = context;
    if (!isComplex) {
      this.#simple(operation, service, context);
      return true;
    }
    switch (service) {
      case Confirmed.readPropertyMultiple: {
        const isFormed = this.#multiple.results(operation, bytes, start, end, sink);
        if (this.#multiple.count === 0) this.#without(operation, context);
        return isFormed;
      }
      case Confirmed.readProperty:
        return this.#property(operation, bytes, start, end, context);
      case Confirmed.readRange:
        return this.#range(operation, bytes, start, end, context);
      case Confirmed.atomicReadFile: {
        setNoValues(operation);
        const isFormed = this.#transfers.read(context, operation, bytes, start, end);
        sink.operation(operation);
        return isFormed;
      }
      case Confirmed.createObject: {
        const { object } = this.#filler;
        object.clear();
        const isFormed = object.readApplicationObject(bytes, start, end);
        if (isFormed) object.tell(operation);
        sink.operation(operation);
        return isFormed;
      }
      case Confirmed.atomicWriteFile:
        setNoValues(operation);
        sink.operation(operation);
        return this.#reader.read(bytes, start, end);
      default:
        setValues(operation, bytes, start, end - start, Encoding.bytes, start < end ? 1 : 0);
        sink.operation(operation);
        return true;
    }
  }

  /** Carried out: of several writes or subscriptions each. */
  #simple(operation: Operation, service: number, context: MessageContext): void {
    const { bytes, valuesStart, valueSize, valueCount } = operation;
    const end = valuesStart + valueSize * valueCount;
    const multiple = this.#multiple;
    multiple.count = 0;
    if (valueCount === 1 && service === Confirmed.writePropertyMultiple) {
      multiple.written(operation, bytes, valuesStart, end, context.sink, null);
    } else if (valueCount === 1 && service === Confirmed.subscribeCovPropertyMultiple) {
      multiple.subscribed(operation, bytes, valuesStart, end, context.sink);
    }
    if (multiple.count === 0) context.sink.operation(operation);
  }

  #without(operation: Operation, context: MessageContext): void {
    setNoValues(operation);
    context.sink.operation(operation);
  }

  /** [0] object, [1] property, [2] index, [3] value (15.5.1.2). */
  #property(operation: Operation, bytes: Uint8Array, start: number, end: number, context: MessageContext): boolean {
    const { object, value } = this.#filler;
    const reader = this.#reader;
    object.clear();
    if (!object.readObject(bytes, start, end, 0) || !object.readProperty(bytes, object.next, end, 1)) {
      this.#without(operation, context);
      return false;
    }
    object.tell(operation);
    operation.verb = object.readVerb;
    const isOpened = reader.isOpeningTag(bytes, object.next, end, 3);
    const next = isOpened ? value.fillEnclosed(operation, bytes, reader.next, end, 3) : -1;
    if (next < 0) {
      this.#without(operation, context);
      return false;
    }
    context.sink.operation(operation);
    this.#listener.told(object, value, bytes);
    return next === end;
  }

  /** [0] object, [1] property, [2] index, [3] flags, [4] count, [5] items, [6] number of the first (15.8.1.2). */
  #range(operation: Operation, bytes: Uint8Array, start: number, end: number, context: MessageContext): boolean {
    const { object } = this.#filler;
    const reader = this.#reader;
    object.clear();
    setNoValues(operation);
    const hasObject = object.readObject(bytes, start, end, 0) && object.readProperty(bytes, object.next, end, 1);
    if (hasObject) {
      object.tell(operation);
      operation.verb = object.readVerb;
    }
    const isFormed =
      hasObject &&
      reader.isContextValue(bytes, object.next, end, 3) &&
      reader.isContextValue(bytes, reader.next, end, 4) &&
      reader.isOpeningTag(bytes, reader.next, end, 5);
    if (isFormed) {
      const from = reader.next;
      const to = reader.closingAt(bytes, from, end);
      // Records are constructed: a list of them is told as it is encoded.
      if (to > from) setValues(operation, bytes, from, to - from, Encoding.bytes, 1);
    }
    context.sink.operation(operation);
    return isFormed;
  }

  /** The service was refused with class and code; of several writes those before the one that failed were not. */
  error(
    operation: Operation,
    service: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): boolean {
    const reader = this.#reader;
    // Some services say more than class and code, which then stand in an opening tag 0 (clause 21).
    const from = reader.isOpeningTag(bytes, start, end, 0) ? reader.next : start;
    const code = readError(reader, bytes, from, end);
    const behind = reader.next;
    const hadRequest = operation.requestFrame !== 0;
    setAnswered(operation, context, code);
    const { bytes: kept, valuesStart, valueSize, valueCount } = operation;
    const keptEnd = valuesStart + valueSize * valueCount;
    const multiple = this.#multiple;
    multiple.count = 0;
    if (hadRequest && valueCount === 1) {
      if (service === Confirmed.readPropertyMultiple) {
        multiple.requested(operation, kept, valuesStart, keptEnd, context.sink);
      } else if (service === Confirmed.writePropertyMultiple) {
        const failed = from > start ? this.#failedWrite(bytes, behind, end, code) : null;
        multiple.written(operation, kept, valuesStart, keptEnd, context.sink, failed);
      } else if (service === Confirmed.subscribeCovPropertyMultiple) {
        multiple.subscribed(operation, kept, valuesStart, keptEnd, context.sink);
      }
    }
    if (multiple.count === 0) context.sink.operation(operation);
    return code !== UNREADABLE_ERROR;
  }

  /** [1] { [0] object, [1] property, [2] index } behind the closing tag 0; null where it is not there. */
  #failedWrite(bytes: Uint8Array, at: number, end: number, code: number): FailedWrite | null {
    const { object } = this.#filler;
    const reader = this.#reader;
    if (!reader.isClosingTag(bytes, at, end, 0) || !reader.isOpeningTag(bytes, reader.next, end, 1)) return null;
    object.clear();
    if (!object.readObject(bytes, reader.next, end, 0) || !object.readProperty(bytes, object.next, end, 1)) return null;
    const failed = this.#failed;
    failed.objectType = object.objectType;
    failed.instance = object.instance;
    failed.property = object.property;
    failed.index = object.index;
    failed.code = code;
    return failed;
  }
}
