// Tells names that carry data: a host that asks for one long name after another in one domain sends something to whoever
// answers for that domain. Some products do so for good reason (virus scanners ask for hashes): a trait is no verdict.
import { forgetOldest } from '../../bytes/forgetting.ts';

/** So long is what stands before the domain, and its longest label: hashes and encoded data, seldom a name. */
const CARRIED_CHARACTERS_MIN = 40;
const LABEL_CHARACTERS_MIN = 24;
/** So many different names of one domain, each within ten minutes of the one before. */
const NAMES_MIN = 24;
const PAUSE_US = 600e6;
/** Pairs of host and domain; of more the oldest goes. */
const PAIRS_MAX = 4096;

interface Pair {
  lastUs: number;
  lastName: string;
  names: number;
}

export class Tunnels {
  readonly #pairs = new Map<string, Pair>();

  /** `host` asks for `name`, in lower case. The domain where this is the name that makes it a tunnel, else ''. */
  asked(host: number, name: string, timeUs: number): string {
    const domain = domainOf(name);
    if (name.length - domain.length <= CARRIED_CHARACTERS_MIN || domain.endsWith('.arpa')) return '';
    if (!name.split('.').some((label) => label.length >= LABEL_CHARACTERS_MIN)) return '';
    const key = `${host} ${domain}`;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      forgetOldest(this.#pairs, PAIRS_MAX);
      this.#pairs.set(key, (pair = { lastUs: timeUs, lastName: '', names: 0 }));
    }
    if (timeUs - pair.lastUs > PAUSE_US) pair.names = 0;
    pair.lastUs = timeUs;
    // The same again is a retry.
    if (pair.lastName === name) return '';
    pair.lastName = name;
    return ++pair.names === NAMES_MIN ? domain : '';
  }
}

/** The last two labels; three where the second is one of those that countries have (`co.uk`). */
function domainOf(name: string): string {
  const labels = name.split('.');
  const isCountry = labels.length > 2 && labels.at(-1)!.length === 2 && labels.at(-2)!.length <= 3;
  return labels.slice(isCountry ? -3 : -2).join('.');
}
