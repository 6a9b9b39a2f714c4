// Logins whose password can only be found by recomputing a response: tried a few candidates at a time, away from the
// packets, counted in candidates so that the same capture gives the same result on a fast and on a slow machine.
import type { Login } from '../../facts/facts.ts';
import { isCostly } from './candidates.ts';

/** Logins that wait; of further ones nothing is said, but that one that was accepted takes the place of one that was not. */
const WAITING_MAX = 1024;
/** Candidates for each second of packet time; one whose recomputation takes milliseconds counts as so many. */
const CANDIDATES_PER_TICK = 512;
const COSTLY_COUNTS = 32;

interface Item {
  readonly login: Login;
  readonly candidates: readonly string[];
  readonly cost: number;
  next: number;
}

export class Waiting {
  readonly #items: Item[] = [];
  readonly #done: (login: Login, password: string | null) => void;
  /** Candidates that were tried. */
  tried = 0;
  /** Logins for which there was no room. */
  leftOut = 0;

  /** `done`: with the password that fits, or null when none did. */
  constructor(done: (login: Login, password: string | null) => void) {
    this.#done = done;
  }

  add(login: Login, candidates: readonly string[]): void {
    const item = { login, candidates, cost: isCostly(login.mechanism) ? COSTLY_COUNTS : 1, next: 0 };
    if (this.#items.length < WAITING_MAX) {
      this.#items.push(item);
      return;
    }
    this.leftOut++;
    // Who is refused a thousand times would hide the one time that is not.
    const last =
      login.outcome === 'accepted' ? this.#items.findLastIndex((each) => each.login.outcome !== 'accepted') : -1;
    if (last < 0) return;
    this.#items.splice(last, 1);
    this.#items.push(item);
  }

  tick(): void {
    this.#try(CANDIDATES_PER_TICK);
  }

  end(): void {
    this.#try(Infinity);
  }

  #try(budget: number): void {
    for (let left = budget; left > 0;) {
      const item = this.#items[0];
      if (item === undefined) return;
      const candidate = item.candidates[item.next];
      if (candidate === undefined) {
        this.#items.shift();
        this.#done(item.login, null);
        continue;
      }
      item.next++;
      left -= item.cost;
      this.tried++;
      if (item.login.test?.(candidate) !== true) continue;
      this.#items.shift();
      this.#done(item.login, candidate);
    }
  }
}
