// Tells which hosts are one device: by their network card, and by what DHCP, LLDP and mDNS say of addresses. Where that is
// not sure they stay apart: a wrong merge hides a device, a missing one only shows it twice.
import type { HostDirectory } from '../facts/facts.ts';

/** A card with more IPv4 addresses of its own than this answers for others (proxy ARP): whose they are is not known. */
const IPV4_PER_CARD = 4;
/** More hosts than this with one mDNS name are no device. */
const HOSTS_PER_NAME = 8;

/** Virtual MAC addresses of VRRP and CARP (RFC 9568, 7.3), HSRP and GLBP: the same in many networks. */
const VIRTUAL = /^(?:00:00:5e:00:0[12]|00:00:0c:07:ac|00:00:0c:9f:f|00:05:73:a0|00:07:b4)/;

/** What the inventory remembers of a host for this question. */
export interface HostTraces {
  readonly host: number;
  /** MAC addresses it was seen with; several: the address moved, or somebody spoofs it. */
  readonly cards: readonly string[];
  /** The MAC address that a protocol told for it (DHCP), '' where none did. */
  readonly toldCard: string;
  /** Of a MAC address that speaks LLDP or CDP: addresses that it says it is managed by. */
  readonly managedBy: readonly string[];
  /** Names that mDNS gives to the address. */
  readonly names: readonly string[];
}

interface Card {
  readonly ipv4: number[];
  readonly told: number[];
  readonly ipv6: number[];
  /** The MAC address itself and link-local addresses: never routed, so the card is the device's. */
  readonly local: number[];
}

/** fe80::/10 */
export function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address);
}

/** The MAC address of a host, '' where none is known or where it is a router's. */
export function cardOf(hosts: HostDirectory, host: number): string {
  return hosts.addressKind(host) === 'mac' ? hosts.address(host) : hosts.mac(host);
}

/** Indexes into `traces`, grouped by device: groups and members in the order of `traces`. */
export function sameDevices(traces: readonly HostTraces[], hosts: HostDirectory): number[][] {
  const devices = new Sets(traces.length);
  const cards = cardsOf(traces, hosts);
  for (const card of cards.values()) joinCard(devices, card);
  joinSegments(devices, cards, traces, hosts);
  joinSpeakers(devices, traces, hosts);
  joinNames(devices, traces, hosts);
  return devices.groups();
}

function cardsOf(traces: readonly HostTraces[], hosts: HostDirectory): Map<string, Card> {
  const cards = new Map<string, Card>();
  for (const [index, { host, cards: seen, toldCard }] of traces.entries()) {
    const kind = hosts.addressKind(host);
    const mac = cardOf(hosts, host) || toldCard;
    if (mac === '' || (seen.length > 1 && kind !== 'mac')) continue;
    const key = `${hosts.segment(host)}\n${mac}`;
    let card = cards.get(key);
    if (card === undefined) cards.set(key, (card = { ipv4: [], told: [], ipv6: [], local: [] }));
    if (kind === 'mac' || isLinkLocal(hosts.address(host))) card.local.push(index);
    else if (kind === 'ipv6') card.ipv6.push(index);
    else if (toldCard === mac) card.told.push(index);
    else card.ipv4.push(index);
  }
  return cards;
}

function joinCard(devices: Sets, { ipv4, told, ipv6, local }: Card): void {
  // Behind proxy ARP the first address stands for the card itself, as it has from the start.
  const own = ipv4.length > IPV4_PER_CARD ? ipv4.slice(0, told.length > 0 ? 0 : 1) : ipv4;
  devices.joinAll([...told, ...own, ...ipv6, ...local]);
}

/** The same card in several VLANs is one device, unless it hands on the packets of others. */
function joinSegments(
  devices: Sets,
  cards: ReadonlyMap<string, Card>,
  traces: readonly HostTraces[],
  hosts: HostDirectory,
): void {
  const first = new Map<string, number>();
  const leading = new Set<string>();
  for (const [key, card] of cards) {
    const members = [...card.ipv4, ...card.told, ...card.ipv6, ...card.local];
    const isLeading = members.some((index) => (hosts.forwards?.(traces[index]!.host) ?? 0) > 0);
    if (isLeading || card.ipv4.length > IPV4_PER_CARD) leading.add(macOf(key));
  }
  for (const [key, card] of cards) {
    const mac = macOf(key);
    const index = [...card.ipv4, ...card.told, ...card.ipv6, ...card.local][0]!;
    if (leading.has(mac) || !isUniversal(mac)) continue;
    const known = first.get(mac);
    if (known === undefined) first.set(mac, index);
    else devices.join(known, index);
  }
}

/** A switch speaks with the MAC address of the port, and is managed by an address with another one of the same maker. */
function joinSpeakers(devices: Sets, traces: readonly HostTraces[], hosts: HostDirectory): void {
  const speakers = traces.flatMap(({ managedBy }, index) => managedBy.map((address) => ({ address, index })));
  if (speakers.length === 0) return;
  const managed = new Map(
    traces.map(({ host }, index) => [`${hosts.segment(host)}\n${hosts.address(host)}`, index] as const),
  );
  for (const { address, index } of speakers) {
    const { host } = traces[index]!;
    const other = managed.get(`${hosts.segment(host)}\n${address}`);
    if (other === undefined || traces[other]!.cards.length > 1) continue;
    const card = cardOf(hosts, traces[other]!.host);
    if (card === '' || card.slice(0, 8) === cardOf(hosts, host).slice(0, 8)) devices.join(index, other);
  }
}

/** A name of mDNS is one device's in its segment (RFC 6762, 9); only addresses that no other evidence tells apart. */
function joinNames(devices: Sets, traces: readonly HostTraces[], hosts: HostDirectory): void {
  const named = new Map<string, number[]>();
  for (const [index, { host, names }] of traces.entries()) {
    for (const name of names) {
      const key = `${hosts.segment(host)}\n${name.toLowerCase()}`;
      const known = named.get(key);
      if (known === undefined) named.set(key, [index]);
      else if (!known.includes(index)) known.push(index);
    }
  }
  for (const members of named.values()) {
    if (members.length > HOSTS_PER_NAME) continue;
    const macs = new Set(members.map((index) => cardOf(hosts, traces[index]!.host)).filter((mac) => mac !== ''));
    const ipv4 = members.filter((index) => hosts.addressKind(traces[index]!.host) === 'ipv4');
    const isContested = members.some((index) => traces[index]!.cards.length > 1);
    if (macs.size <= 1 && ipv4.length <= 1 && !isContested) devices.joinAll(members);
  }
}

function macOf(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}

/** Given out by a maker, so that no other card has it. */
function isUniversal(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) === 0 && !VIRTUAL.test(mac);
}

/** Disjoint sets of the numbers below `size`; the least number stands for its set. */
class Sets {
  readonly #parents: Int32Array;

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, index) => index);
  }

  join(left: number, right: number): void {
    const first = this.#root(left);
    const second = this.#root(right);
    this.#parents[Math.max(first, second)] = Math.min(first, second);
  }

  joinAll(members: readonly number[]): void {
    for (const member of members) this.join(members[0]!, member);
  }

  groups(): number[][] {
    const groups = new Map<number, number[]>();
    for (let index = 0; index < this.#parents.length; index++) {
      const root = this.#root(index);
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [index]);
      else group.push(index);
    }
    return [...groups.values()];
  }

  #root(index: number): number {
    let root = index;
    while (this.#parents[root] !== root) root = this.#parents[root]!;
    for (let at = index; at !== root;) {
      const parent = this.#parents[at]!;
      this.#parents[at] = root;
      at = parent;
    }
    return root;
  }
}
