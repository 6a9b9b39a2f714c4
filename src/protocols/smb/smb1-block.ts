// One command of an SMB 1 message with its words and bytes, and the text in them.
import { printable } from '../../bytes/text.ts';
import { printableUtf16 } from '../../bytes/utf16.ts';

/** Flags2 (MS-CIFS 2.2.3.1). */
export const Smb1Flag = { extendedSecurity: 0x0800, ntStatus: 0x4000, unicode: 0x8000 } as const;

export interface Block {
  readonly command: number;
  readonly bytes: Uint8Array;
  /** Where the header begins: offsets are counted from there. */
  readonly message: number;
  readonly wordsAt: number;
  readonly words: number;
  /** Where the bytes begin. */
  readonly data: number;
  readonly end: number;
  /** Of the whole message. */
  readonly size: number;
  readonly isUnicode: boolean;
}

/** The text at `at`, to its zero; UTF-16 begins at an even offset. `next`: behind it. */
export function textAt(block: Block, at: number, maximum: number): { readonly text: string; readonly next: number } {
  const { bytes, message, end, isUnicode } = block;
  let start = at;
  if (isUnicode && ((at - message) & 1) !== 0) start++;
  let stop = start;
  const step = isUnicode ? 2 : 1;
  while (stop + step <= end && (bytes[stop] !== 0 || (isUnicode && bytes[stop + 1] !== 0))) stop += step;
  const text = isUnicode ? printableUtf16(bytes, start, stop, maximum) : printable(bytes, start, stop, maximum);
  return { text, next: stop + step };
}
