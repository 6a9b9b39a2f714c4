// Joins the handshake messages of one direction over its records (RFC 8446 5.1): only what is incomplete is kept, with a bound.
import { u24be } from '../../bytes/endian.ts';
import { HANDSHAKE_HEADER_BYTES } from './records.ts';

/** A longer message is not kept. */
export const MESSAGE_BYTES_MAX = 65_536;
/** Of all conversations together. */
const KEPT_BYTES_MAX = 64 * 1024 * 1024;

/** What waits for its rest. */
export interface Fragment {
  bytes: Uint8Array;
  length: number;
}

export function noFragment(): Fragment {
  return { bytes: NO_BYTES, length: 0 };
}

/** Buffers of all conversations, counted. */
export class Fragments {
  #kept = 0;

  /** Adds to the fragment; false where there is no room: it is then empty. */
  add(fragment: Fragment, bytes: Uint8Array, start: number, end: number): boolean {
    const length = fragment.length + (end - start);
    if (length > fragment.bytes.length && !this.#enlarge(fragment, length)) {
      this.clear(fragment);
      return false;
    }
    fragment.bytes.set(bytes.subarray(start, end), fragment.length);
    fragment.length = length;
    return true;
  }

  /** Drops what stands before `at`. */
  dropTo(fragment: Fragment, at: number): void {
    if (at >= fragment.length) {
      this.clear(fragment);
      return;
    }
    if (at === 0) return;
    fragment.bytes.copyWithin(0, at, fragment.length);
    fragment.length -= at;
  }

  clear(fragment: Fragment): void {
    this.#kept -= fragment.bytes.length;
    fragment.bytes = NO_BYTES;
    fragment.length = 0;
  }

  #enlarge(fragment: Fragment, needed: number): boolean {
    const size = 2 ** Math.ceil(Math.log2(Math.max(needed, 256)));
    if (this.#kept - fragment.bytes.length + size > KEPT_BYTES_MAX) return false;
    const larger = new Uint8Array(size);
    larger.set(fragment.bytes.subarray(0, fragment.length));
    this.#kept += size - fragment.bytes.length;
    fragment.bytes = larger;
    return true;
  }
}

/** Size of the message at `start` with its header, 0 where the header is not whole. */
export function messageSize(bytes: Uint8Array, start: number, end: number): number {
  return end - start < HANDSHAKE_HEADER_BYTES ? 0 : HANDSHAKE_HEADER_BYTES + u24be(bytes, start + 1);
}

const NO_BYTES = new Uint8Array(0);
