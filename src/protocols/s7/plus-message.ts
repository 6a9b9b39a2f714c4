// The frame of an S7comm-plus message: 72, version, length; from version 3 on a digest; then the data, and 72, version, 0
// as a trailer, which all but the last part of a message in parts lack.
import { u16be } from '../../bytes/endian.ts';
import { Fit } from '../iso-on-tcp.ts';
import { Opcode } from './plus-codes.ts';

const PLUS_ID = 0x72;
const HEADER = 4;
const TRAILER = 4;
/** Of these versions the digest stands between header and data: its length, then so many bytes. */
const DIGEST_VERSION = 3;
const DIGEST_BYTES = 32;
const VERSION_MAX = 3;
const KEEP_ALIVE_VERSIONS = [0xfe, 0xff];

export class PlusFrame {
  version = 0;
  dataStart = 0;
  dataEnd = 0;
  /** False: further parts of the message follow. */
  hasTrailer = true;
  isKeepAlive = false;
  /** The length agrees neither with the bytes nor with the bytes less a trailer. */
  isMismatch = false;
}

/** Reads bytes[start..end); false where it is no such frame. */
export function readPlusFrame(bytes: Uint8Array, start: number, end: number, frame: PlusFrame): boolean {
  if (end - start < HEADER || bytes[start] !== PLUS_ID) return false;
  frame.version = bytes[start + 1]!;
  frame.isKeepAlive = KEEP_ALIVE_VERSIONS.includes(frame.version);
  if (!frame.isKeepAlive && (frame.version < 1 || frame.version > VERSION_MAX)) return false;
  const dataEnd = start + HEADER + u16be(bytes, start + 2);
  frame.hasTrailer = dataEnd < end;
  frame.isMismatch = !frame.isKeepAlive && dataEnd !== end && dataEnd + TRAILER !== end;
  frame.dataStart = start + HEADER;
  frame.dataEnd = Math.min(dataEnd, end);
  if (frame.version === DIGEST_VERSION && bytes[frame.dataStart] === DIGEST_BYTES) {
    frame.dataStart = Math.min(frame.dataEnd, frame.dataStart + 1 + DIGEST_BYTES);
  }
  return true;
}

/** See UpperProtocol.fits. */
export function fitsPlus(bytes: Uint8Array, at: number, end: number, dataEnd: number, isEnd: boolean): number {
  if (bytes[at] !== PLUS_ID) return Fit.no;
  if (end - at < HEADER) return Fit.undecided;
  const version = bytes[at + 1]!;
  const size = dataEnd - at;
  const length = HEADER + u16be(bytes, at + 2);
  if (KEEP_ALIVE_VERSIONS.includes(version)) return isEnd && size <= length + TRAILER ? Fit.yes : Fit.no;
  if (version < 1 || version > VERSION_MAX) return Fit.no;
  const opcodeAt = opcodePlace(bytes, at, end);
  if (opcodeAt < 0) return Fit.no;
  const isFitting = isEnd ? length === size || length + TRAILER === size : length >= size;
  if (opcodeAt >= end) return isFitting ? Fit.undecided : Fit.no;
  if (!isOpcode(bytes[opcodeAt]!)) return Fit.no;
  return isFitting ? Fit.yes : Fit.malformed;
}

/** See UpperProtocol.speaker. */
export function plusSpeaker(bytes: Uint8Array, at: number, end: number): number {
  const opcodeAt = end - at > HEADER ? opcodePlace(bytes, at, end) : -1;
  if (opcodeAt < 0 || opcodeAt >= end) return 0;
  return bytes[opcodeAt] === Opcode.request ? 1 : -1;
}

/** Where the opcode stands; `end` where that is not there yet. */
function opcodePlace(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at + 1] !== DIGEST_VERSION) return Math.min(end, at + HEADER);
  if (end - at <= HEADER) return end;
  return bytes[at + HEADER] === DIGEST_BYTES ? Math.min(end, at + HEADER + 1 + DIGEST_BYTES) : -1;
}

function isOpcode(code: number): boolean {
  return (
    code === Opcode.request || code === Opcode.answer || code === Opcode.notification || code === Opcode.answerOfCyclic
  );
}
