// What the API says of itself (OpenAPI 3.1): the paths, their queries, and the shapes of their answers.

const TEXT = { type: 'string' };
const NUMBER = { type: 'integer' };
const OR_NULL = (type: string): object => ({ type: [type, 'null'] });
const PARTY = {
  type: ['object', 'null'],
  properties: {
    asset: TEXT,
    segment: TEXT,
    ip: OR_NULL('string'),
    mac: OR_NULL('string'),
    port: OR_NULL('integer'),
    unit: OR_NULL('integer'),
  },
};
const ACTION = {
  type: 'object',
  required: ['id', 'time', 'operator', 'action', 'alert', 'scope', 'reason', 'undoes'],
  properties: {
    id: NUMBER,
    time: TEXT,
    operator: TEXT,
    action: { enum: ['acknowledge', 'normal', 'close', 'undo'] },
    alert: TEXT,
    title: TEXT,
    scope: { enum: ['exact', 'pair', 'device', null] },
    reason: TEXT,
    undoes: OR_NULL('integer'),
  },
};
const STATE = {
  type: 'object',
  required: ['status', 'action', 'isAgain'],
  properties: {
    status: { enum: ['open', 'acknowledged', 'normal', 'closed'] },
    action: { anyOf: [ACTION, { type: 'null' }] },
    isAgain: { type: 'boolean' },
  },
};
const ASSET = {
  type: 'object',
  required: ['id', 'segment', 'ip', 'mac', 'role', 'vendor', 'protocols', 'first', 'last', 'fields', 'evidence'],
  properties: {
    id: TEXT,
    segment: TEXT,
    ip: { type: 'array', items: TEXT },
    mac: { type: 'array', items: TEXT },
    role: OR_NULL('string'),
    level: OR_NULL('integer'),
  },
};
const ALERT = {
  type: 'object',
  required: [
    'id',
    'kind',
    'module',
    'severity',
    'title',
    'explanation',
    'advice',
    'subject',
    'peer',
    'count',
    'frames',
    'state',
  ],
  properties: {
    id: TEXT,
    kind: TEXT,
    severity: { enum: ['info', 'low', 'medium', 'high', 'critical'] },
    subject: PARTY,
    peer: PARTY,
    count: NUMBER,
    state: STATE,
  },
};
const INCIDENT = {
  type: 'object',
  required: ['id', 'severity', 'title', 'first', 'last', 'hosts', 'steps', 'techniques'],
  properties: {
    id: TEXT,
    severity: { enum: ['info', 'low', 'medium', 'high', 'critical'] },
    title: TEXT,
    hosts: { type: 'array', items: { type: 'object', required: ['asset', 'segment', 'ip', 'mac', 'part'] } },
    steps: {
      type: 'array',
      items: { type: 'object', required: ['alert', 'time', 'stage', 'severity', 'title', 'from', 'to'] },
    },
  },
};
const PROOF = {
  type: 'object',
  required: ['frames', 'omitted'],
  properties: {
    frames: {
      type: 'array',
      items: {
        type: 'object',
        required: ['file', 'path', 'frame', 'time', 'length', 'originalLength', 'maskedBytes', 'hex', 'facts'],
        properties: { hex: { type: 'string', pattern: '^([0-9a-f]{2})*$' }, facts: { type: 'array' } },
      },
    },
    omitted: NUMBER,
  },
};
const WANTED_ACTION = {
  type: 'object',
  required: ['action'],
  additionalProperties: false,
  properties: {
    action: { enum: ['acknowledge', 'normal', 'close', 'undo'] },
    scope: { enum: ['exact', 'pair', 'device'], default: 'exact' },
    reason: { type: 'string', maxLength: 500, default: '' },
  },
};
const CONVERSATION = {
  type: 'object',
  required: ['protocol', 'transport', 'client', 'server', 'serverPort', 'first', 'last'],
  properties: { protocol: OR_NULL('string'), transport: TEXT, client: TEXT, server: TEXT, serverPort: NUMBER },
};
const NAMED = { type: 'object', required: ['name', 'title'], properties: { name: TEXT, title: TEXT } };

const pageOf = (items: object): object => ({
  type: 'object',
  required: ['total', 'items'],
  properties: { total: NUMBER, items: { type: 'array', items } },
});

const QUERIES: Readonly<Record<string, object>> = {
  offset: { type: 'integer', minimum: 0, default: 0 },
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  search: { type: 'string', maxLength: 200 },
  severity: { type: 'string', maxLength: 200 },
  asset: { type: 'string', maxLength: 200 },
  status: { type: 'string', maxLength: 200 },
  host: { type: 'string', maxLength: 200 },
  protocol: { type: 'string', maxLength: 200 },
};

function get(
  summary: string,
  answer: object,
  queries: readonly string[] = [],
  path: readonly string[] = [],
  type = 'application/json',
): object {
  return {
    get: {
      summary,
      parameters: [
        ...path.map((name) => ({ name, in: 'path', required: true, schema: TEXT })),
        ...queries.map((name) => ({ name, in: 'query', schema: QUERIES[name] })),
      ],
      responses: {
        200: { description: summary, content: { [type]: { schema: answer } } },
        400: { description: 'a query that cannot be' },
        401: { description: 'no session' },
        ...(path.length === 0 ? {} : { 404: { description: 'none with this id' } }),
      },
    },
  };
}

/** What is read from the captures of an alert, as long as they are there. */
function proof(summary: string, answer: object, type?: string): object {
  const described = get(summary, answer, [], ['id'], type) as { get: { responses: Record<number, object> } };
  described.get.responses[410] = { description: 'the capture is not there any more, or another one' };
  return described;
}

/** For operators only. */
function post(summary: string, body: object, answer: object): object {
  return {
    post: {
      summary,
      parameters: [{ name: 'id', in: 'path', required: true, schema: TEXT }],
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
      responses: {
        200: { description: summary, content: { 'application/json': { schema: answer } } },
        400: { description: 'a wish that cannot be' },
        401: { description: 'no session' },
        403: { description: 'a viewer looks only' },
        404: { description: 'none with this id' },
        409: { description: 'it cannot be done now' },
      },
    },
  };
}

const PAGED = ['offset', 'limit', 'search'];
const ANYTHING = { type: 'object' };

export function openApi(): object {
  return {
    openapi: '3.1.0',
    info: { title: '1-SEC Shield', version: '1' },
    paths: {
      '/api/health': get('Is the server there', { type: 'object', required: ['status'] }),
      '/api/overview': get('Counts, and what needs a person now', ANYTHING),
      '/api/assets': get('Devices', pageOf(ASSET), PAGED),
      '/api/assets/{id}': get('One device', ASSET, [], ['id']),
      '/api/alerts': get('Alerts, worst first', pageOf(ALERT), [...PAGED, 'severity', 'asset', 'status']),
      '/api/alerts/{id}': get('One alert', ALERT, [], ['id']),
      '/api/alerts/{id}/actions': post('Acknowledge, mark as normal, close, or undo that', WANTED_ACTION, ALERT),
      '/api/alerts/{id}/frames': proof('The frames that prove it, without secrets, and what they mean', PROOF),
      '/api/alerts/{id}/evidence.pcapng': proof(
        'The frames that prove it and some around, without secrets',
        { type: 'string', format: 'binary' },
        'application/octet-stream',
      ),
      '/api/incidents': get('Alerts that belong together, worst first', pageOf(INCIDENT), PAGED),
      '/api/incidents/{id}': get('One incident with its alerts', INCIDENT, [], ['id']),
      '/api/actions': get('What operators did, the newest first', pageOf(ACTION), PAGED),
      '/api/me': get('What this session may do', { type: 'object', required: ['role'] }),
      '/api/conversations': get('Who talked to whom', pageOf(CONVERSATION), [...PAGED, 'host', 'protocol']),
      '/api/map': get('Devices and lines between them', ANYTHING),
      '/api/events': get('A line whenever the site changed', TEXT, [], [], 'text/event-stream'),
      '/api/modules': get('Security modules', pageOf(NAMED)),
      '/api/protocols': get('Protocols that are decoded', pageOf(NAMED)),
    },
  };
}
