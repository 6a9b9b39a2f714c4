// Looks for words and numbers in bytes without making strings of them.

/** Do bytes[start..end) begin with `word`, which is in lower case? Upper case in the bytes counts as lower. */
export function beginsWithWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start < word.length) return false;
  for (let at = 0; at < word.length; at++) if (lower(bytes[start + at]!) !== word[at]) return false;
  return true;
}

export function isWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  return end - start === word.length && beginsWithWord(bytes, start, end, word);
}

/** Where `word` (lower case) stands first, -1 where it does not. */
export function wordAt(bytes: Uint8Array, start: number, end: number, word: Uint8Array): number {
  const last = end - word.length;
  for (let at = start; at <= last; at++) if (beginsWithWord(bytes, at, end, word)) return at;
  return -1;
}

/** Where `pattern` stands first, byte for byte, -1 where it does not. */
export function patternAt(bytes: Uint8Array, start: number, end: number, pattern: Uint8Array): number {
  const last = end - pattern.length;
  const first = pattern[0]!;
  for (let at = start; at <= last; at++) {
    if (bytes[at] !== first) continue;
    let index = 1;
    while (index < pattern.length && bytes[at + index] === pattern[index]) index++;
    if (index === pattern.length) return at;
  }
  return -1;
}

/** The decimal number that bytes[start..end) are, -1 where they are none or more than 2^53. */
export function decimal(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || end - start > 16) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}

/** 0 to 15, -1 where the byte is no hexadecimal digit. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const small = byte | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}

export function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** RFC 9110 5.6.2. */
export function isTokenByte(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && !SEPARATORS.has(byte);
}

const SEPARATORS = new Set(Buffer.from('"(),/:;<=>?@[\\]{}'));
