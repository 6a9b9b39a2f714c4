// Data conversations that a control conversation has announced: who listens where, and what is about to be carried.
import type { MessageContext } from '../../facts/protocol.ts';
import type { Plan } from './transfers.ts';

/** An announcement that nobody followed for so long is forgotten. */
export const ANNOUNCED_US = 60e6;
/** More of them at a time: the oldest is forgotten. */
const ANNOUNCED_MAX = 4096;
/** Below stand the ports of services: who names one wants something else than a file. */
const PORT_MIN = 1024;

export interface Announcement {
  /** Parties of the control conversation. */
  readonly client: number;
  readonly server: number;
  readonly isPassive: boolean;
  readonly port: number;
  /** Hosts that may be meant: the one that is named, and the one that the control conversation shows. */
  readonly hosts: readonly number[];
  sinceUs: number;
  /** What the command says is carried; null until it was seen. */
  plan: Plan | null;
}

export class Announcements {
  readonly #byPlace = new Map<number, Announcement>();
  /** How many are announced on a port: nearly always the answer is no. */
  readonly #onPort = new Uint16Array(65_536);

  add(announcement: Announcement): void {
    if (announcement.port < PORT_MIN) return;
    for (const host of announcement.hosts) {
      const place = placeOf(host, announcement.port);
      const older = this.#byPlace.get(place);
      if (older !== undefined) this.remove(older);
      if (this.#byPlace.size >= ANNOUNCED_MAX) this.#forgetOldest();
      this.#byPlace.set(place, announcement);
      this.#onPort[announcement.port]!++;
    }
  }

  /** The announcement of the conversation that `context` names; it is taken away. */
  take(context: MessageContext): Announcement | null {
    const { client, server, clientPort, serverPort, timeUs } = context;
    if (this.#onPort[serverPort] === 0 && this.#onPort[clientPort] === 0) return null;
    const found = this.#at(server, serverPort, client) ?? this.#at(client, clientPort, server);
    if (found === null) return null;
    this.remove(found);
    return timeUs - found.sinceUs <= ANNOUNCED_US ? found : null;
  }

  /**
   * Who listens has been named, and the other is the other party of the control conversation: nobody can hide what is
   * said between two others by announcing it.
   */
  #at(host: number, port: number, other: number): Announcement | null {
    if (this.#onPort[port] === 0) return null;
    const found = this.#byPlace.get(placeOf(host, port));
    if (found === undefined) return null;
    return other === (found.isPassive ? found.client : found.server) ? found : null;
  }

  remove(announcement: Announcement): void {
    for (const host of announcement.hosts) {
      const place = placeOf(host, announcement.port);
      if (this.#byPlace.get(place) !== announcement) continue;
      this.#byPlace.delete(place);
      this.#onPort[announcement.port]!--;
    }
  }

  tick(timeUs: number): void {
    for (const announcement of this.#byPlace.values()) {
      if (timeUs - announcement.sinceUs > ANNOUNCED_US) this.remove(announcement);
      else return;
    }
  }

  #forgetOldest(): void {
    for (const announcement of this.#byPlace.values()) {
      this.remove(announcement);
      return;
    }
  }
}

function placeOf(host: number, port: number): number {
  return host * 65_536 + port;
}
