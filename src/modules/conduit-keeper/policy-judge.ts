// Judges what passes between zones by the conduits of a policy: conversations by service and port, operations by what
// they ask for.
import { ACCESS_OF_VERB, conduitFor, portOf, serviceOf } from '../../assets/conduit-rules.ts';
import { isInZone } from '../../assets/zones.ts';
import { showable } from '../../bytes/text.ts';
import type { Severity } from '../../facts/alert.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { ACCESS_NAMES, type Passage, type PolicyView } from '../../facts/policy.ts';
import { CONDUIT_VIOLATED, DEVICE_IN_TWO_ZONES } from './kinds.ts';

/** Violations of one client towards one zone that are told one by one; further ones are told as one. */
const SINGLE_MAX = 8;
/** Clients and zones for which that is counted, MAC addresses, and pairs for which it is known what was told. */
const COUNTED_MAX = 16_384;
/** Ways of asking whose verdict is remembered. */
const WAYS_MAX = 1_048_576;
/** Verdicts. */
const UNKNOWN = 0;
const ALLOWED = 1;
const REFUSED = 2;
/** What routers and firewalls offer in every zone they connect. */
const OF_ROUTERS: readonly string[] = ['icmp', 'dhcp', 'dns', 'ntp', 'hsrp', 'snmp', 'ssdp'];
const ACCESS_WORDS: Readonly<Record<(typeof ACCESS_NAMES)[number], string>> = {
  read: 'reading',
  'read-write': 'writing',
  engineering: 'engineering',
};

interface Between {
  readonly from: string | null;
  readonly to: string | null;
}

export class PolicyJudge {
  readonly #site: Site;
  readonly #view: PolicyView;
  readonly #roles = new Map<number, string>();
  /** By way and access. */
  #verdicts = new Uint8Array(4096);
  /** `client zone` → what was told one by one. */
  readonly #singles = new Map<string, Set<string>>();
  readonly #zoneOfMac = new Map<string, { zone: number; host: number }>();
  /** Pair and service → the most that was asked for without a conduit. */
  readonly #told = new Map<string, number>();

  constructor(site: Site, view: PolicyView) {
    this.#site = site;
    this.#view = view;
  }

  /** What a host is taken for. */
  role(host: number, role: string): void {
    if (this.#roles.get(host) === role) return;
    if (this.#roles.size < COUNTED_MAX) this.#roles.set(host, role);
    if (this.#view.policy.zones.some(({ roles }) => roles.length > 0)) this.#verdicts.fill(UNKNOWN);
  }

  conversation(conversation: Conversation): void {
    const { phase, protocol, transport, client, server } = conversation;
    if (transport === 'link') return;
    if (phase === 'closed' && conversation.isAnswered) this.#noteZones(conversation);
    // What is recognised is judged at once, the rest when all of it was seen.
    const isDue = protocol >= 0 ? phase === 'identified' : phase === 'closed';
    if (!isDue) return;
    const between = this.#between(client, server);
    if (between === null) return;
    const passage = {
      service: serviceOf(conversation, this.#site.protocols),
      port: portOf(conversation),
      access: null,
    };
    if (!this.#passes(between, passage)) this.#raiseConversation(conversation, between, passage);
  }

  operation(operation: Operation): void {
    const access = ACCESS_OF_VERB[operation.verb]!;
    const slot = operation.way * ACCESS_NAMES.length + access;
    const known = operation.way === 0 ? UNKNOWN : (this.#verdicts[slot] ?? UNKNOWN);
    if (known === ALLOWED || operation.isBroadcast) return;
    const between = this.#between(operation.client, operation.server);
    const service = this.#site.protocols[operation.protocol]?.name ?? '';
    // On which port it may pass was judged with the conversation.
    const passage: Passage = { service, port: '', access: ACCESS_NAMES[access]! };
    const isAllowed = known === UNKNOWN && (between === null || this.#passes(between, passage));
    if (known === UNKNOWN) this.#remember(slot, isAllowed ? ALLOWED : REFUSED);
    if (!isAllowed && between !== null) this.#raiseOperation(operation, between, passage, access);
  }

  #remember(slot: number, verdict: number): void {
    if (slot < ACCESS_NAMES.length || slot >= WAYS_MAX) return;
    if (slot >= this.#verdicts.length) {
      const verdicts = new Uint8Array(Math.max(slot + 1, this.#verdicts.length * 2));
      verdicts.set(this.#verdicts);
      this.#verdicts = verdicts;
    }
    this.#verdicts[slot] = verdict;
  }

  /** Null where nothing is to be judged: within a zone, or between hosts that no zone names. */
  #between(client: number, server: number): Between | null {
    const { hosts } = this.#site;
    if (!isInZone(hosts, client) || !isInZone(hosts, server)) return null;
    const [from, to] = [this.#zone(client), this.#zone(server)];
    return from === to ? null : { from: this.#name(from), to: this.#name(to) };
  }

  #zone(host: number): number {
    return this.#view.zoneOf(host, this.#roles.get(host) ?? '');
  }

  #name(zone: number): string | null {
    return this.#view.policy.zones[zone]?.name ?? null;
  }

  #passes({ from, to }: Between, passage: Passage): boolean {
    return from !== null && to !== null && conduitFor(this.#view.policy.conduits, from, to, passage) !== null;
  }

  #raiseConversation(conversation: Conversation, between: Between, { service, port }: Passage): void {
    const { client, server, serverPort, isAnswered, serverPackets, timeUs, frames, frame } = conversation;
    const isOpen = conversation.phase === 'identified';
    const outcome = isAnswered
      ? 'was answered'
      : serverPackets > 0
        ? 'was refused'
        : isOpen
          ? 'had no answer yet'
          : 'was not answered';
    const what = port === '' || port === service ? service : `${service} (${port})`;
    this.#raise(client, between, server, {
      severity: isAnswered || isOpen ? CONDUIT_VIOLATED.severity : 'low',
      timeUs,
      port: serverPort,
      object: service,
      frames: frames.length > 0 ? frames : [frame],
      replaces: false,
      explanation: () =>
        `${this.#host(client, between.from)} opened ${what} to ${this.#host(server, between.to)}; it ${outcome}. ` +
        this.#reason(between, service),
    });
  }

  #raiseOperation(operation: Operation, between: Between, { service }: Passage, access: number): void {
    const { client, server, serverPort, outcome, timeUs, requestFrame, answerFrame } = operation;
    // Where nothing of the protocol may pass the conversation was told already: this says more of it.
    const isPartly = this.#passes(between, { service, port: '', access: null });
    const object = isPartly ? `${service} ${ACCESS_NAMES[access]!}` : service;
    const key = `${client} ${server} ${object}`;
    const isMore = access > (this.#told.get(key) ?? -1);
    if (isMore && this.#told.size < COUNTED_MAX) this.#told.set(key, access);
    this.#raise(client, between, server, {
      severity: severityOf(access, outcome),
      timeUs,
      port: serverPort,
      object,
      frames: [requestFrame, answerFrame].filter((frame) => frame > 0),
      replaces: isMore,
      explanation: () => this.#operationText(operation, between, service, access, isPartly),
    });
  }

  #operationText(operation: Operation, between: Between, service: string, access: number, isPartly: boolean): string {
    const { client, server, outcome, function: code, subfunction, protocol } = operation;
    const name = this.#site.protocols[protocol]?.functionName(code, subfunction) ?? '';
    const came =
      outcome === Outcome.ok ? 'confirmed it' : outcome === Outcome.refused ? 'refused it' : 'did not answer';
    const word = ACCESS_WORDS[ACCESS_NAMES[access]!];
    const may = isPartly
      ? `The policy lets ${service} pass from zone ${quoted(between.from)} to zone ${quoted(between.to)}, but no ${word}.`
      : this.#reason(between, service);
    return (
      `${this.#host(client, between.from)} sent "${showable(name, 80)}" (${service}, ${word}) to ` +
      `${this.#host(server, between.to)}, which ${came}. ${may}`
    );
  }

  #raise(
    client: number,
    { to }: Between,
    server: number,
    told: {
      readonly severity: Severity;
      readonly timeUs: number;
      readonly port: number;
      readonly object: string;
      readonly frames: readonly number[];
      readonly replaces: boolean;
      readonly explanation: () => string;
    },
  ): void {
    const { severity, timeUs, port, object, frames, explanation, replaces } = told;
    const isSingle = this.#isSingle(`${client} ${to ?? ''}`, `${server} ${told.object}`);
    this.#site.raise({
      kind: CONDUIT_VIOLATED.kind,
      severity,
      timeUs,
      subject: { host: isSingle ? server : client, unit: -1, port: isSingle ? port : -1 },
      peer: isSingle ? { host: client, unit: -1, port: -1 } : null,
      object: isSingle ? object : `more towards ${to ?? 'no zone'}`,
      frames,
      replacesExplanation: isSingle && replaces,
      explanation: isSingle
        ? explanation
        : () =>
            `More than ${SINGLE_MAX} violations of one host towards one zone: the others are told as one. ${explanation()}`,
    });
  }

  #isSingle(key: string, what: string): boolean {
    let told = this.#singles.get(key);
    if (told === undefined) {
      if (this.#singles.size >= COUNTED_MAX) return false;
      this.#singles.set(key, (told = new Set()));
    }
    if (told.has(what)) return true;
    if (told.size >= SINGLE_MAX) return false;
    told.add(what);
    return true;
  }

  #host(host: number, zone: string | null): string {
    return `${this.#site.hosts.address(host)} (${zone === null ? 'in no zone' : `zone ${quoted(zone)}`})`;
  }

  #reason({ from, to }: Between, service: string): string {
    if (from === null || to === null) return 'The policy has no zone for one of them, so nothing may pass.';
    const allowed = this.#view.policy.conduits.filter((conduit) => conduit.from === from && conduit.to === to);
    const names = [...new Set(allowed.map(({ protocol }) => protocol))];
    if (names.length === 0) return 'The policy has no conduit from that zone to this one.';
    const list = names.slice(0, 6).join(', ');
    return names.includes(service)
      ? `The policy lets ${service} pass there, but not to this port.`
      : `The policy lets only ${list}${names.length > 6 ? ` and ${names.length - 6} more` : ''} pass there.`;
  }

  /** The same MAC address at work in two zones; routers pass packets on in all of theirs, but do no work there. */
  #noteZones(conversation: Conversation): void {
    const { transport, client, server, timeUs, frame } = conversation;
    if (transport !== 'tcp' && transport !== 'udp') return;
    if (OF_ROUTERS.includes(serviceOf(conversation, this.#site.protocols))) return;
    for (const host of [client, server]) this.#noteZone(host, timeUs, frame);
  }

  #noteZone(host: number, timeUs: number, frame: number): void {
    const { hosts } = this.#site;
    const mac = hosts.mac(host);
    if (mac === '' || !isInZone(hosts, host)) return;
    const zone = this.#zone(host);
    if (zone < 0) return;
    const known = this.#zoneOfMac.get(mac);
    if (known === undefined) {
      if (this.#zoneOfMac.size < COUNTED_MAX) this.#zoneOfMac.set(mac, { zone, host });
      return;
    }
    if (known.zone === zone || known.zone < 0) return;
    this.#site.raise({
      kind: DEVICE_IN_TWO_ZONES.kind,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: { host: known.host, unit: -1, port: -1 },
      object: mac,
      frames: frame > 0 ? [frame] : [],
      explanation:
        `The device with MAC address ${mac} works as ${this.#host(known.host, this.#name(known.zone))} and as ` +
        `${this.#host(host, this.#name(zone))}: it connects two zones without a conduit.`,
    });
    // Told once.
    known.zone = -1;
  }
}

function quoted(zone: string | null): string {
  return `"${showable(zone ?? '', 160)}"`;
}

/** A change that the device took is worse than one it refused, or than reading. */
function severityOf(access: number, outcome: number): Severity {
  if (outcome !== Outcome.ok) return access > 0 ? 'medium' : 'low';
  return access > 0 ? 'high' : 'medium';
}
