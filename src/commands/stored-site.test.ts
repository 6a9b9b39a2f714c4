// What an operator does at the dashboard, and what the next analysis of the same site makes of it.
import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ActionOutcome, WantedAction } from '../server/site-data.ts';
import { readerForBytes } from '../capture/open.ts';
import { TcpExample } from '../protocols/example-conversation.ts';
import { folderWith, run1sec } from './child-program.ts';
import { WAYS } from './example-logins.ts';
import { attackedPlant, pcapOf, quietPlant } from './plant-capture.ts';
import { StoredSite } from './stored-site.ts';

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly object: string;
  readonly explanation: string;
  readonly state: { readonly status: string };
}

const ATTACKED = attackedPlant();
const folder = folderWith({
  'attacked.pcap': pcapOf(ATTACKED),
  'cut.pcap': pcapOf(ATTACKED.slice(0, -1)),
  'quiet.pcap': pcapOf(quietPlant(5)),
});
const PAGE = { offset: 0, limit: 1000, search: '' };

function act(site: StoredSite, id: string, changes: Partial<WantedAction>): ActionOutcome {
  return site.act(id, {
    ...{ action: 'acknowledge', scope: 'exact', reason: '', operator: 'anna', timeMs: 0 },
    ...changes,
  });
}

const SECRET = 'Hunter2Geheim';

/** Somebody logs in in clear text. */
function loginCapture(): Uint8Array {
  const way = WAYS.find(({ name }) => name === 'MQTT CONNECT')!;
  const stream = new TcpExample({ mac: 1, ip: 1, port: 40_000 }, { mac: 2, ip: 2, port: way.port });
  for (const [fromClient, bytes] of way.say(SECRET)) stream.send(fromClient, bytes);
  return stream.file();
}

interface Frames {
  readonly omitted: number;
  readonly frames: readonly {
    readonly path: string;
    readonly frame: number;
    readonly hex: string;
    readonly maskedBytes: number;
    readonly facts: readonly { readonly fact: string; readonly verb?: string }[];
  }[];
}

async function proven(site: StoredSite, id: string): Promise<{ readonly told: Frames; readonly pcapng: Uint8Array }> {
  const outcome = await site.proof(id);
  if (outcome.kind !== 'done') throw new Error(`not proven: ${JSON.stringify(outcome)}`);
  return { told: outcome.item as Frames, pcapng: outcome.pcapng };
}

function raised(name: string, database?: string): string[] {
  const words = ['analyze', '--json', name, ...(database === undefined ? [] : ['--save', database])];
  const { code, output } = run1sec(words, { directory: folder });
  assert.equal(code, 0);
  return (JSON.parse(output) as { alerts: Item[] }).alerts.map(({ id }) => id);
}

function listed(site: StoredSite): Item[] {
  return site.alerts({ ...PAGE, severity: '', asset: '', status: '' }).items as Item[];
}

test('what was marked as normal is not raised by the next analysis of the same site, until it is undone', () => {
  const database = join(folder, 'normal.db');
  const all = raised('attacked.pcap', database);
  const site = new StoredSite(database);
  const [worst] = listed(site);
  assert.ok(all.length > 1 && all.includes(worst!.id));
  assert.equal(act(site, worst!.id, { action: 'normal' }).kind, 'done');

  assert.deepEqual(
    raised('attacked.pcap', database),
    all.filter((id) => id !== worst!.id),
  );
  assert.deepEqual(raised('attacked.pcap'), all, 'of another site nothing was said');
  assert.equal(listed(site).find(({ id }) => id === worst!.id)?.state.status, 'normal', 'it stays in the list');

  assert.equal(act(site, worst!.id, { action: 'undo' }).kind, 'done');
  assert.deepEqual(raised('attacked.pcap', database), all);
});

test('closing wants a reason, undoing wants something that was done, and the log names who did what', () => {
  const database = join(folder, 'log.db');
  raised('attacked.pcap', database);
  const site = new StoredSite(database);
  const { id } = listed(site)[0]!;
  assert.equal(act(site, id, { action: 'close', reason: ' \t' }).kind, 'refused');
  assert.equal(act(site, id, { action: 'undo' }).kind, 'refused');
  assert.equal(act(site, 'none', {}).kind, 'missing');
  assert.deepEqual(site.actions(PAGE), { total: 0, items: [] });
  assert.equal(act(site, id, { action: 'close', reason: 'tested\u001b[2J' }).kind, 'done');
  const [told] = site.actions(PAGE).items as { operator: string; action: string; reason: string }[];
  assert.deepEqual([told!.operator, told!.action], ['anna', 'close']);
  assert.doesNotMatch(told!.reason, /\u001b/);
});

test('an alert is proven by its frames: their bytes, what was decoded from them, and a capture of them', async () => {
  const database = join(folder, 'proof.db');
  raised(join(folder, 'attacked.pcap'), database);
  const site = new StoredSite(database);
  const stop = listed(site).find(({ kind }) => kind === 'command-sentinel/controller-stop') ?? listed(site)[0]!;
  const { told, pcapng } = await proven(site, stop.id);
  assert.ok(told.frames.length > 0);
  const [first] = told.frames;
  const bytes = ATTACKED[first!.frame - 1]!;
  assert.equal(first!.hex, Buffer.from(bytes.bytes).toString('hex'));
  assert.ok(
    first!.facts.some(({ fact }) => fact === 'operation'),
    JSON.stringify(first!.facts),
  );
  const source = readerForBytes(pcapng);
  let frames = 0;
  for (let batch = await source.next(); batch !== null; batch = await source.next()) frames += batch.count;
  assert.ok(frames >= told.frames.length);
});

test('what proves a login does not show its secret, neither on the page nor in the capture', async () => {
  const database = join(folder, 'login.db');
  const name = join(folder, 'login.pcap');
  const capture = loginCapture();
  assert.ok(Buffer.from(capture).includes(SECRET));
  writeFileSync(name, capture);
  raised(name, database);
  const site = new StoredSite(database);
  let masked = 0;
  for (const { id } of listed(site)) {
    const { told, pcapng } = await proven(site, id);
    masked += told.frames.reduce((sum, frame) => sum + frame.maskedBytes, 0);
    const text = JSON.stringify(told);
    assert.ok(!text.includes(SECRET) && !text.includes(Buffer.from(SECRET).toString('hex')), id);
    assert.ok(!Buffer.from(pcapng).includes(SECRET), id);
  }
  assert.ok(masked >= SECRET.length);
});

test('a capture that is gone, or is another one by now, is told and proves nothing', async () => {
  const database = join(folder, 'gone.db');
  const name = join(folder, 'goes.pcap');
  writeFileSync(name, pcapOf(ATTACKED));
  raised(name, database);
  const site = new StoredSite(database);
  const { id } = listed(site)[0]!;
  assert.equal((await site.proof('none')).kind, 'missing');
  renameSync(name, `${name}.away`);
  const gone = await site.proof(id);
  assert.match(gone.kind === 'gone' ? gone.reason : '', /goes\.pcap is not there any more/);
  writeFileSync(name, pcapOf(ATTACKED.slice(0, -1)));
  const changed = await site.proof(id);
  assert.match(changed.kind === 'gone' ? changed.reason : '', /has changed since/);
  renameSync(`${name}.away`, name);
  assert.equal((await site.proof(id)).kind, 'done');
});
