// What operators did with alerts: written once and kept. The state of an alert, and what is not to be raised again, follow
// from what was done and not undone.
import type { DatabaseSync } from 'node:sqlite';
import { foundParty, isCovered } from '../alerts/accepted.ts';
import { MANY } from '../alerts/many.ts';
import type { Alert } from '../facts/alert.ts';
import type { AcceptedFinding, AcceptedScope } from '../facts/intent.ts';
import { numberOf, numberOrNull, textOf, textOrNull } from './stored-values.ts';

export const ALERT_ACTIONS = ['acknowledge', 'normal', 'close'] as const;
export type AlertAction = (typeof ALERT_ACTIONS)[number];

/** What of an alert its state follows from. */
export type ActedAlert = Pick<Alert, 'id' | 'kind' | 'subject' | 'peer' | 'object' | 'count'>;

export interface OperatorAction {
  readonly id: number;
  /** Of the machine's clock. */
  readonly timeUs: number;
  readonly operator: string;
  readonly action: AlertAction | 'undo';
  readonly alert: string;
  /** How often the alert had happened by then. */
  readonly alertCount: number;
  /** Of `normal` only. */
  readonly scope: AcceptedScope | null;
  readonly reason: string;
  /** Of `undo`: the action. */
  readonly undoes: number | null;
}

export const ALERT_STATUSES = ['open', 'acknowledged', 'normal', 'closed'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

export interface AlertState {
  readonly status: AlertStatus;
  /** What gave it this state; null: nobody did anything. */
  readonly action: OperatorAction | null;
}

const OPEN: AlertState = { status: 'open', action: null };
const STATUS_OF: Readonly<Record<AlertAction, AlertStatus>> = {
  acknowledge: 'acknowledged',
  normal: 'normal',
  close: 'closed',
};

export function storedActions(database: DatabaseSync): OperatorAction[] {
  return database
    .prepare('SELECT * FROM operator_actions ORDER BY id')
    .all()
    .map((row) => ({
      id: numberOf(row, 'id'),
      timeUs: numberOf(row, 'time_us'),
      operator: textOf(row, 'operator'),
      action: textOf(row, 'action') as OperatorAction['action'],
      alert: textOf(row, 'alert'),
      alertCount: numberOf(row, 'alert_count'),
      scope: textOrNull(row, 'scope') as AcceptedScope | null,
      reason: textOf(row, 'reason'),
      undoes: numberOrNull(row, 'undoes'),
    }));
}

export function storeAction(database: DatabaseSync, action: Omit<OperatorAction, 'id'>): OperatorAction {
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO operator_actions (time_us, operator, action, alert, alert_count, scope, reason, undoes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      action.timeUs,
      action.operator,
      action.action,
      action.alert,
      action.alertCount,
      action.scope,
      action.reason,
      action.undoes,
    );
  return { ...action, id: Number(lastInsertRowid) };
}

/** What holds: done, and not undone. */
function standing(actions: readonly OperatorAction[]): OperatorAction[] {
  const undone = new Set(actions.map(({ undoes }) => undoes));
  return actions.filter(({ id, action }) => action !== 'undo' && !undone.has(id));
}

/** An alert that stands for more than were kept apart has no object of its own to name. */
export function acceptedFinding(alert: ActedAlert, scope: AcceptedScope): AcceptedFinding {
  return {
    scope: scope === 'exact' && alert.object === MANY ? 'pair' : scope,
    kind: alert.kind,
    subject: foundParty(alert.subject),
    peer: alert.peer === null ? null : foundParty(alert.peer),
    object: alert.object,
  };
}

/** Who marked what as normal, when and why. */
export interface Acceptance {
  readonly action: OperatorAction;
  readonly finding: AcceptedFinding;
}

/** What is not to be raised again. `alertOf`: by id. */
export function acceptances(
  actions: readonly OperatorAction[],
  alertOf: (id: string) => ActedAlert | undefined,
): Acceptance[] {
  return standing(actions).flatMap((action) => {
    const alert = action.scope === null ? undefined : alertOf(action.alert);
    return alert === undefined ? [] : [{ action, finding: acceptedFinding(alert, action.scope!) }];
  });
}

/** The states of alerts: the latest that was done and not undone, to the alert itself or to all of its kind and parties. */
export class AlertStates {
  readonly #own = new Map<string, OperatorAction>();
  readonly #accepted = new Map<string, Acceptance[]>();

  constructor(actions: readonly OperatorAction[], alertOf: (id: string) => ActedAlert | undefined) {
    for (const action of standing(actions)) if (action.action !== 'normal') this.#own.set(action.alert, action);
    for (const each of acceptances(actions, alertOf)) {
      const known = this.#accepted.get(each.finding.kind);
      if (known === undefined) this.#accepted.set(each.finding.kind, [each]);
      else known.push(each);
    }
  }

  /** What was closed and went on since is open again. */
  of(alert: ActedAlert): AlertState {
    const own = this.#own.get(alert.id) ?? null;
    const covering = this.#covering(alert);
    const action = covering !== null && covering.id > (own?.id ?? 0) ? covering : own;
    if (action === null || action.action === 'undo') return OPEN;
    if (action.action === 'close' && alert.count > action.alertCount) return { status: 'open', action };
    return { status: STATUS_OF[action.action], action };
  }

  #covering(alert: ActedAlert): OperatorAction | null {
    const ofKind = this.#accepted.get(alert.kind);
    if (ofKind === undefined) return null;
    const subject = foundParty(alert.subject);
    const peer = alert.peer === null ? null : foundParty(alert.peer);
    const covering = ofKind.filter(({ finding }) => isCovered(finding, alert.kind, subject, peer, alert.object));
    return covering.at(-1)?.action ?? null;
  }
}
