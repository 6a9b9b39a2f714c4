// The shapes of what is told of the plant: the map, operations, points.
import { LIST_FILTERS, filterParameters, type ListName, type QueryParameter } from './list-filters.ts';
import { FLAG, FRAME, NUMBER, SEVERITY, TEXT, TEXTS, TIME, listOf, orNull, pageOf, shape } from './shapes.ts';

const SHORT = { type: 'string', maxLength: 200 } as const;
const WHEN = { type: 'string', description: 'RFC 3339, UTC; empty: not bounded' } as const;

/** What a list of the plant can be asked, by name. */
export const PLANT_QUERIES: Readonly<Record<string, object>> = {
  from: WHEN,
  until: WHEN,
  group: SHORT,
  only: { enum: ['', 'once'] },
  address: SHORT,
};

const COUNTS = listOf(shape({ name: TEXT, count: NUMBER }));
const FINITE = { type: 'number' } as const;
const REAL = orNull(FINITE);
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
  course: orNull(shape({ from: TIME, until: TIME, least: listOf(FINITE), most: listOf(FINITE) })),
  seen: TIME,
});

const COUNT = { type: 'integer', minimum: 0 } as const;
const ACCESS = { enum: ['read', 'read-write', 'engineering', null] } as const;
const VERDICT = { enum: ['violating', 'observed', 'unanswered', 'allowed', 'unused', null] } as const;
const SEGMENTATION = shape({
  hasPolicy: FLAG,
  zones: listOf(
    shape({
      name: TEXT,
      level: orNull(NUMBER),
      because: TEXT,
      hostCount: COUNT,
      hosts: listOf(shape({ address: TEXT, segment: TEXT, asset: orNull(TEXT), role: orNull(TEXT) })),
    }),
  ),
  cells: listOf(
    shape({
      from: COUNT,
      to: COUNT,
      verdict: VERDICT,
      conversations: COUNT,
      pairs: COUNT,
      bytes: COUNT,
      said: listOf(shape({ protocol: TEXT, functions: ACCESS, ports: TEXTS })),
      services: listOf(
        shape({
          service: TEXT,
          ports: TEXTS,
          verdict: VERDICT,
          conversations: COUNT,
          pairs: COUNT,
          bytes: COUNT,
          access: ACCESS,
          first: TIME,
          last: TIME,
        }),
      ),
    }),
  ),
  outside: COUNT,
});
const FIRMWARE = shape({
  asset: TEXT,
  address: TEXT,
  time: TIME,
  what: { enum: ['reported', 'sent'] },
  version: TEXT,
  source: TEXT,
  sha256: TEXT,
  name: TEXT,
  size: orNull(NUMBER),
  kind: TEXT,
  verdicts: TEXTS,
  frame: orNull(FRAME),
});
const LOGIN = shape({
  client: TEXT,
  clientAsset: orNull(TEXT),
  server: TEXT,
  serverAsset: orNull(TEXT),
  protocol: TEXT,
  mechanism: TEXT,
  user: TEXT,
  outcome: { enum: ['accepted', 'refused', 'unknown'] },
  count: COUNT,
  first: TIME,
  last: TIME,
  frame: orNull(FRAME),
});
const GUARDED = shape({
  asset: TEXT,
  address: TEXT,
  role: orNull(TEXT),
  findings: COUNT,
  states: listOf(shape({ state: TEXT, source: TEXT, trust: { type: 'number' }, last: TIME, frame: orNull(FRAME) })),
});
const LINE = shape({ id: TEXT, segment: TEXT, address: TEXT, text: TEXT, isOnce: FLAG });
const BASELINE = shape({ total: COUNT, file: TEXT, once: COUNT, items: listOf(LINE) });

const HAPPENING = shape({
  time: TIME,
  kind: { enum: ['seen', 'alert', 'firmware', 'operation', 'login', 'action'] },
  what: TEXT,
  by: TEXT,
  severity: orNull(SEVERITY),
  alert: orNull(TEXT),
});

/** What is done with one line of the baseline. */
export const BASELINE_WISH = {
  type: 'object',
  required: ['action'],
  additionalProperties: false,
  properties: { action: { enum: ['approve', 'forget'] } },
} as const;

const PAGED = ['offset', 'limit', 'search'];

export function plantPaths(
  get: (summary: string, answer: object, queries?: readonly (string | QueryParameter)[], type?: string) => object,
  getOne: (summary: string, answer: object) => object,
  post: (summary: string, body: object, answer: object) => object,
): Record<string, object> {
  const page = (summary: string, item: object, list: ListName): object =>
    get(summary, item, [...PAGED, ...filterParameters(list)]);
  const files = Object.keys(LIST_FILTERS).map((list) => [
    `/api/${list}.csv`,
    get(
      'The whole list as comma-separated values',
      TEXT,
      ['search', ...filterParameters(list as ListName)],
      'text/csv',
    ),
  ]);
  return {
    ...(Object.fromEntries(files) as Record<string, object>),
    '/api/map': get('Devices in groups, and what is done between them', MAP, ['from', 'until', 'group']),
    '/api/operations': page('Who asked whom for what, and what came of it', OPERATIONS, 'operations'),
    '/api/points': page('What was read and written at the points of a device', pageOf(POINT), 'points'),
    '/api/assets/{id}/timeline': getOne('What happened to a device, the newest first', pageOf(HAPPENING)),
    '/api/segmentation': get('Zones, what is said of them, and what passed between them', SEGMENTATION),
    '/api/firmware': page('What happened to the firmware of devices', pageOf(FIRMWARE), 'firmware'),
    '/api/logins': page('Who logged in where', pageOf(LOGIN), 'logins'),
    '/api/hardening': get('Devices that somebody logged in to, and how they are guarded', pageOf(GUARDED), PAGED),
    '/api/baseline': get('The baseline file, line by line', BASELINE, [...PAGED, 'only', 'address']),
    '/api/baseline/{id}/actions': post(
      'Confirm a line of the baseline, or forget it',
      BASELINE_WISH,
      shape({ told: TEXT }),
    ),
  };
}
