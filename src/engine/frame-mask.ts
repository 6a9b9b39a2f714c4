// Takes secrets out of frames that are to be written: decodes the frame again and overwrites what stands where a secret
// passed. Checksums are left as they are: that they no longer fit shows that something was overwritten.
import { secretCopy } from '../bytes/secret.ts';
import type { SecretPlaces } from '../flow/secret-places.ts';
import { decodeFrame, decodeInner } from '../packet/decode.ts';
import { Packet } from '../packet/packet.ts';

export class FrameMask {
  /** Bytes of the last frame that were overwritten. */
  maskedBytes = 0;
  readonly #secrets: SecretPlaces;
  readonly #packet = new Packet();

  constructor(secrets: SecretPlaces) {
    this.#secrets = secrets;
  }

  /** The frame bytes[start..end) as a copy without secrets. */
  copy(bytes: Uint8Array, start: number, end: number, originalLength: number, linkType: number): Uint8Array {
    // What is overwritten here must not have been moved about before.
    const frame = secretCopy(bytes, start, end);
    this.maskedBytes = 0;
    if (!this.#secrets.hasAny) return frame;
    decodeFrame(this.#packet, frame, 0, frame.length, originalLength, linkType);
    this.maskedBytes = this.#secrets.mask(this.#packet);
    while (this.#packet.innerLayer !== 0) {
      if (decodeInner(this.#packet)) this.maskedBytes += this.#secrets.mask(this.#packet);
    }
    return frame;
  }
}
