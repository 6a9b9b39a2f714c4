// Answers in which zone of a policy, or of 1sec.yaml, a host is. A host is compared with the zones once and remembered by
// its number.
import { scopeOf } from '../bytes/address-space.ts';
import type { HostDirectory } from '../facts/facts.ts';
import { INTERNET, type Policy, type PolicyView } from '../facts/policy.ts';
import { addressRange, isInRange, type AddressRange } from './host-pattern.ts';

/** Of all addresses in a zone, `internet` is the widest. */
const INTERNET_PREFIX = -1;
/** Hosts whose zone is remembered; others are compared anew each time. */
const REMEMBERED_MAX = 262_144;
const NONE = -1;
/** In no zone, whatever role it has. */
const OUTSIDE = -2;

interface Member {
  readonly zone: number;
  readonly segment: string | null;
  /** Null: the whole Internet. */
  readonly range: AddressRange | null;
}

export class SitePolicy implements PolicyView {
  readonly policy: Policy;
  readonly #hosts: HostDirectory;
  /** The narrowest first. */
  readonly #members: readonly Member[];
  readonly #byAddress = new Map<number, number>();

  constructor(policy: Policy, hosts: HostDirectory) {
    this.policy = policy;
    this.#hosts = hosts;
    this.#members = policy.zones
      .flatMap(({ addresses, segment }, zone) =>
        addresses.map((address) => ({ zone, segment, range: address === INTERNET ? null : addressRange(address) })),
      )
      .sort((left, right) => widthOf(right) - widthOf(left));
  }

  zoneOf(host: number, role: string): number {
    let zone = this.#byAddress.get(host);
    if (zone === undefined) {
      zone = this.#find(host);
      if (this.#byAddress.size < REMEMBERED_MAX) this.#byAddress.set(host, zone);
    }
    if (zone >= 0) return zone;
    if (zone === OUTSIDE || role === '') return NONE;
    return this.policy.zones.findIndex(({ roles }) => roles.includes(role));
  }

  #find(host: number): number {
    const address = this.#hosts.address(host);
    const isPublic = scopeOf(address) === 'public';
    const segment = this.#hosts.segment(host);
    const [own, mac] = [addressRange(address), addressRange(this.#hosts.mac(host))];
    for (const member of this.#members) {
      if (member.segment !== null && member.segment !== segment) continue;
      const { range } = member;
      if (range === null ? isPublic : isIn(range.kind === 'mac' ? mac : own, range)) return member.zone;
    }
    // A segment holds what stands in it, not the part of the Internet that was seen behind its router.
    if (isPublic && mac === null) return OUTSIDE;
    return this.policy.zones.findIndex(({ segments }) => segments.includes(segment));
  }
}

function isIn(address: AddressRange | null, range: AddressRange): boolean {
  return address !== null && isInRange(address, range);
}

/** One address before a subnet, a long prefix before a short one, and what is for one segment first. */
function widthOf({ range, segment }: Member): number {
  const bits = range === null ? INTERNET_PREFIX : range.kind === 'ipv4' ? range.prefix + 96 : range.prefix;
  return bits * 2 + (segment === null ? 0 : 1) + (range?.kind === 'mac' ? 256 : 0);
}
