// What a site database holds at one moment, as reports read it.
import { storiesOf } from '../alerts/story.ts';
import type { CaptureFile } from '../capture/frames.ts';
import type { Alert, Incident } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import type { StoredConversation } from '../store/conversations.ts';
import { AlertStates, type OperatorAction } from '../store/operator-actions.ts';
import { SiteStore } from '../store/site-store.ts';

export interface SiteSnapshot {
  readonly files: readonly CaptureFile[];
  readonly assets: readonly Asset[];
  /** Worst first. */
  readonly alerts: readonly Alert[];
  readonly alertsById: ReadonlyMap<string, Alert>;
  readonly incidents: readonly Incident[];
  readonly conversations: readonly StoredConversation[];
  readonly actions: readonly OperatorAction[];
  readonly states: AlertStates;
}

/** Conversations that are held; the database keeps all. */
const CONVERSATIONS_MAX = 200_000;

export function snapshotOf(store: SiteStore): SiteSnapshot {
  const conversations: StoredConversation[] = [];
  for (const conversation of store.conversations()) {
    if (conversations.length >= CONVERSATIONS_MAX) break;
    conversations.push(conversation);
  }
  const alerts = [...store.alerts()];
  const alertsById = new Map(alerts.map((alert) => [alert.id, alert]));
  const actions = store.actions();
  return {
    files: store.captures(),
    assets: [...store.assets()],
    alerts,
    alertsById,
    incidents: storiesOf(alerts),
    conversations,
    actions,
    states: new AlertStates(actions, (id) => alertsById.get(id)),
  };
}

/** Throws StoreError. */
export function readSnapshot(path: string): SiteSnapshot {
  const store = new SiteStore(path, { isMade: false });
  try {
    return snapshotOf(store);
  } finally {
    store.close();
  }
}

/** Of alerts that need a person. */
export function isWaiting(status: string): boolean {
  return status === 'open' || status === 'acknowledged';
}
