// Infers from sizes alone whether the server let the user in: after NEWKEYS nothing else of a login can be seen.
//
// SERVICE_REQUEST and SERVICE_ACCEPT of `ssh-userauth` (RFC 4253 10) have the same 17 bytes of payload, so the answer is the
// first of the server's segments that is as large as one of the client's before it. SSH_MSG_USERAUTH_SUCCESS (RFC 4252
// 5.1) has a payload of one byte: whatever the cipher, it is 16 bytes smaller on the wire.
import type { Login } from '../../facts/facts.ts';

/** With a cipher and a MAC of today the packet of 17 bytes is no larger. */
const SERVICE_BYTES_MAX = 112;
const SUCCESS_BYTES_LESS = 16;
/** Sizes of the client's first segments that are remembered. */
const CLIENT_SIZES = 4;
/** Servers close after six tries or sooner: who goes on for so many segments and bytes was let in. */
const LONG_SEGMENTS = 16;
const LONG_SERVER_BYTES = 4096;
/** A list of methods with its padding and MAC; what is larger is a banner or a key. */
const REFUSAL_BYTES_MAX = 192;
/** The first refusal may be that of the question which methods there are (`none`), */
const REFUSALS_MIN = 2;
/** unless it took so long as only a wrong password is made to take. */
const SLOW_REFUSAL_US = 500_000;

export class OutcomeOfSizes {
  outcome: Login['outcome'] = 'unknown';
  /** Bytes were lost: only a success that is seen counts from then on. */
  hasGap = false;
  readonly #clientSizes: number[] = [];
  #clientSegments = 0;
  #serverSegments = 0;
  #serverBytes = 0;
  #acceptBytes = 0;
  #refusalBytes = 0;
  #refusals = 0;
  #isSlow = false;
  #askedUs = 0;

  /** Of SERVICE_ACCEPT on the wire; 0: it was not seen. */
  get acceptBytes(): number {
    return this.#acceptBytes;
  }

  get hasBegun(): boolean {
    return this.#clientSegments > 0;
  }

  /** Encrypted bytes of one segment; true once the user is taken to be let in. */
  segment(isOfClient: boolean, bytes: number, timeUs: number): boolean {
    if (isOfClient) {
      if (this.#clientSizes.length < CLIENT_SIZES) this.#clientSizes.push(bytes);
      this.#clientSegments++;
      this.#askedUs = timeUs;
    } else {
      this.#serverSegments++;
      this.#serverBytes += bytes;
      if (this.#isSuccess(bytes, timeUs)) this.outcome = 'accepted';
    }
    const isLong = this.#clientSegments >= LONG_SEGMENTS && this.#serverSegments >= LONG_SEGMENTS;
    if (isLong && this.#serverBytes >= LONG_SERVER_BYTES) this.outcome = 'accepted';
    return this.outcome === 'accepted';
  }

  /** The session is over. */
  closed(): Login['outcome'] {
    const isRefused = this.#refusals >= REFUSALS_MIN || (this.#refusals > 0 && this.#isSlow);
    if (this.outcome === 'unknown' && !this.hasGap && isRefused) this.outcome = 'refused';
    return this.outcome;
  }

  #isSuccess(bytes: number, timeUs: number): boolean {
    if (this.#acceptBytes === 0) {
      if (bytes <= SERVICE_BYTES_MAX && this.#clientSizes.includes(bytes)) this.#acceptBytes = bytes;
      return false;
    }
    if (bytes === this.#acceptBytes - SUCCESS_BYTES_LESS) return true;
    if (bytes > REFUSAL_BYTES_MAX) return false;
    if (this.#refusals === 0) this.#refusalBytes = bytes;
    if (bytes !== this.#refusalBytes) return false;
    this.#refusals++;
    if (timeUs - this.#askedUs >= SLOW_REFUSAL_US) this.#isSlow = true;
    return false;
  }
}
