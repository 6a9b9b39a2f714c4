// What several reports show in the same words.
import type { CaptureFile } from '../../capture/frames.ts';
import type { Alert } from '../../facts/alert.ts';
import type { Asset } from '../../facts/asset.ts';
import { SEVERITIES } from '../../facts/alert.ts';
import type { AlertStates } from '../../store/operator-actions.ts';
import { partyText, whenText } from '../alert-text.ts';
import { readableTime } from '../timestamp.ts';
import { isWaiting, type SiteSnapshot } from '../site-snapshot.ts';
import { counted, html, severityMark, table, type Html, type HtmlValue } from './html.ts';

/** First and last packet of all captures; the last stands for «now»: a report asks no clock. */
export function periodOf(files: readonly CaptureFile[]): { readonly firstUs: number; readonly lastUs: number } {
  const known = files.filter(({ firstUs }) => Number.isFinite(firstUs));
  return {
    firstUs: known.reduce((first, file) => Math.min(first, file.firstUs), known[0]?.firstUs ?? NaN),
    lastUs: known.reduce((last, file) => Math.max(last, file.lastUs), known[0]?.lastUs ?? NaN),
  };
}

export function aboutSite(site: SiteSnapshot): [name: string, value: HtmlValue][] {
  const { firstUs, lastUs } = periodOf(site.files);
  return [
    ['Observed', `${readableTime(firstUs)} to ${readableTime(lastUs)} UTC`],
    ['From', `${counted(site.files.length, 'capture')}, listed at the end`],
    [
      'Holds',
      `${counted(site.assets.length, 'device')}, ${counted(site.conversations.length, 'conversation')}, ${counted(site.alerts.length, 'alert')}`,
    ],
  ];
}

export function capturesPart(files: readonly CaptureFile[]): Html {
  return html`<h2>What was looked at</h2>
    ${table(
      'Captures',
      [
        { title: 'capture', cell: ({ path }) => path },
        { title: 'frames', isNumber: true, cell: ({ frames }) => frames },
        { title: 'first (UTC)', cell: ({ firstUs }) => readableTime(firstUs) },
        { title: 'last (UTC)', cell: ({ lastUs }) => readableTime(lastUs) },
        { title: 'damage', cell: ({ damage }) => damage?.message ?? 'none' },
      ],
      files,
    )}`;
}

export function waitingAlerts({ alerts, states }: SiteSnapshot): Alert[] {
  return alerts.filter((alert) => isWaiting(states.of(alert).status));
}

export function severityCounts(alerts: readonly Alert[]): { name: string; count: number }[] {
  return [...SEVERITIES].reverse().map((name) => ({
    name,
    count: alerts.filter(({ severity }) => severity === name).length,
  }));
}

export function alertCard(alert: Alert): Html {
  return html`<div class="card">
    <h3>${severityMark(alert.severity)} ${alert.title}</h3>
    <p>${partiesText(alert)}; ${whenText(alert)}</p>
    <p>${alert.explanation}</p>
    <p><strong>What to do:</strong> ${alert.advice}</p>
  </div> `;
}

export function partiesText({ peer, subject }: Alert): string {
  return peer === null ? partyText(subject) : `${partyText(peer)} → ${partyText(subject)}`;
}

export function alertTable(caption: string, alerts: readonly Alert[], states: AlertStates): Html {
  return table(
    caption,
    [
      { title: 'severity', cell: ({ severity }) => severityMark(severity) },
      { title: 'what', cell: ({ title, explanation }) => html`<strong>${title}</strong><br />${explanation}` },
      { title: 'who and whom', cell: partiesText },
      { title: 'first (UTC)', cell: ({ firstUs }) => readableTime(firstUs) },
      { title: 'times', isNumber: true, cell: ({ count }) => count },
      { title: 'state', cell: (alert) => states.of(alert).status },
    ],
    alerts,
  );
}

/** `192.0.2.1 unit 3 (Boiler, controller)`. */
export function assetText({ ip, mac, id, unit, name, role }: Asset): string {
  const address = ip[0] ?? mac[0] ?? id;
  const known = [name, role].filter((part) => part !== null).join(', ');
  return `${address}${unit === null ? '' : ` unit ${unit}`}${known === '' ? '' : ` (${known})`}`;
}

/** By code unit, the same on every machine whatever its locale. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export function countsOf(names: Iterable<string>): { name: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((left, right) => right.count - left.count || compareText(left.name, right.name));
}
