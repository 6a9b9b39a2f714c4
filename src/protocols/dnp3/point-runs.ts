// Takes the objects behind one header apart into runs of neighbouring points of one quality, with their values side by
// side: where they do not stand so on the wire they are copied into a buffer of its own, which is filled anew each time.
import { Encoding } from '../../facts/operation.ts';
import type { ObjectHeader } from './object-headers.ts';
import { flagKind, FlagKind, isDoubtful, Layout, valueOffset, valueSize } from './objects.ts';

/** Values of a run; a longer one is handed over in parts. */
const SCRATCH_BYTES = 16_384;
const TIME_VALUE_SIZE = 8;
const FLAG_STATE = 0x80;
/** Control codes (A.8.1): the operation type in bits 0 to 3, the trip-close code in bits 6 and 7. */
const OPERATION_TYPE = 0x0f;
const Operation = { nul: 0, pulseOn: 1, pulseOff: 2, latchOn: 3, latchOff: 4 } as const;
const TripClose = { nul: 0, close: 1, trip: 2 } as const;
const CROB_STATUS = 10;
/** Data types of device attributes (clause A.1). */
const AttributeType = { unsigned: 2, signed: 3, float: 4 } as const;

export interface RunTarget {
  /** One run: what `runs` says now, borrowed until it returns. */
  run(runs: PointRuns): void;
}

export class PointRuns {
  readonly header: ObjectHeader;
  /** Index of the first point, -1 where it has none; for attributes the attribute's number. */
  first = -1;
  count = 0;
  isDoubtful = false;
  bytes: Uint8Array;
  valuesStart = 0;
  valueSize = 0;
  encoding = 0;
  valueCount = 0;
  /** The object of a run of one stands in bytes[objectStart..objectEnd) of the message. */
  objectStart = 0;
  objectEnd = 0;
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  #target: RunTarget | null = null;
  /** Where the value stands in an object of the header that is read, and its octets there. */
  #sourceAt = 0;
  #sourceSize = 0;

  constructor(header: ObjectHeader) {
    this.header = header;
    this.bytes = this.#scratch;
  }

  /** Hands every run of the header's objects to the target. Without data a run says which points are meant. */
  read(bytes: Uint8Array, target: RunTarget): void {
    const { header } = this;
    this.#target = target;
    this.#begin(-1);
    this.objectStart = header.dataStart;
    this.objectEnd = header.next;
    if (!header.hasData) this.#pointsAlone(bytes);
    else if (header.present > 0) this.#objects(bytes);
    this.#target = null;
  }

  /** Status of each command in the message, success where there are no more. */
  static commandStatus(header: ObjectHeader, bytes: Uint8Array, index: number): number {
    const { layout, prefixSize, size, dataStart } = header;
    if (index >= header.present || header.isSizePrefixed) return 0;
    const at = dataStart + index * (prefixSize + size) + prefixSize;
    // Bit 7 of a CROB's status is reserved.
    if (layout === Layout.crob) return bytes[at + CROB_STATUS]! & 0x7f;
    if (layout === Layout.commandSigned || layout === Layout.commandFloat) return bytes[at + size - 1]! & 0x7f;
    return 0;
  }

  #objects(bytes: Uint8Array): void {
    const { header } = this;
    switch (header.layout) {
      case Layout.packedBit:
        this.#packedBits(bytes);
        return;
      case Layout.packedPair:
        this.#packedPairs(bytes);
        return;
      case Layout.text:
      case Layout.attribute:
      case Layout.free:
      case Layout.opaque:
      case -1:
        this.#single(bytes);
        return;
      case Layout.empty:
        this.#pointsAlone(bytes);
        return;
      default:
        if (header.isSizePrefixed) this.#single(bytes);
        else if (this.#isSideBySide()) this.#asTheyStand(bytes);
        else this.#points(bytes);
    }
  }

  #begin(first: number): void {
    this.first = first;
    this.count = 0;
    this.isDoubtful = false;
    this.bytes = this.#scratch;
    this.valuesStart = 0;
    this.valueSize = 0;
    this.encoding = Encoding.none;
    this.valueCount = 0;
  }

  #flush(): void {
    if (this.count > 0) this.#target?.run(this);
  }

  /** Points that are named without values: a range, or a list of indexes of which neighbours make a run. */
  #pointsAlone(bytes: Uint8Array): void {
    const { header } = this;
    const { prefixSize } = header;
    if (prefixSize === 0 || header.isSizePrefixed) {
      this.first = header.first;
      this.count = header.count;
      this.#target?.run(this);
      return;
    }
    for (let at = header.dataStart; at < header.next; at += prefixSize) {
      const index = header.indexAt(bytes, at);
      if (this.count > 0 && index === this.first + this.count) this.count++;
      else {
        this.#flush();
        this.#begin(index);
        this.count = 1;
      }
    }
    this.#flush();
  }

  #packedBits(bytes: Uint8Array): void {
    const { header } = this;
    this.first = header.first;
    this.count = header.present;
    // A pattern mask says which outputs are meant, not what they shall be.
    if (header.group !== PATTERN_GROUP) this.#setValues(bytes, header.dataStart, 1, Encoding.bits, header.present);
    this.#flush();
  }

  #packedPairs(bytes: Uint8Array): void {
    const { header } = this;
    const scratch = this.#scratch;
    this.#beginScratch(header.first, 1, Encoding.unsigned);
    for (let index = 0; index < header.present; index++) {
      if (this.count === SCRATCH_BYTES) {
        this.#flush();
        this.#beginScratch(header.first < 0 ? -1 : header.first + index, 1, Encoding.unsigned);
      }
      scratch[this.count] = (bytes[header.dataStart + (index >> 2)]! >> ((index & 3) * 2)) & 3;
      this.count++;
      this.valueCount++;
    }
    this.#flush();
  }

  /** Objects of which each is a run of its own, and its value bytes as they are or a number. */
  #single(bytes: Uint8Array): void {
    const { header } = this;
    let at = header.dataStart;
    for (let index = 0; index < header.present; index++) {
      const next = header.layout === Layout.free && !header.isSizePrefixed ? header.next : objectEnd(header, bytes, at);
      const from = at + header.prefixSize;
      if (next < from) return;
      this.#begin(this.#indexOf(bytes, at, index));
      this.count = 1;
      this.objectStart = from;
      this.objectEnd = next;
      if (header.layout === Layout.attribute) this.#attribute(bytes, from, next);
      else if (next > from) this.#setValues(bytes, from, next - from, Encoding.bytes, 1);
      this.#flush();
      at = next;
    }
  }

  #attribute(bytes: Uint8Array, from: number, next: number): void {
    this.first = this.header.variation;
    const start = from + 2;
    if (start > next) return;
    const length = next - start;
    const isNumber = length === 1 || length === 2 || length === 4;
    const type = bytes[from]!;
    if (type === AttributeType.unsigned && isNumber) {
      this.#setValues(bytes, start, length, Encoding.unsignedLittle, 1);
    } else if (type === AttributeType.signed && isNumber) {
      this.#setValues(bytes, start, length, Encoding.signedLittle, 1);
    } else if (type === AttributeType.float && (length === 4 || length === 8)) {
      this.#setValues(bytes, start, length, Encoding.floatLittle, 1);
    } else if (length > 0) this.#setValues(bytes, start, length, Encoding.bytes, 1);
  }

  /** Numbers without flags, prefixes and times. */
  #isSideBySide(): boolean {
    const { header } = this;
    const { group, variation, layout } = header;
    const isNumber = layout === Layout.unsigned || layout === Layout.signed || layout === Layout.float;
    return isNumber && header.prefixSize === 0 && valueSize(group, variation) === header.size;
  }

  #asTheyStand(bytes: Uint8Array): void {
    const { header } = this;
    this.first = header.first;
    this.count = header.present;
    this.#setValues(bytes, header.dataStart, header.size, numberEncoding(header.layout), header.present);
    this.#flush();
  }

  /** Points with flags, indexes or times of their own. */
  #points(bytes: Uint8Array): void {
    const { header } = this;
    const { group, variation, layout, prefixSize } = header;
    const flags = flagKind(group, variation);
    const step = prefixSize + header.size;
    const size = outputSize(header);
    const encoding = numberEncoding(layout);
    const capacity = encoding === Encoding.bits ? SCRATCH_BYTES * 8 : Math.floor(SCRATCH_BYTES / size);
    this.#sourceAt = valueOffset(group, variation);
    this.#sourceSize = Math.min(size, valueSize(group, variation));
    let at = header.dataStart;
    for (let index = 0; index < header.present; index++, at += step) {
      const point = this.#indexOf(bytes, at, index);
      const from = at + prefixSize;
      const isInDoubt = flags !== FlagKind.none && isDoubtful(bytes[from]!, flags);
      const hasValue = layout !== Layout.crob || crobState(bytes[from]!) >= 0;
      const isNext =
        this.count > 0 &&
        this.count < capacity &&
        point >= 0 &&
        point === this.first + this.count &&
        isInDoubt === this.isDoubtful &&
        hasValue === this.valueCount > 0;
      if (!isNext) {
        this.#flush();
        this.#beginScratch(point, size, encoding);
        this.isDoubtful = isInDoubt;
        this.objectStart = from;
      }
      this.objectEnd = at + step;
      if (hasValue) this.#copyValue(bytes, from, size, layout);
      this.count++;
    }
    this.#flush();
  }

  /** The value of the object at `from`, as the next of the run. */
  #copyValue(bytes: Uint8Array, from: number, size: number, layout: number): void {
    const scratch = this.#scratch;
    const index = this.valueCount++;
    if (this.encoding === Encoding.bits) {
      const isSet = layout === Layout.crob ? crobState(bytes[from]!) === 1 : (bytes[from]! & FLAG_STATE) !== 0;
      if ((index & 7) === 0) scratch[index >> 3] = 0;
      if (isSet) scratch[index >> 3]! |= 1 << (index & 7);
      return;
    }
    const to = index * size;
    if (layout === Layout.flagPair) {
      scratch[to] = bytes[from]! >> 6;
      return;
    }
    const source = from + this.#sourceAt;
    const length = this.#sourceSize;
    for (let byte = 0; byte < length; byte++) scratch[to + byte] = bytes[source + byte]!;
    // Times have six octets.
    for (let byte = length; byte < size; byte++) scratch[to + byte] = 0;
  }

  #indexOf(bytes: Uint8Array, at: number, index: number): number {
    const { header } = this;
    if (header.prefixSize > 0) return header.isSizePrefixed ? -1 : header.indexAt(bytes, at);
    return header.first < 0 ? -1 : header.first + index;
  }

  #beginScratch(first: number, size: number, encoding: number): void {
    this.#begin(first);
    this.valueSize = size;
    this.encoding = encoding;
  }

  #setValues(bytes: Uint8Array, start: number, size: number, encoding: number, count: number): void {
    this.bytes = bytes;
    this.valuesStart = start;
    this.valueSize = size;
    this.encoding = encoding;
    this.valueCount = count;
  }
}

const PATTERN_GROUP = 12;

/** What a control code asks for: 1 on or close, 0 off or trip, -1 nothing that the code tells. */
export function crobState(code: number): number {
  const tripClose = code >> 6;
  if (tripClose === TripClose.close) return 1;
  if (tripClose === TripClose.trip) return 0;
  switch (code & OPERATION_TYPE) {
    case Operation.pulseOn:
    case Operation.latchOn:
      return 1;
    case Operation.pulseOff:
    case Operation.latchOff:
      return 0;
    default:
      return -1;
  }
}

function objectEnd(header: ObjectHeader, bytes: Uint8Array, at: number): number {
  return header.objectEnd(bytes, at, header.next);
}

function outputSize(header: ObjectHeader): number {
  switch (header.layout) {
    case Layout.time:
      return TIME_VALUE_SIZE;
    case Layout.flagBit:
    case Layout.flagPair:
    case Layout.crob:
    case Layout.eventBit:
      return 1;
    default:
      return Math.max(1, valueSize(header.group, header.variation));
  }
}

function numberEncoding(layout: number): number {
  switch (layout) {
    case Layout.flagBit:
    case Layout.crob:
    case Layout.eventBit:
      return Encoding.bits;
    case Layout.signed:
    case Layout.commandSigned:
    case Layout.eventSigned:
      return Encoding.signedLittle;
    case Layout.float:
    case Layout.commandFloat:
    case Layout.eventFloat:
      return Encoding.floatLittle;
    case Layout.flagPair:
      return Encoding.unsigned;
    default:
      return Encoding.unsignedLittle;
  }
}
