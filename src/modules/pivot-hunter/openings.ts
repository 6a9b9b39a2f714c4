// Knows who opens what to whom, as far as it touches the control level, and since when each host is heard.
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { ContextKind, textWord } from '../../learning/contexts.ts';
import type { ControlHosts } from '../control-hosts.ts';

const SECOND_US = 1_000_000;
/** From how many times on a rhythm can be regular, and how much longer than its mean its longest pause may be. */
const REGULAR_TIMES = 3;
const REGULAR_GAP = 2;
const HOSTS_MAX = 65_536;
const SERVICES_MAX = 1024;

export interface Opening {
  /** Never seen before, neither here nor in the baseline. */
  readonly isNew: boolean;
  /** For how long the client had been heard before; microseconds. */
  readonly watchedUs: number;
  /** How often the client opened it before, for each second in which it was heard. */
  readonly rate: number;
}

export class Openings {
  readonly #site: Site;
  readonly #control: ControlHosts;
  /** By host, NaN: not heard. */
  #firstUs = new Float64Array(1024).fill(NaN);
  /** Names of services as words. */
  readonly #words = new Map<string, number>();
  /** When the first conversation of all began. */
  siteFirstUs = -1;

  constructor(site: Site, control: ControlHosts) {
    this.#site = site;
    this.#control = control;
  }

  /** Hosts are heard from their first conversation on. */
  heard({ client, server, timeUs }: Conversation): void {
    if (this.siteFirstUs < 0) this.siteFirstUs = timeUs;
    this.#hears(client, timeUs);
    this.#hears(server, timeUs);
  }

  heardSince(host: number): number {
    const firstUs = this.#firstUs[host] ?? NaN;
    return Number.isNaN(firstUs) ? Infinity : firstUs;
  }

  /**
   * Learns that `client` opened `service` to `server`, and says whether that is new. Only what touches the control level
   * is kept, unless `isKept`.
   */
  note(client: number, server: number, service: string, timeUs: number, isKept = false): Opening {
    const { novelty, isTeaching } = this.#site.learning;
    const watchedUs = Math.max(0, timeUs - this.heardSince(client));
    const isOfControl = isKept || this.#control.find(server) !== undefined || this.#control.find(client) !== undefined;
    const openings = isOfControl
      ? novelty.context(ContextKind.openings, server, 0, 0)
      : novelty.findContext(ContextKind.openings, server, 0, 0);
    const word = this.#wordOf(service);
    const known = novelty.findSymbol(openings, client, word);
    const rate = known === 0 ? 0 : this.#rateOf(known, client, timeUs);
    if (isOfControl) novelty.observe(known === 0 ? novelty.symbol(openings, client, word) : known, timeUs);
    return { isNew: known === 0 && !isTeaching, watchedUs, rate };
  }

  /** As often as on the whole, or as of late; Infinity where the rhythm is regular and it is time again. */
  #rateOf(symbol: number, client: number, timeUs: number): number {
    const { novelty } = this.#site.learning;
    const seen = novelty.seen(symbol);
    const sinceUs = Math.min(this.heardSince(client), novelty.symbolFirstUs(symbol));
    const lastUs = novelty.symbolLastUs(symbol);
    const meanUs = Math.max(SECOND_US, timeUs - sinceUs) / seen;
    const pauseUs = Math.max(1, timeUs - lastUs);
    if (seen >= REGULAR_TIMES) {
      const usualUs = (lastUs - novelty.symbolFirstUs(symbol)) / (seen - 1);
      const gapUs = novelty.symbolGapUs(symbol);
      if (gapUs <= REGULAR_GAP * usualUs && pauseUs >= usualUs / 2 && pauseUs <= 2 * gapUs) return Infinity;
    }
    return Math.max(SECOND_US / meanUs, SECOND_US / Math.max(SECOND_US, pauseUs));
  }

  #wordOf(service: string): number {
    let word = this.#words.get(service);
    if (word === undefined) {
      word = textWord(service);
      if (this.#words.size < SERVICES_MAX) this.#words.set(service, word);
    }
    return word;
  }

  #hears(host: number, timeUs: number): void {
    if (!Number.isNaN(this.#firstUs[host] ?? NaN) || host >= HOSTS_MAX) return;
    if (host >= this.#firstUs.length) {
      const larger = new Float64Array(2 ** (32 - Math.clz32(host))).fill(NaN);
      larger.set(this.#firstUs);
      this.#firstUs = larger;
    }
    // A baseline may know it from before.
    const { hosts, learning } = this.#site;
    const present = learning.novelty.findContext(ContextKind.presence, textWord(hosts.segment(host)), 0, 0);
    const known = learning.novelty.findSymbol(present, host, 0);
    this.#firstUs[host] = known === 0 ? timeUs : Math.min(timeUs, learning.novelty.symbolFirstUs(known));
  }
}
