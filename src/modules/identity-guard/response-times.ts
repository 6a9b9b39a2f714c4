// How long a device takes to answer, in steps of a factor of two: what is usual, and what it has been lately. A change is
// only told beside other evidence: a busy network changes it as well.
import { Outcome, type Operation } from '../../facts/operation.ts';

const HOSTS_MAX = 16_384;
/** Steps of a factor of two from one microsecond on: the last is above half an hour. */
const STEPS = 32;
const LATELY = 32;
const USUAL_MIN = 128;

interface Times {
  readonly usual: Float64Array;
  /** Steps of the last answers, in a ring. */
  readonly lately: Uint8Array;
  count: number;
}

export class ResponseTimes {
  readonly #times = new Map<number, Times>();

  note(operation: Operation): void {
    // One in sixteen is enough, and costs nothing.
    if ((operation.answerFrame & 15) !== 0 || operation.outcome !== Outcome.ok || operation.elapsedUs < 0) return;
    let times = this.#times.get(operation.server);
    if (times === undefined) {
      if (this.#times.size >= HOSTS_MAX) return;
      this.#times.set(
        operation.server,
        (times = { usual: new Float64Array(STEPS), lately: new Uint8Array(LATELY), count: 0 }),
      );
    }
    const step = Math.min(STEPS - 1, 32 - Math.clz32(Math.min(operation.elapsedUs, 0x7fffffff)));
    const at = times.count % LATELY;
    if (times.count >= LATELY) times.usual[times.lately[at]!]!++;
    times.lately[at] = step;
    times.count++;
  }

  /** In words, where the last answers took a different time than the ones before; else empty. */
  change(host: number): string {
    const times = this.#times.get(host);
    if (times === undefined || times.count < USUAL_MIN + LATELY) return '';
    const before = median(times.usual);
    const lately = new Float64Array(STEPS);
    for (const step of times.lately) lately[step]!++;
    const now = median(lately);
    if (Math.abs(now - before) < 2) return '';
    return ` It also takes about ${readable(now)} to answer where it took about ${readable(before)}.`;
  }
}

function median(counts: Float64Array): number {
  const half = counts.reduce((sum, count) => sum + count, 0) / 2;
  let sum = 0;
  for (let step = 0; step < STEPS; step++) {
    sum += counts[step]!;
    if (sum >= half) return step;
  }
  return STEPS - 1;
}

function readable(step: number): string {
  const us = 2 ** Math.max(0, step - 1);
  return us < 1000 ? `${us} µs` : us < 1e6 ? `${Math.round(us / 1000)} ms` : `${Math.round(us / 1e6)} s`;
}
