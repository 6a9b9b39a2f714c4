// Points of devices as an analysis learned them, merged into what is stored: ranges widen, counts of what overlaps in time
// are not added twice. Also what happened to the firmware of devices.
import type { DatabaseSync } from 'node:sqlite';
import type { FirmwareEvent } from '../facts/firmware.ts';
import { fileOf, frameOf } from '../facts/frame-reference.ts';
import type { Course } from '../learning/courses.ts';
import type { CaptureIds } from './assets.ts';
import { numberOf, numberOrNull, storedWhole, textOrNull } from './stored-values.ts';

/** Of one analysis; more are not stored. */
export const POINTS_MAX = 100_000;

/** Neighbours of which the same is known. */
export interface ObservedPoint {
  readonly segment: string;
  readonly address: string;
  readonly unit: number;
  readonly protocol: string;
  readonly space: string;
  readonly first: number;
  readonly name: string;
  readonly count: number;
  readonly reads: number;
  readonly writes: number;
  /** NaN where no value was seen. */
  readonly last: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly lastUs: number;
  /** How its value went; null where it never changed, or too many did. */
  readonly course: Course | null;
}

export interface ObservedFirmware extends Omit<FirmwareEvent, 'host' | 'unit'> {
  readonly asset: string;
}

/** Within a transaction of the caller, once hosts have rows. */
export function mergePoints(database: DatabaseSync, points: readonly ObservedPoint[]): void {
  const host = database.prepare('SELECT id FROM hosts WHERE segment = ? AND address = ?');
  const key = ['server', 'unit', 'protocol', 'space', 'first'];
  const find = database.prepare(`SELECT * FROM points WHERE ${key.map((name) => `${name} = ?`).join(' AND ')}`);
  const columns = [
    ...key,
    'name',
    'count',
    'reads',
    'writes',
    'last',
    'minimum',
    'maximum',
    'step',
    'last_us',
    'course',
  ];
  const write = database.prepare(
    `INSERT OR REPLACE INTO points (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  for (const point of points.slice(0, POINTS_MAX)) {
    const row = host.get(point.segment, point.address);
    if (row === undefined) continue;
    const place = [numberOf(row, 'id'), point.unit, point.protocol, point.space, point.first] as const;
    const known = find.get(...place);
    const value = (name: string): number => numberOrNull(known?.[name] === null ? {} : (known ?? {}), name) ?? NaN;
    const isNewer = known === undefined || storedWhole(point.lastUs) >= numberOf(known, 'last_us');
    write.run(
      ...place,
      point.name,
      point.count,
      Math.max(point.reads, value('reads') || 0),
      Math.max(point.writes, value('writes') || 0),
      orNull(isNewer ? point.last : value('last')),
      orNull(least(point.minimum, value('minimum'))),
      orNull(-least(-point.maximum, -value('maximum'))),
      orNull(-least(-point.step, -value('step'))),
      Math.max(storedWhole(point.lastUs), value('last_us') || 0),
      isNewer && point.course !== null ? JSON.stringify(point.course) : textOrNull(known ?? {}, 'course'),
    );
  }
}

function least(left: number, right: number): number {
  return Number.isNaN(left) ? right : Number.isNaN(right) ? left : Math.min(left, right);
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Within a transaction of the caller. `idOf`: the id under which an asset is stored. */
export function mergeFirmware(
  database: DatabaseSync,
  events: readonly ObservedFirmware[],
  captures: CaptureIds,
  idOf: (asset: string) => string,
): void {
  const columns = [
    ...['asset', 'time_us', 'what', 'version', 'source', 'sha256', 'name', 'size', 'kind', 'verdicts'],
    ...['capture', 'frame'],
  ];
  const insert = database.prepare(
    `INSERT OR IGNORE INTO firmware (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  for (const event of events) {
    const capture = event.frame === 0 ? undefined : captures.get(fileOf(event.frame));
    insert.run(
      idOf(event.asset),
      storedWhole(event.timeUs),
      event.what,
      event.version,
      event.source,
      event.sha256,
      event.name,
      Math.max(-1, Math.trunc(event.size)),
      event.kind,
      event.verdicts.join(' '),
      capture ?? null,
      capture === undefined ? null : frameOf(event.frame),
    );
  }
}
