// Where a host stands as far as traffic tells: in which network, at the control level, in an office, or outside on the
// Internet. A policy, and without one the zones that 1sec.yaml declares, say it better, and win.
import { scopeOf, subnetOf } from '../../bytes/address-space.ts';
import { zoneScopeOf } from '../../assets/zones.ts';
import { showable } from '../../bytes/text.ts';
import { textWord } from '../../learning/contexts.ts';
import type { Claim, Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import type { PolicyZone } from '../../facts/policy.ts';
import { controlHostsOf, type ControlHosts } from '../control-hosts.ts';
import { countOf } from '../plain-words.ts';

const HOSTS_MAX = 65_536;
/** Purdue levels: the control level and what operates it, and from where on the office begins. */
const CONTROL_LEVEL_MAX = 2;
const OFFICE_LEVEL_MIN = 4;
/** Who uses so many servers of the Internet, or so often, by protocols of people is taken for a computer of an office. */
const OFFICE_SERVERS_MIN = 3;
const OFFICE_CONVERSATIONS_MIN = 20;
const OF_PEOPLE: readonly string[] = ['http', 'tls', 'quic', 'smtp', 'imap', 'pop3', 'ftp', 'rdp', 'ssh'];

/** What kind of address a host has, as `#scopes` keeps it; 0: not looked at yet. */
const Scope = { none: 1, site: 2, internet: 3 } as const;

interface Level {
  readonly level: number;
  readonly trust: number;
}

interface InternetUse {
  /** No more than are needed. */
  readonly servers: Set<number>;
  conversations: number;
  readonly firstUs: number;
  /** When it was enough to be an office; -1: not yet. */
  sinceUs: number;
}

export class Places {
  readonly control: ControlHosts;
  readonly #site: Site;
  readonly #levels = new Map<number, Level>();
  readonly #roles = new Map<number, string>();
  readonly #use = new Map<number, InternetUse>();
  readonly #isOfPeople: readonly boolean[];
  /** By host: addresses never change, and are asked for with every conversation. */
  #scopes = new Uint8Array(1024);
  readonly #networks = new Map<number, string>();
  readonly #sharedNetworks = new Map<string, string>();
  /** Networks as words; a plant has some tens. */
  readonly #networkWords = new Map<string, number>();
  /** Zones of 1sec.yaml stand for networks; where there is a policy they say nothing. */
  readonly #hasZones: boolean;

  constructor(site: Site) {
    this.#site = site;
    this.control = controlHostsOf(site);
    this.#hasZones = site.policy === undefined && (site.intent?.declared.zones.length ?? 0) > 0;
    this.#isOfPeople = site.protocols.map(({ name }) => OF_PEOPLE.includes(name));
  }

  conversation(conversation: Conversation): void {
    this.control.conversation(conversation);
    const { phase, client, server, protocol, isAnswered, timeUs } = conversation;
    if (phase !== 'identified' || !isAnswered || this.#isOfPeople[protocol] !== true) return;
    if (!this.isOutside(server, client) || !this.isInside(client)) return;
    let use = this.#use.get(client);
    if (use === undefined) {
      if (this.#use.size >= HOSTS_MAX) return;
      this.#use.set(client, (use = { servers: new Set(), conversations: 0, firstUs: timeUs, sinceUs: -1 }));
    }
    if (use.sinceUs >= 0) return;
    use.servers.add(server);
    use.conversations++;
    if (use.servers.size >= OFFICE_SERVERS_MIN || use.conversations >= OFFICE_CONVERSATIONS_MIN) use.sinceUs = timeUs;
  }

  claim(claim: Claim): void {
    this.control.claim(claim);
    const { host, unit, attribute, value, trust } = claim;
    if (unit >= 0) return;
    if (attribute === 'role' && (this.#roles.has(host) || this.#roles.size < HOSTS_MAX)) this.#roles.set(host, value);
    if (attribute !== 'level' || !/^\d(\.\d)?$/.test(value)) return;
    const known = this.#levels.get(host);
    if (known === undefined ? this.#levels.size < HOSTS_MAX : trust >= known.trust) {
      this.#levels.set(host, { level: Number(value), trust });
    }
  }

  /** An address of the site that can be in a zone. */
  isInside(host: number): boolean {
    const scope = this.#scopeOf(host);
    return scope === Scope.site || (scope === Scope.internet && this.#site.hosts.mac(host) !== '');
  }

  /** A public address that is none of the site `from` is at: a plant may use public addresses as its own. */
  isOutside(host: number, from: number): boolean {
    if (this.#scopeOf(host) !== Scope.internet) return false;
    const { hosts } = this.#site;
    const [address, other] = [hosts.address(host), hosts.address(from)];
    return scopeOf(other) === 'private' || (hosts.mac(host) === '' && !isOfOneSite(address, other));
  }

  /** Broadcasts, and addresses that do not leave their link, are in no zone. */
  #scopeOf(host: number): number {
    const { hosts } = this.#site;
    if (host <= 0 || hosts.isBroadcastOrMulticast(host)) return Scope.none;
    if (host >= this.#scopes.length) {
      const larger = new Uint8Array(2 ** (32 - Math.clz32(host)));
      larger.set(this.#scopes);
      this.#scopes = larger;
    }
    const known = this.#scopes[host]!;
    if (known !== 0) return known;
    const scope = zoneScopeOf(hosts, host);
    return (this.#scopes[host] = scope === 'private' ? Scope.site : scope === 'public' ? Scope.internet : Scope.none);
  }

  /**
   * 1sec.yaml has them in different zones, or only one of them in a zone; where it names neither, between the two there is a
   * router, or VLANs part them.
   */
  isApart(client: number, server: number): boolean {
    const [from, to] = [this.zoneOf(client), this.zoneOf(server)];
    return from === null && to === null ? this.networkOf(client) !== this.networkOf(server) : from !== to;
  }

  /** The zone of 1sec.yaml; null: it names the host in none, or a policy says better what the zones are. */
  zoneOf(host: number): PolicyZone | null {
    return this.#hasZones ? this.#site.intent!.zoneOf(host, this.#roleOf(host)) : null;
  }

  /** The same by address and segment alone: what a host is taken for is found out late, and may change. */
  lastingZoneOf(host: number): PolicyZone | null {
    return this.#hasZones ? this.#site.intent!.zoneOf(host, '') : null;
  }

  /** Segment and subnet: what stands for a zone where nobody names one. */
  networkOf(host: number): string {
    const known = this.#networks.get(host);
    if (known !== undefined) return known;
    const { hosts } = this.#site;
    const text = `${hosts.segment(host)} ${subnetOf(hosts.address(host))}`;
    // Neighbours share the text.
    const network = this.#sharedNetworks.get(text) ?? text;
    if (this.#sharedNetworks.size < HOSTS_MAX) this.#sharedNetworks.set(network, network);
    if (this.#networks.size < HOSTS_MAX) this.#networks.set(host, network);
    return network;
  }

  /** The zone of 1sec.yaml that lasts, or the network: what parts devices for good. */
  placeOf(host: number): string {
    const zone = this.lastingZoneOf(host);
    return zone === null ? this.networkOf(host) : zoneKey(zone);
  }

  /** The network as a word. */
  networkWordOf(host: number): number {
    const network = this.networkOf(host);
    let word = this.#networkWords.get(network);
    if (word === undefined) {
      word = textWord(network);
      if (this.#networkWords.size < HOSTS_MAX) this.#networkWords.set(network, word);
    }
    return word;
  }

  /** `10.1.1.0/24`, with the segment where it is not the only one. */
  networkText(host: number): string {
    const { hosts } = this.#site;
    const segment = hosts.segment(host);
    return `${subnetOf(hosts.address(host))}${segment === 'default' ? '' : ` in ${showable(segment, 60)}`}`;
  }

  /** `zone "control" (10.1.1.0/24)`, or the network alone. */
  placeText(host: number): string {
    const zone = this.zoneOf(host);
    return zone === null ? this.networkText(host) : `zone ${this.#zoneText(host, zone)}`;
  }

  /** What two hosts that are apart are parted by, and both sides of it: `"office" (10.1.1.0/24) and "control" (10.2.1.0/24)`. */
  partingText(client: number, server: number): { readonly what: 'zone' | 'network'; readonly text: string } {
    const [from, to] = [this.zoneOf(client), this.zoneOf(server)];
    if (from === null || to === null)
      return { what: 'network', text: `${this.placeText(client)} and ${this.placeText(server)}` };
    return { what: 'zone', text: `${this.#zoneText(client, from)} and ${this.#zoneText(server, to)}` };
  }

  #zoneText(host: number, { name }: PolicyZone): string {
    return `"${showable(name, 160)}" (${this.networkText(host)})`;
  }

  /** A person said at which level it stands. */
  isLevelOwned(host: number): boolean {
    return this.#ownedLevel(host) !== null;
  }

  /** Why it is taken for a part of the control level; empty where it is not. */
  controlText(host: number): string {
    const owned = this.#ownedLevel(host);
    if (owned !== null) return owned.level <= CONTROL_LEVEL_MAX ? owned.text : '';
    const known = this.control.find(host);
    if (this.officeText(host) !== '') return '';
    const level = this.#levels.get(host)?.level;
    if (level !== undefined && level > CONTROL_LEVEL_MAX && known?.isController !== true) return '';
    if (known === undefined || (!known.isController && !known.isEngineering && level === undefined)) return '';
    return known.what;
  }

  /** Why it is taken for a computer of an office; empty where it is not. */
  officeText(host: number): string {
    const owned = this.#ownedLevel(host);
    if (owned !== null) return owned.level >= OFFICE_LEVEL_MIN ? owned.text : '';
    const level = this.#levels.get(host);
    if (level !== undefined && level.level >= OFFICE_LEVEL_MIN) return `stands at level ${level.level}`;
    const use = this.#use.get(host);
    const control = this.control.find(host);
    if (use === undefined || use.sinceUs < 0 || control?.isController === true) return '';
    // What worked at the control level before it was seen on the Internet is a part of that level with Internet access.
    if (control !== undefined && control.sinceUs < use.sinceUs) return '';
    return `used the Internet like a computer of an office (${countOf(use.conversations, 'connection')}) before it asked any controller`;
  }

  /** It was seen on the Internet before it asked any controller: a computer that came to controllers, not the other way. */
  wasOnlineFirst(host: number): boolean {
    const control = this.control.find(host);
    const use = this.#use.get(host);
    return control !== undefined && !control.isController && use !== undefined && use.firstUs < control.sinceUs;
  }

  #ownedLevel(host: number): { level: number; text: string } | null {
    const { policy, intent } = this.#site;
    const zone =
      policy === undefined ? this.zoneOf(host) : policy.policy.zones[policy.zoneOf(host, this.#roleOf(host))];
    if (zone === undefined || zone === null || zone.level === null) return null;
    // The level that 1sec.yaml gives to a station says more than that of the zone it stands in.
    if (policy === undefined && intent?.isEngineeringStation(host) === true) return null;
    return { level: zone.level, text: `stands in zone "${showable(zone.name, 160)}" at level ${zone.level}` };
  }

  #roleOf(host: number): string {
    return this.#roles.get(host) ?? '';
  }
}

/** Apart from all networks: those begin with the name of a segment and end with a subnet. */
export function zoneKey({ name }: PolicyZone): string {
  return `zone "${name}"`;
}

/** Of the same /16, or the same /48 of IPv6. */
function isOfOneSite(address: string, other: string): boolean {
  const parts = (text: string): string => {
    const isSix = text.includes(':');
    return text
      .split(isSix ? ':' : '.')
      .slice(0, isSix ? 3 : 2)
      .join(' ');
  };
  return parts(address) === parts(other);
}
