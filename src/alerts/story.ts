// Tells the alerts of one incident as one story: the steps in the order of time, the hosts in the order in which they came
// into it, a title in plain words. From the alerts alone, so that stored ones tell the same story.
import { identifier } from '../assets/identifier.ts';
import type { Alert, AlertParty, Incident, IncidentHost, IncidentStep } from '../facts/alert.ts';
import { severityRank, worseSeverity } from './severity.ts';
import { storyPart } from './story-parts.ts';

/** Hosts that a title names; the others are counted. */
const NAMED_MAX = 4;

/** A host of several alerts is one, whatever unit or port is meant. */
export function hostKey(party: AlertParty): string {
  return `${party.segment}\n${party.ip ?? party.mac ?? party.asset}`;
}

/** Who acted and whom it happened to; null where nobody is named. */
export function partiesOf(alert: Alert): { readonly doer: AlertParty | null; readonly victim: AlertParty | null } {
  if (storyPart(alert).doer === 'subject') return { doer: alert.subject, victim: alert.peer };
  return { doer: alert.peer, victim: alert.subject };
}

/** By time; what began at the same moment by kind and id, so that the order of arrival does not matter. */
export function inOrder(left: Alert, right: Alert): number {
  return left.firstUs - right.firstUs || compareText(left.kind, right.kind) || compareText(left.id, right.id);
}

export function incidentId(alerts: readonly Alert[]): string {
  return identifier('incident', [...alerts].sort(inOrder)[0]!.id);
}

export function storyOf(id: string, alerts: readonly Alert[]): Incident {
  const ordered = [...alerts].sort(inOrder);
  const cast = new Cast();
  const steps = ordered.map((alert): IncidentStep => {
    const { doer, victim } = partiesOf(alert);
    const from = doer === null ? -1 : cast.acts(doer);
    const to = victim === null ? -1 : cast.suffers(victim);
    const { severity, title, firstUs } = alert;
    return { alert: alert.id, timeUs: firstUs, stage: storyPart(alert).stage, severity, title, from, to };
  });
  const hosts = cast.hosts();
  return {
    id,
    severity: ordered.reduce((worst, alert) => worseSeverity(worst, alert.severity), ordered[0]!.severity),
    title: titleOf(hosts, steps),
    firstUs: ordered[0]!.firstUs,
    lastUs: Math.max(...ordered.map((alert) => alert.lastUs)),
    hosts,
    steps,
    techniques: [...new Set(ordered.flatMap((alert) => alert.techniques))],
  };
}

/** The stories of alerts that say which incident they are a part of; worst first. */
export function storiesOf(alerts: Iterable<Alert>): Incident[] {
  const byIncident = new Map<string, Alert[]>();
  for (const alert of alerts) {
    if (alert.incident === null) continue;
    const known = byIncident.get(alert.incident);
    if (known === undefined) byIncident.set(alert.incident, [alert]);
    else known.push(alert);
  }
  return [...byIncident].map(([id, parts]) => storyOf(id, parts)).sort(byUrgency);
}

function byUrgency(left: Incident, right: Incident): number {
  return (
    severityRank(right.severity) - severityRank(left.severity) ||
    left.firstUs - right.firstUs ||
    compareText(left.id, right.id)
  );
}

/** Numbers hosts in the order in which they come in, and keeps what each did. */
class Cast {
  readonly #numbers = new Map<string, number>();
  readonly #parties: AlertParty[] = [];
  readonly #parts: IncidentHost['part'][] = [];

  acts(party: AlertParty): number {
    const number = this.#number(party, 'origin');
    if (this.#parts[number] === 'target') this.#parts[number] = 'passed';
    return number;
  }

  suffers(party: AlertParty): number {
    return this.#number(party, 'target');
  }

  hosts(): IncidentHost[] {
    return this.#parties.map(({ asset, segment, ip, mac }, number) => ({
      asset,
      segment,
      ip,
      mac,
      part: this.#parts[number]!,
    }));
  }

  #number(party: AlertParty, part: IncidentHost['part']): number {
    const key = hostKey(party);
    const known = this.#numbers.get(key);
    if (known === undefined) {
      this.#numbers.set(key, this.#parties.length);
      this.#parts.push(part);
      return this.#parties.push(party) - 1;
    }
    // The device itself rather than a unit behind it, where both are named.
    if (this.#parties[known]!.unit !== null && party.unit === null) this.#parties[known] = party;
    return known;
  }
}

/** `192.0.2.66 → 192.0.2.5 → 192.0.2.10: remote session into the control level, then controller told to stop`. */
function titleOf(hosts: readonly IncidentHost[], steps: readonly IncidentStep[]): string {
  const name = ({ ip, mac, asset }: IncidentHost): string => ip ?? mac ?? asset;
  const origins = hosts.filter(({ part }) => part === 'origin');
  const passed = hosts.filter(({ part }) => part === 'passed');
  const targets = hosts.filter(({ part }) => part === 'target');
  const way = [origins, passed.length > NAMED_MAX ? [] : passed, targets]
    .flatMap((group, index) => {
      if (index === 1) return group.map(name);
      if (group.length === 0) return [];
      const named = group.slice(0, NAMED_MAX).map(name).join(', ');
      return [group.length > NAMED_MAX ? `${named} and ${group.length - NAMED_MAX} more` : named];
    })
    .join(' → ');
  const told = steps.filter(({ stage }) => stage !== 'exposure');
  const first = told[0] ?? steps[0]!;
  const last = worstOf(told.filter(({ title }) => title !== first.title));
  return `${way}: ${first.title}${last === null ? '' : `, then: ${last.title}`}`;
}

/** The gravest; among equals an effect on the process, and else the last. */
function worstOf(steps: readonly IncidentStep[]): IncidentStep | null {
  const weight = ({ severity, stage }: IncidentStep): number =>
    2 * severityRank(severity) + (stage === 'effect' ? 1 : 0);
  return steps.reduce<IncidentStep | null>(
    (worst, step) => (worst === null || weight(step) >= weight(worst) ? step : worst),
    null,
  );
}

/** By code unit, the same on every machine whatever its locale. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
