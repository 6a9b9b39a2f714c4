// Gives every (segment, address) a small integer once, and keeps which MAC address stands behind it. Asked when a
// conversation is born, never for every packet; IPv6 and MAC addresses are looked up here to become flow keys.
import { randomInt } from 'node:crypto';
import { giveBack, grown } from '../bytes/grown.ts';
import type { HostDirectory } from '../facts/facts.ts';
import type { DeclaredSegment } from '../facts/intent.ts';
import { macText } from '../packet/addresses.ts';
import { CardUses } from './card-uses.ts';

// Hosts are visited in the order of their numbers, never of the index: the seed changes no result.
const SEED = randomInt(0x7fffffff);

/** Kinds of addresses, as kept in the table. */
export const AddressKind = { ipv4: 4, ipv6: 6, mac: 2 } as const;

/** Beyond this many hosts a new address shares the number 0, «(more hosts)»: floods of invented addresses end there. */
export const HOSTS_MAX = 262_144;

/** Words a host takes: kind and segment, four address words, MAC (16 + 32 bits), flags. */
const STRIDE = 8;
const FLAG_MAC_KNOWN = 1;
const FLAG_MAC_BY_ARP = 2;
/** A packet to it was for everybody on the link. */
const FLAG_ASKED_OF_ALL = 8;
/** Its packets come with a lowered TTL: the MAC address is that of a router, unless ARP says otherwise. */
const FLAG_ROUTED = 4;
/** Changes of the MAC address are counted in the bits above; a host that changed so often is left as it is. */
const MAC_CHANGE = 16;
const MAC_CHANGES_MAX = 64 * MAC_CHANGE;
/** More IPv4 (IPv6) addresses than this on one MAC, none confirmed by ARP or ND: a router stands there. */
const IPV4_PER_MAC = 1;
const IPV6_PER_MAC = 4;

/** Hosts whose addresses stay in words; a power of two, since the last host of those with the same low bits is kept. */
const TEXTS_MAX = 65_536;

export class HostTable implements HostDirectory {
  count = 1;
  /** New addresses that found no room. */
  overflowed = 0;
  private words = new Int32Array(1024 * STRIDE);
  private index = new Int32Array(4096);
  private readonly segmentNames: string[] = ['default'];
  /** What the segment is called without a declaration: of several, the first that is declared. */
  private readonly observedNames: string[] = ['default'];
  private readonly declaredSegments = new Map<string, DeclaredSegment>();
  private readonly segmentByVlan = new Map<number, number>();
  private readonly cardUses = new CardUses();
  /** Addresses and MAC addresses in words, which are asked for with every conversation; by the host's low bits. */
  private readonly addressTexts = new HostTexts((host) => this.addressText(host));
  private readonly macTexts = new HostTexts((host) =>
    macText(this.words[host * STRIDE + 5]!, this.words[host * STRIDE + 6]!),
  );
  /** (segment, MAC) → how many hosts were seen behind it with a lowered TTL. */
  private readonly routedBehind = new Map<string, number>();

  /** Segments that are declared have one name and one number, however many VLANs they are. */
  constructor(declared: readonly DeclaredSegment[] = []) {
    for (const segment of declared)
      for (const observed of segment.observed) this.declaredSegments.set(observed, segment);
    const first = this.declaredSegments.get('default');
    if (first !== undefined) this.nameSegment(0, first);
  }

  /** Segment number of a VLAN pair; -1 (and the priority tag 0) means untagged. */
  segmentOf(vlan: number, innerVlan: number): number {
    if (vlan <= 0 && innerVlan <= 0) return 0;
    const key = (vlan + 1) * 8192 + innerVlan + 1;
    let segment = this.segmentByVlan.get(key);
    if (segment === undefined) {
      segment = this.segmentNames.length;
      // Two 12-bit tags give at most 16 million pairs; a plant has some tens. Past 4,095 all share one.
      if (segment > 4095) return 4095;
      const name = vlan <= 0 ? `vlan ${innerVlan}` : innerVlan < 0 ? `vlan ${vlan}` : `vlan ${vlan}.${innerVlan}`;
      const declared = this.declaredSegments.get(name);
      const known = declared === undefined ? -1 : this.segmentNames.indexOf(declared.name);
      if (known >= 0) segment = known;
      else {
        this.segmentNames.push(segment === 4095 ? 'vlan (more)' : name);
        this.observedNames.push(name);
        if (declared !== undefined) this.nameSegment(segment, declared);
      }
      this.segmentByVlan.set(key, segment);
    }
    return segment;
  }

  /** Number of the segment that `segment()` calls so; made where it is new. */
  segmentNamed(name: string): number {
    const known = this.segmentNames.indexOf(name);
    if (known >= 0) return known;
    const [, outer, inner] = /^vlan ([0-9]{1,4})(?:\.([0-9]{1,4}))?$/.exec(name) ?? [];
    if (outer !== undefined) return this.segmentOf(Number(outer), inner === undefined ? -1 : Number(inner));
    if (this.segmentNames.length >= 4095) return 4095;
    const declared = [...this.declaredSegments.values()].find((segment) => segment.name === name);
    this.observedNames.push(declared?.observed[0] ?? name);
    return this.segmentNames.push(name) - 1;
  }

  /** The host's number; made when it is new. Words of an IPv4 address: 0, 0, 0, address; of a MAC: 0, 0, high, low. */
  hostOf(segment: number, kind: number, a: number, b: number, c: number, d: number): number {
    const head = kind | (segment << 4);
    const mask = this.index.length - 1;
    let at = hashWords(head, a, b, c, d) & mask;
    for (;;) {
      const host = this.index[at]!;
      if (host === 0) break;
      const base = host * STRIDE;
      if (
        this.words[base] === head &&
        this.words[base + 4] === d &&
        this.words[base + 3] === c &&
        this.words[base + 2] === b &&
        this.words[base + 1] === a
      ) {
        return host;
      }
      at = (at + 1) & mask;
    }
    if (this.count >= HOSTS_MAX) {
      this.overflowed++;
      return 0;
    }
    const host = this.count++;
    this.index[at] = host;
    if ((host + 1) * STRIDE > this.words.length) this.growWords();
    const base = host * STRIDE;
    this.words[base] = head;
    this.words[base + 1] = a;
    this.words[base + 2] = b;
    this.words[base + 3] = c;
    this.words[base + 4] = d;
    if (this.count * 2 > this.index.length) this.growIndex();
    return host;
  }

  /**
   * Notes the MAC address a host was seen with; `byArp` where ARP or ND said so, which a router's MAC cannot claim.
   * Answers whether this is the first MAC of the host, or the first word of ARP for one that was doubtful (1), another one than
   * before (2), or nothing new (0).
   */
  bindMac(host: number, high: number, low: number, byArp: boolean): number {
    if (host === 0 || (high === 0 && low === 0)) return 0;
    const base = host * STRIDE;
    if ((high & 0x100) !== 0) {
      if (high === 0xffff && low === -1) this.words[base + 7]! |= FLAG_ASKED_OF_ALL;
      return 0;
    }
    const flags = this.words[base + 7]!;
    const isSame = (flags & FLAG_MAC_KNOWN) !== 0 && this.words[base + 5] === high && this.words[base + 6] === low;
    if (isSame && (!byArp || (flags & FLAG_MAC_BY_ARP) !== 0)) return 0;
    if (!isSame && !byArp && (flags & FLAG_MAC_BY_ARP) !== 0) return 0;
    if (!isSame && flags >= MAC_CHANGES_MAX) return 0;
    // Known from packets, and kept back since others use the MAC too, until ARP says it.
    const wasDoubtful = isSame && this.mac(host) === '';
    const kind = this.words[base]! & 15;
    // Who is routed to is not among those that use the MAC.
    const isRouted = (flags & FLAG_ROUTED) !== 0;
    if (!isSame && kind !== AddressKind.mac) {
      if ((flags & FLAG_MAC_KNOWN) !== 0 && !isRouted) this.useMac(host, -1);
      this.words[base + 5] = high;
      this.words[base + 6] = low;
      this.macTexts.forget(host);
      if (!isRouted) this.useMac(host, 1);
    }
    if (isRouted && byArp) this.useMac(host, 1);
    const kept = flags & ~(FLAG_MAC_KNOWN | FLAG_MAC_BY_ARP | (byArp ? FLAG_ROUTED : 0));
    this.words[base + 7] = (kept + (isSame ? 0 : MAC_CHANGE)) | FLAG_MAC_KNOWN | (byArp ? FLAG_MAC_BY_ARP : 0);
    if (isSame) return wasDoubtful ? 1 : 0;
    return (flags & FLAG_MAC_KNOWN) !== 0 ? 2 : 1;
  }

  /** A packet of the host came with a TTL that a router had lowered. */
  noteRouted(host: number): void {
    const at = host * STRIDE + 7;
    const flags = this.words[at]!;
    if ((flags & (FLAG_MAC_KNOWN | FLAG_MAC_BY_ARP | FLAG_ROUTED)) !== FLAG_MAC_KNOWN) return;
    if ((this.words[host * STRIDE]! & 15) !== AddressKind.mac) this.useMac(host, -1);
    this.words[at] = flags | FLAG_ROUTED;
    const key = this.macKey(host);
    this.routedBehind.set(key, (this.routedBehind.get(key) ?? 0) + 1);
  }

  /** Asked of the router itself: a host whose own MAC address is the one that others were seen behind. */
  forwards(host: number): number {
    const base = host * STRIDE;
    if (this.mac(host) === '') return 0;
    const isMac = this.addressKind(host) === 'mac';
    const [high, low] = [this.words[base + (isMac ? 3 : 5)]!, this.words[base + (isMac ? 4 : 6)]!];
    return this.routedBehind.get(`${this.words[base]! >> 4} ${high} ${low}`) ?? 0;
  }

  addressKind(host: number): 'ipv4' | 'ipv6' | 'mac' {
    const kind = this.words[host * STRIDE]! & 15;
    return kind === AddressKind.ipv6 ? 'ipv6' : kind === AddressKind.mac ? 'mac' : 'ipv4';
  }

  address(host: number): string {
    if (host <= 0 || host >= this.count) return '(more hosts)';
    return this.addressTexts.of(host);
  }

  private addressText(host: number): string {
    const base = host * STRIDE;
    const words = this.words;
    const kind = words[base]! & 15;
    if (kind === AddressKind.ipv4) return ipv4Text(words[base + 4]!);
    if (kind === AddressKind.mac) return macText(words[base + 3]!, words[base + 4]!);
    return ipv6Text(words[base + 1]!, words[base + 2]!, words[base + 3]!, words[base + 4]!);
  }

  segment(host: number): string {
    return this.segmentNames[this.words[host * STRIDE]! >> 4] ?? 'default';
  }

  /** The same whether and however a declaration names it: what ids are made of. */
  observedSegment(host: number): string {
    return this.observedNames[this.words[host * STRIDE]! >> 4] ?? 'default';
  }

  segmentNumber(host: number): number {
    return this.words[host * STRIDE]! >> 4;
  }

  mac(host: number): string {
    if (host <= 0 || host >= this.count) return '';
    const base = host * STRIDE;
    if (this.addressKind(host) === 'mac') return this.address(host);
    const flags = this.words[base + 7]!;
    if ((flags & FLAG_MAC_KNOWN) === 0) return '';
    if ((flags & FLAG_MAC_BY_ARP) === 0) {
      if ((flags & FLAG_ROUTED) !== 0) return '';
      if (this.isNobody(host)) return this.macTexts.of(host);
      const { words } = this;
      if (this.cardUses.isOfMore(words[base]! >> 4, words[base + 5]!, words[base + 6]!, IPV4_PER_MAC, IPV6_PER_MAC))
        return '';
    }
    return this.macTexts.of(host);
  }

  isBroadcastOrMulticast(host: number): boolean {
    const base = host * STRIDE;
    switch (this.words[base]! & 15) {
      case AddressKind.ipv4: {
        const address = this.words[base + 4]!;
        const first = address >>> 24;
        if (first >= 224 || address === 0) return true;
        // A directed broadcast cannot be told without the netmask: .255, unless it has a MAC address of its own, as a
        // device in a larger network has. Faulty devices answer from the broadcast address: what is sent to everybody
        // on the link is one, whoever speaks from it.
        if ((address & 0xff) !== 0xff) return false;
        const flags = this.words[base + 7]!;
        return (flags & FLAG_MAC_KNOWN) === 0 || (flags & FLAG_ASKED_OF_ALL) !== 0;
      }
      case AddressKind.ipv6:
        return this.words[base + 1]! >>> 24 === 0xff;
      case AddressKind.mac:
        return (this.words[base + 3]! & 0x100) !== 0;
      default:
        return true;
    }
  }

  private nameSegment(segment: number, declared: DeclaredSegment): void {
    this.segmentNames[segment] = declared.name;
    this.observedNames[segment] = declared.observed[0]!;
  }

  private macKey(host: number): string {
    const base = host * STRIDE;
    return `${this.words[base]! >> 4} ${this.words[base + 5]!} ${this.words[base + 6]!}`;
  }

  private useMac(host: number, by: 1 | -1): void {
    if (this.isNobody(host)) return;
    const { words } = this;
    const base = host * STRIDE;
    const isIpv4 = (words[base]! & 15) === AddressKind.ipv4;
    this.cardUses.add(words[base]! >> 4, words[base + 5]!, words[base + 6]!, isIpv4, by);
  }

  /** Who has no address yet sends from this one (RFC 1122 3.2.1.3): it is not one more behind the MAC. */
  private isNobody(host: number): boolean {
    const base = host * STRIDE;
    return (this.words[base]! & 15) === AddressKind.ipv4 && this.words[base + 4] === 0;
  }

  private growWords(): void {
    this.words = grown(this.words, this.words.length * 2);
  }

  private growIndex(): void {
    const index = new Int32Array(this.index.length * 2);
    const mask = index.length - 1;
    for (let host = 1; host < this.count; host++) {
      const base = host * STRIDE;
      const words = this.words;
      let at = hashWords(words[base]!, words[base + 1]!, words[base + 2]!, words[base + 3]!, words[base + 4]!) & mask;
      while (index[at] !== 0) at = (at + 1) & mask;
      index[at] = host;
    }
    giveBack(this.index);
    this.index = index;
  }
}

/** Texts of hosts that were asked for lately. */
class HostTexts {
  private readonly hosts: number[] = [];
  private readonly texts: string[] = [];
  private readonly textOf: (host: number) => string;

  constructor(textOf: (host: number) => string) {
    this.textOf = textOf;
  }

  of(host: number): string {
    const at = host & (TEXTS_MAX - 1);
    if (this.hosts[at] === host) return this.texts[at]!;
    while (this.hosts.length <= at) {
      this.hosts.push(0);
      this.texts.push('');
    }
    this.hosts[at] = host;
    return (this.texts[at] = this.textOf(host));
  }

  forget(host: number): void {
    if (this.hosts[host & (TEXTS_MAX - 1)] === host) this.hosts[host & (TEXTS_MAX - 1)] = 0;
  }
}

/** Mixes five words into a non-negative hash (the finalizer of MurmurHash3 on a multiply-add chain). */
function hashWords(a: number, b: number, c: number, d: number, e: number): number {
  let hash = Math.imul(a ^ SEED, 0x9e3779b1) + b;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) + c;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) + d;
  hash = Math.imul(hash ^ (hash >>> 16), 0x27d4eb2f) + e;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0x7fffffff;
}

function ipv4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** RFC 5952: lower case, the longest run of two or more zero groups as `::`. */
function ipv6Text(a: number, b: number, c: number, d: number): string {
  const groups = [a, b, c, d].flatMap((word) => [word >>> 16, word & 0xffff]);
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return bestStart < 0 ? text(0, 8) : `${text(0, bestStart)}::${text(bestStart + bestLength, 8)}`;
}
