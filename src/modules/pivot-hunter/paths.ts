// A bounded graph of who came into which host when. Its paths respect time: each step begins while the one before goes on,
// or within an hour of its end.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { FrameReference } from '../../facts/frame-reference.ts';

const HOSTS_MAX = 8192;
/** Sessions into one host that are remembered; the oldest goes. */
const INTO_MAX = 32;
const OPEN_MAX = 16_384;
/** What a host does so long after a session into it has ended may still be due to it. */
export const CAUSAL_US = 3600 * 1_000_000;
export const STEPS_MAX = 16;

export interface Step {
  readonly from: number;
  readonly to: number;
  /** `ssh`, `service over smb`, `modbus` … */
  readonly service: string;
  readonly timeUs: number;
  readonly frame: FrameReference;
  /** It was never seen before. */
  readonly isNew: boolean;
  /** For how long `from` had been heard before. */
  readonly watchedUs: number;
  /** How often `from` opens it as a rule, a second. */
  readonly rate: number;
  /** How easily somebody else gets in that way: 0 for anybody, 4 for those who have a key. */
  strength: number;
  /** When it ended; Infinity while it goes on. */
  untilUs: number;
}

export class Paths {
  readonly #into = new Map<number, Step[]>();
  readonly #open = new Map<number, Step>();

  /** A session that gives `from` the run of `to`. `flow`: the conversation in which it goes on, -1 for a single act. */
  came(step: Step, flow: number): void {
    const known = this.#into.get(step.to);
    if (known === undefined) {
      forgetOldest(this.#into, HOSTS_MAX);
      this.#into.set(step.to, [step]);
    } else {
      if (known.length >= INTO_MAX) known.shift();
      known.push(step);
    }
    if (flow < 0) return;
    forgetOldest(this.#open, OPEN_MAX);
    this.#open.set(flow, step);
  }

  session(flow: number): Step | undefined {
    return this.#open.get(flow);
  }

  ended(flow: number, timeUs: number): void {
    const step = this.#open.get(flow);
    if (step === undefined) return;
    step.untilUs = timeUs;
    this.#open.delete(flow);
  }

  /** The way that leads to `last`, from its beginning; `last` alone where nobody came into its host before. */
  leadingTo(last: Step): Step[] {
    const path = [last];
    if (!this.#into.has(last.from)) return path;
    const seen = new Set([last.to, last.from]);
    for (let step = last; path.length < STEPS_MAX;) {
      const before = this.#before(step, seen);
      if (before === null) break;
      seen.add(before.from);
      path.unshift(before);
      step = before;
    }
    return path;
  }

  /**
   * The chance that the steps of a way only follow each other by coincidence: that each usual step behind a new one would
   * have begun as soon after it anyway. A step that is new is no coincidence, and usual ones in a row are one usual way.
   */
  static coincidence(path: readonly Step[]): number {
    let causal = 1;
    for (let index = 1; index < path.length; index++) {
      const step = path[index]!;
      const pauseSeconds = (step.timeUs - path[index - 1]!.timeUs) / 1_000_000;
      if (!step.isNew && path[index - 1]!.isNew) causal *= Math.exp(-step.rate * pauseSeconds);
    }
    return 1 - causal;
  }

  /**
   * The session into the host that has caused the step: one that goes on rather than one that is over, one that is new rather
   * than one that is usual, and of these the newest.
   */
  #before(step: Step, seen: ReadonlySet<number>): Step | null {
    const into = this.#into.get(step.from) ?? [];
    let best: Step | null = null;
    let bestRank = -1;
    for (let at = into.length - 1; at >= 0; at--) {
      const before = into[at]!;
      if (before.timeUs >= step.timeUs || before.untilUs + CAUSAL_US < step.timeUs || seen.has(before.from)) continue;
      const rank = (before.untilUs >= step.timeUs ? 2 : 0) + (before.isNew ? 1 : 0);
      if (rank <= bestRank) continue;
      best = before;
      bestRank = rank;
    }
    return best;
  }
}
