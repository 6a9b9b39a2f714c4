// A site database as the server shows it: read again only when it was written to.
import { statSync } from 'node:fs';
import { severityRank } from '../alerts/severity.ts';
import { SEVERITIES, type Alert, type Severity } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import { modules } from '../modules/index.ts';
import { protocols } from '../protocols/index.ts';
import type { AlertQuery, ConversationQuery, Page, PageQuery, SiteData } from '../server/site-data.ts';
import type { StoredConversation } from '../store/conversations.ts';
import { SiteStore } from '../store/site-store.ts';
import { alertJson, assetJson, fileJson } from './analysis-json.ts';
import { conversationJson } from './flows.ts';
import { MODULES_PLANNED } from './modules.ts';

interface Loaded {
  readonly writtenMs: number;
  readonly captures: readonly unknown[];
  readonly assets: readonly Asset[];
  readonly alerts: readonly Alert[];
  readonly conversations: readonly StoredConversation[];
}

/** Conversations that are held for the pages; the database keeps all. */
const CONVERSATIONS_MAX = 200_000;

export class StoredSite implements SiteData {
  readonly #path: string;
  #loaded: Loaded | null = null;

  /** Throws StoreError where there is no such database. */
  constructor(path: string) {
    this.#path = path;
    this.#load();
  }

  overview(): unknown {
    const { assets, alerts, conversations, captures } = this.#load();
    const bySeverity = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
    for (const { severity } of alerts) bySeverity[severity]++;
    const roles = new Map<string, number>();
    for (const { role } of assets) roles.set(role ?? 'unknown', (roles.get(role ?? 'unknown') ?? 0) + 1);
    const spoken = new Map<string, number>();
    for (const { protocol } of conversations)
      if (protocol !== null) spoken.set(protocol, (spoken.get(protocol) ?? 0) + 1);
    return {
      captures,
      assets: assets.length,
      alerts: alerts.length,
      conversations: conversations.length,
      bySeverity,
      roles: byCount(roles),
      protocols: byCount(spoken),
      modules: modules.length,
      modulesPlanned: MODULES_PLANNED,
      worst: alerts.slice(0, 5).map(alertJson),
    };
  }

  assets(query: PageQuery): Page {
    return page(this.#load().assets, query, assetJson);
  }

  asset(id: string): unknown {
    const asset = this.#load().assets.find((each) => each.id === id);
    return asset === undefined ? null : assetJson(asset);
  }

  alerts(query: AlertQuery): Page {
    const isSeverity = SEVERITIES.some((severity) => severity === query.severity);
    const least = isSeverity ? severityRank(query.severity as Severity) : -Infinity;
    const wanted = this.#load().alerts.filter(
      ({ severity, subject, peer }) =>
        severityRank(severity) >= least &&
        (query.asset === '' || subject.asset === query.asset || peer?.asset === query.asset),
    );
    return page(wanted, query, alertJson);
  }

  alert(id: string): unknown {
    const alert = this.#load().alerts.find((each) => each.id === id);
    return alert === undefined ? null : alertJson(alert);
  }

  conversations(query: ConversationQuery): Page {
    const { host, protocol } = query;
    const wanted = this.#load().conversations.filter(
      (each) =>
        (host === '' || each.client.address === host || each.server.address === host) &&
        (protocol === '' || each.protocol === protocol),
    );
    return page(wanted, query, conversationJson);
  }

  map(limit: number): unknown {
    const { assets, conversations, alerts } = this.#load();
    const worst = new Map<string, Severity>();
    for (const { subject, severity } of alerts) if (!worst.has(subject.asset)) worst.set(subject.asset, severity);
    const nodes = assets.slice(0, limit).map(({ id, ip, mac, role, level, name, vendor, model }) => ({
      id,
      address: ip[0] ?? mac[0] ?? '',
      role,
      level,
      label: name ?? model ?? vendor,
      severity: worst.get(id) ?? null,
    }));
    const shown = new Set(nodes.map(({ id }) => id));
    const lines = new Map<string, { client: string; server: string; protocols: Set<string>; count: number }>();
    for (const { client, server, protocol } of conversations) {
      if (client.asset === null || server.asset === null) continue;
      if (!shown.has(client.asset) || !shown.has(server.asset)) continue;
      const key = `${client.asset} ${server.asset}`;
      let line = lines.get(key);
      if (line === undefined) {
        if (lines.size >= limit * 4) continue;
        lines.set(key, (line = { client: client.asset, server: server.asset, protocols: new Set<string>(), count: 0 }));
      }
      line.count++;
      if (protocol !== null) line.protocols.add(protocol);
    }
    return {
      nodes,
      omitted: assets.length - nodes.length,
      lines: [...lines.values()].map((line) => ({ ...line, protocols: [...line.protocols].sort() })),
    };
  }

  modules(): Page {
    const items = modules.map(({ meta: { id, title, purpose, kinds } }) => ({ name: id, title, purpose, kinds }));
    return { total: items.length, items };
  }

  protocols(): Page {
    const items = protocols.map(({ name, title, family, summary }) => ({ name, title, family, summary }));
    return { total: items.length, items };
  }

  #load(): Loaded {
    const writtenMs = writtenAt(this.#path);
    if (this.#loaded?.writtenMs === writtenMs) return this.#loaded;
    const store = new SiteStore(this.#path, { isMade: false });
    try {
      const conversations: StoredConversation[] = [];
      for (const conversation of store.conversations()) {
        if (conversations.length >= CONVERSATIONS_MAX) break;
        conversations.push(conversation);
      }
      const captures = store.captures().map(fileJson);
      const assets = [...store.assets()];
      this.#loaded = { writtenMs, captures, assets, alerts: [...store.alerts()], conversations };
    } finally {
      store.close();
    }
    return this.#loaded;
  }
}

/** Of the database and what it has not taken over yet. */
function writtenAt(path: string): number {
  const of = (name: string): number => statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.max(of(path), of(`${path}-wal`));
}

function page<Item>(items: readonly Item[], query: PageQuery, shape: (item: Item) => unknown): Page {
  const { offset, limit, search } = query;
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return { total: items.length, items: items.slice(offset, offset + limit).map(shape) };
  const found = items.map(shape).filter((item) => {
    const text = JSON.stringify(item).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return { total: found.length, items: found.slice(offset, offset + limit) };
}

function byCount(counts: ReadonlyMap<string, number>): { name: string; count: number }[] {
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
