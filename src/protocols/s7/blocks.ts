// Blocks of a program: their names on the wire, and the header and trailer that their bytes begin and end with.
import { u16be, u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { blockTypeName } from './areas.ts';

/** `_0A00001P`: file kind, two digits of type, five of number, the file system (A active, P passive, B both). */
const FILE_NAME = 9;
const BLOCK_NAME = 8;

export interface BlockName {
  /** -1 where the name is none of a block: that of a file of a numerical control. */
  readonly type: number;
  readonly number: number;
  /** `DB1`, or the name as it stands. */
  readonly text: string;
}

/** The name of a file in bytes[start..end), as in downloads and uploads. */
export function fileName(bytes: Uint8Array, start: number, end: number): BlockName {
  if (end - start === FILE_NAME) {
    const block = blockName(bytes, start + 1);
    if (block !== null) return block;
  }
  return { type: -1, number: -1, text: printable(bytes, start, end, 64) };
}

/** The eight characters of a block: type and number in digits, and the file system. */
export function blockName(bytes: Uint8Array, at: number): BlockName | null {
  const type = digits(bytes, at, at + 2, 16);
  const number = digits(bytes, at + 2, at + BLOCK_NAME - 1, 10);
  if (type < 0 || number < 0) return null;
  return { type, number, text: `${blockTypeName(type)}${number}` };
}

/** A number in characters, -1 where one of them is no digit. */
export function digits(bytes: Uint8Array, start: number, end: number, base: 10 | 16): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = Number.parseInt(String.fromCharCode(bytes[at]!), base);
    if (Number.isNaN(digit)) return -1;
    value = value * base + digit;
  }
  return value;
}

/** The first bytes of a block in load memory. */
export const BLOCK_HEADER = 36;
export const BLOCK_TRAILER = 36;
/** `pp`. */
const BLOCK_MARK = 0x7070;

export interface BlockHeader {
  readonly language: string;
  readonly type: number;
  readonly number: number;
  /** Bytes of the whole block. */
  readonly loadBytes: number;
  /** Microseconds since 1970. */
  readonly codeChangedUs: number;
  readonly interfaceChangedUs: number;
  readonly codeBytes: number;
}

/** A block's header, null where these bytes are none. */
export function blockHeader(bytes: Uint8Array, start: number, end: number): BlockHeader | null {
  if (end - start < BLOCK_HEADER || u16be(bytes, start) !== BLOCK_MARK) return null;
  return {
    language: LANGUAGES[bytes[start + 4]!] ?? `language ${bytes[start + 4]!}`,
    type: bytes[start + 5]!,
    number: u16be(bytes, start + 6),
    loadBytes: u32be(bytes, start + 8),
    codeChangedUs: blockTimeUs(bytes, start + 16),
    interfaceChangedUs: blockTimeUs(bytes, start + 22),
    codeBytes: u16be(bytes, start + 34),
  };
}

export interface BlockTrailer {
  readonly author: string;
  readonly family: string;
  readonly name: string;
  readonly version: string;
  readonly checksum: number;
}

/** What the last bytes of a block say: bytes[start..end) is the whole of it, or its end. */
export function blockTrailer(bytes: Uint8Array, start: number, end: number): BlockTrailer | null {
  const at = end - BLOCK_TRAILER;
  if (at < start) return null;
  const version = bytes[at + 24]!;
  return {
    author: text(bytes, at, at + 8),
    family: text(bytes, at + 8, at + 16),
    name: text(bytes, at + 16, at + 24),
    version: `${version >> 4}.${version & 15}`,
    checksum: u16be(bytes, at + 26),
  };
}

const LANGUAGES: Readonly<Record<number, string>> = {
  1: 'AWL',
  2: 'KOP',
  3: 'FUP',
  4: 'SCL',
  5: 'DB',
  6: 'GRAPH',
  7: 'SDB',
  8: 'CPU-DB',
  17: 'SDB',
  18: 'SDB',
  41: 'encrypted',
};

/** Milliseconds of the day, then days since the beginning of 1984. */
function blockTimeUs(bytes: Uint8Array, at: number): number {
  return (EPOCH_DAYS + u16be(bytes, at + 4)) * 86_400_000_000 + u32be(bytes, at) * 1000;
}

const EPOCH_DAYS = 5113;

function text(bytes: Uint8Array, start: number, end: number): string {
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop++;
  return printable(bytes, start, stop).trim();
}
