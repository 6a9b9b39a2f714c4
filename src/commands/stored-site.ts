// A site database as the server shows it: each answer is made of what the database says at that moment.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { severityRank } from '../alerts/severity.ts';
import { showable } from '../bytes/text.ts';
import { STANDARD_INPUT } from '../capture/open.ts';
import { SEVERITIES, type Alert, type Severity } from '../facts/alert.ts';
import type { Policy, PolicyZone } from '../facts/policy.ts';
import { modules } from '../modules/index.ts';
import { protocols } from '../protocols/index.ts';
import type {
  ActionOutcome,
  AlertQuery,
  AssetQuery,
  BaselineOutcome,
  BaselineQuery,
  ConversationQuery,
  FirmwareQuery,
  LoginQuery,
  MapQuery,
  OperationQuery,
  LogEntry,
  Page,
  PageQuery,
  ProofOutcome,
  ReportOutcome,
  ReportQuery,
  SiteData,
  WantedAction,
} from '../server/site-data.ts';
import type { ListName } from '../server/list-filters.ts';
import type { AlertHead } from '../store/alert-index.ts';
import { SiteReader } from '../store/site-reader.ts';
import { alertJson, assetBriefJson, assetJson, fileJson } from './analysis-json.ts';
import { relationsJson } from './asset-relations.ts';
import { assetTimeline } from './asset-timeline.ts';
import { BaselineReview, NO_BASELINE } from './baseline-review.ts';
import { conversationJson } from './flows.ts';
import { IncidentList } from './incident-list.ts';
import { CSV_LISTS, listCsv } from './list-csv.ts';
import { MODULES_PLANNED } from './modules.ts';
import { actionJson, stateJson, undoOf } from './operator-json.ts';
import { OperationList, pointList } from './operation-list.ts';
import { Segmentation, firmwareList, hardeningList, loginList } from './security-lists.ts';
import { SiteMapMaker } from './site-map.ts';
import { StoredProofs } from './stored-proof.ts';
import { logOf, noteIn } from './stored-log.ts';
import { reportList, storedReport } from './stored-reports.ts';

const REASON_MAX = 500;
/** What operators did is never forgotten: after so many nothing more can be done. */
const ACTIONS_MAX = 1_000_000;

export interface StoredSiteOptions {
  /** What the person owns; null: zones are inferred. */
  readonly policy?: Policy | null;
  /** What 1sec.yaml declares; where there is a policy it says nothing. */
  readonly zones?: readonly PolicyZone[];
  /** The baseline file of the site, to be looked through; null: none. */
  readonly baseline?: string | null;
}

export class StoredSite implements SiteData {
  readonly #path: string;
  readonly #reader: SiteReader;
  readonly #incidents: IncidentList;
  readonly #map: SiteMapMaker;
  readonly #operations: OperationList;
  readonly #segmentation: Segmentation;
  readonly #baseline: BaselineReview | null;
  readonly #proofs = new StoredProofs();
  readonly #policy: Policy | null;
  readonly #zones: readonly PolicyZone[];
  #overview: { readonly version: string; readonly told: unknown } | null = null;

  /** Throws StoreError where there is no such database. */
  constructor(path: string, { policy = null, zones = [], baseline = null }: StoredSiteOptions = {}) {
    this.#path = path;
    this.#policy = policy;
    this.#zones = zones;
    this.#reader = new SiteReader(path);
    this.#incidents = new IncidentList(this.#reader);
    this.#operations = new OperationList(this.#reader);
    this.#segmentation = new Segmentation(this.#reader, policy, zones);
    this.#map = new SiteMapMaker(this.#reader, () => this.#segmentation.zonesByAddress());
    this.#baseline = baseline === null ? null : new BaselineReview(baseline);
  }

  close(): void {
    this.#reader.close();
  }

  /** Counted once for each change of the site. */
  overview(): unknown {
    const version = this.#reader.version();
    if (this.#overview?.version !== version) this.#overview = { version, told: this.#counted() };
    return this.#overview.told;
  }

  #counted(): unknown {
    const reader = this.#reader;
    const heads = reader.heads();
    const states = reader.states();
    const bySeverity = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
    const waitingIncidents = new Set<string>();
    const worst: AlertHead[] = [];
    let waiting = 0;
    for (const head of heads) {
      if (!isWaiting(states.of(head).status)) continue;
      waiting++;
      bySeverity[head.severity]++;
      if (worst.length < 5) worst.push(head);
      if (head.incident !== null) waitingIncidents.add(head.incident);
    }
    return {
      captures: reader.captures().map(({ file }) => fileJson(file)),
      assets: reader.assetCount(),
      alerts: heads.length,
      waiting,
      incidents: waitingIncidents.size,
      conversations: reader.conversationCount(),
      bySeverity,
      roles: reader.roles(),
      protocols: reader.protocols(),
      modules: modules.length,
      modulesPlanned: MODULES_PLANNED,
      worstIncidents: this.#incidents.worst(waitingIncidents, 3),
      worst: this.#alertsJson(worst),
    };
  }

  assets(query: AssetQuery): Page {
    const { offset, limit, role, level } = query;
    const { total, items } = this.#reader.assets({ offset, limit, role, level, words: wordsOf(query.search) });
    return { total, items: items.map(assetBriefJson) };
  }

  asset(id: string): unknown {
    const asset = this.#reader.asset(id);
    if (asset === null) return null;
    return { ...assetJson(asset), ...relationsJson(asset.id, this.#reader.conversationsOfAsset(asset.id)) };
  }

  alerts(query: AlertQuery): Page {
    const states = this.#reader.states();
    const isSeverity = SEVERITIES.some((severity) => severity === query.severity);
    const least = isSeverity ? severityRank(query.severity as Severity) : -Infinity;
    const words = wordsOf(query.search);
    const { asset, status } = query;
    const wanted = this.#reader
      .heads()
      .filter(
        (head) =>
          severityRank(head.severity) >= least &&
          (asset === '' || head.subject.asset === asset || head.peer?.asset === asset) &&
          (status === '' || states.of(head).status === status) &&
          words.every((word) => head.text.includes(word)),
      );
    const shown = wanted.slice(query.offset, query.offset + query.limit);
    return { total: wanted.length, items: this.#alertsJson(shown) };
  }

  alert(id: string): unknown {
    const head = this.#reader.head(id);
    return head === undefined ? null : (this.#alertsJson([head])[0] ?? null);
  }

  incidents(query: PageQuery): Page {
    return this.#incidents.page(query.offset, query.limit, wordsOf(query.search));
  }

  incident(id: string): unknown {
    const incident = this.#incidents.one(id);
    if (incident === null) return null;
    const { json, alerts } = incident;
    return { ...json, alerts: alerts.map((alert) => this.#alertJson(alert)) };
  }

  actions(query: PageQuery): Page {
    const titled = this.#reader.actions().toReversed();
    return page(titled, query, (action) => actionJson(action, this.#reader.alerts([action.alert])[0]));
  }

  async proof(id: string): Promise<ProofOutcome> {
    const [alert] = this.#reader.alerts([id]);
    if (alert === undefined) return { kind: 'missing' };
    const captures = this.#reader
      .captures()
      .map(({ file, identity }) => ({ path: foundPath(file.path, this.#path), identity }));
    const reply = await this.#proofs.of(alert, captures);
    if ('problem' in reply) return { kind: 'gone', reason: reply.problem };
    const { frames, omitted, pcapng } = reply.proof;
    return { kind: 'done', item: { frames, omitted }, pcapng };
  }

  act(id: string, wanted: WantedAction): ActionOutcome {
    const alert = this.#reader.head(id);
    if (alert === undefined) return { kind: 'missing' };
    const isUndo = wanted.action === 'undo';
    const undoes = isUndo ? undoOf(this.#reader.states().of(alert)) : null;
    if (isUndo && undoes === null) return { kind: 'refused', reason: 'nothing was done that could be undone' };
    const reason = showable(wanted.reason.trim(), REASON_MAX);
    if (wanted.action === 'close' && reason === '') return { kind: 'refused', reason: 'say why it is closed' };
    if (this.#reader.actions().length >= ACTIONS_MAX)
      return { kind: 'refused', reason: 'the log of this site is full' };
    this.#reader.act({
      timeUs: wanted.timeMs * 1000,
      operator: wanted.operator,
      action: wanted.action,
      alert: id,
      alertCount: alert.count,
      scope: wanted.action === 'normal' ? wanted.scope : null,
      reason,
      undoes,
    });
    return { kind: 'done', item: this.alert(id) };
  }

  conversations(query: ConversationQuery): Page {
    const { host, protocol, offset, limit } = query;
    const { total, items } = this.#reader.conversations({
      ...{ host, protocol, offset, limit },
      protocols: protocols.map(({ name }) => name),
      words: wordsOf(query.search),
    });
    return { total, items: items.map(conversationJson) };
  }

  map(query: MapQuery): unknown {
    return this.#map.map(query);
  }

  operations(query: OperationQuery): Page {
    return this.#operations.page(query, wordsOf(query.search));
  }

  points(query: PageQuery & { readonly asset: string }): Page {
    return pointList(this.#reader, query, wordsOf(query.search));
  }

  segmentation(): unknown {
    return this.#segmentation.json();
  }

  firmware(query: FirmwareQuery): Page {
    return firmwareList(this.#reader, query, wordsOf(query.search));
  }

  logins(query: LoginQuery): Page {
    return loginList(this.#reader, query, wordsOf(query.search));
  }

  hardening(query: PageQuery): Page {
    return hardeningList(this.#reader, query, wordsOf(query.search));
  }

  timeline(asset: string, query: PageQuery): Page | null {
    return assetTimeline(this.#reader, asset, query);
  }

  baseline(query: BaselineQuery): Page {
    return this.#baseline === null ? NO_BASELINE : this.#baseline.page(query, wordsOf(query.search));
  }

  actOnBaseline(id: string, action: 'approve' | 'forget', before: (told: string) => void): BaselineOutcome {
    return this.#baseline === null ? { kind: 'missing' } : this.#baseline.act(id, action, before);
  }

  captures(): readonly unknown[] {
    return this.#reader.captures().map(({ file }) => fileJson(file));
  }

  note(entry: LogEntry): void {
    noteIn(this.#reader, entry);
  }

  log(query: PageQuery): Page {
    return logOf(this.#reader, query);
  }

  reports(): Page {
    return reportList();
  }

  report(name: string, query: ReportQuery): ReportOutcome {
    return storedReport(this.#path, name, query, { policy: this.#policy, zones: this.#zones });
  }

  get csvLists(): readonly ListName[] {
    return CSV_LISTS;
  }

  csv(list: ListName, query: PageQuery): Iterable<string> {
    const asked = this[list].bind(this) as (query: PageQuery) => Page;
    return listCsv(list, (offset, limit) => asked({ ...query, offset, limit }));
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
    return this.#reader.version();
  }

  #alertsJson(heads: readonly AlertHead[]): unknown[] {
    return this.#reader.alerts(heads.map(({ id }) => id)).map((alert) => this.#alertJson(alert));
  }

  #alertJson(alert: Alert): unknown {
    return { ...alertJson(alert), state: stateJson(this.#reader.states().of(alert)) };
  }
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

function wordsOf(search: string): string[] {
  return search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** For lists that are short, or shown by themselves. */
function page<Item>(items: readonly Item[], query: PageQuery, shape: (item: Item) => unknown): Page {
  const { offset, limit } = query;
  const words = wordsOf(query.search);
  if (words.length === 0) return { total: items.length, items: items.slice(offset, offset + limit).map(shape) };
  const found = items.map(shape).filter((item) => {
    const text = JSON.stringify(item).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return { total: found.length, items: found.slice(offset, offset + limit) };
}
