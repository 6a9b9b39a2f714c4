// The logins that one client tried on one server, in short: how many were refused and when, whom they named, and how
// many different secrets there were. No secret is kept, only keyed hashes of this run.
import type { Login } from '../../facts/facts.ts';

/** Tries of a pair whose time and outcome are remembered. */
const RECENT_MAX = 64;
/** Different users, and different pairs of user and secret, that are told apart. */
const DISTINCT_MAX = 256;
/** Frames of refused tries that are kept: the first ones and the last. */
const FRAMES_MAX = 8;
/** A series of refusals is over after so long without one. */
export const SERIES_QUIET_US = 24 * 3600 * 1_000_000;

/** Windows sends the same NTLM response several times before it asks the person: within this time it is one try. */
const NTLM_AGAIN_US = 1_000_000;

export interface Recent {
  readonly timeUs: number;
  readonly outcome: Login['outcome'];
  /** Another user or secret than before, or nobody can tell. */
  readonly isNew: boolean;
}

export class Tries {
  /** Of the series: from the first refusal until a day without one. */
  refused = 0;
  accepted = 0;
  unknown = 0;
  /** Refused ones that were not seen to be the same as one before. */
  different = 0;
  /** Of these, those since a login was accepted. */
  inARow = 0;
  firstUs = -1;
  lastRefusedUs = -1;
  /** At how many refusals it was told last; 0: never. */
  toldAt = 0;
  isBruteForce = false;
  /** The last refused one, without what may be called while it runs only. */
  last: Login | null = null;
  readonly users = new Set<string>();
  readonly frames: number[] = [];
  readonly recent: Recent[] = [];
  readonly #secrets = new Set<string>();
  readonly #accepted = new Set<string>();

  /** `hash`: of the secret, empty where the protocol does not show it. */
  add(login: Login, hash: string): void {
    const { timeUs, outcome, user } = login;
    if (this.lastRefusedUs >= 0 && timeUs - this.lastRefusedUs > SERIES_QUIET_US) this.reset();
    let isNew = hash === '' && !this.#isNtlmAgain(login);
    if (outcome === 'refused') {
      const secret = `${user}\n${hash}`;
      if (hash !== '') isNew = !this.#secrets.has(secret);
      if (hash !== '' && this.#secrets.size < DISTINCT_MAX) this.#secrets.add(secret);
      if (this.users.size < DISTINCT_MAX) this.users.add(user);
      this.refused++;
      if (isNew) {
        this.different++;
        this.inARow++;
      }
      if (this.firstUs < 0) this.firstUs = timeUs;
      this.lastRefusedUs = timeUs;
      this.last = plain(login);
      if (login.frame > 0) keepFrame(this.frames, login.frame);
    } else if (outcome === 'accepted') this.accepted++;
    else this.unknown++;
    this.recent.push({ timeUs, outcome, isNew });
    if (this.recent.length > RECENT_MAX) this.recent.shift();
  }

  #isNtlmAgain({ mechanism, user, timeUs }: Login): boolean {
    const { last } = this;
    return mechanism.startsWith('ntlm') && last?.user === user && timeUs - last.timeUs < NTLM_AGAIN_US;
  }

  /** Was the same user let in with the same secret before? Remembers it for the next time. */
  wasAccepted(user: string, hash: string): boolean {
    if (hash === '') return false;
    const secret = `${user}\n${hash}`;
    if (this.#accepted.has(secret)) return true;
    if (this.#accepted.size < DISTINCT_MAX) this.#accepted.add(secret);
    return false;
  }

  /** Begins anew: what was refused is told, or too long ago. */
  reset(): void {
    this.refused = this.accepted = this.unknown = this.different = this.inARow = this.toldAt = 0;
    this.firstUs = this.lastRefusedUs = -1;
    this.isBruteForce = false;
    this.last = null;
    this.users.clear();
    this.frames.length = 0;
    this.recent.length = 0;
    this.#secrets.clear();
  }

  /** How many of the last tries since then had this outcome; only those that differ, where asked. */
  countSince(fromUs: number, outcome: Login['outcome'], isNewOnly = false): number {
    let count = 0;
    for (const each of this.recent)
      if (each.timeUs >= fromUs && each.outcome === outcome && (each.isNew || !isNewOnly)) count++;
    return count;
  }
}

function plain({ fact, timeUs, frame, flow, client, server, protocol, mechanism, user, outcome }: Login): Login {
  return { fact, timeUs, frame, flow, client, server, protocol, mechanism, user, outcome };
}

/** The first half stays, of the other half the newest. */
export function keepFrame(frames: number[], frame: number): void {
  if (frames.length >= FRAMES_MAX) frames.splice(FRAMES_MAX / 2, 1);
  frames.push(frame);
}
