// The API by its own word: who is let in, what it answers, and what it makes of queries that cannot be.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { openApi } from './open-api.ts';
import { createServer, type ServerOptions } from './server.ts';
import { tokenHash, type Account } from './sessions.ts';
import type { LogEntry, Page, SiteData, WantedAction } from './site-data.ts';

const ITEM = { id: 'a1', title: '<img src=x onerror=alert(1)>' };
const LIST: Page = { total: 1, items: [ITEM] };
const asked: object[] = [];
let version = 1;
const acted: WantedAction[] = [];
const noted: LogEntry[] = [];
const DATA: SiteData = {
  overview: () => ({ assets: 1 }),
  assets: (query) => {
    asked.push(query);
    return LIST;
  },
  asset: (id) => (id === 'a1' ? ITEM : null),
  alerts: () => LIST,
  alert: (id) => (id === 'a1' ? ITEM : null),
  proof: (id) =>
    Promise.resolve(
      id === 'a1'
        ? { kind: 'done', item: { frames: [], omitted: 0 }, pcapng: Uint8Array.of(1) }
        : id === 'old'
          ? { kind: 'gone', reason: 'the capture is not there' }
          : { kind: 'missing' },
    ),
  incidents: () => LIST,
  incident: (id) => (id === 'a1' ? ITEM : null),
  actions: () => LIST,
  act: (id, wanted) => {
    if (id !== 'a1') return { kind: 'missing' };
    if (wanted.action === 'undo') return { kind: 'refused', reason: 'nothing was done' };
    acted.push(wanted);
    return { kind: 'done', item: ITEM };
  },
  conversations: () => LIST,
  map: () => ({ nodes: [], lines: [] }),
  operations: () => LIST,
  points: () => LIST,
  segmentation: () => ITEM,
  firmware: () => LIST,
  logins: () => LIST,
  hardening: () => LIST,
  baseline: () => LIST,
  csvLists: ['assets', 'alerts', 'conversations', 'operations', 'points', 'firmware', 'logins'],
  csv: () => ['id\r\n', 'a1\r\n'],
  timeline: (id) => (id === 'a1' ? LIST : null),
  actOnBaseline: (id) => (id === 'a1' ? { kind: 'done', told: 'a line' } : { kind: 'missing' }),
  captures: () => [],
  note: (entry) => void noted.push(entry),
  log: () => LIST,
  reports: () => LIST,
  report: (name, query) =>
    name !== 'a1'
      ? { kind: 'missing' }
      : query.since === 'x'
        ? { kind: 'refused', reason: 'no time' }
        : { kind: 'done', html: '<!doctype html>' },
  modules: () => LIST,
  protocols: () => LIST,
  version: () => `version ${version}`,
};
const HOST = '127.0.0.1:8470';
const START_MS = 1_767_225_600_000;
const ANN: Account = { name: 'ann', role: 'operator', hash: tokenHash('ann'), expiresMs: null };
const BOB: Account = { name: 'bob', role: 'viewer', hash: tokenHash('bob'), expiresMs: START_MS + 3_600_000 };
async function serve(more: Partial<ServerOptions> = {}) {
  let nowMs = START_MS;
  const dashboard = [{ path: '/', type: 'text/html; charset=utf-8', content: '<!doctype html>' }];
  const server = await createServer({
    data: DATA,
    dashboard,
    tokens: { operator: 'right', viewer: 'look' },
    operator: 'somebody',
    now: () => nowMs,
    settings: { show: () => ITEM, change: () => ({ kind: 'done' }), undo: () => ({ kind: 'done' }) },
    ...more,
  });
  return {
    server,
    pass: (ms: number) => (nowMs += ms),
    get: (url: string, headers: Record<string, string> = {}) =>
      server.inject({ url, headers: { host: HOST, ...headers } }),
    post: (url: string, payload: object, headers: Record<string, string> = {}) =>
      server.inject({ method: 'POST', url, headers: { host: HOST, ...headers }, payload }),
    open: (token: string) =>
      server.inject({ method: 'POST', url: '/api/session', headers: { host: HOST }, payload: { token } }),
  };
}

async function session(site: Awaited<ReturnType<typeof serve>>, token = 'right'): Promise<Record<string, string>> {
  const opened = await site.open(token);
  assert.equal(opened.statusCode, 200);
  const cookie = String(opened.headers['set-cookie']);
  assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/(?:; Secure)?$/);
  return { cookie: cookie.split(';')[0]! };
}

describe('who is let in', () => {
  test('nobody without a session, but for health, the session itself and the page', async () => {
    const site = await serve();
    for (const [path, methods] of Object.entries(described().paths)) {
      if (path === '/api/session') continue;
      const url = path.replace('{id}', 'a1');
      for (const name of Object.keys(methods)) {
        const method = name.toUpperCase() as 'GET' | 'POST';
        const { statusCode } = await site.server.inject({ method, url, headers: { host: HOST } });
        assert.equal(statusCode, path === '/api/health' ? 200 : 401, `${name} ${path}`);
      }
    }
    assert.equal((await site.get('/')).statusCode, 200);
  });

  test('the token opens one session, which ends after half a day', async () => {
    const site = await serve();
    assert.equal((await site.open('wrong')).statusCode, 401);
    const cookie = await session(site);
    assert.equal((await site.open('right')).statusCode, 401, 'used up');
    assert.equal((await site.get('/api/overview', cookie)).statusCode, 200);
    for (let hour = 0; hour < 12; hour++) {
      assert.equal((await site.get('/api/overview', cookie)).statusCode, 200);
      site.pass(3600_000);
    }
    assert.equal((await site.get('/api/overview', cookie)).statusCode, 401);
  });

  test('who guesses is not listened to for the rest of the minute; another address is', async () => {
    const site = await serve({ accounts: () => [ANN] });
    const from = (remoteAddress: string, token: string) =>
      site.server.inject({
        ...{ method: 'POST', url: '/api/session', headers: { host: HOST }, remoteAddress },
        payload: { token },
      });
    const before = noted.length;
    for (let count = 0; count < 10; count++)
      assert.equal((await from('192.0.2.1', `guess ${count}`)).statusCode, 401, String(count));
    const refused = await from('192.0.2.1', 'ann');
    assert.equal(refused.statusCode, 429);
    assert.ok(Number(refused.headers['retry-after']) > 50);
    assert.equal((await from('192.0.2.2', 'ann')).statusCode, 200);
    site.pass(61_000);
    assert.equal((await from('192.0.2.1', 'ann')).statusCode, 200);
    const actions = noted.slice(before).map(({ action, operator }) => `${action} ${operator}`);
    assert.deepEqual(actions, ['refused ', 'session ann', 'session ann'], 'one line for ten guesses');
  });

  test('who asks too much is told to wait, others are answered', async () => {
    const site = await serve({ requests: { burst: 5, perSecond: 1 } });
    const from = async (remoteAddress: string): Promise<number> =>
      (await site.server.inject({ url: '/api/health', headers: { host: HOST }, remoteAddress })).statusCode;
    const codes: number[] = [];
    for (let count = 0; count < 7; count++) codes.push(await from('192.0.2.1'));
    assert.deepEqual(codes, [200, 200, 200, 200, 200, 429, 429]);
    assert.equal(await from('192.0.2.2'), 200);
    site.pass(1000);
    assert.deepEqual([await from('192.0.2.1'), await from('192.0.2.1')], [200, 429]);
  });

  test('an address written in another way does not pass by the door', async () => {
    const site = await serve();
    for (const url of [
      '/%61pi/overview',
      '/a%70i/assets',
      '/api/%6Fverview',
      '//api/overview',
      '/api/overview/',
      '/api/overview;x',
    ])
      assert.notEqual((await site.get(url)).statusCode, 200, url);
    assert.equal((await site.get('/%61pi/overview')).statusCode, 401);
  });

  test('a page under another name that points here is turned away', async () => {
    const site = await serve();
    const cookie = await session(site);
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil'])
      assert.equal((await site.get('/api/overview', { ...cookie, host })).statusCode, 421, host);
    for (const host of ['localhost:8470', '[::1]:8470', '127.0.0.1'])
      assert.equal((await site.get('/api/overview', { ...cookie, host })).statusCode, 200, host);
  });
});

describe('sessions', () => {
  test('a token of an account opens sessions under its name, until it is revoked; that ends them', async () => {
    let accounts: Account[] = [ANN, BOB];
    const site = await serve({ accounts: () => accounts });
    const [ann, bob] = [await session(site, 'ann'), await session(site, 'bob')];
    await session(site, 'ann');
    assert.deepEqual((await site.get('/api/me', ann)).json(), { name: 'ann', role: 'operator' });
    assert.deepEqual((await site.get('/api/me', bob)).json(), { name: 'bob', role: 'viewer' });
    accounts = [BOB];
    assert.equal((await site.get('/api/me', ann)).statusCode, 401);
    assert.equal((await site.open('ann')).statusCode, 401);
    assert.equal((await site.get('/api/me', bob)).statusCode, 200);
    site.pass(3_600_000);
    assert.equal((await site.get('/api/me', bob)).statusCode, 401, 'its token expired');
  });

  test('a session nobody uses ends; one in use goes on', async () => {
    const site = await serve();
    const [idle, used] = [await session(site, 'look'), await session(site)];
    for (let count = 0; count < 3; count++) {
      site.pass(3_600_000);
      assert.equal((await site.get('/api/me', used)).statusCode, 200);
    }
    assert.equal((await site.get('/api/me', idle)).statusCode, 401);
  });

  test('whoever opened a session may end it, a viewer too, and the log has both', async () => {
    const site = await serve();
    const before = noted.length;
    const viewer = await session(site, 'look');
    const ended = await site.post('/api/session/end', {}, viewer);
    assert.equal(ended.statusCode, 200);
    assert.match(String(ended.headers['set-cookie']), /Max-Age=0/);
    assert.equal((await site.get('/api/me', viewer)).statusCode, 401);
    assert.deepEqual(
      noted.slice(before).map(({ action }) => action),
      ['session', 'session-end'],
    );
    assert.match(noted.at(-1)!.detail, /127\.0\.0\.1/);
  });

  test('a program sends its token with each request; a wrong one is a guess', async () => {
    const site = await serve({ accounts: () => [ANN, BOB] });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    assert.equal((await site.get('/api/overview', bearer('bob'))).statusCode, 200);
    assert.equal((await site.post('/api/alerts/a1/actions', { action: 'close' }, bearer('bob'))).statusCode, 403);
    assert.equal((await site.post('/api/alerts/a1/actions', { action: 'acknowledge' }, bearer('ann'))).statusCode, 200);
    assert.equal(acted.at(-1)!.operator, 'ann');
    assert.equal((await site.get('/api/overview', bearer('right'))).statusCode, 401, 'it opens a session, once');
    for (let count = 0; count < 10; count++) await site.get('/api/overview', bearer('guess'));
    assert.equal((await site.get('/api/overview', bearer('bob'))).statusCode, 401);
  });

  test('with a certificate it answers to its names, over TLS alone', async () => {
    const site = await serve({ isOwnName: (host) => host === 'plant.example' || host === '2001:db8::1' });
    for (const [host, code] of [
      ['plant.example', 200],
      ['plant.example:8470', 200],
      ['[2001:db8::1]:8470', 200],
      ['localhost:8470', 421],
      ['evil.example', 421],
      ['plant.example@evil.example', 421],
      ['', 421],
    ] as const)
      assert.equal((await site.get('/api/health', { host })).statusCode, code, host);
    const opened = await site.server.inject({
      ...{ method: 'POST', url: '/api/session', headers: { host: 'plant.example' }, payload: { token: 'right' } },
    });
    assert.match(String(opened.headers['set-cookie']), /; Secure$/);
    const origin = 'http://plant.example';
    assert.equal((await site.get('/api/health', { host: 'plant.example', origin })).statusCode, 403);
  });
});

describe('what operators do', () => {
  test('every route that changes something is closed to viewers, but for the end of their session', async () => {
    const site = await serve();
    const viewer = await session(site, 'look');
    let closed = 0;
    for (const [path, methods] of Object.entries(described().paths)) {
      for (const method of Object.keys(methods)) {
        if (method === 'get' || path.startsWith('/api/session')) continue;
        const url = path.replace('{id}', 'a1');
        const { statusCode } = await site.server.inject({
          ...{ method: method.toUpperCase() as 'POST', url, headers: { host: HOST, ...viewer }, payload: {} },
        });
        assert.equal(statusCode, 403, `${method} ${path}`);
        closed++;
      }
    }
    assert.ok(closed > 0);
  });

  test('an operator does it under their name; a viewer, and a page from elsewhere, do not', async () => {
    const site = await serve();
    const url = '/api/alerts/a1/actions';
    const before = acted.length;
    const wish = { action: 'normal', scope: 'pair', reason: 'planned' };
    const viewer = await session(site, 'look');
    assert.equal((await site.get('/api/alerts', viewer)).statusCode, 200);
    assert.equal((await site.get('/api/me', viewer)).json<{ role: string }>().role, 'viewer');
    assert.equal((await site.post(url, wish, viewer)).statusCode, 403);
    const operator = await session(site);
    assert.equal((await site.post(url, wish, { ...operator, origin: 'https://evil.example' })).statusCode, 403);
    const neighbour = 'http://127.0.0.1:9000';
    assert.equal((await site.post(url, wish, { ...operator, origin: neighbour })).statusCode, 403);
    assert.equal(acted.length, before);
    assert.equal((await site.post(url, wish, { ...operator, origin: `http://${HOST}` })).statusCode, 200);
    assert.deepEqual({ ...acted.at(-1) }, { ...wish, operator: 'somebody', timeMs: START_MS });
    assert.equal((await site.post('/api/alerts/none/actions', wish, operator)).statusCode, 404);
    assert.equal((await site.post(url, { action: 'undo' }, operator)).statusCode, 409);
  });

  test('a wish that cannot be is refused', async () => {
    const site = await serve();
    const operator = await session(site);
    const before = acted.length;
    for (const wish of [
      {},
      { action: 'delete' },
      { action: 'normal', scope: 'everything' },
      { action: 'close', reason: 'x'.repeat(501) },
    ])
      assert.equal((await site.post('/api/alerts/a1/actions', wish, operator)).statusCode, 400, JSON.stringify(wish));
    assert.equal(acted.length, before);
  });
});

describe('live changes', () => {
  test('who listens is told when the site changed, and the server can end all the same', async () => {
    const site = await serve();
    const cookie = await session(site);
    const address = await site.server.listen({ host: '127.0.0.1', port: 0 });
    assert.equal((await fetch(`${address}/api/events`)).status, 401);
    const answer = await fetch(`${address}/api/events`, { headers: cookie });
    assert.match(String(answer.headers.get('content-type')), /^text\/event-stream/);
    assert.match(String(answer.headers.get('content-security-policy')), /default-src 'none'/);
    let heard = '';
    version++;
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      heard += chunk;
      if (!heard.includes('event: changed')) continue;
      // Its end is the end of the stream.
      void site.server.close();
    }
    assert.equal(heard, 'retry: 3000\n\nevent: changed\ndata: {}\n\n');
  });
});

describe('what it answers', () => {
  test('every path that it names is there, as the shape says, and forbids what a page need not do', async () => {
    const site = await serve();
    const cookie = await session(site);
    for (const [path, { get }] of Object.entries(described().paths)) {
      // What does not end by itself has a test of its own.
      if (get === undefined || path === '/api/events') continue;
      const answer = await site.get(path.replace('{id}', 'a1'), cookie);
      assert.equal(answer.statusCode, 200, path);
      const [type] = Object.keys(get.responses['200'].content);
      assert.equal(String(answer.headers['content-type']).split(';')[0], type);
      assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      const schema = get.responses['200'].content['application/json']?.schema;
      if (schema?.properties?.items !== undefined)
        assert.deepEqual(Object.keys(answer.json<object>()).sort(), ['items', 'total']);
      if (path.includes('{id}')) assert.equal((await site.get(path.replace('{id}', 'none'), cookie)).statusCode, 404);
    }
    assert.equal((await site.get('/api/nothing', cookie)).statusCode, 404);
  });

  test('a report opens as a page in which nothing runs', async () => {
    const site = await serve();
    const cookie = await session(site);
    const answer = await site.get('/api/reports/a1?since=2026-01-01', cookie);
    assert.match(String(answer.headers['content-type']), /^text\/html/);
    const policy = String(answer.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'.*; sandbox$/);
    assert.doesNotMatch(policy, /script-src|allow-scripts/);
    assert.equal((await site.get('/api/reports/a1?since=x', cookie)).statusCode, 400);
  });

  test('of a capture that is gone it says so', async () => {
    const site = await serve();
    const cookie = await session(site);
    for (const name of ['frames', 'evidence.pcapng']) {
      const answer = await site.get(`/api/alerts/old/${name}`, cookie);
      assert.deepEqual([answer.statusCode, answer.json()], [410, { error: 'the capture is not there' }]);
    }
  });

  test('a query that leaves things out has its defaults, one that cannot be is told', async () => {
    const site = await serve();
    const cookie = await session(site);
    await site.get('/api/assets', cookie);
    assert.deepEqual({ ...asked.at(-1) }, { offset: 0, limit: 100, search: '', role: '', level: '' });
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'offset=-1', `search=${'x'.repeat(201)}`]) {
      const answer = await site.get(`/api/assets?${query}`, cookie);
      assert.equal(answer.statusCode, 400, query);
      assert.equal(typeof answer.json<{ error: string }>().error, 'string');
    }
  });

  test('whatever is asked, the server does not fail', async () => {
    const site = await serve();
    const cookie = await session(site);
    const path = fc.constantFrom('/api/assets', '/api/alerts', '/api/assets/', '/api/conversations', '/');
    await fc.assert(
      fc.asyncProperty(path, fc.webQueryParameters(), fc.webPath(), async (start, query, rest) => {
        for (const url of [`${start}?${query}`, `${start}${rest}`]) {
          const { statusCode } = await site.get(url, cookie);
          assert.ok(statusCode < 500, `${url}: ${statusCode}`);
        }
      }),
      { numRuns: 60 },
    );
  });
});

interface Described {
  readonly paths: Record<
    string,
    {
      get?: {
        responses: { 200: { content: { 'application/json'?: { schema: { properties?: { items?: unknown } } } } } };
      };
    }
  >;
}

function described(): Described {
  return openApi() as Described;
}
