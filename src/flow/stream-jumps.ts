// Where a stream was moved on over bytes that nobody had seen, because a segment stood behind them or the other side
// said it had them. Whoever forges such a segment would hide what really follows: it begins at the first byte that was
// passed over, and takes the jump back.
import { forgetOldest } from '../bytes/forgetting.ts';

interface Jump {
  readonly fromClient: boolean;
  /** Sequence number of the first byte that was passed over. */
  readonly from: number;
  /** What was expected next when all that had waited was read. */
  to: number;
}

/** Conversations of which the last jump is known; the one that jumped first is forgotten. */
const JUMPS_MAX = 4096;

export class StreamJumps {
  private readonly byRow = new Map<number, Jump>();

  note(row: number, fromClient: boolean, from: number, to: number): void {
    this.byRow.delete(row);
    forgetOldest(this.byRow, JUMPS_MAX);
    this.byRow.set(row, { fromClient, from, to });
  }

  /** What waited behind the jump was read. */
  settle(row: number, nextFromClient: number, nextFromServer: number): void {
    const jump = this.byRow.get(row);
    if (jump !== undefined) jump.to = jump.fromClient ? nextFromClient : nextFromServer;
  }

  /** Does the byte `sequence` come, which was passed over, and nothing came since? Then the jump is forgotten. */
  isTakenBack(row: number, fromClient: boolean, sequence: number, next: number): boolean {
    const jump = this.byRow.get(row);
    if (jump === undefined || jump.fromClient !== fromClient || jump.from !== sequence || jump.to !== next)
      return false;
    this.byRow.delete(row);
    return true;
  }

  forget(row: number): void {
    this.byRow.delete(row);
  }
}
