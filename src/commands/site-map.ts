// The map: devices in groups of a zone and a level, and what is done between them. A small site is shown device by device,
// a large one group by group; one group can be opened.
import { subnetOf } from '../bytes/address-space.ts';
import { worseSeverity } from '../alerts/severity.ts';
import type { Severity } from '../facts/alert.ts';
import { REMOTE_PROTOCOLS } from '../modules/remote-services.ts';
import type { MapQuery } from '../server/site-data.ts';
import {
  ConversationSpans,
  activity,
  hostPlaces,
  mapAssets,
  type MapAsset,
  type PairSum,
} from '../store/pair-queries.ts';
import type { SiteReader } from '../store/site-reader.ts';
import { timestamp } from './timestamp.ts';

/** Up to so many devices are shown one by one. */
const DEVICES_MAX = 120;
/** Of an open group. */
const GROUP_DEVICES_MAX = 600;
const LINES_MAX = 3000;
const TIME_PARTS = 48;

/** What is done, the gravest last. */
export const DOINGS = ['talk', 'read', 'write', 'engineering', 'remote'] as const;
export type Doing = (typeof DOINGS)[number];

interface Line {
  /** Keys of groups or ids of devices. */
  readonly from: string;
  readonly to: string;
  readonly protocols: Set<string>;
  readonly pairs: Set<string>;
  readonly doings: Set<Doing>;
  conversations: number;
}

/** What of the site only changes when it is written to. */
interface Drawn {
  readonly version: string;
  readonly assets: readonly MapAsset[];
  readonly hosts: ReturnType<typeof hostPlaces>;
  readonly activity: ReturnType<typeof activity>;
  readonly zoneOf: (asset: MapAsset) => string;
  /** Key of the group, level and zone, by asset. */
  readonly groupOf: ReadonlyMap<string, string>;
  readonly spans: ConversationSpans;
  /** Of the whole time. */
  readonly pairs: readonly PairSum[];
}

export class SiteMapMaker {
  readonly #reader: SiteReader;
  readonly #zones: () => ReadonlyMap<string, string> | null;
  #drawn: Drawn | null = null;

  /** `zones`: by segment and address, as a policy or 1sec.yaml has them; null where neither says any. */
  constructor(reader: SiteReader, zones: () => ReadonlyMap<string, string> | null = () => null) {
    this.#reader = reader;
    this.#zones = zones;
  }

  map({ from, until, group }: MapQuery): unknown {
    const drawn = this.#ready();
    const { assets, groupOf } = drawn;
    const isSmall = assets.length <= DEVICES_MAX;
    const isOpen = (key: string): boolean => isSmall || key === group;
    const worst = this.#worst();
    const shown = assets.filter(({ id }) => isOpen(groupOf.get(id)!)).slice(0, GROUP_DEVICES_MAX);
    const shownIds = new Set(shown.map(({ id }) => id));
    const placeOf = (asset: string): string => (shownIds.has(asset) ? asset : groupOf.get(asset)!);
    const isWhole = from === '' && until === '';
    const window = { fromUs: timeUsOf(from, -Infinity), untilUs: timeUsOf(until, Infinity) };
    const pairs = isWhole ? drawn.pairs : drawn.spans.sums(window);
    const lines = linesOf(pairs, drawn, placeOf);
    return {
      devices: assets.length,
      groups: groupsOf(drawn, worst).map((each) => ({ ...each, isOpen: isOpen(each.key) })),
      nodes: shown.map((asset) => ({
        ...asset,
        group: groupOf.get(asset.id)!,
        severity: worst.get(asset.id) ?? null,
      })),
      lines: lines.slice(0, LINES_MAX).map(({ from: start, to, protocols, pairs: ofPairs, doings, conversations }) => ({
        ...{ from: start, to, conversations },
        pairs: ofPairs.size,
        protocols: [...protocols].sort(),
        doings: DOINGS.filter((doing) => doings.has(doing)),
      })),
      linesOmitted: Math.max(0, lines.length - LINES_MAX),
      first: drawn.activity === null ? null : timestamp(drawn.activity.firstUs),
      last: drawn.activity === null ? null : timestamp(drawn.activity.lastUs),
      activity: drawn.activity?.counts ?? [],
    };
  }

  #worst(): Map<string, Severity> {
    const worst = new Map<string, Severity>();
    for (const { subject, severity } of this.#reader.heads())
      if (!worst.has(subject.asset)) worst.set(subject.asset, severity);
    return worst;
  }

  #ready(): Drawn {
    const version = this.#reader.observation();
    if (this.#drawn?.version === version) return this.#drawn;
    const zones = this.#zones();
    const zoneOf = (asset: MapAsset): string => zones?.get(`${asset.segment} ${asset.address}`) ?? networkText(asset);
    this.#drawn = this.#reader.ask((database) => {
      const assets = mapAssets(database);
      const spans = new ConversationSpans(database);
      return {
        version,
        assets,
        hosts: hostPlaces(database),
        activity: activity(database, TIME_PARTS),
        zoneOf,
        groupOf: new Map(assets.map((asset) => [asset.id, `${asset.level ?? '-'} ${zoneOf(asset)}`])),
        spans,
        pairs: spans.sums({ fromUs: -Infinity, untilUs: Infinity }),
      };
    });
    return this.#drawn;
  }
}

/** Where nobody said in which zone it is: the network a device is in. */
function networkText({ segment, address }: MapAsset): string {
  const network = subnetOf(address) || 'no address';
  return segment === 'default' ? network : `${network} on ${segment}`;
}

interface Group {
  readonly key: string;
  readonly zone: string;
  readonly level: number | null;
  devices: number;
  severity: Severity | null;
  readonly roles: Map<string, number>;
}

function groupsOf(
  { assets, groupOf, zoneOf }: Drawn,
  worst: ReadonlyMap<string, Severity>,
): (Omit<Group, 'roles'> & { readonly roles: readonly { readonly name: string; readonly count: number }[] })[] {
  const groups = new Map<string, Group>();
  for (const asset of assets) {
    const { id, level, role } = asset;
    const key = groupOf.get(id)!;
    let group = groups.get(key);
    if (group === undefined) {
      groups.set(key, (group = { key, zone: zoneOf(asset), level, devices: 0, severity: null, roles: new Map() }));
    }
    group.devices++;
    const severity = worst.get(id);
    if (severity !== undefined)
      group.severity = group.severity === null ? severity : worseSeverity(group.severity, severity);
    group.roles.set(role ?? 'unknown', (group.roles.get(role ?? 'unknown') ?? 0) + 1);
  }
  return [...groups.values()].map(({ roles, ...group }) => ({
    ...group,
    roles: [...roles]
      .map(([name, count]) => ({ name, count }))
      .sort((left, right) => right.count - left.count || (left.name < right.name ? -1 : 1)),
  }));
}

/** The gravest first. What stays within a closed group is no line. */
function linesOf(pairs: readonly PairSum[], { hosts, groupOf }: Drawn, placeOf: (asset: string) => string): Line[] {
  const lines = new Map<string, Line>();
  for (const { client, server, protocol, conversations, access } of pairs) {
    const [asking, asked] = [hosts.get(client)?.asset ?? null, hosts.get(server)?.asset ?? null];
    if (asking === null || asked === null || !groupOf.has(asking) || !groupOf.has(asked)) continue;
    const [from, to] = [placeOf(asking), placeOf(asked)];
    if (from === to) continue;
    const key = `${from}\n${to}`;
    let line = lines.get(key);
    if (line === undefined) {
      const nothing = { protocols: new Set<string>(), pairs: new Set<string>(), doings: new Set<Doing>() };
      lines.set(key, (line = { from, to, ...nothing, conversations: 0 }));
    }
    line.conversations += conversations;
    line.pairs.add(`${client} ${server}`);
    if (protocol !== null) line.protocols.add(protocol);
    line.doings.add(doingOf(protocol, access));
  }
  const gravity = ({ doings }: Line): number => Math.max(...[...doings].map((doing) => DOINGS.indexOf(doing)));
  return [...lines.values()].sort(
    (left, right) => gravity(right) - gravity(left) || right.conversations - left.conversations,
  );
}

function doingOf(protocol: string | null, access: number | null): Doing {
  if (protocol !== null && REMOTE_PROTOCOLS.has(protocol)) return 'remote';
  if (access === null) return 'talk';
  return access === 2 ? 'engineering' : access === 1 ? 'write' : 'read';
}

/** `otherwise` where nothing is said, or no time. */
function timeUsOf(text: string, otherwise: number): number {
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? otherwise : timeMs * 1000;
}
