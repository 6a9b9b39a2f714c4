// Proposes zones: those that a person declared, as they are, and of all other hosts those of one segment and subnet. Where
// all of the plant is in one subnet they are parted by level, and where a subnet holds several cells, the controllers that
// the same clients ask are one, with those clients.
import type { HostDirectory } from '../facts/facts.ts';
import { INTERNET, type PolicyView, type PolicyZone } from '../facts/policy.ts';
import { scopeOf, subnetOf } from '../bytes/address-space.ts';
import type { Talk } from './talks.ts';

/** What each host is taken for; empty and null where nothing tells. */
export interface HostLooks {
  roleOf(host: number): string;
  levelOf(host: number): number | null;
}

export interface ZoneMember {
  readonly host: number;
  readonly address: string;
  readonly role: string;
}

export interface ProposedZone extends PolicyZone {
  /** Why, in plain words. */
  readonly because: string;
  readonly members: readonly ZoneMember[];
}

export interface ProposedZones {
  readonly zones: readonly ProposedZone[];
  /** Host → index of its zone; hosts that are in none are absent. */
  readonly zoneOf: ReadonlyMap<number, number>;
}

const BANDS = ['control', 'supervision', 'operations', 'enterprise', 'other'] as const;
type Band = (typeof BANDS)[number];
/** Level that a zone of the band is written with. */
const BAND_LEVELS: Readonly<Record<Band, number | null>> = {
  control: 1,
  supervision: 2,
  operations: 3,
  enterprise: 4,
  other: null,
};
/** Levels that control the plant. */
const PLANT_BANDS: readonly Band[] = ['control', 'supervision'];
/** Cells are told apart only where each has so many controllers. */
const CELL_MIN = 2;
/** Who asks more than this share of the controllers of a subnet holds no cell together. */
const HUB_SHARE = 0.5;

interface Group {
  readonly segment: string;
  readonly subnet: string;
  readonly band: Band;
  /** From 1; 0: the subnet is not divided. */
  readonly cell: number;
  readonly hosts: number[];
}

/**
 * The zones of all hosts that spoke or were asked: first those of `declared` (null: nobody declared any), then the others in
 * the order of segments, subnets and levels.
 */
export function proposeZones(
  hosts: HostDirectory,
  table: HostLooks,
  talks: readonly Talk[],
  declared: PolicyView | null = null,
): ProposedZones {
  const zoneOf = declaredZones(hosts, table, talks, declared);
  const there = speakers(hosts, talks);
  const members = Map.groupBy(there, (host) => zoneOf.get(host) ?? -1);
  const zones = (declared?.policy.zones ?? []).map((zone, index): ProposedZone => ({
    ...zone,
    because: 'declared in 1sec.yaml',
    members: (members.get(index) ?? []).map((host) => memberOf(host, hosts, table)),
  }));
  const names = new Set(zones.map(({ name }) => name));
  const isFree = (host: number): boolean => !zoneOf.has(host);
  const groups = groupsOf(hosts, table, talks, isFree);
  const sorted = [...groups.values(), ...restsOf(groups)].sort(inOrder);
  const isOneSegment = areOfOneSegment(hosts, there, sorted, zones);
  for (const group of sorted) {
    for (const host of group.hosts) zoneOf.set(host, zones.length);
    zones.push(withOwnName(zoneOfGroup(group, sorted, isOneSegment, hosts, table), names));
  }
  const internet = there.filter((host) => isFree(host) && scopeOf(hosts.address(host)) === 'public');
  if (internet.length > 0) {
    for (const host of internet) zoneOf.set(host, zones.length);
    zones.push(withOwnName(internetZone(internet, hosts), names));
  }
  return { zones, zoneOf };
}

/** Host → index of the declared zone that names it. */
function declaredZones(
  hosts: HostDirectory,
  table: HostLooks,
  talks: readonly Talk[],
  declared: PolicyView | null,
): Map<number, number> {
  const zoneOf = new Map<number, number>();
  if (declared === null) return zoneOf;
  for (const host of new Set(talks.flatMap(({ client, server }) => [client, server]))) {
    const zone = isInZone(hosts, host) ? declared.zoneOf(host, table.roleOf(host)) : -1;
    if (zone >= 0) zoneOf.set(host, zone);
  }
  return zoneOf;
}

/** What is written without a segment holds in all of them, also in those that declared zones are about. */
function areOfOneSegment(
  hosts: HostDirectory,
  there: readonly number[],
  groups: readonly Group[],
  declared: readonly ProposedZone[],
): boolean {
  if (declared.some(({ segments }) => segments.length > 0)) return false;
  const ofGroups = groups.map(({ segment }) => segment);
  const ofDeclared = declared.length === 0 ? [] : there.map((host) => hosts.segment(host));
  return new Set([...ofGroups, ...ofDeclared]).size <= 1;
}

/** Conduits name zones: a name that a person gave to another one is none for a proposal. */
function withOwnName(zone: ProposedZone, taken: Set<string>): ProposedZone {
  let { name } = zone;
  for (let count = 1; taken.has(name); count++) name = `${zone.name} (inferred${count === 1 ? '' : ` ${count}`})`;
  taken.add(name);
  return name === zone.name ? zone : { ...zone, name };
}

/** The hosts of the site that `isFree`, by segment, subnet, level and cell. */
function groupsOf(
  hosts: HostDirectory,
  table: HostLooks,
  talks: readonly Talk[],
  isFree: (host: number) => boolean,
): Map<string, Group> {
  const groups = new Map<string, Group>();
  const cells = cellsOf(hosts, table, talks, isFree);
  const inside = speakers(hosts, talks).filter((host) => isFree(host) && scopeOf(hosts.address(host)) !== 'public');
  const bands = bandsOf(inside, hosts, table);
  for (const host of inside) {
    const cell = cells.get(host) ?? 0;
    const band = cell > 0 ? 'control' : bands.get(host)!;
    const group = { segment: hosts.segment(host), subnet: subnetOf(hosts.address(host)), band, cell };
    const key = JSON.stringify(Object.values(group));
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ...group, hosts: [host] });
    else known.hosts.push(host);
  }
  for (const { server } of talks) if (isFree(server)) addAskedInVain(groups, hosts, server);
  return groups;
}

function memberOf(host: number, hosts: HostDirectory, table: HostLooks): ZoneMember {
  return { host, address: hosts.address(host), role: table.roleOf(host) };
}

function speakers(hosts: HostDirectory, talks: readonly Talk[]): number[] {
  const found = new Set<number>();
  for (const { client, server, answered, operations, conversations } of talks) {
    if (isInZone(hosts, client)) found.add(client);
    // Who never answered may not be there: it belongs to what is left of its subnet.
    const isThere = answered > 0 || (conversations === 0 && operations.some((count) => count > 0));
    if ((isThere || scopeOf(hosts.address(server)) === 'public') && isInZone(hosts, server)) found.add(server);
  }
  return [...found].sort((left, right) => left - right);
}

/** Broadcasts, and addresses that do not leave their link, are in no zone. */
export function isInZone(hosts: HostDirectory, host: number): boolean {
  return zoneScopeOf(hosts, host) !== null;
}

/** Whether a host that can be in a zone is of a site or of the Internet; null where it can be in none. */
export function zoneScopeOf(hosts: HostDirectory, host: number): 'private' | 'public' | null {
  if (host <= 0 || hosts.addressKind(host) === 'mac' || hosts.isBroadcastOrMulticast(host)) return null;
  const scope = scopeOf(hosts.address(host));
  return scope === 'private' || scope === 'public' ? scope : null;
}

function bandOf(level: number | null): Band {
  if (level === null) return 'other';
  return level <= 1 ? 'control' : level === 2 ? 'supervision' : level === 3 ? 'operations' : 'enterprise';
}

/**
 * Host → the band it is grouped by. A subnet in which nobody controls the plant is one zone, and where several subnets do,
 * somebody has parted the plant already: then each is one zone, but for computers of the office within it.
 */
function bandsOf(inside: readonly number[], hosts: HostDirectory, table: HostLooks): Map<number, Band> {
  const networks = new Map<string, number[]>();
  for (const host of inside) {
    const key = networkOf(hosts, host);
    const known = networks.get(key);
    if (known === undefined) networks.set(key, [host]);
    else known.push(host);
  }
  const isOfPlant = (host: number): boolean => PLANT_BANDS.includes(bandOf(table.levelOf(host)));
  const plants = [...networks.values()].filter((members) => members.some(isOfPlant));
  const bands = new Map<number, Band>();
  for (const members of networks.values()) {
    const own = members.map((host) => bandOf(table.levelOf(host)));
    const isOne = plants.length > 1 || !members.some(isOfPlant);
    // The lowest level of a zone is what it protects.
    const lowest = BANDS.find((band) => own.includes(band))!;
    for (const [index, host] of members.entries()) {
      const isOffice = own[index] === 'enterprise' && members.some(isOfPlant);
      bands.set(host, isOne && !isOffice ? lowest : own[index]!);
    }
  }
  return bands;
}

function networkOf(hosts: HostDirectory, host: number): string {
  return `${hosts.segment(host)} ${subnetOf(hosts.address(host))}`;
}

/** Controller, or client that asks those of one cell only → number of the cell, where its subnet holds several. */
function cellsOf(
  hosts: HostDirectory,
  table: HostLooks,
  talks: readonly Talk[],
  isFree: (host: number) => boolean,
): Map<number, number> {
  const askers = new Map<number, Set<number>>();
  const subnets = new Map<string, Set<number>>();
  for (const { client, server, operations } of talks) {
    if (operations.every((count) => count === 0) || bandOf(table.levelOf(server)) !== 'control') continue;
    if (!isInZone(hosts, server) || !isFree(server)) continue;
    setIn(subnets, networkOf(hosts, server)).add(server);
    setIn(askers, server).add(client);
  }
  const cells = new Map<number, number>();
  for (const controllers of subnets.values()) {
    const components = componentsOf(
      [...controllers].sort((a, b) => a - b),
      askers,
    );
    if (components.length < 2 || components.some(({ length }) => length < CELL_MIN)) continue;
    for (const [index, members] of components.entries()) for (const host of members) cells.set(host, index + 1);
  }
  addClients(cells, hosts, askers);
  return cells;
}

/** Clients that stand in the subnet of a cell and ask its controllers and no others. */
function addClients(
  cells: Map<number, number>,
  hosts: HostDirectory,
  askers: ReadonlyMap<number, ReadonlySet<number>>,
): void {
  const asked = new Map<number, number[]>();
  for (const [server, clients] of askers) {
    for (const client of clients) asked.set(client, [...(asked.get(client) ?? []), server]);
  }
  for (const [client, servers] of asked) {
    const [first] = servers;
    const cell = cells.get(first!);
    if (cell === undefined || cells.has(client) || networkOf(hosts, client) !== networkOf(hosts, first!)) continue;
    if (servers.every((server) => cells.get(server) === cell)) cells.set(client, cell);
  }
}

/** Controllers that are connected by clients of theirs, apart from those that ask nearly all of them. */
function componentsOf(controllers: readonly number[], askers: ReadonlyMap<number, Set<number>>): number[][] {
  const asks = new Map<number, number>();
  for (const host of controllers) for (const client of askers.get(host)!) asks.set(client, (asks.get(client) ?? 0) + 1);
  const parent = new Map(controllers.map((host) => [host, host]));
  const rootOf = (host: number): number => {
    let root = host;
    while (parent.get(root) !== root) root = parent.get(root)!;
    return root;
  };
  const firstOf = new Map<number, number>();
  for (const host of controllers) {
    for (const client of [...askers.get(host)!].sort((a, b) => a - b)) {
      if (asks.get(client)! > Math.max(1, controllers.length * HUB_SHARE)) continue;
      const first = firstOf.get(client);
      if (first === undefined) firstOf.set(client, host);
      else parent.set(rootOf(host), rootOf(first));
    }
  }
  const components = new Map<number, number[]>();
  for (const host of controllers) {
    const root = rootOf(host);
    const members = components.get(root);
    if (members === undefined) components.set(root, [host]);
    else members.push(host);
  }
  return [...components.values()];
}

function setIn<Key>(map: Map<Key, Set<number>>, key: Key): Set<number> {
  let set = map.get(key);
  if (set === undefined) map.set(key, (set = new Set()));
  return set;
}

/** A subnet of which nobody was heard. */
function addAskedInVain(groups: Map<string, Group>, hosts: HostDirectory, server: number): void {
  const address = hosts.address(server);
  if (!isInZone(hosts, server) || scopeOf(address) === 'public') return;
  const [segment, subnet] = [hosts.segment(server), subnetOf(address)];
  if ([...groups.values()].some((group) => group.segment === segment && group.subnet === subnet)) return;
  const group = { segment, subnet, band: 'other', cell: 0 } as const;
  groups.set(JSON.stringify(Object.values(group)), { ...group, hosts: [] });
}

/** What is left of a divided subnet: devices that nothing tells about, and those that come later. */
function restsOf(groups: ReadonlyMap<string, Group>): Group[] {
  const known = [...groups.values()];
  const rests = new Map<string, Group>();
  for (const { segment, subnet, band, cell } of known) {
    const ofSubnet = known.filter((other) => other.segment === segment && other.subnet === subnet);
    if (ofSubnet.length < 2 || ofSubnet.some((other) => other.band === 'other')) continue;
    if (band !== 'other' || cell === 0) {
      rests.set(`${segment} ${subnet}`, { segment, subnet, band: 'other', cell: 0, hosts: [] });
    }
  }
  return [...rests.values()];
}

function inOrder(left: Group, right: Group): number {
  if (left.segment !== right.segment) return left.segment < right.segment ? -1 : 1;
  if (left.subnet !== right.subnet) return left.subnet < right.subnet ? -1 : 1;
  return BANDS.indexOf(left.band) - BANDS.indexOf(right.band) || left.cell - right.cell;
}

function zoneOfGroup(
  group: Group,
  groups: readonly Group[],
  isOneSegment: boolean,
  hosts: HostDirectory,
  table: HostLooks,
): ProposedZone {
  const { segment, subnet, band, cell } = group;
  const isAlone = groups.filter((other) => other.segment === segment && other.subnet === subnet).length === 1;
  const members = group.hosts.map((host) => memberOf(host, hosts, table));
  const parts = [band === 'other' && isAlone ? 'hosts' : band, cell === 0 ? '' : `cell ${cell}`, subnet];
  const name = [...parts, isOneSegment ? '' : `in ${segment}`].filter((part) => part !== '').join(' ');
  return {
    name,
    level: BAND_LEVELS[band],
    segment: isOneSegment ? null : segment,
    addresses: isAlone || band === 'other' ? [subnet] : members.map(({ address }) => address),
    segments: [],
    roles: [],
    because: reasonOf(band, cell, isAlone, new Set(group.hosts.map((host) => table.levelOf(host))).size > 1),
    members,
  };
}

function reasonOf(band: Band, cell: number, isAlone: boolean, isMixed: boolean): string {
  const asked = cell === 0 ? '' : ', asked by the same clients';
  if (isMixed && band === 'control')
    return `controllers and what is in one network with them${cell === 0 ? '' : ', a cell'}`;
  if (isMixed && band !== 'other') return `a network of hosts of several levels, the lowest ${BAND_LEVELS[band]!}`;
  if (band === 'control') return `controllers and gateways (level 0 or 1)${asked}`;
  if (band === 'supervision') return 'what operates controllers (level 2)';
  if (band === 'operations') return 'brokers and servers of the plant (level 3)';
  if (band === 'enterprise') return 'offices (level 4 or 5)';
  return isAlone ? 'nothing tells what these hosts are for' : 'the rest of the subnet: unknown and new devices';
}

function internetZone(internet: readonly number[], hosts: HostDirectory): ProposedZone {
  return {
    name: 'internet',
    level: 5,
    segment: null,
    addresses: [INTERNET],
    segments: [],
    roles: [],
    because: 'public addresses',
    members: internet.map((host) => ({ host, address: hosts.address(host), role: '' })),
  };
}
