// Judges conversations that are encrypted or in no known protocol, with devices of the control level: shells that somebody left there, what is
// pushed through them, and ports that open during a session.
import type { Severity } from '../../facts/alert.ts';
import { grouped } from '../../bytes/text.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { spanText } from '../plain-words.ts';
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
const PAIRS_MAX = 8192;
/** Refused before and answered afterwards within this time, a service has appeared. */
const APPEARED_US = 10 * MINUTE_US;

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
  /** By flow: who spoke first, of conversations that nobody recognised so far. */
  readonly #drivers = new Map<number, number>();
  readonly #refused = new Map<string, Refused>();
  /** By client and server: when something was last said between them, and in what. */
  readonly #sessions = new Map<string, { readonly service: string; readonly timeUs: number }>();
  readonly #told = new Set<string>();
  /** Conversations between devices that may turn out to be controllers. */
  readonly #waiting: Conversation[] = [];

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
    else if (this.#isOpaque(conversation.protocol)) this.#judge(conversation);
    if (phase === 'closed') this.#drivers.delete(flow);
  }

  end(): void {
    for (const conversation of this.#waiting) this.#judgeKnown(conversation);
    this.#waiting.length = 0;
  }

  #opened({ flow, client, server, clientPackets, isSeenFromStart, timeUs }: Conversation): void {
    const wasSilent = timeUs - this.#openings.siteFirstUs >= SILENCE_US;
    if (this.#drivers.size >= PAIRS_MAX) this.#drivers.delete(this.#drivers.keys().next().value!);
    this.#drivers.set(flow, isSeenFromStart || !wasSilent || clientPackets > 0 ? client : server);
  }

  #wasRefused({ client, server, serverPort, timeUs, frame, isSeenFromStart }: Conversation): void {
    if (!isSeenFromStart) return;
    const key = `${client} ${server} ${serverPort}`;
    const known = this.#refused.get(key);
    if (known !== undefined && timeUs - known.lastUs <= APPEARED_US) {
      known.count++;
      known.lastUs = timeUs;
      return;
    }
    this.#refused.delete(key);
    if (this.#refused.size >= PAIRS_MAX) this.#refused.delete(this.#refused.keys().next().value!);
    this.#refused.set(key, { count: 1, firstUs: timeUs, lastUs: timeUs, frame });
  }

  /** What the two talked about in between is what may have opened the port. */
  #talked({ client, server, protocol, timeUs }: Conversation): void {
    const key = `${client} ${server}`;
    this.#sessions.delete(key);
    if (this.#sessions.size >= PAIRS_MAX) this.#sessions.delete(this.#sessions.keys().next().value!);
    this.#sessions.set(key, { service: this.#site.protocols[protocol]!.name, timeUs });
  }

  #wasAnswered(conversation: Conversation): void {
    const { client, server, serverPort, timeUs, frame } = conversation;
    const refused = this.#refused.get(`${client} ${server} ${serverPort}`);
    const session = this.#sessions.get(`${client} ${server}`);
    if (refused === undefined || timeUs - refused.lastUs > APPEARED_US) return;
    if (session === undefined || session.timeUs < refused.firstUs) return;
    this.#refused.delete(`${client} ${server} ${serverPort}`);
    const { hosts, learning } = this.#site;
    if (learning.isTeaching) return;
    const text =
      `Port ${serverPort} of ${hosts.address(server)} refused ${hosts.address(client)} ${refused.count === 1 ? 'once' : `${refused.count} times`}` +
      ` and answered it ${spanText(timeUs - refused.firstUs)} after the first try. In between the two had a ${session.service} session.`;
    this.#raise(SERVICE_APPEARED.kind, SERVICE_APPEARED.severity, client, server, `port ${serverPort}`, timeUs, text, [
      refused.frame,
      frame,
    ]);
    this.#movement.came(client, server, 'a port that opened', timeUs, frame, 0);
  }

  #judge(conversation: Conversation): void {
    const { client, server, isAnswered, serverPort } = conversation;
    if (!isAnswered || said(conversation.clientPackets, conversation.clientBytes) < SAID_MIN) return;
    if (said(conversation.serverPackets, conversation.serverBytes) < SAID_MIN || this.#isUsual(serverPort)) return;
    if (this.#isController(client) && this.#isController(server)) this.#judgeKnown(conversation);
    else if (conversation.phase === 'closed' && this.#waiting.length < PAIRS_MAX) this.#waiting.push(conversation);
  }

  /** Both are controllers, or one is by now. */
  #judgeKnown(conversation: Conversation): void {
    if (!this.#isController(conversation.server) && !this.#isController(conversation.client)) return;
    const { client, server, flow, serverPort, clientPort, firstUs, frames } = conversation;
    const driver = this.#drivers.get(flow) ?? client;
    const isTurned = driver === server;
    const [from, to, port] = isTurned ? [server, client, clientPort] : [client, server, serverPort];
    if (!this.#isController(to)) return;
    const isBoth = this.#isController(from);
    const { isNew, watchedUs } = this.#openings.note(from, to, `tcp ${port}`, firstUs);
    const key = `${from} ${to} ${port}`;
    if (!isNew && !this.#told.has(key)) return;
    if (this.#told.size >= PAIRS_MAX) this.#told.clear();
    this.#told.add(key);
    const out = isTurned ? 'server' : 'client';
    const [sent, got] =
      out === 'client'
        ? [
            said(conversation.clientPackets, conversation.clientBytes),
            said(conversation.serverPackets, conversation.serverBytes),
          ]
        : [
            said(conversation.serverPackets, conversation.serverBytes),
            said(conversation.clientPackets, conversation.clientBytes),
          ];
    const isUpload = sent >= UPLOAD_BYTES_MIN && sent >= UPLOAD_SHARE * got;
    // From a station or a server: a vendor's own protocol is likelier than a shell, unless days went by without it.
    if (!isBoth && watchedUs < DAY_US) return;
    const { hosts } = this.#site;
    const parties = `${hosts.address(from)}, which ${this.#control.find(from)?.what ?? 'is no controller'}, and ${hosts.address(to)}, which ${this.#control.find(to)!.what},`;
    const text =
      `${parties} talk on TCP port ${port}, ${conversation.protocol < 0 ? 'in no protocol that is known here' : 'encrypted, where no service is usual'}: ${grouped(sent)} bytes one way and ` +
      `${grouped(got)} back. ${isBoth ? 'Devices that are asked do not open such sessions to each other as a rule.' : `In ${spanText(watchedUs)} there was none.`}`;
    const severity: Severity = watchedUs >= DAY_US ? 'high' : 'medium';
    this.#raise(UNKNOWN_CHANNEL.kind, severity, from, to, `tcp ${port}`, firstUs, text, frames);
    if (isUpload) this.#tellUpload(conversation, from, to, port, sent, got, severity);
    this.#movement.came(from, to, `tcp port ${port}`, firstUs, frames[0] ?? 0, 0);
  }

  #tellUpload(
    { firstUs, lastUs, frames }: Conversation,
    from: number,
    to: number,
    port: number,
    sent: number,
    got: number,
    severity: Severity,
  ): void {
    const { hosts } = this.#site;
    const text =
      `${hosts.address(from)} pushed ${grouped(sent)} bytes into ${hosts.address(to)} on TCP port ${port} within ` +
      `${spanText(lastUs - firstUs)} and got ${grouped(got)} back: as much as a program, and nobody can see what it was.`;
    // Before it ends, what came through it is already there.
    this.#raise(HIDDEN_UPLOAD.kind, severity, from, to, `tcp ${port}`, lastUs, text, frames);
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

  #raise(
    kind: string,
    severity: Severity,
    from: number,
    to: number,
    object: string,
    timeUs: number,
    explanation: string,
    frames: readonly number[],
  ): void {
    this.#site.raise({
      kind,
      severity,
      timeUs,
      subject: { host: to, unit: -1, port: -1 },
      peer: { host: from, unit: -1, port: -1 },
      object,
      explanation,
      replacesExplanation: true,
      frames: frames.filter((frame) => frame > 0),
    });
  }
}

function said(packets: number, bytes: number): number {
  return Math.max(0, bytes - packets * HEADER_BYTES);
}
