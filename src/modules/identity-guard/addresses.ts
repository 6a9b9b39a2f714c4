// Who has an address: judges when the network card behind an IP address changes. A change is looked at for some seconds
// before it is judged, so that redundant pairs which swap their addresses are seen as what they are.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { spanText } from '../plain-words.ts';
import { ADDRESS_CONFLICT, ADDRESS_MOVED, ADDRESS_SPOOFED } from './kinds.ts';

/** Hosts whose network card is remembered; the oldest is forgotten. */
const HOSTS_MAX = 65_536;
/** Cards remembered of one host, hosts of one card. */
const CARDS_MAX = 8;
const OWNERS_MAX = 64;
const NO_HOST = -1;
/** A change is judged when it is so old. */
const LOOK_US = 10e6;
/** Changes that wait. */
const WAITING_MAX = 1024;
/** Back to an earlier card within so long: both are there. */
const CONFLICT_US = 600e6;
/** A card with so many addresses is a router's, or a server's with many. */
const ROUTER_ADDRESSES = 4;

/** Virtual MAC addresses of VRRP and CARP (RFC 9568, 7.3), HSRP, GLBP: the address is meant to move. */
export const VIRTUAL_CARD = /^(?:00:00:5e:00:0[12]|00:00:0c:07:ac|00:00:0c:9f:f|00:05:73:a0|00:07:b4)/;

/** Addresses of nobody, and of everybody to himself. */
const NOBODY = /^(?:0\.|127\.|::1?$)/;
/** An address that has been with one card for so long is settled; before, frames may come by several routers. */
const SETTLED_US = 30e6;
/** Nobody was heard for so long: what was true before says nothing of a device that has the address now. */
const BLIND_US = 3600e6;

interface Card {
  readonly mac: string;
  readonly frame: number;
  readonly sinceUs: number;
}

interface Change {
  readonly host: number;
  readonly before: Card;
  readonly now: Card;
}

export class Addresses {
  readonly #site: Site;
  /** The one card that the host had; a list where there were several, the newest last. */
  readonly #cards = new Map<number, Card | Card[]>();
  /** By MAC address: the host that had it, a set where there are several; NO_HOST: none that counts. */
  readonly #hostsOf = new Map<string, number | Set<number>>();
  /** Hosts whose address is given by DHCP, or shared on purpose. */
  readonly #free = new Set<number>();
  #waiting: Change[] = [];
  #tickedUs = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  /** DHCP gave the host its address, or a protocol for redundancy says that it is shared. */
  mayMove(host: number): void {
    if (this.#free.size < HOSTS_MAX) this.#free.add(host);
  }

  bound({ host, value: mac, frame, timeUs }: Trait): void {
    // Who has no address yet speaks from none: everybody does.
    if (NOBODY.test(this.#site.hosts.address(host))) return;
    const cards = this.#cards.get(host);
    const now = { mac, frame, sinceUs: timeUs };
    this.#note(mac, host);
    if (cards === undefined) {
      forgetOldest(this.#cards, HOSTS_MAX);
      this.#cards.set(host, now);
      return;
    }
    const before = Array.isArray(cards) ? cards.at(-1)! : cards;
    if (before.mac === mac) return;
    if (Array.isArray(cards)) {
      cards.push(now);
      if (cards.length > CARDS_MAX) cards.shift();
    } else this.#cards.set(host, [before, now]);
    if (VIRTUAL_CARD.test(mac) || VIRTUAL_CARD.test(before.mac) || this.#site.learning.isTeaching) return;
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push({ host, before, now });
  }

  tick(timeUs: number): void {
    if (this.#tickedUs > 0 && timeUs - this.#tickedUs > BLIND_US) this.#forgetAll();
    this.#tickedUs = timeUs;
    if (this.#waiting.length === 0) return;
    const due = this.#waiting.filter(({ now }) => timeUs - now.sinceUs >= LOOK_US);
    if (due.length === 0) return;
    for (const change of due) this.#judge(change);
    this.#waiting = this.#waiting.filter((change) => !due.includes(change));
  }

  end(): void {
    for (const change of this.#waiting) this.#judge(change);
    this.#waiting = [];
  }

  #forgetAll(): void {
    this.end();
    this.#cards.clear();
    this.#hostsOf.clear();
  }

  #judge(change: Change): void {
    const { host, before, now } = change;
    if (this.#free.has(host) || this.#isSwap(change)) return;
    const cards = this.#cardsOf(host);
    const address = this.#site.hosts.address(host);
    const earlier = cards.find(
      (card) => card.mac === now.mac && card.frame < before.frame && now.sinceUs - card.sinceUs < CONFLICT_US,
    );
    const others = [...this.#ownersOf(now.mac)].filter((other) => other !== host);
    const frames = [before.frame, now.frame].filter((frame) => frame > 0);
    const subject = { host, unit: -1, port: -1 };
    const move = `${address} was at ${before.mac} and is now at ${now.mac}`;
    if (others.length > 0 && others.length < ROUTER_ADDRESSES) {
      const [peer = host] = others;
      const own = others.map((other) => this.#site.hosts.address(other)).join(', ');
      this.#site.raise({
        kind: ADDRESS_SPOOFED.kind,
        timeUs: now.sinceUs,
        subject,
        peer: { host: peer, unit: -1, port: -1 },
        object: '',
        explanation: `${move}: that network card has another address already (${own}).`,
        frames,
      });
    } else if (earlier !== undefined && now.sinceUs - earlier.sinceUs >= SETTLED_US) {
      this.#site.raise({
        kind: ADDRESS_CONFLICT.kind,
        timeUs: now.sinceUs,
        subject,
        peer: null,
        object: '',
        explanation: `${move}, where it had been before: both network cards use the address within ${spanText(now.sinceUs - earlier.sinceUs)}.`,
        frames: [earlier.frame, ...frames].filter((frame) => frame > 0),
      });
    } else if (others.length < ROUTER_ADDRESSES && now.sinceUs - before.sinceUs >= SETTLED_US) {
      const after = spanText(now.sinceUs - before.sinceUs);
      this.#site.raise({
        kind: ADDRESS_MOVED.kind,
        timeUs: now.sinceUs,
        subject,
        peer: null,
        object: '',
        explanation: `${move}; the change came ${after} after the first was heard, and nothing gave the address away (no DHCP, no virtual router).`,
        frames,
      });
    }
  }

  /** Two hosts that exchanged their network cards at the same time: a redundant pair changed over. */
  #isSwap({ host, before, now }: Change): boolean {
    for (const other of this.#ownersOf(now.mac)) {
      if (other === host) continue;
      const last = this.#cardsOf(other).at(-1);
      if (last?.mac === before.mac && Math.abs(last.sinceUs - now.sinceUs) < LOOK_US) return true;
    }
    return false;
  }

  #note(mac: string, host: number): void {
    const known = this.#hostsOf.get(mac);
    // Who would fill the table with invented cards makes us forget cards, and not blind to later ones.
    if (known === undefined) forgetOldest(this.#hostsOf, HOSTS_MAX);
    // An IPv6 address beside an IPv4 one is no second address in this sense.
    const counts = this.#site.hosts.addressKind(host) === 'ipv4';
    if (known === undefined || known === NO_HOST) this.#hostsOf.set(mac, counts ? host : NO_HOST);
    else if (!counts || known === host) return;
    else if (typeof known === 'number') this.#hostsOf.set(mac, new Set([known, host]));
    else if (known.size < OWNERS_MAX) known.add(host);
  }

  #ownersOf(mac: string): Iterable<number> {
    const known = this.#hostsOf.get(mac) ?? NO_HOST;
    if (typeof known !== 'number') return known;
    return known === NO_HOST ? [] : [known];
  }

  #cardsOf(host: number): readonly Card[] {
    const known = this.#cards.get(host) ?? [];
    return Array.isArray(known) ? known : [known];
  }
}
