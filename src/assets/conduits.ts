// Proposes conduits: what passed between two zones, with what supports it.
import type { HostDirectory } from '../facts/facts.ts';
import { ACCESS_NAMES, type Conduit } from '../facts/policy.ts';
import { subnetOf } from '../bytes/address-space.ts';
import type { Talk } from './talks.ts';
import { isInZone, type ProposedZones } from './zones.ts';

export interface ProposedConduit extends Conduit {
  readonly conversations: number;
  readonly answered: number;
  /** By access. */
  readonly operations: readonly number[];
  /** Different (client, server). */
  readonly pairs: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

export interface ProposedConduits {
  readonly conduits: readonly ProposedConduit[];
  /** Between these zones so many services were tried that none of them answered: a search, no conduit. */
  readonly searches: readonly { readonly from: string; readonly to: string; readonly services: number }[];
}

/** More ports than this: a protocol that agrees on ports as it goes. */
const PORTS_MAX = 8;
/** More unanswered services than this between two zones are a search. */
const TRIED_MAX = 16;

interface Sum {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  conversations: number;
  answered: number;
  readonly operations: number[];
  readonly ports: Set<string>;
  readonly pairs: Set<string>;
  firstUs: number;
  lastUs: number;
}

export function proposeConduits(hosts: HostDirectory, talks: readonly Talk[], zones: ProposedZones): ProposedConduits {
  const sums = new Map<string, Sum>();
  const zoneOf = zoneFinder(hosts, zones);
  for (const talk of talks) {
    if (!isInZone(hosts, talk.client) || !isInZone(hosts, talk.server)) continue;
    const [client, server] = [zoneOf(talk.client), zoneOf(talk.server)];
    if (client === null || server === null || client === server) continue;
    const [from, to] = [zones.zones[client]!.name, zones.zones[server]!.name];
    const key = JSON.stringify([from, to, talk.service]);
    let sum = sums.get(key);
    if (sum === undefined) sums.set(key, (sum = emptySum(from, to, talk)));
    addTalk(sum, talk);
  }
  const order = new Map(zones.zones.map(({ name }, index) => [name, index]));
  const sorted = [...sums.values()].sort(
    (left, right) =>
      order.get(left.from)! - order.get(right.from)! ||
      order.get(left.to)! - order.get(right.to)! ||
      (left.protocol < right.protocol ? -1 : 1),
  );
  const searches = searchesOf(sorted);
  const isSearch = ({ from, to, answered, operations }: Sum): boolean =>
    isTried(answered, operations) && searches.some((search) => search.from === from && search.to === to);
  const conduits = sorted.filter((sum) => !isSearch(sum)).map(conduitOf);
  // Tries on the port of a protocol that passes anyway.
  const isCovered = ({ from, to, protocol }: Conduit): boolean =>
    conduits.some((other) => other.from === from && other.to === to && other.ports.includes(protocol));
  return { conduits: conduits.filter((conduit) => !isCovered(conduit)), searches };
}

/** Index of a host's zone; a server that never answered is in what is left of its subnet, or nowhere (null). */
export function zoneFinder(hosts: HostDirectory, { zones, zoneOf }: ProposedZones): (host: number) => number | null {
  return (host) => {
    const index = zoneOf.get(host);
    if (index !== undefined) return index;
    const subnet = subnetOf(hosts.address(host));
    const segment = hosts.segment(host);
    const rest = zones.findIndex((zone) => zone.addresses[0] === subnet && (zone.segment ?? segment) === segment);
    return rest < 0 ? null : rest;
  };
}

function emptySum(from: string, to: string, { service, firstUs, lastUs }: Talk): Sum {
  return {
    ...{ from, to, protocol: service, firstUs, lastUs },
    conversations: 0,
    answered: 0,
    operations: ACCESS_NAMES.map(() => 0),
    ports: new Set(),
    pairs: new Set(),
  };
}

function addTalk(sum: Sum, talk: Talk): void {
  sum.conversations += talk.conversations;
  sum.answered += talk.answered;
  for (const [access, count] of talk.operations.entries()) sum.operations[access]! += count;
  if (talk.port !== '') sum.ports.add(talk.port);
  sum.pairs.add(`${talk.client} ${talk.server}`);
  sum.firstUs = Math.min(sum.firstUs, talk.firstUs);
  sum.lastUs = Math.max(sum.lastUs, talk.lastUs);
}

function isTried(answered: number, operations: readonly number[]): boolean {
  return answered === 0 && operations.every((count) => count === 0);
}

function searchesOf(sums: readonly Sum[]): ProposedConduits['searches'] {
  const tried = new Map<string, { from: string; to: string; services: number }>();
  for (const { from, to, answered, operations, ports } of sums) {
    if (!isTried(answered, operations)) continue;
    const key = JSON.stringify([from, to]);
    const known = tried.get(key) ?? { from, to, services: 0 };
    known.services += Math.max(1, ports.size);
    tried.set(key, known);
  }
  return [...tried.values()].filter(({ services }) => services > TRIED_MAX);
}

function conduitOf(sum: Sum): ProposedConduit {
  const { ports, pairs, operations, ...rest } = sum;
  const needed = operations.findLastIndex((count) => count > 0);
  const named = [...ports].filter((port) => port !== sum.protocol);
  return {
    ...rest,
    operations,
    functions: ACCESS_NAMES[needed] ?? null,
    ports: named.length > PORTS_MAX ? [] : named.sort(byPort),
    pairs: pairs.size,
  };
}

function byPort(left: string, right: string): number {
  const [leftKind, leftPort] = left.split('/');
  const [rightKind, rightPort] = right.split('/');
  return leftKind === rightKind ? Number(leftPort) - Number(rightPort) : leftKind! < rightKind! ? -1 : 1;
}
