// Tells names that carry data: a host that asks for one name after another in one domain, none of them twice, sends
// something to whoever answers for that domain, or fetches something. Some products do so for good reason (virus scanners
// ask for hashes): a trait is no verdict.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { isForData } from './messages.ts';

/** How the data pass. */
export type Carrying = 'names' | 'types' | 'texts';

/**
 * What a name has before its domain, less the labels that it shares with the name before it: so long is encoded data. Names
 * of machines at cloud providers hold a hash of 32 characters and a region, a virus scanner's and a key's not more than 57.
 */
const CARRIED_CHARACTERS_MIN = 64;
/** Its longest label: reversed addresses have short ones. */
const LABEL_CHARACTERS_MIN = 24;
/** So many different names of one domain, each within ten minutes of the one before. */
const NAMES_MIN = 16;
/** Records of a type that holds whatever one likes are asked for seldom by anything else. */
const TYPED_NAMES_MIN = 24;
/** Texts that are no words: so many names with them, and so many bytes a name. */
const TEXTS_MIN = 24;
const TEXT_MEAN_BYTES_MIN = 96;
const PAUSE_US = 600e6;
/** Pairs of host and domain; of more the oldest goes. */
const PAIRS_MAX = 4096;
/** Names of a pair that are told apart for each of the three; all thresholds are below. */
const REMEMBERED_MAX = 32;

interface Pair {
  lastUs: number;
  lastName: string;
  readonly long: Set<number>;
  readonly typed: Set<number>;
  readonly texts: Set<number>;
  textBytes: number;
  isTold: boolean;
}

export class Tunnels {
  readonly #pairs = new Map<string, Pair>();

  /** `host` asks for `name`, in lower case. True where this is the name that makes it a tunnel of its domain. */
  asked(host: number, name: string, type: number, timeUs: number): Carrying | null {
    const domain = domainOf(name);
    const isTyped = isForData(type);
    const beforeDomain = name.length - domain.length - 1;
    if (domain.endsWith('.arpa') || (!isTyped && beforeDomain < CARRIED_CHARACTERS_MIN)) return null;
    const pair = this.#pair(host, domain, timeUs);
    const last = pair.lastName;
    pair.lastName = name;
    if (pair.isTold) return null;
    if (isTyped && counted(pair.typed, name) === TYPED_NAMES_MIN) return told(pair, 'types');
    const isLong = carriedCharacters(name, last, beforeDomain) >= CARRIED_CHARACTERS_MIN && hasLongLabel(name);
    return isLong && counted(pair.long, name) === NAMES_MIN ? told(pair, 'names') : null;
  }

  /** `host` is answered with so many bytes of text that are no words. */
  answered(host: number, name: string, bytes: number, timeUs: number): Carrying | null {
    const domain = domainOf(name);
    if (domain.endsWith('.arpa')) return null;
    const pair = this.#pair(host, domain, timeUs);
    if (pair.isTold || pair.texts.size >= REMEMBERED_MAX) return null;
    const before = pair.texts.size;
    const names = counted(pair.texts, name);
    if (names === before) return null;
    pair.textBytes += bytes;
    return names >= TEXTS_MIN && pair.textBytes >= names * TEXT_MEAN_BYTES_MIN ? told(pair, 'texts') : null;
  }

  #pair(host: number, domain: string, timeUs: number): Pair {
    const key = `${host} ${domain}`;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      forgetOldest(this.#pairs, PAIRS_MAX);
      pair = {
        lastUs: timeUs,
        lastName: '',
        long: new Set(),
        typed: new Set(),
        texts: new Set(),
        textBytes: 0,
        isTold: false,
      };
      this.#pairs.set(key, pair);
    }
    if (timeUs - pair.lastUs > PAUSE_US) {
      for (const names of [pair.long, pair.typed, pair.texts]) names.clear();
      pair.textBytes = 0;
    }
    pair.lastUs = timeUs;
    return pair;
  }
}

/** How many different names there are with this one. */
function counted(names: Set<number>, name: string): number {
  if (names.size < REMEMBERED_MAX) names.add(hashOfText(name));
  return names.size;
}

/** FNV-1a. */
function hashOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Once for a pair: a tunnel stays one. */
function told(pair: Pair, carrying: Carrying): Carrying {
  pair.isTold = true;
  for (const names of [pair.long, pair.typed, pair.texts]) names.clear();
  return carrying;
}

/** Characters before the domain, without the last labels where they are those of `last`. */
function carriedCharacters(name: string, last: string, beforeDomain: number): number {
  let same = name.length - beforeDomain;
  if (!last.endsWith(name.slice(beforeDomain))) return beforeDomain;
  for (;;) {
    const label = name.lastIndexOf('.', name.length - same - 1);
    if (label < 0 || !last.endsWith(name.slice(label))) return name.length - same;
    same = name.length - label;
  }
}

function hasLongLabel(name: string): boolean {
  return name.split('.').some((label) => label.length >= LABEL_CHARACTERS_MIN);
}

/** The last two labels; three where the second is one of those that countries have (`co.uk`). */
export function domainOf(name: string): string {
  const labels = name.split('.');
  const isCountry = labels.length > 2 && labels.at(-1)!.length === 2 && labels.at(-2)!.length <= 3;
  return labels.slice(isCountry ? -3 : -2).join('.');
}
