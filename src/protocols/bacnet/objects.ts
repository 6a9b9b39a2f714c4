// Which object, property and element a service is about, and how that is told in an operation; verbs that follow from
// the property.
import type { Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { spaceOf } from './messages.ts';
import { OBJECT_TYPE_DEVICE, OBJECT_TYPE_NETWORK_PORT, OBJECT_TYPE_PROGRAM, Property } from './names.ts';
import { Tag, TagReader } from './tags.ts';
import type { ValueReader } from './values.ts';

const NAME_BYTES_MAX = 24;
const DIGIT_0 = 0x30;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
/** Array indexes are told up to here (21.6: Unsigned); larger ones are malformed. */
const INDEX_MAX = 0xffff_ffff;

/** An object and perhaps one of its properties. One record, refilled for each; -1 is "none". */
export class ObjectReference {
  objectType = -1;
  instance = -1;
  property = -1;
  index = -1;
  /** Where what was read last ends. */
  next = 0;
  readonly #reader = new TagReader();
  readonly #name = new Uint8Array(NAME_BYTES_MAX);

  clear(): void {
    this.objectType = this.instance = this.property = this.index = -1;
  }

  /** Reads the object identifier in the context tag `number`. */
  readObject(bytes: Uint8Array, at: number, end: number, number: number): boolean {
    return this.#reader.isContextValue(bytes, at, end, number) && this.#object(bytes);
  }

  /** Reads the object identifier in an application tag. */
  readApplicationObject(bytes: Uint8Array, at: number, end: number): boolean {
    return this.#reader.isApplication(bytes, at, end, Tag.objectIdentifier) && this.#object(bytes);
  }

  /** Reads the property identifier in the context tag `number`, and an array index in the next one if it is there. */
  readProperty(bytes: Uint8Array, at: number, end: number, number: number): boolean {
    const reader = this.#reader;
    this.property = this.index = -1;
    if (!reader.isContextValue(bytes, at, end, number)) return false;
    this.property = reader.unsigned(bytes);
    this.next = reader.next;
    if (this.property < 0) return false;
    if (reader.isContextValue(bytes, this.next, end, number + 1)) {
      this.index = reader.unsigned(bytes);
      this.next = reader.next;
      return this.index >= 0 && this.index <= INDEX_MAX;
    }
    return true;
  }

  #object(bytes: Uint8Array): boolean {
    this.objectType = this.#reader.objectType(bytes);
    this.instance = this.#reader.instance(bytes);
    this.next = this.#reader.next;
    return this.objectType >= 0;
  }

  /** The name of an element is valid until the next call. */
  tell(operation: Operation): void {
    operation.nameStart = operation.nameEnd = 0;
    if (this.objectType < 0) {
      operation.space = 0;
      operation.first = -1;
      operation.count = 0;
      return;
    }
    operation.space = spaceOf(this.objectType, this.property, this.index);
    operation.count = 1;
    if (this.index < 0) {
      operation.first = this.instance;
      return;
    }
    operation.first = -1;
    operation.nameBytes = this.#name;
    let end = this.#digits(this.instance, 0);
    this.#name[end++] = BRACKET_OPEN;
    end = this.#digits(this.index, end);
    this.#name[end++] = BRACKET_CLOSE;
    operation.nameEnd = end;
  }

  #digits(value: number, at: number): number {
    let size = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) size++;
    let rest = value;
    for (let index = at + size - 1; index >= at; index--) {
      this.#name[index] = DIGIT_0 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    return at + size;
  }

  get readVerb(): number {
    if (this.property === Property.propertyList) return Verb.enumerate;
    if (this.objectType !== OBJECT_TYPE_DEVICE) return Verb.read;
    switch (this.property) {
      case Property.objectList:
      case Property.structuredObjectList:
        return Verb.enumerate;
      case Property.vendorIdentifier:
      case Property.vendorName:
      case Property.modelName:
      case Property.firmwareRevision:
      case Property.applicationSoftwareVersion:
      case Property.serialNumber:
      case Property.protocolVersion:
      case Property.protocolRevision:
      case Property.deviceUuid:
        return Verb.identify;
      default:
        return Verb.read;
    }
  }

  /** What writing this value does, where it is more than a write. */
  writeVerb(value: ValueReader, bytes: Uint8Array): number {
    switch (this.property) {
      case Property.eventEnable:
        return isAllClear(value, bytes) ? Verb['suppress-alarm'] : Verb.write;
      case Property.eventDetectionEnable:
        return value.tag === Tag.boolean && value.number === 0 ? Verb['suppress-alarm'] : Verb.write;
      case Property.eventAlgorithmInhibit:
        return value.tag === Tag.boolean && value.number === 1 ? Verb['suppress-alarm'] : Verb.write;
      // Out of service, an object keeps the value it is given instead of its input's or for its output (clause 12, Out_Of_Service).
      case Property.outOfService:
        return value.tag === Tag.boolean && value.number === 1 ? Verb.force : Verb.write;
      case Property.programChange:
        return this.objectType === OBJECT_TYPE_PROGRAM ? programVerb(value) : Verb.write;
      // A record count of 0 empties the buffer of a log (clause 12, Record_Count).
      case Property.recordCount:
        return value.number === 0 ? Verb['clear-log'] : Verb.write;
      case Property.command:
        return this.objectType === OBJECT_TYPE_NETWORK_PORT ? portVerb(value) : Verb.write;
      case Property.localDate:
      case Property.localTime:
        return this.objectType === OBJECT_TYPE_DEVICE ? Verb['set-time'] : Verb.write;
      default:
        return Verb.write;
    }
  }
}

/** A bit string, none of whose bits is set. */
function isAllClear(value: ValueReader, bytes: Uint8Array): boolean {
  if (value.tag !== Tag.bitString || value.contentEnd - value.contentStart < 2) return false;
  for (let at = value.contentStart + 1; at < value.contentEnd; at++) if (bytes[at] !== 0) return false;
  return true;
}

const RESTART_PORT = 7;

/** BACnetNetworkPortCommand (clause 21). */
function portVerb(value: ValueReader): number {
  return value.number === RESTART_PORT ? Verb.restart : Verb.configure;
}

/** BACnetProgramRequest (clause 21). */
function programVerb(value: ValueReader): number {
  switch (value.number) {
    case 2: // run
      return Verb.start;
    case 3: // halt
    case 5: // unload
      return Verb.stop;
    case 4: // restart
      return Verb.restart;
    default:
      return Verb.write;
  }
}
