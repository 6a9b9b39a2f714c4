// The parts in which an image is published, as far as they are needed to tell where a part belongs that follows a loss: all
// but the last are of one size, and lie at one distance in the stream.
import type { StreamPlace } from './stream-place.ts';

/** A smaller packet may fit a distance by chance. */
const PACKET_BYTES_MIN = 64;

export class Parts {
  /** Something was lost since the last part began. */
  isInterrupted = false;
  #epoch = -1;
  /** Where the last part begins: in the stream, and in the image. */
  #start = 0;
  #offset = 0;
  #packetSize = 0;
  /** Bytes of the image in a part, -1 while no whole part was seen. */
  #partBytes = -1;
  /** From the beginning of one part to that of the next, 0 while only one was seen. */
  #distance = 0;
  #isRegular = true;

  /** A part begins at `offset` of the image. `size`: its bytes, -1: not known before it ends. */
  begins(offset: number, place: StreamPlace | null, size: number): void {
    const isFirst = this.#epoch < 0;
    const isNext = !isFirst && !this.isInterrupted && place !== null && place.epoch === this.#epoch;
    if (isNext) this.#compare(place.packetStart - this.#start, offset - this.#offset);
    if (isFirst) this.#partBytes = size;
    // Only the last part may be of another size.
    else if (place?.packetSize !== this.#packetSize) this.#isRegular = false;
    this.isInterrupted = false;
    this.#epoch = place?.epoch ?? -1;
    this.#start = place?.packetStart ?? 0;
    this.#packetSize = place?.packetSize ?? 0;
    this.#offset = offset;
  }

  /** Where in the image the part belongs that was found behind a loss; -1 where that cannot be known. */
  offsetAt(place: StreamPlace | null): number {
    if (place === null || place.epoch !== this.#epoch || !this.#isRegular || this.#partBytes <= 0) return -1;
    const distance = this.#distance > 0 ? this.#distance : this.#packetSize;
    const parts = (place.packetStart - this.#start) / distance;
    if (distance < PACKET_BYTES_MIN || !Number.isInteger(parts)) return -1;
    return this.#offset + parts * this.#partBytes;
  }

  #compare(distance: number, partBytes: number): void {
    const isSame = this.#distance === 0 || this.#distance === distance;
    if (!isSame || (this.#partBytes >= 0 && this.#partBytes !== partBytes)) this.#isRegular = false;
    this.#distance = distance;
    this.#partBytes = partBytes;
  }
}
