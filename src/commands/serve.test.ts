// `1sec serve` as a child process: what it prints opens one session, and bad input is told in one line.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { oneLine, run1sec } from './child-program.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), '1sec-serve-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Overview {
  readonly assets: number;
  readonly alerts: number;
  readonly worst: readonly { readonly id: string; readonly severity: string; readonly title: string }[];
}

test('the printed address opens the dashboard of a saved site, once', async () => {
  const database = join(folder, 'site.db');
  assert.equal(run1sec(['analyze', '--sample', '--quiet', '--save', database]).code, 0);
  const child = spawn(process.execPath, [MAIN, 'serve', '--db', database], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.includes('Ctrl-C')) break;
    }
    const [, address = '', token = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]+)/.exec(said) ?? [];
    assert.notEqual(token, '', said);
    const open = (): Promise<Response> =>
      fetch(`${address}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      });
    assert.equal((await fetch(`${address}/api/overview`)).status, 401);
    const opened = await open();
    assert.equal(opened.status, 200);
    const cookie = opened.headers.get('set-cookie')!.split(';')[0]!;
    assert.equal((await open()).status, 401);
    const ask = async <Answer>(path: string): Promise<Answer> =>
      (await (await fetch(`${address}${path}`, { headers: { cookie } })).json()) as Answer;
    const overview = await ask<Overview>('/api/overview');
    assert.ok(overview.assets > 5 && overview.alerts > 5);
    assert.equal(overview.worst[0]!.severity, 'critical');
    const alert = await ask<{ explanation: string }>(`/api/alerts/${overview.worst[0]!.id}`);
    assert.match(alert.explanation, /stop/);
    const high = await ask<{ total: number }>('/api/alerts?severity=high');
    assert.ok(high.total < overview.alerts && high.total > 0);
    const found = await ask<{ total: number }>('/api/assets?search=schneider%20controller');
    assert.ok(found.total > 0 && found.total < overview.assets);
    const page = await fetch(`${address}/dashboard.js`);
    assert.match(page.headers.get('content-type')!, /javascript/);
    assert.ok((await page.text()).length > 10_000);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await new Promise<[number | null]>((resolve) => child.once('exit', (exit) => resolve([exit])));
  assert.equal(code, 0);
});

test('a database that is not there, a port that cannot be, and one that is in use are told in one line', async () => {
  for (const words of [['--db', join(folder, 'none.db')], ['--port', 'x'], ['--port', '70000'], ['extra']]) {
    const ended = run1sec(['serve', ...words]);
    assert.equal(ended.code, 2, words.join(' '));
    oneLine(ended);
  }
  const database = join(folder, 'other.db');
  run1sec(['analyze', '--sample', '--quiet', '--save', database]);
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const ended = run1sec(['serve', '--db', database, '--port', String(port)]);
  taken.close();
  assert.equal(ended.code, 2);
  assert.match(oneLine(ended), new RegExp(`port ${port} is in use`));
});
