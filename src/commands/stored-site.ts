// A site database as the server shows it: read again only when it was written to.
import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { severityRank } from '../alerts/severity.ts';
import { storiesOf } from '../alerts/story.ts';
import { showable } from '../bytes/text.ts';
import { STANDARD_INPUT } from '../capture/open.ts';
import { SEVERITIES, type Alert, type Incident, type Severity } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import type { Policy } from '../facts/policy.ts';
import { modules } from '../modules/index.ts';
import { protocols } from '../protocols/index.ts';
import type {
  ActionOutcome,
  AlertQuery,
  ConversationQuery,
  Page,
  PageQuery,
  ProofOutcome,
  ReportOutcome,
  ReportQuery,
  SiteData,
  WantedAction,
} from '../server/site-data.ts';
import type { StoredConversation } from '../store/conversations.ts';
import { AlertStates, type OperatorAction } from '../store/operator-actions.ts';
import { SiteStore } from '../store/site-store.ts';
import { alertJson, assetJson, fileJson, incidentJson } from './analysis-json.ts';
import { relationsJson } from './asset-relations.ts';
import { conversationJson } from './flows.ts';
import { MODULES_PLANNED } from './modules.ts';
import { actionJson, stateJson, undoOf } from './operator-json.ts';
import { StoredProofs, type ProofCapture } from './stored-proof.ts';
import { reportList, storedReport } from './stored-reports.ts';

interface Loaded {
  readonly captures: readonly unknown[];
  readonly proofCaptures: readonly ProofCapture[];
  readonly assets: readonly Asset[];
  readonly alerts: readonly Alert[];
  readonly alertsById: ReadonlyMap<string, Alert>;
  readonly incidents: readonly Incident[];
  readonly conversations: readonly StoredConversation[];
  readonly actions: readonly OperatorAction[];
  readonly states: AlertStates;
}

/** Conversations that are held for the pages; the database keeps all. */
const CONVERSATIONS_MAX = 200_000;
const REASON_MAX = 500;
/** What operators did is never forgotten: after so many nothing more can be done. */
const ACTIONS_MAX = 1_000_000;

export class StoredSite implements SiteData {
  readonly #path: string;
  #loaded: Loaded | null = null;
  #writtenMs = 0;
  readonly #proofs = new StoredProofs();
  readonly #policy: Policy | null;

  /** Throws StoreError where there is no such database. `policy`: what the person owns. */
  constructor(path: string, { policy = null }: { readonly policy?: Policy | null } = {}) {
    this.#path = path;
    this.#policy = policy;
    this.#load();
  }

  overview(): unknown {
    const { assets, alerts, conversations, captures, incidents, states } = this.#load();
    const bySeverity = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
    const waiting = alerts.filter((alert) => isWaiting(states.of(alert).status));
    for (const { severity } of waiting) bySeverity[severity]++;
    const waitingIds = new Set(waiting.map(({ id }) => id));
    const stories = incidents.filter(({ steps }) => steps.some((step) => waitingIds.has(step.alert)));
    const roles = new Map<string, number>();
    for (const { role } of assets) roles.set(role ?? 'unknown', (roles.get(role ?? 'unknown') ?? 0) + 1);
    const spoken = new Map<string, number>();
    for (const { protocol } of conversations)
      if (protocol !== null) spoken.set(protocol, (spoken.get(protocol) ?? 0) + 1);
    return {
      captures,
      assets: assets.length,
      alerts: alerts.length,
      waiting: waiting.length,
      incidents: stories.length,
      conversations: conversations.length,
      bySeverity,
      roles: byCount(roles),
      protocols: byCount(spoken),
      modules: modules.length,
      modulesPlanned: MODULES_PLANNED,
      worstIncidents: stories.slice(0, 3).map(incidentJson),
      worst: waiting.slice(0, 5).map((alert) => this.#alertJson(alert)),
    };
  }

  assets(query: PageQuery): Page {
    return page(this.#load().assets, query, assetJson);
  }

  asset(id: string): unknown {
    const { assets, conversations } = this.#load();
    const asset = assets.find((each) => each.id === id || each.aliases.includes(id));
    if (asset === undefined) return null;
    return { ...assetJson(asset), ...relationsJson(asset.id, conversations) };
  }

  alerts(query: AlertQuery): Page {
    const { alerts, states } = this.#load();
    const isSeverity = SEVERITIES.some((severity) => severity === query.severity);
    const least = isSeverity ? severityRank(query.severity as Severity) : -Infinity;
    const wanted = alerts.filter(
      (alert) =>
        severityRank(alert.severity) >= least &&
        (query.asset === '' || alert.subject.asset === query.asset || alert.peer?.asset === query.asset) &&
        (query.status === '' || states.of(alert).status === query.status),
    );
    return page(wanted, query, (alert) => this.#alertJson(alert));
  }

  alert(id: string): unknown {
    const alert = this.#load().alertsById.get(id);
    return alert === undefined ? null : this.#alertJson(alert);
  }

  incidents(query: PageQuery): Page {
    return page(this.#load().incidents, query, incidentJson);
  }

  incident(id: string): unknown {
    const { incidents, alertsById } = this.#load();
    const incident = incidents.find((each) => each.id === id);
    if (incident === undefined) return null;
    const alerts = incident.steps.flatMap((step) => alertsById.get(step.alert) ?? []);
    return { ...incidentJson(incident), alerts: alerts.map((alert) => this.#alertJson(alert)) };
  }

  actions(query: PageQuery): Page {
    const { actions, alertsById } = this.#load();
    return page(actions.toReversed(), query, (action) => actionJson(action, alertsById.get(action.alert)));
  }

  async proof(id: string): Promise<ProofOutcome> {
    const { alertsById, proofCaptures } = this.#load();
    const alert = alertsById.get(id);
    if (alert === undefined) return { kind: 'missing' };
    const captures = proofCaptures.map((capture) => ({ ...capture, path: foundPath(capture.path, this.#path) }));
    const reply = await this.#proofs.of(alert, captures);
    if ('problem' in reply) return { kind: 'gone', reason: reply.problem };
    const { frames, omitted, pcapng } = reply.proof;
    return { kind: 'done', item: { frames, omitted }, pcapng };
  }

  act(id: string, wanted: WantedAction): ActionOutcome {
    const { alertsById, states, actions } = this.#load();
    const alert = alertsById.get(id);
    if (alert === undefined) return { kind: 'missing' };
    const isUndo = wanted.action === 'undo';
    const undoes = isUndo ? undoOf(states.of(alert)) : null;
    if (isUndo && undoes === null) return { kind: 'refused', reason: 'nothing was done that could be undone' };
    const reason = showable(wanted.reason.trim(), REASON_MAX);
    if (wanted.action === 'close' && reason === '') return { kind: 'refused', reason: 'say why it is closed' };
    if (actions.length >= ACTIONS_MAX) return { kind: 'refused', reason: 'the log of this site is full' };
    this.#write((store) =>
      store.act({
        timeUs: wanted.timeMs * 1000,
        operator: wanted.operator,
        action: wanted.action,
        alert: id,
        alertCount: alert.count,
        scope: wanted.action === 'normal' ? wanted.scope : null,
        reason,
        undoes,
      }),
    );
    return { kind: 'done', item: this.alert(id) };
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

  reports(): Page {
    return reportList();
  }

  report(name: string, query: ReportQuery): ReportOutcome {
    return storedReport(this.#path, name, query, this.#policy);
  }

  modules(): Page {
    const items = modules.map(({ meta: { id, title, purpose, kinds } }) => ({ name: id, title, purpose, kinds }));
    return { total: items.length, items };
  }

  protocols(): Page {
    const items = protocols.map(({ name, title, family, summary }) => ({ name, title, family, summary }));
    return { total: items.length, items };
  }

  version(): string {
    return String(writtenAt(this.#path));
  }

  #alertJson(alert: Alert): unknown {
    return { ...alertJson(alert), state: stateJson(this.#loaded!.states.of(alert)) };
  }

  /** What operators do changes neither devices nor conversations: those are not read again. */
  #write(work: (store: SiteStore) => void): void {
    const loaded = this.#load();
    const store = new SiteStore(this.#path, { isMade: false });
    try {
      work(store);
      const actions = store.actions();
      this.#loaded = { ...loaded, actions, states: new AlertStates(actions, (id) => loaded.alertsById.get(id)) };
    } finally {
      store.close();
    }
    this.#writtenMs = writtenAt(this.#path);
  }

  #load(): Loaded {
    const writtenMs = writtenAt(this.#path);
    if (this.#loaded !== null && this.#writtenMs === writtenMs) return this.#loaded;
    const store = new SiteStore(this.#path, { isMade: false });
    try {
      this.#loaded = loadedFrom(store);
    } finally {
      store.close();
    }
    // Closing may move what was written.
    this.#writtenMs = writtenAt(this.#path);
    return this.#loaded;
  }
}

function loadedFrom(store: SiteStore): Loaded {
  const conversations: StoredConversation[] = [];
  for (const conversation of store.conversations()) {
    if (conversations.length >= CONVERSATIONS_MAX) break;
    conversations.push(conversation);
  }
  const alerts = [...store.alerts()];
  const alertsById = new Map(alerts.map((alert) => [alert.id, alert]));
  const actions = store.actions();
  const captures = store.captures();
  const identities = store.captureIdentities();
  return {
    captures: captures.map(fileJson),
    proofCaptures: captures.map(({ path }, index) => ({ path, identity: identities[index]! })),
    assets: [...store.assets()],
    alerts,
    alertsById,
    incidents: storiesOf(alerts),
    conversations,
    actions,
    states: new AlertStates(actions, (id) => alertsById.get(id)),
  };
}

/** Captures are stored as they were named: from the directory of then, which often is that of the database. */
function foundPath(path: string, database: string): string {
  if (path === STANDARD_INPUT || isAbsolute(path) || existsSync(path)) return path;
  const beside = join(dirname(database), path);
  return existsSync(beside) ? beside : path;
}

/** Of alerts that need a person. */
function isWaiting(status: string): boolean {
  return status === 'open' || status === 'acknowledged';
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
