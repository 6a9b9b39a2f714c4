// Counts how many IPv4 and IPv6 hosts were seen behind each network card: an open-addressing table on typed arrays, since a
// flood of hosts is a flood of cards as well.
import { randomInt } from 'node:crypto';
import { giveBack } from '../bytes/grown.ts';

// Nothing is visited in the order of the table: the seed changes no result.
const SEED = randomInt(0x7fffffff);

/** Words of a slot: segment + 1 (0 where free), the card's 16 and 32 bits, and how many hosts of each kind. */
const STRIDE = 5;
const IPV4 = 3;
const IPV6 = 4;
const SLOTS_FIRST = 1024;

/** Bounded by the hosts: each is counted for one card, and a card that no host is counted for is taken out. */
export class CardUses {
  private slots = new Int32Array(SLOTS_FIRST * STRIDE);
  private mask = SLOTS_FIRST - 1;
  /** Cards that a host is counted for. */
  size = 0;

  /** One host more or less. */
  add(segment: number, high: number, low: number, isIpv4: boolean, by: 1 | -1): void {
    let at = this.placeOf(segment, high, low);
    if (this.slots[at] === 0) {
      if (by < 0) return;
      if ((this.size + 1) * 2 > this.mask + 1) {
        this.grow();
        at = this.placeOf(segment, high, low);
      }
      this.size++;
      this.slots[at] = segment + 1;
      this.slots[at + 1] = high;
      this.slots[at + 2] = low;
    }
    const { slots } = this;
    slots[at + (isIpv4 ? IPV4 : IPV6)]! += by;
    if (slots[at + IPV4]! <= 0 && slots[at + IPV6]! <= 0) this.remove(at / STRIDE);
  }

  /** Whether it is the card of more IPv4 hosts, or of more IPv6 hosts, than that. */
  isOfMore(segment: number, high: number, low: number, ipv4: number, ipv6: number): boolean {
    const at = this.placeOf(segment, high, low);
    return this.slots[at + IPV4]! > ipv4 || this.slots[at + IPV6]! > ipv6;
  }

  /** Where the card is, or the free slot where it would be; its counts are 0 there. */
  private placeOf(segment: number, high: number, low: number): number {
    const { slots, mask } = this;
    for (let slot = hash(segment, high, low) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * STRIDE;
      if (slots[at] === 0) return at;
      if (slots[at + 2] === low && slots[at + 1] === high && slots[at] === segment + 1) return at;
    }
  }

  /** Backward-shift deletion: no tombstones, so that long runs do not make look-ups slow. */
  private remove(slot: number): void {
    const { slots, mask } = this;
    let hole = slot;
    for (let next = (slot + 1) & mask; slots[next * STRIDE] !== 0; next = (next + 1) & mask) {
      const at = next * STRIDE;
      const home = hash(slots[at]! - 1, slots[at + 1]!, slots[at + 2]!) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots.copyWithin(hole * STRIDE, at, at + STRIDE);
      hole = next;
    }
    slots.fill(0, hole * STRIDE, (hole + 1) * STRIDE);
    this.size--;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Int32Array(before.length * 2);
    this.mask = this.mask * 2 + 1;
    for (let at = 0; at < before.length; at += STRIDE) {
      if (before[at] === 0) continue;
      const place = this.placeOf(before[at]! - 1, before[at + 1]!, before[at + 2]!);
      for (let index = 0; index < STRIDE; index++) this.slots[place + index] = before[at + index]!;
    }
    giveBack(before);
  }
}

function hash(segment: number, high: number, low: number): number {
  let mixed = Math.imul(SEED ^ low, 0x9e3779b1) + high;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) + segment;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) & 0x7fffffff;
}
