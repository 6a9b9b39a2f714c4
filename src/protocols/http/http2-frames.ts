// The layout of HTTP/2 frames (RFC 9113, clauses 4 and 6): how long one is, to which stream it belongs, where its field block
// stands.
import { i32be, u16be } from '../../bytes/endian.ts';
import { NEED_MORE } from '../../facts/protocol.ts';
import { HEAD_BYTES_MAX } from './head.ts';

/** Clause 6. */
export const Type = { data: 0, headers: 1, resetStream: 3, settings: 4, pushPromise: 5, continuation: 9 } as const;
export const Flag = { endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;
export const FRAME_HEAD_BYTES = 9;
const PRIORITY_BYTES = 5;
const PROMISED_BYTES = 4;
const SETTING_BYTES = 6;
/** RFC 9113, RFC 8441 and RFC 9218 know settings up to here. */
const SETTING_MAX = 9;
const SETTINGS_MAX = 16;
export const STREAM_MASK = 0x7fff_ffff;

/** The first thing a server says: settings, of which each has a known number (clause 6.5). */
export function isFirstSettings(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < FRAME_HEAD_BYTES + SETTING_BYTES || bytes[start + 3] !== Type.settings || bytes[start + 4] !== 0)
    return false;
  const size = lengthAt(bytes, start);
  if (size === 0 || size % SETTING_BYTES !== 0 || size > SETTINGS_MAX * SETTING_BYTES || streamAt(bytes, start) !== 0)
    return false;
  const stop = Math.min(end, start + FRAME_HEAD_BYTES + size);
  for (let at = start + FRAME_HEAD_BYTES; at + SETTING_BYTES <= stop; at += SETTING_BYTES) {
    const setting = u16be(bytes, at);
    if (setting === 0 || setting > SETTING_MAX) return false;
  }
  return true;
}

/** Of content the head alone; of a head of a message also all that continues it; of others as much as is there. */
export function frameSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < FRAME_HEAD_BYTES) return NEED_MORE;
  const size = FRAME_HEAD_BYTES + lengthAt(bytes, start);
  switch (bytes[start + 3]) {
    case Type.data: {
      const headBytes = FRAME_HEAD_BYTES + ((bytes[start + 4]! & Flag.padded) !== 0 && size > FRAME_HEAD_BYTES ? 1 : 0);
      return end - start < headBytes ? NEED_MORE : headBytes;
    }
    case Type.headers:
    case Type.pushPromise:
      return headersSize(bytes, start, end);
    default:
      return size > HEAD_BYTES_MAX ? FRAME_HEAD_BYTES : size;
  }
}

/** Until the frame that says that it is the last (clause 6.10); what is too long is no head, and told so when it is read. */
function headersSize(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (;;) {
    if (end - at < FRAME_HEAD_BYTES) return at - start > HEAD_BYTES_MAX ? at - start : NEED_MORE;
    if (at > start && bytes[at + 3] !== Type.continuation) return at - start;
    const isLast = (bytes[at + 4]! & Flag.endHeaders) !== 0;
    at += FRAME_HEAD_BYTES + lengthAt(bytes, at);
    if (at - start > HEAD_BYTES_MAX) return Math.min(end - start, HEAD_BYTES_MAX);
    if (isLast) return at - start;
  }
}

/** The field block of a HEADERS or PUSH_PROMISE frame and its continuations, written to `into`: so many bytes, -1 where they make none. */
export function writeBlock(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  if (end - start > into.length) return -1;
  let used = 0;
  for (let at = start; at < end;) {
    if (end - at < FRAME_HEAD_BYTES || (at > start && bytes[at + 3] !== Type.continuation)) return -1;
    const stop = at + FRAME_HEAD_BYTES + lengthAt(bytes, at);
    const flags = bytes[at + 4]!;
    let from = at + FRAME_HEAD_BYTES;
    let to = stop;
    if (at === start) {
      if ((flags & Flag.padded) !== 0) to -= bytes[from++]!;
      if (bytes[at + 3] === Type.pushPromise) from += PROMISED_BYTES;
      else if ((flags & Flag.priority) !== 0) from += PRIORITY_BYTES;
    }
    if (stop > end || from > to || streamAt(bytes, at) !== streamAt(bytes, start)) return -1;
    into.set(bytes.subarray(from, to), used);
    used += to - from;
    at = stop;
    if ((flags & Flag.endHeaders) !== 0) return at === end && streamAt(bytes, start) !== 0 ? used : -1;
  }
  return -1;
}

/** Clause 6.6: the stream that is promised; its place was checked when the block was found. */
export function promisedAt(bytes: Uint8Array, start: number): number {
  return start + FRAME_HEAD_BYTES + ((bytes[start + 4]! & Flag.padded) !== 0 ? 1 : 0);
}

export function lengthAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

export function streamAt(bytes: Uint8Array, at: number): number {
  return i32be(bytes, at + 5) & STREAM_MASK;
}
