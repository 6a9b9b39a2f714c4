// Operations and points of a site, part by part.
import type { DatabaseSync } from 'node:sqlite';
import type { Course } from '../learning/courses.ts';
import { storedFrame, type CaptureIds } from './assets.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import { all, countOf, type Condition, type PageOf, type PagePlace } from './page-queries.ts';
import { numberOf, numberOrNull, textOf, textOrNull, type Row } from './stored-values.ts';

export interface StoredOperation {
  readonly client: string;
  readonly clientAsset: string | null;
  readonly server: string;
  readonly serverAsset: string | null;
  /** Null where the protocol has none. */
  readonly unit: number | null;
  readonly protocol: string;
  readonly verb: string;
  readonly access: number;
  readonly function: string;
  readonly space: string;
  /** Name or number; empty: the range. */
  readonly object: string;
  readonly objectFirst: number | null;
  readonly objectLast: number | null;
  readonly outcome: string;
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** 0 where none is known. */
  readonly frame: FrameReference;
}

export interface OperationWish extends PagePlace {
  readonly asset: string;
  readonly side: string;
  readonly verb: string;
  readonly outcome: string;
  readonly protocol: string;
  /** 0 to 2; null: all. */
  readonly access: number | null;
}

/** What changes most first, then the latest. */
export function operationPage(
  database: DatabaseSync,
  wish: OperationWish,
  choices: OperationChoices,
  indexes: CaptureIds,
): PageOf<StoredOperation> {
  const conditions: Condition[] = wish.words.map((word) => operationHas(database, word, choices));
  if (wish.asset !== '') {
    const sides = ['client', 'server'].filter((side) => wish.side === '' || wish.side === side);
    conditions.push({
      sql: `(${sides.map((side) => `o.${side} IN (SELECT id FROM hosts WHERE asset = ?)`).join(' OR ')})`,
      values: sides.map(() => wish.asset),
    });
  }
  for (const column of ['verb', 'outcome', 'protocol'] as const)
    if (wish[column] !== '') conditions.push({ sql: `o.${column} = ?`, values: [wish[column]] });
  if (wish.access !== null) conditions.push({ sql: 'o.access = ?', values: [wish.access] });
  const { sql, values } = all(conditions);
  const rows = database
    .prepare(
      `SELECT o.*, c.address AS client_address, c.asset AS client_asset, s.address AS server_address,
         s.asset AS server_asset
       FROM operations o JOIN hosts c ON c.id = o.client JOIN hosts s ON s.id = o.server
       WHERE o.id IN (SELECT o.id FROM operations o ${sql} ORDER BY o.access DESC, o.last_us DESC, o.id LIMIT ? OFFSET ?)
       ORDER BY o.access DESC, o.last_us DESC, o.id`,
    )
    .all(...values, wish.limit, wish.offset);
  return {
    total: countOf(database, `operations o ${sql}`, values),
    items: rows.map((row) => operationOf(row, indexes)),
  };
}

function operationOf(row: Row, indexes: CaptureIds): StoredOperation {
  const unit = numberOf(row, 'unit');
  return {
    client: textOf(row, 'client_address'),
    clientAsset: textOrNull(row, 'client_asset'),
    server: textOf(row, 'server_address'),
    serverAsset: textOrNull(row, 'server_asset'),
    unit: unit < 0 ? null : unit,
    protocol: textOf(row, 'protocol'),
    verb: textOf(row, 'verb'),
    access: numberOf(row, 'access'),
    function: textOf(row, 'function'),
    space: textOf(row, 'space'),
    object: textOf(row, 'object'),
    objectFirst: numberOrNull(row, 'first'),
    objectLast: numberOrNull(row, 'last'),
    outcome: textOf(row, 'outcome'),
    count: numberOf(row, 'count'),
    firstUs: numberOf(row, 'first_us'),
    lastUs: numberOf(row, 'last_us'),
    frame: storedFrame(row, indexes),
  };
}

const CHOICE_COLUMNS = ['verb', 'protocol', 'function', 'space'] as const;

/** What there is in columns of which few values are different. */
export type OperationChoices = Readonly<Record<(typeof CHOICE_COLUMNS)[number], readonly string[]>>;

export function operationChoices(database: DatabaseSync): OperationChoices {
  const names = (column: string): string[] =>
    database
      .prepare(`SELECT DISTINCT ${column} AS name FROM operations ORDER BY 1`)
      .all()
      .map((row) => textOf(row, 'name'));
  return Object.fromEntries(CHOICE_COLUMNS.map((column) => [column, names(column)])) as unknown as OperationChoices;
}

/** Only what can match is asked for. */
function operationHas(database: DatabaseSync, word: string, choices: OperationChoices): Condition {
  const hosts = database.prepare('SELECT id FROM hosts WHERE instr(address, ?) > 0').all(word);
  const list = hosts.map((row) => numberOf(row, 'id')).join(', ');
  const parts: Condition[] = [{ sql: 'instr(lower(o.object), ?) > 0', values: [word] }];
  if (hosts.length > 0) parts.push({ sql: `o.client IN (${list}) OR o.server IN (${list})`, values: [] });
  for (const column of CHOICE_COLUMNS) {
    const named = choices[column].filter((name) => name.toLowerCase().includes(word));
    if (named.length > 0) parts.push({ sql: `o.${column} IN (${named.map(() => '?').join(', ')})`, values: named });
  }
  return { sql: `(${parts.map(({ sql }) => sql).join(' OR ')})`, values: parts.flatMap(({ values }) => values) };
}

export interface StoredPoint {
  readonly unit: number | null;
  readonly protocol: string;
  readonly space: string;
  readonly first: number;
  readonly count: number;
  readonly name: string;
  readonly reads: number;
  readonly writes: number;
  readonly last: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly step: number | null;
  readonly lastUs: number;
  readonly course: Course | null;
}

/** Of one device: what is written first. */
export function pointPage(database: DatabaseSync, asset: string, place: PagePlace): PageOf<StoredPoint> {
  const { sql, values } = all([
    { sql: 'server IN (SELECT id FROM hosts WHERE asset = ?)', values: [asset] },
    ...place.words.map((word) => ({
      sql: "instr(lower(space || ' ' || first || ' ' || name || ' ' || protocol), ?) > 0",
      values: [word],
    })),
  ]);
  const rows = database
    .prepare(`SELECT * FROM points ${sql} ORDER BY writes > 0 DESC, unit, protocol, space, first LIMIT ? OFFSET ?`)
    .all(...values, place.limit, place.offset);
  return {
    total: countOf(database, `points ${sql}`, values),
    items: rows.map((row) => {
      const unit = numberOf(row, 'unit');
      return {
        unit: unit < 0 ? null : unit,
        protocol: textOf(row, 'protocol'),
        space: textOf(row, 'space'),
        first: numberOf(row, 'first'),
        count: numberOf(row, 'count'),
        name: textOf(row, 'name'),
        reads: numberOf(row, 'reads'),
        writes: numberOf(row, 'writes'),
        last: numberOrNull(row, 'last'),
        minimum: numberOrNull(row, 'minimum'),
        maximum: numberOrNull(row, 'maximum'),
        step: numberOrNull(row, 'step'),
        lastUs: numberOf(row, 'last_us'),
        course: textOrNull(row, 'course') === null ? null : (JSON.parse(textOf(row, 'course')) as Course),
      };
    }),
  };
}
