// What a baseline saw in one stretch of time only may be an attack that was learned with the rest: it silences no alert,
// but lowers it by one step and says why.
import { severityRank } from '../alerts/severity.ts';
import { SEVERITIES, type Severity } from '../facts/alert.ts';
import type { UnconfirmedWrites } from '../facts/learning.ts';
import type { Site } from '../facts/module.ts';
import { spanText, timesText } from './plain-words.ts';

/** Kind and words of a context, and the words of its symbol, as in ContextKind. */
export type Sought = readonly [kind: number, a: number, b: number, c: number, s: number, t: number];

export interface Weighed {
  readonly severity: Severity;
  readonly explanation: string;
}

/** How the baseline saw the first of these that it marks; null: it marks none. */
export function unconfirmedSighting({ learning }: Site, ...sought: readonly Sought[]): UnconfirmedWrites | null {
  const { unconfirmed } = learning;
  for (const [kind, a, b, c, s, t] of sought) {
    const symbol = unconfirmed.findSymbol(unconfirmed.findContext(kind, a, b, c), s, t);
    if (symbol === 0) continue;
    const [firstUs, lastUs] = [unconfirmed.symbolFirstUs(symbol), unconfirmed.symbolLastUs(symbol)];
    return { count: unconfirmed.seen(symbol), firstUs, lastUs };
  }
  return null;
}

export function weighed(severity: Severity, explanation: string, seen: UnconfirmedWrites | null): Weighed {
  if (seen === null) return { severity, explanation };
  const within = seen.lastUs > seen.firstUs ? ` within ${spanText(seen.lastUs - seen.firstUs)}` : '';
  return {
    severity: SEVERITIES[Math.max(0, severityRank(severity) - 1)]!,
    explanation:
      `${explanation} One step milder, as the baseline has seen it: ${timesText(seen.count)}${within} and at no other ` +
      'time, which nobody has confirmed.',
  };
}
