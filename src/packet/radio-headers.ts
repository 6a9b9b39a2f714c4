// What receivers put in front of a frame of a wireless network: radiotap, Prism and AVS. Only its size is of interest,
// and whether the frame's check sequence is there and was right.

import { i32be, i32le, u16le, u32be, u32le } from '../bytes/endian.ts';
import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const RADIOTAP_SIZE_MIN = 8;
/** Bits of a word of «present»: the first two fields, and that another word follows. */
const HAS_TIME = 0x01;
const HAS_FLAGS = 0x02;
const HAS_ANOTHER_WORD = 0x8000_0000 | 0;
/** More words than any receiver writes. */
const WORDS_MAX = 32;
const TIME_SIZE = 8;
const RadiotapFlag = { checkSequence: 0x10, padded: 0x20, badCheckSequence: 0x40 } as const;
export const CHECK_SEQUENCE_SIZE = 4;

const PRISM_SIZE = 144;
const AVS_SIZE_MIN = 8;
const AVS_SIZE_MAX = 256;
/** Its first four bytes: this and a version. */
const AVS_MARK = 0x8021_1000 | 0;
const AVS_VERSION = 0xfff;

export function decodeRadiotap(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, RADIOTAP_SIZE_MIN)) return Layer.none;
  if (bytes[at] !== 0) return Layer.none;
  const size = u16le(bytes, at + 2);
  if (size < RADIOTAP_SIZE_MIN || !hasLinkHeader(packet, cursor, size)) return Layer.none;
  const flags = radiotapFlags(bytes, at, at + size);
  // What the receiver could not read right says nothing.
  if ((flags & RadiotapFlag.badCheckSequence) !== 0) return Layer.none;
  skipLinkHeader(packet, cursor, size);
  cursor.isPadded = (flags & RadiotapFlag.padded) !== 0;
  if ((flags & RadiotapFlag.checkSequence) !== 0) takeOffCheckSequence(cursor);
  return Layer.wireless;
}

/** Fields stand in the order of their bits, each at a multiple of its size from the header's start. */
function radiotapFlags(bytes: Uint8Array, start: number, end: number): number {
  const present = i32le(bytes, start + 4);
  if ((present & HAS_FLAGS) === 0) return 0;
  let at = start + 4;
  for (let words = 0; (i32le(bytes, at) & HAS_ANOTHER_WORD) !== 0; words++) {
    at += 4;
    if (words === WORDS_MAX || end - at < 4) return 0;
  }
  at += 4;
  if ((present & HAS_TIME) !== 0) at = start + ((at - start + TIME_SIZE - 1) & -TIME_SIZE) + TIME_SIZE;
  return at < end ? bytes[at]! : 0;
}

/** It ended the frame on the wire: a capture that cut the frame may not have it. */
function takeOffCheckSequence(cursor: Cursor): void {
  const end = Math.max(cursor.at, cursor.wireEnd - CHECK_SEQUENCE_SIZE);
  cursor.wireEnd = cursor.saidEnd = end;
  if (end < cursor.end) cursor.end = end;
}

export function decodePrism(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, AVS_SIZE_MIN)) return Layer.none;
  // Some drivers write the newer header under the same number.
  if ((i32be(bytes, at) & ~AVS_VERSION) === AVS_MARK) return decodeAvs(packet, cursor);
  if (u32le(bytes, at + 4) !== PRISM_SIZE && u32be(bytes, at + 4) !== PRISM_SIZE) return Layer.none;
  if (!hasLinkHeader(packet, cursor, PRISM_SIZE)) return Layer.none;
  skipLinkHeader(packet, cursor, PRISM_SIZE);
  return Layer.wireless;
}

export function decodeAvs(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, AVS_SIZE_MIN)) return Layer.none;
  const size = u32be(bytes, at + 4);
  if ((i32be(bytes, at) & ~AVS_VERSION) !== AVS_MARK || size < AVS_SIZE_MIN || size > AVS_SIZE_MAX) return Layer.none;
  if (!hasLinkHeader(packet, cursor, size)) return Layer.none;
  skipLinkHeader(packet, cursor, size);
  return Layer.wireless;
}
