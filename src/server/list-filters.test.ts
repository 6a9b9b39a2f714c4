// A list, the same list as a file, and what the API says of both take the same filters; what cannot be is one line.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LIST_FILTERS, type ListName } from './list-filters.ts';
import { openApi } from './open-api.ts';
import { createServer } from './server.ts';
import type { PageQuery, SiteData } from './site-data.ts';

const LISTS = Object.keys(LIST_FILTERS) as ListName[];

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { readonly enum?: readonly string[] };
}

interface Answer {
  readonly status: number;
  readonly error: string;
}

/** `asked`: the last query that reached the site. */
async function serve(): Promise<{ ask: (url: string) => Promise<Answer>; asked: () => Record<string, unknown> }> {
  let asked: Record<string, unknown> = {};
  const answered = (query: PageQuery): { total: number; items: never[] } => {
    asked = { ...query };
    return { total: 0, items: [] };
  };
  const data = {
    ...Object.fromEntries(LISTS.map((list) => [list, answered])),
    csvLists: LISTS,
    csv: (_list: ListName, query: PageQuery) => {
      answered(query);
      return ['id\r\n'];
    },
    note: () => undefined,
  } as unknown as SiteData;
  const server = await createServer({
    data,
    dashboard: [],
    tokens: { operator: 'right', viewer: 'look' },
    operator: 'somebody',
  });
  const headers = { host: '127.0.0.1:8470' };
  const opened = await server.inject({ method: 'POST', url: '/api/session', headers, payload: { token: 'right' } });
  const cookie = String(opened.headers['set-cookie']).split(';')[0]!;
  const ask = async (url: string): Promise<Answer> => {
    const { statusCode, body } = await server.inject({ url, headers: { ...headers, cookie } });
    return { status: statusCode, error: statusCode === 200 ? '' : (JSON.parse(body) as { error: string }).error };
  };
  return { ask, asked: () => asked };
}

function parametersOf(path: string): readonly Parameter[] {
  const { paths } = openApi() as { paths: Record<string, { get: { parameters: readonly Parameter[] } }> };
  return paths[path]!.get.parameters;
}

const PAGE = ['offset', 'limit', 'search'];

test('a list as a file is told to take the filters of the list, and no page', () => {
  for (const list of LISTS) {
    const [ofList, ofFile] = [parametersOf(`/api/${list}`), parametersOf(`/api/${list}.csv`)];
    const filters = (parameters: readonly Parameter[]): Parameter[] =>
      parameters.filter(({ name }) => !PAGE.includes(name));
    assert.deepEqual(filters(ofFile), filters(ofList), list);
    assert.deepEqual(
      ofFile.map(({ name }) => name).filter((name) => PAGE.includes(name)),
      ['search'],
    );
  }
});

test('each value that is told to be possible reaches the site, of the list and of the file; each other one is a line', async () => {
  const { ask, asked } = await serve();
  let choices = 0;
  for (const list of LISTS) {
    for (const path of [`/api/${list}`, `/api/${list}.csv`]) {
      for (const { name, schema } of parametersOf(path).filter((parameter) => !PAGE.includes(parameter.name))) {
        for (const value of schema.enum ?? ['some word']) {
          assert.deepEqual(await ask(`${path}?${name}=${encodeURIComponent(value)}`), { status: 200, error: '' });
          assert.equal(asked()[name], value);
        }
        if (schema.enum === undefined) continue;
        choices++;
        const allowed = schema.enum.filter((value) => value !== '').join(', ');
        const error = `${name} must be one of ${allowed}, or empty`;
        assert.deepEqual(await ask(`${path}?${name}=nonsense`), { status: 400, error });
        assert.equal((await ask(`${path}?${name}=${schema.enum[1]}&${name}=${schema.enum[2]}`)).status, 400);
      }
      assert.deepEqual(await ask(`${path}?search=${'x'.repeat(201)}`), {
        status: 400,
        error: 'search must NOT have more than 200 characters',
      });
    }
  }
  assert.ok(choices >= 14);
});

test('a filter that a list does not have is told, with those that it has', async () => {
  const { ask } = await serve();
  assert.deepEqual(await ask('/api/logins.csv?login=accepted'), {
    status: 400,
    error: 'logins has no filter "login"; there are search, asset, outcome',
  });
  assert.match((await ask('/api/logins?login=accepted')).error, /there are offset, limit, search, asset, outcome$/);
  assert.equal((await ask('/api/logins.csv?limit=5')).status, 400);
  const long = await ask(`/api/alerts.csv?${'x'.repeat(5000)}=1`);
  assert.deepEqual([long.status, long.error.includes('\n'), long.error.length < 200], [400, false, true]);
});
