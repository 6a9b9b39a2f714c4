// The shapes of what is told of the plant: the map, operations, points.
import { FLAG, FRAME, NUMBER, SEVERITY, TEXT, TEXTS, TIME, listOf, orNull, pageOf, shape } from './shapes.ts';

const SHORT = { type: 'string', maxLength: 200 } as const;
const WHEN = { type: 'string', description: 'RFC 3339, UTC; empty: not bounded' } as const;

/** What a list of the plant can be asked, by name. */
export const PLANT_QUERIES: Readonly<Record<string, object>> = {
  from: WHEN,
  until: WHEN,
  group: SHORT,
  side: { enum: ['', 'client', 'server'] },
  verb: SHORT,
  outcome: { enum: ['', 'ok', 'refused', 'unanswered'] },
  access: { enum: ['', 'read', 'write', 'engineering'] },
};

const COUNTS = listOf(shape({ name: TEXT, count: NUMBER }));
const REAL = orNull({ type: 'number' });
const MAP = shape({
  devices: NUMBER,
  groups: listOf(
    shape({
      key: TEXT,
      zone: TEXT,
      level: orNull(NUMBER),
      devices: NUMBER,
      severity: orNull(SEVERITY),
      roles: COUNTS,
      isOpen: FLAG,
    }),
  ),
  nodes: listOf(
    shape({
      id: TEXT,
      segment: TEXT,
      address: TEXT,
      role: orNull(TEXT),
      level: orNull(NUMBER),
      label: orNull(TEXT),
      group: TEXT,
      severity: orNull(SEVERITY),
    }),
  ),
  lines: listOf(
    shape({
      from: TEXT,
      to: TEXT,
      conversations: NUMBER,
      pairs: NUMBER,
      protocols: TEXTS,
      doings: listOf({ enum: ['talk', 'read', 'write', 'engineering', 'remote'] }),
    }),
  ),
  linesOmitted: NUMBER,
  first: TIME,
  last: TIME,
  activity: listOf(NUMBER),
});
const OPERATION = shape({
  client: TEXT,
  clientAsset: orNull(TEXT),
  server: TEXT,
  serverAsset: orNull(TEXT),
  unit: orNull(NUMBER),
  protocol: TEXT,
  verb: TEXT,
  access: { enum: ['read', 'write', 'engineering'] },
  function: TEXT,
  space: TEXT,
  object: TEXT,
  objectFirst: orNull(NUMBER),
  objectLast: orNull(NUMBER),
  outcome: { enum: ['ok', 'refused', 'unanswered'] },
  count: NUMBER,
  first: TIME,
  last: TIME,
  frame: orNull(FRAME),
  alerts: NUMBER,
});
const OPERATIONS = shape({ total: NUMBER, verbs: TEXTS, protocols: TEXTS, items: listOf(OPERATION) });
const POINT = shape({
  unit: orNull(NUMBER),
  protocol: TEXT,
  space: TEXT,
  first: NUMBER,
  count: NUMBER,
  name: TEXT,
  reads: NUMBER,
  writes: NUMBER,
  last: REAL,
  minimum: REAL,
  maximum: REAL,
  step: REAL,
  seen: TIME,
});

const PAGED = ['offset', 'limit', 'search'];

export function plantPaths(
  get: (summary: string, answer: object, queries?: readonly string[]) => object,
): Record<string, object> {
  return {
    '/api/map': get('Devices in groups, and what is done between them', MAP, ['from', 'until', 'group']),
    '/api/operations': get('Who asked whom for what, and what came of it', OPERATIONS, [
      ...PAGED,
      ...['asset', 'side', 'verb', 'outcome', 'protocol', 'access'],
    ]),
    '/api/points': get('What was read and written at the points of a device', pageOf(POINT), [...PAGED, 'asset']),
  };
}
