// What MQTT says of its texts: UTF-8 without U+0000 (clause 1.5.4), topic names without wildcards and topic filters with
// wildcards in their places (clause 4.7).

const HASH = 0x23;
const PLUS = 0x2b;
const SLASH = 0x2f;

/** Well-formed UTF-8 (RFC 3629: no surrogates, nothing longer than needed) without U+0000. */
export function isMqttText(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      if (byte === 0) return false;
      at++;
      continue;
    }
    const more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte < 0xc2 || byte > 0xf4 || at + more >= end) return false;
    const second = bytes[at + 1]!;
    if (byte === 0xe0 && second < 0xa0) return false;
    if (byte === 0xed && second > 0x9f) return false;
    if (byte === 0xf0 && second < 0x90) return false;
    if (byte === 0xf4 && second > 0x8f) return false;
    for (let index = 1; index <= more; index++) if ((bytes[at + index]! & 0xc0) !== 0x80) return false;
    at += 1 + more;
  }
  return true;
}

/** Text as people write topics: UTF-8 without control characters. */
export function isPrintableText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < 0x20 || bytes[at] === 0x7f) return false;
  return isMqttText(bytes, start, end);
}

export function hasWildcard(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === HASH || bytes[at] === PLUS) return true;
  return false;
}

export function hasSlash(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === SLASH) return true;
  return false;
}

/** Clause 4.7.1: `#` is the last level, `+` a whole level. */
export function isFilter(bytes: Uint8Array, start: number, end: number): boolean {
  if (end <= start) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== HASH && byte !== PLUS) continue;
    if (at > start && bytes[at - 1] !== SLASH) return false;
    if (byte === HASH ? at + 1 < end : at + 1 < end && bytes[at + 1] !== SLASH) return false;
  }
  return true;
}

/** `spBv1.0/…`, by its first letters. */
export function isSparkplugTopic(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start > 8 && bytes[start] === 0x73 && bytes[start + 1] === 0x70 && bytes[start + 2] === 0x42;
}
