// Finds elements of XML and HTML by their local names, without building a tree; values stay bytes.
import { secretCopy } from '../../bytes/secret.ts';
import { isWord, lower } from './text-in-bytes.ts';
import { indexOf } from './names.ts';

export interface Element {
  /** Attributes: bytes[attributesStart..attributesEnd). */
  readonly attributesStart: number;
  readonly attributesEnd: number;
  /** Content up to the next tag. */
  readonly start: number;
  readonly end: number;
}

/** The first element named `name` (lower case, any prefix) that begins in bytes[start..end); null where there is none. */
export function elementOf(bytes: Uint8Array, start: number, end: number, name: Uint8Array): Element | null {
  for (let at = indexOf(bytes, start, end, LESS); at >= 0; at = indexOf(bytes, at + 1, end, LESS)) {
    let stop = at + 1;
    let local = stop;
    while (stop < end && isNameByte(bytes[stop]!)) {
      if (bytes[stop] === COLON) local = stop + 1;
      stop++;
    }
    if (!isWord(bytes, local, stop, name)) continue;
    const close = indexOf(bytes, stop, end, GREATER);
    if (close < 0) return null;
    if (bytes[close - 1] === SLASH) continue;
    const next = indexOf(bytes, close + 1, end, LESS);
    return { attributesStart: stop, attributesEnd: close, start: close + 1, end: next < 0 ? end : next };
  }
  return null;
}

/** A copy of the content with its entities (XML 1.0 4.6, 4.1) taken off and white space around it removed. */
export function contentOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let from = start;
  let to = end;
  while (from < to && bytes[from]! <= 0x20) from++;
  while (to > from && bytes[to - 1]! <= 0x20) to--;
  const target = new Uint8Array(new ArrayBuffer(to - from));
  let length = 0;
  for (let at = from; at < to; at++) {
    const semicolon = bytes[at] === AMPERSAND ? indexOf(bytes, at + 1, Math.min(to, at + 10), SEMICOLON) : -1;
    const code = semicolon < 0 ? -1 : entity(bytes, at + 1, semicolon);
    if (code < 0) {
      target[length++] = bytes[at]!;
      continue;
    }
    // An entity is never shorter than its UTF-8.
    for (const byte of Buffer.from(String.fromCodePoint(code))) target[length++] = byte;
    at = semicolon;
  }
  const copy = secretCopy(target, 0, length);
  target.fill(0);
  return copy;
}

function entity(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === 0x23) {
    const isHex = lower(bytes[start + 1] ?? 0) === 0x78;
    const digits = Buffer.from(bytes.slice(start + (isHex ? 2 : 1), end)).toString('latin1');
    const code = /^[0-9a-f]{1,6}$/i.test(digits) ? Number.parseInt(digits, isHex ? 16 : 10) : -1;
    return code > 0 && code < 0x110000 && !(code >= 0xd800 && code < 0xe000) ? code : -1;
  }
  return ENTITIES.get(Buffer.from(bytes.slice(start, end)).toString('latin1')) ?? -1;
}

const ENTITIES = new Map([
  ['amp', 0x26],
  ['lt', 0x3c],
  ['gt', 0x3e],
  ['quot', 0x22],
  ['apos', 0x27],
  ['nbsp', 0x20],
  ['reg', 0xae],
  ['copy', 0xa9],
]);

function isNameByte(byte: number): boolean {
  return byte > 0x20 && byte !== GREATER && byte !== SLASH && byte !== LESS;
}

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const COLON = 0x3a;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
