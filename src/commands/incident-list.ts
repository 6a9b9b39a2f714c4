// The incidents of a site, worst first: grouped from the alerts in memory, told as stories only where they are shown.
import { severityRank } from '../alerts/severity.ts';
import { storyOf } from '../alerts/story.ts';
import type { Alert, Severity } from '../facts/alert.ts';
import type { AlertHead } from '../store/alert-index.ts';
import type { SiteReader } from '../store/site-reader.ts';
import type { Page } from '../server/site-data.ts';
import { incidentJson } from './analysis-json.ts';

/** In a list only the beginning of a story is told; of one incident so many steps. The counts tell the whole. */
const LISTED_STEPS = 3;
const STORY_STEPS = 500;

interface Group {
  readonly id: string;
  severity: Severity;
  firstUs: number;
  readonly heads: AlertHead[];
}

export class IncidentList {
  readonly #reader: SiteReader;
  #heads: readonly AlertHead[] = [];
  #groups: readonly Group[] = [];

  constructor(reader: SiteReader) {
    this.#reader = reader;
  }

  page(offset: number, limit: number, words: readonly string[]): Page {
    const found = this.#all().filter(({ heads }) =>
      words.every((word) => heads.some(({ text }) => text.includes(word))),
    );
    return { total: found.length, items: found.slice(offset, offset + limit).map((group) => this.#told(group)) };
  }

  worst(ids: ReadonlySet<string>, count: number): unknown[] {
    const wanted: unknown[] = [];
    for (const group of this.#all()) {
      if (wanted.length >= count) break;
      if (ids.has(group.id)) wanted.push(this.#told(group));
    }
    return wanted;
  }

  /** With the alerts of the steps that are told. */
  one(id: string): { readonly json: Record<string, unknown>; readonly alerts: readonly Alert[] } | null {
    const group = this.#all().find((each) => each.id === id);
    if (group === undefined) return null;
    const alerts = this.#reader.alerts(idsOf(group));
    const json = storyJson(id, alerts, STORY_STEPS);
    const told = new Set(json.steps.map(({ alert }) => alert));
    return { json, alerts: alerts.filter((alert) => told.has(alert.id)) };
  }

  #told(group: Group): unknown {
    return storyJson(group.id, this.#reader.alertTexts(idsOf(group)), LISTED_STEPS);
  }

  #all(): readonly Group[] {
    const heads = this.#reader.heads();
    if (heads === this.#heads) return this.#groups;
    const groups = new Map<string, Group>();
    for (const head of heads) {
      if (head.incident === null) continue;
      const { severity, firstUs } = head;
      const known = groups.get(head.incident);
      if (known === undefined) {
        groups.set(head.incident, { id: head.incident, severity, firstUs, heads: [head] });
        continue;
      }
      known.heads.push(head);
      known.firstUs = Math.min(known.firstUs, firstUs);
    }
    this.#heads = heads;
    // The first of each is its worst: alerts come worst first.
    this.#groups = [...groups.values()].sort(
      (left, right) =>
        severityRank(right.severity) - severityRank(left.severity) ||
        left.firstUs - right.firstUs ||
        (left.id < right.id ? -1 : 1),
    );
    return this.#groups;
  }
}

function idsOf({ heads }: Group): string[] {
  return heads.map(({ id }) => id);
}

function storyJson(
  id: string,
  alerts: readonly Alert[],
  stepsMax: number,
): Record<string, unknown> & { readonly steps: readonly { readonly alert: string }[] } {
  const story = storyOf(id, alerts);
  const steps = story.steps.slice(0, stepsMax);
  return {
    ...incidentJson({ ...story, steps, hosts: story.hosts.slice(0, stepsMax) }),
    hostCount: story.hosts.length,
    stepCount: story.steps.length,
    steps: (incidentJson({ ...story, steps }) as { steps: { alert: string }[] }).steps,
  };
}
