// Takes a multipart body apart (RFC 2046 5.1, RFC 7578).
import { lineEnd } from './head.ts';
import { ascii } from './messages.ts';
import { fileName, parameter, partName } from './names.ts';
import { beginsWithWord, patternAt } from './text-in-bytes.ts';

/** More parts are not read. */
const PARTS_MAX = 64;
const BOUNDARY = ascii('boundary=');
const BOUNDARY_BYTES_MAX = 200;
const DISPOSITION = ascii('content-disposition:');
const FILE_NAME = ascii('filename');

export interface Part {
  /** Where its name stands, null where it has none. */
  readonly name: { readonly start: number; readonly end: number } | null;
  /** Printable; null where the part is no file. */
  readonly fileName: string | null;
  readonly start: number;
  readonly end: number;
  /** The boundary behind it was seen. */
  readonly isWhole: boolean;
}

/** `--boundary` as Content-Type names it; null where it names none. */
export function boundaryOf(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  const found = parameter(bytes, start, end, BOUNDARY);
  if (found === null || found.end <= found.start || found.end - found.start > BOUNDARY_BYTES_MAX) return null;
  const boundary = new Uint8Array(2 + found.end - found.start);
  boundary.fill(0x2d, 0, 2);
  boundary.set(bytes.subarray(found.start, found.end), 2);
  return boundary;
}

export function eachPart(bytes: Uint8Array, boundary: Uint8Array, told: (part: Part) => void): void {
  let at = patternAt(bytes, 0, bytes.length, boundary);
  for (let count = 0; at >= 0 && count < PARTS_MAX; count++) {
    const head = lineEnd(bytes, at + boundary.length, bytes.length);
    // `--boundary--` ends it.
    if (bytes[at + boundary.length] === 0x2d || head >= bytes.length) return;
    const next = patternAt(bytes, head, bytes.length, boundary);
    told(partOf(bytes, head, next < 0 ? bytes.length : next, next >= 0));
    at = next;
  }
}

/** bytes[start..end): fields, an empty line, the content, and the line end that belongs to the next boundary. */
function partOf(bytes: Uint8Array, start: number, end: number, isWhole: boolean): Part {
  let name: Part['name'] = null;
  let file: string | null = null;
  let at = start;
  while (at < end) {
    const next = lineEnd(bytes, at, end);
    const isEmpty = next - at <= 2 && (bytes[at] === 0x0a || bytes[at] === 0x0d);
    if (!isEmpty && beginsWithWord(bytes, at, next, DISPOSITION)) {
      const value = at + DISPOSITION.length;
      name = partName(bytes, value, next);
      if (hasFileName(bytes, value, next)) file = fileName(bytes, value, next);
    }
    at = next;
    if (isEmpty) break;
  }
  let stop = end;
  if (isWhole && stop > at && bytes[stop - 1] === 0x0a) stop--;
  if (isWhole && stop > at && bytes[stop - 1] === 0x0d) stop--;
  return { name, fileName: file, start: at, end: stop, isWhole };
}

function hasFileName(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (beginsWithWord(bytes, at, end, FILE_NAME) && (bytes[at - 1] === 0x3b || bytes[at - 1] === 0x20)) return true;
  }
  return false;
}
