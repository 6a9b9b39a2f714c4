// Judges what passes between the control level and the Internet, in both directions. A device may turn out to be of the
// control level after it spoke: what it did before is kept until then.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { Severity } from '../../facts/alert.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { serviceOf } from '../../assets/conduit-rules.ts';
import { FROM_INTERNET, TO_INTERNET } from './kinds.ts';
import type { Places } from './places.ts';

/** Devices of which the first conversations with the Internet are kept. */
const WAITING_MAX = 16_384;
/** What a device needs of the world to know the time and names. */
const OF_THE_NETWORK: readonly string[] = ['dns', 'ntp'];
/** Of what happens to a device the first of each is told, and the rest counted with it. */
type What = 'asked' | 'answered' | 'tried' | 'names';
const OBJECTS: Readonly<Record<What, string>> = {
  asked: 'from the Internet',
  answered: 'answered',
  tried: 'not answered',
  names: 'names and time',
};

export class InternetTalks {
  readonly #site: Site;
  readonly #places: Places;
  readonly #waiting = new Map<number, Map<What, Conversation>>();

  constructor(site: Site, places: Places) {
    this.#site = site;
    this.#places = places;
  }

  conversation(conversation: Conversation): void {
    const { phase, client, server, transport } = conversation;
    const isDue = conversation.protocol >= 0 ? phase === 'identified' : phase === 'closed';
    if (!isDue || (transport !== 'tcp' && transport !== 'udp')) return;
    if (this.#places.isOutside(server, client) && this.#places.isInside(client)) {
      this.#note(client, this.#outward(conversation), conversation);
    } else if (this.#places.isOutside(client, server) && this.#places.isInside(server)) {
      if (this.#isOpenedFromOutside(conversation)) this.#note(server, 'asked', conversation);
    }
  }

  /**
   * What is now known of a host may make what it did before worth telling: of a controller, which it always was. Who asks
   * controllers may have become what it is by what came from the Internet.
   */
  reviewed(host: number): void {
    const kept = this.#waiting.get(host);
    if (kept === undefined || this.#places.control.find(host)?.isController !== true) return;
    if (this.#places.controlText(host) === '') return;
    this.#waiting.delete(host);
    for (const [what, conversation] of kept) this.#raise(host, what, conversation);
  }

  #outward(conversation: Conversation): What {
    if (OF_THE_NETWORK.includes(serviceOf(conversation, this.#site.protocols))) return 'names';
    return isReached(conversation) ? 'answered' : 'tried';
  }

  /** Who opened a conversation that was joined in its middle is a guess, but for protocols that say who asks. */
  #isOpenedFromOutside(conversation: Conversation): boolean {
    const { protocol, transport, isSeenFromStart } = conversation;
    if (!isReached(conversation) || OF_THE_NETWORK.includes(serviceOf(conversation, this.#site.protocols)))
      return false;
    return this.#places.control.isIndustrial(protocol) || (transport === 'tcp' && isSeenFromStart);
  }

  #note(host: number, what: What, conversation: Conversation): void {
    if (this.#places.controlText(host) !== '') {
      // That it goes on with what it did before is nothing new.
      if (what !== 'asked' && this.#places.wasOnlineFirst(host)) return;
      this.#raise(host, what, conversation);
      return;
    }
    let kept = this.#waiting.get(host);
    if (kept === undefined) {
      forgetOldest(this.#waiting, WAITING_MAX);
      this.#waiting.set(host, (kept = new Map<What, Conversation>()));
    }
    if (!kept.has(what)) kept.set(what, conversation);
  }

  #raise(host: number, what: What, conversation: Conversation): void {
    if (this.#site.learning.isTeaching) return;
    const { hosts } = this.#site;
    const { timeUs, frame, frames, client, server, serverPort } = conversation;
    const service = serviceOf(conversation, this.#site.protocols);
    const port = service.endsWith(`/${serverPort}`) ? service : `${service} (port ${serverPort})`;
    const place = this.#places.controlText(host);
    const came = isReached(conversation) ? 'and was answered' : 'and got no answer';
    const [inner, outer] = [hosts.address(host), hosts.address(what === 'asked' ? client : server)];
    this.#site.raise({
      kind: what === 'asked' ? FROM_INTERNET.kind : TO_INTERNET.kind,
      severity: this.#severity(host, what),
      timeUs,
      subject: { host, unit: -1, port: what === 'asked' ? serverPort : -1 },
      peer: null,
      object: OBJECTS[what],
      frames: frames.length > 0 ? frames : [frame],
      explanation: () =>
        what === 'asked'
          ? `${outer}, an address of the Internet, opened ${port} to ${inner}, which ${place}, ${came}.`
          : `${inner}, which ${place}, opened ${port} to ${outer}, an address of the Internet, ${came}.`,
    });
  }

  #severity(host: number, what: What): Severity {
    const isController = this.#places.control.find(host)?.isController === true;
    if (what === 'asked') return isController ? 'critical' : 'high';
    if (what === 'answered') return isController ? 'high' : 'medium';
    return 'low';
  }
}

/** A server that only refused the connection sent no more than that. */
function isReached({ isAnswered, serverPackets }: Conversation): boolean {
  return isAnswered && serverPackets > 0;
}
