// A few tries on each of many servers by one client, as they stand within a window: the hour of a hasty one, the week of
// one who takes his time.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { Login } from '../../facts/facts.ts';
import { keepFrame } from './tries.ts';

const CLIENTS_MAX = 4096;
const SERVERS_MAX = 256;
/** More are no spraying. */
const TRIES_EACH_MAX = 3;

/** What one client tried on many servers, within the window. */
export interface Spray {
  /** By server: tries and the time of the last one, in the order of the first. */
  readonly servers: Map<number, { tries: number; lastUs: number }>;
  readonly frames: number[];
  firstUs: number;
  toldAt: number;
}

export interface SprayingRule {
  readonly windowUs: number;
  readonly serversMin: number;
  /** A server that let the client in counts no more: it belongs there and mistyped. */
  readonly forgetsAccepted: boolean;
}

export class Spraying {
  readonly #rule: SprayingRule;
  readonly #sprays = new Map<number, Spray>();

  constructor(rule: SprayingRule) {
    this.#rule = rule;
  }

  /** Counts a refused login. The spray where it is to be told now, else null; `toldAt` is set then. */
  refused({ client, server, timeUs, frame }: Login): Spray | null {
    const spray = this.#of(client, timeUs);
    const before = spray.servers.get(server);
    if (before !== undefined) {
      before.tries++;
      before.lastUs = timeUs;
    } else if (spray.servers.size < SERVERS_MAX) {
      spray.servers.set(server, { tries: 1, lastUs: timeUs });
      if (frame > 0) keepFrame(spray.frames, frame);
    }
    const servers = spray.servers.size;
    if (servers < this.#rule.serversMin || servers < 2 * spray.toldAt) return null;
    return triesOf(spray) > TRIES_EACH_MAX * servers ? null : spray;
  }

  accepted({ client, server }: Login): void {
    if (this.#rule.forgetsAccepted) this.#sprays.get(client)?.servers.delete(server);
  }

  /** One that was told, and in which this server was. */
  toldOf(client: number, server: number, timeUs: number): Spray | null {
    const spray = this.#sprays.get(client);
    if (spray === undefined || spray.toldAt === 0 || timeUs - spray.firstUs > this.#rule.windowUs) return null;
    return spray.servers.has(server) ? spray : null;
  }

  /** The spray of a client without what has left the window. */
  #of(client: number, timeUs: number): Spray {
    const { windowUs } = this.#rule;
    let spray = this.#sprays.get(client);
    if (spray === undefined) {
      forgetOldest(this.#sprays, CLIENTS_MAX);
      this.#sprays.set(client, (spray = { servers: new Map(), frames: [], firstUs: timeUs, toldAt: 0 }));
    }
    if (timeUs - spray.firstUs <= windowUs) return spray;
    for (const [server, { lastUs }] of spray.servers) if (timeUs - lastUs > windowUs) spray.servers.delete(server);
    spray.firstUs = spray.servers.size === 0 ? timeUs : timeUs - windowUs;
    if (spray.servers.size === 0) {
      spray.frames.length = 0;
      spray.toldAt = 0;
    }
    return spray;
  }
}

export function triesOf({ servers }: Spray): number {
  return [...servers.values()].reduce((sum, each) => sum + each.tries, 0);
}
