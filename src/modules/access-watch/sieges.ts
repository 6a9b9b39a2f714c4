// Many clients that are refused by one server, each too seldom to be told of alone: one who guesses from many addresses.
// Clients that the server lets in, now or before, belong there and mistype; they do not count.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { Login } from '../../facts/facts.ts';
import { SERIES_QUIET_US, keepFrame } from './tries.ts';

const SERVERS_MAX = 4096;
const CLIENTS_MAX = 256;
const USERS_MAX = 256;
/** So many clients of whom none was ever let in, and so many different tries in all. */
const CLIENTS_MIN = 5;
const TRIES_MIN = 20;

export interface Siege {
  /** By client: different tries. */
  readonly clients: Map<number, number>;
  readonly users: Set<string>;
  readonly frames: number[];
  firstUs: number;
  lastUs: number;
  toldAt: number;
}

export class Sieges {
  /** By server and protocol. */
  readonly #sieges = new Map<string, Siege>();
  /** By server and protocol: who was let in. */
  readonly #known = new Map<string, Set<number>>();

  /** Counts a refused login that differs from those before. The siege where it is to be told now, else null. */
  refused({ client, server, protocol, user, timeUs, frame }: Login): Siege | null {
    const key = `${server} ${protocol}`;
    if (this.#known.get(key)?.has(client) === true) return null;
    let siege = this.#sieges.get(key);
    if (siege === undefined || timeUs - siege.lastUs > SERIES_QUIET_US) {
      if (siege === undefined) forgetOldest(this.#sieges, SERVERS_MAX);
      siege = { clients: new Map(), users: new Set(), frames: [], firstUs: timeUs, lastUs: timeUs, toldAt: 0 };
      this.#sieges.set(key, siege);
    }
    siege.lastUs = timeUs;
    const before = siege.clients.get(client) ?? 0;
    if (before > 0 || siege.clients.size < CLIENTS_MAX) siege.clients.set(client, before + 1);
    if (siege.users.size < USERS_MAX) siege.users.add(user);
    if (frame > 0) keepFrame(siege.frames, frame);
    const tries = triesOf(siege);
    if (siege.clients.size < CLIENTS_MIN || tries < TRIES_MIN || tries < 2 * siege.toldAt) return null;
    // Where one does most of it, that one is told of.
    return Math.max(...siege.clients.values()) * 2 > tries ? null : siege;
  }

  /** From now on the client belongs there. The siege where it was one of those that were told of, else null. */
  accepted({ client, server, protocol }: Login): Siege | null {
    const key = `${server} ${protocol}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      forgetOldest(this.#known, SERVERS_MAX);
      this.#known.set(key, (known = new Set()));
    }
    if (known.size < CLIENTS_MAX) known.add(client);
    const siege = this.#sieges.get(key);
    const wasOne = siege?.clients.delete(client) === true;
    return siege !== undefined && wasOne && siege.toldAt > 0 ? siege : null;
  }
}

export function triesOf({ clients }: Siege): number {
  return [...clients.values()].reduce((sum, tries) => sum + tries, 0);
}
