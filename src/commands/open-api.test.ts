// The API on a real site: every answer is as its OpenAPI document says, every route is in it, and nothing that is asked
// makes the server fail.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { openApi } from '../server/open-api.ts';
import { createServer } from '../server/server.ts';
import { folderWith, run1sec } from './child-program.ts';
import { CONFIG_EXAMPLE } from './config-example.ts';
import { SiteSettings } from './site-settings.ts';
import { StoredSite } from './stored-site.ts';

interface Described {
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}
const PATHS = (openApi() as { paths: Record<string, Partial<Record<'get' | 'post', Described>>> }).paths;
const HOST = '127.0.0.1:8470';
/** Ids that are none, among them names that every object has. */
const NO_IDS = ['none', '__proto__', 'constructor', '..%2F..%2Fetc%2Fpasswd', '%00', '%F0%9F', "'%20OR%201=1--", '%'];

describe('the API on the site of the sample', () => {
  let server: FastifyInstance;
  let cookie = '';
  const ids: Record<string, string> = {};

  before(async () => {
    const database = join(folderWith({}), 'site.db');
    assert.equal(run1sec(['analyze', '--sample', '--quiet', '--save', database]).code, 0);
    const config = join(folderWith({ '1sec.yaml': new TextEncoder().encode(CONFIG_EXAMPLE) }), '1sec.yaml');
    const settings = new SiteSettings(config, [{ option: '--config', value: config }]);
    const data = new StoredSite(database);
    server = await createServer({ data, dashboard: [], tokens: { operator: 'right' }, operator: 'somebody', settings });
    const opened = await ask('post', '/api/session', { token: 'right' });
    validate('/api/session', 'post', opened);
    cookie = String(opened.headers['set-cookie']).split(';')[0]!;
    ids['reports'] = 'changes';
    for (const list of ['assets', 'alerts', 'incidents']) {
      const { items } = (await ask('get', `/api/${list}`)).json<{ items: { id: string }[] }>();
      ids[list] = items[0]!.id;
    }
  });
  after(() => server.close());

  function ask(method: 'get' | 'post', url: string, payload?: object | string): ReturnType<typeof inject> {
    return inject(method, url, payload);
  }

  function inject(method: 'get' | 'post', url: string, payload?: object | string) {
    const headers = {
      host: HOST,
      cookie,
      ...(typeof payload === 'string' ? { 'content-type': 'application/json' } : {}),
    };
    return server.inject({
      method: method === 'get' ? 'GET' : 'POST',
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
  }

  function validate(path: string, method: 'get' | 'post', answer: Awaited<ReturnType<typeof inject>>): void {
    const described = PATHS[path]![method]!.responses[String(answer.statusCode)];
    assert.notEqual(described, undefined, `${method} ${path} answers ${answer.statusCode}, which is not described`);
    const [type, content] = Object.entries(described!.content ?? {})[0] ?? ['application/json', null];
    assert.equal(String(answer.headers['content-type']).split(';')[0], type, path);
    if (content === null || type !== 'application/json') return;
    assert.deepEqual(misfits(content.schema, answer.json(), `${method} ${path}`).slice(0, 5), []);
  }

  const idOf = (path: string): string => ids[path.split('/')[2]!] ?? 'none';

  test('every answer is as the document says', async () => {
    for (const [path, methods] of Object.entries(PATHS)) {
      // An answer that has no end: server.test.ts.
      if (methods.get !== undefined && path !== '/api/events') {
        const answer = await ask('get', path.replace('{id}', idOf(path)));
        assert.equal(answer.statusCode, 200, path);
        validate(path, 'get', answer);
      }
    }
    const path = '/api/alerts/{id}/actions';
    const url = path.replace('{id}', idOf(path));
    for (const wish of [
      { action: 'acknowledge' },
      { action: 'normal', scope: 'device' },
      { action: 'undo' },
      { action: 'close' },
      { action: 'close', reason: 'done' },
    ])
      validate(path, 'post', await ask('post', url, wish));
    const { version } = (await ask('get', '/api/settings')).json<{ version: string }>();
    const change = { module: 'rhythm', name: 'enabled', value: 'true', version };
    validate('/api/settings', 'post', await ask('post', '/api/settings', change));
    const off = { module: 'asset-lens', name: 'enabled', value: 'false' };
    validate('/api/settings', 'post', await ask('post', '/api/settings', { ...off, version: 'x' }));
    const changed = await ask('post', '/api/settings', { ...off, version });
    validate('/api/settings', 'post', changed);
    const undo = { version: changed.json<{ version: string }>().version };
    validate('/api/settings/undo', 'post', await ask('post', '/api/settings/undo', undo));
    validate('/api/settings/undo', 'post', await ask('post', '/api/settings/undo', undo));
    for (const list of ['/api/alerts', '/api/actions', '/api/overview']) validate(list, 'get', await ask('get', list));
  });

  test('an answer with a key that is not described would be noticed', () => {
    const schema = PATHS['/api/me']!.get!.responses['200']!.content!['application/json']!.schema;
    assert.deepEqual(misfits(schema, { name: 'a', role: 'viewer' }, 'me'), []);
    assert.deepEqual(misfits(schema, { name: 'a', role: 'viewer', more: 1 }, 'me'), ['me.more is not described']);
    assert.deepEqual(misfits(schema, { name: 'a' }, 'me'), ['me.role is missing']);
    assert.deepEqual(misfits(schema, { name: 'a', role: 'owner' }, 'me'), ['me.role is "owner"']);
    assert.deepEqual(misfits(schema, [], 'me'), ['me is []']);
    assert.throws(() => misfits({ not: {} } as Schema, 1, 'me'), /not/);
  });

  test('every route of the server is described', () => {
    const routes = server.printRoutes({ commonPrefix: false, includeHooks: false });
    for (const [path, methods] of Object.entries(PATHS))
      for (const method of Object.keys(methods))
        assert.ok(server.hasRoute({ method: method.toUpperCase(), url: path.replace('{id}', ':id') }), path);
    const count = [...routes.matchAll(/\(([A-Z, ]+)\)/g)]
      .flatMap(([, methods]) => methods!.split(', '))
      .filter((method) => method !== 'HEAD').length;
    const described = Object.values(PATHS).flatMap((methods) => Object.keys(methods)).length;
    assert.equal(count, described, routes);
  });

  test('ids that are none are told so', async () => {
    for (const [path, methods] of Object.entries(PATHS)) {
      if (!path.includes('{id}')) continue;
      for (const id of NO_IDS) {
        const url = path.replace('{id}', id);
        const answer =
          methods.get === undefined ? await ask('post', url, { action: 'acknowledge' }) : await ask('get', url);
        // Reports are told apart after the limit of how many a person may have.
        const expected = path.startsWith('/api/reports/') ? [400, 404, 429] : [400, 404];
        assert.ok(expected.includes(answer.statusCode), `${url}: ${answer.statusCode}`);
      }
    }
  });

  test('whatever is asked or wished, the server does not fail', async () => {
    const names = fc.constantFrom(
      'offset',
      'limit',
      'search',
      'severity',
      'asset',
      'status',
      'host',
      'protocol',
      'since',
      'until',
    );
    const value = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.constantFrom('__proto__', '1e9', 'NaN', '-0', '\0'),
    );
    const query = fc.array(fc.tuple(names, value), { maxLength: 4 });
    const path = fc.constantFrom(...Object.keys(PATHS).filter((each) => !/frames|pcapng|events/.test(each)));
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ action: fc.constantFrom('normal', 'undo', 'close', 'x'), scope: fc.anything(), reason: fc.string() })
        .map((wish) => JSON.stringify(wish)),
    );
    await fc.assert(
      fc.asyncProperty(path, query, fc.webSegment(), body, async (where, words, id, text) => {
        const url = where.replace('{id}', id === '' ? 'x' : id);
        const asked = await ask('get', `${url}?${new URLSearchParams(words).toString()}`);
        assert.ok(asked.statusCode < 500, `${url}: ${asked.statusCode}`);
        const told = await ask('post', where.replace('{id}', idOf(where)), text);
        assert.ok(told.statusCode < 500, `${url} ${text}: ${told.statusCode}`);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}
const KEYWORDS = new Set([
  ...['type', 'enum', 'anyOf', 'properties', 'required', 'additionalProperties', 'items', 'minimum', 'maximum'],
  ...['pattern', 'description', 'format'],
]);

/** Where a value is not what its schema says: of JSON Schema as much as the document uses. */
function misfits(schema: Schema, value: unknown, at: string): string[] {
  for (const keyword of Object.keys(schema)) assert.ok(KEYWORDS.has(keyword), `${keyword} is not checked`);
  const wrong = [`${at} is ${JSON.stringify(value)}`];
  if (schema.anyOf !== undefined) {
    const all = schema.anyOf.map((each) => misfits(each, value, at));
    return all.some((found) => found.length === 0) ? [] : all[0]!;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) return wrong;
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOfType(type, value))) return wrong;
  if (typeof value === 'number' && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)))
    return wrong;
  if (typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    return wrong;
  if (Array.isArray(value)) return value.flatMap((item, index) => misfits(schema.items ?? {}, item, `${at}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  const missing = (schema.required ?? [])
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => `${at}.${key} is missing`);
  const rest = schema.additionalProperties ?? true;
  return Object.entries(value).reduce<string[]>((found, [key, inner]) => {
    const known = schema.properties?.[key];
    if (known === undefined && rest === false) return [...found, `${at}.${key} is not described`];
    return [...found, ...misfits(known ?? (rest === true || rest === false ? {} : rest), inner, `${at}.${key}`)];
  }, missing);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
