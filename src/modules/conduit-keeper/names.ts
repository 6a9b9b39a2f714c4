// Judges the names that devices ask for: controllers that ask for names or use a web proxy at all, and other devices that
// turn to a domain beyond the few they always use.
import { showable } from '../../bytes/text.ts';
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { ContextKind, textWord } from '../../learning/contexts.ts';
import { chanceText, countOf, spanText } from '../plain-words.ts';
import { unconfirmedSighting, weighed } from '../unconfirmed.ts';
import { CONTROLLER_ASKS_OUTWARD, UNUSUAL_CLOUD } from './kinds.ts';
import type { Places } from './places.ts';

/** Names that stay within a site (RFC 6761, RFC 6762, RFC 8375) or only ask for an address back. */
const LOCAL_ENDS: readonly string[] = ['local', 'localhost', 'localdomain', 'lan', 'home', 'internal', 'arpa', 'test'];
const HOSTS_MAX = 65_536;

export class NamesAsked {
  readonly #site: Site;
  readonly #places: Places;
  /** Hosts that asked before it was known that they are controllers: the first name. */
  readonly #waiting = new Map<number, Trait>();

  constructor(site: Site, places: Places) {
    this.#site = site;
    this.#places = places;
  }

  trait(trait: Trait): void {
    if (trait.host <= 0 || !this.#places.isInside(trait.host)) return;
    const isProxy = trait.trait === 'http-connect';
    if (!isProxy && trait.trait !== 'name-asked') return;
    const domain = isProxy ? '' : domainOf(trait.value);
    if (!isProxy && domain === '') return;
    if (this.#isController(trait.host)) this.#raiseController(trait);
    else if (isProxy || !this.#waiting.has(trait.host)) this.#wait(trait);
    if (!isProxy && this.#places.controlText(trait.host) === '') this.#learn(trait, domain);
  }

  /** What is now known of a host may make what it did before worth telling. */
  reviewed(host: number): void {
    const kept = this.#waiting.get(host);
    if (kept === undefined || !this.#isController(host)) return;
    this.#waiting.delete(host);
    this.#raiseController(kept);
  }

  #isController(host: number): boolean {
    return this.#places.control.find(host)?.isController === true && this.#places.controlText(host) !== '';
  }

  #wait(trait: Trait): void {
    if (this.#waiting.size < HOSTS_MAX) this.#waiting.set(trait.host, trait);
  }

  #raiseController(trait: Trait): void {
    const isProxy = trait.trait === 'http-connect';
    const what = isProxy
      ? `had a web proxy open a connection to ${showable(trait.value, 120)}`
      : `asked a name server for ${showable(trait.value.split(' ')[0]!, 120)}`;
    const text = `${this.#site.hosts.address(trait.host)}, which ${this.#places.controlText(trait.host)}, ${what}.`;
    const severity = isProxy ? 'medium' : CONTROLLER_ASKS_OUTWARD.severity;
    this.#raise(CONTROLLER_ASKS_OUTWARD, { severity, explanation: text }, trait, isProxy ? 'proxy' : 'names');
  }

  #learn(trait: Trait, domain: string): void {
    const { learning, hosts } = this.#site;
    const { novelty } = learning;
    const domains = novelty.context(ContextKind.domains, trait.host, 0, 0);
    const word = textWord(domain);
    if (learning.isTeaching || novelty.findSymbol(domains, word, 0) !== 0 || !novelty.isLearned(domains)) {
      novelty.observe(novelty.symbol(domains, word, 0), trait.timeUs);
      return;
    }
    const { bound, observations, distinct } = novelty.estimate(domains);
    const text =
      `${hosts.address(trait.host)} asked for ${showable(trait.value.split(' ')[0]!, 120)}. In ` +
      `${spanText(novelty.lastUs(domains) - novelty.firstUs(domains))} it asked ${countOf(observations, 'time')} for names ` +
      `of ${countOf(distinct, 'domain')}, and never of ${showable(domain, 80)}; the chance that it turns to a new one was ` +
      `below ${chanceText(bound)}.`;
    const seen = unconfirmedSighting(this.#site, [ContextKind.domains, trait.host, 0, 0, word, 0]);
    this.#raise(UNUSUAL_CLOUD, weighed(UNUSUAL_CLOUD.severity, text, seen), trait, domain);
  }

  #raise(
    kind: AlertKind,
    told: { readonly severity: Severity; readonly explanation: string },
    { host, timeUs, frame }: Trait,
    object: string,
  ): void {
    if (this.#site.learning.isTeaching) return;
    this.#site.raise({
      ...{ kind: kind.kind, ...told, timeUs },
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: showable(object, 80),
      frames: frame > 0 ? [frame] : [],
    });
  }
}

/**
 * `www.vendor.example A` → `vendor.example`: the last two labels, or three below a country's short second level
 * (`vendor.co.uk`). Empty: not a name of the world, or no question for an address.
 */
function domainOf(asked: string): string {
  const [name = '', type = ''] = asked.toLowerCase().split(' ');
  const labels = name.split('.').filter((label) => label !== '');
  const last = labels.at(-1) ?? '';
  if (!['a', 'aaaa', 'https'].includes(type) || labels.length < 2 || LOCAL_ENDS.includes(last)) return '';
  const isShort = last.length === 2 && labels.at(-2)!.length <= 3 && labels.length > 2;
  return labels.slice(isShort ? -3 : -2).join('.');
}
