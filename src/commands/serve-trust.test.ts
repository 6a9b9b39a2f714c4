// Beyond this machine: `1sec serve` listens there only with a certificate and tokens, and tokens are made, listed and
// revoked by `1sec tokens`.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { SiteStore } from '../store/site-store.ts';
import { PROGRAM, folderWith, oneLine, run1sec } from './child-program.ts';

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

function certificate(folder: string, name: string, names: string, days = '2'): [certificate: string, key: string] {
  const [path, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', days];
  const more = names === '' ? [] : ['-addext', `subjectAltName=${names}`];
  const made = spawnSync('openssl', [...words, '-keyout', key, '-out', path, '-subj', '/CN=plant', ...more]);
  assert.equal(made.status, 0, String(made.stderr));
  return [path, key];
}

test('a token is shown once; the file holds its hash, for its owner only, and what was revoked', () => {
  const file = join(folderWith({}), 'tokens.json');
  const made = run1sec(['tokens', 'add', 'ann', '--role', 'operator', '--days', '30', '--tokens', file]);
  assert.equal(made.code, 0, made.error);
  const token = made.output.split('\n')[0]!;
  assert.match(token, /^[\w-]{32}$/);
  assert.equal(run1sec(['tokens', 'add', 'bob', '--tokens', file]).code, 0);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(!readFileSync(file, 'utf8').includes(token));
  const listed = run1sec(['tokens', 'list', '--json', '--tokens', file]);
  assert.doesNotMatch(listed.output, /hash/);
  const { tokens } = JSON.parse(listed.output) as { tokens: { name: string; role: string; revoked: unknown }[] };
  assert.deepEqual(
    tokens.map(({ name, role }) => [name, role]),
    [
      ['ann', 'operator'],
      ['bob', 'viewer'],
    ],
  );
  assert.match(oneLine(run1sec(['tokens', 'add', 'ann', '--tokens', file])), /has a token already/);
  assert.equal(run1sec(['tokens', 'revoke', 'ann', '--tokens', file]).code, 0);
  assert.match(run1sec(['tokens', 'list', '--tokens', file]).output, /ann +operator +revoked/);
  assert.match(oneLine(run1sec(['tokens', 'revoke', 'ann', '--tokens', file])), /no token of 'ann' is in force/);
  assert.equal(run1sec(['tokens', 'add', 'ann', '--tokens', file]).code, 0, 'another one may be made');
});

test('what is wrong with tokens is one line', () => {
  const folder = folderWith({ 'no.json': Buffer.from('{"version":2}'), 'bad.json': Buffer.from('{') });
  for (const [words, told] of [
    [[], /tokens needs a word/],
    [['ad', 'x'], /did you mean/i],
    [['add'], /needs a name/],
    [['add', 'a b'], /cannot be a name/],
    [['add', 'x', '--days', '0'], /--days cannot be/],
    [['revoke', 'x', '--days', '3'], /--days belongs to tokens add/],
    [['list', '--tokens', join(folder, 'none.json')], /is not there/],
    [['list', '--tokens', join(folder, 'no.json')], /no file of tokens/],
    [['list', '--tokens', join(folder, 'bad.json')], /no file of tokens/],
  ] as const) {
    const ended = run1sec(['tokens', ...words]);
    assert.equal(ended.code, 2, words.join(' '));
    assert.match(oneLine(ended), told);
  }
});

describe('serve beyond this machine', { skip: HAS_OPENSSL ? false : 'skipped: openssl is not installed' }, () => {
  const folder = folderWith({});
  const database = join(folder, 'site.db');
  const tokens = join(folder, 'tokens.json');
  let pair: [certificate: string, key: string];
  let token = '';

  before(() => {
    new SiteStore(database, { isMade: true }).close();
    pair = certificate(folder, 'good', 'DNS:plant.example,IP:127.0.0.1');
    token = run1sec(['tokens', 'add', 'ann', '--role', 'operator', '--tokens', tokens]).output.split('\n')[0]!;
  });

  test('is refused in one line that names what is missing', () => {
    const other = certificate(folder, 'other', 'DNS:other.example');
    const nameless = certificate(folder, 'nameless', '');
    const none = join(folder, 'revoked.json');
    run1sec(['tokens', 'add', 'ann', '--tokens', none]);
    run1sec(['tokens', 'revoke', 'ann', '--tokens', none]);
    const text = join(folder, 'text.pem');
    writeFileSync(text, 'no certificate');
    const tls = ['--certificate', pair[0], '--key', pair[1]];
    for (const [words, told] of [
      [['--listen', '0.0.0.0'], /needs --certificate FILE --key FILE and --tokens FILE/],
      [['--listen', '::', ...tls], /needs --tokens FILE/],
      [['--listen', '192.0.2.1', '--tokens', tokens], /needs --certificate FILE --key FILE/],
      [['--listen', 'plant'], /it is an IP address/],
      [['--certificate', pair[0]], /belong together/],
      [['--listen', '0.0.0.0', '--tokens', none, ...tls], /no token of .* is in force/],
      [['--listen', '0.0.0.0', '--tokens', join(folder, 'none.json'), ...tls], /is not there/],
      [['--certificate', pair[0], '--key', other[1]], /is not the key of/],
      [['--certificate', nameless[0], '--key', nameless[1]], /names no host/],
      [['--certificate', text, '--key', pair[1]], /no certificate in PEM/],
      [['--certificate', pair[0], '--key', text], /no private key in PEM/],
      [['--certificate', join(folder, 'none.pem'), '--key', pair[1]], /cannot be read/],
    ] as const) {
      const ended = run1sec(['serve', '--db', database, ...words]);
      assert.equal(ended.code, 2, words.join(' '));
      assert.match(oneLine(ended), told);
    }
  });

  test('speaks TLS, prints no token, lets ann in and puts her out when her token is revoked', async () => {
    const words = ['serve', '--db', database, '--listen', '0.0.0.0', '--tokens', tokens];
    const child = spawn(PROGRAM, [...words, '--certificate', pair[0], '--key', pair[1]], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const said = await saidBy(child);
      assert.match(said, /https:\/\/plant\.example:\d+\//);
      assert.doesNotMatch(said, /token=/);
      const port = Number(/plant\.example:(\d+)/.exec(said)![1]);
      const ask = (path: string, options: { method?: string; body?: object; cookie?: string; host?: string } = {}) =>
        asked(readFileSync(pair[0], 'utf8'), port, path, options);
      assert.equal((await ask('/api/health')).status, 200);
      assert.equal((await ask('/api/health', { host: 'evil.example' })).status, 421);
      const opened = await ask('/api/session', { method: 'POST', body: { token } });
      assert.equal(opened.status, 200);
      assert.match(opened.cookie, /; HttpOnly; SameSite=Strict; Path=\/; Secure/);
      assert.match(opened.transport, /max-age/);
      const cookie = opened.cookie.split(';')[0]!;
      assert.deepEqual(JSON.parse((await ask('/api/me', { cookie })).text), { name: 'ann', role: 'operator' });
      assert.equal(run1sec(['tokens', 'revoke', 'ann', '--tokens', tokens]).code, 0);
      assert.equal((await ask('/api/me', { cookie })).status, 401);
      assert.equal((await ask('/api/session', { method: 'POST', body: { token } })).status, 401);
    } finally {
      child.kill('SIGTERM');
    }
    const [code] = await new Promise<[number | null]>((resolve) => child.once('exit', (exit) => resolve([exit])));
    assert.equal(code, 0);
    const store = new SiteStore(database, { isMade: false });
    const { lines } = store.log({ offset: 0, limit: 10, words: [] });
    store.close();
    assert.deepEqual(
      lines.map(({ operator, action }) => `${action} ${operator}`),
      ['refused ', 'token ', 'session ann'],
    );
    assert.match(lines[1]!.detail, /token of ann \(operator\) revoked/);
  });
});

async function saidBy(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout!) {
    said += String(chunk);
    if (said.includes('Ctrl-C')) break;
  }
  return said;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly cookie: string;
  readonly transport: string;
}

function asked(
  ca: string,
  port: number,
  path: string,
  options: { method?: string; body?: object; cookie?: string; host?: string },
): Promise<Answer> {
  const body = options.body === undefined ? '' : JSON.stringify(options.body);
  const headers = {
    host: options.host ?? `plant.example:${port}`,
    ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
    ...(body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
  };
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers, ca, servername: 'plant.example' },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += String(chunk)));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text,
            cookie: answer.headers['set-cookie']?.[0] ?? '',
            transport: answer.headers['strict-transport-security'] ?? '',
          }),
        );
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
}
