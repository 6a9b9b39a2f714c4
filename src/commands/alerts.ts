// `1sec alerts`: the alerts of a site, over all analyses that were saved.
import { storiesOf } from '../alerts/story.ts';
import { grouped, showable } from '../bytes/text.ts';
import { SEVERITIES, type Alert, type AlertParty, type Severity } from '../facts/alert.ts';
import type { AlertFilter } from '../store/alerts.ts';
import { partyText } from './alert-text.ts';
import { alertJson, fileJson, incidentJson } from './analysis-json.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { incidentLines } from './incident-text.ts';
import { writeOutput } from './output.ts';
import { LIST_OPTIONS, withStore, writeList, writtenAddress, type ListColumn, type StoredList } from './stored-list.ts';
import { standardTerminal } from './terminal.ts';
import { readableTime, timeOf, timestamp } from './timestamp.ts';

export const alertsCommand: Command = {
  name: 'alerts',
  usage: '[options]',
  summary: 'list the alerts that a site database holds, worst first',
  options: [
    ...LIST_OPTIONS,
    { name: 'severity', value: 'SEVERITY', choices: SEVERITIES, text: 'only those at least this severe' },
    { name: 'kind', value: 'KIND', text: 'only this kind (module/name), or all of a module' },
    { name: 'asset', value: 'ASSET', text: 'only where this device did it or it happened to it: an id or an address' },
    {
      name: 'incident',
      value: 'INCIDENT',
      text: 'only those of this incident, with its story before them: an id, or any',
    },
    {
      name: 'since',
      value: 'TIME',
      text: 'only those that went on at that time or later: 2026-01-31, 2026-01-31T10:00:00Z',
    },
  ],
  operandsMax: 0,
  notes: [
    "'1sec analyze --save site.db FILE' makes the database, and adds to it.",
    `Severities: ${SEVERITIES.join(', ')}. Times are UTC.`,
    'In CSV a cell that a spreadsheet would take for a formula has an apostrophe before it.',
    'The shape of --json: docs/formats.md.',
  ],
  run: (line) => Promise.resolve(runAlerts(line)),
};

function runAlerts(line: CommandLine): number {
  const filter = filterOf(line);
  withStore(line, (store) => {
    const { incident } = filter;
    if (line.options.has('json')) {
      const captures = store.captures().map(fileJson);
      const stories = storiesOf(store.alerts({ incident: incident ?? 'any' }));
      writeList(line, ALERTS, store.alerts(filter), { captures, incidents: stories.map(incidentJson) });
      return;
    }
    if (incident !== undefined && !line.options.has('csv')) {
      const terminal = standardTerminal(line.options.get('color') ?? 'auto');
      const lines = incidentLines(storiesOf(store.alerts({ incident })), terminal);
      if (lines.length > 0) writeOutput(`${lines.join('\n')}\n\n`);
    }
    writeList(line, ALERTS, store.alerts(filter));
  });
  return ExitCode.ok;
}

function filterOf({ options }: CommandLine): AlertFilter {
  const severity = options.get('severity') as Severity | undefined;
  const kind = options.get('kind');
  const asset = options.get('asset');
  const incident = options.get('incident');
  const since = options.get('since');
  return {
    ...(severity === undefined ? {} : { severity }),
    ...(kind === undefined ? {} : { kind }),
    ...(asset === undefined ? {} : { asset: writtenAddress(asset) }),
    ...(incident === undefined ? {} : { incident }),
    ...(since === undefined ? {} : { sinceUs: sinceUs(since) }),
  };
}

function sinceUs(text: string): number {
  const timeUs = timeOf(text);
  if (timeUs !== null) return timeUs;
  throw new UsageError(`option --since cannot be '${text}'; it is a time like 2026-01-31 or 2026-01-31T10:00:00Z`);
}

function column(title: string, weight: number, cell: (alert: Alert) => string | number): ListColumn<Alert> {
  return { title, weight, cell: (alert) => showable(String(cell(alert))) };
}

function partyCells(party: AlertParty | null): (string | number | null)[] {
  return party === null
    ? [null, null, null, null, null, null]
    : [party.asset, party.segment, party.ip, party.mac, party.port, party.unit];
}

const PARTY_TITLES = ['asset', 'segment', 'ip', 'mac', 'port', 'unit'];

const ALERTS: StoredList<Alert> = {
  name: 'alerts',
  columns: [
    column('severity', Infinity, (alert) => alert.severity),
    column('first', 6, (alert) => readableTime(alert.firstUs).slice(0, 16)),
    column('what', 9, (alert) => alert.title),
    column('to whom', 8, (alert) => partyText(alert.subject)),
    column('who', 7, (alert) => (alert.peer === null ? '' : partyText({ ...alert.peer, port: null }))),
    { ...column('times', 4, (alert) => grouped(alert.count)), isNumber: true },
    column('kind', 3, (alert) => alert.kind),
    column('incident', 2, (alert) => alert.incident ?? ''),
    column('id', 5, (alert) => alert.id),
  ],
  csvTitles: [
    'id',
    'kind',
    'severity',
    'title',
    ...PARTY_TITLES.map((title) => `subject_${title}`),
    ...PARTY_TITLES.map((title) => `peer_${title}`),
    'object',
    'first',
    'last',
    'count',
    'techniques',
    'explanation',
    'advice',
    'incident',
  ],
  csvCells: (alert) => [
    alert.id,
    alert.kind,
    alert.severity,
    alert.title,
    ...partyCells(alert.subject),
    ...partyCells(alert.peer),
    alert.object,
    timestamp(alert.firstUs),
    timestamp(alert.lastUs),
    alert.count,
    alert.techniques.join(' '),
    alert.explanation,
    alert.advice,
    alert.incident,
  ],
  json: alertJson,
};
