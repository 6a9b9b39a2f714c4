// Reads the fields of forms: percent-encoded (WHATWG URL, application/x-www-form-urlencoded), multipart/form-data (RFC 7578),
// and JSON (RFC 8259), whose strings are read wherever they stand.
import { secretCopy } from '../../bytes/secret.ts';
import { FoundLogin } from './found-login.ts';
import { hexDigit, patternAt } from './text-in-bytes.ts';
import { indexOf, percentDecoded } from './names.ts';
import { eachPart } from './multipart.ts';

const NAME_BYTES_MAX = 288;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** `name=value&name=value` in bytes[start..end), as bodies and queries have it. */
export function urlEncodedFields(bytes: Uint8Array, start: number, end: number): FoundLogin {
  const found = new FoundLogin();
  for (let at = start; at < end;) {
    const next = indexOf(bytes, at, end, AMPERSAND);
    const stop = next < 0 ? end : next;
    const equals = indexOf(bytes, at, stop, EQUALS);
    if (equals > at) {
      const name = nameText(percentDecoded(bytes, at, equals, true));
      found.field(name, percentDecoded(bytes, equals + 1, stop, true), equals + 1, stop);
    }
    at = stop + 1;
  }
  return found;
}

export function multipartFields(bytes: Uint8Array, boundary: Uint8Array): FoundLogin {
  const found = new FoundLogin();
  eachPart(bytes, boundary, (part) => {
    if (part.fileName !== null || part.name === null) return;
    const name = nameText(bytes.subarray(part.name.start, part.name.end));
    found.field(name, secretCopy(bytes, part.start, part.end), part.start, part.end);
  });
  return found;
}

/** Every member of every object whose value is a string or a number. */
export function jsonFields(bytes: Uint8Array, start: number, end: number): FoundLogin {
  const found = new FoundLogin();
  let at = start;
  while (at < end) {
    if (bytes[at] !== QUOTE) {
      at++;
      continue;
    }
    const nameEnd = stringEnd(bytes, at, end);
    if (nameEnd < 0) break;
    const colon = behindSpace(bytes, nameEnd, end);
    if (colon >= end || bytes[colon] !== COLON) {
      at = nameEnd;
      continue;
    }
    const value = behindSpace(bytes, colon + 1, end);
    const name = nameText(bytes.subarray(at + 1, nameEnd - 1));
    if (bytes[value] === QUOTE && value < end) {
      const valueEnd = stringEnd(bytes, value, end);
      if (valueEnd < 0) break;
      found.field(name, unescaped(bytes, value + 1, valueEnd - 1), value + 1, valueEnd - 1);
      at = valueEnd;
    } else {
      const valueEnd = numberEnd(bytes, value, end);
      if (valueEnd > value) found.field(name, secretCopy(bytes, value, valueEnd), value, valueEnd);
      at = Math.max(valueEnd, value);
    }
  }
  return found;
}

function nameText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, NAME_BYTES_MAX)).toString('latin1');
}

/** Behind the closing quote of the string at `start`, -1 where it is cut off. */
function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return -1;
}

function behindSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at]! <= 0x20) at++;
  return at;
}

function numberEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && ((bytes[at]! >= 0x30 && bytes[at]! <= 0x39) || bytes[at] === 0x2d || bytes[at] === 0x2e)) at++;
  return at;
}

/** A copy without the escapes of RFC 8259 7. */
function unescaped(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (patternAt(bytes, start, end, ESCAPE) < 0) return secretCopy(bytes, start, end);
  const target = new Uint8Array(new ArrayBuffer(end - start));
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== BACKSLASH || at + 1 >= end) {
      target[length++] = byte;
      continue;
    }
    const escape = bytes[++at]!;
    if (escape !== 0x75) {
      target[length++] = ESCAPED.get(escape) ?? escape;
      continue;
    }
    let code = codeUnit(bytes, at + 1, end);
    at += 4;
    if (code >= 0xd800 && code < 0xdc00 && bytes[at + 1] === BACKSLASH && bytes[at + 2] === 0x75) {
      const low = codeUnit(bytes, at + 3, end);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      }
    }
    length = putUtf8(target, length, Math.max(0, code));
  }
  const copy = secretCopy(target, 0, length);
  target.fill(0);
  return copy;
}

const ESCAPE = Uint8Array.of(BACKSLASH);
const ESCAPED = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

function codeUnit(bytes: Uint8Array, start: number, end: number): number {
  if (start + 4 > end) return -1;
  let code = 0;
  for (let at = start; at < start + 4; at++) {
    const digit = hexDigit(bytes[at]!);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

/** An escape has six bytes for at most three, or twelve for four: there is room. */
function putUtf8(target: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    target[at] = code;
    return at + 1;
  }
  if (code < 0x800) {
    target[at] = 0xc0 | (code >> 6);
    target[at + 1] = 0x80 | (code & 0x3f);
    return at + 2;
  }
  if (code < 0x10000) {
    target[at] = 0xe0 | (code >> 12);
    target[at + 1] = 0x80 | ((code >> 6) & 0x3f);
    target[at + 2] = 0x80 | (code & 0x3f);
    return at + 3;
  }
  target[at] = 0xf0 | (code >> 18);
  target[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  target[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  target[at + 3] = 0x80 | (code & 0x3f);
  return at + 4;
}
