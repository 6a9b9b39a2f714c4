// How often somebody may ask, and how often be wrong: by address, so that one who floods or guesses keeps nobody else out,
// and for all addresses together.
import { isIPv6 } from 'node:net';
import { forgetOldest } from '../bytes/forgetting.ts';

const MINUTE_MS = 60_000;
/** Wrong tokens of one address in a minute, and of all. */
const WRONG_MAX = 10;
const WRONG_OF_ALL_MAX = 200;
/** Addresses that are remembered; the one that came first is forgotten. */
const ADDRESSES_MAX = 4096;

interface Window {
  sinceMs: number;
  count: number;
}

/** Wrong tokens: after too many nobody at this address is listened to for the rest of the minute. */
export class FailureLimit {
  readonly #byAddress = new Map<string, Window>();
  readonly #all: Window = { sinceMs: 0, count: 0 };

  /** 0: it may try. */
  waitSeconds(address: string, nowMs: number): number {
    const own = this.#byAddress.get(networkOf(address));
    return own === undefined ? 0 : waitOf(own, WRONG_MAX, nowMs);
  }

  /** For whoever is wrong, whatever the address. */
  waitSecondsOfAll(nowMs: number): number {
    return waitOf(this.#all, WRONG_OF_ALL_MAX, nowMs);
  }

  note(address: string, nowMs: number): void {
    const network = networkOf(address);
    let own = this.#byAddress.get(network);
    if (own === undefined) {
      forgetOldest(this.#byAddress, ADDRESSES_MAX);
      this.#byAddress.set(network, (own = { sinceMs: nowMs, count: 0 }));
    }
    for (const window of [own, this.#all]) {
      if (nowMs - window.sinceMs >= MINUTE_MS) Object.assign(window, { sinceMs: nowMs, count: 0 });
      window.count++;
    }
  }
}

function waitOf({ sinceMs, count }: Window, maximum: number, nowMs: number): number {
  const leftMs = sinceMs + MINUTE_MS - nowMs;
  return count >= maximum && leftMs > 0 ? Math.ceil(leftMs / 1000) : 0;
}

/** A bucket for each address that fills steadily and is emptied by requests. */
export class RequestLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, { left: number; atMs: number }>();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** Whether one more may be asked. `who`: see `networkOf`. */
  take(who: string, nowMs: number): boolean {
    let bucket = this.#buckets.get(who);
    if (bucket === undefined) {
      forgetOldest(this.#buckets, ADDRESSES_MAX);
      this.#buckets.set(who, (bucket = { left: this.#burst, atMs: nowMs }));
    }
    const gained = (Math.max(0, nowMs - bucket.atMs) / 1000) * this.#perSecond;
    bucket.left = Math.min(this.#burst, bucket.left + gained);
    bucket.atMs = nowMs;
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }
}

/** Whom an address stands for: one host takes as many addresses of its IPv6 subnet (64 bits) as it likes. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  const [head = '', tail] = address.split('%')[0]!.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - behind.length;
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...behind];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
