// What is different at a site: since a moment, within one database, or from one database to another.
import { GROUNDED_FIELDS } from '../assets/field-grounds.ts';
import type { Alert } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import type { OperatorAction } from '../store/operator-actions.ts';
import type { StoredConversation } from '../store/conversations.ts';
import type { SiteSnapshot } from './site-snapshot.ts';
import { serviceText } from './stored-hosts.ts';

export interface SiteChanges {
  readonly added: readonly Asset[];
  /** Not heard any more. */
  readonly gone: readonly Asset[];
  readonly fields: readonly FieldChange[];
  readonly talksAdded: readonly SiteTalk[];
  readonly talksGone: readonly SiteTalk[];
  readonly alerts: readonly Alert[];
  readonly actions: readonly OperatorAction[];
}

export interface FieldChange {
  readonly asset: Asset;
  readonly field: string;
  /** Null: nothing was known. */
  readonly before: string | null;
  readonly after: string | null;
}

/** Who asks whom for what, over all conversations. */
export interface SiteTalk {
  readonly client: string;
  readonly server: string;
  readonly service: string;
  conversations: number;
  firstUs: number;
  lastUs: number;
  isAnswered: boolean;
}

export function changesSince(site: SiteSnapshot, sinceUs: number, untilUs = Infinity): SiteChanges {
  const isWithin = (timeUs: number): boolean => timeUs >= sinceUs && timeUs < untilUs;
  const talks = [...talksOf(site.conversations).values()];
  return {
    added: site.assets.filter(({ firstUs }) => isWithin(firstUs)),
    gone: site.assets.filter(({ lastUs }) => lastUs < sinceUs),
    fields: site.assets.filter(({ firstUs }) => firstUs < sinceUs).flatMap((asset) => fieldsSince(asset, isWithin)),
    talksAdded: talks.filter(({ firstUs }) => isWithin(firstUs)),
    talksGone: talks.filter(({ lastUs, isAnswered }) => lastUs < sinceUs && isAnswered),
    alerts: site.alerts.filter(({ firstUs }) => isWithin(firstUs)),
    actions: site.actions,
  };
}

export function changesBetween(before: SiteSnapshot, after: SiteSnapshot): SiteChanges {
  const earlier = byAnyId(before.assets);
  const later = byAnyId(after.assets);
  const talksBefore = talksOf(before.conversations);
  const talksAfter = talksOf(after.conversations);
  const known = (asset: Asset, ids: ReadonlyMap<string, Asset>): Asset | undefined =>
    [asset.id, ...asset.aliases].map((id) => ids.get(id)).find((each) => each !== undefined);
  const actionsBefore = new Set(before.actions.map(actionKey));
  return {
    added: after.assets.filter((asset) => known(asset, earlier) === undefined),
    gone: before.assets.filter((asset) => known(asset, later) === undefined),
    fields: after.assets.flatMap((asset) => {
      const former = known(asset, earlier);
      return former === undefined ? [] : fieldsBetween(former, asset);
    }),
    talksAdded: [...talksAfter].filter(([key]) => !talksBefore.has(key)).map(([, talk]) => talk),
    talksGone: [...talksBefore]
      .filter(([key, talk]) => talk.isAnswered && !talksAfter.has(key))
      .map(([, talk]) => talk),
    alerts: after.alerts.filter(({ id }) => !before.alertsById.has(id)),
    actions: after.actions.filter((action) => !actionsBefore.has(actionKey(action))),
  };
}

function byAnyId(assets: readonly Asset[]): Map<string, Asset> {
  return new Map(assets.flatMap((asset) => [asset.id, ...asset.aliases].map((id) => [id, asset] as const)));
}

function actionKey({ timeUs, operator, action, alert }: OperatorAction): string {
  return JSON.stringify([timeUs, operator, action, alert]);
}

function fieldsBetween(former: Asset, asset: Asset): FieldChange[] {
  return GROUNDED_FIELDS.flatMap((field) => {
    const [before, after] = [former[field], asset[field]].map((value) => (value === null ? null : String(value)));
    return before === after ? [] : [{ asset, field, before: before ?? null, after: after ?? null }];
  });
}

/** One source said one thing for the last time before, and says another since. A device may have several names. */
function fieldsSince(asset: Asset, isWithin: (timeUs: number) => boolean): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const now of asset.evidence) {
    if (now.attribute === 'name' || !isWithin(now.timeUs)) continue;
    const same = asset.evidence.filter(({ attribute, source }) => attribute === now.attribute && source === now.source);
    const newest = same.reduce((latest, claim) => (claim.timeUs > latest.timeUs ? claim : latest), now);
    const former = same.filter(({ timeUs }) => !isWithin(timeUs) && timeUs < now.timeUs);
    if (newest !== now || former.length === 0) continue;
    const last = former.reduce((latest, claim) => (claim.timeUs > latest.timeUs ? claim : latest));
    changes.push({ asset, field: `${now.attribute} (${now.source})`, before: last.value, after: now.value });
  }
  return changes;
}

function talksOf(conversations: Iterable<StoredConversation>): Map<string, SiteTalk> {
  const talks = new Map<string, SiteTalk>();
  for (const conversation of conversations) {
    const { client, server, transport, firstUs, lastUs, isAnswered } = conversation;
    if (transport === 'link') continue;
    const service = serviceText(conversation);
    const key = JSON.stringify([client.segment, client.address, server.segment, server.address, service]);
    const talk = talks.get(key);
    if (talk === undefined) {
      const parties = { client: client.address, server: server.address, service };
      talks.set(key, { ...parties, conversations: 1, firstUs, lastUs, isAnswered });
      continue;
    }
    talk.conversations++;
    talk.firstUs = Math.min(talk.firstUs, firstUs);
    talk.lastUs = Math.max(talk.lastUs, lastUs);
    talk.isAnswered ||= isAnswered;
  }
  return talks;
}
