// Requests of people who mean harm: those without a token who hold what the server has, and viewers who would keep
// operators from their work.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { StoreError } from '../store/database.ts';
import { networkOf } from './rate-limits.ts';
import { createServer, type ServerOptions } from './server.ts';
import { tokenHash, type Account } from './sessions.ts';
import type { LogEntry, SiteData } from './site-data.ts';

const HOST = '127.0.0.1:8470';
const ANN: Account = { name: 'ann', role: 'operator', hash: tokenHash('ann'), expiresMs: null };
const BOB: Account = { name: 'bob', role: 'viewer', hash: tokenHash('bob'), expiresMs: null };
const HOUR_MS = 3_600_000;

async function serve(more: Partial<ServerOptions> = {}, note: (entry: LogEntry) => void = () => {}) {
  let nowMs = 1_767_225_600_000;
  const data = { csvLists: [], overview: () => ({ assets: 1 }), note, version: () => '1' } as unknown as SiteData;
  const server = await createServer({
    ...{ data, dashboard: [{ path: '/', type: 'text/html', content: 'page' }], operator: 'somebody' },
    ...{ tokens: { operator: 'right' }, accounts: () => [ANN, BOB], now: () => nowMs, ...more },
  });
  return {
    server,
    pass: (ms: number) => (nowMs += ms),
    get: (url: string, headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
      server.inject({ url, headers: { host: HOST, ...headers }, remoteAddress }),
    open: (token: string, remoteAddress = '127.0.0.1') =>
      server.inject({
        ...{ method: 'POST', url: '/api/session', headers: { host: HOST }, payload: { token }, remoteAddress },
      }),
  };
}

type Served = Awaited<ReturnType<typeof serve>>;

async function cookieOf(site: Served, token: string): Promise<{ cookie: string }> {
  const opened = await site.open(token);
  assert.equal(opened.statusCode, 200);
  return { cookie: String(opened.headers['set-cookie']).split(';')[0]! };
}

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

describe('who has no token', () => {
  test('an address that cannot be read is refused like every other, and not repeated', async () => {
    const site = await serve();
    for (const url of ['/%zz', `/api/overview%`, `/api/alerts/${'x'.repeat(300)}`]) {
      const answer = await site.get(url, {});
      assert.ok([400, 414].includes(answer.statusCode), url);
      assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.deepEqual(answer.json(), { error: 'the address cannot be read' });
    }
  });

  test('guesses from however many addresses keep nobody out who has a token', async () => {
    const site = await serve();
    const answers = new Set<number>();
    for (let count = 0; count < 250; count++) answers.add((await site.open('guess', `192.0.2.${count}`)).statusCode);
    assert.deepEqual([...answers], [401, 429], 'they are not listened to any more');
    assert.equal((await site.open('ann', '198.51.100.1')).statusCode, 200);
    assert.equal((await site.get('/api/overview', bearer('ann'), '198.51.100.1')).statusCode, 200);
  });

  test('one host with a subnet of addresses guesses as one', async () => {
    const site = await serve();
    const codes: number[] = [];
    for (let count = 0; count < 12; count++) codes.push((await site.open('guess', `2001:db8::${count}`)).statusCode);
    assert.deepEqual(codes.slice(-3), [401, 429, 429]);
    assert.equal((await site.open('ann', '2001:db8:0:1::1')).statusCode, 200);
    assert.equal(networkOf('2001:db8::1'), networkOf('2001:0db8:0:0:ffff::2'));
    assert.notEqual(networkOf('2001:db8::1'), networkOf('2001:db8:0:1::1'));
    assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
    assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2%eth0'));
  });

  test('one address does not hold all connections, nor one for long with a body that does not come', async () => {
    const limits = { connections: 512, ofOneAddress: 3, bodyTimeMs: 300 };
    const { server } = await serve({ connections: limits });
    const address = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
    const closed = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(Number(address.port), address.hostname, () => socket.write(text));
        let said = '';
        socket.on('data', (chunk) => (said += String(chunk)));
        socket.on('error', () => {});
        socket.on('close', () => resolve(said));
      });
    const head = `POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`;
    const slow = [1, 2, 3].map(() => closed(`${head}Content-Length: 100\r\n\r\n{`));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await closed(''), '', 'a fourth is closed at once');
    await Promise.all(slow);
    const answer = await closed('GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    assert.match(answer, /^HTTP\/1\.1 200 /, 'the late ones were closed');
    await server.close();
  });

  test('is not told what the database cannot take, nor where it lies', async () => {
    const site = await serve({}, () => {
      throw new StoreError('/srv/plant/site.db cannot be written');
    });
    const answer = await site.open('guess');
    assert.equal(answer.statusCode, 401);
    assert.doesNotMatch(answer.body, /srv/);
  });

  test('an image or a frame of another page is not answered, whatever the browser sends with it', async () => {
    const site = await serve();
    const cookie = await cookieOf(site, 'ann');
    for (const [from, code] of [
      ['cross-site', 403],
      ['same-site', 403],
      ['same-origin', 200],
      ['none', 200],
    ] as const)
      assert.equal((await site.get('/api/overview', { ...cookie, 'sec-fetch-site': from })).statusCode, code, from);
    assert.equal((await site.get('/', { 'sec-fetch-site': 'cross-site' })).statusCode, 200, 'a link to the page');
  });

  test('every address of this machine may be listened on, and no name', async () => {
    const site = await serve();
    for (const [host, code] of [
      ['127.0.0.2:8470', 200],
      ['127.0.0.2.evil.example', 421],
      ['127.evil.example', 421],
    ] as const)
      assert.equal((await site.get('/api/health', { host })).statusCode, code, host);
  });
});

describe('a viewer', () => {
  test('who opens sessions without end ends their own and not those of operators', async () => {
    const site = await serve();
    const operator = await cookieOf(site, 'ann');
    const first = await cookieOf(site, 'bob');
    for (let count = 0; count < 300; count++) {
      await site.open('bob');
      site.pass(HOUR_MS / 30);
      await site.get('/api/overview', operator);
    }
    assert.equal((await site.get('/api/overview', operator)).statusCode, 200);
    assert.equal((await site.get('/api/overview', first)).statusCode, 401);
  });

  test('does not fill the log, which is never forgotten, with sessions', async () => {
    const noted: LogEntry[] = [];
    const site = await serve({}, (entry) => void noted.push(entry));
    const answers = new Set<number>();
    for (let count = 0; count < 100; count++) answers.add((await site.open('bob')).statusCode);
    assert.deepEqual([...answers], [200, 429]);
    assert.equal(noted.length, 30);
    assert.equal((await site.open('ann')).statusCode, 200, 'others open theirs');
    site.pass(HOUR_MS);
    assert.equal((await site.open('bob')).statusCode, 200);
  });

  test('does not keep the program from its work with reports, each of which takes seconds on a large site', async () => {
    let made = 0;
    const data = {
      ...{ csvLists: [], note: () => {}, version: () => '1' },
      report: () => ({ kind: 'done', html: `report ${++made}` }),
    } as unknown as SiteData;
    const site = await serve({ data });
    const ask = async (token: string): Promise<number> =>
      (await site.get('/api/reports/executive', bearer(token))).statusCode;
    const codes: number[] = [];
    for (let count = 0; count < 100; count++) codes.push(await ask('bob'));
    assert.equal(made, 6);
    assert.deepEqual(codes.slice(5, 7), [200, 429]);
    assert.equal(await ask('ann'), 200, 'others have theirs');
    site.pass(60_000);
    assert.equal(await ask('bob'), 200);
  });

  test('does not take all places of those who listen', async () => {
    const site = await serve();
    const url = `${await site.server.listen({ host: '127.0.0.1', port: 0 })}/api/events`;
    const stop = new AbortController();
    const listen = async (token: string): Promise<number> =>
      (await fetch(url, { headers: bearer(token), signal: stop.signal })).status;
    const codes: number[] = [];
    for (let count = 0; count < 10; count++) codes.push(await listen('bob'));
    assert.deepEqual(codes.slice(-3), [200, 429, 429]);
    assert.equal(await listen('ann'), 200);
    stop.abort();
    await site.server.close();
  });
});

test('a token that was printed is not used up where its session cannot be written down', async () => {
  let isFull = true;
  const site = await serve({}, () => {
    if (isFull) throw new StoreError('the disk is full');
  });
  assert.equal((await site.open('right')).statusCode, 503);
  isFull = false;
  assert.equal((await site.open('right')).statusCode, 200);
});
