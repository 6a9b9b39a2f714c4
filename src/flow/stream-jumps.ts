// Where a stream was moved on over bytes that nobody had seen, because a segment stood behind them or the other side
// said it had them. Whoever forges such a segment would hide what really follows: what comes of the bytes that were passed
// over takes the jump back.
import { forgetOldest } from '../bytes/forgetting.ts';

/** Sequence numbers of the first byte that was passed over, and of the one behind the last. */
interface Jump {
  readonly from: number;
  readonly until: number;
}

/** Directions of which the last jumps are known, and how many of each; what jumped first is forgotten. */
const DIRECTIONS_MAX = 8192;
const JUMPS_EACH_MAX = 4;

export class StreamJumps {
  /** By row and direction, in the order in which they were made. */
  private readonly byDirection = new Map<number, Jump[]>();

  note(row: number, fromClient: boolean, from: number, until: number): void {
    const key = keyOf(row, fromClient);
    const jumps = this.byDirection.get(key) ?? [];
    if (jumps.length === JUMPS_EACH_MAX) jumps.shift();
    jumps.push({ from, until });
    this.byDirection.delete(key);
    forgetOldest(this.byDirection, DIRECTIONS_MAX);
    this.byDirection.set(key, jumps);
  }

  /**
   * Does a byte come that was passed over? Then that jump and those further ahead are forgotten. One byte before the `next`
   * one asks whether the other side is still there, and is none (RFC 9293, 3.8.4).
   */
  isTakenBack(row: number, fromClient: boolean, sequence: number, length: number, next: number): boolean {
    if (length === 0 || (length === 1 && ((next - sequence) | 0) === 1)) return false;
    const key = keyOf(row, fromClient);
    const jumps = this.byDirection.get(key);
    if (jumps === undefined) return false;
    const isPassedOver = jumps.some(({ from, until }) => ((sequence - from) | 0) >= 0 && ((sequence - until) | 0) < 0);
    if (!isPassedOver) return false;
    const before = jumps.filter(({ until }) => ((until - sequence) | 0) <= 0);
    if (before.length > 0) this.byDirection.set(key, before);
    else this.byDirection.delete(key);
    return true;
  }

  /** Roles of the conversation were swapped. */
  flip(row: number): void {
    const client = this.byDirection.get(keyOf(row, true));
    const server = this.byDirection.get(keyOf(row, false));
    this.forget(row);
    if (client !== undefined) this.byDirection.set(keyOf(row, false), client);
    if (server !== undefined) this.byDirection.set(keyOf(row, true), server);
  }

  forget(row: number): void {
    this.byDirection.delete(keyOf(row, true));
    this.byDirection.delete(keyOf(row, false));
  }
}

function keyOf(row: number, fromClient: boolean): number {
  return row * 2 + (fromClient ? 1 : 0);
}
