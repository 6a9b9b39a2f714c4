// Reads and writes UTF-16, least significant byte first, as Windows puts text on the wire.
import { WIRE_TEXT_MAX, showable } from './text.ts';

/** Bytes start..end as text that is safe to show: capped, halves of characters replaced, to the first zero. */
export function printableUtf16(bytes: Uint8Array, start: number, end: number, maximum: number = WIRE_TEXT_MAX): string {
  return showable(textOfUtf16(bytes, start, Math.min(end, start + maximum * 2 + 2)), maximum);
}

/** Bytes start..end as text, to the first zero; not safe to show. */
export function textOfUtf16(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  const stop = Math.min(end, bytes.length);
  for (let at = start; at + 1 < stop; at += 2) {
    const unit = bytes[at]! | (bytes[at + 1]! << 8);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text.toWellFormed();
}

/** The bytes of the text; a buffer that the caller may overwrite. */
export function utf16Of(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf16le'));
}
