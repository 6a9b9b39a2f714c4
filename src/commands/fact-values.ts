// Turns the values of an operation, as they lie in its bytes, into numbers, booleans and hexadecimal text.
import { hex } from '../bytes/text.ts';
import { ENCODING_NAMES, Encoding } from '../facts/operation.ts';
import type { Operation } from '../facts/operation.ts';

export type FactValue = number | boolean | string;

/** At most this many values of one operation are printed. */
export const VALUES_MAX = 256;
/** At most this many bytes of one value that is plain bytes. */
const VALUE_BYTES_MAX = 512;

/** The first `VALUES_MAX` values. A whole number beyond 2^53, and a float that is none, is text. */
export function operationValues(operation: Operation): FactValue[] {
  const { bytes, valuesStart, valueSize, encoding } = operation;
  const count = Math.min(operation.valueCount, VALUES_MAX);
  const values: FactValue[] = [];
  if (encoding === Encoding.none) return values;
  if (encoding === Encoding.bits) {
    for (let index = 0; index < count; index++) {
      const at = valuesStart + (index >> 3);
      if (at >= bytes.length) break;
      values.push(((bytes[at]! >> (index & 7)) & 1) === 1);
    }
    return values;
  }
  for (let index = 0; index < count; index++) {
    const start = valuesStart + index * valueSize;
    if (valueSize <= 0 || start + valueSize > bytes.length) break;
    values.push(oneValue(bytes, start, valueSize, encoding));
  }
  return values;
}

function oneValue(bytes: Uint8Array, start: number, size: number, encoding: number): FactValue {
  const name = ENCODING_NAMES[encoding] ?? 'bytes';
  const isLittle = name.endsWith('-le');
  if (name.startsWith('float') && (size === 4 || size === 8)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, size);
    const value = size === 4 ? view.getFloat32(0, isLittle) : view.getFloat64(0, isLittle);
    return Number.isFinite(value) ? value : String(value);
  }
  const isWhole = name.startsWith('unsigned') || name.startsWith('signed');
  if (!isWhole || size > 8) return hex(bytes, start, start + size, VALUE_BYTES_MAX);
  let value = 0n;
  for (let index = 0; index < size; index++) {
    value = (value << 8n) | BigInt(bytes[start + (isLittle ? size - 1 - index : index)]!);
  }
  if (name.startsWith('signed')) value = BigInt.asIntN(size * 8, value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
