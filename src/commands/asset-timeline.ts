// What happened to one device, the newest first: when it was seen first, alerts, firmware, changes of its program or mode,
// logins, and what operators did about it.
import type { Page, PageQuery } from '../server/site-data.ts';
import { operationPage, type OperationChoices } from '../store/operation-queries.ts';
import { firmwarePage, loginPage } from '../store/security-queries.ts';
import type { SiteReader } from '../store/site-reader.ts';
import { timestamp } from './timestamp.ts';

/** Of each kind; the newest are kept. */
const KIND_MAX = 500;
const ENGINEERING = 2;
/** Nothing is searched for. */
const NO_WORDS: OperationChoices = { verb: [], protocol: [], function: [], space: [] };

interface Entry {
  readonly timeUs: number;
  readonly kind: 'seen' | 'alert' | 'firmware' | 'operation' | 'login' | 'action';
  readonly what: string;
  /** Who did it; empty where nobody is named. */
  readonly by: string;
  readonly severity: string | null;
  readonly alert: string | null;
}

const PLAIN = { by: '', severity: null, alert: null } as const;

export function assetTimeline(reader: SiteReader, id: string, { offset, limit }: PageQuery): Page | null {
  const asset = reader.asset(id);
  if (asset === null) return null;
  const place = { offset: 0, limit: KIND_MAX, words: [] };
  const entries: Entry[] = [{ ...PLAIN, timeUs: asset.firstUs, kind: 'seen', what: asset.segment }];
  const heads = reader.heads().filter((head) => head.subject.asset === asset.id || head.peer?.asset === asset.id);
  const newest = [...heads].sort((left, right) => right.firstUs - left.firstUs).slice(0, KIND_MAX);
  const alerts = reader.alertTexts(newest.map((head) => head.id));
  for (const { id: alert, firstUs, title, severity, peer, subject } of alerts) {
    const other = subject.asset === asset.id ? peer : subject;
    const by = other === null ? '' : (other.ip ?? other.mac ?? other.asset);
    entries.push({ timeUs: firstUs, kind: 'alert', what: title, by, severity, alert });
  }
  const mine = new Set(newest.map((head) => head.id));
  for (const action of reader.actions())
    if (mine.has(action.alert))
      entries.push({
        ...{ timeUs: action.timeUs, kind: 'action', what: action.action, by: action.operator },
        ...{ severity: null, alert: action.alert },
      });
  reader.ask((database, indexes) => {
    for (const event of firmwarePage(database, { ...place, asset: asset.id, what: '' }, indexes).items) {
      const what = [event.what, event.version, event.name].filter((word) => word !== '').join(' ');
      entries.push({ ...PLAIN, timeUs: event.timeUs, kind: 'firmware', what, by: event.source });
    }
    const changes = { ...place, asset: asset.id, side: 'server', verb: '', outcome: '', protocol: '' };
    const wish = { ...changes, access: ENGINEERING };
    for (const operation of operationPage(database, wish, NO_WORDS, indexes).items) {
      const what = `${operation.verb} ${operation.object}`.trim();
      entries.push({ ...PLAIN, timeUs: operation.firstUs, kind: 'operation', what, by: operation.client });
    }
    for (const login of loginPage(database, { ...place, asset: asset.id, outcome: '' }, indexes).items) {
      const what = `${login.protocol} ${login.outcome}`;
      entries.push({ ...PLAIN, timeUs: login.firstUs, kind: 'login', what, by: login.client });
    }
  });
  entries.sort((left, right) => right.timeUs - left.timeUs || (left.kind < right.kind ? -1 : 1));
  return {
    total: entries.length,
    items: entries.slice(offset, offset + limit).map(({ timeUs, ...entry }) => ({ time: timestamp(timeUs), ...entry })),
  };
}
