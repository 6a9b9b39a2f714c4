// The reports there are, and how each is made of a site. The same site gives the same bytes.
import type { Policy, PolicyZone } from '../../facts/policy.ts';
import { changesBetween, changesSince } from '../site-changes.ts';
import type { SiteSnapshot } from '../site-snapshot.ts';
import { readableTime } from '../timestamp.ts';
import { changesReport } from './changes.ts';
import { credentialsReport } from './credentials.ts';
import { executiveReport } from './executive.ts';
import { reportPage, type HtmlValue } from './html.ts';
import { inventoryReport } from './inventory.ts';
import { aboutSite, periodOf } from './parts.ts';
import { segmentationReport } from './segmentation.ts';

export const REPORTS = [
  { name: 'executive', title: 'Summary', summary: 'what is wrong, what it asks of people, what is there' },
  { name: 'inventory', title: 'Devices', summary: 'every device with its fields, and what contradicts' },
  { name: 'segmentation', title: 'Zones and conduits', summary: 'who talks to whom across zones' },
  { name: 'credentials', title: 'Logins', summary: 'devices that are open, and what was found about logins' },
  { name: 'changes', title: 'Changes', summary: 'what is new and what is gone' },
] as const;
export type ReportName = (typeof REPORTS)[number]['name'];

/** Of `segmentation`. */
export interface SaidOfZones {
  /** What the person owns; null: nothing. */
  readonly policy: Policy | null;
  /** What 1sec.yaml declares; without a policy other zones are inferred. */
  readonly zones: readonly PolicyZone[];
}

export interface ReportRequest extends SaidOfZones {
  readonly name: ReportName;
  readonly site: SiteSnapshot;
  /** Of `changes`: what it is compared with; else the times decide. */
  readonly before: SiteSnapshot | null;
  /** Null: the beginning of the capture that began last. */
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
}

export function isReportName(name: string): name is ReportName {
  return REPORTS.some((report) => report.name === name);
}

/** An HTML file. */
export function reportOf(request: ReportRequest): string {
  const { name, site } = request;
  const { title } = REPORTS.find((report) => report.name === name)!;
  const about = [...aboutSite(site), ...aboutChanges(request)];
  return reportPage(`1-SEC Shield: ${title}`, about, bodyOf(request));
}

function bodyOf(request: ReportRequest): HtmlValue {
  const { site, policy, zones, before, untilUs } = request;
  switch (request.name) {
    case 'executive':
      return executiveReport(site);
    case 'inventory':
      return inventoryReport(site);
    case 'segmentation':
      return segmentationReport(site, policy, zones);
    case 'credentials':
      return credentialsReport(site);
    case 'changes': {
      const changes =
        before === null ? changesSince(site, sinceOf(request), untilUs ?? Infinity) : changesBetween(before, site);
      return changesReport(site, changes);
    }
  }
}

function aboutChanges(request: ReportRequest): [string, HtmlValue][] {
  const { name, before, untilUs } = request;
  if (name !== 'changes') return [];
  if (before !== null) {
    const { firstUs, lastUs } = periodOf(before.files);
    return [['Compared with', `another site database, ${readableTime(firstUs)} to ${readableTime(lastUs)} UTC`]];
  }
  const until = untilUs === null ? 'the end' : `${readableTime(untilUs)} UTC`;
  return [['Changes', `from ${readableTime(sinceOf(request))} UTC to ${until}`]];
}

function sinceOf({ sinceUs, site }: ReportRequest): number {
  if (sinceUs !== null) return sinceUs;
  const begins = site.files.map(({ firstUs }) => firstUs).filter((timeUs) => Number.isFinite(timeUs));
  return begins.reduce((latest, timeUs) => Math.max(latest, timeUs), begins[0] ?? 0);
}
