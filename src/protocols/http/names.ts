// Names of what is carried: the last part of a path, or what Content-Disposition says.
import { secretCopy } from '../../bytes/secret.ts';
import { printable } from '../../bytes/text.ts';
import { ascii } from './messages.ts';
import { decimal, hexDigit, lower, wordAt } from './text-in-bytes.ts';

const NAME_CHARACTERS_MAX = 256;
const SLASH = 0x2f;
const QUOTE = 0x22;
const PERCENT = 0x25;
const SCHEME = ascii('://');

/** Where the path of a request's target starts: behind `http://host:port` where it is in absolute form (RFC 9112 3.2). */
export function pathStart(bytes: Uint8Array, start: number, end: number): number {
  if (start < end && bytes[start] === SLASH) return start;
  const at = wordAt(bytes, start, Math.min(end, start + 16), SCHEME);
  if (at < 0) return start;
  const slash = indexOf(bytes, at + SCHEME.length, end, SLASH);
  return slash < 0 ? end : slash;
}

/** Where the path ends, before its query or fragment. */
export function pathEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === 0x3f || bytes[at] === 0x23) return at;
  return end;
}

/** The last part of the path bytes[start..end) that is not empty, percent-decoded; `/` where there is none. */
export function lastPart(bytes: Uint8Array, start: number, end: number): string {
  let stop = end;
  while (stop > start && bytes[stop - 1] === SLASH) stop--;
  let from = stop;
  while (from > start && bytes[from - 1] !== SLASH) from--;
  const decoded = percentDecoded(bytes, from, Math.min(stop, from + NAME_CHARACTERS_MAX * 3), false);
  return printable(decoded, 0, decoded.length, NAME_CHARACTERS_MAX) || '/';
}

/** A copy without percent-encoding (RFC 3986 2.1); `isForm`: a plus is a space. */
export function percentDecoded(bytes: Uint8Array, start: number, end: number, isForm: boolean): Uint8Array {
  const target = new Uint8Array(new ArrayBuffer(Math.max(0, end - start)));
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === PERCENT && at + 2 < end) {
      const high = hexDigit(bytes[at + 1]!);
      const low = hexDigit(bytes[at + 2]!);
      if (high >= 0 && low >= 0) {
        target[length++] = high * 16 + low;
        at += 2;
        continue;
      }
    }
    target[length++] = isForm && byte === 0x2b ? 0x20 : byte;
  }
  if (length === target.length) return target;
  const copy = secretCopy(target, 0, length);
  // It may be a secret: nothing of it stays behind.
  target.fill(0);
  return copy;
}

const FILE_NAME = ascii('filename=');
const EXTENDED_FILE_NAME = ascii('filename*=');
const NAME = ascii('name=');

/** The file's name in a Content-Disposition (RFC 6266 4.3), without its directories; '' where there is none. */
export function fileName(bytes: Uint8Array, start: number, end: number): string {
  const extended = parameter(bytes, start, end, EXTENDED_FILE_NAME);
  if (extended !== null) {
    // charset'language'value (RFC 8187 3.2).
    const first = indexOf(bytes, extended.start, extended.end, 0x27);
    const second = first < 0 ? -1 : indexOf(bytes, first + 1, extended.end, 0x27);
    if (second >= 0) return lastPart(bytes, second + 1, extended.end);
  }
  const plain = parameter(bytes, start, end, FILE_NAME);
  if (plain === null) return '';
  let from = plain.end;
  while (from > plain.start && bytes[from - 1] !== SLASH && bytes[from - 1] !== 0x5c) from--;
  return printable(bytes, from, plain.end, NAME_CHARACTERS_MAX);
}

/** Where the value of `name=` stands in a Content-Disposition of a form's part; null where there is none. */
export function partName(bytes: Uint8Array, start: number, end: number): { start: number; end: number } | null {
  return parameter(bytes, start, end, NAME);
}

/** A parameter `word` (with its `=`) behind a semicolon; quotes are taken off. */
export function parameter(
  bytes: Uint8Array,
  start: number,
  end: number,
  word: Uint8Array,
): { start: number; end: number } | null {
  for (let from = start; ;) {
    const at = wordAt(bytes, from, end, word);
    if (at < 0) return null;
    from = at + word.length;
    const before = at > start ? bytes[at - 1]! : 0x3b;
    if (before !== 0x3b && before > 0x20) continue;
    if (bytes[from] === QUOTE && from < end) {
      const close = indexOf(bytes, from + 1, end, QUOTE);
      return { start: from + 1, end: close < 0 ? end : close };
    }
    let stop = from;
    while (stop < end && bytes[stop] !== 0x3b && bytes[stop]! > 0x20) stop++;
    return { start: from, end: stop };
  }
}

const BYTES_UNIT = ascii('bytes');

/** Where the range of a Content-Range begins (`bytes 0-499/1234`, RFC 9110 14.4), -1 where it does not say. */
export function rangeStart(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let index = 0; index < BYTES_UNIT.length; index++, at++) {
    if (at >= end || lower(bytes[at]!) !== BYTES_UNIT[index]) return -1;
  }
  while (at < end && bytes[at]! <= 0x20) at++;
  const dash = indexOf(bytes, at, end, 0x2d);
  return dash < 0 ? -1 : decimal(bytes, at, dash);
}

export function indexOf(bytes: Uint8Array, start: number, end: number, byte: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}
