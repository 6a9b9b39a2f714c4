// Tells the type of a device from its features: first the nearest of the setups that were learned, each feature
// weighed by how much it tells about the type; then a second look at the best few, two at a time; and `unknown` where
// what is seen fits the type worse than the type's own setups fit each other, or where the device says that it is
// something else (statements.ts).
import { PROBING, statementOf } from './features.ts';
import { TypeStatements } from './statements.ts';
import type { FingerprintTable } from './table.ts';

/** Types that are compared two at a time. */
const SECOND_LOOK = 3;

/** What the classifier was set to with captures in view; `npm run score:devices` also chooses them without. */
export interface ClassifierSettings {
  /** What a device says that it is outweighs small features, also for types of which few setups are known. */
  readonly saysWhatItIs: number;
  /** A count reached implies the smaller counts: each says little more. */
  readonly countReached: number;
  /** In the second look little counts but what tells the two apart surely. */
  readonly secondLookPower: number;
}

export const SETTINGS: ClassifierSettings = { saysWhatItIs: 40, countReached: 0.5, secondLookPower: 4 };

/** Added to every count, so that what was never seen is not impossible. */
const PRIOR = 0.5;
/** No feature is rarer, or more frequent, than this before it was seen. */
const PRIOR_LEAST = 0.05;
/** A feature no setup has counts as much as so many bits of surprise. */
const NOVEL_SURPRISE = 2;
/** Added to what is usual, so that types whose setups are all alike allow a little. */
const USUAL_SURPRISE_LEAST = 5;
/** So many times the usual surprise is too much: 97 % of known setups stay below, see docs/scores.md. */
export const SURPRISE_LIMIT = 1.7;
/** Below this share of its features among those learned, nothing is said. */
const FEATURES_LEAST = 8;
const EVIDENCE_MAX = 5;
/** An other type with this share is named beside the answer. */
const ALTERNATIVE_SHARE = 0.3;
/** How quickly a smaller similarity stops to count. */
const SHARE_POWER = 8;

export interface Identification {
  /** Empty: unknown. */
  readonly type: string;
  /** The best type even where it is not good enough; empty where there is nothing to compare. */
  readonly nearest: string;
  /** 0 to 1: share of the answer among the types that come near. */
  readonly confidence: number;
  /** Types that come about as near. */
  readonly alternatives: readonly string[];
  /** Times the usual surprise of the type's own setups; above the limit: unknown. */
  readonly surprise: number;
  /** A feature with which the device says that it is something else: unknown; empty where it says nothing such. */
  readonly contradiction: string;
  /** Features that spoke for the type, and against it, the weightiest first. */
  readonly for: readonly string[];
  readonly against: readonly string[];
}

const NOTHING: Identification = {
  type: '',
  nearest: '',
  confidence: 0,
  alternatives: [],
  surprise: Infinity,
  contradiction: '',
  for: [],
  against: [],
};

interface KnownSetup {
  readonly type: number;
  readonly features: Int32Array;
  readonly weight: number;
}

export class Classifier {
  readonly #types: readonly string[];
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #setups: readonly KnownSetup[];
  readonly #statements = new TypeStatements();
  /** Setups of each type. */
  readonly #sizes: Float64Array;
  /** By feature and type: setups of the type that have it. */
  readonly #counts: Float64Array;
  /** By feature: bits it tells about the type. */
  readonly #weights: Float64Array;
  /** By feature: see `importanceOf`. */
  readonly #importance: Float64Array;
  /** By feature: its share among all types, for types of which little was seen. */
  readonly #prior: Float64Array;
  /** By type: median surprise of its own setups, each judged by the others. */
  readonly #usual: Float64Array;

  readonly #settings: ClassifierSettings;

  constructor(table: FingerprintTable, settings: ClassifierSettings = SETTINGS) {
    this.#settings = settings;
    const types = [...new Set(table.setups.map((setup) => setup.type))].sort();
    this.#types = types;
    const numberOf = new Map(types.map((type, index) => [type, index]));
    const setups = table.setups.map(({ type, features }) => ({
      type: numberOf.get(type)!,
      features: Int32Array.from(new Set(features), (feature) => this.#number(feature)),
    }));
    for (const { type, features } of table.setups) this.#statements.add(type, features);
    this.#sizes = new Float64Array(types.length);
    this.#counts = new Float64Array(this.#names.length * types.length);
    for (const { type, features } of setups) {
      this.#sizes[type]!++;
      for (const feature of features) this.#counts[feature * types.length + type]!++;
    }
    this.#importance = Float64Array.from(this.#names, (name) => importanceOf(name, settings));
    const all = types.map((_, index) => index);
    this.#weights = Float64Array.from(
      this.#names,
      (_, feature) => this.#importance[feature]! * this.#bits(feature, all),
    );
    this.#setups = setups.map((setup) => ({
      ...setup,
      weight: setup.features.reduce((sum, feature) => sum + this.#weights[feature]!, 0),
    }));
    this.#prior = Float64Array.from(this.#names, (_, feature) => {
      const share = all.reduce((sum, type) => sum + this.#count(feature, type) / this.#sizes[type]!, 0) / all.length;
      return Math.min(1 - PRIOR_LEAST, Math.max(PRIOR_LEAST, share));
    });
    this.#usual = this.#usualSurprises();
  }

  /** `features` in any order. */
  identify(features: readonly string[]): Identification {
    const seen = new Uint8Array(this.#names.length);
    let known = 0;
    let weight = 0;
    for (const feature of new Set(features)) {
      const number = this.#numbers.get(feature);
      if (number === undefined) continue;
      seen[number] = 1;
      known++;
      weight += this.#weights[number]!;
    }
    if (this.#types.length === 0 || known < FEATURES_LEAST) return NOTHING;
    const similarity = this.#similarities(seen, weight);
    const order = this.#types.map((_, type) => type).sort((a, b) => similarity[b]! - similarity[a]! || a - b);
    const nearest = order.slice(0, SECOND_LOOK);
    // What a device says that it is outranks how it talks.
    const possible = nearest.filter((type) => this.#statements.contradiction(this.#types[type]!, features) === '');
    const best = this.#secondLook(possible.length > 0 ? possible : nearest, seen);
    const novel = new Set(features).size - known;
    const surprise = this.#surprise(best, seen, novel, -1) / (this.#usual[best]! + USUAL_SURPRISE_LEAST);
    const shares = order.map((type) => similarity[type]! ** SHARE_POWER);
    const sum = shares.reduce((total, share) => total + share, 0) || 1;
    const contradiction = this.#statements.contradiction(this.#types[best]!, features);
    const isKnown = surprise <= SURPRISE_LIMIT && contradiction === '';
    const { speaking, opposing } = this.#evidence(best, seen);
    return {
      type: isKnown ? this.#types[best]! : '',
      nearest: this.#types[best]!,
      confidence: shares[order.indexOf(best)]! / sum,
      alternatives: order
        .filter((type, index) => type !== best && shares[index]! / sum >= ALTERNATIVE_SHARE)
        .map((type) => this.#types[type]!),
      surprise,
      contradiction,
      for: speaking,
      against: opposing,
    };
  }

  #number(feature: string): number {
    let number = this.#numbers.get(feature);
    if (number === undefined) {
      number = this.#names.length;
      this.#numbers.set(feature, number);
      this.#names.push(feature);
    }
    return number;
  }

  /** How many bits the feature tells about which of the types it is, all being as likely. */
  #bits(feature: number, types: readonly number[]): number {
    const shares = types.map((type) => this.#count(feature, type) / this.#sizes[type]! / types.length);
    const present = shares.reduce((sum, share) => sum + share, 0);
    const absent = 1 - present;
    const rest = shares.map((share) => 1 / types.length - share);
    const bits = Math.log2(types.length) - present * entropy(shares, present) - absent * entropy(rest, absent);
    return Math.max(0, bits);
  }

  #count(feature: number, type: number): number {
    return this.#counts[feature * this.#types.length + type]!;
  }

  /** By type: the weight that is shared with its nearest setup, over the weight of both. */
  #similarities(seen: Uint8Array, weight: number): Float64Array {
    const best = new Float64Array(this.#types.length);
    for (const setup of this.#setups) {
      let shared = 0;
      for (const feature of setup.features) if (seen[feature] === 1) shared += this.#weights[feature]!;
      const similarity = shared / (weight + setup.weight - shared || 1);
      if (similarity > best[setup.type]!) best[setup.type] = similarity;
    }
    return best;
  }

  /** Of the candidates, nearest first, the one that wins most comparisons with the others. */
  #secondLook(candidates: readonly number[], seen: Uint8Array): number {
    const wins = new Map(candidates.map((type) => [type, 0]));
    for (const [index, first] of candidates.entries()) {
      for (const second of candidates.slice(index + 1)) {
        const winner = this.#odds(first, second, seen) >= 0 ? first : second;
        wins.set(winner, wins.get(winner)! + 1);
      }
    }
    return candidates.reduce((best, type) => (wins.get(type)! > wins.get(best)! ? type : best), candidates[0]!);
  }

  /** Above 0 where the features speak for the first of two types; what tells these two apart counts most. */
  #odds(first: number, second: number, seen: Uint8Array): number {
    let odds = 0;
    for (let feature = 0; feature < seen.length; feature++) {
      if (this.#count(feature, first) === 0 && this.#count(feature, second) === 0) continue;
      const bits = this.#bits(feature, [first, second]);
      if (bits === 0) continue;
      const isSeen = seen[feature] === 1;
      odds +=
        this.#importance[feature]! *
        bits ** this.#settings.secondLookPower *
        (this.#logChance(feature, first, isSeen) - this.#logChance(feature, second, isSeen));
    }
    return odds;
  }

  #logChance(feature: number, type: number, isSeen: boolean): number {
    const chance = (this.#count(feature, type) + PRIOR) / (this.#sizes[type]! + 2 * PRIOR);
    return Math.log(isSeen ? chance : 1 - chance);
  }

  /** How badly the features fit the type. `own`: number of a setup of the type that is left out, -1 none. */
  #surprise(type: number, seen: Uint8Array, novel: number, own: number): number {
    const size = this.#sizes[type]! - (own < 0 ? 0 : 1) + 2 * PRIOR;
    let surprise = novel * NOVEL_SURPRISE;
    for (let feature = 0; feature < seen.length; feature++) {
      const isSeen = seen[feature] === 1;
      const count = this.#count(feature, type) - (own >= 0 && isSeen ? 1 : 0);
      const chance = (count + 2 * PRIOR * this.#prior[feature]!) / size;
      surprise -= (this.#weights[feature]! / this.#importance[feature]!) * Math.log(isSeen ? chance : 1 - chance);
    }
    return surprise;
  }

  #usualSurprises(): Float64Array {
    const byType: number[][] = this.#types.map(() => []);
    /** Of types seen once: how surprising even the same would be. */
    const ofSame = new Float64Array(this.#types.length);
    const owners = new Float64Array(this.#names.length);
    for (const { features } of this.#setups) for (const feature of features) owners[feature]!++;
    for (const [index, { type, features }] of this.#setups.entries()) {
      const seen = new Uint8Array(this.#names.length);
      for (const feature of features) seen[feature] = 1;
      if (this.#sizes[type] === 1) {
        ofSame[type] = this.#surprise(type, seen, 0, -1);
        continue;
      }
      const novel = features.reduce((sum, feature) => sum + (owners[feature] === 1 ? 1 : 0), 0);
      byType[type]!.push(this.#surprise(type, seen, novel, index));
    }
    // A type that was seen once alone is taken to vary as others do.
    const ofAny = median(byType.filter((list) => list.length > 0).map(median));
    return Float64Array.from(byType, (list, type) => (list.length > 0 ? median(list) : ofSame[type]! + ofAny));
  }

  #evidence(type: number, seen: Uint8Array): { speaking: string[]; opposing: string[] } {
    const speaking: [number, string][] = [];
    const opposing: [number, string][] = [];
    for (const [feature, name] of this.#names.entries()) {
      const share = this.#count(feature, type) / this.#sizes[type]!;
      const weight = this.#weights[feature]!;
      const isSeen = seen[feature] === 1;
      if (isSeen && share >= 0.5) speaking.push([weight * share, name]);
      else if (isSeen && share === 0) opposing.push([weight, name]);
      else if (!isSeen && share >= 0.75) opposing.push([weight * share, `absent: ${name}`]);
    }
    return { speaking: weightiest(speaking), opposing: weightiest(opposing) };
  }
}

function importanceOf(feature: string, { saysWhatItIs, countReached }: ClassifierSettings): number {
  const source = statementOf(feature);
  // A name that is probed for is announced a second later, and counts then.
  if (source !== '' && source !== PROBING) return saysWhatItIs;
  return /\d\+$/.test(feature) ? countReached : 1;
}

function weightiest(list: [number, string][]): string[] {
  return list
    .sort((a, b) => b[0] - a[0] || (a[1] < b[1] ? -1 : 1))
    .slice(0, EVIDENCE_MAX)
    .map(([, name]) => name);
}

/** Bits, of shares that add up to `sum`. */
function entropy(shares: readonly number[], sum: number): number {
  if (sum <= 0) return 0;
  let bits = 0;
  for (const share of shares) if (share > 0) bits -= (share / sum) * Math.log2(share / sum);
  return bits;
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
