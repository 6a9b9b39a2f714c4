// Infers from sizes alone that a session carries connections of other programs (RFC 4254 7): one side asks for a channel to
// a host and port, the other confirms, bytes pass, both close it; and again.
//
// CHANNEL_OPEN_CONFIRMATION (RFC 4254 5.1) has 17 bytes of payload, as SERVICE_ACCEPT: whatever the cipher, it is as large
// on the wire. An opening names hosts and ports and is larger by 32 bytes and more (one of a session, of an agent or of a
// window system is not); CHANNEL_EOF and CHANNEL_CLOSE have five bytes and are smaller.

/** More than the confirmation: an opening with two addresses, and one with a long name. */
const OPENING_MORE_MIN = 32;
const OPENING_MORE_MAX = 128;
/** Less than the confirmation: an end of a channel, by the size of a cipher's blocks. */
const ENDING_LESS_MIN = 8;
const ENDING_LESS_MAX = 16;
/** A program that answers long lines with short ones does not close in between, three times over. */
const CHANNELS_MIN = 3;

export class ForwardedChannels {
  readonly #confirmationBytes: number;
  #lastBytes = 0;
  #isLastOfClient = false;
  readonly #opened: [number, number] = [0, 0];
  /** Which sides have sent an ending since the last opening: 1 the client, 2 the server. */
  #ended = 3;
  isTold = false;

  /** `confirmationBytes`: as large as SERVICE_ACCEPT was on the wire. */
  constructor(confirmationBytes: number) {
    this.#confirmationBytes = confirmationBytes;
  }

  /** One segment; true, once, when the session is taken to carry connections. */
  segment(isOfClient: boolean, bytes: number): boolean {
    const more = this.#lastBytes - this.#confirmationBytes;
    const isConfirmed =
      bytes === this.#confirmationBytes &&
      isOfClient !== this.#isLastOfClient &&
      more >= OPENING_MORE_MIN &&
      more <= OPENING_MORE_MAX;
    if (isConfirmed) {
      if (this.#ended === 3) this.#opened[isOfClient ? 1 : 0]++;
      this.#ended = 0;
    } else if (this.#isEnding(bytes) || (bytes % 2 === 0 && this.#isEnding(bytes / 2))) {
      this.#ended |= isOfClient ? 1 : 2;
    }
    this.#lastBytes = bytes;
    this.#isLastOfClient = isOfClient;
    if (this.isTold || (this.#opened[0] < CHANNELS_MIN && this.#opened[1] < CHANNELS_MIN)) return false;
    this.isTold = true;
    return true;
  }

  /** Whether the client opens the channels; else the server does, into the client's network. */
  get isByClient(): boolean {
    return this.#opened[0] >= this.#opened[1];
  }

  #isEnding(bytes: number): boolean {
    const less = this.#confirmationBytes - bytes;
    return less >= ENDING_LESS_MIN && less <= ENDING_LESS_MAX;
  }
}
