// Tells devices that stand in two networks, or in two zones of 1sec.yaml, where no policy says which zones there are: one
// network card with addresses in both, or one name in both at the same time. Only devices that speak an industrial protocol are told, which no router does.
import type { Claim, Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { showable } from '../../bytes/text.ts';
import { serviceOf } from '../../assets/conduit-rules.ts';
import { DEVICE_IN_TWO_ZONES } from './kinds.ts';
import type { Places } from './places.ts';

const DEVICES_MAX = 16_384;
/** What routers and firewalls offer in every network they connect. */
const OF_ROUTERS: readonly string[] = ['icmp', 'dhcp', 'dns', 'ntp', 'hsrp', 'snmp', 'ssdp'];
/** Sources that give the name a computer has, not what a configuration calls a thing. */
const NAMING = /netbios|dhcp|ntlm|lldp|smb/;
const NAME_MIN = 4;
/** What a host does is looked at once in so long. */
const LOOK_US = 30_000_000;
/** Networks of one card or name, IPv4 and IPv6 apart. */
const FEET_MAX = 8;

interface Foot {
  readonly host: number;
  firstUs: number;
  lastUs: number;
}

export class TwoNetworks {
  readonly #site: Site;
  readonly #places: Places;
  /** Card or name → one host for each network it works in. */
  readonly #feet = new Map<string, Map<string, Foot>>();
  readonly #names = new Map<number, string>();
  readonly #told = new Set<string>();
  /** By host: when it was looked at. */
  readonly #lookedUs = new Map<number, number>();

  constructor(site: Site, places: Places) {
    this.#site = site;
    this.#places = places;
  }

  claim({ host, unit, attribute, value, source }: Claim): void {
    if (attribute !== 'name' || unit >= 0 || value.length < NAME_MIN || !NAMING.test(source.toLowerCase())) return;
    if (this.#names.has(host) || this.#names.size < DEVICES_MAX) this.#names.set(host, value.toLowerCase());
  }

  conversation(conversation: Conversation): void {
    const { phase, transport, isAnswered, client, server } = conversation;
    if (phase !== 'closed' || !isAnswered || (transport !== 'tcp' && transport !== 'udp')) return;
    if (OF_ROUTERS.includes(serviceOf(conversation, this.#site.protocols))) return;
    for (const host of [client, server]) {
      if (this.#wasLookedAt(host, conversation.lastUs) || !this.#places.isInside(host)) continue;
      const mac = this.#site.hosts.mac(host);
      if (mac !== '') this.#stand(`network card ${mac}`, host, conversation);
      const name = this.#names.get(host);
      if (name !== undefined) this.#stand(`name ${name}`, host, conversation);
    }
  }

  #wasLookedAt(host: number, timeUs: number): boolean {
    const looked = this.#lookedUs.get(host);
    if (looked !== undefined && Math.abs(timeUs - looked) < LOOK_US) return true;
    if (looked !== undefined || this.#lookedUs.size < DEVICES_MAX) this.#lookedUs.set(host, timeUs);
    return false;
  }

  #stand(key: string, host: number, { firstUs, lastUs, frame, timeUs }: Conversation): void {
    let feet = this.#feet.get(key);
    if (feet === undefined) {
      if (this.#feet.size >= DEVICES_MAX) return;
      this.#feet.set(key, (feet = new Map<string, Foot>()));
    }
    // IPv4 and IPv6 addresses of one network card are in one network.
    const network = `${this.#site.hosts.addressKind(host)} ${this.#places.placeOf(host)}`;
    const foot = feet.get(network);
    if (foot === undefined) {
      if (feet.size < FEET_MAX) feet.set(network, { host, firstUs, lastUs });
    } else {
      foot.firstUs = Math.min(foot.firstUs, firstUs);
      foot.lastUs = Math.max(foot.lastUs, lastUs);
    }
    // Nearly all stand in one.
    if (feet.size < 2 || this.#told.has(key)) return;
    const alike = [...feet.values()].filter(
      (candidate) => this.#site.hosts.addressKind(candidate.host) === this.#site.hosts.addressKind(host),
    );
    const [one, other] = alike;
    // In more than two: a name that many share tells nothing.
    if (alike.length > 2 || one === undefined || other === undefined) return;
    // One after the other: it was moved.
    if (one.firstUs > other.lastUs || other.firstUs > one.lastUs) return;
    const control = [one, other].find(({ host: candidate }) => this.#places.control.find(candidate) !== undefined);
    if (control === undefined || this.#site.learning.isTeaching) return;
    this.#told.add(key);
    this.#raise(key, control.host, control === one ? other.host : one.host, timeUs, frame);
  }

  #raise(key: string, host: number, other: number, timeUs: number, frame: number): void {
    const { hosts } = this.#site;
    const { what } = this.#places.partingText(host, other);
    this.#site.raise({
      kind: DEVICE_IN_TWO_ZONES.kind,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: { host: other, unit: -1, port: -1 },
      object: showable(key, 80),
      frames: frame > 0 ? [frame] : [],
      explanation:
        `The device with the ${showable(key, 80)} works as ${hosts.address(host)}, which ` +
        `${this.#places.control.find(host)!.what}, in ${this.#places.placeText(host)}, and at the same time as ` +
        `${hosts.address(other)} in ${this.#places.placeText(other)}: it connects the two ${what}s.`,
    });
  }
}
