// Keeps what each host tried to reach and what became of it, in bounded tables: what scans are judged by.
import type { Conversation, Trait, Transport } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';

const SECOND_US = 1_000_000;
/** Kept no longer than that after the last try: slow scans are seen within it. */
export const REMEMBERED_US = 24 * 3600 * SECOND_US;
/** As long as that an answer may still come. */
const PATIENCE_US = 5 * SECOND_US;
/** Tried again after this long, a target is one that the host wants, whether it answers or not. */
const RETURN_US = 10 * SECOND_US;
const CLIENTS_MAX = 8192;
/** Targets of one host; the oldest goes. */
const TARGETS_MAX = 2048;
/** Targets of all hosts; the host that came first goes. */
const ALL_TARGETS_MAX = 262_144;
/** More packets than a connection needs that is opened to see whether that can be done. */
const EMPTY_PACKETS_MAX = 8;
const EMPTY_BYTES_A_PACKET = 80;
/** Ports below are those of services: what comes from there is an answer, whoever is taken for the client. */
const EPHEMERAL_PORT_MIN = 1024;

export interface Target {
  readonly server: number;
  readonly transport: Transport;
  readonly port: number;
  readonly firstUs: number;
  lastUs: number;
  tries: number;
  /** `waiting`: nothing was heard of it; `empty`: it answered and nothing was said. */
  state: 'waiting' | 'refused' | 'answered' | 'empty' | 'used';
  /** It was tried again later, as one does who wants something there. */
  hasReturned: boolean;
  readonly frame: number;
}

export interface Client {
  readonly host: number;
  /** By `keyOf`. */
  readonly targets: Map<number, Target>;
  /** Something happened since it was last judged. */
  isDirty: boolean;
}

export class Attempts {
  readonly clients = new Map<number, Client>();
  readonly #site: Site;
  #count = 0;
  /** The newest ICMP conversation: whether somebody asks in it is told next. */
  #icmp: Conversation | null = null;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Follows the conversation in whose first packet somebody asks. */
  trait({ trait, frame, host }: Trait): void {
    if (trait !== 'echo-request' || this.#icmp?.frame !== frame || this.#icmp.client !== host) return;
    this.#tried(this.#icmp);
  }

  conversation(conversation: Conversation): void {
    const { phase, client, server, transport, timeUs } = conversation;
    if (transport === 'link' || transport === 'ip' || client <= 0 || server <= 0) return;
    if (phase === 'updated' || this.#site.hosts.isBroadcastOrMulticast(server)) return;
    if (phase === 'opened') {
      if (transport === 'icmp') this.#icmp = conversation;
      else if (isAsking(conversation)) this.#tried(conversation);
      return;
    }
    const known = this.clients.get(client);
    const target = known?.targets.get(keyOf(conversation));
    if (known === undefined || target === undefined) return;
    if (phase === 'refused') this.#becomes(known, target, 'refused');
    else if (phase === 'answered') this.#becomes(known, target, 'answered');
    else if (phase === 'identified' && transport !== 'icmp') this.#becomes(known, target, 'used');
    else if (phase === 'closed') {
      // What is said at length to nobody who is heard is a capture of one direction.
      if (isEmpty(conversation)) {
        if (conversation.isAnswered && transport === 'tcp') this.#becomes(known, target, 'empty');
      } else this.#becomes(known, target, 'used');
    }
    target.lastUs = Math.max(target.lastUs, Math.min(timeUs, conversation.lastUs));
  }

  /** What is older than a day is forgotten. */
  forget(timeUs: number): void {
    for (const [host, { targets }] of this.clients) {
      for (const [key, target] of targets) {
        if (timeUs - target.lastUs <= REMEMBERED_US) continue;
        targets.delete(key);
        this.#count--;
      }
      if (targets.size === 0) this.clients.delete(host);
    }
  }

  #tried(conversation: Conversation): void {
    const { client, server, transport, serverPort, timeUs, frame } = conversation;
    const known = this.#client(client);
    const key = keyOf(conversation);
    const before = known.targets.get(key);
    known.isDirty = true;
    if (before !== undefined) {
      before.tries++;
      if (timeUs - before.lastUs >= RETURN_US) before.hasReturned = true;
      before.lastUs = timeUs;
      return;
    }
    if (known.targets.size >= TARGETS_MAX) {
      known.targets.delete(known.targets.keys().next().value!);
      this.#count--;
    }
    known.targets.set(key, {
      server,
      transport,
      port: serverPort,
      firstUs: timeUs,
      lastUs: timeUs,
      tries: 1,
      state: 'waiting',
      hasReturned: false,
      frame,
    });
    this.#count++;
    while (this.#count > ALL_TARGETS_MAX) this.#forgetFirst();
  }

  #client(host: number): Client {
    const known = this.clients.get(host);
    if (known !== undefined) return known;
    if (this.clients.size >= CLIENTS_MAX) this.#forgetFirst();
    const made = { host, targets: new Map<number, Target>(), isDirty: true };
    this.clients.set(host, made);
    return made;
  }

  #forgetFirst(): void {
    for (const [host, { targets }] of this.clients) {
      this.#count -= targets.size;
      this.clients.delete(host);
      return;
    }
  }

  #becomes(client: Client, target: Target, state: Target['state']): void {
    if (target.state === 'used') return;
    target.state = state;
    client.isDirty = true;
  }
}

/** Nothing came of it: no answer in time, a refusal, or a connection in which nothing was said. */
export function hasFailed(target: Target, timeUs: number): boolean {
  if (target.hasReturned) return false;
  if (target.state === 'waiting') return timeUs - target.lastUs >= PATIENCE_US;
  return target.state === 'refused' || target.state === 'empty';
}

/** Server, transport and port in one number. */
function keyOf({ server, transport, serverPort }: Conversation): number {
  return (server * 3 + (transport === 'tcp' ? 0 : transport === 'udp' ? 1 : 2)) * 65_536 + serverPort;
}

function isEmpty({ clientPackets, serverPackets, clientBytes, serverBytes }: Conversation): boolean {
  const packets = clientPackets + serverPackets;
  return packets <= EMPTY_PACKETS_MAX && clientBytes + serverBytes <= packets * EMPTY_BYTES_A_PACKET;
}

/** TCP from its first packet; UDP from a port that is no service's. */
function isAsking({ transport, clientPort, isSeenFromStart }: Conversation): boolean {
  return transport === 'tcp' ? isSeenFromStart : clientPort >= EPHEMERAL_PORT_MIN;
}
