// The frame of IEC 60870-5-104:2006, clause 5: start octet, length, four control octets. Recognises it, cuts a
// stream by its length, and tells who would say a frame.
import { u16le } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { isReservedCause, speakerOf } from './causes.ts';
import { MAY_BE_SEQUENCE, OBJECT_SIZE_OF, PRIVATE_TYPE_MIN, Type, isReservedType } from './types.ts';

export const START = 0x68;
/** Start and length octet. */
export const PREFIX = 2;
/** With the control octets. */
export const APCI = 6;
/** Type, structure qualifier, cause, originator, common address. */
export const ASDU_HEADER = 6;
export const OBJECT_ADDRESS = 3;
/** What the length octet may say (clause 5: the APDU has at most 255 octets). */
export const LENGTH_MIN = 4;
export const LENGTH_MAX = 253;
/** A length octet beyond it is reported, not lost. */
export const FRAME_BYTES_MAX = PREFIX + 255;

/** Control functions of a U frame, as its first control octet (clause 5.1, figure 7). */
export const Control = {
  startAct: 0x07,
  startCon: 0x0b,
  stopAct: 0x13,
  stopCon: 0x23,
  testAct: 0x43,
  testCon: 0x83,
} as const;

export function isControl(octet: number): boolean {
  return (
    octet === Control.startAct ||
    octet === Control.startCon ||
    octet === Control.stopAct ||
    octet === Control.stopCon ||
    octet === Control.testAct ||
    octet === Control.testCon
  );
}

export function isConfirmedControl(octet: number): boolean {
  return octet === Control.startCon || octet === Control.stopCon || octet === Control.testCon;
}

export function frameSize(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return NEED_MORE;
  if (bytes[start] !== START) return NOT_THIS_PROTOCOL;
  if (end - start < PREFIX) return NEED_MORE;
  const size = PREFIX + bytes[start + 1]!;
  if (size >= APCI) return size;
  // A length below 4 is believed only of a frame that another one follows, or that ends where the bytes do.
  const isBelieved = start + size === end || (start + size < end && bytes[start + size] === START);
  return isBelieved ? size : NOT_THIS_PROTOCOL;
}

/** `yes` where every fixed bit of the control octets and the size of the ASDU fit, and what follows begins alike. */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < APCI || bytes[start] !== START) return Match.no;
  const length = bytes[start + 1]!;
  if (length < LENGTH_MIN || length > LENGTH_MAX) return Match.no;
  const stop = start + PREFIX + length;
  if (stop < end && bytes[stop] !== START) return Match.no;
  const control = bytes[start + 2]!;
  if ((control & 3) === 3) {
    if (!isControl(control)) return Match.no;
    const hasZeros = bytes[start + 3] === 0 && bytes[start + 4] === 0 && bytes[start + 5] === 0;
    return length === LENGTH_MIN && hasZeros ? Match.yes : Match.maybe;
  }
  if ((bytes[start + 4]! & 1) !== 0) return Match.no;
  if ((control & 3) === 1) {
    if (length !== LENGTH_MIN) return Match.no;
    return control === 1 && bytes[start + 3] === 0 ? Match.yes : Match.maybe;
  }
  return likenessOfAsdu(bytes, start + APCI, Math.min(end, stop), length - LENGTH_MIN);
}

/** The ASDU from `start` on, of which bytes up to `end` are there; `size` is what the length octet leaves for it. */
function likenessOfAsdu(bytes: Uint8Array, start: number, end: number, size: number): number {
  if (size < ASDU_HEADER + OBJECT_ADDRESS) return Match.no;
  if (end - start < ASDU_HEADER) return Match.maybe;
  const type = bytes[start]!;
  const cause = bytes[start + 2]! & 0x3f;
  if (isReservedType(type) || isReservedCause(cause)) return Match.no;
  const objectSize = OBJECT_SIZE_OF[type]!;
  if (type >= PRIVATE_TYPE_MIN || objectSize < 0 || type === Type.segment) return Match.maybe;
  const qualifier = bytes[start + 1]!;
  return size === asduSize(type, qualifier) && u16le(bytes, start + 4) !== 0 ? Match.yes : Match.maybe;
}

/** Bytes of an ASDU of a decoded type (not a segment) with this structure qualifier. */
export function asduSize(type: number, qualifier: number): number {
  const count = qualifier & 0x7f;
  const objectSize = OBJECT_SIZE_OF[type]!;
  if (qualifier >= 0x80 && MAY_BE_SEQUENCE[type] === 1) return ASDU_HEADER + OBJECT_ADDRESS + count * objectSize;
  return ASDU_HEADER + count * (OBJECT_ADDRESS + objectSize);
}

/** So many frames of a segment are asked who would say them. */
const FRAMES_ASKED_MAX = 16;

/** Who says the frames from `start` on: the first of them that only one station says tells it. */
export function speakerOfFrames(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let count = 0; count < FRAMES_ASKED_MAX && end - at >= APCI && bytes[at] === START; count++) {
    const speaker = speakerOfFrame(bytes, at, end);
    if (speaker !== Speaker.unknown) return speaker;
    at += PREFIX + bytes[at + 1]!;
  }
  return Speaker.unknown;
}

/** Who says the frame at `start`: see Speaker. */
export function speakerOfFrame(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < APCI || bytes[start] !== START) return Speaker.unknown;
  const control = bytes[start + 2]!;
  if (control === Control.startAct || control === Control.stopAct) return Speaker.client;
  if (control === Control.startCon || control === Control.stopCon) return Speaker.server;
  const stop = Math.min(end, start + PREFIX + bytes[start + 1]!);
  if ((control & 1) !== 0 || stop - start < APCI + 3) return Speaker.unknown;
  return speakerOf(bytes[start + APCI]!, bytes[start + APCI + 2]! & 0x3f);
}
