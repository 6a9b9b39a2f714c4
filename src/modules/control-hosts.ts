// Which hosts are part of the control level: those that answer or ask in industrial protocols, and those that are
// claimed to stand at Purdue level 2 or below.
import type { Claim, Conversation } from '../facts/facts.ts';
import type { Site } from '../facts/module.ts';

const HOSTS_MAX = 65_536;
const LEVEL_MAX = 2;
const ENGINEERING = /engineering|safety/;

export interface ControlHost {
  /** In words: `answers modbus`, `asks s7comm`, `is an engineering-station`. */
  what: string;
  /** When it was first known; microseconds. */
  readonly sinceUs: number;
  /** It answers an industrial protocol, or stands at level 1 or below. */
  isController: boolean;
  /** A claimed role of engineering or safety. */
  isEngineering: boolean;
}

const ofSite = new WeakMap<Site, ControlHosts>();

/** The one table of an analysis: modules that ask it hand it what they hear, and what several hand it counts once. */
export function controlHostsOf(site: Site): ControlHosts {
  let known = ofSite.get(site);
  if (known === undefined) ofSite.set(site, (known = new ControlHosts(site)));
  return known;
}

class ControlHosts {
  readonly #site: Site;
  readonly #hosts = new Map<number, ControlHost>();
  readonly #isIndustrial: readonly boolean[];
  /** By protocol: the words of a host that answers, of one that asks. */
  readonly #answers: readonly string[];
  readonly #asks: readonly string[];
  #heard: Conversation | null = null;
  #heardClaim: Claim | null = null;

  constructor(site: Site) {
    this.#site = site;
    this.#isIndustrial = site.protocols.map(({ family }) => family === 'process' || family === 'building');
    this.#answers = site.protocols.map(({ name }) => `answers ${name}`);
    this.#asks = site.protocols.map(({ name }) => `asks ${name}`);
  }

  find(host: number): ControlHost | undefined {
    return this.#hosts.get(host);
  }

  isIndustrial(protocol: number): boolean {
    return this.#isIndustrial[protocol] === true;
  }

  /** An answered conversation in an industrial protocol puts both sides at the control level. */
  conversation(conversation: Conversation): void {
    if (conversation === this.#heard) return;
    this.#heard = conversation;
    const { protocol, isAnswered, client, server, timeUs } = conversation;
    if (!isAnswered || !this.isIndustrial(protocol)) return;
    const asked = this.#hosts.get(server);
    if (asked?.isController === true && this.#hosts.has(client)) return;
    const answers = this.#answers[protocol]!;
    const known = this.#note(server, timeUs, answers);
    if (known !== null && !known.isController) {
      known.isController = true;
      known.what = answers;
    }
    this.#note(client, timeUs, this.#asks[protocol]!);
  }

  claim(claim: Claim): void {
    if (claim === this.#heardClaim) return;
    this.#heardClaim = claim;
    const { host, unit, attribute, value, timeUs } = claim;
    if (unit >= 0) return;
    if (attribute === 'level' && /^\d(\.\d)?$/.test(value) && Number(value) <= LEVEL_MAX) {
      const known = this.#note(host, timeUs, `stands at level ${value}`);
      if (known !== null && Number(value) <= 1) known.isController = true;
    }
    if (attribute !== 'role' || !ENGINEERING.test(value)) return;
    const known = this.#note(host, timeUs, `is taken for ${value}`);
    if (known !== null) known.isEngineering = true;
  }

  #note(host: number, timeUs: number, what: string): ControlHost | null {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    if (host <= 0 || this.#hosts.size >= HOSTS_MAX || this.#site.hosts.isBroadcastOrMulticast(host)) return null;
    const made = { what, sinceUs: timeUs, isController: false, isEngineering: false };
    this.#hosts.set(host, made);
    return made;
  }
}

export type { ControlHosts };
