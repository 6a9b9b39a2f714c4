// Takes content codings off a whole body (RFC 9110 8.4.1, RFC 7932, RFC 8878).
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { ascii } from './messages.ts';
import { isWord } from './text-in-bytes.ts';

/** Bytes become no more than this, */
const DECODED_BYTES_MAX = 32 * 1024 * 1024;
/** and no more than so many times as many, */
const RATIO_MAX = 256;
/** except that so many are always allowed. */
const DECODED_BYTES_FREE = 1024 * 1024;

export const Coding = { none: 0, gzip: 1, deflate: 2, brotli: 3, zstd: 4, other: 5 } as const;

/** What carries a body whose coding could not be taken off. */
export const CODED_CARRIERS = ['http', 'http gzip', 'http deflate', 'http br', 'http zstd', 'http coded'] as const;

const NAMES: readonly (readonly [Uint8Array, number])[] = [
  [ascii('gzip'), Coding.gzip],
  [ascii('x-gzip'), Coding.gzip],
  [ascii('deflate'), Coding.deflate],
  [ascii('br'), Coding.brotli],
  [ascii('zstd'), Coding.zstd],
  [ascii('identity'), Coding.none],
  [ascii('none'), Coding.none],
];

/** Of the value of Content-Encoding; several codings on one body are `other`. */
export function codingOf(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return Coding.none;
  for (const [name, coding] of NAMES) if (isWord(bytes, start, end, name)) return coding;
  return Coding.other;
}

/** Null where the bytes are not so coded, or become too many. What was cut off is decoded as far as it goes. */
export function decoded(bytes: Uint8Array, coding: number): Uint8Array | null {
  const maxOutputLength = Math.min(DECODED_BYTES_MAX, Math.max(DECODED_BYTES_FREE, bytes.length * RATIO_MAX));
  const options = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH };
  const brotli = { maxOutputLength, finishFlush: constants.BROTLI_OPERATION_FLUSH };
  try {
    switch (coding) {
      case Coding.gzip:
        return gunzipSync(bytes, options);
      case Coding.deflate:
        // RFC 9110 8.4.1.2: some send the deflate data without the zlib format around it.
        return (bytes[0]! & 0x0f) === 8 && ((bytes[0]! << 8) | bytes[1]!) % 31 === 0
          ? inflateSync(bytes, options)
          : inflateRawSync(bytes, options);
      case Coding.brotli:
        return brotliDecompressSync(bytes, brotli);
      case Coding.zstd:
        return zstdDecompressSync(bytes, { maxOutputLength, finishFlush: constants.ZSTD_e_flush });
      default:
        return null;
    }
  } catch {
    return null;
  }
}
