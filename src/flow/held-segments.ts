// Segments of one TCP conversation that cannot be read yet: behind a hole in their own direction, or answering bytes of
// the other direction that have not been seen (a mirror port may swap frames). Objects and copies are made here, since
// it is the rare path; holes, segments and bytes are limited, and what never comes is declared a gap.

export interface HeldSegment {
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly hasAcknowledgment: boolean;
  /** A copy of the segment's captured bytes. */
  readonly bytes: Uint8Array;
  /** Bytes at its end that were on the wire but not captured. */
  readonly missing: number;
  readonly isFin: boolean;
  readonly frame: number;
  readonly timeUs: number;
}

/** More than this is not waited for: the oldest hole becomes a gap. */
export const HELD_SEGMENTS_MAX = 1024;
export const HELD_BYTES_MAX = 1 << 20;

export class HeldSegments {
  /** In order of sequence number; [0] from the client, [1] from the server. */
  readonly byDirection: readonly [HeldSegment[], HeldSegment[]] = [[], []];
  bytes = 0;
  /** Packets of the conversation seen while the first held segment stayed blocked. */
  waitedPackets = 0;
  /** Packet time at which the first one was held. */
  sinceUs = 0;
  /** Highest acknowledgment seen from the client (of the server's bytes), from the server. */
  readonly acknowledged: [number, number] = [0, 0];
  readonly hasAcknowledged: [boolean, boolean] = [false, false];

  get count(): number {
    return this.byDirection[0].length + this.byDirection[1].length;
  }

  isOverLimit(): boolean {
    return this.count > HELD_SEGMENTS_MAX || this.bytes > HELD_BYTES_MAX;
  }

  /**
   * Puts the segment in its place. Answers whether its bytes contradict a held one where they overlap. Where they do,
   * the segment with the lower sequence number is what gets read: hosts differ in this, hence the report.
   */
  insert(direction: 0 | 1, segment: HeldSegment): boolean {
    const list = this.byDirection[direction];
    let at = list.length;
    while (at > 0 && ((list[at - 1]!.sequence - segment.sequence) | 0) > 0) at--;
    const contradicts =
      (at > 0 && overlapsDifferently(list[at - 1]!, segment)) ||
      (at < list.length && overlapsDifferently(segment, list[at]!));
    list.splice(at, 0, segment);
    this.bytes += segment.bytes.length;
    return contradicts;
  }

  takeFirst(direction: 0 | 1): HeldSegment {
    const segment = this.byDirection[direction].shift()!;
    this.bytes -= segment.bytes.length;
    return segment;
  }

  /** Gives up what is furthest ahead; how many bytes that were. */
  dropLast(direction: 0 | 1): number {
    const { bytes } = this.byDirection[direction].pop()!;
    this.bytes -= bytes.length;
    bytes.fill(0);
    return bytes.length;
  }

  /** Notes an acknowledgment by `direction`'s sender. */
  acknowledge(direction: 0 | 1, acknowledgment: number): void {
    if (!this.hasAcknowledged[direction] || ((acknowledgment - this.acknowledged[direction]) | 0) > 0) {
      this.acknowledged[direction] = acknowledgment;
      this.hasAcknowledged[direction] = true;
    }
  }
}

/** `first` starts at or before `second`. */
function overlapsDifferently(first: HeldSegment, second: HeldSegment): boolean {
  const offset = (second.sequence - first.sequence) | 0;
  const end = Math.min(first.bytes.length, offset + second.bytes.length);
  for (let at = offset; at < end; at++) if (first.bytes[at] !== second.bytes[at - offset]) return true;
  return false;
}
