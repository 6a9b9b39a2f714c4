// Which of two versions is older, as far as that can be told, and which versions a device reported so far.
import type { Claim } from '../../facts/facts.ts';

const DEVICES_MAX = 16_384;
/** What tells several versions within this time tells of several things, not of one that changed. */
const SEVERAL_WITHIN_US = 2_000_000;

/** Below 0: `a` is older; null where the two cannot be compared. */
export function compareVersions(a: string, b: string): number | null {
  const left = parts(a);
  const right = parts(b);
  if (left === null || right === null) return null;
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Numbers between dots, at least two; letters before them are a name, what follows is not compared. */
function parts(version: string): number[] | null {
  const match = /^[A-Za-z _-]{0,16}(\d{1,9}(?:\.\d{1,9}){1,5})$/.exec(version.trim());
  return match === null ? null : match[1]!.split('.').map(Number);
}

/** The version that a device reports in one place, as it was before and is now. */
export interface VersionChange {
  readonly before: Claim;
  readonly now: Claim;
}

interface Reported {
  claim: Claim;
  /** It names one version after the other at the same time. */
  isSeveral: boolean;
}

export class Versions {
  readonly #reported = new Map<string, Reported>();
  readonly #newest = new Map<number, Claim>();

  /** The claim before this one from the same place, null where there is none or where it tells of several things. */
  claim(claim: Claim): VersionChange | null {
    const key = `${claim.host} ${claim.unit} ${claim.source}`;
    const reported = this.#reported.get(key);
    if (reported === undefined) {
      if (this.#reported.size >= DEVICES_MAX) return null;
      this.#reported.set(key, { claim, isSeveral: false });
      if (claim.unit < 0) this.#newest.set(claim.host, claim);
      return null;
    }
    const before = reported.claim;
    if (before.value !== claim.value && claim.timeUs - before.timeUs < SEVERAL_WITHIN_US) reported.isSeveral = true;
    reported.claim = claim;
    if (reported.isSeveral) return null;
    if (claim.unit < 0) this.#newest.set(claim.host, claim);
    return { before, now: claim };
  }

  /** Whether it is the first one from its place. */
  isFirst(claim: Claim): boolean {
    const reported = this.#reported.get(`${claim.host} ${claim.unit} ${claim.source}`);
    return reported?.claim === claim && !reported.isSeveral;
  }

  /** What the host itself reported last. */
  of(host: number): Claim | undefined {
    return this.#newest.get(host);
  }
}
