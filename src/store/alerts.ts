// Merges the alerts of an analysis into those that are stored, and reads them back. The same alert has the same id: it is
// stored once, as the analysis that saw most of it tells it.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { severityRank } from '../alerts/severity.ts';
import { SEVERITIES, type Alert, type AlertParty, type Severity } from '../facts/alert.ts';
import { fileOf, frameOf, type FrameReference } from '../facts/frame-reference.ts';
import { storedFrame, type CaptureIds } from './assets.ts';
import type { Merged } from './conversations.ts';
import { numberOf, numberOrNull, storedWhole, textOf, textOrNull, type Row } from './stored-values.ts';

const PARTY_COLUMNS = ['asset', 'segment', 'ip', 'mac', 'port', 'unit'] as const;
const COLUMNS = [
  'id',
  'kind',
  'module',
  'severity',
  'title',
  'explanation',
  'advice',
  ...PARTY_COLUMNS.map((column) => `subject_${column}`),
  ...PARTY_COLUMNS.map((column) => `peer_${column}`),
  'object',
  'first_us',
  'last_us',
  'count',
  'techniques',
  'frames_omitted',
  'incident',
];

/** Which alerts are wanted; all of what is given must hold. */
export interface AlertFilter {
  /** At least this severe. */
  readonly severity?: Severity;
  /** `module/name`, or the module alone. */
  readonly kind?: string;
  /** Subject or peer: the id of an asset, or an address. */
  readonly asset?: string;
  /** Only the alerts of this incident; `any`: of every incident. */
  readonly incident?: string;
  /** Last seen at or after. */
  readonly sinceUs?: number;
}

/** Within a transaction of the caller. `captures`: row of each input by its index. */
export function mergeAlerts(database: DatabaseSync, alerts: readonly Alert[], captures: CaptureIds): Merged {
  const find = database.prepare('SELECT * FROM alerts WHERE id = ?');
  const written = [...COLUMNS, 'revision'];
  const write = database.prepare(
    `INSERT INTO alerts (${written.join(', ')}) VALUES (${written.map(() => '?').join(', ')})
     ON CONFLICT (id) DO UPDATE SET ${written
       .slice(1)
       .map((column) => `${column} = excluded.${column}`)
       .join(', ')}`,
  );
  const revision = numberOf(
    database.prepare('SELECT coalesce(max(revision), 0) + 1 AS next FROM alerts').get()!,
    'next',
  );
  const removeFrames = database.prepare('DELETE FROM alert_frames WHERE alert = ?');
  const addFrame = database.prepare('INSERT INTO alert_frames (alert, position, capture, frame) VALUES (?, ?, ?, ?)');
  let added = 0;
  let changed = 0;
  for (const alert of alerts) {
    const stored = find.get(alert.id);
    // A cut of a capture that was seen whole shows less of the same alert.
    if (stored !== undefined && numberOf(stored, 'count') > alert.count) continue;
    const row = rowOf(alert, stored);
    if (stored !== undefined && COLUMNS.every((column, index) => stored[column] === row[index])) continue;
    if (stored === undefined) added++;
    else changed++;
    write.run(...row, revision);
    if (stored !== undefined && numberOf(stored, 'count') === alert.count) continue;
    removeFrames.run(alert.id);
    let position = 0;
    for (const frame of alert.frames) {
      const capture = captures.get(fileOf(frame));
      if (capture !== undefined) addFrame.run(alert.id, position++, capture, frameOf(frame));
    }
  }
  return { seen: alerts.length, added, changed };
}

function rowOf(alert: Alert, stored: Row | undefined): SQLInputValue[] {
  const firstUs = storedWhole(alert.firstUs);
  const lastUs = storedWhole(alert.lastUs);
  return [
    alert.id,
    alert.kind,
    alert.module,
    severityRank(alert.severity),
    alert.title,
    alert.explanation,
    alert.advice,
    ...PARTY_COLUMNS.map((column) => alert.subject[column]),
    ...PARTY_COLUMNS.map((column) => alert.peer?.[column] ?? null),
    alert.object,
    stored === undefined ? firstUs : Math.min(firstUs, numberOf(stored, 'first_us')),
    stored === undefined ? lastUs : Math.max(lastUs, numberOf(stored, 'last_us')),
    alert.count,
    alert.techniques.join(' '),
    alert.framesOmitted,
    alert.incident,
  ];
}

/** Worst first, then by time. `indexes`: index of a capture by its row. */
export function* storedAlerts(database: DatabaseSync, filter: AlertFilter, indexes: CaptureIds): Generator<Alert> {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const want = (condition: string, ...wanted: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...wanted);
  };
  if (filter.severity !== undefined) want('severity >= ?', severityRank(filter.severity));
  if (filter.kind !== undefined) want('(kind = ? OR module = ?)', filter.kind, filter.kind);
  if (filter.incident === 'any') want('incident IS NOT NULL');
  else if (filter.incident !== undefined) want('incident = ?', filter.incident);
  if (filter.sinceUs !== undefined) want('last_us >= ?', filter.sinceUs);
  if (filter.asset !== undefined) {
    const columns = ['asset', 'ip', 'mac'].flatMap((column) => [`subject_${column}`, `peer_${column}`]);
    want(`? IN (${columns.join(', ')})`, filter.asset);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = database.prepare(`SELECT * FROM alerts ${where} ORDER BY severity DESC, first_us, kind, id`);
  const framesOf = alertFrames(database, indexes);
  for (const row of rows.iterate(...values)) yield alertOf(row, framesOf);
}

/** Those of the ids that are there, in their order. `indexes`: null leaves their frames out. */
export function alertsById(database: DatabaseSync, ids: readonly string[], indexes: CaptureIds | null): Alert[] {
  const find = database.prepare('SELECT * FROM alerts WHERE id = ?');
  const framesOf = indexes === null ? (): FrameReference[] => [] : alertFrames(database, indexes);
  return ids.flatMap((id) => {
    const row = find.get(id);
    return row === undefined ? [] : [alertOf(row, framesOf)];
  });
}

function alertFrames(database: DatabaseSync, indexes: CaptureIds): (id: string) => FrameReference[] {
  const frames = database.prepare('SELECT capture, frame FROM alert_frames WHERE alert = ? ORDER BY position');
  return (id) => frames.all(id).map((frame) => storedFrame(frame, indexes));
}

function alertOf(row: Row, framesOf: (id: string) => FrameReference[]): Alert {
  const id = textOf(row, 'id');
  return {
    id,
    kind: textOf(row, 'kind'),
    module: textOf(row, 'module'),
    severity: SEVERITIES[numberOf(row, 'severity')] ?? 'info',
    title: textOf(row, 'title'),
    explanation: textOf(row, 'explanation'),
    advice: textOf(row, 'advice'),
    subject: partyOf(row, 'subject'),
    peer: row['peer_asset'] === null ? null : partyOf(row, 'peer'),
    object: textOf(row, 'object'),
    firstUs: numberOf(row, 'first_us'),
    lastUs: numberOf(row, 'last_us'),
    count: numberOf(row, 'count'),
    techniques: textOf(row, 'techniques')
      .split(' ')
      .filter((technique) => technique !== ''),
    frames: framesOf(id),
    framesOmitted: numberOf(row, 'frames_omitted'),
    incident: textOrNull(row, 'incident'),
  };
}

function partyOf(row: Row, side: 'subject' | 'peer'): AlertParty {
  return {
    asset: textOf(row, `${side}_asset`),
    segment: textOf(row, `${side}_segment`),
    ip: textOrNull(row, `${side}_ip`),
    mac: textOrNull(row, `${side}_mac`),
    port: numberOrNull(row, `${side}_port`),
    unit: numberOrNull(row, `${side}_unit`),
  };
}
