// A live watch in the store: what goes on is there once, however often it was told, and a second run adds to it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import type { CaptureFile } from '../capture/frames.ts';
import { frameReference } from '../facts/frame-reference.ts';
import { EXAMPLE_HOSTS, SECOND_US, START_US, exampleAlert, exampleAsset, exampleConversation } from './example-site.ts';
import type { LiveObserved, LiveRecording } from './live-recording.ts';
import { SiteStore } from './site-store.ts';

const folder = mkdtempSync(join(tmpdir(), '1sec-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

function newStore(): SiteStore {
  return new SiteStore(join(folder, `${made++}.db`), { isMade: true });
}

function recording(store: SiteStore, run: string): LiveRecording {
  return store.recordLive(run, ['eth0'], ['modbus'], false);
}

function observed(changes: Partial<LiveObserved>): LiveObserved {
  const file: CaptureFile = { path: 'eth0', frames: 9, bytes: 600, firstUs: START_US, lastUs: START_US, damage: null };
  return { files: [file], assets: [], alerts: [], conversations: [], ...changes };
}

test('a conversation that goes on is one, with the counts of the last time it was told', () => {
  const store = newStore();
  const live = recording(store, 'a');
  for (const until of [10, 40, 70, 70]) {
    live.save(observed({ conversations: [exampleConversation(0, until, { phase: 'updated' })] }), EXAMPLE_HOSTS);
  }
  live.save(observed({ conversations: [exampleConversation(0, 90)] }), EXAMPLE_HOSTS);
  const [conversation, ...more] = store.conversations();
  assert.deepEqual(more, []);
  assert.equal(conversation!.clientPackets, 900);
  assert.equal(conversation!.lastUs, START_US + 90 * SECOND_US);
  assert.deepEqual(live.conversations, { seen: 1, added: 1, changed: 0 });
  store.close();
});

test('another run adds its own part, and what both saw is there once', () => {
  const store = newStore();
  const first = recording(store, 'a');
  const alert = exampleAlert({ frames: [frameReference(0, 7)] });
  first.saveAlerts([alert]);
  first.save(observed({ assets: [exampleAsset()], conversations: [exampleConversation(0, 30)] }), EXAMPLE_HOSTS);
  const second = recording(store, 'b');
  second.saveAlerts([alert, exampleAlert({ id: 'alert-2', frames: [frameReference(0, 3)] })]);
  const goesOn = exampleConversation(60, 90, { isSeenFromStart: false });
  second.save(observed({ assets: [exampleAsset()], conversations: [goesOn] }), EXAMPLE_HOSTS);
  assert.equal([...store.assets()].length, 1);
  assert.deepEqual(
    [...store.alerts()].map(({ id, frames }) => [id, frames]),
    [
      ['alert-1', [frameReference(0, 7)]],
      ['alert-2', [frameReference(1, 3)]],
    ],
  );
  const packets = [...store.conversations()].reduce((sum, { clientPackets }) => sum + clientPackets, 0);
  assert.equal(packets, 600, 'every packet once');
  assert.equal(store.captures().length, 2);
  store.close();
});

test('a conversation is joined to its device whichever of the two was written first', () => {
  const store = newStore();
  const live = recording(store, 'a');
  live.save(observed({ conversations: [exampleConversation(0, 10)] }), EXAMPLE_HOSTS);
  assert.equal([...store.conversations()][0]!.server.asset, null);
  live.save(observed({ assets: [exampleAsset()] }), EXAMPLE_HOSTS);
  assert.equal([...store.conversations()][0]!.server.asset, 'asset-1');
  live.save(observed({ conversations: [exampleConversation(0, 10, { client: 3, server: 1 })] }), EXAMPLE_HOSTS);
  assert.ok([...store.conversations()].every(({ server }) => server.asset === 'asset-1'));
  store.close();
});

test('an alert that has grown is written again, and a run without a frame has no times', () => {
  const store = newStore();
  const live = recording(store, 'a');
  assert.ok(Number.isNaN(store.captures()[0]!.firstUs));
  live.saveAlerts([exampleAlert({ count: 1, severity: 'low' })]);
  live.save(observed({ alerts: [exampleAlert({ count: 5, severity: 'high' })] }), EXAMPLE_HOSTS);
  const [alert] = store.alerts();
  assert.deepEqual([alert!.count, alert!.severity], [5, 'high']);
  assert.deepEqual(live.alerts, { seen: 1, added: 1, changed: 0 });
  assert.equal(store.captures()[0]!.firstUs, START_US);
  store.close();
});
