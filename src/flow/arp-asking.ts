// Counts how many addresses each host asks for by ARP, and how many of them answer: few hosts ask for many that are not
// there. One trait for each doubling; nothing is allocated for a request of a host that is known.
import type { FactSink } from '../facts/facts.ts';
import type { FrameReference } from '../facts/frame-reference.ts';

/** Hosts whose requests are counted; when there are more all counts begin anew. */
const ASKERS_MAX = 4096;
/** Addresses of one host that are told apart, a power of two. */
const ADDRESSES = 128;
const WINDOW_US = 360e6;
const TOLD_FROM = 32;

interface Asker {
  sinceUs: number;
  count: number;
  answered: number;
  toldAt: number;
  readonly addresses: Int32Array;
  readonly isAnswered: Uint8Array;
}

export class ArpAsking {
  readonly #askers = new Map<number, Asker>();
  readonly #sink: FactSink;

  constructor(sink: FactSink) {
    this.#sink = sink;
  }

  /** `address`: the IPv4 address that is asked for. */
  asked(host: number, address: number, timeUs: number, frame: FrameReference): void {
    let asker = this.#askers.get(host);
    if (asker === undefined) {
      if (this.#askers.size >= ASKERS_MAX) this.#askers.clear();
      const lists = { addresses: new Int32Array(ADDRESSES), isAnswered: new Uint8Array(ADDRESSES) };
      this.#askers.set(host, (asker = { sinceUs: timeUs, count: 0, answered: 0, toldAt: 0, ...lists }));
    } else if (timeUs - asker.sinceUs > WINDOW_US) {
      asker.sinceUs = timeUs;
      asker.count = 0;
      asker.answered = 0;
      asker.toldAt = 0;
      asker.isAnswered.fill(0);
    }
    if (asker.count >= ADDRESSES || placeOf(asker, address) >= 0) return;
    asker.addresses[asker.count++] = address;
    if (asker.count < TOLD_FROM || asker.count < 2 * asker.toldAt) return;
    asker.toldAt = asker.count;
    const seconds = Math.max(1, Math.round((timeUs - asker.sinceUs) / 1e6));
    const value = `${asker.count} addresses within ${seconds} s, ${asker.count - asker.answered} of them silent so far`;
    this.#sink.trait({ fact: 'trait', timeUs, frame, host, trait: 'arp-asking', value });
  }

  /** `address` answered the host. */
  answered(host: number, address: number): void {
    const asker = this.#askers.get(host);
    if (asker === undefined) return;
    const at = placeOf(asker, address);
    if (at < 0 || asker.isAnswered[at] === 1) return;
    asker.isAnswered[at] = 1;
    asker.answered++;
  }
}

function placeOf({ addresses, count }: Asker, address: number): number {
  for (let at = 0; at < count; at++) if (addresses[at] === address) return at;
  return -1;
}
