// Counts how often the written values of a point turn from rising to falling and back, minute by minute, and tells when
// that is far more than in any minute before.
import type { SwingView } from '../facts/learning.ts';

/** Points whose turns are kept; the one that turned first is forgotten first. */
export const SWINGS_MAX = 16_384;
const MINUTE_US = 60_000_000;
/** Turns in one minute that are many … */
const REVERSALS_MIN = 8;
/** … when they are more than so many times the most of any minute before … */
const TIMES_MORE = 3;
/** … and so many minutes came before: the chance that the next one has the most of all is then below 1 in 11. */
const MINUTES_MIN = 10;

export interface Swing {
  /** Number of the running minute since 1970; -1: not begun. */
  minute: number;
  reversals: number;
  reversalsMax: number;
  minutes: number;
  isOscillating: boolean;
}

export class Swings {
  readonly byPoint = new Map<number, Swing>();

  /** The point turned. `sinceUs`: when it was first seen, so that minutes without any turn count too. */
  turned(point: number, timeUs: number, sinceUs: number): SwingView {
    const minute = Math.floor(timeUs / MINUTE_US);
    let swing = this.byPoint.get(point);
    if (swing === undefined) {
      if (this.byPoint.size >= SWINGS_MAX) this.forgetOldest();
      const minutes = Math.max(0, minute - Math.ceil(sinceUs / MINUTE_US));
      swing = { minute, reversals: 0, reversalsMax: 0, minutes, isOscillating: false };
      this.byPoint.set(point, swing);
    }
    if (swing.minute < 0) swing.minute = minute;
    if (minute > swing.minute) turnMinute(swing, minute);
    swing.reversals++;
    swing.isOscillating =
      swing.minutes >= MINUTES_MIN &&
      swing.reversals >= REVERSALS_MIN &&
      swing.reversals > TIMES_MORE * swing.reversalsMax;
    return swing;
  }

  /** The running minute begins with the next turn. */
  restore(point: number, reversalsMax: number, minutes: number): void {
    if (point === 0 || this.byPoint.size >= SWINGS_MAX) return;
    this.byPoint.set(point, { minute: -1, reversals: 0, reversalsMax, minutes, isOscillating: false });
  }

  private forgetOldest(): void {
    for (const oldest of this.byPoint.keys()) {
      this.byPoint.delete(oldest);
      return;
    }
  }
}

/** A minute that was judged is no part of what is usual. */
function turnMinute(swing: Swing, minute: number): void {
  if (!swing.isOscillating) {
    swing.reversalsMax = Math.max(swing.reversalsMax, swing.reversals);
    swing.minutes += minute - swing.minute;
  }
  swing.minute = minute;
  swing.reversals = 0;
  swing.isOscillating = false;
}
