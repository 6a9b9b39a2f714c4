// Values of information elements (IEC 60870-5-101:2003, clause 7.2.6) as operations carry them, and what their quality
// says. Values of one run are gathered in a buffer, since on the wire quality, time and addresses stand between them.
import { u16le } from '../../bytes/endian.ts';
import { Encoding } from '../../facts/operation.ts';
import { Element } from './types.ts';

/** Objects of an ASDU at most, and bytes of a value at most. */
const OBJECTS_MAX = 127;
const VALUE_BYTES_MAX = 8;

/** Bits of SIQ, DIQ, QDS and QDP (clauses 7.2.6.1 to 7.2.6.4). */
export const Quality = {
  overflow: 0x01,
  elapsedTimeInvalid: 0x08,
  blocked: 0x10,
  substituted: 0x20,
  notTopical: 0x40,
  invalid: 0x80,
} as const;

const UNRELIABLE = Quality.blocked | Quality.substituted | Quality.notTopical | Quality.invalid;

/** How the values of an element are encoded, and the bytes of one; 0 where it carries no value. */
const ENCODING_OF = new Uint8Array(64);
const SIZE_OF = new Uint8Array(64);
/** Where the quality stands in an element, and which of its bits spoil the value; 255: it has none. */
const QUALITY_AT = new Uint8Array(64).fill(255);
const QUALITY_BITS = new Uint8Array(64);

function element(kind: number, encoding: number, size: number, qualityAt = 255, bits = 0): void {
  ENCODING_OF[kind] = encoding;
  SIZE_OF[kind] = size;
  QUALITY_AT[kind] = qualityAt;
  QUALITY_BITS[kind] = bits;
}

element(Element.single, Encoding.bits, 1, 0, UNRELIABLE);
element(Element.double, Encoding.unsigned, 1, 0, UNRELIABLE);
element(Element.step, Encoding.signed, 1, 1, UNRELIABLE | Quality.overflow);
element(Element.bitstring, Encoding.unsignedLittle, 4, 4, UNRELIABLE | Quality.overflow);
element(Element.normalised, Encoding.signedLittle, 2, 2, UNRELIABLE | Quality.overflow);
element(Element.normalisedBare, Encoding.signedLittle, 2);
element(Element.scaled, Encoding.signedLittle, 2, 2, UNRELIABLE | Quality.overflow);
element(Element.float, Encoding.floatLittle, 4, 4, UNRELIABLE | Quality.overflow);
// Of the sequence notation only the highest bit is about validity (clause 7.2.6.9).
element(Element.counter, Encoding.signedLittle, 4, 4, Quality.invalid);
element(Element.protectionEvent, Encoding.unsigned, 1, 0, UNRELIABLE);
element(Element.protectionStart, Encoding.unsigned, 1, 1, UNRELIABLE);
element(Element.protectionOutput, Encoding.unsigned, 1, 1, UNRELIABLE);
element(Element.packed, Encoding.unsignedLittle, 2, 4, UNRELIABLE | Quality.overflow);
element(Element.singleCommand, Encoding.bits, 1);
element(Element.doubleCommand, Encoding.unsigned, 1);
element(Element.stepCommand, Encoding.unsigned, 1);
element(Element.normalisedSetPoint, Encoding.signedLittle, 2);
element(Element.scaledSetPoint, Encoding.signedLittle, 2);
element(Element.floatSetPoint, Encoding.floatLittle, 4);
element(Element.bitstringCommand, Encoding.unsignedLittle, 4);
element(Element.initialisation, Encoding.unsigned, 1);
element(Element.clock, Encoding.bytes, 1);
element(Element.normalisedParameter, Encoding.signedLittle, 2);
element(Element.scaledParameter, Encoding.signedLittle, 2);
element(Element.floatParameter, Encoding.floatLittle, 4);

export function encodingOf(kind: number): number {
  return ENCODING_OF[kind]!;
}

export function valueSizeOf(kind: number): number {
  return SIZE_OF[kind]!;
}

/** Offset of the quality in an element, 255 where it has none. */
export function qualityAtOf(kind: number): number {
  return QUALITY_AT[kind]!;
}

/** Does the station itself, or the value, say that it is not to be relied on? */
export function isQuestionable(kind: number, bytes: Uint8Array, at: number): boolean {
  const qualityAt = QUALITY_AT[kind]!;
  if (qualityAt !== 255 && (bytes[at + qualityAt]! & QUALITY_BITS[kind]!) !== 0) return true;
  return ENCODING_OF[kind] === Encoding.floatLittle && !isFinite32(bytes, at);
}

/** Neither infinite nor not a number. */
export function isFinite32(bytes: Uint8Array, at: number): boolean {
  return (u16le(bytes, at + 2) & 0x7f80) !== 0x7f80;
}

/** Values of one run, in the encoding of their element. */
export class Values {
  readonly bytes = new Uint8Array(OBJECTS_MAX * VALUE_BYTES_MAX);
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  get count(): number {
    return this.#count;
  }

  /** The value of the element at `at`. */
  add(kind: number, from: Uint8Array, at: number): void {
    const index = this.#count++;
    const to = this.bytes;
    switch (kind) {
      case Element.single:
      case Element.singleCommand:
        if ((index & 7) === 0) to[index >> 3] = 0;
        to[index >> 3]! |= (from[at]! & 1) << (index & 7);
        return;
      case Element.double:
      case Element.doubleCommand:
      case Element.stepCommand:
      case Element.protectionEvent:
        to[index] = from[at]! & 3;
        return;
      case Element.step:
        // Seven bits with sign; the eighth says that the transformer is moving.
        to[index] = ((from[at]! & 0x7f) << 25) >> 25;
        return;
      case Element.clock:
        for (let octet = 0; octet < 7; octet++) to[index * 7 + octet] = from[at + octet]!;
        return;
      case Element.protectionStart:
      case Element.protectionOutput:
        to[index] = from[at]! & 0x3f;
        return;
      case Element.initialisation:
        to[index] = from[at]!;
        return;
      default: {
        const size = SIZE_OF[kind]!;
        for (let octet = 0; octet < size; octet++) to[index * size + octet] = from[at + octet]!;
      }
    }
  }
}
