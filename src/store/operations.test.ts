// Who asked whom for what: what is alike is one row, objects that are written are told one by one, and the same capture
// again adds nothing.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { frameReference } from '../facts/frame-reference.ts';
import { emptyOperation, type Operation } from '../facts/operation.ts';
import { Verb } from '../facts/verbs.ts';
import { modbus } from '../protocols/modbus/index.ts';
import { OperationGathering } from './operations.ts';
import { operationChoices, operationPage, pointPage, type StoredOperation } from './operation-queries.ts';
import { EXAMPLE_HOSTS, SECOND_US, START_US, exampleAsset, exampleConversation, saveExample } from './example-site.ts';
import { SiteReader } from './site-reader.ts';
import { SiteStore } from './site-store.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-operations-'));
const EVERYTHING = { offset: 0, limit: 100, words: [], asset: '', side: '', verb: '', outcome: '', protocol: '' };

function operation(second: number, changes: Partial<Operation>): Operation {
  return {
    ...emptyOperation(),
    ...{ timeUs: START_US + second * SECOND_US, client: 2, server: 1, unit: 3, protocol: 0 },
    ...{ verb: Verb.read, function: 3, space: 4, first: 0, count: 10, outcome: 0 },
    requestFrame: frameReference(0, second + 1),
    ...changes,
  };
}

const READS = [operation(1, {}), operation(2, { first: 20 }), operation(3, { outcome: 1 })];
const WRITES = [7, 8, 7].map((first, second) => operation(second, { verb: Verb.write, function: 6, first, count: 1 }));

async function saved(path: string, operations: readonly Operation[]): Promise<readonly StoredOperation[]> {
  const store = new SiteStore(path, { isMade: true });
  await saveExample(store, {
    ...{ described: [modbus], operations, assets: [exampleAsset()] },
    conversations: [exampleConversation(0, 10)],
    content: JSON.stringify(operations.length),
  });
  store.close();
  return listed(path);
}

function listed(path: string, wish: object = {}): readonly StoredOperation[] {
  const reader = new SiteReader(path);
  const { items } = reader.ask((database, indexes) =>
    operationPage(database, { ...EVERYTHING, access: null, ...wish }, operationChoices(database), indexes),
  );
  reader.close();
  return items;
}

const told = (operations: readonly StoredOperation[]): string[] =>
  operations.map(({ verb, object, objectFirst, objectLast, outcome, count }) =>
    [verb, object || `${objectFirst}-${objectLast}`, outcome, count].join(' '),
  );

test('what is read is a range, what is written is told object by object, what changes comes first', async () => {
  const path = join(folder, 'first.db');
  const operations = await saved(path, [...READS, ...WRITES]);
  assert.deepEqual(told(operations), ['write 7 ok 2', 'write 8 ok 1', 'read 0-9 refused 1', 'read 0-29 ok 2']);
  const [write] = operations;
  assert.deepEqual([write!.client, write!.server, write!.serverAsset], ['192.0.2.2', '192.0.2.1', 'asset-1']);
  assert.match(write!.function, /write single register/);
  assert.equal(write!.frame, frameReference(0, 1));
});

test('the same again changes nothing; what came later adds up', async () => {
  const path = join(folder, 'again.db');
  const before = await saved(path, [...READS, ...WRITES]);
  assert.deepEqual(await saved(path, [...READS, ...WRITES]), before);
  const more = await saved(path, [operation(100, {})]);
  assert.equal(more.find(({ verb, outcome }) => verb === 'read' && outcome === 'ok')!.count, 3);
});

test('filters and words find what they name, and nothing else', async () => {
  const path = join(folder, 'found.db');
  await saved(path, [...READS, ...WRITES]);
  assert.equal(listed(path, { verb: 'write' }).length, 2);
  assert.equal(listed(path, { outcome: 'refused' }).length, 1);
  assert.equal(listed(path, { access: 1 }).length, 2);
  assert.equal(listed(path, { words: ['192.0.2.2', 'single'] }).length, 2);
  assert.equal(listed(path, { words: ["'; --"] }).length, 0);
  assert.equal(listed(path, { asset: 'asset-1', side: 'server' }).length, 4);
  assert.equal(listed(path, { asset: 'asset-1', side: 'client' }).length, 0);
});

test('objects without a number are told by their names, as they may be shown', async () => {
  const nameBytes = new TextEncoder().encode('motor\u001b[2J');
  const named = operation(1, { verb: Verb.write, first: -1, nameBytes, nameStart: 0, nameEnd: nameBytes.length });
  const [write] = await saved(join(folder, 'named.db'), [named]);
  assert.match(write!.object, /^motor/);
  assert.ok(!write!.object.includes('\u001b'));
});

test('more than there is room for is counted, not kept', () => {
  const gathering = new OperationGathering([modbus]);
  for (let index = 0; index < 131_072 + 10; index++)
    gathering.operation(operation(1, { verb: Verb.write, first: index, client: 1 + (index >> 10) }));
  assert.equal(gathering.overflow, 10);
});

test('points widen their ranges, and the last value is that of the newest analysis', async () => {
  const path = join(folder, 'points.db');
  const store = new SiteStore(path, { isMade: true });
  const point = {
    ...{ segment: 'default', address: EXAMPLE_HOSTS.address(1), unit: 3, protocol: 'modbus', space: 'coil', first: 5 },
    ...{ name: '', count: 1, reads: 3, writes: 0, last: 4, minimum: 2, maximum: 6, step: 1, lastUs: START_US },
    course: { startUs: START_US, widthUs: 1e6, least: [2, 4], most: [6, 4] },
  };
  const site = { assets: [exampleAsset()], conversations: [exampleConversation(0, 10)] };
  await saveExample(store, { ...site, content: 'a', points: [point] });
  await saveExample(store, {
    ...{ content: 'b' },
    points: [{ ...point, minimum: 1, maximum: 5, last: 9, step: NaN, lastUs: START_US + 1, course: null }],
  });
  await saveExample(store, {
    content: 'c',
    points: [{ ...point, last: 1, lastUs: START_US, course: { ...point.course, startUs: 1 } }],
  });
  store.close();
  const reader = new SiteReader(path);
  const { items } = reader.ask((database) => pointPage(database, 'asset-1', { offset: 0, limit: 9, words: [] }));
  const { minimum, maximum, last, step, reads, course } = items[0]!;
  assert.deepEqual(course, point.course);
  assert.deepEqual([minimum, maximum, last, step, reads], [1, 6, 9, 1, 3]);
  reader.close();
});
