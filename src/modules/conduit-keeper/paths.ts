// Learns by which services each network is reached from which others, and tells a way that was never used, once enough
// is known to say so. Only where no policy says what may pass. Where 1sec.yaml declares zones, a way comes from a zone
// rather than from one of its networks, what stays within a zone is free, and zones of one network are learned by themselves.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { portOf, serviceOf } from '../../assets/conduit-rules.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { ContextKind, pathWord, textWord } from '../../learning/contexts.ts';
import { chanceText, countOf, spanText } from '../plain-words.ts';
import { unconfirmedSighting, weighed } from '../unconfirmed.ts';
import { NEW_PATH } from './kinds.ts';
import type { Places } from './places.ts';

const NETWORKS_MAX = 4096;
const SERVICES_MAX = 256;
const OF_THE_NETWORK: readonly string[] = ['dns', 'ntp', 'dhcp', 'ssdp', 'hsrp'];

export class UsualPaths {
  readonly #site: Site;
  readonly #places: Places;
  /** By network and service: the word of the way; a plant has some hundreds. */
  readonly #words = new Map<string, Map<string, number>>();

  constructor(site: Site, places: Places) {
    this.#site = site;
    this.#places = places;
  }

  /** A conversation counts when it is recognised or ends, and once a minute while it goes on. */
  conversation(conversation: Conversation): void {
    const { phase, protocol, transport, isAnswered, client, server } = conversation;
    if (!isAnswered || (transport !== 'tcp' && transport !== 'udp')) return;
    const isDue = protocol >= 0 ? phase === 'identified' || phase === 'updated' : phase === 'closed';
    if (!isDue || !this.#places.isInside(server) || !this.#isOfSite(client, server)) return;
    if (this.#places.isOutside(server, client)) return;
    if (!this.#places.isApart(client, server) || !this.#isPartedForGood(client, server)) return;
    const service = serviceOf(conversation, this.#site.protocols);
    if (OF_THE_NETWORK.includes(service) || (protocol < 0 && !this.#isClear(conversation))) return;
    this.#learn(conversation, service);
  }

  #isOfSite(client: number, server: number): boolean {
    return this.#places.isInside(client) || this.#places.isOutside(client, server);
  }

  /** Of what nobody recognises it has to be sure who opened it. */
  #isClear({ transport, isSeenFromStart }: Conversation): boolean {
    return transport === 'tcp' && isSeenFromStart;
  }

  /** By a zone that only its role puts a host in no ways are learned: it may have had another role before. */
  #isPartedForGood(client: number, server: number): boolean {
    return this.#places.placeOf(client) !== this.#places.placeOf(server);
  }

  #learn(conversation: Conversation, service: string): void {
    const { novelty, isTeaching } = this.#site.learning;
    const { client, server, timeUs } = conversation;
    const words = this.#wordsOf(client, server, service);
    const paths = novelty.context(ContextKind.networkPaths, this.#targetOf(client, server), 0, 0);
    const known = words.find((each) => novelty.findSymbol(paths, each, 0) !== 0);
    if (!isTeaching && known === undefined && novelty.isLearned(paths)) {
      // What was told is not learned: it is told again when it comes again.
      this.#raise(conversation, service, paths, words);
      return;
    }
    const word = known ?? words[0]!;
    novelty.observe(novelty.symbol(paths, word, 0), timeUs);
    const own = novelty.context(ContextKind.paths, server, 0, 0);
    novelty.observe(novelty.symbol(own, word, 0), timeUs);
  }

  #wordOf(network: string, service: string): number {
    let ofNetwork = this.#words.get(network);
    if (ofNetwork === undefined) {
      forgetOldest(this.#words, NETWORKS_MAX);
      this.#words.set(network, (ofNetwork = new Map<string, number>()));
    }
    let word = ofNetwork.get(service);
    if (word === undefined) {
      word = pathWord(network, service);
      forgetOldest(ofNetwork, SERVICES_MAX);
      ofNetwork.set(service, word);
    }
    return word;
  }

  /** The way as it is learned, and as a baseline has it, which knows networks only. The whole Internet is one network. */
  #wordsOf(client: number, server: number, service: string): readonly number[] {
    const places = this.#places;
    if (places.isOutside(client, server)) return [this.#wordOf('internet', service)];
    const ofPlace = this.#wordOf(places.placeOf(client), service);
    if (places.lastingZoneOf(client) === null || this.#isWithinNetwork(client, server)) return [ofPlace];
    return [ofPlace, this.#wordOf(places.networkOf(client), service)];
  }

  /** The network that is reached; a zone of its own where the way begins in the same network, of which no baseline knows. */
  #targetOf(client: number, server: number): number {
    const places = this.#places;
    if (!this.#isWithinNetwork(client, server)) return places.networkWordOf(server);
    return textWord(`${places.placeOf(server)} from within ${places.networkOf(server)}`);
  }

  #isWithinNetwork(client: number, server: number): boolean {
    return this.#places.networkOf(client) === this.#places.networkOf(server);
  }

  #raise(conversation: Conversation, service: string, paths: number, words: readonly number[]): void {
    const { hosts, learning } = this.#site;
    const { novelty } = learning;
    const { client, server, serverPort, timeUs, frame, frames } = conversation;
    const { bound, observations, distinct } = novelty.estimate(paths);
    const from = this.#places.isOutside(client, server) ? 'the Internet' : this.#places.placeText(client);
    const port = portOf(conversation);
    const reached = this.#isWithinNetwork(client, server) ? 'part of the network' : 'network';
    const text =
      `${hosts.address(client)} opened ${service}${port === '' || port === service ? '' : ` (${port})`} to ` +
      `${hosts.address(server)}: from ${from} to ${this.#places.placeText(server)} nothing of the kind passed before. In ` +
      `${spanText(novelty.lastUs(paths) - novelty.firstUs(paths))} ${countOf(observations, 'conversation')} came into that ` +
      `${reached} by ${countOf(distinct, 'way')}; the chance that the next comes by a new one was below ${chanceText(bound)}.`;
    const sought = words.map((word) => [ContextKind.paths, server, 0, 0, word, 0] as const);
    const seen = unconfirmedSighting(this.#site, ...sought);
    this.#site.raise({
      kind: NEW_PATH.kind,
      ...weighed(NEW_PATH.severity, text, seen),
      timeUs,
      subject: { host: server, unit: -1, port: serverPort },
      peer: { host: client, unit: -1, port: -1 },
      object: service,
      frames: frames.length > 0 ? frames : [frame],
    });
  }
}
