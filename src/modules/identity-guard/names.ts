// What devices say of themselves and of others: who gives addresses, who is plugged in where, who answers to which name,
// whose serial number somebody else has.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { showable } from '../../bytes/text.ts';
import type { Claim, Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { CLONED, NAMES_SPOOFED, NEIGHBOUR_CHANGED, ROGUE_DHCP } from './kinds.ts';

const KEPT_MAX = 65_536;
/** Names in local name services for one address: a host has one, perhaps a second for a service. */
const NAMES_MAX = 4;
/** A second server that was there when listening began is no newcomer. */
const SETTLED_US = 60e6;
/** Shorter serial numbers are counters or placeholders. */
const SERIAL_CHARACTERS_MIN = 5;
const PLACEHOLDER = /^(.)\1*$|^0*1?2345|not\s*set|unknown|default|serial|n\/a|none/i;
const SAID_BY_DEVICE = 0.7;

const NEIGHBOUR_TRAITS: Readonly<Record<string, string | undefined>> = {
  'lldp-chassis': 'chassis',
  'lldp-port': 'port',
  'lldp-capabilities': 'capabilities',
  'cdp-device': 'device',
  'cdp-port': 'port',
  'cdp-capabilities': 'capabilities',
};

export class Names {
  readonly #site: Site;
  /** By segment: DHCP servers, the first first. */
  readonly #servers = new Map<string, { readonly host: number; readonly sinceUs: number; readonly frame: number }[]>();
  readonly #neighbours = new Map<string, Trait>();
  /** By host and service: names that were answered with its address. */
  readonly #names = new Map<string, Map<string, number>>();
  readonly #serials = new Map<string, Claim>();
  #firstUs = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  tick(timeUs: number): void {
    if (this.#firstUs === 0) this.#firstUs = timeUs;
  }

  trait(trait: Trait): void {
    if (trait.trait === 'dhcp-server') this.#dhcpServer(trait);
    else if (NEIGHBOUR_TRAITS[trait.trait] !== undefined) this.#neighbour(trait);
  }

  /** Who gave addresses first in the segment of the host; -1 while nobody has. */
  dhcpServerOf(host: number): number {
    return this.#servers.get(this.#site.hosts.segment(host))?.[0]?.host ?? -1;
  }

  claim(claim: Claim): void {
    if (claim.attribute === 'name' && /^(?:llmnr|nbns)/.test(claim.source)) this.#name(claim);
    else if (claim.attribute === 'serial' && claim.trust >= SAID_BY_DEVICE) this.#serial(claim);
  }

  #dhcpServer({ host, frame, timeUs }: Trait): void {
    const segment = this.#site.hosts.segment(host);
    const servers = this.#servers.get(segment) ?? [];
    if (servers.some((server) => server.host === host)) return;
    if (this.#servers.size < 4096 && servers.length < 16)
      this.#servers.set(segment, [...servers, { host, sinceUs: timeUs, frame }]);
    const [first] = servers;
    if (first === undefined || this.#site.learning.isTeaching) return;
    const { hosts } = this.#site;
    const isLate = this.#firstUs > 0 && timeUs - this.#firstUs > SETTLED_US && timeUs - first.sinceUs > SETTLED_US;
    this.#site.raise({
      kind: ROGUE_DHCP.kind,
      severity: isLate ? 'high' : 'medium',
      timeUs,
      subject: { host, unit: -1, port: 67 },
      peer: { host: first.host, unit: -1, port: 67 },
      object: '',
      explanation: `${hosts.address(host)} gives addresses in segment ${showable(segment, 40)}, as ${hosts.address(first.host)} does ${isLate ? `since ${Math.round((timeUs - first.sinceUs) / 1e6)} s before` : 'as well'}.`,
      frames: [first.frame, frame].filter((each) => each > 0),
    });
  }

  #neighbour(trait: Trait): void {
    const key = `${trait.host} ${trait.trait}`;
    const before = this.#neighbours.get(key);
    if (before?.value === trait.value) return;
    if (before === undefined) forgetOldest(this.#neighbours, KEPT_MAX);
    this.#neighbours.set(key, trait);
    if (before === undefined || this.#site.learning.isTeaching) return;
    const what = NEIGHBOUR_TRAITS[trait.trait]!;
    const gains =
      what === 'capabilities' &&
      /bridge|router|switch|wlan/i.test(trait.value) &&
      !/bridge|router|switch|wlan/i.test(before.value);
    this.#site.raise({
      kind: NEIGHBOUR_CHANGED.kind,
      severity: gains ? 'medium' : 'low',
      timeUs: trait.timeUs,
      subject: { host: trait.host, unit: -1, port: -1 },
      peer: null,
      object: what,
      explanation: `${this.#site.hosts.address(trait.host)} announces ${what} "${showable(trait.value, 80)}"; before, it announced "${showable(before.value, 80)}".${gains ? ' It now forwards traffic of others.' : ''}`,
      frames: [before.frame, trait.frame].filter((each) => each > 0),
    });
  }

  #name(claim: Claim): void {
    const key = `${claim.host} ${claim.source}`;
    let names = this.#names.get(key);
    if (names === undefined) {
      forgetOldest(this.#names, KEPT_MAX);
      this.#names.set(key, (names = new Map<string, number>()));
    }
    const name = claim.value
      .toLowerCase()
      .replace(/\.$/, '')
      .replace(/\.local$/, '');
    if (names.has(name) || names.size > NAMES_MAX) return;
    names.set(name, claim.frame);
    if (names.size <= NAMES_MAX || this.#site.learning.isTeaching) return;
    const list = [...names.keys()].map((each) => `"${showable(each, 40)}"`).join(', ');
    this.#site.raise({
      kind: NAMES_SPOOFED.kind,
      timeUs: claim.timeUs,
      subject: { host: claim.host, unit: -1, port: -1 },
      peer: null,
      object: claim.source,
      explanation: `${this.#site.hosts.address(claim.host)} was given as the answer to ${names.size} names in ${showable(claim.source, 40)}: ${list}.`,
      frames: [...names.values()].filter((each) => each > 0),
    });
  }

  #serial(claim: Claim): void {
    const { value, source, host } = claim;
    if (value.length < SERIAL_CHARACTERS_MIN || PLACEHOLDER.test(value)) return;
    const key = `${source} ${value}`;
    const before = this.#serials.get(key);
    if (before === undefined) {
      if (this.#serials.size < KEPT_MAX) this.#serials.set(key, claim);
      return;
    }
    const { hosts, learning } = this.#site;
    // Units behind different hosts: a device behind two gateways is still one.
    if (before.host === host || claim.unit >= 0 || before.unit >= 0 || learning.isTeaching) return;
    const mac = hosts.mac(host);
    if (mac === '' || mac === hosts.mac(before.host)) return;
    this.#site.raise({
      kind: CLONED.kind,
      timeUs: claim.timeUs,
      subject: { host: before.host, unit: -1, port: -1 },
      peer: { host, unit: -1, port: -1 },
      object: value,
      explanation: `${hosts.address(host)} (${mac}) says in ${showable(source, 40)} that its serial number is "${showable(value, 60)}", which ${hosts.address(before.host)} (${hosts.mac(before.host)}) said as well.`,
      frames: [before.frame, claim.frame].filter((each) => each > 0),
    });
  }
}
