// The reports of a site database, as the server asks for them.
import { showable } from '../bytes/text.ts';
import type { Page, ReportOutcome, ReportQuery } from '../server/site-data.ts';
import { REPORTS, isReportName, reportOf, type SaidOfZones } from './reports/index.ts';
import { readSnapshot } from './site-snapshot.ts';
import { timeOf } from './timestamp.ts';

export function reportList(): Page {
  return { total: REPORTS.length, items: REPORTS };
}

export function storedReport(path: string, name: string, query: ReportQuery, said: SaidOfZones): ReportOutcome {
  if (!isReportName(name)) return { kind: 'missing' };
  const wrong = [query.since, query.until].find((text) => text !== '' && timeOf(text) === null);
  if (wrong !== undefined) return { kind: 'refused', reason: `'${showable(wrong)}' is no time` };
  const [sinceUs, untilUs] = [timeOf(query.since), timeOf(query.until)];
  return { kind: 'done', html: reportOf({ name, site: readSnapshot(path), ...said, before: null, sinceUs, untilUs }) };
}
