// Segmentation, firmware and logins of a site, as the API tells them.
import type { Conduit, Policy, PolicyZone } from '../facts/policy.ts';
import { fileOf, frameOf, type FrameReference } from '../facts/frame-reference.ts';
import type { FirmwareQuery, LoginQuery, Page, PageQuery } from '../server/site-data.ts';
import { conversationSums, firmwarePage, guardedPage, loginPage, placedAssets } from '../store/security-queries.ts';
import type { SiteReader } from '../store/site-reader.ts';
import { siteSegmentation, type SiteSegmentation } from './stored-zones.ts';
import { timestamp } from './timestamp.ts';

/** Hosts of a zone that are named; the count tells the whole. */
const HOSTS_NAMED = 50;

const frameJson = (frame: FrameReference): { file: number; frame: number } | null =>
  frame === 0 ? null : { file: fileOf(frame), frame: frameOf(frame) };

export class Segmentation {
  readonly #reader: SiteReader;
  readonly #policy: Policy | null;
  readonly #declared: readonly PolicyZone[];
  #known: { readonly version: string; readonly site: SiteSegmentation; readonly told: unknown } | null = null;

  /** `declared`: the zones of 1sec.yaml. */
  constructor(reader: SiteReader, policy: Policy | null, declared: readonly PolicyZone[]) {
    this.#reader = reader;
    this.#policy = policy;
    this.#declared = declared;
  }

  json(): unknown {
    return this.#ready().told;
  }

  /** Address of a host, in its segment, → the zone that a person puts it in; null where nobody said what the zones are. */
  zonesByAddress(): ReadonlyMap<string, string> | null {
    if (this.#policy === null && this.#declared.length === 0) return null;
    const { zones, hasPolicy, declaredCount } = this.#ready().site;
    const said = hasPolicy ? zones : zones.slice(0, declaredCount);
    return new Map(
      said.flatMap(({ name, hosts }) => hosts.map(({ segment, address }) => [`${segment} ${address}`, name] as const)),
    );
  }

  /** Made once for each change of the site. */
  #ready(): { readonly site: SiteSegmentation; readonly told: unknown } {
    const version = this.#reader.observation();
    if (this.#known?.version !== version) {
      const [assets, conversations] = this.#reader.ask((database) => [
        placedAssets(database),
        conversationSums(database),
      ]);
      const site = siteSegmentation(assets, conversations, this.#policy, this.#declared);
      this.#known = { version, site, told: segmentationJson(site, this.#policy) };
    }
    return this.#known;
  }
}

/** What is said, what passed, and what of it nobody allowed; also what is allowed and did not pass. */
function segmentationJson({ hasPolicy, zones, cells, outside }: SiteSegmentation, policy: Policy | null): unknown {
  const indexes = new Map(zones.map(({ name }, index) => [name, index]));
  const said = new Map<string, Conduit[]>();
  for (const conduit of policy?.conduits ?? []) {
    const [from, to] = [indexes.get(conduit.from), indexes.get(conduit.to)];
    if (from === undefined || to === undefined) continue;
    const key = `${from} ${to}`;
    said.set(key, [...(said.get(key) ?? []), conduit]);
  }
  const conduitsOf = (key: string): unknown[] =>
    (said.get(key) ?? []).map(({ protocol, functions, ports }) => ({ protocol, functions, ports }));
  const passed = cells.map((cell) => ({
    ...cell,
    said: conduitsOf(`${cell.from} ${cell.to}`),
    services: cell.services.map(({ firstUs, lastUs, ...service }) => ({
      ...service,
      first: timestamp(firstUs),
      last: timestamp(lastUs),
    })),
  }));
  const seen = new Set(cells.map(({ from, to }) => `${from} ${to}`));
  const unused = [...said.keys()]
    .filter((key) => !seen.has(key))
    .map((key) => {
      const [from, to] = key.split(' ').map(Number);
      return { from, to, verdict: 'unused', conversations: 0, pairs: 0, bytes: 0, services: [], said: conduitsOf(key) };
    });
  return {
    hasPolicy,
    zones: zones.map(({ name, level, because, hosts }) => ({
      ...{ name, level, because },
      hostCount: hosts.length,
      hosts: hosts.slice(0, HOSTS_NAMED),
    })),
    cells: [...passed, ...unused],
    outside,
  };
}

export function firmwareList(reader: SiteReader, query: FirmwareQuery, words: readonly string[]): Page {
  const { offset, limit, asset, what } = query;
  const { total, items } = reader.ask((database, indexes) =>
    firmwarePage(database, { offset, limit, words, asset, what }, indexes),
  );
  return {
    total,
    items: items.map(({ timeUs, frame, ...event }) => ({ ...event, time: timestamp(timeUs), frame: frameJson(frame) })),
  };
}

export function loginList(reader: SiteReader, query: LoginQuery, words: readonly string[]): Page {
  const { offset, limit, asset, outcome } = query;
  const { total, items } = reader.ask((database, indexes) =>
    loginPage(database, { offset, limit, words, asset, outcome }, indexes),
  );
  return {
    total,
    items: items.map(({ firstUs, lastUs, frame, ...login }) => ({
      ...login,
      first: timestamp(firstUs),
      last: timestamp(lastUs),
      frame: frameJson(frame),
    })),
  };
}

const LOGIN_MODULES: readonly string[] = ['credential-auditor', 'access-watch'];

/** Devices that somebody logged in to, with what shows how they are guarded, and alerts about it. */
export function hardeningList(reader: SiteReader, { offset, limit }: PageQuery, words: readonly string[]): Page {
  const { total, items } = reader.ask((database, indexes) => guardedPage(database, { offset, limit, words }, indexes));
  const findings = new Map(items.map(({ asset }) => [asset, 0]));
  for (const { kind, subject } of items.length === 0 ? [] : reader.heads()) {
    const count = findings.get(subject.asset);
    if (count !== undefined && LOGIN_MODULES.some((module) => kind.startsWith(`${module}/`)))
      findings.set(subject.asset, count + 1);
  }
  return {
    total,
    items: items.map(({ states, ...device }) => ({
      ...device,
      findings: findings.get(device.asset) ?? 0,
      states: states.map(({ timeUs, frame, ...state }) => ({
        ...state,
        last: timestamp(timeUs),
        frame: frameJson(frame),
      })),
    })),
  };
}
