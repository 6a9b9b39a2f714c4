// What the site database keeps over several analyses, what it does not double, and what it refuses.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { EVIDENCE_MAX } from '../assets/host-record.ts';
import { frameReference } from '../facts/frame-reference.ts';
import { openDatabase, StoreError } from './database.ts';
import {
  EXAMPLE_HOSTS,
  SECOND_US,
  START_US,
  exampleAlert,
  exampleAsset,
  exampleConversation,
  exampleEvidence,
  saveExample,
  type ExampleAnalysis,
} from './example-site.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { SiteStore } from './site-store.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function newPath(): string {
  return join(folder, `${++files}.db`);
}

/** A store with these analyses in it. */
async function storeOf(...analyses: readonly ExampleAnalysis[]): Promise<SiteStore> {
  const store = new SiteStore(newPath(), { isMade: true });
  for (const analysis of analyses) await saveExample(store, analysis);
  return store;
}

/** Every row of every table. */
function everything(store: SiteStore): unknown {
  const database = new DatabaseSync(store.path, { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const rows = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM ${String(name)}`).all()]);
  database.close();
  return rows;
}

const RUN: ExampleAnalysis = {
  assets: [exampleAsset(), exampleAsset({ id: 'asset-2', ip: ['192.0.2.2'], mac: [] })],
  alerts: [exampleAlert()],
  conversations: [exampleConversation(0, 10), exampleConversation(20, 30), exampleConversation(0, 5, { client: 7 })],
};

test('an analysis that is saved comes back as it was', async () => {
  const store = await storeOf(RUN);
  assert.deepEqual(
    [...store.assets()],
    [
      { ...RUN.assets![0]!, firmware: '1.0' },
      { ...RUN.assets![1]!, firmware: '1.0' },
    ],
  );
  assert.deepEqual([...store.alerts()], RUN.alerts);
  const [first] = [...store.conversations()];
  assert.deepEqual(first, {
    client: { segment: 'default', address: '192.0.2.2', asset: 'asset-2' },
    server: { segment: 'default', address: '192.0.2.1', asset: 'asset-1' },
    transport: 'tcp',
    clientPort: 40_000,
    serverPort: 502,
    protocol: 'modbus',
    firstUs: START_US,
    lastUs: START_US + 10 * SECOND_US,
    clientPackets: 100,
    serverPackets: 100,
    clientBytes: 6000,
    serverBytes: 6000,
    gaps: 0,
    isSeenFromStart: true,
    isAnswered: true,
  });
  assert.equal([...store.conversations()].length, 3);
  assert.deepEqual(
    store.captures().map(({ path, frames }) => [path, frames]),
    [['plant.pcap', 1]],
  );
  store.close();
});

test('the same analysis once more changes nothing, whatever the file is called', async () => {
  const store = await storeOf(RUN);
  const before = everything(store);
  const summary = await saveExample(store, { ...RUN, path: 'copy.pcap.gz' });
  for (const { added, changed } of Object.values(summary)) assert.deepEqual([added, changed], [0, 0]);
  assert.deepEqual(everything(store), before);
  store.close();
});

test('what a second capture shows is added to what is known', async () => {
  const store = await storeOf(RUN);
  const later = START_US + 3600 * SECOND_US;
  const summary = await saveExample(store, {
    content: 'another',
    assets: [
      exampleAsset({
        ip: ['192.0.2.1', '192.0.2.10'],
        protocols: ['dnp3'],
        firstUs: later,
        lastUs: later,
        evidence: [exampleEvidence({ value: '2.0', timeUs: later })],
      }),
    ],
    alerts: [exampleAlert({ id: 'alert-2', frames: [frameReference(0, 1)] })],
    conversations: [exampleConversation(3600, 3601)],
  });
  assert.deepEqual(summary.assets, { seen: 1, added: 0, changed: 1 });
  assert.deepEqual(summary.alerts, { seen: 1, added: 1, changed: 0 });
  assert.deepEqual(summary.conversations, { seen: 1, added: 1, changed: 0 });
  const asset = [...store.assets()].find(({ id }) => id === 'asset-1')!;
  assert.deepEqual(asset.ip, ['192.0.2.1', '192.0.2.10']);
  assert.deepEqual(asset.protocols, ['dnp3', 'modbus']);
  assert.equal(asset.firstUs, START_US);
  assert.equal(asset.lastUs, later);
  assert.equal(asset.firmware, '2.0', 'the newest of equals');
  assert.deepEqual(
    asset.evidence.map(({ value }) => value),
    ['2.0', '1.0'],
  );
  const alert = [...store.alerts()].find(({ id }) => id === 'alert-2')!;
  assert.deepEqual(alert.frames, [frameReference(1, 1)], 'the frame is one of the second capture');
  store.close();
});

test('the order in which captures are saved does not change the devices', async () => {
  const runs = [1, 2, 3].map((number): ExampleAnalysis => ({
    content: `capture ${number}`,
    assets: [exampleAsset({ evidence: [exampleEvidence({ value: `${number}.0`, timeUs: START_US + number })] })],
  }));
  const shape = (store: SiteStore): unknown =>
    [...store.assets()].map((asset) => ({ ...asset, evidence: asset.evidence.map(({ value }) => value) }));
  const one = await storeOf(...runs);
  const other = await storeOf(...[...runs].reverse());
  assert.deepEqual(shape(one), shape(other));
  one.close();
  other.close();
});

test('what devices claim is bounded over all analyses, and stays the same when they come again', async () => {
  const claims = (from: number): ExampleAnalysis => ({
    content: `from ${from}`,
    assets: [
      exampleAsset({
        evidence: Array.from({ length: EVIDENCE_MAX }, (_, index) =>
          exampleEvidence({ value: `v${from + index}`, timeUs: START_US + from + index }),
        ),
      }),
    ],
  });
  const store = await storeOf(claims(0), claims(1000));
  assert.equal([...store.assets()][0]!.evidence.length, EVIDENCE_MAX);
  const before = everything(store);
  await saveExample(store, claims(0));
  assert.deepEqual(everything(store), before);
  store.close();
});

test('what a person declared goes with the declaration, and not without one', async () => {
  const declared = exampleEvidence({ attribute: 'role', value: 'engineering-station', source: '1sec.yaml', trust: 1 });
  const store = await storeOf({ assets: [exampleAsset({ evidence: [declared] })], hasDeclaration: true });
  await saveExample(store, { assets: [exampleAsset({ evidence: [] })] });
  assert.equal([...store.assets()][0]!.role, 'engineering-station');
  await saveExample(store, { assets: [exampleAsset({ evidence: [] })], hasDeclaration: true });
  assert.equal([...store.assets()][0]!.role, null);
  store.close();
});

const PARTS: readonly [name: string, saves: readonly (readonly [from: number, until: number][])[]][] = [
  ['the whole after its parts', [[[0, 6]], [[6, 10]], [[0, 10]]]],
  ['the parts after the whole', [[[0, 10]], [[6, 10]], [[0, 6]]]],
  ['parts that overlap', [[[0, 7]], [[3, 10]], [[0, 10]]]],
  ['a part, the whole, and the part again', [[[2, 4]], [[0, 10]], [[2, 4]]]],
];

for (const [name, saves] of PARTS) {
  test(`a conversation is one, however its captures were cut: ${name}`, async () => {
    const runs = saves.map((pieces, index): ExampleAnalysis => ({
      content: `cut ${index}`,
      conversations: pieces.map(([from, until]) => exampleConversation(from, until)),
    }));
    const store = await storeOf(...runs);
    const [conversation, ...rest] = [...store.conversations()];
    assert.deepEqual(
      [conversation!.firstUs, conversation!.lastUs, conversation!.clientPackets],
      [START_US, START_US + 10 * SECOND_US, 100],
    );
    const before = everything(store);
    // Where the whole was not the last, two pieces may stand side by side.
    assert.ok(rest.length <= 1);
    for (const run of runs) await saveExample(store, run);
    assert.deepEqual(everything(store), before);
    store.close();
  });
}

test('conversations of other ports, times and transports are kept apart', async () => {
  const store = await storeOf({
    conversations: [
      exampleConversation(0, 10),
      exampleConversation(10, 20),
      exampleConversation(0, 10, { clientPort: 40_001 }),
      exampleConversation(0, 10, { serverPort: 503 }),
      exampleConversation(0, 10, { transport: 'udp' }),
      exampleConversation(0, 10, { client: 1, server: 2 }),
    ],
  });
  assert.equal([...store.conversations()].length, 6);
  store.close();
});

test('a protocol that only another capture could tell is filled in', async () => {
  const store = await storeOf({ conversations: [exampleConversation(0, 10, { protocol: -1 })] });
  assert.equal([...store.conversations()][0]!.protocol, null);
  await saveExample(store, { content: 'more', conversations: [exampleConversation(0, 10)] });
  assert.deepEqual(
    [...store.conversations()].map(({ protocol }) => protocol),
    ['modbus'],
  );
  store.close();
});

test('of the same alert the fuller account is kept', async () => {
  const store = await storeOf({ alerts: [exampleAlert({ count: 5, explanation: 'All of it.' })] });
  await saveExample(store, { content: 'a part', alerts: [exampleAlert({ count: 2, explanation: 'A part.' })] });
  assert.deepEqual(
    [...store.alerts()].map(({ count, explanation }) => [count, explanation]),
    [[5, 'All of it.']],
  );
  await saveExample(store, {
    content: 'more',
    alerts: [exampleAlert({ count: 9, severity: 'critical', frames: [frameReference(0, 1)], framesOmitted: 0 })],
  });
  const [alert] = [...store.alerts()];
  assert.deepEqual([alert!.count, alert!.severity, alert!.frames], [9, 'critical', [frameReference(2, 1)]]);
  store.close();
});

test('filters find what they name and nothing else', async () => {
  const role = (value: string): ReturnType<typeof exampleEvidence> => exampleEvidence({ attribute: 'role', value });
  const vendor = exampleEvidence({ attribute: 'vendor', value: '100%_Works' });
  const store = await storeOf({
    assets: [
      exampleAsset({ evidence: [role('hmi'), vendor] }),
      exampleAsset({ id: 'asset-2', segment: 'vlan 20', protocols: [], evidence: [role('controller')] }),
    ],
    alerts: [
      exampleAlert(),
      exampleAlert({ id: 'alert-2', severity: 'low', kind: 'asset-lens/new-device', module: 'asset-lens', peer: null }),
    ],
    conversations: [exampleConversation(0, 1), exampleConversation(0, 1, { client: 7, clientPort: 502, protocol: -1 })],
  });
  const assets = (filter: Parameters<SiteStore['assets']>[0]): string[] =>
    [...store.assets(filter)].map(({ id }) => id);
  assert.deepEqual(assets({ role: 'hmi' }), ['asset-1']);
  assert.deepEqual(assets({ vendor: '%_w' }), ['asset-1'], 'no wildcard, no case');
  assert.deepEqual(assets({ vendor: '%w' }), []);
  assert.deepEqual(assets({ segment: 'vlan 20' }), ['asset-2']);
  assert.deepEqual(assets({ protocol: 'modbus' }), ['asset-1']);
  assert.deepEqual(assets({ protocol: 'modbus', role: 'controller' }), []);
  assert.deepEqual(assets({ role: "' OR 1=1 --" }), []);
  const alerts = (filter: Parameters<SiteStore['alerts']>[0]): string[] =>
    [...store.alerts(filter)].map(({ id }) => id);
  assert.deepEqual(alerts({}), ['alert-1', 'alert-2'], 'worst first');
  assert.deepEqual(alerts({ severity: 'medium' }), ['alert-1']);
  assert.deepEqual(alerts({ kind: 'asset-lens' }), ['alert-2']);
  assert.deepEqual(alerts({ kind: 'command-sentinel/controller-stop' }), ['alert-1']);
  assert.deepEqual(alerts({ asset: 'asset-2' }), ['alert-1']);
  assert.deepEqual(alerts({ asset: '192.0.2.1' }), ['alert-1', 'alert-2']);
  assert.deepEqual(alerts({ sinceUs: START_US + SECOND_US }), ['alert-1', 'alert-2']);
  assert.deepEqual(alerts({ sinceUs: START_US + SECOND_US + 1 }), []);
  const clients = (filter: Parameters<SiteStore['conversations']>[0]): string[] =>
    [...store.conversations(filter)].map(({ client }) => client.address);
  assert.deepEqual(clients({ host: '192.0.2.7' }), ['192.0.2.7']);
  assert.deepEqual(clients({ host: '192.0.2.1' }).length, 2);
  assert.deepEqual(clients({ protocol: 'modbus' }), ['192.0.2.2']);
  assert.deepEqual(clients({ port: 40_000 }), ['192.0.2.2']);
  assert.deepEqual(clients({ port: 1 }), []);
  store.close();
});

test('times and counts that no clock and no wire has do not stop a save', async () => {
  const store = await storeOf({
    assets: [exampleAsset({ firstUs: -5, lastUs: 1e22 })],
    conversations: [exampleConversation(0, 1, { firstUs: Number.NaN, lastUs: Infinity, clientBytes: 1e300 })],
  });
  assert.deepEqual(
    [...store.assets()].map(({ firstUs }) => firstUs),
    [0],
  );
  assert.equal([...store.conversations()][0]!.lastUs, Number.MAX_SAFE_INTEGER);
  store.close();
});

test('text that would end a statement or a terminal is kept as it is', async () => {
  const hostile = `'); DROP TABLE assets; --\u0000\u001b]0;x\u0007\u202e=cmd|' /C calc'!A0`;
  const store = await storeOf({
    path: hostile,
    assets: [exampleAsset({ evidence: [exampleEvidence({ attribute: 'name', value: hostile })] })],
    alerts: [exampleAlert({ object: hostile, explanation: hostile })],
  });
  assert.equal([...store.assets()][0]!.name, hostile);
  assert.equal([...store.alerts()][0]!.object, hostile);
  assert.equal(store.captures()[0]!.path, hostile);
  store.close();
});

test('a recording that is not saved leaves no trace', async () => {
  const store = await storeOf(RUN);
  const before = everything(store);
  const recording = store.record(['modbus']);
  recording.facts().conversation(exampleConversation(100, 200));
  store.close();
  const again = new SiteStore(store.path, { isMade: false });
  assert.deepEqual(everything(again), before);
  again.close();
});

test('a save that fails in the middle is undone as a whole', async () => {
  const store = await storeOf(RUN);
  const before = everything(store);
  const recording = store.record(['modbus']);
  recording.facts().conversation(exampleConversation(100, 200));
  const broken = exampleAlert({ id: 'alert-9', title: null as unknown as string });
  const observed = { files: [], assets: [exampleAsset({ id: 'asset-9' })], alerts: [broken], hosts: EXAMPLE_HOSTS };
  assert.throws(() => recording.save(observed), /NOT NULL/);
  assert.deepEqual(everything(store), before);
  store.close();
});

test('while an analysis gathers its conversations another one can save', async () => {
  const store = await storeOf(RUN);
  const recording = store.record(['modbus']);
  recording.facts().conversation(exampleConversation(100, 200));
  const other = new SiteStore(store.path, { isMade: false, busyTimeoutMs: 0 });
  const summary = await saveExample(other, { content: 'other', assets: [exampleAsset({ id: 'asset-3' })] });
  assert.equal(summary.assets.added, 1);
  other.close();
  assert.equal(recording.save({ files: [], assets: [], alerts: [], hosts: EXAMPLE_HOSTS }).conversations.added, 1);
  store.close();
});

test('a database in use is told in one line after a while', async () => {
  const store = await storeOf(RUN);
  const other = new DatabaseSync(store.path);
  other.exec('BEGIN IMMEDIATE');
  const impatient = new SiteStore(store.path, { isMade: false, busyTimeoutMs: 10 });
  await assert.rejects(saveExample(impatient, { content: 'late' }), refusal(/in use by another program/));
  other.close();
  impatient.close();
  store.close();
});

test('the baseline is one document, replaced as a whole', async () => {
  const store = await storeOf();
  assert.equal(store.baseline(), null);
  store.saveBaseline('{"a":1}');
  store.saveBaseline('{"a":2}');
  assert.equal(store.baseline(), '{"a":2}');
  store.close();
});

test('the file is for its owner only, and so is its journal', { skip: process.platform === 'win32' }, async () => {
  const store = await storeOf(RUN);
  for (const suffix of ['', '-wal']) assert.equal(statSync(store.path + suffix).mode & 0o777, 0o600, suffix);
  store.close();
});

test('writes wait for the disk, and readers do not wait for writers', () => {
  const database = openDatabase(newPath(), { isMade: true });
  assert.equal(database.prepare('PRAGMA journal_mode').get()!['journal_mode'], 'wal');
  assert.equal(database.prepare('PRAGMA synchronous').get()!['synchronous'], 2);
  assert.equal(database.prepare('PRAGMA foreign_keys').get()!['foreign_keys'], 1);
  database.close();
});

function refusal(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StoreError && message.test(error.message) && !error.message.includes('\n');
}

function sqliteFile(statements: string): string {
  const path = newPath();
  const database = new DatabaseSync(path);
  database.exec(statements);
  database.close();
  return path;
}

function textFile(text: string): string {
  const path = newPath();
  writeFileSync(path, text);
  return path;
}

const FOREIGN: readonly [name: string, make: () => string, message: RegExp, isMade?: boolean][] = [
  ['a missing file', newPath, /is not there; '1sec analyze --save/],
  ['a folder', () => folder, /is no file/, true],
  ['a folder that is missing', () => join(folder, 'no', 'where.db'), /no such directory/, true],
  [
    'a text',
    () => textFile('this is no database, however long it is made to look '.repeat(40)),
    /no site database/,
    true,
  ],
  ['an empty file to be read', () => textFile(''), /no site database: it is empty/],
  ['a database of another program', () => sqliteFile('CREATE TABLE t (a)'), /another program/, true],
  ['an empty database of another program', () => sqliteFile('PRAGMA application_id = 7'), /another program/, true],
  [
    'a database of a newer version',
    () => sqliteFile(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length + 1}`),
    /newer version of this program/,
    true,
  ],
];

for (const [name, make, message, isMade] of FOREIGN) {
  test(`${name} is refused and left as it is`, () => {
    const path = make();
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    const before = isFile ? readFileSync(path) : null;
    assert.throws(() => new SiteStore(path, { isMade: isMade ?? false }), refusal(message));
    if (before !== null) assert.deepEqual(readFileSync(path), before);
    else assert.equal(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false, false);
  });
}

test('an empty file, as a kill while it is made leaves it, becomes a database when something is saved', async () => {
  const store = new SiteStore(textFile(''), { isMade: true });
  assert.equal((await saveExample(store, RUN)).assets.added, 2);
  store.close();
});

test('an older database is brought up to date and keeps what it holds', async () => {
  const store = await storeOf(RUN);
  const before = [...store.assets()];
  store.close();
  const next = [...MIGRATIONS, 'ALTER TABLE assets ADD COLUMN note TEXT; CREATE TABLE later (a) STRICT'];
  assert.throws(() => openDatabase(store.path, { isMade: false, migrations: [...MIGRATIONS, 'no statement'] }));
  const again = new SiteStore(store.path, { isMade: false });
  assert.deepEqual([...again.assets()], before, 'a migration that fails changes nothing');
  again.close();
  next[next.length - 1] = 'ALTER TABLE assets ADD COLUMN note TEXT';
  const database = openDatabase(store.path, { isMade: false, migrations: next });
  assert.equal(database.prepare('PRAGMA user_version').get()!['user_version'], MIGRATIONS.length + 1);
  assert.equal(database.prepare('SELECT count(*) AS count FROM assets WHERE note IS NULL').get()!['count'], 2);
  database.close();
  assert.throws(() => new SiteStore(store.path, { isMade: false }), refusal(/newer version/));
});

test('two assets that turn out to be one device become one, and what named the other names it', async () => {
  const other = exampleAsset({ id: 'asset-2', ip: ['192.0.2.2'], mac: [], firstUs: START_US - 5 });
  const store = await storeOf({ assets: [exampleAsset(), other], alerts: [exampleAlert()] });
  await saveExample(store, {
    assets: [exampleAsset({ aliases: ['asset-2'], ip: ['192.0.2.1', '192.0.2.2'] })],
    alerts: [],
  });
  const [asset, ...more] = [...store.assets()];
  assert.deepEqual(more, []);
  assert.deepEqual([asset?.id, asset?.aliases, asset?.firstUs], ['asset-1', ['asset-2'], START_US - 5]);
  assert.deepEqual(asset?.ip, ['192.0.2.1', '192.0.2.2']);
  assert.equal([...store.alerts()][0]?.peer?.asset, 'asset-1');
  // Seen on its own again, it is a part of the device; with another card it is another device.
  await saveExample(store, { assets: [other] });
  assert.equal([...store.assets()].length, 1);
  await saveExample(store, { assets: [{ ...other, mac: ['02:00:00:00:00:99'] }] });
  assert.equal([...store.assets()].length, 2);
  store.close();
});
