// What operators did, as the API shows it.
import type { Alert } from '../facts/alert.ts';
import type { AlertState, OperatorAction } from '../store/operator-actions.ts';
import { timestamp } from './timestamp.ts';

export function stateJson({ status, action }: AlertState): Record<string, unknown> {
  return {
    status,
    action: action === null ? null : actionJson(action),
    /** It was closed, and went on since. */
    isAgain: status === 'open' && action !== null,
  };
}

export function actionJson(action: OperatorAction, alert?: Alert): Record<string, unknown> {
  return {
    id: action.id,
    time: timestamp(action.timeUs),
    operator: action.operator,
    action: action.action,
    alert: action.alert,
    ...(alert === undefined ? {} : { title: alert.title }),
    scope: action.scope,
    reason: action.reason,
    undoes: action.undoes,
  };
}

/** Which action an undo of this state takes back; null: there is none. */
export function undoOf({ action }: AlertState): number | null {
  return action === null ? null : action.id;
}
