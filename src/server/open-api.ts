// What the API says of itself (OpenAPI 3.1): the paths, their queries, and the shapes of their answers.
import { ANYTHING, FLAG, FRAME, NUMBER, SEVERITY, TEXT, TEXTS, TIME, listOf, orNull, pageOf, shape } from './shapes.ts';
import { CONVERSATION, MODULE, PROTOCOL } from './item-shapes.ts';
import { filterParameters, type QueryParameter } from './list-filters.ts';
import { PLANT_QUERIES, plantPaths } from './plant-schemas.ts';
import { SETTINGS_PATHS } from './settings.ts';
import { UPLOAD_STATES } from './uploads.ts';

const PARTY = shape({
  asset: TEXT,
  segment: TEXT,
  ip: orNull(TEXT),
  mac: orNull(TEXT),
  port: orNull(NUMBER),
  unit: orNull(NUMBER),
});
const TRUST = { type: 'number', minimum: 0, maximum: 1 } as const;
const OTHER_CLAIM = shape({ value: TEXT, source: TEXT, trust: TRUST, last: TIME });
const FIELD = shape({
  value: TEXT,
  source: TEXT,
  trust: TRUST,
  sure: TRUST,
  agrees: listOf(OTHER_CLAIM),
  disagrees: listOf(OTHER_CLAIM),
});
const BRIEF_PARTS = {
  id: TEXT,
  aliases: TEXTS,
  segment: TEXT,
  ip: TEXTS,
  mac: TEXTS,
  unit: orNull(NUMBER),
  role: orNull(TEXT),
  level: orNull(NUMBER),
  vendor: orNull(TEXT),
  model: orNull(TEXT),
  firmware: orNull(TEXT),
  serial: orNull(TEXT),
  name: orNull(TEXT),
  hardening: orNull(TEXT),
  protocols: TEXTS,
  first: TIME,
  last: TIME,
};
const ASSET = shape(BRIEF_PARTS);
const ASSET_PARTS = {
  ...BRIEF_PARTS,
  fields: { type: 'object', additionalProperties: FIELD },
  evidence: listOf(shape({ attribute: TEXT, value: TEXT, source: TEXT, trust: TRUST, frame: orNull(FRAME) })),
};
const PEER = shape({
  asset: orNull(TEXT),
  address: TEXT,
  isAsked: FLAG,
  isAsking: FLAG,
  protocols: TEXTS,
  conversations: NUMBER,
  bytes: NUMBER,
  last: TIME,
});
const SERVICE = shape({
  transport: TEXT,
  port: NUMBER,
  protocol: orNull(TEXT),
  clients: NUMBER,
  conversations: NUMBER,
  last: TIME,
});
const ONE_ASSET = shape({
  ...ASSET_PARTS,
  peerCount: NUMBER,
  peers: listOf(PEER),
  serviceCount: NUMBER,
  services: listOf(SERVICE),
});
const ACTION = shape(
  {
    id: NUMBER,
    time: TIME,
    operator: TEXT,
    action: { enum: ['acknowledge', 'normal', 'close', 'undo'] },
    alert: TEXT,
    scope: { enum: ['exact', 'pair', 'device', null] },
    reason: TEXT,
    undoes: orNull(NUMBER),
  },
  { title: TEXT },
);
const STATE = shape({
  status: { enum: ['open', 'acknowledged', 'normal', 'closed'] },
  action: orNull(ACTION),
  isAgain: FLAG,
});
const ALERT = shape({
  id: TEXT,
  kind: TEXT,
  module: TEXT,
  severity: SEVERITY,
  title: TEXT,
  explanation: TEXT,
  advice: TEXT,
  subject: PARTY,
  peer: orNull(PARTY),
  object: TEXT,
  first: TIME,
  last: TIME,
  count: NUMBER,
  techniques: TEXTS,
  frames: listOf(FRAME),
  framesOmitted: NUMBER,
  incident: orNull(TEXT),
  state: STATE,
});
const INCIDENT_HOST = shape({ asset: TEXT, segment: TEXT, ip: orNull(TEXT), mac: orNull(TEXT), part: TEXT });
const STEP = shape({
  alert: TEXT,
  time: TIME,
  stage: TEXT,
  severity: SEVERITY,
  title: TEXT,
  from: orNull(NUMBER),
  to: orNull(NUMBER),
});
const INCIDENT = shape(
  {
    id: TEXT,
    severity: SEVERITY,
    title: TEXT,
    first: TIME,
    last: TIME,
    hostCount: NUMBER,
    stepCount: NUMBER,
    hosts: listOf(INCIDENT_HOST),
    steps: listOf(STEP),
    techniques: TEXTS,
  },
  { alerts: listOf(ALERT) },
);
const PROOF = shape({
  frames: listOf(
    shape({
      file: NUMBER,
      path: TEXT,
      frame: NUMBER,
      time: TIME,
      length: NUMBER,
      originalLength: NUMBER,
      maskedBytes: NUMBER,
      hex: { type: 'string', pattern: '^([0-9a-f]{2})*$' },
      facts: listOf(ANYTHING),
    }),
  ),
  omitted: NUMBER,
});
const COUNTS = listOf(shape({ name: TEXT, count: NUMBER }));
const CAPTURE = shape({
  path: TEXT,
  frames: NUMBER,
  bytes: NUMBER,
  first: TIME,
  last: TIME,
  damage: orNull(shape({ offset: NUMBER, message: TEXT })),
});
const UPLOAD = shape({
  id: TEXT,
  name: TEXT,
  operator: TEXT,
  started: TIME,
  state: { enum: UPLOAD_STATES },
  received: NUMBER,
  size: orNull(NUMBER),
  analysed: NUMBER,
  frames: NUMBER,
  told: TEXT,
});
const CAPTURES = shape({ bytesMax: orNull(NUMBER), uploads: listOf(UPLOAD), captures: listOf(CAPTURE) });
const OVERVIEW = shape({
  captures: listOf(CAPTURE),
  assets: NUMBER,
  alerts: NUMBER,
  waiting: NUMBER,
  incidents: NUMBER,
  conversations: NUMBER,
  bySeverity: shape({ info: NUMBER, low: NUMBER, medium: NUMBER, high: NUMBER, critical: NUMBER }),
  roles: COUNTS,
  protocols: COUNTS,
  modules: NUMBER,
  modulesPlanned: NUMBER,
  worstIncidents: listOf(INCIDENT),
  worst: listOf(ALERT),
});
const LOGGED = shape({ id: NUMBER, time: TIME, operator: TEXT, action: TEXT, detail: TEXT });
const REPORT = shape({ name: TEXT, title: TEXT, summary: TEXT });
const ROLE = { enum: ['viewer', 'operator'] } as const;
const DESCRIPTION = { type: 'object', required: ['openapi', 'info', 'paths'] };

/** The body of a wish; what is left out has its default. */
export const WANTED_ACTION = {
  type: 'object',
  required: ['action'],
  additionalProperties: false,
  properties: {
    action: { enum: ['acknowledge', 'normal', 'close', 'undo'] },
    scope: { enum: ['exact', 'pair', 'device'], default: 'exact' },
    reason: { type: 'string', maxLength: 500, default: '' },
  },
} as const;
export const TOKEN = {
  type: 'object',
  properties: { token: { type: 'string', maxLength: 200 } },
  required: ['token'],
} as const;

const SHORT = { type: 'string', maxLength: 200 } as const;
const QUERIES: Readonly<Record<string, object>> = {
  ...PLANT_QUERIES,
  offset: { type: 'integer', minimum: 0, default: 0 },
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  search: SHORT,
  since: SHORT,
  until: SHORT,
};
const PAGED = ['offset', 'limit', 'search'];

const JSON_TYPE = 'application/json';
const BINARY_TYPE = 'application/octet-stream';
const WITH_ID = [{ name: 'id', in: 'path', required: true, schema: TEXT }];
const NONE_WITH_ID = { 404: { description: 'none with this id' } };

function answered(summary: string, answer: object, type = JSON_TYPE): object {
  return { 200: { description: summary, content: { [type]: { schema: answer } } } };
}

/** `queries`: those that many paths take by their names. */
function get(
  summary: string,
  answer: object,
  queries: readonly (string | QueryParameter)[] = [],
  type = JSON_TYPE,
): object {
  const refusals = { 400: { description: 'a query that cannot be' }, 401: { description: 'no session' } };
  const parameters = queries.map((query) =>
    typeof query === 'string' ? { name: query, in: 'query', schema: QUERIES[query] } : query,
  );
  return { get: { summary, parameters, responses: { ...answered(summary, answer, type), ...refusals } } };
}

function getOne(
  summary: string,
  answer: object,
  type?: string,
  more: object = {},
  queries: readonly string[] = [],
): object {
  const refusals = { 401: { description: 'no session' }, ...NONE_WITH_ID, ...more };
  const parameters = [...WITH_ID, ...queries.map((name) => ({ name, in: 'query', schema: QUERIES[name] }))];
  return { get: { summary, parameters, responses: { ...answered(summary, answer, type), ...refusals } } };
}

/** What is read from the captures of an alert, as long as they are there. */
function getProof(summary: string, answer: object, type?: string): object {
  return getOne(summary, answer, type, { 410: { description: 'the capture is not there any more, or another one' } });
}

/** For operators only. */
function post(summary: string, body: object, answer: object): object {
  return {
    post: {
      summary,
      parameters: WITH_ID,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: body } } },
      responses: {
        ...answered(summary, answer),
        400: { description: 'a wish that cannot be' },
        401: { description: 'no session' },
        403: { description: 'a viewer looks only' },
        ...NONE_WITH_ID,
        409: { description: 'it cannot be done now' },
      },
    },
  };
}

const TOO_MANY = { 429: { description: 'too many; wait as long as Retry-After says' } };
const SESSION = {
  post: {
    summary: 'Opens a session with a token, once',
    requestBody: { required: true, content: { [JSON_TYPE]: { schema: TOKEN } } },
    responses: {
      ...answered('The session is in the cookie', shape({ status: TEXT, role: ROLE })),
      400: { description: 'no token' },
      401: { description: 'the token is wrong, was used already, or has expired' },
      ...TOO_MANY,
    },
  },
};
const SESSION_END = {
  post: {
    summary: 'Ends this session',
    responses: { ...answered('It has ended', shape({ status: TEXT })), 401: { description: 'no session' } },
  },
};

const CAPTURES_PATH = {
  ...get('What the site was made from, and captures that were sent', CAPTURES),
  post: {
    summary:
      'Takes a capture (pcap or pcapng, plain, gzip or zstd), which is then analysed; /api/events tells how far it is',
    parameters: [{ name: 'name', in: 'query', required: true, schema: SHORT }],
    requestBody: { required: true, content: { [BINARY_TYPE]: { schema: { type: 'string', format: 'binary' } } } },
    responses: {
      202: { description: 'It is received', content: { [JSON_TYPE]: { schema: UPLOAD } } },
      400: { description: 'no name, nothing was sent, or it broke off' },
      401: { description: 'no session' },
      403: { description: 'a viewer looks only' },
      409: { description: 'no captures are taken now' },
      413: { description: 'it is larger than may be' },
      415: { description: 'it is not sent as what it is' },
    },
  },
};
const CANCEL_CAPTURE = {
  post: {
    summary: 'Ends what goes on with a capture that was sent',
    parameters: WITH_ID,
    responses: {
      ...answered('It ends', shape({ status: TEXT })),
      401: { description: 'no session' },
      403: { description: 'a viewer looks only' },
      ...NONE_WITH_ID,
      409: { description: 'it has ended already' },
    },
  },
};

export function openApi(): object {
  return {
    openapi: '3.1.0',
    info: { title: '1-SEC Shield', version: '1' },
    paths: {
      '/api/health': get('Is the server there', shape({ status: TEXT })),
      '/api/openapi.json': get('This description', DESCRIPTION),
      '/api/session': SESSION,
      '/api/session/end': SESSION_END,
      '/api/me': get('Who asks, and what they may do', shape({ name: TEXT, role: ROLE })),
      '/api/overview': get('Counts, and what needs a person now', OVERVIEW),
      '/api/assets': get('Devices', pageOf(ASSET), [...PAGED, ...filterParameters('assets')]),
      '/api/assets/{id}': getOne('One device, whom it talked to, and what it offers', ONE_ASSET),
      '/api/alerts': get('Alerts, worst first', pageOf(ALERT), [...PAGED, ...filterParameters('alerts')]),
      '/api/alerts/{id}': getOne('One alert', ALERT),
      '/api/alerts/{id}/actions': post('Acknowledge, mark as normal, close, or undo that', WANTED_ACTION, ALERT),
      '/api/alerts/{id}/frames': getProof('The frames that prove it, without secrets, and what they mean', PROOF),
      '/api/alerts/{id}/evidence.pcapng': getProof(
        'The frames that prove it and some around, without secrets',
        { type: 'string', format: 'binary' },
        'application/octet-stream',
      ),
      '/api/incidents': get('Alerts that belong together, worst first', pageOf(INCIDENT), PAGED),
      '/api/incidents/{id}': getOne('One incident with its alerts', INCIDENT),
      '/api/actions': get('What operators did, the newest first', pageOf(ACTION), PAGED),
      '/api/log': get('What people did beside that: sessions, uploads, settings, tokens', pageOf(LOGGED), PAGED),
      '/api/conversations': get('Who talked to whom', pageOf(CONVERSATION), [
        ...PAGED,
        ...filterParameters('conversations'),
      ]),
      '/api/captures': CAPTURES_PATH,
      '/api/captures/{id}/cancel': CANCEL_CAPTURE,
      ...plantPaths(get, getOne, post),
      '/api/events': get('A line whenever the site changed', TEXT, [], 'text/event-stream'),
      ...SETTINGS_PATHS,
      '/api/reports': get('Reports that can be had', pageOf(REPORT)),
      '/api/reports/{id}': getOne(
        'A report as an HTML file that prints well',
        TEXT,
        'text/html',
        { 400: { description: 'a time that is none' } },
        ['since', 'until'],
      ),
      '/api/modules': get('Security modules', pageOf(MODULE)),
      '/api/protocols': get('Protocols that are decoded', pageOf(PROTOCOL)),
    },
  };
}
