// The zones of a saved site and what passes between them: by the policy where one is given, else as 1sec.yaml declares them,
// and of all other hosts as they are inferred from who talked to whom.
import { letsPass } from '../assets/conduit-rules.ts';
import { zoneFinder } from '../assets/conduits.ts';
import { proposeZones, zoneScopeOf } from '../assets/zones.ts';
import { SitePolicy } from '../engine/site-policy.ts';
import { ACCESS_NAMES, type Access, type Policy, type PolicyZone } from '../facts/policy.ts';
import type { StoredConversation } from '../store/conversations.ts';
import { StoredHosts, portText, serviceText, type LookedAt } from './stored-hosts.ts';

export interface SiteZone {
  readonly name: string;
  /** Purdue level; null: not known. */
  readonly level: number | null;
  /** Why these hosts are one zone, in plain words. */
  readonly because: string;
  readonly hosts: readonly SiteZoneHost[];
}

export interface SiteZoneHost {
  readonly address: string;
  readonly segment: string;
  readonly asset: string | null;
  readonly role: string | null;
}

/** Worst first. `observed`: there is no policy to judge by; `unanswered`: neither, and it was tried in vain. */
export const CROSSING_VERDICTS = ['violating', 'observed', 'unanswered', 'allowed'] as const;
export type CrossingVerdict = (typeof CROSSING_VERDICTS)[number];

/** What passes from one zone into another (or stays within one): zones by index. */
export interface ZoneCell {
  readonly from: number;
  readonly to: number;
  /** Null: within a zone everything may pass. */
  readonly verdict: CrossingVerdict | null;
  readonly conversations: number;
  readonly pairs: number;
  readonly bytes: number;
  readonly services: readonly ZoneService[];
}

export interface ZoneService {
  /** `modbus`, or where no protocol was recognised `tcp/4840`. */
  readonly service: string;
  readonly ports: readonly string[];
  readonly verdict: CrossingVerdict | null;
  readonly conversations: number;
  readonly pairs: number;
  readonly bytes: number;
  /** How much of the protocol was used; null: no operation was seen. */
  readonly access: Access | null;
  readonly firstUs: number;
  readonly lastUs: number;
}

export interface SiteSegmentation {
  readonly hasPolicy: boolean;
  /** How many of the zones, the first, are those of 1sec.yaml. */
  readonly declaredCount: number;
  readonly zones: readonly SiteZone[];
  /** In the order of the zones. */
  readonly cells: readonly ZoneCell[];
  /** Conversations of the link, of groups, and of addresses that do not leave their link: they cross no zone. */
  readonly outside: number;
}

/** With a policy: hosts that it names nowhere. */
const NO_ZONE = 'in no zone';

interface Zoning {
  readonly zones: readonly SiteZone[];
  readonly zoneOf: (host: number) => number | null;
}

/** `declared`: the zones of 1sec.yaml, which say nothing where there is a policy. */
export function siteSegmentation(
  assets: readonly LookedAt[],
  conversations: readonly StoredConversation[],
  policy: Policy | null,
  declared: readonly PolicyZone[] = [],
): SiteSegmentation {
  const hosts = new StoredHosts(assets, conversations);
  const { zones, zoneOf } = policy === null ? inferred(hosts, conversations, declared) : byPolicy(hosts, policy);
  const matrix = new ZoneMatrix(hosts, zones, zoneOf, policy);
  for (const conversation of conversations) matrix.add(conversation);
  const declaredCount = policy === null ? declared.length : 0;
  return { hasPolicy: policy !== null, declaredCount, zones, cells: matrix.cells(), outside: matrix.outside };
}

function inferred(
  hosts: StoredHosts,
  conversations: readonly StoredConversation[],
  declared: readonly PolicyZone[],
): Zoning {
  const view = declared.length === 0 ? null : new SitePolicy({ zones: declared, conduits: [] }, hosts);
  const proposed = proposeZones(hosts, hosts, hosts.talks(conversations), view);
  const zones = proposed.zones.map(({ name, level, because, members }) => ({
    name,
    level,
    because,
    hosts: members.map(({ host }) => hostOf(hosts, host)),
  }));
  return { zones, zoneOf: zoneFinder(hosts, proposed) };
}

function byPolicy(hosts: StoredHosts, policy: Policy): Zoning {
  const view = new SitePolicy(policy, hosts);
  const indexes = new Map<number, number>();
  const members: SiteZoneHost[][] = [...policy.zones.map(() => []), []];
  for (let host = 1; host < hosts.count; host++) {
    if (zoneScopeOf(hosts, host) === null) continue;
    const zone = view.zoneOf(host, hosts.roleOf(host));
    const index = zone < 0 ? policy.zones.length : zone;
    indexes.set(host, index);
    members[index]!.push(hostOf(hosts, host));
  }
  const because = 'the policy names them';
  const zones = policy.zones.map(({ name, level }, index) => ({ name, level, because, hosts: members[index]! }));
  const rest = members.at(-1)!;
  if (rest.length > 0)
    zones.push({ name: NO_ZONE, level: null, because: 'the policy does not name them', hosts: rest });
  return { zones, zoneOf: (host) => indexes.get(host) ?? null };
}

function hostOf(hosts: StoredHosts, host: number): SiteZoneHost {
  const role = hosts.roleOf(host);
  return {
    address: hosts.address(host),
    segment: hosts.segment(host),
    asset: hosts.assetOf(host),
    role: role === '' ? null : role,
  };
}

interface ServiceSum {
  readonly ports: Set<string>;
  readonly pairs: Set<string>;
  conversations: number;
  answered: number;
  bytes: number;
  /** -1: no operation was seen. */
  access: number;
  firstUs: number;
  lastUs: number;
}

class ZoneMatrix {
  outside = 0;
  readonly #hosts: StoredHosts;
  readonly #zones: readonly SiteZone[];
  readonly #zoneOf: (host: number) => number | null;
  readonly #policy: Policy | null;
  /** By from × zones + to, then by service. */
  readonly #cells = new Map<number, Map<string, ServiceSum>>();

  constructor(hosts: StoredHosts, zones: readonly SiteZone[], zoneOf: Zoning['zoneOf'], policy: Policy | null) {
    this.#hosts = hosts;
    this.#zones = zones;
    this.#zoneOf = zoneOf;
    this.#policy = policy;
  }

  add(conversation: StoredConversation): void {
    const { firstUs, lastUs, clientBytes, serverBytes, isAnswered } = conversation;
    const client = this.#hosts.numberOf(conversation.client);
    const server = this.#hosts.numberOf(conversation.server);
    const [from, to] = [this.#placeOf(client), this.#placeOf(server)];
    if (conversation.transport === 'link' || from === null || to === null) {
      this.outside++;
      return;
    }
    const services = getOr(this.#cells, from * this.#zones.length + to, () => new Map<string, ServiceSum>());
    const sum = getOr(services, serviceText(conversation), () => ({
      ports: new Set<string>(),
      pairs: new Set<string>(),
      ...{ conversations: 0, answered: 0, bytes: 0, access: -1, firstUs, lastUs },
    }));
    const port = portText(conversation);
    if (port !== '') sum.ports.add(port);
    sum.pairs.add(`${client} ${server}`);
    const count = conversation.conversations ?? 1;
    sum.conversations += count;
    if (isAnswered) sum.answered += count;
    sum.access = Math.max(sum.access, conversation.access ?? -1);
    sum.bytes += clientBytes + serverBytes;
    sum.firstUs = Math.min(sum.firstUs, firstUs);
    sum.lastUs = Math.max(sum.lastUs, lastUs);
  }

  cells(): ZoneCell[] {
    const count = this.#zones.length;
    return [...this.#cells]
      .sort(([left], [right]) => left - right)
      .map(([key, sums]) => this.#cell(Math.floor(key / count), key % count, sums));
  }

  #placeOf(host: number): number | null {
    return zoneScopeOf(this.#hosts, host) === null ? null : this.#zoneOf(host);
  }

  #cell(from: number, to: number, sums: ReadonlyMap<string, ServiceSum>): ZoneCell {
    const services = [...sums]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([service, { ports, pairs, answered, access, ...sum }]): ZoneService => ({
        service,
        ports: [...ports].sort(byPort),
        verdict:
          from === to ? null : this.#verdict(from, to, service, [...ports], answered, ACCESS_NAMES[access] ?? null),
        conversations: sum.conversations,
        pairs: pairs.size,
        bytes: sum.bytes,
        access: ACCESS_NAMES[access] ?? null,
        firstUs: sum.firstUs,
        lastUs: sum.lastUs,
      }));
    const pairs = new Set([...sums.values()].flatMap((sum) => [...sum.pairs]));
    return {
      from,
      to,
      verdict: worstOf(services),
      conversations: services.reduce((all, { conversations }) => all + conversations, 0),
      pairs: pairs.size,
      bytes: services.reduce((all, { bytes }) => all + bytes, 0),
      services,
    };
  }

  #verdict(
    from: number,
    to: number,
    service: string,
    ports: readonly string[],
    answered: number,
    access: Access | null,
  ): CrossingVerdict {
    if (this.#policy === null) return answered === 0 ? 'unanswered' : 'observed';
    const [fromName, toName] = [this.#zones[from]!.name, this.#zones[to]!.name];
    const conduits = this.#policy.conduits.filter((conduit) => conduit.from === fromName && conduit.to === toName);
    const passes = (port: string): boolean => conduits.some((conduit) => letsPass(conduit, { service, port, access }));
    return (ports.length === 0 ? [''] : ports).every(passes) ? 'allowed' : 'violating';
  }
}

function worstOf(services: readonly ZoneService[]): CrossingVerdict | null {
  return CROSSING_VERDICTS.find((verdict) => services.some((service) => service.verdict === verdict)) ?? null;
}

function byPort(left: string, right: string): number {
  const [leftKind, leftPort] = left.split('/');
  const [rightKind, rightPort] = right.split('/');
  return leftKind === rightKind ? Number(leftPort) - Number(rightPort) : leftKind! < rightKind! ? -1 : 1;
}

function getOr<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
