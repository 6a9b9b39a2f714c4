// Which incident each alert of a live watch is a part of, while it goes on: the same rule as at the end, asked of what is
// known by now. Incidents grow, so that an alert may come into another one later.
import { joinIncidents } from '../alerts/incident.ts';
import type { Alert } from '../facts/alert.ts';

/** As many as an analysis keeps. */
const ALERTS_MAX = 16_384;
/** Joining takes its time where there are many: at most this share of the clock. */
const SHARE = 0.05;
/** So few are joined each time: it takes a millisecond or two. */
const FEW = 512;

export class LiveIncidents {
  /** The newest state of each, by id. */
  readonly #alerts = new Map<string, Alert>();
  #joined = new Map<string, string>();
  #nextMs = 0;

  /** The same alerts with their incidents. */
  joined(alerts: readonly Alert[], nowMs: number): Alert[] {
    for (const alert of alerts) {
      if (this.#alerts.has(alert.id) || this.#alerts.size < ALERTS_MAX) this.#alerts.set(alert.id, alert);
    }
    if (nowMs >= this.#nextMs || this.#alerts.size <= FEW) {
      const startedMs = performance.now();
      this.#joined = joinIncidents([...this.#alerts.values()]);
      this.#nextMs = nowMs + (performance.now() - startedMs) / SHARE;
    }
    return alerts.map((alert) => ({ ...alert, incident: this.#joined.get(alert.id) ?? alert.incident }));
  }
}
