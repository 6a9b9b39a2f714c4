// A bounded graph of who came into which host when. Its paths respect time: each step begins while the one before goes on,
// or within an hour of its end.
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
  /** For how long `from` had been heard without it. */
  readonly watchedUs: number;
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
      if (this.#into.size >= HOSTS_MAX) this.#into.delete(this.#into.keys().next().value!);
      this.#into.set(step.to, [step]);
    } else {
      if (known.length >= INTO_MAX) known.shift();
      known.push(step);
    }
    if (flow < 0) return;
    if (this.#open.size >= OPEN_MAX) this.#open.delete(this.#open.keys().next().value!);
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

  /** The newest session into the host that can have caused the step; one that is new rather than one that is usual. */
  #before(step: Step, seen: ReadonlySet<number>): Step | null {
    const into = this.#into.get(step.from) ?? [];
    let usual: Step | null = null;
    for (let at = into.length - 1; at >= 0; at--) {
      const before = into[at]!;
      if (before.timeUs >= step.timeUs || before.untilUs + CAUSAL_US < step.timeUs || seen.has(before.from)) continue;
      if (before.isNew) return before;
      usual ??= before;
    }
    return usual;
  }
}
