// The API by its own word: who is let in, what it answers, and what it makes of queries that cannot be.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { openApi } from './open-api.ts';
import { createServer } from './server.ts';
import type { Page, SiteData, WantedAction } from './site-data.ts';

const ITEM = { id: 'a1', title: '<img src=x onerror=alert(1)>' };
const LIST: Page = { total: 1, items: [ITEM] };
const asked: object[] = [];
let version = 1;
const acted: WantedAction[] = [];
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
  modules: () => LIST,
  protocols: () => LIST,
  version: () => `version ${version}`,
};
const HOST = '127.0.0.1:8470';
const START_MS = 1_767_225_600_000;

async function serve() {
  let nowMs = START_MS;
  const dashboard = [{ path: '/', type: 'text/html; charset=utf-8', content: '<!doctype html>' }];
  const server = await createServer({
    data: DATA,
    dashboard,
    tokens: { operator: 'right', viewer: 'look' },
    operator: 'somebody',
    now: () => nowMs,
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
  assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/$/);
  return { cookie: cookie.split(';')[0]! };
}

describe('who is let in', () => {
  test('nobody without a session, but for health, the session itself and the page', async () => {
    const site = await serve();
    for (const [path, { get }] of Object.entries(described().paths)) {
      if (path === '/api/session') continue;
      const url = path.replace('{id}', 'a1');
      const { statusCode } = await (get === undefined ? site.post(url, { action: 'acknowledge' }) : site.get(url));
      assert.equal(statusCode, path === '/api/health' ? 200 : 401, path);
    }
    assert.equal((await site.get('/')).statusCode, 200);
  });

  test('the token opens one session, which ends after half a day', async () => {
    const site = await serve();
    assert.equal((await site.open('wrong')).statusCode, 401);
    const cookie = await session(site);
    assert.equal((await site.open('right')).statusCode, 401, 'used up');
    assert.equal((await site.get('/api/overview', cookie)).statusCode, 200);
    site.pass(12 * 3600_000);
    assert.equal((await site.get('/api/overview', cookie)).statusCode, 401);
  });

  test('who guesses is not listened to for the rest of the minute', async () => {
    const site = await serve();
    for (let count = 0; count < 20; count++) await site.open(`guess ${count}`);
    assert.equal((await site.open('right')).statusCode, 401);
    site.pass(61_000);
    assert.equal((await site.open('right')).statusCode, 200);
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

describe('what operators do', () => {
  test('an operator does it under their name; a viewer, and a page from elsewhere, do not', async () => {
    const site = await serve();
    const url = '/api/alerts/a1/actions';
    const wish = { action: 'normal', scope: 'pair', reason: 'planned' };
    const viewer = await session(site, 'look');
    assert.equal((await site.get('/api/alerts', viewer)).statusCode, 200);
    assert.equal((await site.get('/api/me', viewer)).json<{ role: string }>().role, 'viewer');
    assert.equal((await site.post(url, wish, viewer)).statusCode, 403);
    const operator = await session(site);
    assert.equal((await site.post(url, wish, { ...operator, origin: 'https://evil.example' })).statusCode, 403);
    const neighbour = 'http://127.0.0.1:9000';
    assert.equal((await site.post(url, wish, { ...operator, origin: neighbour })).statusCode, 403);
    assert.equal(acted.length, 0);
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
