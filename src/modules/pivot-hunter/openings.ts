// Knows who opens what to whom, as far as it touches the control level, and since when each host is heard.
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { ContextKind, textWord } from '../../learning/contexts.ts';
import type { ControlHosts } from '../control-hosts.ts';

const HOSTS_MAX = 65_536;

export interface Opening {
  /** Never seen before, neither here nor in the baseline. */
  readonly isNew: boolean;
  /** For how long the client had been heard without it; microseconds. */
  readonly watchedUs: number;
}

export class Openings {
  readonly #site: Site;
  readonly #control: ControlHosts;
  readonly #firstUs = new Map<number, number>();
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
    return this.#firstUs.get(host) ?? Infinity;
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
    const word = textWord(service);
    const known = novelty.findSymbol(openings, client, word);
    if (isOfControl) novelty.observe(known === 0 ? novelty.symbol(openings, client, word) : known, timeUs);
    return { isNew: known === 0 && !isTeaching, watchedUs };
  }

  #hears(host: number, timeUs: number): void {
    if (this.#firstUs.has(host) || this.#firstUs.size >= HOSTS_MAX) return;
    this.#firstUs.set(host, timeUs);
  }
}
