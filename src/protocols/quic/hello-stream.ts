// Puts a TLS hello together from CRYPTO frames (RFC 9000 19.6), which come in any order and in several packets.
import { u24be } from '../../bytes/endian.ts';
import { varint, varintSize } from './packets.ts';

/** A hello is longer only where somebody means harm. */
const HELLO_BYTES_MAX = 16_384;
const RANGES_MAX = 64;
const HANDSHAKE_HEADER_BYTES = 4;

const FrameType = { padding: 0, ping: 1, ack: 2, ackWithCounts: 3, crypto: 6 } as const;

export class HelloStream {
  /** The message from its header on; valid up to `end` once `isWhole`. */
  bytes = new Uint8Array(0);
  isWhole = false;
  /** Where the message ends. */
  end = 0;
  /** Start and end of what is there, in no order. */
  readonly #ranges: number[] = [];

  /** All frames of one packet; what follows a frame that an Initial packet must not hold is left alone. */
  add(frames: Uint8Array): void {
    let at = 0;
    while (at < frames.length && !this.isWhole) {
      const type = frames[at]!;
      if (type === FrameType.padding || type === FrameType.ping) at++;
      else if (type === FrameType.ack || type === FrameType.ackWithCounts) at = ackEnd(frames, at);
      else if (type === FrameType.crypto) at = this.#crypto(frames, at + 1);
      else return;
      if (at < 0) return;
    }
  }

  /** Where the frame ends, -1 where it is cut. */
  #crypto(frames: Uint8Array, start: number): number {
    const offset = varint(frames, start, frames.length);
    if (offset < 0) return -1;
    const lengthAt = start + varintSize(frames[start]!);
    const length = varint(frames, lengthAt, frames.length);
    if (length < 0) return -1;
    const from = lengthAt + varintSize(frames[lengthAt]!);
    if (from + length > frames.length || offset + length > HELLO_BYTES_MAX) return -1;
    this.#keep(frames.subarray(from, from + length), offset);
    return from + length;
  }

  #keep(part: Uint8Array, offset: number): void {
    const end = offset + part.length;
    if (part.length === 0 || this.#ranges.length >= RANGES_MAX * 2) return;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.min(HELLO_BYTES_MAX, Math.max(2048, end * 2)));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(part, offset);
    this.#ranges.push(offset, end);
    const there = this.#contiguous();
    if (there < HANDSHAKE_HEADER_BYTES) return;
    this.end = HANDSHAKE_HEADER_BYTES + u24be(this.bytes, 1);
    this.isWhole = this.end <= there;
  }

  /** So many bytes are there from the beginning. */
  #contiguous(): number {
    let there = 0;
    for (let isMore = true; isMore;) {
      isMore = false;
      for (let index = 0; index < this.#ranges.length; index += 2) {
        if (this.#ranges[index]! > there || this.#ranges[index + 1]! <= there) continue;
        there = this.#ranges[index + 1]!;
        isMore = true;
      }
    }
    return there;
  }
}

/** RFC 9000 19.3: largest, delay, number of ranges, first range, then two numbers each; three counts of marks. */
function ackEnd(frames: Uint8Array, start: number): number {
  const countAt = numbersEnd(frames, start + 1, 2);
  const ranges = countAt < 0 ? -1 : varint(frames, countAt, frames.length);
  if (ranges < 0 || ranges > frames.length) return -1;
  return numbersEnd(frames, countAt, 2 + ranges * 2 + (frames[start] === FrameType.ackWithCounts ? 3 : 0));
}

function numbersEnd(frames: Uint8Array, start: number, count: number): number {
  let at = start;
  for (let index = 0; index < count; index++) {
    if (varint(frames, at, frames.length) < 0) return -1;
    at += varintSize(frames[at]!);
  }
  return at;
}
