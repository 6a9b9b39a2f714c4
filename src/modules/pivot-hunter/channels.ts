// Judges conversations that are encrypted or in no known protocol, with devices of the control level: shells that somebody left there, what is
// pushed through them, and ports that open during a session.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { Severity } from '../../facts/alert.ts';
import { grouped } from '../../bytes/text.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { spanText } from '../plain-words.ts';
import { raiseBetween } from './between-hosts.ts';
import { HIDDEN_UPLOAD, SERVICE_APPEARED, UNKNOWN_CHANNEL } from './kinds.ts';
import type { Movement } from './movement.ts';
import type { Openings } from './openings.ts';

const MINUTE_US = 60_000_000;
const DAY_US = 24 * 60 * MINUTE_US;
/** Of a conversation in the middle of which the capture began: whoever speaks first after a silence asks. */
const SILENCE_US = 5_000_000;
/** Bytes of an Ethernet, IP and TCP header without options: what remains is said. */
const HEADER_BYTES = 54;
/** So much is said by each side in a session; less is a greeting, or nothing. */
const SAID_MIN = 150;
/** So much, and so much more than comes back, is an upload. */
const UPLOAD_BYTES_MIN = 32_768;
const UPLOAD_SHARE = 10;
const WAITING_US = 60 * MINUTE_US;
const PAIRS_MAX = 8192;
/** Refused before and answered afterwards within this time, a service has appeared. */
const APPEARED_US = 10 * MINUTE_US;

/** Host numbers are smaller. */
const HOST_RANGE = 2 ** 18;

interface Way {
  readonly from: number;
  readonly to: number;
  readonly port: number;
  readonly sent: number;
  readonly got: number;
}

interface Appeared {
  readonly refused: Refused;
  readonly service: string;
  readonly timeUs: number;
  readonly frame: number;
}

interface Refused {
  count: number;
  readonly firstUs: number;
  lastUs: number;
  readonly frame: number;
}

export class Channels {
  readonly #site: Site;
  readonly #control: ControlHosts;
  readonly #openings: Openings;
  readonly #movement: Movement;
  /** By flow: that the server spoke first, where it did, of conversations that nobody recognised so far. */
  readonly #drivers = new Map<number, number>();
  /** By `doorKey`. */
  readonly #refused = new Map<number, Refused>();
  /** By `pairKey`: when something was last said between the two, and in what. */
  readonly #sessions = new Map<number, { service: string; timeUs: number }>();
  /** By flow: ports that answered after they had refused. */
  readonly #appeared = new Map<number, Appeared>();
  readonly #told = new Set<string>();
  /** Conversations between devices that may turn out to be controllers. */
  readonly #waiting: Conversation[] = [];
  #lookedUs = 0;

  constructor(site: Site, control: ControlHosts, openings: Openings, movement: Movement) {
    this.#site = site;
    this.#control = control;
    this.#openings = openings;
    this.#movement = movement;
  }

  conversation(conversation: Conversation): void {
    const { phase, transport, client, server, flow } = conversation;
    if (transport !== 'tcp' || client <= 0 || server <= 0) return;
    if (phase === 'opened') this.#opened(conversation);
    else if (phase === 'refused') this.#wasRefused(conversation);
    else if (phase === 'answered') this.#wasAnswered(conversation);
    else if (phase === 'identified') this.#talked(conversation);
    else if (this.#isOpaque(conversation.protocol)) {
      this.#judgeAppeared(conversation);
      this.#judge(conversation);
    }
    if (phase !== 'closed') return;
    this.#drivers.delete(flow);
    this.#appeared.delete(flow);
  }

  /** What has become of those that waited; after an hour nobody waits any more. */
  tick(timeUs: number): void {
    if (timeUs - this.#lookedUs < MINUTE_US) return;
    this.#lookedUs = timeUs;
    const waiting = this.#waiting.splice(0);
    for (const conversation of waiting) {
      const { client, server, lastUs } = conversation;
      if (this.#isController(client) || this.#isController(server)) this.#judgeKnown(conversation);
      else if (timeUs - lastUs < WAITING_US) this.#waiting.push(conversation);
    }
  }

  end(): void {
    this.tick(Infinity);
  }

  #opened({ flow, server, clientPackets, isSeenFromStart, timeUs }: Conversation): void {
    const wasSilent = timeUs - this.#openings.siteFirstUs >= SILENCE_US;
    if (isSeenFromStart || !wasSilent || clientPackets > 0) return;
    forgetOldest(this.#drivers, PAIRS_MAX);
    this.#drivers.set(flow, server);
  }

  #wasRefused({ client, server, serverPort, timeUs, frame, isSeenFromStart }: Conversation): void {
    if (!isSeenFromStart) return;
    const key = doorKey(client, server, serverPort);
    const known = this.#refused.get(key);
    if (known !== undefined && timeUs - known.lastUs <= APPEARED_US) {
      known.count++;
      known.lastUs = timeUs;
      return;
    }
    this.#refused.delete(key);
    forgetOldest(this.#refused, PAIRS_MAX);
    this.#refused.set(key, { count: 1, firstUs: timeUs, lastUs: timeUs, frame });
  }

  /** What the two talked about in between is what may have opened the port. */
  #talked({ client, server, protocol, timeUs }: Conversation): void {
    const key = pairKey(client, server);
    const service = this.#site.protocols[protocol]!.name;
    const known = this.#sessions.get(key);
    this.#sessions.delete(key);
    forgetOldest(this.#sessions, PAIRS_MAX);
    if (known === undefined) this.#sessions.set(key, { service, timeUs });
    else {
      known.service = service;
      known.timeUs = timeUs;
      this.#sessions.set(key, known);
    }
  }

  /** A port that refused before: what is spoken there decides. */
  #wasAnswered({ flow, client, server, serverPort, timeUs, frame }: Conversation): void {
    if (this.#refused.size === 0) return;
    const key = doorKey(client, server, serverPort);
    const refused = this.#refused.get(key);
    const session = this.#sessions.get(pairKey(client, server));
    if (refused === undefined || timeUs - refused.lastUs > APPEARED_US || this.#isUsual(serverPort)) return;
    if (session === undefined || session.timeUs < refused.firstUs) return;
    this.#refused.delete(key);
    forgetOldest(this.#appeared, PAIRS_MAX);
    this.#appeared.set(flow, { refused, service: session.service, timeUs, frame });
  }

  /** Nobody knows what is spoken on the port that opened. */
  #judgeAppeared({ flow, client, server, serverPort }: Conversation): void {
    const appeared = this.#appeared.get(flow);
    if (appeared === undefined) return;
    this.#appeared.delete(flow);
    const { hosts, learning } = this.#site;
    if (learning.isTeaching) return;
    const { refused, service, timeUs, frame } = appeared;
    const times = refused.count === 1 ? 'once' : `${refused.count} times`;
    const text =
      `Port ${serverPort} of ${hosts.address(server)} refused ${hosts.address(client)} ${times} and answered it ` +
      `${spanText(timeUs - refused.firstUs)} after the first try. In between the two had a session in ${service}; what is ` +
      'spoken on the port is encrypted or not known here.';
    const frames = [refused.frame, frame];
    raiseBetween(this.#site, {
      ...{ kind: SERVICE_APPEARED.kind, severity: SERVICE_APPEARED.severity },
      ...{ subject: server, peer: client, object: `port ${serverPort}` },
      ...{ timeUs, explanation: text, replacesExplanation: true, frames },
    });
    this.#movement.came(client, server, `TCP port ${serverPort}, which opened`, timeUs, frame, 0);
  }

  #judge(conversation: Conversation): void {
    const { client, server, isAnswered, serverPort } = conversation;
    if (!isAnswered || said(conversation.clientPackets, conversation.clientBytes) < SAID_MIN) return;
    if (said(conversation.serverPackets, conversation.serverBytes) < SAID_MIN || this.#isUsual(serverPort)) return;
    if (this.#isController(client) || this.#isController(server)) this.#judgeKnown(conversation);
    else if (conversation.phase === 'closed' && this.#waiting.length < PAIRS_MAX) this.#waiting.push(conversation);
  }

  #judgeKnown(conversation: Conversation): void {
    const way = wayOf(conversation, this.#drivers.get(conversation.flow) ?? conversation.client);
    const { from, to, port } = way;
    if (!this.#isController(to)) return;
    const { firstUs, frames } = conversation;
    const { isNew, watchedUs } = this.#openings.note(from, to, `tcp ${port}`, firstUs);
    const key = `${from} ${to} ${port}`;
    const isTold = this.#told.has(key);
    // From a station or a server a vendor's own protocol is likelier than a shell, unless days went by without it.
    const isUnusual = isNew && (this.#isController(from) || watchedUs >= DAY_US);
    if (!isUnusual && !isTold) return;
    if (this.#told.size >= PAIRS_MAX) this.#told.clear();
    this.#told.add(key);
    const severity: Severity = watchedUs >= DAY_US ? 'high' : 'medium';
    const text = this.#channelText(conversation, way, watchedUs);
    raiseBetween(this.#site, {
      ...{ kind: UNKNOWN_CHANNEL.kind, severity, subject: to, peer: from, object: `tcp ${port}` },
      ...{ timeUs: firstUs, explanation: text, replacesExplanation: true, frames },
    });
    if (way.sent >= UPLOAD_BYTES_MIN && way.sent >= UPLOAD_SHARE * way.got) {
      this.#tellUpload(conversation, way, severity);
    }
    if (!isTold) this.#movement.came(from, to, `TCP port ${port}`, firstUs, frames[0] ?? 0, 0);
  }

  #channelText({ protocol }: Conversation, { from, to, port, sent, got }: Way, watchedUs: number): string {
    const { hosts } = this.#site;
    const what = (host: number): string => this.#control.find(host)?.what ?? 'is not of the control level';
    const how = protocol < 0 ? 'in no protocol that is known here' : 'encrypted, where no service is usual';
    const before = this.#isController(from)
      ? 'Devices that are asked do not open such sessions to each other as a rule.'
      : `In ${spanText(watchedUs)} there was none.`;
    return (
      `${hosts.address(from)}, which ${what(from)}, and ${hosts.address(to)}, which ${what(to)}, talk on TCP port ${port}, ` +
      `${how}: ${grouped(sent)} bytes one way and ${grouped(got)} back. ${before}`
    );
  }

  #tellUpload({ firstUs, lastUs, frames }: Conversation, { from, to, port, sent, got }: Way, severity: Severity): void {
    const { hosts } = this.#site;
    const text =
      `${hosts.address(from)} pushed ${grouped(sent)} bytes into ${hosts.address(to)} on TCP port ${port} within ` +
      `${spanText(lastUs - firstUs)} and got ${grouped(got)} back: as much as a program, and nobody can see what it was.`;
    // Before it ends, what came through it is already there.
    raiseBetween(this.#site, {
      ...{ kind: HIDDEN_UPLOAD.kind, severity, subject: to, peer: from, object: `tcp ${port}` },
      ...{ timeUs: lastUs, explanation: text, replacesExplanation: true, frames },
    });
  }

  #isController(host: number): boolean {
    return this.#control.find(host)?.isController === true;
  }

  /** In no protocol that is known here, or encrypted. */
  #isOpaque(protocol: number): boolean {
    return protocol < 0 || this.#site.protocols[protocol]?.name === 'tls';
  }

  /** A protocol that is decoded lives there, or a service that everybody knows. */
  #isUsual(port: number): boolean {
    return port < 1024 || this.#site.protocols.some(({ ports }) => ports.includes(port));
  }
}

/** Who asks whom on which port, and how much is said: as seen from who began, which ports alone need not tell. */
function wayOf(conversation: Conversation, driver: number): Way {
  const { client, server, clientPort, serverPort } = conversation;
  const asked = said(conversation.clientPackets, conversation.clientBytes);
  const answered = said(conversation.serverPackets, conversation.serverBytes);
  return driver === server
    ? { from: server, to: client, port: clientPort, sent: answered, got: asked }
    : { from: client, to: server, port: serverPort, sent: asked, got: answered };
}

/** Host numbers are below 2^18. */
function pairKey(client: number, server: number): number {
  return client * HOST_RANGE + server;
}

function doorKey(client: number, server: number, port: number): number {
  return pairKey(client, server) * 65_536 + port;
}

function said(packets: number, bytes: number): number {
  return Math.max(0, bytes - packets * HEADER_BYTES);
}
