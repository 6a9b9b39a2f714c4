// Turns bytes from the wire into text that is safe to keep and to show: capped, and without control characters.

/** At most this many characters of a string from the wire are kept unless the caller says otherwise. */
export const WIRE_TEXT_MAX = 256;

/** Bytes start..end as printable text: UTF-8 where it is valid, `\xNN` for everything that must not reach a terminal. */
export function printable(bytes: Uint8Array, start: number, end: number, maximum: number = WIRE_TEXT_MAX): string {
  const stop = Math.min(end, bytes.length, start + maximum * 4);
  if (stop <= start) return '';
  let text = '';
  try {
    text = UTF8.decode(bytes.subarray(start, stop));
  } catch {
    for (let at = start; at < stop; at++) text += String.fromCharCode(bytes[at]!);
    text = text.replace(/[\x80-\xff]/g, escapeCharacter);
  }
  return showable(text, maximum);
}

/** Text with control, bidirectional and invisible characters written as escapes, cut to `maximum` characters. */
export function showable(text: string, maximum: number = WIRE_TEXT_MAX): string {
  const escaped = text.replace(HIDDEN, escapeCharacter);
  return escaped.length > maximum ? `${escaped.slice(0, maximum - 1)}…` : escaped;
}

/** Bytes start..end as lower-case hexadecimal, cut to `maximum` bytes. */
export function hex(bytes: Uint8Array, start: number, end: number, maximum = 64): string {
  const stop = Math.min(end, bytes.length, start + maximum);
  let text = '';
  for (let at = start; at < stop; at++) text += (bytes[at]! + 0x100).toString(16).slice(1);
  return stop < Math.min(end, bytes.length) ? `${text}…` : text;
}

/** A whole number with commas between its thousands, as people read it; Intl is slow to start and to use. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${(code + 0x100).toString(16).slice(1)}` : `\\u${(code + 0x10000).toString(16).slice(1)}`;
}
