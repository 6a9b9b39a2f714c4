// What each severity asks of a person, and the order of severities.
import { SEVERITIES, type Severity } from '../facts/alert.ts';

/** The one table of what a severity means: what the reader should do, and by when. */
export const SEVERITY_ASKS: Readonly<Record<Severity, string>> = {
  critical: 'Act now: the process or the safety of people may be at stake. Call the control room.',
  high: 'Look at it within the hour: likely an attack or a serious mistake, or about to become one.',
  medium: 'Look at it today: unusual and able to do harm; somebody should know why it happened.',
  low: 'Look at it when there is time: worth knowing, seldom urgent.',
  info: 'Nothing to do: noted for the record.',
};

/** 0 for `info` to 4 for `critical`. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

export function worseSeverity(left: Severity, right: Severity): Severity {
  return severityRank(right) > severityRank(left) ? right : left;
}
