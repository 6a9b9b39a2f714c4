// Gives every device the id that it keeps: derived from its anchor, the strongest thing known of it when it was first named.
import type { HostDirectory } from '../facts/facts.ts';
import { identifier } from './identifier.ts';
import { cardOf, isLinkLocal } from './same-device.ts';

/** Hosts with an asset, and ids given out; a host beyond it has an id made on demand and is not listed. */
export const ASSETS_MAX = 65_536;

export class AssetIds {
  readonly #hosts: HostDirectory;
  readonly #anchorSegment: (host: number) => string;
  readonly #ids = new Map<string, string>();
  /** Which host an anchor of segment and MAC belongs to: several hosts may share one card. */
  readonly #anchors = new Map<string, number>();
  readonly #hostAnchors = new Map<number, readonly string[]>();

  /** `anchorSegment`: the segment of a host as ids have it. */
  constructor(hosts: HostDirectory, anchorSegment: (host: number) => string) {
    this.#hosts = hosts;
    this.#anchorSegment = anchorSegment;
  }

  /** The same for a host and unit each time, whatever is learned of them later. */
  idOf(host: number, unit: number): string {
    const key = `${host}/${unit}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = identifier('asset', ...this.#anchor(host), unit);
    if (this.#ids.size < ASSETS_MAX * 2) this.#ids.set(key, id);
    return id;
  }

  /** The one whose anchor is the device's: one that has its id already, else one with a MAC address. */
  primaryOf<Member extends { readonly host: number }>(members: readonly Member[]): Member {
    const { length } = members;
    const first = members[0]!;
    if (length === 1) return first;
    const named = members.filter(({ host }) => this.#hostAnchors.has(host));
    const isByCard = ({ host }: Member): boolean => this.#anchor(host)[1] === cardOf(this.#hosts, host);
    const primary =
      named.find(isByCard) ??
      named.reduce<Member | null>((least, one) => (least === null || one.host < least.host ? one : least), null) ??
      members.find(({ host }) => cardOf(this.#hosts, host) !== '') ??
      first;
    const anchor = this.#anchor(primary.host);
    for (const { host } of members) {
      if (!this.#hostAnchors.has(host) && this.#hostAnchors.size < ASSETS_MAX * 2) this.#hostAnchors.set(host, anchor);
    }
    return primary;
  }

  /**
   * Segment and MAC, or segment and address where no MAC is known; fixed when first asked for, which is as late as
   * possible: that a MAC is a router's shows with the second address behind it. Link-local, MAC and IPv6 addresses have
   * the MAC as their anchor; of several IPv4 addresses the first, and all that are known to be one device by then.
   */
  #anchor(host: number): readonly string[] {
    const known = this.#hostAnchors.get(host);
    if (known !== undefined) return known;
    const segment = this.#anchorSegment(host);
    const address = this.#hosts.address(host);
    const mac = cardOf(this.#hosts, host);
    let anchor: readonly string[] = [segment, address];
    // Past the limit the anchor is the address: it comes out the same each time.
    if (this.#hostAnchors.size >= ASSETS_MAX * 2) return anchor;
    if (mac !== '') {
      const key = `${segment}\n${mac}`;
      if (this.#hosts.addressKind(host) === 'mac' || isLinkLocal(address)) {
        anchor = [segment, mac];
      } else if (!this.#anchors.has(key)) {
        this.#anchors.set(key, host);
        anchor = [segment, mac];
      } else if (this.#hosts.addressKind(host) === 'ipv6') anchor = [segment, mac];
    }
    this.#hostAnchors.set(host, anchor);
    return anchor;
  }
}
