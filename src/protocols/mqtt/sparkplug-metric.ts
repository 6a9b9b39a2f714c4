// Reads Sparkplug B payloads (Eclipse Sparkplug 3.0, clause 6.4; protocol buffers): the payload's own fields, and one metric
// after the other into one record. Total: what does not fit the bytes ends the reading, and is told.
import { u32le } from '../../bytes/endian.ts';

/** Clause 6.4.16. */
export const DataType = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint64: 8,
  float: 9,
  double: 10,
  boolean: 11,
  string: 12,
  dateTime: 13,
} as const;

const Wire = { varint: 0, eight: 1, bytes: 2, four: 5 } as const;
const QUALITY_GOOD = 192;
const QUALITY = new TextEncoder().encode('Quality');

/** Field numbers of `Payload` and of `Metric`. */
const PayloadField = { timestamp: 1, metrics: 2, sequence: 3 } as const;
const MetricField = {
  name: 1,
  alias: 2,
  dataType: 4,
  isHistorical: 5,
  isNull: 7,
  properties: 9,
  int: 10,
  long: 11,
  float: 12,
  double: 13,
  boolean: 14,
  string: 15,
  bytes: 16,
} as const;

/** Reads protocol buffers field by field. */
class Fields {
  bytes: Uint8Array = NO_BYTES;
  at = 0;
  end = 0;
  field = 0;
  wire = 0;
  /** The number of a varint field; above 2^53 not exact. */
  number = 0;
  /** … and its lower and upper half. */
  low = 0;
  high = 0;
  start = 0;
  stop = 0;
  isBroken = false;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.isBroken = false;
  }

  next(): boolean {
    if (this.at >= this.end || this.isBroken) return false;
    if (!this.#varint()) return false;
    this.field = Math.floor(this.number / 8);
    this.wire = this.number & 7;
    this.start = this.at;
    switch (this.wire) {
      case Wire.varint:
        return this.#varint();
      case Wire.eight:
        return this.#step(8);
      case Wire.four:
        return this.#step(4);
      case Wire.bytes:
        if (!this.#varint()) return false;
        this.start = this.at;
        return this.#step(this.number);
      default:
        this.isBroken = true;
        return false;
    }
  }

  #step(size: number): boolean {
    if (size > this.end - this.at) {
      this.isBroken = true;
      return false;
    }
    this.at += size;
    this.stop = this.at;
    return true;
  }

  #varint(): boolean {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      if (this.at >= this.end) break;
      const byte = this.bytes[this.at++]!;
      const part = byte & 0x7f;
      const shift = index * 7;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high |= part >>> 4;
      } else if (shift < 60) high |= part << (shift - 32);
      else high |= part << 31;
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        this.number = this.high * 2 ** 32 + this.low;
        return true;
      }
    }
    this.isBroken = true;
    return false;
  }
}

export class SparkplugPayload {
  /** -1 where there is none. */
  sequence = -1;
  /** The metric read last. */
  nameStart = 0;
  nameEnd = 0;
  hasAlias = false;
  alias = 0;
  dataType = 0;
  isHistorical = false;
  isNull = false;
  isBad = false;
  hasNumber = false;
  number = 0;
  textStart = 0;
  textEnd = 0;
  hasText = false;
  bytesStart = 0;
  bytesEnd = 0;
  hasBytes = false;
  /** Something did not fit its bytes. */
  isBroken = false;
  metricCount = 0;

  readonly #outer = new Fields();
  readonly #inner = new Fields();
  readonly #set = new Fields();
  readonly #value = new Fields();
  #intLow = 0;
  #longLow = 0;
  #longHigh = 0;
  /** Field of `Metric` that held the value, 0: none. */
  #valueField = 0;
  #float = 0;

  /** Reads the payload's own fields; the metrics follow with `nextMetric`. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.sequence = -1;
    this.metricCount = 0;
    const outer = this.#outer;
    outer.open(bytes, start, end);
    while (outer.next()) {
      if (outer.field === PayloadField.sequence && outer.wire === Wire.varint) this.sequence = outer.number;
      else if (outer.field === PayloadField.metrics && outer.wire === Wire.bytes) this.metricCount++;
    }
    this.isBroken = outer.isBroken;
    outer.open(bytes, start, end);
  }

  nextMetric(): boolean {
    const outer = this.#outer;
    while (outer.next()) {
      if (outer.field !== PayloadField.metrics || outer.wire !== Wire.bytes) continue;
      this.#metric(outer.bytes, outer.start, outer.stop);
      return true;
    }
    return false;
  }

  /** The value as a number, once its type is known (data may leave it to the birth). */
  setType(dataType: number): void {
    this.dataType = dataType;
    this.hasNumber = !this.isNull;
    switch (this.#valueField) {
      case MetricField.int:
        this.number = signed32(this.#intLow, dataType);
        break;
      case MetricField.long:
        this.number =
          dataType === DataType.int64 && this.#longHigh >= 0x8000_0000
            ? (this.#longHigh - 2 ** 32) * 2 ** 32 + this.#longLow
            : this.#longHigh * 2 ** 32 + this.#longLow;
        break;
      case MetricField.float:
      case MetricField.double:
      case MetricField.boolean:
        this.number = this.#float;
        break;
      default:
        this.hasNumber = false;
    }
  }

  #metric(bytes: Uint8Array, start: number, end: number): void {
    this.nameStart = this.nameEnd = 0;
    this.hasAlias = this.isHistorical = this.isNull = this.isBad = false;
    this.hasText = this.hasBytes = false;
    this.alias = this.dataType = 0;
    this.#valueField = 0;
    const inner = this.#inner;
    inner.open(bytes, start, end);
    while (inner.next()) this.#field(inner);
    if (inner.isBroken) this.isBroken = true;
    this.setType(this.dataType);
  }

  #field(inner: Fields): void {
    const { field, wire } = inner;
    if (wire === Wire.varint) this.#varintField(field, inner);
    else if (wire === Wire.four && field === MetricField.float)
      this.#setFloat(field, float32(inner.bytes, inner.start));
    else if (wire === Wire.eight && field === MetricField.double) {
      this.#setFloat(field, float64(inner.bytes, inner.start));
    } else if (wire === Wire.bytes) this.#bytesField(field, inner);
  }

  #varintField(field: number, inner: Fields): void {
    if (field === MetricField.alias) {
      this.hasAlias = true;
      this.alias = inner.number;
    } else if (field === MetricField.dataType) this.dataType = inner.low;
    else if (field === MetricField.isHistorical) this.isHistorical = inner.low !== 0;
    else if (field === MetricField.isNull) this.isNull = inner.low !== 0;
    else if (field === MetricField.int) {
      this.#intLow = inner.low;
      this.#valueField = field;
    } else if (field === MetricField.long) {
      this.#longLow = inner.low;
      this.#longHigh = inner.high;
      this.#valueField = field;
    } else if (field === MetricField.boolean) this.#setFloat(field, inner.low === 0 ? 0 : 1);
  }

  #bytesField(field: number, inner: Fields): void {
    if (field === MetricField.name) {
      this.nameStart = inner.start;
      this.nameEnd = inner.stop;
    } else if (field === MetricField.string) {
      this.hasText = true;
      this.textStart = inner.start;
      this.textEnd = inner.stop;
      this.#valueField = field;
    } else if (field === MetricField.bytes) {
      this.hasBytes = true;
      this.bytesStart = inner.start;
      this.bytesEnd = inner.stop;
      this.#valueField = field;
    } else if (field === MetricField.properties) this.#properties(inner.bytes, inner.start, inner.stop);
  }

  #setFloat(field: number, value: number): void {
    this.#float = value;
    this.#valueField = field;
  }

  /** PropertySet: keys (1) and values (2) side by side; the property "Quality" (clause 6.4.12) is 192 where all is well. */
  #properties(bytes: Uint8Array, start: number, end: number): void {
    const set = this.#set;
    set.open(bytes, start, end);
    let keys = 0;
    let quality = -1;
    while (set.next()) {
      if (set.field !== 1 || set.wire !== Wire.bytes) continue;
      if (isSame(bytes, set.start, set.stop, QUALITY)) quality = keys;
      keys++;
    }
    if (quality < 0) return;
    set.open(bytes, start, end);
    let values = 0;
    while (set.next()) {
      if (set.field !== 2 || set.wire !== Wire.bytes || values++ !== quality) continue;
      this.#value.open(bytes, set.start, set.stop);
      while (this.#value.next()) {
        if (this.#value.field === 3 && this.#value.wire === Wire.varint) this.isBad = this.#value.low !== QUALITY_GOOD;
      }
    }
  }
}

/** Signed types are sent as the unsigned number of the same bits, of 32 bits or of their own size (clause 6.4.16). */
function signed32(value: number, dataType: number): number {
  if (dataType < DataType.int8 || dataType > DataType.int64) return value;
  if (value >= 0x8000_0000) return value - 2 ** 32;
  if (dataType === DataType.int8 && value >= 0x80 && value <= 0xff) return value - 0x100;
  return dataType === DataType.int16 && value >= 0x8000 && value <= 0xffff ? value - 0x1_0000 : value;
}

const FLOAT = new DataView(new ArrayBuffer(8));

function float32(bytes: Uint8Array, at: number): number {
  FLOAT.setUint32(0, u32le(bytes, at), true);
  return FLOAT.getFloat32(0, true);
}

function float64(bytes: Uint8Array, at: number): number {
  FLOAT.setUint32(0, u32le(bytes, at), true);
  FLOAT.setUint32(4, u32le(bytes, at + 4), true);
  return FLOAT.getFloat64(0, true);
}

export function isSame(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}

const NO_BYTES = new Uint8Array(0);
